"""What is said beside the report: the progress bar, the summary, the counts."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from lambdalint.findings import Severity
from lambdalint.report.progress import ProgressBar
from lambdalint.report.summary import statistics, summary, unknowns
from lambdalint.results import Reach, RunResult


def test_the_bar_shows_on_a_terminal_after_a_while(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lambdalint.report.progress._PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with ProgressBar() as progress:
        progress(1, 4)
        progress(4, 4)
    captured = capsys.readouterr()
    assert "4/4" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(("terminal", "patience"), [(False, -1.0), (True, 60.0)])
def test_the_bar_is_silent_elsewhere_and_in_short_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool, patience: float
) -> None:
    monkeypatch.setattr("lambdalint.report.progress._PATIENCE_SECONDS", patience)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with ProgressBar() as progress:
        progress(1, 4)
    assert capsys.readouterr().err == ""


def test_a_silent_bar_does_not_import_rich() -> None:
    script = (
        "import sys\nfrom lambdalint.report.progress import ProgressBar\n"
        "with ProgressBar() as bar:\n    bar(1, 2)\nprint('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_summary(run_result: RunResult) -> None:
    error, warning, advice = run_result.findings[1], run_result.findings[0], run_result.findings[2]
    assert summary(run_result) == "Found 1 error, 1 warning, 1 advice.\n"
    assert (
        summary(replace(run_result, findings=(error, error, error, warning)))
        == "Found 3 errors, 1 warning.\n"
    )
    two = (replace(warning, severity=Severity.WARNING), warning, advice, advice)
    assert summary(replace(run_result, findings=two)) == "Found 2 warnings, 2 advice.\n"


def test_passed_is_said_only_where_something_was_checked(run_result: RunResult) -> None:
    assert summary(RunResult(paths=("train.py",))) == "All checks passed!\n"
    assert summary(RunResult()) == ""
    assert summary(RunResult(paths=("train.py",), problems=run_result.problems)) == ""


def test_statistics_rank_by_count(run_result: RunResult) -> None:
    many = replace(run_result, findings=run_result.findings + run_result.findings[2:] * 10)
    assert statistics(many, "text") == (
        "11\tLL604\tepsilon-swallows-norm\n"
        " 1\tLL101\tbatch-axis-reduction\n"
        " 1\tLL302\tglobal-missing-on-load\n"
    )
    assert statistics(RunResult(), "text") == ""
    assert statistics(RunResult(), "json") == "[]\n"


def test_reasons_rank_by_count(run_result: RunResult) -> None:
    assert unknowns(run_result.reach) == (
        "Followed to the result: 25 of 40 layers (62.5 %); where the rank of the input is known, "
        "18 of 20 (90.0 %).\n"
        "Not followed, and why:\n12  opaque input\n 3  unknown function\n"
    )
    assert unknowns(Reach()) == ("No layers to follow.\n")


def test_ranks_that_are_known_nowhere_are_not_counted() -> None:
    text = unknowns(Reach.of([(False, ""), (False, "the axis is not known")]))
    assert text.startswith(
        "Followed to the result: 1 of 2 layers (50.0 %); the rank of the input is known nowhere.\n"
    )
