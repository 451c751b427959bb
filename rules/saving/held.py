"""Whether a call that saves a model saves one with the layer in it, as far as models were followed."""

from __future__ import annotations

import ast

from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts, Site
from lambdalint.interp.values import Layer, Model, Sequence, Tensor, Value


def may_save(layer: LayerFacts, call: ast.Call) -> bool:
    """Whether a call of the layer's file may save the layer; not where all it saves is known to lack it."""
    saved = [e.data["model"] for e in layer.file.events if e.kind == events.SAVED and e.at.node is call]
    if not saved or all(use.how == "assumed" for use in layer.applications):
        return True
    return any(_may_hold(model, layer.site) for model in saved)


def _may_hold(start: Value | None, site: Site) -> bool:
    """Whether a model may have a layer in it: it has, or something of it is not known."""
    stack: list[Value | None] = [start]
    seen: set[int] = set()
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        parts = _parts(value, site)
        if parts is None:
            return True
        stack += parts
    return False


def _parts(value: Value | None, site: Site) -> list[Value | None] | None:
    """What a part of a model is made of; ``None`` where that is not known, or is the layer."""
    if isinstance(value, Tensor):
        return None if value.node is None else [value.node.layer, *value.node.parents]
    if isinstance(value, Sequence):
        return None if value.items is None else list(value.items)
    if isinstance(value, Layer):
        known = value.site is not site and value.instance is None and value.cls != "?"
        return [value.inner] if known and value.inner is not None else [] if known else None
    if isinstance(value, Model) and (value.known or value.kind == "application"):
        if value.kind == "sequential":
            return list(value.layers)
        return [] if value.kind == "application" else [value.outputs]
    return None
