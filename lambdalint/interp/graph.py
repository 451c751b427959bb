"""The model being built, as a graph: where tensors come from, its layers, and operations outside of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lambdalint.interp import events
from lambdalint.interp.values import NONE, Const, GraphNode, Layer, Library, Model, Sequence, Tensor, Value
from lambdalint.layers import catalogue
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


def note_family(
    machine: Machine,
    family: str | None,
    other: str | None,
    at: Anchor,
    what: str,
    behind: Value | None = None,
    node: GraphNode | None = None,
) -> None:
    """Record that an object of one Keras gets an object of another; ``what`` they are, in words.

    ``behind`` is the tensor that flows in, ``node`` the call that it flows into.
    """
    if family and other and family != other and machine.trace is None:
        start = behind.node if isinstance(behind, Tensor) else None
        data = {"family": family, "other": other, "behind": start, "node": node}
        machine.record(events.MIXED_KERAS, at, what, data)


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


def layers_of(model: Model) -> Iterator[tuple[Layer | Model, int]]:
    """The layers of a model from its outputs backwards, each once, and how many tensors flow into it."""
    if model.kind == "sequential":
        for layer in reversed(model.layers):
            if isinstance(layer, (Layer, Model)):
                yield layer, 1
        return
    stack = [] if model.outputs is None else list(graph_tensors(model.outputs))
    seen: set[int] = set()
    while stack:
        node = stack.pop().node
        if node is not None and id(node) not in seen:
            seen.add(id(node))
            if isinstance(node.layer, (Layer, Model)):
                yield node.layer, len(node.parents)
            stack.extend(node.parents)


def chain_of(model: Model) -> list[Value] | None:
    """The layers of a functional model in order, where they are one chain from an input to an output."""
    if not isinstance(model.outputs, Tensor) or not model.known or model.kind == "application":
        return None
    found = list(layers_of(model))
    if not found or any(count > 1 for _, count in found):
        return None
    layers: list[Value] = [layer for layer, _ in reversed(found)]
    first = layers[0]
    return layers if isinstance(first, Layer) and first.cls == "InputLayer" else None


def named_layer(model: Model, name: Value) -> Layer | Model | None:
    """The layer of a model that was given this name."""
    if not isinstance(name, Const):
        return None
    for layer, _ in layers_of(model):
        if isinstance(layer, Layer) and layer.config.get("name") == name:
            return layer
    return None


def is_masked(tensor: Tensor) -> bool:
    """Whether a mask is sure to come with a tensor."""
    if tensor.node is None:
        return False
    todo = [tensor.node] if tensor.node.masked is None else []
    while todo:
        node = todo[-1]
        word = mask_word(node)
        parents = node.parents if word == "passes" else ()
        waiting = [each.node for each in parents if each.node is not None and each.node.masked is None]
        if waiting:
            todo += waiting
            continue
        todo.pop()
        given = [each.node is not None and bool(each.node.masked) for each in parents]
        node.masked = all(given) if given else word == "produces"
    return bool(tensor.node.masked)


def mask_word(node: GraphNode) -> str | None:
    """What a call does with a mask, in the words of the catalogue: ``produces``, ``passes`` or ``stops``."""
    layer = node.layer
    if not isinstance(layer, Layer):
        return None
    if layer.site is not None:
        return "passes" if layer.config.get("mask", NONE) != NONE else "stops"
    return catalogue.mask_of(layer.cls, layer.plain)
