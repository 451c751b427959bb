"""Suppression comments: what they cover, what they mean, and which are reported as unused."""

from __future__ import annotations

import textwrap

import pytest

from lambdalint.findings import Contract, Finding, Severity
from lambdalint.rule import Rule
from lambdalint.sources.unit import Cell, SourceUnit
from lambdalint.suppress import Outcome, apply, unused


def make_rule(code: str, name: str, default: bool = True) -> Rule:
    return Rule(code, name, Contract.PER_SAMPLE, Severity.ERROR, default=default, doc="A rule.")


RULES = {
    rule.code: rule
    for rule in (
        make_rule("LL101", "batch-axis-reduction"),
        make_rule("LL102", "whole-batch-reduction"),
        make_rule("LL305", "lambda-bytecode", default=False),
    )
}
ON = frozenset({"LL101", "LL102"})


def make_unit(text: str, cells: tuple[Cell, ...] = ()) -> SourceUnit:
    text = textwrap.dedent(text)
    return SourceUnit("a.py", text, text, cells=cells, is_notebook=bool(cells))


def finding(
    unit: SourceUnit, row: int, end_row: int | None = None, code: str = "LL101", end_column: int = 5
) -> Finding:
    location = unit.location(row, 1, end_row or row, end_column)
    rule = RULES[code]
    return Finding(code, rule.name, rule.severity, rule.contract, "A message.", location)


def kept(text: str, row: int = 1, end_row: int | None = None, code: str = "LL101") -> bool:
    unit = make_unit(text)
    outcome = apply(unit, [finding(unit, row, end_row, code)], RULES, ON)
    return bool(outcome.kept)


@pytest.mark.parametrize(
    ("comment", "code", "stays"),
    [
        ("# lambdalint: ignore[LL101]", "LL101", False),
        ("# lambdalint: ignore[LL101]", "LL102", True),
        ("# lambdalint: ignore[LL101, LL102] for a reason", "LL102", False),
        ("# lambdalint: ignore[batch-axis-reduction]", "LL101", False),
        ("# lambdalint: ignore[LL1]", "LL102", False),
        ("# lambdalint: ignore[ALL]", "LL101", False),
        ("# lambdalint: ignore", "LL102", False),
        ("#lambdalint:ignore [LL101]", "LL101", False),
        ("# type: ignore # lambdalint: ignore[LL101] # other", "LL101", False),
        ("# lambdalint: ignored", "LL101", True),
        ("# lambdalint: ignore[LL101", "LL101", True),
        ("# lambdalint: ignore[]", "LL101", True),
        ("# noqa", "LL101", False),
        ("# NoQA: LL101", "LL101", False),
        ("# noqa:LL101,E501", "LL101", False),
        ("# noqa: E501 LL101 because", "LL101", False),
        ("# noqa: E501", "LL101", True),
        ("# noqa: nothing named", "LL101", True),
        ("# noqable", "LL101", True),
        ("# type: ignore  # noqa: LL101", "LL101", False),
        ("# see the noqa docs", "LL101", True),
    ],
)
def test_a_comment_on_the_line(comment: str, code: str, stays: bool) -> None:
    assert kept(f"x = 1  {comment}\n", code=code) is stays


def test_a_string_is_no_comment() -> None:
    assert kept("x = '# lambdalint: ignore[LL101]'  + '# noqa'\n")


def test_a_comment_on_another_line_does_not_count() -> None:
    text = "# lambdalint: ignore[LL101]\nx = 1\n# lambdalint: ignore[LL101]\n"
    assert kept(text, row=2)


@pytest.mark.parametrize("marked", [1, 2, 3])
def test_any_line_of_the_range_counts(marked: int) -> None:
    lines = ["x = f(", "    1,", ")"]
    lines[marked - 1] += "  # lambdalint: ignore[LL101]"
    assert not kept("\n".join(lines), row=1, end_row=3)


def test_a_range_that_ends_before_a_line_does_not_cover_it() -> None:
    unit = make_unit("x = 1\ny = 2  # noqa\n")
    assert apply(unit, [finding(unit, 1, 2, end_column=1)], RULES, ON).kept


def test_a_comment_after_a_multi_line_string_counts_for_its_rows() -> None:
    unit = make_unit('x = f("""\nabc\n""")  # noqa: LL101\ny = 1\n')
    assert not apply(unit, [finding(unit, 1), finding(unit, 2)], RULES, ON).kept
    assert apply(unit, [finding(unit, 4)], RULES, ON).kept


def test_a_comment_after_continued_lines_counts_for_them() -> None:
    text = "x = 1 + \\\n    2 + \\\n    3  # lambdalint: ignore[LL101]\ny = 1\n"
    assert not kept(text, row=1)
    assert not kept(text, row=2)
    assert kept(text, row=4)


def test_noqa_rows_say_where_a_comment_belongs() -> None:
    unit = make_unit('a = 1\nx = f("""\nabc\n""")\ny = 1 + \\\n    2\n')
    outcome = apply(unit, [finding(unit, 1), finding(unit, 2), finding(unit, 5)], RULES, ON)
    assert outcome.noqa_rows == (1, 4, 6)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("# lambdalint: ignore-file[LL101]\nx = 1\n", False),
        ('"""Doc."""\n\n# lambdalint: ignore-file\nx = 1\n', False),
        ("#!/usr/bin/env python\n# coding: utf-8\n# lambdalint: ignore-file[LL102]\nx = 1\n", True),
        ("import a\n# lambdalint: ignore-file[LL101]\nx = 1\n", True),
    ],
)
def test_a_whole_file(text: str, stays: bool) -> None:
    assert kept(text, row=text.count("\n")) is stays


def test_a_misplaced_ignore_file_is_noticed() -> None:
    unit = make_unit("import a\nx = 1  # lambdalint: ignore-file\n")
    notices = apply(unit, [], RULES, ON).notices
    assert [str(notice) for notice in notices] == [
        "a.py:2:8: `ignore-file` works only on a line of its own above the first statement"
    ]


def messages(*outcomes: Outcome) -> list[str]:
    return [str(notice) for notice in unused(outcomes)]


def test_unused_suppressions_are_noticed() -> None:
    unit = make_unit("x = 1  # lambdalint: ignore[LL101, LL102]\ny = 2  # lambdalint: ignore\n")
    outcome = apply(unit, [finding(unit, 1)], RULES, ON)
    assert messages(outcome) == [
        "a.py:1:8: unused suppression of LL102: nothing is reported here",
        "a.py:2:8: unused suppression: nothing is reported here",
    ]


@pytest.mark.parametrize(
    ("comment", "judged"),
    [
        ("# lambdalint: ignore[LL102]", {"LL101"}),
        ("# lambdalint: ignore[LL1]", {"LL101"}),
        ("# lambdalint: ignore[LL305]", ON),
        ("# lambdalint: ignore", {"LL101"}),
        ("# noqa: LL101", ON),
        ("# noqa", ON),
    ],
)
def test_what_was_not_judged_or_is_shared_is_not_called_unused(comment: str, judged: set[str]) -> None:
    unit = make_unit(f"x = 1  {comment}\n")
    assert messages(apply(unit, [], RULES, frozenset(judged))) == []


@pytest.mark.parametrize(("words", "told"), [("", 0), ("[LL101]", 1)])
def test_a_file_that_is_left_alone_needs_no_finding(words: str, told: int) -> None:
    unit = make_unit(f"# lambdalint: ignore-file{words}\nx = 1\n")
    assert len(messages(apply(unit, [], RULES, ON))) == told


def test_a_comment_used_by_another_file_is_not_unused() -> None:
    unit = make_unit("x = 1  # lambdalint: ignore[LL101]\n")
    alone = apply(unit, [], RULES, ON)
    through_another = apply(unit, [finding(unit, 1)], RULES, frozenset())
    assert len(messages(alone)) == 1
    assert messages(alone, through_another) == []


def test_unknown_words_are_noticed_and_not_called_unused() -> None:
    unit = make_unit("x = 1  # lambdalint: ignore[batch-axis-reducton]\n")
    assert messages(apply(unit, [], RULES, ON)) == [
        "a.py:1:8: unknown rule 'batch-axis-reducton' (did you mean 'batch-axis-reduction'?) in a suppression"
    ]


def test_a_malformed_comment_is_noticed() -> None:
    unit = make_unit("x = 1  # lambdalint: ignroe[LL101]\n")
    assert messages(apply(unit, [], RULES, ON)) == [
        "a.py:1:8: 'ignroe[LL101]' is no suppression; write `# lambdalint: ignore[LL101]`"
    ]


def test_cells_of_a_notebook_are_their_own() -> None:
    text = "x = 1\ny = 2  # lambdalint: ignore[LL101]\nx = 1\ny = 2\nz = 3  # lambdalint: ignore[LL102]\n"
    unit = make_unit(text, cells=(Cell(2, 1), Cell(5, 3)))
    outcome = apply(unit, [finding(unit, 2), finding(unit, 4)], RULES, ON)
    assert [(f.location.cell, f.location.row) for f in outcome.kept] == [(5, 2)]
    assert outcome.noqa_rows == (2,)
    assert messages(outcome) == ["a.py:cell 5:3:8: unused suppression of LL102: nothing is reported here"]


@pytest.mark.parametrize(
    "broken",
    ["x = (1\n", "x = 'abc\n", "    y = 1\n  z = 2\n", "x = $?\n", "x = 0777\n"],
)
def test_a_broken_line_does_not_hide_comments_below_or_above(broken: str) -> None:
    text = f"a = 1  # noqa: LL101\n{broken}b = 2  # lambdalint: ignore[LL101]\n"
    assert not kept(text, row=1)
    assert not kept(text, row=text.count("\n"))


def test_a_file_without_findings_and_comments_is_not_tokenized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdalint.suppress._tokens", lambda lines: pytest.fail("tokenized"))
    assert apply(make_unit("x = 1  # noqa\n"), [], RULES, ON) == Outcome(())
