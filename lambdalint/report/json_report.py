"""JSON: ruff's object for each finding, with lambdalint's own fields beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lambdalint.report.view import absolute, rule_url

if TYPE_CHECKING:
    from lambdalint.findings import Finding, Fix, Location, Problem, Verdict
    from lambdalint.report.view import View
    from lambdalint.results import RunResult
    from lambdalint.suppress import Notice


def render(result: RunResult, view: View) -> str:
    """A list of findings; with ``view.problems`` an object that holds them beside problems and notices."""
    findings = [as_object(finding, result) for finding in result.findings]
    if not view.problems:
        return json.dumps(findings, indent=2) + "\n"
    whole = {
        "findings": findings,
        "problems": [problem_object(problem) for problem in result.problems],
        "notices": [notice_object(notice) for notice in result.notices],
    }
    return json.dumps(whole, indent=2) + "\n"


def as_object(finding: Finding, result: RunResult) -> dict[str, Any]:
    """One finding."""
    location = finding.location
    return {
        "cell": location.cell,
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "note": finding.note or None,
        "severity": finding.severity.value,
        "contract": finding.contract.title,
        "dialect": finding.dialect or None,
        "filename": absolute(location.filename),
        "location": _start(location),
        "end_location": _end(location),
        "noqa_row": result.quote(finding).noqa_row,
        "fix": _fix(finding.fix),
        "verdict": _verdict(finding.verdict),
        "related": [{**_place(place.location), "message": place.message} for place in finding.related],
        "url": rule_url(finding.code, finding.name),
    }


def problem_object(problem: Problem) -> dict[str, Any]:
    """One problem; ``location`` is null where it concerns the whole file."""
    row = problem.row
    return {
        "cell": problem.cell,
        "filename": absolute(problem.filename),
        "location": None if row is None else {"row": row, "column": problem.column or 1},
        "message": problem.message,
    }


def notice_object(notice: Notice) -> dict[str, Any]:
    """One remark about a suppression comment."""
    return {**_place(notice.location), "message": notice.message}


def _place(location: Location) -> dict[str, Any]:
    return {
        "cell": location.cell,
        "filename": absolute(location.filename),
        "location": _start(location),
        "end_location": _end(location),
    }


def _start(location: Location) -> dict[str, int]:
    return {"row": location.row, "column": location.column}


def _end(location: Location) -> dict[str, int]:
    return {"row": location.end_row, "column": location.end_column}


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [
        {"content": edit.content, "location": _start(edit.location), "end_location": _end(edit.location)}
        for edit in fix.edits
    ]
    return {"applicability": fix.applicability.value, "message": fix.message, "edits": edits}


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "status": verdict.status.value,
        "reason": verdict.reason or None,
        "witness": verdict.witness or None,
        "details": dict(verdict.details),
    }
