"""What is trained in front of a layer: the graph of a model walked against the flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from lambdalint.interp.facts import Application, FileFacts, tensors_of
from lambdalint.interp.values import GraphNode, Layer, Model, Tensor, Value
from lambdalint.layers.catalogue import has_trainable_weights

from .graph import parents_of, worked_out


def ends(model: Model) -> list[Tensor]:
    """The outputs of a model whose graph is known."""
    return [] if model.outputs is None or not model.known else list(tensors_of(model.outputs))


def behind(starts: Iterable[Tensor], dead: set[int]) -> Iterator[GraphNode]:
    """The calls that lead to these tensors, and on which a gradient arrives from them."""
    stack = list(starts)
    seen: set[int] = set()
    while stack:
        node = stack.pop().node
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if id(node) not in dead:
            stack.extend(node.parents)
            if isinstance(node.layer, Model):
                stack.extend(ends(node.layer))


def layers_of(node: GraphNode) -> Iterator[Layer]:
    """The layer of a call, and the one it wraps."""
    layer: Value | None = node.layer
    while isinstance(layer, Layer):
        yield layer
        layer = layer.inner


def is_fed_by_inputs_alone(file: FileFacts, use: Application) -> bool:
    """Whether a compiled model takes this use's inputs straight from its own, with nothing to train between.

    No gradient is then taken with respect to these inputs.
    """
    given = list(tensors_of(use.inputs))
    if not file.compiled or not given or not all(tensor.node is not None for tensor in given):
        return False
    if may_be_trained(file, given):
        return False
    mine = {id(tensor.node) for tensor in tensors_of(use.output)} if use.output is not None else set()
    return not mine.isdisjoint(_calls_compiled(file))


@lru_cache(maxsize=1)
def _calls_compiled(file: FileFacts) -> frozenset[int]:
    """The ids of the calls in compiled models that are in no other model."""
    nested = {id(node.layer) for node in file.nodes}
    alone = (model for model in file.compiled if id(model) not in nested)
    return frozenset(id(node) for model in alone for node in behind(ends(model), set()))


def may_be_trained(file: FileFacts, tensors: Iterable[Tensor]) -> bool:
    """Whether a layer or model that may have trainable weights leads to one of these tensors."""
    known = _trained_calls(file)

    def is_trained(node: GraphNode) -> bool:
        return _has_weights(node) or any(known.get(id(each)) for each in parents_of(node))

    nodes = (tensor.node for tensor in tensors)
    return any(node is not None and worked_out(known, node, parents_of, is_trained) for node in nodes)


@lru_cache(maxsize=1)
def _trained_calls(file: FileFacts) -> dict[int, bool]:
    """By the ids of the calls in the graph that were looked at: whether weights are at or before it."""
    return {}


def _has_weights(node: GraphNode) -> bool:
    parts = list(layers_of(node))
    return not parts or any(has_trainable_weights(part.cls, part.plain) is not False for part in parts)
