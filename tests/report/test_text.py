"""The text and concise reports: what a person reads."""

from __future__ import annotations

import pytest

from lambdalint.findings import Contract, Finding, Location, Related, Severity
from lambdalint.report import View, render
from lambdalint.results import Quote, RunResult


def one(
    line: str, column: int, end_column: int, *, end_row: int = 7, note: str = "", message: str = "Why."
) -> RunResult:
    location = Location("a.py", 7, column, end_row, end_column)
    found = Finding(
        "LL102", "whole-batch-reduction", Severity.ERROR, Contract.PER_SAMPLE, message, location, note
    )
    return RunResult(findings=(found,), quotes={location: Quote(line, 7)}, paths=("train.py",))


def excerpt(result: RunResult, view: View | None = None) -> list[str]:
    """The source line and the caret line, behind the gutter."""
    return [line[8:] for line in render("text", result, view or View()).splitlines()[1:3]]


def test_everything_at_its_place(run_result: RunResult) -> None:
    assert render("text", run_result, View()) == (
        "nb.ipynb:cell 4:2:1  LL302 global-missing-on-load  warning\n"
        "    2 | f(tf,\n"
        "      | ^^^^^\n"
        "  `tf` is\n"
        "  a global.\n"
        "\n"
        "train.py:11:32  LL101 batch-axis-reduction  error, confirmed\n"
        "   11 | model.add(Lambda(lambda x: x / (x ** 2).sum(axis=0).sqrt()))\n"
        "      |                                ^^^^^^^^^^^^^^^^^^^^ (B, 2, 2) -> (2, 2)\n"
        "  sum(axis=0) adds up the samples of the batch, so each output depends on its\n"
        "  neighbours.\n"
        "  witness: sample 0 alone gives 1.000, in a batch of two 0.316\n"
        "  fix (unsafe): axis=1\n"
        "  models/a.py:3:5: the layer this is about\n"
        "\n"
        "train.py:12:1  LL604 epsilon-swallows-norm  advice\n"
        "   12 | x = f(x)\n"
        "      | ^^^^^^^^\n"
        "  Tiny.\n"
    )


def test_the_message_is_wrapped_to_the_width() -> None:
    text = render("text", one("x", 1, 2, message="word " * 40), View(width=50))
    body = text.splitlines()[3:]
    assert len(body) == 5
    assert all(line.startswith("  word") and len(line) <= 50 for line in body)


def test_tabs_are_as_wide_in_the_line_as_in_the_underline() -> None:
    assert excerpt(one("\tx\t= f(\tx)", 6, 11)) == ["    x    = f(    x)", "           ^^^^^^^^"]


def test_wide_and_combining_characters_are_underlined_right() -> None:
    assert excerpt(one("s = '漢字'; f(x)", 11, 15)) == ["s = '漢字'; f(x)", "             ^^^^"[1:]]
    assert excerpt(one("s = 'e\u0301'; f(x)", 11, 15)) == ["s = 'e\u0301'; f(x)", "         ^^^^"]
    assert excerpt(one("x = 漢字", 5, 7)) == ["x = 漢字", "    ^^^^"]


def test_an_empty_range_still_has_a_caret() -> None:
    assert excerpt(one("f(x)", 3, 3)) == ["f(x)", "  ^"]


def test_a_range_over_several_lines_is_underlined_to_the_end_of_the_first() -> None:
    assert excerpt(one("x = f(  ", 5, 2, end_row=9)) == ["x = f(", "    ^^"]


def test_a_very_long_line_is_cut_around_the_range() -> None:
    line, carets = excerpt(one("a" * 3000 + "f(x)" + "b" * 3000, 3001, 3005))
    assert len(line) < 80
    assert line[carets.index("^") : carets.rindex("^") + 1] == "f(x)"


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = render("text", one("x = '\x1b[2J\u202e\x9b'", 1, 2, message="\x1b[31m", note="\x07"), View())
    assert not {"\x1b", "\u202e", "\x9b", "\x07"} & set(text)
    assert "␛[2J" in text


def test_without_the_source_the_note_is_still_there() -> None:
    location = Location("a.py", 7, 1, 7, 2)
    found = Finding("LL102", "n", Severity.ERROR, Contract.PER_SAMPLE, "Why.", location, "(B,) -> ()")
    text = render("text", RunResult(findings=(found,)), View())
    assert text == "a.py:7:1  LL102 n  error\n  (B,) -> ()\n  Why.\n"


def test_many_related_places_are_cut() -> None:
    location = Location("a.py", 7, 1, 7, 2)
    related = tuple(Related(Location("b.py", row, 1, row, 2), "here") for row in range(1, 9))
    found = Finding("LL102", "n", Severity.ERROR, Contract.PER_SAMPLE, "Why.", location, related=related)
    text = render("text", RunResult(findings=(found,)), View())
    assert text.count("  b.py:") == 5
    assert text.endswith("  and 3 more places\n")


def test_colours_and_links_only_when_asked_for(run_result: RunResult) -> None:
    assert "\x1b" not in render("text", run_result, View())
    colored = render("text", run_result, View(color=True))
    assert "\x1b[1;31mLL101\x1b[0m" in colored
    assert "\x1b]8" not in colored
    linked = render("text", run_result, View(links=True))
    url = "https://lambdalint.readthedocs.io/en/stable/rules/LL101-batch-axis-reduction"
    assert f"\x1b]8;;{url}\x1b\\LL101\x1b]8;;\x1b\\ batch-axis-reduction" in linked


def test_concise(run_result: RunResult) -> None:
    assert render("concise", run_result, View()).splitlines() == [
        "nb.ipynb:cell 4:2:1: LL302 [warning] `tf` is a global.",
        "train.py:11:32: LL101 [error] sum(axis=0) adds up the samples of the batch, "
        "so each output depends on its neighbours. "
        "Witness: sample 0 alone gives 1.000, in a batch of two 0.316.",
        "train.py:12:1: LL604 [advice] Tiny.",
    ]


@pytest.mark.parametrize("output_format", ["text", "concise"])
def test_nothing_found_is_nothing_said(output_format: str) -> None:
    assert render(output_format, RunResult(paths=("train.py",)), View()) == ""
