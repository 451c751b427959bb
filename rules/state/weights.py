"""Layers, models and variables that a Lambda's function uses: what holds weights, and what tracks it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from lambdalint.interp import events
from lambdalint.interp.facts import FileFacts, LayerFacts
from lambdalint.interp.objects import is_keras_class
from lambdalint.interp.values import Bound, Event, Function, Instance, Layer, Model, Value
from lambdalint.layers import catalogue
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.walk import walk

from ..saving.captures import captures

_MAKE_WEIGHTS = frozenset({"add_weight", "add_variable"})


def holds_weights(value: Value) -> bool:
    """Whether a layer or model is known, or as a model presumed, to have weights of its own."""
    if isinstance(value, Model):
        return True
    if isinstance(value, Instance):
        keras = is_keras_class(value.cls.library_base() or "")
        return keras and any(
            isinstance(part, ast.Attribute) and part.attr in _MAKE_WEIGHTS for part in walk(value.cls.node)
        )
    if isinstance(value, Layer):
        if isinstance(value.inner, (Layer, Model)):
            return holds_weights(value.inner)
        if value.cls == "KerasLayer":
            return True
        facts = catalogue.facts(value.cls)
        return facts is not None and facts.weights != "none"
    return False


def hidden_weights(layer: LayerFacts) -> Iterator[Event]:
    """The calls, in the layer's function, of layers and models whose weights no model tracks.

    One that the model being built calls as well is tracked there.
    """
    for event in layer.happened(events.LAYER_CALLED):
        inside = _calls_inside(layer.file)
        value = event.data.get("layer")
        if isinstance(value, (Layer, Model, Instance)) and holds_weights(value):
            if isinstance(value, Instance) or value.calls <= inside.get(id(value), 0):
                yield event


@lru_cache(maxsize=1)
def _calls_inside(file: FileFacts) -> dict[int, int]:
    """How often the functions of the file's layers call each layer object."""
    counted: dict[int, int] = {}
    for other in file.layers:
        for trace in other.traces:
            for event in trace.events:
                if event.kind == events.LAYER_CALLED:
                    key = id(event.data.get("layer"))
                    counted[key] = counted.get(key, 0) + 1
    return counted


def attribute_reads(
    layer: LayerFacts, every: bool = False
) -> Iterator[tuple[Instance, ast.Attribute, SourceUnit]]:
    """The attributes that the functions read of plain objects, captured or those whose methods they are.

    Each name once, unless ``every`` read is asked for.  Keras layers and models are left out: they
    track what their attributes hold.
    """
    holders: dict[tuple[int, str], tuple[Instance, Function]] = {}
    for capture in captures(layer):
        if isinstance(capture.value, Instance):
            holders[id(capture.function.node), capture.name] = (capture.value, capture.function)
    for value in layer.functions:
        if isinstance(value, Bound) and isinstance(value.receiver, Instance) and value.function is not None:
            spec = value.function.node.args
            for parameter in [*spec.posonlyargs, *spec.args][:1]:
                holders[id(value.function.node), parameter.arg] = (value.receiver, value.function)
    for (_, name), (holder, function) in holders.items():
        if not is_keras_class(holder.cls.library_base() or ""):
            seen: set[str] = set()
            for node in walk(function.node):
                if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                    continue
                if (
                    node.value.id == name
                    and isinstance(node.ctx, ast.Load)
                    and (every or node.attr not in seen)
                ):
                    seen.add(node.attr)
                    yield holder, node, function.env.unit
