"""Layers, models and variables that a Lambda's function uses: what holds weights, and what tracks it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.objects import is_keras_class
from lambdalint.interp.values import Event, Instance, Layer, Model, Value
from lambdalint.layers import catalogue

_MAKE_WEIGHTS = frozenset({"add_weight", "add_variable"})


def holds_weights(value: Value) -> bool:
    """Whether a layer or model is known, or as a model presumed, to have weights of its own."""
    if isinstance(value, Model):
        return True
    if isinstance(value, Instance):
        keras = is_keras_class(value.cls.library_base() or "")
        return keras and any(
            isinstance(part, ast.Attribute) and part.attr in _MAKE_WEIGHTS
            for part in ast.walk(value.cls.node)
        )
    if isinstance(value, Layer):
        if isinstance(value.inner, (Layer, Model)):
            return holds_weights(value.inner)
        facts = catalogue.facts(value.cls)
        return facts is not None and facts.weights != "none"
    return False


def hidden_weights(layer: LayerFacts) -> Iterator[Event]:
    """The calls, in the layer's function, of layers and models whose weights no model tracks.

    One that the model being built calls as well is tracked there.
    """
    inside = _calls_inside(layer)
    for event in layer.happened(events.LAYER_CALLED):
        value = event.data.get("layer")
        if isinstance(value, (Layer, Model, Instance)) and holds_weights(value):
            if isinstance(value, Instance) or value.calls <= inside.get(id(value), 0):
                yield event


def _calls_inside(layer: LayerFacts) -> dict[int, int]:
    """How often the functions of the file's layers call each layer object."""
    counted: dict[int, int] = {}
    for other in layer.file.layers:
        for trace in other.traces:
            for event in trace.events:
                if event.kind == events.LAYER_CALLED:
                    key = id(event.data.get("layer"))
                    counted[key] = counted.get(key, 0) + 1
    return counted
