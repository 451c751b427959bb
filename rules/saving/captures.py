"""What the functions of a layer take from outside: free names, where they live, and their values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function, Value
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.names import Names, Scope, is_builtin

from ..calling.functions import names_of, written_function, written_functions


@dataclass(frozen=True, slots=True)
class Capture:
    """A name that a function reads and does not bind.

    ``closure`` is true where it belongs to a function around it: its value travels with the saved
    function.  A module's global does not travel.  ``owner`` is the scope that binds it, ``None``
    for a name that a star import provides.
    """

    name: str
    use: Anchor
    uses: tuple[ast.Name, ...]
    closure: bool
    owner: Scope | None
    value: Value | None
    function: Function
    names: Names


def functions_of(layer: LayerFacts) -> list[Function]:
    """The functions in view that the layer's config holds: its own and its mask's."""
    found = {id(function.node): function for function in written_functions(layer)}
    for value in layer.site.masks:
        function = written_function(value)
        if function is not None:
            found.setdefault(id(function.node), function)
    return list(found.values())


def captures(layer: LayerFacts) -> Iterator[Capture]:
    """The names that the layer's functions take from outside, builtins left out."""
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
                function.frame.lookup(name),
                function,
                names,
            )
