"""The explanation of one layer as data: its dialect, what flows in, and its trace step by step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.interp import events
from lambdalint.interp.values import (
    Along,
    Broken,
    Const,
    Constant,
    Dictionary,
    Event,
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
from lambdalint.layers.dims import B, show
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.positions import locate
from lambdalint.syntax.text import shortened

if TYPE_CHECKING:
    from lambdalint.findings import Location
    from lambdalint.interp.facts import Application, FileFacts, LayerFacts
    from lambdalint.interp.values import Step

_LONGEST = 72
_USES = {
    "called": "called on",
    "add": "added to a Sequential model, where it gets",
    "sequential": "an element of Sequential([...]), where it gets",
    "wrapped": "inside a wrapper such as TimeDistributed, where it gets",
    "merge": "merges",
    "assumed": "no use is in view; assumed input:",
}
_HAPPENS = {
    events.REDUCED: "works along the batch axis: samples are mixed",
    events.REDUCED_ALL: "reduces every axis, the batch axis too: samples are mixed",
    events.MOVED: "the batch axis changes places",
    events.INDEXED: "picks or drops samples",
    events.MIXED: "re-orders samples or multiplies them into each other",
    events.BROADCAST: "the batch axis meets a feature axis",
    events.FIXED: "a written batch size meets the real one",
    events.CHANGED: "gives more or fewer rows than there are samples",
    events.SHARED_NOISE: "the same noise for every sample",
    events.RANDOM: "draws random numbers",
    events.CUT: "no gradient flows through it",
    events.NUMPY: "NumPy cannot take a tensor",
    events.BRANCH: "Python cannot branch on a tensor",
    events.LAYER_CALLED: "calls a layer",
}
_NUMERIC = {
    events.DIVISION: "the divisor can be 0",
    events.ROOT: "the gradient is infinite at 0",
    events.LOG: "the logarithm of what can be 0",
}
MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One step: where, how it is written, what it gives, and what happens to the samples or the numbers.

    ``shape`` holds the sizes as text, ``None`` where the result is no tensor of known rank; ``batch``
    is the axis of the samples, ``state`` ``per-sample``, ``mixed``, ``constant`` or ``unknown``.
    """

    row: int
    expression: str
    gives: str
    shape: tuple[str, ...] | None
    batch: int | None
    state: str
    happens: str = ""


@dataclass(frozen=True, slots=True)
class UseOf:
    """One use of a layer: in which row, on what, its steps, the result, and what is not known."""

    row: int
    how: str
    inputs: tuple[Line, ...]
    given: str
    steps: tuple[Line, ...]
    result: Line
    declared: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A layer, its surroundings and its uses."""

    at: Location
    source: str
    dialect: str
    evidence: tuple[str, ...]
    function: str
    declared: str
    loss: bool
    uses: tuple[UseOf, ...]


def layers_at(facts: FileFacts, row: int, cell: int | None) -> list[LayerFacts]:
    """The layers that begin in a row, else those that span it; rows count within the cell."""
    rows = {layer: locate(layer.unit, layer.node) for layer in facts.layers}
    here = [layer for layer, at in rows.items() if at.row == row and at.cell == cell]
    return here or [layer for layer, at in rows.items() if at.row <= row <= at.end_row and at.cell == cell]


def layers_through(facts: FileFacts, path: str, row: int, cell: int | None) -> list[LayerFacts]:
    """The layers whose function, or code that it runs, stands in a row of some file."""
    path = os.path.realpath(path)
    return [each for each in facts.layers if any(_covers(at, path, row, cell) for at in _places(each))]


def _places(layer: LayerFacts) -> Iterator[Anchor]:
    for function in layer.functions:
        if isinstance(function, Function):
            yield Anchor(function.env.unit, function.node)
    for application in layer.applications:
        yield from (step.at for step in application.trace.steps)


def _covers(place: Anchor, path: str, row: int, cell: int | None) -> bool:
    if os.path.realpath(place.unit.path) != path:
        return False
    at = locate(place.unit, place.node)
    return at.row <= row <= at.end_row and at.cell == cell


def explained(layer: LayerFacts) -> Explanation:
    """The explanation of a layer."""
    uses = dict.fromkeys(_use(layer, application) for application in layer.applications)
    declared = layer.output_shape_node
    return Explanation(
        at=locate(layer.unit, layer.node),
        source=shortened(layer.node, _LONGEST),
        dialect=layer.dialect,
        evidence=tuple(map(str, layer.file.dialect.evidence[:4])),
        function=", ".join(describe(function) for function in layer.functions) or "none",
        declared="" if declared is None else f"output_shape={shortened(declared, _LONGEST)}",
        loss=layer.site.in_loss,
        uses=tuple(uses),
    )


def _use(layer: LayerFacts, application: Application) -> UseOf:
    at = locate(application.at.unit, application.at.node)
    trace, inputs = application.trace, application.inputs
    tensors = inputs.items or [] if isinstance(inputs, Sequence) else [inputs]
    happened = {id(event.at.node): event for event in trace.events}
    happened |= {id(event.at.node): event for event in layer.causes(*events.PER_SAMPLE)}
    steps = tuple(_step(step, happened) for step in trace.steps[:MOST_STEPS])
    return UseOf(
        row=at.row,
        how=_USES[application.how],
        inputs=tuple(_line(at.row, f"input {i}", value) for i, value in enumerate(tensors)),
        given=describe(inputs),
        steps=steps,
        result=_line(at.row, "returns", trace.result),
        declared="" if application.declared is None else describe(application.declared),
        unknown=tuple(dict.fromkeys(trace.unknowns)),
    )


def _step(step: Step, happened: dict[int, Event]) -> Line:
    event = happened.get(id(step.at.node))
    words = _HAPPENS.get(event.kind, "") if event is not None else ""
    if event is not None and event.kind in _NUMERIC:
        operand = event.data.get("operand")
        words = _NUMERIC[event.kind] if isinstance(operand, Tensor) and operand.sign.often_zero else ""
    row = locate(step.at.unit, step.at.node).row
    return _line(row, shortened(step.at.node, 48), step.result, words or _passed_on(step))


def _passed_on(step: Step) -> str:
    """What becomes of the batch axis in a step that is no fault by itself."""
    before = next((each for each in step.operands if isinstance(each, Tensor) and each.inputs), None)
    after = step.result
    if before is None or not isinstance(after, Tensor):
        return ""
    if isinstance(after.batch, Broken):
        return "its samples are mixed" if isinstance(before.batch, Broken) else "takes in mixed samples"
    if isinstance(before.batch, Along) and isinstance(after.batch, Along):
        if before.batch.plain and not after.batch.plain:
            return "folds axes into the batch"
        if after.batch.plain and not before.batch.plain:
            return "unfolds them again"
        if after.batch.axis != before.batch.axis:
            return f"the batch axis moves to axis {after.batch.axis}"
    return ""


def _line(row: int, expression: str, value: Value, happens: str = "") -> Line:
    if not isinstance(value, Tensor):
        state = "unknown" if isinstance(value, Unknown) else "constant"
        return Line(row, expression, describe(value), None, None, state, happens)
    batch, state = None, "unknown"
    if isinstance(value.batch, Along):
        batch, state = value.batch.axis, "per-sample"
    elif isinstance(value.batch, Broken):
        state = "mixed"
    elif isinstance(value.batch, Constant):
        state = "constant"
    shape = None if value.dims is None else tuple(show(dim) for dim in value.dims)
    return Line(row, expression, describe(value), shape, batch, state, happens)


def describe(value: Value, depth: int = 3) -> str:
    """A value in a few words: shapes with the batch axis marked by ``*``."""
    if isinstance(value, Tensor):
        return _tensor(value)
    if isinstance(value, Const):
        return repr(value.value)
    if isinstance(value, Number):
        return f"{show(value.dim)} or None" if value.maybe_none and value.dim != B else show(value.dim)
    if isinstance(value, Sequence):
        if value.items is None or not depth:
            return f"a {value.kind} of unknown length"
        inner = ", ".join(describe(item, depth - 1) for item in value.items)
        comma = "," if len(value.items) == 1 else ""
        return f"({inner}{comma})" if value.kind == "tuple" else f"[{inner}]"
    if isinstance(value, Dictionary):
        return (
            "{"
            + ", ".join(f"{key!r}: {describe(item, depth - 1)}" for key, item in value.items.items())
            + "}"
        )
    if isinstance(value, Function):
        return f"{value.name}()" if value.name != "<lambda>" else shortened(value.node, _LONGEST)
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
