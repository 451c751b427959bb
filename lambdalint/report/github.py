"""Workflow commands of GitHub Actions, which show each finding beside its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.findings import Finding, Problem, Severity
from lambdalint.report.view import absolute, told

if TYPE_CHECKING:
    from lambdalint.report.view import View
    from lambdalint.results import RunResult

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render(result: RunResult, view: View) -> str:
    """All findings, then the problems as errors."""
    return "".join(
        [_finding(finding) for finding in result.findings]
        + [_problem(problem) for problem in result.problems]
    )


def _finding(finding: Finding) -> str:
    at = finding.location
    # The rows of a cell are not rows of the notebook file.
    row, column, end_row, end_column = at.row, at.column, at.end_row, at.end_column
    if at.cell is not None:
        row, column, end_row, end_column = 1, 1, 1, 1
    properties = {
        "title": f"lambdalint ({finding.code})",
        "file": absolute(at.filename),
        "line": row,
        "endLine": end_row,
    }
    if row == end_row:
        properties |= {"col": column, "endColumn": end_column}
    return _command(_COMMANDS[finding.severity], properties, f"{at}: {finding.code} {told(finding)}")


def _problem(problem: Problem) -> str:
    properties: dict[str, object] = {"title": "lambdalint", "file": absolute(problem.filename)}
    if problem.row is not None and problem.cell is None:
        properties["line"] = problem.row
    return _command("error", properties, str(problem))


def _command(name: str, properties: dict[str, object], message: str) -> str:
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
