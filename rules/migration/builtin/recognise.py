"""The layer that a Lambda's function is, in all its uses."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function, Library, Partial
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.names import Names

from . import activations, borders, linear, merging, pooling, shapes
from .body import Body, Found, body_of
from .versions import availability
from .wrapped import wrapped_layer

_RECOGNISERS: tuple[Callable[[Body], Found | None], ...] = (
    *activations.RECOGNISERS,
    *linear.RECOGNISERS,
    *merging.RECOGNISERS,
    *pooling.RECOGNISERS,
    *shapes.RECOGNISERS,
    *borders.RECOGNISERS,
)


def recognise(layer: LayerFacts) -> tuple[Found, str] | None:
    """The one built-in layer that computes what a Lambda does in every use in view, and when Keras has it."""
    if layer.kind != "Lambda" or layer.site.in_loss or layer.argument("mask", 2) is not None:
        return None
    if len(layer.functions) != 1 or not isinstance(layer.functions[0], (Function, Library, Partial)):
        return None
    inside = wrapped_layer(layer)
    condition = None if inside is None else availability(layer, inside)
    if inside is not None and condition is not None and not _is_adjusted(layer):
        return inside, condition
    found: set[tuple[Found, str] | None] = set()
    for application in layer.applications:
        body = body_of(layer, application)
        found.add(None if body is None else next(_readings(body), None))
        if len(found) > 1:
            return None
    only = found.pop() if found else None
    return None if only is None or _is_adjusted(layer) else only


def _readings(body: Body) -> Iterator[tuple[Found, str]]:
    """The layers of this dialect that compute what the body does, the most telling first."""
    for recogniser in _RECOGNISERS:
        found = recogniser(body)
        condition = None if found is None else availability(body.layer, found)
        if found is not None and condition is not None:
            yield found, condition


def _is_adjusted(layer: LayerFacts) -> bool:
    """Whether the code gives the layer object attributes, such as ``supports_masking``, later on."""
    adjusted = _given_attributes(layer.names)
    return bool(adjusted) and any(
        isinstance(target, ast.Name) and target.id in adjusted
        for node in enclosing(layer.file.tree, layer.node)
        if isinstance(node, ast.Assign) and node.value is layer.node
        for target in node.targets
    )


@lru_cache(maxsize=1)
def _given_attributes(names: Names) -> frozenset[str]:
    """The variables of a file whose attributes are assigned to."""
    return frozenset(
        node.value.id
        for node in names.attributes
        if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    )
