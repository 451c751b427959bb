"""What is done with an input besides linting it: planned experiments, explanations, comments, baselines."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from lambdalint.add_ignore import add_ignores
from lambdalint.baseline import update
from lambdalint.engine import Plan, judge
from lambdalint.interp.analyse import analyse
from lambdalint.interp.explain import explained
from lambdalint.registry import load_rules
from lambdalint.report.explanation import as_json, as_text
from lambdalint.report.picture import draw
from lambdalint.results import gather
from lambdalint.selectors import Choice
from lambdalint.settings import Confirming, Overrides, Settings, load
from lambdalint.sources.read import read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse
from lambdalint.syntax.project import Project
from tests.fuzz.oracle import Fault, Input

FURTHER = ("planned", "explained", "written_down")
"""How the kinds of faults begin that are found here."""
_MOST_BYTES = 20_000_000


def further(given: Input) -> Fault | None:
    """Do with an input what no lint run does; what fails first."""
    for work in (_planned, _explained, _written_down):
        try:
            said = work(given)
        except Exception as error:
            return Fault(f"{work.__name__[1:]}: {type(error).__name__}", str(error))
        if said:
            return Fault(work.__name__[1:], said)
    return None


@lru_cache
def _settings() -> tuple[Settings, Plan]:
    rules = load_rules().rules
    settings = load(rules, cwd="/", overrides=Overrides(Choice(select=("ALL",))))
    return settings, Plan.make(rules, settings.codes, "/nonexistent")


def _planned(given: Input) -> str:
    """Every finding gets an experiment or a reason for having none."""
    settings, plan = _settings()
    result = judge(given.name, replace(settings, confirming=Confirming()), plan, given.data)
    reasons = (request for request in result.requests.values() if isinstance(request, str))
    return next((reason for reason in reasons if "internal error" in reason), "")


def _explained(given: Input) -> str:
    unit = read(given.name, given.data)
    if isinstance(unit, SourceUnit):
        facts = analyse(parse(unit), project=Project("/nonexistent"))
        show: Callable[..., str]
        for layer in facts.layers:
            if not draw(layer).startswith("<svg"):
                return "no picture"
            for show in (as_text, as_json):
                show([explained(layer)])
    return ""


def _written_down(given: Input) -> str:
    """A baseline knows all of its own run; a file with suppressions added still parses as before."""
    settings, plan = _settings()
    with tempfile.TemporaryDirectory() as folder:
        path, baseline = Path(folder) / f"given{Path(given.name).suffix}", f"{folder}/baseline.json"
        path.write_bytes(given.data)
        run = gather([judge(str(path), settings, plan)])
        update(run, baseline, settings.codes, write=True)
        rest, _ = update(run, baseline, settings.codes, write=False)
        if rest.findings:
            return f"not in its own baseline: {rest.findings[0]}"
        add_ignores(run, "known", _MOST_BYTES)
        before, after = read(given.name, given.data), read(str(path))
        if isinstance(before, SourceUnit) and isinstance(after, SourceUnit):
            if ast.dump(parse(before).tree) != ast.dump(parse(after).tree):
                return "a suppression changed the code"
        return ""
