"""What the functions of a layer take from outside: free names, where they live, and their values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeGuard

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function, Sequence, Tensor, Unknown, Value
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.names import Names, Scope, is_builtin

from ..calling.functions import names_of


@dataclass(frozen=True, slots=True)
class Capture:
    """A name that a function reads and does not bind.

    ``closure`` is true where it belongs to a function around it: its value travels with the saved
    function.  A module's global does not travel.  ``owner`` is the scope that binds it, ``None``
    for a name that a star import provides.  ``values`` holds what it stands for, once for each way
    in which the function is made.
    """

    name: str
    use: Anchor
    uses: tuple[ast.Name, ...]
    closure: bool
    owner: Scope | None
    values: tuple[Value, ...]
    function: Function
    names: Names

    @property
    def value(self) -> Value | None:
        """The first of the known values, else what is unknown of the name."""
        known = (value for value in self.values if not isinstance(value, Unknown))
        return next(known, self.values[0] if self.values else None)


def functions_of(layer: LayerFacts) -> list[Function]:
    """The functions in view that the layer's config holds: its own and its mask's.

    Keras stores methods and partials in another way, if at all.
    """
    values = [*layer.functions, *layer.site.masks]
    return list({id(value.node): value for value in values if isinstance(value, Function)}.values())


@lru_cache(maxsize=1)
def captures(layer: LayerFacts) -> tuple[Capture, ...]:
    """The names that the layer's functions take from outside, builtins left out."""
    return tuple(_captures(layer))


def _captures(layer: LayerFacts) -> Iterator[Capture]:
    for function in functions_of(layer):
        names = names_of(layer, function)
        if names is None:
            continue
        for name, uses in names.free_variables(function.node).items():
            owner = names.resolve(name, names.scope_of(uses[0]))
            if owner is None and is_builtin(name, python2=True):
                continue
            yield Capture(
                name,
                Anchor(function.env.unit, uses[0]),
                tuple(uses),
                owner is not None and owner.kind != "module",
                owner,
                _values(layer, function, name),
                function,
                names,
            )


def _values(layer: LayerFacts, function: Function, name: str) -> tuple[Value, ...]:
    """The values of a name, one for each frame that the function was made in."""
    frames = [value.frame for value in layer.site.functions if _same(value, function)] or [function.frame]
    return tuple(value for frame in frames if (value := frame.lookup(name)) is not None)


def _same(value: Value, function: Function) -> TypeGuard[Function]:
    return isinstance(value, Function) and value.node is function.node


def stands_for(layer: LayerFacts, capture: Capture) -> str:
    """The parameter, or its entry, that a captured name is the value of in every use; ``""`` for none."""
    spec = capture.function.node.args
    parameters = [*spec.posonlyargs, *spec.args]
    places = {_place(use.inputs, capture.value) for use in layer.applications}
    if len(places) != 1 or not parameters or not isinstance(capture.value, Tensor):
        return ""
    place = places.pop()
    return "" if place is None else parameters[0].arg + place


def _place(inputs: Value, value: Value | None) -> str | None:
    """Where a value stands in a layer's inputs: ``""`` for the only one, ``[1]``, ``None`` for nowhere."""
    if inputs is value:
        return ""
    items = inputs.items or [] if isinstance(inputs, Sequence) else []
    return next((f"[{index}]" for index, item in enumerate(items) if item is value), None)
