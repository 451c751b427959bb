"""JSON lines: the objects of the JSON report, one on each line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambdalint.report.json_report import as_object, notice_object, problem_object

if TYPE_CHECKING:
    from lambdalint.report.view import View
    from lambdalint.results import RunResult


def render(result: RunResult, view: View) -> str:
    """All findings; with ``view.problems`` also lines ``{"problem": …}`` and ``{"notice": …}``."""
    objects = [as_object(finding, result) for finding in result.findings]
    if view.problems:
        objects += [{"problem": problem_object(problem)} for problem in result.problems]
        objects += [{"notice": notice_object(notice)} for notice in result.notices]
    return "".join(json.dumps(item) + "\n" for item in objects)
