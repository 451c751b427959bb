"""A traced function as an expression over its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lambdalint.interp import events
from lambdalint.interp.facts import Application, FileFacts, LayerFacts, Trace, tensors_of
from lambdalint.interp.values import (
    NONE,
    Along,
    Broken,
    Const,
    GraphNode,
    Number,
    Sequence,
    Step,
    Tensor,
    Unknown,
    Value,
)

from ...graph import parents_of, worked_out
from .named import named_call
from .words import word_of

_EFFECTS = (
    events.FAILS, events.IMPOSSIBLE, events.SIDE_EFFECT, events.LAYER_MADE, events.LAYER_CALLED,
    events.VARIABLE_MADE, events.VARIABLE_READ, events.BRANCH, events.EAGER, events.UNDEFINED,
    events.RANDOM, events.NUMPY, events.MISSING, events.FROZEN_RANDOM,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A layer that computes the same: its class, and the call to write.

    ``since`` is the first version in which these arguments work, where that is later than the class;
    ``on`` says on what to call it, where that differs from the Lambda's inputs.
    """

    layer: str
    call: str
    since: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation: what it means, its arguments by name and in order, and what it gave."""

    word: str
    arguments: Mapping[str, Value]
    step: Step

    @property
    def values(self) -> tuple[Value, ...]:
        """The arguments in the order of the parameters."""
        return tuple(self.arguments.values())

    def get(self, *names: str) -> Value:
        """The first of these arguments that the operation has; the value of ``None`` without any."""
        return next((self.arguments[name] for name in names if name in self.arguments), NONE)

    def only(self, **plain: object) -> bool:
        """Whether the arguments that the operation has of these are plain values equal to those given."""
        return all(
            self.arguments[name] == Const(value) for name, value in plain.items() if name in self.arguments
        )


class Body:
    """One trace of a layer's function: its inputs, its result, and which operation gave what."""

    def __init__(self, layer: LayerFacts, application: Application) -> None:
        self.layer = layer
        self.application = application
        self.dialect = layer.dialect
        self.trace = application.trace
        self.input: Value = self.trace.arguments[0]
        self.listed = isinstance(self.input, Sequence)
        self.inputs: list[Value] = [self.input]
        if isinstance(self.input, Sequence):
            self.inputs = list(self.input.items or [])
        self.calls = _calls(layer, self.trace)
        self.result = self.through(self.trace.result)

    def call(self, value: Value, *words: str) -> Call | None:
        """The operation that made a value, if it is one of these (of any, without words)."""
        found = self.calls.get(id(self.through(value)))
        return found if found is not None and (not words or found.word in words) else None

    def through(self, value: Value) -> Value:
        """What a value is a copy of."""
        for _ in range(8):
            found = self.calls.get(id(value))
            if found is None or found.word not in ("identity", "convert_to_tensor", "ensure_shape"):
                break
            value = found.values[0]
        return value

    def index(self, value: Value) -> int | None:
        """Which of the layer's inputs a value is."""
        value = self.through(value)
        return next((number for number, each in enumerate(self.inputs) if each is value), None)

    def is_input(self, value: Value) -> bool:
        """Whether a value is the layer's one input."""
        return not self.listed and self.through(value) is self.input

    # --- what is known of it -----------------------------------------------------------------------

    @property
    def rank(self) -> int | None:
        """The rank of the one input."""
        return rank_of(self.input)

    def number(self, value: Value) -> float | None:
        """A value as a plain number that is known."""
        value = self.through(value)
        if isinstance(value, Const):
            plain = value.value
            return plain if isinstance(plain, (int, float)) and not isinstance(plain, bool) else None
        if isinstance(value, Number):
            return value.dim if isinstance(value.dim, int) else None
        if isinstance(value, Tensor) and value.rank == 0 and not value.inputs and value.dtype != "bool":
            return value.sign.low if value.sign.low == value.sign.high else None
        return None

    @property
    def floats(self) -> bool:
        """Whether neither the inputs nor the result are known to be of another type than float32."""
        values = [*self.inputs, self.result]
        return all(value.dtype in (None, "float32") for value in values if isinstance(value, Tensor))

    @property
    def whole(self) -> bool:
        """Whether the result is one tensor that holds the samples where they were."""
        return (
            isinstance(self.result, Tensor)
            and isinstance(self.result.batch, Along)
            and (self.result.batch.axis == 0 and self.result.batch.plain and self.result.batch.folded is None)
        )


def _calls(layer: LayerFacts, trace: Trace) -> dict[int, Call]:
    """The operations of a trace by the identity of their results."""
    calls: dict[int, Call] = {}
    named = named_call(layer, trace)
    for step in trace.steps if named is None else [named]:
        if all(step.result is not value for value in step.operands):
            calls.setdefault(id(step.result), Call(word_of(step.op), step.arguments, step))
    return calls


def body_of(layer: LayerFacts, application: Application) -> Body | None:
    """The function in one use of the layer, or ``None`` where it does more than compute from its inputs."""
    trace = application.trace
    if application.how in ("wrapped", "merge") or not trace.arguments or masked(layer, application.inputs):
        return None
    if any(event.kind in _EFFECTS for event in trace.events):
        return None
    result = trace.result
    if not isinstance(result, (Tensor, Unknown)) or (
        isinstance(result, Tensor) and isinstance(result.batch, Broken)
    ):
        return None
    return Body(layer, application)


def masked(layer: LayerFacts, inputs: Value) -> bool:
    """Whether a mask comes in with the inputs: it would end at the Lambda, but not at the other layer."""
    known = _maybe_masked(layer.file)

    def ahead(node: GraphNode) -> list[GraphNode]:
        return parents_of(node) if node.mask == "passes" else []

    def may_give_mask(node: GraphNode) -> bool:
        return node.mask == "produces" or any(known.get(id(each)) for each in ahead(node))

    nodes = (tensor.node for tensor in tensors_of(inputs))
    return any(node is not None and worked_out(known, node, ahead, may_give_mask) for node in nodes)


@lru_cache(maxsize=1)
def _maybe_masked(file: FileFacts) -> dict[int, bool]:
    """By the ids of the calls in the file's graph that were looked at: whether a mask may come out."""
    return {}


def rank_of(value: Value) -> int | None:
    """The rank of a tensor, if it is known."""
    return value.rank if isinstance(value, Tensor) else None


def integer(value: Value) -> int | None:
    """A plain int that is known."""
    if isinstance(value, Number):
        return value.dim if isinstance(value.dim, int) else None
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value
    return None


def integers(value: Value) -> tuple[int, ...] | None:
    """A list of plain ints, or one of them, as a tuple."""
    single = integer(value)
    if single is not None:
        return (single,)
    if isinstance(value, Tensor) and isinstance(value.content, tuple) and not value.inputs:
        return value.content if all(isinstance(each, int) for each in value.content) else None  # type: ignore[return-value]
    if not isinstance(value, Sequence) or value.items is None:
        return None
    found = [integer(item) for item in value.items]
    return None if None in found else tuple(found)  # type: ignore[arg-type]


def show_tuple(numbers: tuple[object, ...]) -> str:
    """Numbers as a tuple is written."""
    inner = ", ".join(map(str, numbers))
    return f"({inner},)" if len(numbers) == 1 else f"({inner})"
