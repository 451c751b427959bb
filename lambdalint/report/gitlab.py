"""GitLab code quality: a list of issues with fingerprints."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from lambdalint.findings import Finding, Severity
from lambdalint.report.view import absolute, fingerprints, relative, told

if TYPE_CHECKING:
    from lambdalint.report.view import View
    from lambdalint.results import RunResult

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.ADVICE: "info"}


def render(result: RunResult, view: View) -> str:
    """All findings, with paths relative to ``CI_PROJECT_DIR`` or the current folder."""
    return json.dumps([_issue(finding, mark) for finding, mark in fingerprints(result)], indent=2) + "\n"


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    at = finding.location
    path = absolute(at.filename)
    # The rows of a cell are not rows of the notebook file.
    begin, end = ((at.row, at.column), (at.end_row, at.end_column)) if at.cell is None else ((1, 1), (1, 1))
    return {
        "check_name": finding.code,
        "description": f"{finding.code} {finding.name}: {told(finding)}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": relative(path, os.environ.get("CI_PROJECT_DIR") or None) or path,
            "positions": {
                "begin": {"line": begin[0], "column": begin[1]},
                "end": {"line": end[0], "column": end[1]},
            },
        },
    }
