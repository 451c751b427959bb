"""One line for each finding: ``path:row:col: CODE [severity] message``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.report.view import told, visible

if TYPE_CHECKING:
    from lambdalint.report.view import View
    from lambdalint.results import RunResult


def render(result: RunResult, view: View) -> str:
    """All findings."""
    return "".join(
        f"{visible(str(f.location))}: {f.code} [{f.severity.value}] {visible(' '.join(told(f).split()))}\n"
        for f in result.findings
    )
