"""How a function uses its parameter, as a list of inputs or as one tensor, and what its layer is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeGuard

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Bound, Function, Value
from lambdalint.syntax.names import Names
from lambdalint.syntax.walk import walk

from .functions import names_of, written_function

_OF_TENSORS = frozenset({"shape", "dtype", "get_shape", "ndim", "_keras_shape", "sum", "mean", "dimshuffle"})


@dataclass(slots=True)
class Usage:
    """How a function uses its first parameter: the literal indices, the numbers of names it is unpacked into,
    and the first place where it can only be one tensor.
    """

    name: str
    indices: set[int] = field(default_factory=set)
    unpacked: set[int] = field(default_factory=set)
    as_tensor: ast.expr | None = None


def usage_of(layer: LayerFacts, value: Value) -> Usage | None:
    """How a function uses its first parameter; ``None`` where that is not clear, or it asks what it got."""
    function = written_function(value)
    names = names_of(layer, function) if function is not None else None
    if function is None or names is None or not isinstance(value, (Function, Bound)):
        return None
    spec = function.node.args
    parameters = [*spec.posonlyargs, *spec.args][1 if isinstance(value, Bound) else 0 :]
    if not parameters:
        return None
    usage = Usage(parameters[0].arg)
    scope = names.body_scope(function.node)
    if len(scope.bindings.get(usage.name, ())) != 1:
        return None
    for node in walk(function.node):
        if _asks(node, usage.name):
            return None
        _note(node, usage)
    return usage


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _asks(node: ast.AST, name: str) -> bool:
    """Whether the function asks for the length or type of its parameter, or binds the name anew inside."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        asking = node.func.id in ("isinstance", "len", "type", "list", "tuple", "hasattr", "enumerate", "zip")
        return asking and any(_is(argument, name) for argument in node.args)
    if isinstance(node, ast.Call):
        return any(isinstance(argument, ast.Starred) and _is(argument.value, name) for argument in node.args)
    inner = isinstance(node, (ast.Lambda, ast.FunctionDef)) and any(p.arg == name for p in node.args.args[1:])
    return inner or (isinstance(node, ast.comprehension) and _is(node.iter, name))


def _note(node: ast.AST, usage: Usage) -> None:
    if isinstance(node, ast.Subscript) and _is(node.value, usage.name):
        index = _literal(node.slice)
        if index is not None:
            usage.indices.add(index)
        elif isinstance(node.slice, ast.Tuple):
            usage.as_tensor = usage.as_tensor or node
    elif isinstance(node, ast.Assign) and _is(node.value, usage.name):
        for target in node.targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                if not any(isinstance(part, ast.Starred) for part in target.elts):
                    usage.unpacked.add(len(target.elts))
    elif _on_tensor(node, usage.name):
        usage.as_tensor = usage.as_tensor or node


def _on_tensor(node: ast.AST, name: str) -> TypeGuard[ast.expr]:
    """Whether an expression uses the name as an operand or object in a way that only tensors allow."""
    if isinstance(node, ast.BinOp):
        return not isinstance(node.op, ast.Add) and (_is(node.left, name) or _is(node.right, name))
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.op, ast.Not) and _is(node.operand, name)
    return isinstance(node, ast.Attribute) and _is(node.value, name) and node.attr in _OF_TENSORS


def _literal(node: ast.expr) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _literal(node.operand)
        return None if inner is None else -inner
    plain = isinstance(node, ast.Constant) and type(node.value) is int
    return node.value if plain else None  # type: ignore[attr-defined]


_OWN_NAMES = (ast.Lambda, ast.comprehension, ast.NamedExpr)


def names_given(layer: LayerFacts) -> Iterator[tuple[ast.Name, str]]:
    """The names that the call which makes the layer reads for `output_shape`, `mask` and `arguments`."""
    given = {"mask": layer.argument("mask"), "arguments": layer.arguments_node}
    for word, node in {"output_shape": layer.output_shape_node, **given}.items():
        parts = [] if node is None else list(walk(node))
        if not any(isinstance(part, _OWN_NAMES) for part in parts):
            yield from ((part, f"read for `{word}`") for part in parts if isinstance(part, ast.Name))


def calls_of(layer: LayerFacts) -> Iterator[ast.Call]:
    """The calls that apply the layer: ``Lambda(f)(x)``, ``layer(x)``, ``model.add(Lambda(f))(x)``."""
    if layer.unit is not layer.file.unit:
        return
    for use in layer.applications:
        if use.how == "called" and isinstance(use.at.node, ast.Call) and use.at.unit is layer.unit:
            yield use.at.node
    yield from _calls_by_part(layer.names).get(id(layer.node), ())


@lru_cache(maxsize=1)
def _calls_by_part(names: Names) -> dict[int, list[ast.Call]]:
    """The calls of a file by what is called, or by the arguments of the method call that is called."""
    found: dict[int, list[ast.Call]] = {}
    for call in names.calls:
        inner = call.func
        parts = [inner]
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            parts += inner.args
        for part in parts:
            found.setdefault(id(part), []).append(call)
    return found
