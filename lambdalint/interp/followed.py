"""Which layers were followed to their result, and why the others were not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lambdalint.interp import events, reasons
from lambdalint.interp.values import Dictionary, Sequence, Tensor, Unknown, Unsure, Value

if TYPE_CHECKING:
    from lambdalint.interp.facts import Application, LayerFacts, Trace

RANK_LOST = "the rank of the result is not known"

_FAILURES = (events.FAILS, events.IMPOSSIBLE, events.UNDEFINED)
_CERTAIN = (reasons.BAD_ARGUMENTS, reasons.IMPOSSIBLE, reasons.UNDEFINED)


class Followed(NamedTuple):
    """How far a layer was followed: ``reason`` is why its result is not known, or empty.

    ``ranked`` says that the rank of all its inputs is known wherever it is used.
    """

    ranked: bool
    reason: str


def followed(layer: LayerFacts) -> Followed:
    """Judge the uses of a layer."""
    if not layer.applications:
        return Followed(False, reasons.NOT_APPLIED)
    ranked = all(_fed(use.inputs) and _ranked(use.inputs) for use in layer.applications)
    reason = next((why for use in layer.applications if (why := _reason(use, ranked))), "")
    return Followed(ranked, reason)


def _fed(value: Value) -> bool:
    """Whether it is a tensor, or holds one: a layer of constants is called on an empty list."""
    items = _parts(value)
    return items is None or any(map(_fed, items))


def _ranked(value: Value) -> bool:
    items = _parts(value)
    if items is not None:
        return all(map(_ranked, items))
    return isinstance(value, Tensor) and value.dims is not None


def _parts(value: Value) -> list[Value] | None:
    if isinstance(value, Sequence):
        # The parts of a list of unknown length are all alike.
        return [value.element] if value.items is None and value.element is not None else value.items
    return list(value.items.values()) if isinstance(value, Dictionary) else None


def _reason(use: Application, ranked: bool) -> str:
    result = use.trace.result
    if any(result is given for given in (use.inputs, *use.trace.arguments)) or _fails(use.trace):
        return ""
    return next(_gaps(result, ranked), "")


def _fails(trace: Trace) -> bool:
    """Whether the function is known to raise: it has no result that could be followed."""
    raised = any(event.kind in _FAILURES for event in trace.events)
    return raised and isinstance(trace.result, Unknown) and trace.result.reason in _CERTAIN


def _gaps(value: Value, ranked: bool) -> Iterator[str]:
    """Why parts of a result are not known."""
    if isinstance(value, Unknown):
        yield value.reason
    elif isinstance(value, Tensor):
        if isinstance(value.batch, Unsure) and value.batch.reason not in reasons.FACTS:
            yield value.batch.reason
        elif value.dims is None and ranked:
            yield RANK_LOST
    elif isinstance(value, (Sequence, Dictionary)):
        items = _parts(value)
        if items is None:
            yield reasons.ENTRY
        for item in items or ():
            yield from _gaps(item, ranked)
