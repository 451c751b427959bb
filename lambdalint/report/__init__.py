"""The reports: one module for each output format, all with ``render(result, view) -> str``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from lambdalint.report.view import View

if TYPE_CHECKING:
    from lambdalint.results import RunResult

__all__ = ["View", "render"]

_MODULES = {"json": "json_report", "json-lines": "json_lines"}


def render(output_format: str, result: RunResult, view: View) -> str:
    """The report of a run in one of :data:`lambdalint.settings.FORMATS`."""
    module = import_module(f"{__name__}.{_MODULES.get(output_format, output_format)}")
    text: str = module.render(result, view)
    return text
