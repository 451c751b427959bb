"""From the events that break the per-sample contract to reports: which are told, where, and their wording."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from lambdalint.findings import Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Along, Event, Tensor
from lambdalint.layers.dims import product, show_shape
from lambdalint.rule import Report
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.text import written

from .purpose import mixes_on_purpose, takes_batch_statistics

_LONGEST_QUOTE = 60


def reports(
    layer: LayerFacts,
    kind: str,
    word: Callable[[Event, str], str],
    counts: Callable[[Event], bool] = lambda event: True,
) -> Iterator[Report]:
    """One report for each event of this kind that reaches the layer's result, unless it is meant.

    ``word`` makes the message of an event and of the code that did it; ``counts`` says which events
    are judged.
    """
    for event in layer.causes(kind):
        report = report_of(layer, event, word) if counts(event) else None
        if report is not None:
            yield report


def report_of(layer: LayerFacts, event: Event, word: Callable[[Event, str], str]) -> Report | None:
    """The report of one event, or ``None`` where the samples are mixed on purpose."""
    at = place(layer, event)
    if mixes_on_purpose(layer, at):
        return None
    severity = Severity.WARNING if takes_batch_statistics(layer, at) else None
    size = event.data.get("size")
    facts = {"rows": size} if isinstance(size, int) else {}
    return Report(at, word(event, quote(at.node)), note=change(event), severity=severity, facts=facts)


def place(layer: LayerFacts, event: Event) -> Anchor:
    """Where the event stands: the function argument, for a library function that is passed by name."""
    applied = [layer.node, *(application.at.node for application in layer.applications)]
    function = None if layer.kind in ("merge", "Merge") else layer.function_node
    if function is not None and any(event.at.node is node for node in applied):
        return Anchor(layer.unit, function)
    return event.at


def quote(node: ast.AST) -> str:
    """The code of a node in backquotes; a long call without its arguments."""
    text = written(node)
    if len(text) > _LONGEST_QUOTE and isinstance(node, ast.Call):
        text = f"{written(node.func)}(…)"
    if len(text) > _LONGEST_QUOTE:
        text = f"{text[: _LONGEST_QUOTE - 1]}…"
    return f"`{text}`"


def change(event: Event) -> str:
    """The shapes before and after, as they stand next to the caret: ``(B, 2, 2) -> (2, 2)``."""
    before, after = event.data.get("before"), event.data.get("after")
    if not isinstance(before, Tensor) or before.dims is None:
        return ""
    if not isinstance(after, tuple):
        return show_shape(before.dims)
    return f"{show_shape(before.dims)} -> {show_shape(after)}"


def misfit(event: Event) -> tuple[int, int] | None:
    """The entries of a sample and of a row of its new shape, where neither is a multiple of the other.

    Such a reshape runs on batches of a few sizes alone, and cuts the samples apart there.
    """
    before, after = event.data.get("before"), event.data.get("after")
    if not event.text.endswith("reshape") or not isinstance(before, Tensor) or not before.dims:
        return None
    sample, row = (product(dims[1:]) for dims in (before.dims, after or ()))
    if not isinstance(sample, int) or not isinstance(row, int) or not after or sample * row == 0:
        return None
    return (sample, row) if sample % row and row % sample else None


def rank_before(event: Event) -> int | None:
    """The number of axes of the operand, where it is known."""
    before = event.data.get("before")
    return before.rank if isinstance(before, Tensor) else None


def batch_axis(event: Event) -> str:
    """The axis that carried the samples: ``axis 0``, or another after a transposition."""
    before = event.data.get("before")
    axis = before.batch.axis if isinstance(before, Tensor) and isinstance(before.batch, Along) else 0
    return f"axis {axis}"


def feature_axes(event: Event) -> str:
    """The axes to name instead of the batch axis: ``axis=1`` where there is no other."""
    rank = rank_before(event)
    if rank == 2:
        return "axis=1"
    if rank is not None and rank > 2:
        return "axis=1 or axis=2" if rank == 3 else f"one of axis=1 to axis={rank - 1}"
    return "axis=-1 or another axis than 0"


def names_axis(node: ast.AST) -> bool:
    """Whether a call writes the axis it works on, instead of leaving it to the default."""
    if not isinstance(node, ast.Call):
        return False
    named = any(
        word.arg in ("axis", "axes", "dim", "reduction_indices", "reduction_axes", "dot_axes")
        for word in node.keywords
    )
    return named or len(node.args) > 1
