"""The pages of the rules come true: what a Bad example is reported for is confirmed, a Good one is not."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.plan import request
from lambdalint.confirm.request import Answer, Request
from lambdalint.findings import Contract, Finding
from lambdalint.interp.analyse import analyse
from lambdalint.interp.facts import LayerFacts
from lambdalint.registry import load_rules
from lambdalint.rule import Report, Rule
from lambdalint.settings import Confirming
from lambdalint.sources.read import read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse
from lambdalint.syntax.positions import locate
from tests.confirm.marks import EVERY_KERAS
from tests.confirm.requests import judged

pytestmark = EVERY_KERAS

NOT_SHOWN = {
    "LL201-bad-2": "needs Theano",
    **({} if any(map(find_spec, ("jax", "torch"))) else {"LL706-bad-1": "needs another backend"}),
    "LL803-bad-1": "a matter of taste",
}
"""Bad examples that no experiment confirms, and why."""

MEANT = {"LL102-good-2": "a mean over the batch is what a loss is"}
"""Good examples that do what the rule is about, and are right in it."""

RULES = load_rules().rules
BAD = {
    f"{rule.code}-bad-{number}": (rule, example.code)
    for rule in RULES.values()
    for number, example in enumerate((e for e in rule.examples if e.bad), start=1)
}
GOOD = {
    f"{rule.code}-good-{number}": (rule, example.code)
    for rule in RULES.values()
    for number, example in enumerate((e for e in rule.examples if not e.bad), start=1)
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Answer | str]]:
    """What the experiments say of each example: of its findings, and of every layer of a Good one."""
    folder = tmp_path_factory.mktemp("examples")
    asked: dict[str, list[Request | str]] = {}
    for key, (rule, code) in BAD.items():
        asked[key] = _of_findings(rule, folder / f"{key}.py", code)
    for key, (rule, code) in GOOD.items():
        asked[key] = of_layers(rule, folder / f"{key}.py", code)
    real = [each for several in asked.values() for each in several if isinstance(each, Request)]
    with Driver(jobs=2, project=str(folder)) as driver:
        told = iter(driver.answers(real))
    return {
        key: [next(told) if isinstance(each, Request) else each for each in several]
        for key, several in asked.items()
    }


def _of_findings(rule: Rule, path: Path, code: str) -> list[Request | str]:
    result = judged(path, code, rule.code, "auto")
    assert [finding.code for finding in result.findings] != [], "the example is not reported"
    return [each for each in result.requests.values() if isinstance(each, (Request, str))]


def of_layers(rule: Rule, path: Path, code: str, target: str = "auto") -> list[Request | str]:
    """The requests for each layer of a file, as if the rule had something to say about it."""
    path.write_text(code, encoding="utf-8")
    unit = read(str(path))
    if not isinstance(unit, SourceUnit):
        return []  # no layer is left in it
    facts = analyse(parse(unit), target=target)
    return [
        request(rule, Report(layer.at, ""), _finding(rule, layer), layer, Confirming())
        for layer in facts.layers
    ]


def _finding(rule: Rule, layer: LayerFacts) -> Finding:
    place = locate(layer.unit, layer.node)
    return Finding(rule.code, rule.name, rule.severity, Contract(rule.contract.value), "", place)


@pytest.mark.parametrize("key", BAD)
def test_a_bad_example_is_confirmed(key: str, answers: dict[str, list[Answer | str]]) -> None:
    told = answers[key]
    statuses = [each.status if isinstance(each, Answer) else "unconfirmed" for each in told]
    if key in NOT_SHOWN:
        assert "confirmed" not in statuses, f"{key} is shown after all"
        assert "refuted" not in statuses, told
    else:
        assert statuses == ["confirmed"] * len(told), told
        assert all(isinstance(each, Answer) and each.witness and each.repro for each in told)


@pytest.mark.parametrize("key", GOOD)
def test_a_good_example_is_not_confirmed(key: str, answers: dict[str, list[Answer | str]]) -> None:
    told = answers[key]
    if key in MEANT:
        pytest.skip(MEANT[key])
    assert [each for each in told if isinstance(each, Answer) and each.status == "confirmed"] == []


SAVED = [key for key, (rule, _) in BAD.items() if rule.contract is Contract.SAVING]


@pytest.mark.parametrize("key", SAVED)
def test_the_script_of_a_saved_model_shows_the_defect(
    key: str, answers: dict[str, list[Answer | str]], tmp_path: Path
) -> None:
    """These start a process of their own: no worker lets them run, as it does the other scripts."""
    for told in answers[key]:
        assert isinstance(told, Answer)
        script = tmp_path / "script.py"
        script.write_text(told.repro, encoding="utf-8")
        ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
        assert (ran.returncode, "the defect shows" in ran.stdout) == (1, True), ran.stdout + ran.stderr
