"""Each example in every Keras it could be written for: what a Bad one is reported for is confirmed, and no
layer of a Good one."""

from __future__ import annotations

import re

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Answer, Request
from tests.confirm.marks import EVERY_KERAS
from tests.confirm.requests import judged
from tests.confirm.test_examples import BAD, GOOD, MEANT, NOT_SHOWN, of_layers

pytestmark = EVERY_KERAS

DIALECTS = {
    "tf.keras": ("tensorflow.keras", "keras3"),
    "tf_keras": ("tf_keras", "keras2"),
    "keras1": ("keras", "keras1"),
}
"""The package that code imports, and the generation that it is taken for."""
FOREIGN = re.compile(r"cannot import name 'ops'|keras\.backend' has no attribute")
"""What tells that an example is not meant for a dialect: it uses what that one never had."""


def _moved(code: str, package: str) -> str:
    """Code that imports Keras from a package."""
    above, _, last = package.rpartition(".")
    whole = f"from {above} import {last} as keras" if above else f"import {last} as keras"
    code = re.sub(r"^(from tensorflow import keras|import keras)$", whole, code, flags=re.M)
    return re.sub(r"^from (tensorflow\.keras|tf_keras|keras)\b", f"from {package}", code, flags=re.M)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[Answer]]:
    """The answers in each dialect: for what is reported of Bad examples, and for layers of Good ones."""
    folder = tmp_path_factory.mktemp("dialects")
    asked: dict[tuple[str, str], list[Request]] = {}
    for key, (rule, code) in {**BAD, **GOOD}.items():
        for dialect, (package, target) in DIALECTS.items():
            path = folder / f"{key}-{dialect.replace('.', '-')}" / "train.py"
            path.parent.mkdir()
            made: list[Request | str] = []
            result = judged(path, _moved(code, package), rule.code, target)
            if key in BAD:
                made = [each for each in result.requests.values() if isinstance(each, (Request, str))]
            elif not result.findings:  # else it is not meant for this dialect
                made = of_layers(rule, path, path.read_text(encoding="utf-8"), target)
            asked[key, dialect] = [each for each in made if isinstance(each, Request)]
    with Driver(jobs=2, project=str(folder)) as driver:
        answers = iter(driver.answers([each for several in asked.values() for each in several]))
    return {place: [next(answers) for _ in several] for place, several in asked.items()}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("key", [key for key in BAD if key not in NOT_SHOWN])
def test_a_bad_example_is_confirmed_in_each_dialect(
    key: str, dialect: str, told: dict[tuple[str, str], list[Answer]]
) -> None:
    answers = told[key, dialect]
    if not answers:
        pytest.skip("nothing is reported in this dialect")
    foreign = [each for each in answers if FOREIGN.search(each.reason)]
    if foreign:
        pytest.skip(foreign[0].reason)
    assert [each.status for each in answers] == ["confirmed"] * len(answers), answers


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("key", [key for key in GOOD if key not in MEANT])
def test_a_good_example_is_not_confirmed_in_any_dialect(
    key: str, dialect: str, told: dict[tuple[str, str], list[Answer]]
) -> None:
    assert [each for each in told[key, dialect] if each.status == "confirmed"] == []
