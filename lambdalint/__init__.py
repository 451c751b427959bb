"""lambdalint: the analyzer for Keras ``Lambda`` layers and Keras-1 ``merge`` calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lambdalint.confirm.live import NotJudged, check_layer, check_model
    from lambdalint.findings import Finding, Status, Verdict

__version__ = "0.1.0"

_HOMES = {
    "NotJudged": "lambdalint.confirm.live",
    "check_layer": "lambdalint.confirm.live",
    "check_model": "lambdalint.confirm.live",
    "Finding": "lambdalint.findings",
    "Status": "lambdalint.findings",
    "Verdict": "lambdalint.findings",
}

__all__ = ["Finding", "NotJudged", "Status", "Verdict", "__version__", "check_layer", "check_model"]


def __getattr__(name: str) -> Any:
    # What runs layers is loaded when it is asked for: most runs of the linter never do.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
