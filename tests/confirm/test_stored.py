"""What is stored of a function is judged without inputs, where none are known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Answer, Request
from tests.confirm.marks import EVERY_KERAS
from tests.confirm.requests import request, request_of

pytestmark = EVERY_KERAS

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


def told_of(text: str, *, package: str = "keras", code: str = "LL302") -> Request:
    facts = {"written": text, "captured": ["other"], "globals": ["np"], "unsliceable": "for another reason"}
    return request("", package=package, code=code, facts=facts)


ASKED = {
    "by both ways": told_of(RETURNED.format("lambda x: np.a(x) if x > 0 else np.b(x)")),
    "after unpacking": told_of(
        "def written():\n    c = None\n    return lambda t: [np.sum(a) * c for a, b in t]"
    ),
    "a captured global": told_of(RETURNED.format("lambda x: np.abs(other(x))")),
    "old": told_of(RETURNED.format("lambda x: np.abs(x)"), package="tf_keras"),
    "by one way": told_of(RETURNED.format("lambda x: x if x > 0 else np.abs(x)")),
    "imported inside": told_of("def written():\n    import numpy as np\n    return lambda x: np.abs(x)"),
    "another name": told_of(RETURNED.format("lambda x: nothing(x) + np.abs(x)")),
    "never": told_of(RETURNED.format("lambda x: x * 2")),
}
SHOWN = ("by both ways", "after unpacking", "a captured global", "old")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    folder = tmp_path_factory.mktemp("unknown")
    asked = {**ASKED, "unknown": request_of(folder / "train.py", UNKNOWN, "LL302")}
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
