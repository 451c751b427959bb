"""What is stored of a function is judged without inputs, where none are known."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Answer, Request
from lambdalint.engine import Plan, judge
from lambdalint.registry import load_rules
from lambdalint.settings import Confirming, Settings
from tests.confirm.requests import request

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.skipif(
        any(find_spec(name) is None for name in ("tensorflow", "keras", "tf_keras")),
        reason="needs TensorFlow, Keras 3 and tf_keras",
    ),
]

UNKNOWN = """
import keras
import numpy as np
import no_such_package
from keras.layers import Lambda

class Net:
    def __init__(self, **settings):
        self.settings = no_such_package.read(settings)

    def layer(self, weights, bias):
        return Lambda(lambda pair: np.dot(pair[0][:, weights], pair[1]) + bias)

model = Net().layer(1, 2)
model.save("model.keras")
"""
RETURNED = "def written():\n    return {}\n"


def told_of(text: str, *, library: str = "keras", code: str = "LL302") -> Request:
    facts = {"written": text, "captured": ["other"], "globals": ["np"], "unsliceable": "for another reason"}
    return request("", library=library, code=code, facts=facts)


ASKED = {
    "by both ways": told_of(RETURNED.format("lambda x: np.a(x) if x > 0 else np.b(x)")),
    "after unpacking": told_of(
        "def written():\n    c = None\n    return lambda t: [np.sum(a) * c for a, b in t]"
    ),
    "a captured global": told_of(RETURNED.format("lambda x: np.abs(other(x))")),
    "old": told_of(RETURNED.format("lambda x: np.abs(x)"), library="tf_keras"),
    "by one way": told_of(RETURNED.format("lambda x: x if x > 0 else np.abs(x)")),
    "imported inside": told_of("def written():\n    import numpy as np\n    return lambda x: np.abs(x)"),
    "another name": told_of(RETURNED.format("lambda x: nothing(x) + np.abs(x)")),
    "never": told_of(RETURNED.format("lambda x: x * 2")),
}
SHOWN = ("by both ways", "after unpacking", "a captured global", "old")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    folder = tmp_path_factory.mktemp("unknown")
    path = folder / "train.py"
    path.write_text(UNKNOWN, encoding="utf-8")
    rules, codes = load_rules().rules, frozenset({"LL302"})
    settings = Settings(root=str(folder), codes=codes, confirming=Confirming(), target="keras3")
    (found,) = judge(str(path), settings, Plan.make(rules, codes, str(folder))).requests.values()
    assert isinstance(found, Request)
    asked = {**ASKED, "unknown": found}
    with Driver() as driver:
        return dict(zip(asked, driver.answers(list(asked.values())), strict=True))


@pytest.mark.parametrize("name", ASKED)
def test_a_missing_name(name: str, answers: dict[str, Answer]) -> None:
    answer = answers[name]
    assert answer.status == ("confirmed" if name in SHOWN else "unconfirmed")
    assert ("name 'np' is not defined" in answer.witness) is (name in SHOWN)


def test_a_layer_whose_inputs_nobody_knows(answers: dict[str, Answer], tmp_path: Path) -> None:
    answer = answers["unknown"]
    assert answer.status == "confirmed", answer
    script = tmp_path / "script.py"
    script.write_text(answer.repro, encoding="utf-8")
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, "the defect shows" in ran.stdout) == (1, True), ran.stdout + ran.stderr
