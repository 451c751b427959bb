"""Tests for rules: fixture files with inline expectations, and the examples of a rule's docstring.

A fixture is a script or notebook, or a folder of them that import each other.  The comment at the
end of a line says what is reported there: ``# expect: LL101``, ``# expect: LL101@34-54`` (columns,
1-based, the end exclusive), ``# expect: LL604 (advice)`` (how loud), several separated by commas.
Whatever else is reported is a disagreement; ``# ok`` says so of a line that looks suspicious.  A
comment ``# only: LL101, LL102`` in the first line restricts the comparison to these rules, which
need not be on by default.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint.engine import Plan, judge
from lambdalint.findings import Finding, Location, Problem
from lambdalint.registry import load_rules
from lambdalint.settings import Settings

if TYPE_CHECKING:
    from lambdalint.rule import Example, Rule
    from lambdalint.sources.unit import SourceUnit

__all__ = ["check_example", "check_fixture"]

_CODE = r"[A-Z]{2,6}\d{3}"
_COLUMNS = r"(@(?P<first>\d+)-(?P<end>\d+))?"
_SEVERITY = r"( \((?P<severity>error|warning|advice)\))?"
_ITEM = re.compile(rf"(?P<code>{_CODE}){_COLUMNS}{_SEVERITY}")
_MARK = re.compile(r"#\s*(?P<word>expect\w*|ok)\b(?P<colon>:?)(?P<rest>[^#]*)$")
_ONLY = re.compile(rf"#\s*only:\s*(?P<codes>{_CODE}(\s*,\s*{_CODE})*)\s*$")
_SUFFIXES = (".py", ".ipynb")

Rules = Mapping[str, "Rule"]


@dataclass(frozen=True, slots=True)
class _Expectation:
    """One code that a line expects, with its columns and severity where they are written."""

    at: Location
    code: str
    columns: tuple[int, int] | None = None
    severity: str | None = None

    def fits(self, finding: Finding) -> bool:
        at = finding.location
        return (
            (finding.code, at.cell, at.row) == (self.code, self.at.cell, self.at.row)
            and os.path.abspath(at.filename) == os.path.abspath(self.at.filename)
            and self.columns in (None, (at.column, at.end_column))
            and self.severity in (None, finding.severity.value)
        )

    def __str__(self) -> str:
        columns = "" if self.columns is None else f"@{self.columns[0]}-{self.columns[1]}"
        return self.code + columns + ("" if self.severity is None else f" ({self.severity})")


def check_fixture(path: str | Path, rules: Iterable[Rule] = ()) -> list[str]:
    """Judge a fixture and compare the findings with its expectations.

    Args:
        path: a script, a notebook, or a folder of them, judged together.
        rules: rules to try besides the installed ones.

    Returns:
        One line for each disagreement; empty where all is as expected.

    Raises:
        OSError: the fixture cannot be read.
        ValueError: there is no script or notebook at ``path``.
    """
    start = Path(path)
    files = sorted(f for f in start.rglob("*") if f.suffix in _SUFFIXES) if start.is_dir() else [start]
    if not files:
        raise ValueError(f"there is no script or notebook in {start}")
    root = start if start.is_dir() else start.parent
    expected: list[_Expectation] = []
    disagreements: list[str] = []
    only: frozenset[str] = frozenset()
    marks = 0
    for file in files:
        unit = _read(file)
        if isinstance(unit, Problem):
            disagreements.append(str(unit))
            continue
        only |= _only(unit)
        for mark in _marks(unit):
            marks += 1
            if isinstance(mark, str):
                disagreements.append(mark)
            else:
                expected += mark
    if not marks:
        disagreements.append(f"{start}: no line says what is expected of it")
    findings, problems = _judge({str(file): None for file in files}, root, only, {r.code: r for r in rules})
    return [*disagreements, *problems, *_compare(expected, findings, only)]


def check_example(rule: Rule, example: Example) -> list[str]:
    """Judge an example of a rule's docstring.

    Returns:
        One line for each disagreement, which is a bad example of which the rule reports nothing, a good
        one of which it reports something, or one that cannot be judged.
    """
    name = f"{rule.code}-{'bad' if example.bad else 'good'}.py"
    findings, problems = _judge(
        {name: example.code.encode()}, Path(), frozenset({rule.code}), {rule.code: rule}
    )
    own = [finding for finding in findings if finding.code == rule.code]
    if example.bad and not own:
        problems.append(f"{name}: {rule.code} reports nothing of a bad example:\n{example.code}")
    if not example.bad:
        problems += [f"{_show(finding)} in a good example:\n{example.code}" for finding in own]
    return problems


def _judge(
    files: Mapping[str, bytes | None], root: Path, codes: frozenset[str], extra: Rules
) -> tuple[list[Finding], list[str]]:
    """The findings of the default rules and ``codes``, each once, and the problems."""
    known = {**load_rules().rules, **extra}
    on = frozenset(code for code, rule in known.items() if rule.default) | codes
    plan = Plan.make(known, on)
    settings = Settings(root=str(root), codes=frozenset(plan.known) & on)
    findings: dict[tuple[str, Location], Finding] = {}
    problems: list[str] = []
    for name, data in files.items():
        result = judge(name, settings, plan, data)
        problems += [f"{problem}\n{problem.detail}".rstrip() for problem in result.problems]
        findings.update({(finding.code, finding.location): finding for finding in result.findings})
    return sorted(findings.values(), key=lambda finding: finding.sort_key), problems


def _read(file: Path) -> SourceUnit | Problem:
    from lambdalint.sources.read import read

    data = file.read_bytes()
    unit = read(str(file), data, max_bytes=len(data), prefilter=False)
    return unit if unit is not None else Problem(str(file), "holds no code")


def _only(unit: SourceUnit) -> frozenset[str]:
    match = _ONLY.search(unit.lines[0])
    return frozenset(re.findall(_CODE, match["codes"])) if match else frozenset()


def _marks(unit: SourceUnit) -> Iterator[list[_Expectation] | str]:
    """What each marked line expects, nothing for ``# ok``, or the text of a disagreement for a bad mark."""
    for row, line in enumerate(unit.lines, start=1):
        match = _MARK.search(line)
        if match is None:
            continue
        at = unit.location(row, 1, row, 1)
        rest = match["rest"].strip()
        if match["word"] == "ok":
            if not match["colon"] and not rest:
                yield []
            continue
        items = [_ITEM.fullmatch(part.strip()) for part in rest.split(",")]
        if match["word"] != "expect" or not match["colon"] or not all(items):
            yield f"{at}: cannot read the expectation {match[0].strip()!r}"
            continue
        yield [_expectation(at, item) for item in items if item is not None]


def _expectation(at: Location, item: re.Match[str]) -> _Expectation:
    columns = None if item["first"] is None else (int(item["first"]), int(item["end"]))
    return _Expectation(at, item["code"], columns, item["severity"])


def _compare(expected: list[_Expectation], findings: list[Finding], only: frozenset[str]) -> Iterator[str]:
    """Pair expectations and findings, the most exact first; tell of what is left of either."""
    left = [finding for finding in findings if not only or finding.code in only]
    for expectation in sorted(expected, key=lambda each: (each.columns is None, each.severity is None)):
        found = next((finding for finding in left if expectation.fits(finding)), None)
        if found is None:
            yield f"{expectation.at}: expected {expectation}, which is not reported"
        else:
            left.remove(found)
    for finding in left:
        yield _show(finding)


def _show(finding: Finding) -> str:
    at = finding.location
    what = f"{finding.code}@{at.column}-{at.end_column} ({finding.severity.value})"
    return f"{at}: {what} is reported, which is not expected: {finding.message}"
