"""The model being built, as a graph: where tensors come from, and what is applied to them outside of layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lambdalint.interp import events
from lambdalint.interp.values import GraphNode, Layer, Library, Model, Sequence, Tensor, Value
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

_LIBRARIES = ("tensorflow.", "numpy.", "keras.backend.")


def graph_tensors(value: Value, depth: int = 2) -> Iterator[Tensor]:
    """The tensors of a model inside a value or a list of values."""
    if isinstance(value, Tensor) and value.kind == "keras":
        yield value
    elif isinstance(value, Sequence) and value.items is not None and depth:
        for item in value.items:
            yield from graph_tensors(item, depth - 1)


def note_operation(
    machine: Machine, function: Library, args: list[Value], kwargs: dict[str, Value], at: Anchor, text: str
) -> None:
    """Record a library function that model-building code applies to a tensor of the model."""
    if machine.trace is not None or not function.name.startswith(_LIBRARIES):
        return
    for value in [*args, *kwargs.values()]:
        for tensor in graph_tensors(value):
            data = {"operand": tensor, "name": function.name, "family": function.family}
            machine.record(events.GRAPH_OP, at, text or function.spelling, data)
            return


def note_family(machine: Machine, family: str | None, other: str | None, at: Anchor, what: str) -> None:
    """Record that an object of one Keras gets an object of another; ``what`` they are, in words."""
    if family and other and family != other and machine.trace is None:
        machine.record(events.MIXED_KERAS, at, what, {"family": family, "other": other})


def family_of(tensor: Tensor) -> str | None:
    """Which Keras made a tensor of the model, as far as is known."""
    layer = tensor.node.layer if tensor.node is not None else None
    return layer.family if isinstance(layer, (Layer, Model)) else None


def is_symbolic(tensor: Tensor) -> bool:
    """Whether a tensor is sure to be symbolic: all that flows into it starts at inputs of a model."""
    stack = [tensor]
    seen: set[int] = set()
    while stack:
        node = stack.pop().node
        if node is None:
            return False
        if id(node) in seen:
            continue
        seen.add(id(node))
        if not node.parents and not _is_source(node):
            return False
        stack.extend(node.parents)
    return True


def _is_source(node: GraphNode) -> bool:
    layer = node.layer
    if isinstance(layer, Layer):
        return layer.cls == "InputLayer"
    return isinstance(layer, Model) and layer.kind == "application"
