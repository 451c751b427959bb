"""What contract 4 asks of a layer's functions: the ones in view, what they return and what they take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.objects import is_keras_class
from lambdalint.interp.ops import library
from lambdalint.interp.values import (
    Bound,
    ClassValue,
    Function,
    Instance,
    Layer,
    Library,
    Model,
    Partial,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.names import Names
from lambdalint.syntax.text import shortened


def written_function(value: Value | None) -> Function | None:
    """The ``def`` or ``lambda`` behind a function, a bound method or a partial."""
    if isinstance(value, Bound):
        return value.function
    if isinstance(value, Partial):
        return written_function(value.function)
    return value if isinstance(value, Function) else None


def written_functions(layer: LayerFacts) -> list[Function]:
    """The functions of a layer that are in view, each text once."""
    found: dict[int, Function] = {}
    for value in layer.functions:
        function = written_function(value)
        if function is not None:
            found.setdefault(id(function.node), function)
    return list(found.values())


def names_of(layer: LayerFacts, function: Function) -> Names | None:
    """The names of the file that a function is written in, the layer's own or another of the project."""
    if function.env.tree is layer.file.tree:
        return layer.names
    module = layer.file.project.load(function.env.unit.path)
    return module.names if module is not None and module.tree is function.env.tree else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that a function may return: where it is written, and its value."""

    at: Anchor
    value: Value


def outcomes(layer: LayerFacts) -> Iterator[Outcome]:
    """What the functions of a layer return, over all uses, each returned expression once."""
    seen: set[int] = set()
    for trace in layer.traces:
        function = written_function(trace.function)
        if function is None:
            continue
        for node, value in trace.returns:
            for part, found in _branches(node, value, function):
                if id(part) not in seen:
                    seen.add(id(part))
                    yield Outcome(Anchor(function.env.unit, part), found)


def _branches(node: ast.AST, value: Value, function: Function) -> Iterator[tuple[ast.AST, Value]]:
    """The branches of ``a if c else b`` that are functions themselves, else the whole with its value."""
    if not isinstance(node, ast.IfExp):
        yield node, value
        return
    lambdas = [branch for branch in (node.body, node.orelse) if isinstance(branch, ast.Lambda)]
    for branch in lambdas:
        yield branch, Function(branch, function.env, function.frame)
    if not lambdas:
        yield node, value


def is_callable(value: Value) -> bool:
    """Whether a value is known to be a function, a method or a class, and no tensor or layer."""
    if isinstance(value, (Function, Partial)):
        return True
    if isinstance(value, Bound):
        return isinstance(value.receiver, (Tensor, Instance, Layer, Model)) or (
            isinstance(value.receiver, Unknown) and value.receiver.tensor
        )
    if isinstance(value, Sequence):
        return value.kind == "alternatives"
    if isinstance(value, Library):
        return library.lookup(value.name) is not None or value.name in _CALLABLE_BUILTINS
    return isinstance(value, ClassValue) and not is_keras_class(value.library_base() or "")


_CALLABLE_BUILTINS = frozenset(
    f"builtins.{name}"
    for name in ("abs", "sum", "max", "min", "len", "print", "list", "tuple", "round", "pow")
)


def layer_name(value: Value) -> str | None:
    """The class of a layer or model, object or class, that a value is; ``None`` for anything else."""
    if isinstance(value, Layer):
        return value.cls if value.cls != "?" else "layer"
    if isinstance(value, Model):
        return "model"
    if isinstance(value, (Instance, ClassValue)):
        cls = value.cls if isinstance(value, Instance) else value
        return cls.node.name if is_keras_class(cls.library_base() or "") else None
    if isinstance(value, Library) and value.name.startswith("keras.layers."):
        last = value.name.rsplit(".", 1)[-1]
        return last if last[:1].isupper() else None
    return None


def is_tensor(value: Value) -> bool:
    """Whether a value is known to be a tensor, or a structure of tensors."""
    return isinstance(value, Tensor) or (isinstance(value, Unknown) and value.tensor)


def words(node: ast.AST, limit: int = 40) -> str:
    """An expression as short text for a message."""
    return shortened(node, limit)


def tree_of(layer: LayerFacts, at: Anchor) -> ast.Module | None:
    """The syntax of the file that a place in the layer or its functions belongs to, if it is in view."""
    if at.unit is layer.unit:
        return layer.file.tree
    functions = [function for function in layer.functions if isinstance(function, Function)]
    return next((each.env.tree for each in functions if each.env.unit is at.unit), None)
