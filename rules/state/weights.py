"""Layers, models and variables that a Lambda's function uses: what holds weights, and what tracks it."""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event, Instance, Layer, Model, Value
from lambdalint.layers import catalogue


def holds_weights(value: Value) -> bool:
    """Whether a layer or model is known, or as a model presumed, to have weights of its own."""
    if isinstance(value, Model):
        return True
    if isinstance(value, Layer):
        if isinstance(value.inner, (Layer, Model)):
            return holds_weights(value.inner)
        facts = catalogue.facts(value.cls)
        return facts is not None and facts.weights != "none"
    return False


def hidden_weights(layer: LayerFacts) -> Iterator[Event]:
    """The calls, in the layer's function, of layers and models with weights."""
    for event in layer.happened(events.LAYER_CALLED):
        value = event.data.get("layer")
        if isinstance(value, (Layer, Model, Instance)) and holds_weights(value):
            yield event
