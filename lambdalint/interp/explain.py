"""The explanation of one layer: its dialect, what flows in, and its trace step by step."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lambdalint.interp.events import PER_SAMPLE
from lambdalint.interp.values import (
    Along,
    Broken,
    Const,
    Constant,
    Dictionary,
    Function,
    Layer,
    Library,
    Model,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import show
from lambdalint.syntax.positions import locate
from lambdalint.syntax.text import written

if TYPE_CHECKING:
    from lambdalint.interp.facts import Application, FileFacts, LayerFacts
    from lambdalint.interp.values import Step
    from lambdalint.syntax.parse import ParsedUnit

_USES = {
    "called": "called on",
    "add": "added to a Sequential model, where it gets",
    "sequential": "an element of Sequential([...]), where it gets",
    "wrapped": "inside a wrapper such as TimeDistributed, where it gets",
    "merge": "merges",
    "assumed": "no use is in view; assumed input:",
}


def explain(parsed: ParsedUnit, facts: FileFacts, row: int, cell: int | None) -> str:
    """The explanation of the layers at a row: those that begin there, else those that span it.

    Rows count within the cell in a notebook, as reports print them.
    """
    here = layers_at(facts, row, cell)
    if not here:
        rows = {layer: locate(layer.unit, layer.node) for layer in facts.layers}
        known = ", ".join(str(at.row) for at in rows.values() if at.cell == cell) or "none"
        return f"{parsed.unit.path}: no Lambda or merge layer at row {row}; there are layers at rows: {known}"
    return "\n\n".join("\n".join(_layer(layer)) for layer in here)


def layers_at(facts: FileFacts, row: int, cell: int | None) -> list[LayerFacts]:
    """The layers that begin in a row, else those that span it; rows count within the cell in a notebook."""
    rows = {layer: locate(layer.unit, layer.node) for layer in facts.layers}
    here = [layer for layer, at in rows.items() if at.row == row and at.cell == cell]
    return here or [layer for layer, at in rows.items() if at.row <= row <= at.end_row and at.cell == cell]


def _layer(layer: LayerFacts) -> Iterator[str]:
    yield f"{locate(layer.unit, layer.node)}  {_source(layer.node)}"
    dialect = layer.file.dialect
    yield f"  dialect:   {layer.dialect}"
    for evidence in dialect.evidence[:4]:
        yield f"             {evidence}"
    yield f"  function:  {', '.join(describe(f) for f in layer.functions) or 'none'}"
    if layer.output_shape_node is not None:
        yield f"  declared:  output_shape={_source(layer.output_shape_node)}"
    if layer.site.in_loss:
        yield "  purpose:   it is a loss: mixing samples is meant"
    seen: set[tuple[str, ...]] = set()
    for application in layer.applications:
        lines = tuple(_application(layer, application))
        if lines not in seen:
            seen.add(lines)
            yield from lines


def _application(layer: LayerFacts, application: Application) -> Iterator[str]:
    at = locate(application.at.unit, application.at.node)
    yield f"  row {at.row}: {_USES[application.how]} {describe(application.inputs)}"
    trace = application.trace
    width = max((len(_text(step)) for step in trace.steps), default=0)
    for step in trace.steps[:60]:
        yield f"    {_text(step).ljust(min(width, 48))}  {describe(step.result)}"
    yield f"    returns {describe(trace.result)}"
    for event in layer.causes(*PER_SAMPLE):
        place = locate(event.at.unit, event.at.node)
        yield f"    ! {event.kind} at row {place.row}: {_source(event.at.node)}"
    if application.declared is not None:
        yield f"    declared {describe(application.declared)}"
    for reason in dict.fromkeys(trace.unknowns):
        yield f"    ? {reason}"


def _text(step: Step) -> str:
    return _source(step.at.node, 48)


def _source(node: ast.AST, limit: int = 72) -> str:
    try:
        text = " ".join(written(node).split())
    except (ValueError, RecursionError):
        return "…"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def describe(value: Value, depth: int = 3) -> str:
    """A value in a few words: shapes with the batch axis marked by ``*``."""
    if isinstance(value, Tensor):
        return _tensor(value)
    if isinstance(value, Const):
        return repr(value.value)
    if isinstance(value, Number):
        return f"{show(value.dim)} or None" if value.maybe_none else show(value.dim)
    if isinstance(value, Sequence):
        if value.items is None or not depth:
            return f"a {value.kind} of unknown length"
        inner = ", ".join(describe(item, depth - 1) for item in value.items)
        return f"({inner})" if value.kind == "tuple" else f"[{inner}]"
    if isinstance(value, Dictionary):
        return (
            "{"
            + ", ".join(f"{key!r}: {describe(item, depth - 1)}" for key, item in value.items.items())
            + "}"
        )
    if isinstance(value, Function):
        return f"{value.name}()" if value.name != "<lambda>" else _source(value.node)
    if isinstance(value, Library):
        return value.spelling or value.name
    if isinstance(value, Layer):
        return f"a {value.cls} layer"
    if isinstance(value, Model):
        return "a model"
    if isinstance(value, Unknown):
        return f"unknown ({value.reason})"
    return type(value).__name__.lower()


def _tensor(value: Tensor) -> str:
    if value.dims is None:
        shape = "(batch*, ?)" if isinstance(value.batch, Along) and value.batch.axis == 0 else "(?)"
    else:
        axis = value.batch.axis if isinstance(value.batch, Along) else None
        parts = [show(dim) + ("*" if i == axis else "") for i, dim in enumerate(value.dims)]
        shape = "(" + ", ".join(parts) + ("," if len(parts) == 1 else "") + ")"
    if isinstance(value.batch, Broken):
        shape += "  samples mixed"
    elif isinstance(value.batch, Constant):
        shape += "  the same for every batch"
    return shape if value.dtype in (None, "float32") else f"{shape} {value.dtype}"
