"""The engine around stand-in rules: guards, yielding, merging, suppression, per-file ignores."""

from __future__ import annotations

import ast
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lambdalint.engine import Plan, Stdin, judge, run
from lambdalint.findings import Contract, Finding, Location, Problem, Related, Severity
from lambdalint.registry import Registry
from lambdalint.results import FileResult, Reach, RunResult, gather, merge
from lambdalint.rule import Anchor, Report, Rule
from lambdalint.settings import Settings

Check = Callable[[Any], Iterable[Report]]
TEXT = "def f(x):\n    return g(x)\na = Lambda(f)\nb = Lambda(f)\n"


def make_rule(code: str, check: Check, *, whole_file: bool = False, yields_to: tuple[str, ...] = ()) -> Rule:
    """A rule about layers or about files."""
    return Rule(
        code,
        f"rule-{code.lower()}",
        Contract.CALLING,
        Severity.ERROR,
        check_layer=None if whole_file else check,
        check_file=check if whole_file else None,
        yields_to=yields_to,
        doc="A rule.",
    )


def on_call(layer: Any) -> Iterator[Report]:
    """Report the layer's own call."""
    yield Report(layer.at, "here")


def on_body(layer: Any) -> Iterator[Report]:
    """Report the call of ``g``, the same for both layers."""
    tree = ast.parse(layer.at.unit.text)
    (call,) = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n) == "g(x)")
    yield Report(Anchor(layer.at.unit, call), "in the body")


def silent(layer: Any) -> Iterator[Report]:
    """Report nothing."""
    yield from ()


def crashing(layer: Any) -> Iterator[Report]:
    """Report once, then crash."""
    yield Report(layer.at, "before the crash")
    raise KeyError("boom")


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the plain ``ast`` in the place of parser and interpreter: a layer is a call of ``Lambda``."""

    def analyse(parsed: Any, *, target: str, project: Any) -> Any:
        if "unanalysable" in parsed.unit.text:
            raise RecursionError("too deep")
        calls = [
            n for n in ast.walk(parsed.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "Lambda"
        ]
        layers = tuple(SimpleNamespace(at=Anchor(parsed.unit, call), dialect="keras3") for call in calls)
        dialect = SimpleNamespace(name="unknown")
        return SimpleNamespace(
            unit=parsed.unit,
            layers=layers,
            dialect=dialect,
            followed=((True, ""), (False, "opaque")),
            release=lambda: None,
            failures=(),
        )

    def parse(unit: Any) -> Any:
        problems = [Problem(unit.path, "a broken statement", row=1)] if "half" in unit.text else []
        return SimpleNamespace(unit=unit, tree=ast.parse(unit.text), problems=problems)

    def locate(unit: Any, node: Any) -> Location:
        found: Location = unit.location(
            node.lineno, node.col_offset + 1, node.end_lineno, node.end_col_offset + 1
        )
        return found

    for name, module in {
        "lambdalint.syntax.parse": SimpleNamespace(parse=parse),
        "lambdalint.syntax.positions": SimpleNamespace(locate=locate),
        "lambdalint.interp.analyse": SimpleNamespace(analyse=analyse),
    }.items():
        monkeypatch.setitem(sys.modules, name, module)


def judged(rules: list[Rule], text: str = TEXT, **options: Any) -> FileResult:
    known = {rule.code: rule for rule in rules}
    settings = Settings("/nowhere", frozenset(known), **options)
    return judge("a.py", settings, Plan.make(known, settings.codes), text.encode())


def places(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    return [(finding.code, finding.location.row) for finding in findings]


def test_each_layer_is_judged_and_dialects_are_told() -> None:
    result = judged([make_rule("LL401", on_call)])
    assert places(result.findings) == [("LL401", 3), ("LL401", 4)]
    assert {finding.dialect for finding in result.findings} == {"keras3"}
    assert result.reach == Reach(2, 1, 1, 1, Counter({"opaque": 1}))
    assert [result.quotes[finding.location].line for finding in result.findings] == [
        "a = Lambda(f)",
        "b = Lambda(f)",
    ]


def test_a_report_may_speak_louder_and_of_another_dialect() -> None:
    def check(layer: Any) -> Iterator[Report]:
        yield Report(layer.at, "x", severity=Severity.ADVICE, dialect="keras1", note="n")

    finding = judged([make_rule("LL401", check)]).findings[0]
    assert (finding.severity, finding.dialect, finding.note) == (Severity.ADVICE, "keras1", "n")


def test_a_fault_in_a_shared_function_is_one_finding_that_names_the_layers() -> None:
    (finding,) = judged([make_rule("LL401", on_body)]).findings
    assert finding.location == Location("a.py", 2, 12, 2, 16)
    assert [place.location.row for place in finding.related] == [3, 4]


def test_a_fault_inside_the_call_does_not_name_the_call() -> None:
    finding = judged([make_rule("LL401", on_call)]).findings[0]
    assert finding.related == ()


def test_a_crash_is_one_problem_and_hides_nothing() -> None:
    result = judged([make_rule("LL401", crashing), make_rule("LL402", on_call)])
    assert places(result.findings) == [("LL401", 3), ("LL402", 3), ("LL401", 4), ("LL402", 4)]
    assert [str(problem) for problem in result.problems] == [
        f"a.py:{row}: internal error while applying the rule LL401 rule-ll401: KeyError: 'boom'"
        for row in (3, 4)
    ]
    assert "in crashing" in result.problems[0].detail


def test_analysis_that_fails_is_one_problem() -> None:
    result = judged([make_rule("LL401", on_call)], TEXT + "unanalysable = 1\n")
    assert [str(problem) for problem in result.problems] == [
        "a.py: internal error while analysing this file: RecursionError: too deep"
    ]
    assert result.findings == ()


def test_a_broken_statement_leaves_the_others_judged() -> None:
    result = judged([make_rule("LL401", on_call)], TEXT + "half = 1\n")
    assert len(result.findings) == 2
    assert [problem.message for problem in result.problems] == ["a broken statement"]


def test_a_file_without_lambda_is_not_parsed() -> None:
    assert judged([make_rule("LL401", crashing)], "x = 1\n") == FileResult("a.py")


def test_a_rule_is_silent_where_one_it_yields_to_spoke() -> None:
    def first_only(layer: Any) -> Iterator[Report]:
        if layer.at.node.lineno == 3:
            yield Report(layer.at, "the cause")

    rules = [make_rule("LL401", on_call, yields_to=("LL999", "LL402")), make_rule("LL402", first_only)]
    assert places(judged(rules).findings) == [("LL402", 3), ("LL401", 4)]


def test_a_rule_that_is_off_silences_nothing() -> None:
    rules = [make_rule("LL401", on_call, yields_to=("LL402",)), make_rule("LL402", on_call)]
    known = {rule.code: rule for rule in rules}
    settings = Settings("/nowhere", frozenset({"LL401"}))
    result = judge("a.py", settings, Plan.make(known, settings.codes), TEXT.encode())
    assert places(result.findings) == [("LL401", 3), ("LL401", 4)]


def test_rules_that_yield_in_a_circle_still_run() -> None:
    rules = [
        make_rule("LL401", on_call, yields_to=("LL402",)),
        make_rule("LL402", silent, yields_to=("LL401",)),
    ]
    assert len(judged(rules).findings) == 2


def test_rules_about_files() -> None:
    def whole(facts: Any) -> Iterator[Report]:
        for statement in facts.layers:
            yield Report(statement.at, "of the file")

    result = judged([make_rule("LL703", whole, whole_file=True)])
    assert places(result.findings) == [("LL703", 3), ("LL703", 4)]
    assert result.findings[0].dialect == ""
    yielding = make_rule("LL703", whole, whole_file=True, yields_to=("LL401",))

    def first_only(layer: Any) -> Iterator[Report]:
        if layer.at.node.lineno == 3:
            yield Report(layer.at, "the cause")

    found = judged([yielding, make_rule("LL401", first_only)]).findings
    assert places(found) == [("LL401", 3), ("LL703", 4)]


def test_comments_and_per_file_ignores_take_findings_away() -> None:
    text = TEXT.replace("a = Lambda(f)", "a = Lambda(f)  # lambdalint: ignore[LL401]")
    rules = [make_rule("LL401", on_call), make_rule("LL402", on_call)]
    result = judged(rules, text, per_file_ignores=(("a.py", frozenset({"LL402"})),))
    assert places(result.findings) == [("LL401", 4)]
    assert gather([result]).notices == ()


def test_unused_comments_are_noticed_but_not_where_a_problem_hides_the_truth() -> None:
    text = TEXT + "c = 1  # lambdalint: ignore[LL401]\n"
    assert len(gather([judged([make_rule("LL401", silent)], text)]).notices) == 1
    assert gather([judged([make_rule("LL401", silent)], text + "half = 1\n")]).notices == ()


def test_a_suppression_in_another_file_counts(tmp_path: Path) -> None:
    from lambdalint.sources.read import read

    other = tmp_path / "other.py"
    other.write_text("# Lambda\nx = g()  # lambdalint: ignore[LL401]\ny = g()\n", encoding="utf-8")
    unit = read(str(other))

    def elsewhere(layer: Any) -> Iterator[Report]:
        for statement in ast.parse(unit.text).body:  # type: ignore[union-attr]
            yield Report(Anchor(unit, statement), "elsewhere")  # type: ignore[arg-type]

    (finding,) = judged([make_rule("LL401", elsewhere)]).findings
    assert (finding.location.filename, finding.location.row) == (str(other), 3)
    assert [place.location.filename for place in finding.related] == ["a.py", "a.py"]


def test_another_module_is_named_as_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lambdalint.sources.unit import SourceUnit

    monkeypatch.chdir(tmp_path)
    text = "x = 1\n"
    found = SourceUnit(str(tmp_path / "pkg" / "other.py"), text, text)
    far = SourceUnit("/far/away.py", text, text)

    def elsewhere(layer: Any) -> Iterator[Report]:
        node = ast.parse(text).body[0]
        yield Report(Anchor(found, node), "elsewhere", related=((Anchor(far, node), "far"),))

    (finding,) = judged([make_rule("LL401", elsewhere)]).findings
    assert finding.location.filename == os.path.join("pkg", "other.py")
    assert finding.related[0].location.filename == "/far/away.py"


def test_merging_keeps_the_loudest_and_all_places() -> None:
    at = Location("a.py", 1, 1, 1, 2)
    first = Finding(
        "LL401", "n", Severity.WARNING, Contract.CALLING, "quiet", at, related=(Related(at, "x"),)
    )
    other = Location("b.py", 1, 1, 1, 2)
    second = replace(first, severity=Severity.ERROR, message="loud", related=(Related(other, "y"),))
    (merged,) = merge([first, second])
    assert (merged.severity, merged.message) == (Severity.ERROR, "loud")
    assert {place.location for place in merged.related} == {at, other}


def test_a_run_over_files_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.py", "a.py"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    pack = Problem("<rules>", "a broken pack")
    rules = {"LL401": make_rule("LL401", on_call)}
    monkeypatch.setattr("lambdalint.registry.load_rules", lambda: Registry(rules, (pack,)))
    seen: list[tuple[int, int]] = []
    settings = Settings(str(tmp_path), frozenset({"LL401"}))
    result: RunResult = run(
        ["-", "b.py", ".", "gone.py"],
        settings,
        stdin=Stdin("s.py", TEXT.encode()),
        progress=lambda done, total: seen.append((done, total)),
    )
    names = [finding.location.filename for finding in result.findings]
    assert names == ["a.py", "a.py", "b.py", "b.py", "s.py", "s.py"]
    assert [str(problem) for problem in result.problems] == [
        "<rules>: a broken pack",
        "gone.py: does not exist",
    ]
    assert (result.files, result.layers, seen) == (3, 6, [(1, 2), (2, 2)])
