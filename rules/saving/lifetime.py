"""How long a layer lives: in one call of another layer, in one step of a loop, or as long as its model."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from lambdalint.interp.facts import LayerFacts
from lambdalint.syntax.names import Names, Scope
from lambdalint.syntax.scopes import Position
from lambdalint.syntax.walk import walk

from .classes import MODELS, enclosing_class, is_keras_subclass

_KEEP = frozenset({"append", "insert", "add", "extend", "put"})
_CALLS = frozenset({"call", "__call__", "train_step", "test_step"})
_DEPTH = 4


def made_in_call(layer: LayerFacts) -> bool:
    """Whether the layer is made where another layer runs, applied there and thrown away."""
    if layer.unit is not layer.file.unit:
        return False
    function = _enclosing_function(layer.names.scope_of(layer.node))
    return function is not None and _runs_in_call(layer.names, function, 0)


def _enclosing_function(scope: Scope | None) -> Scope | None:
    while scope is not None and scope.kind not in ("function", "module"):
        scope = scope.parent
    return scope if scope is not None and scope.kind == "function" else None


def _runs_in_call(names: Names, function: Scope, depth: int) -> bool:
    node = function.node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    cls = enclosing_class(names, node)
    if cls is not None:
        return node.name in _CALLS and is_keras_subclass(names, cls)
    if depth > _DEPTH or function.parent is None or function.parent.kind != "module":
        return False
    users = [_enclosing_function(scope) for scope in _users(names, node.name)]
    return bool(users) and all(user is not None and _runs_in_call(names, user, depth + 1) for user in users)


def _users(names: Names, name: str) -> Iterator[Scope]:
    """The scopes that read a module's global of this name."""
    for scope in names.readers(name):
        if names.resolve(name, scope) is names.module:
            yield scope


@lru_cache(maxsize=4)
def keeps_models_inside(names: Names, loop: ast.AST) -> bool:
    """Whether each step of a loop builds a model of its own that nothing in the loop keeps."""
    made: set[str] = set()
    kept: set[str] = set()
    for node in walk(loop):
        if isinstance(node, ast.Assign):
            made.update(_model_names(names, node))
            if any(not isinstance(target, ast.Name) for target in node.targets):
                kept.update(part.id for part in walk(node.value) if isinstance(part, ast.Name))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEEP:
            kept.update(argument.id for argument in node.args if isinstance(argument, ast.Name))
        elif isinstance(node, (ast.Yield, ast.Return)) and isinstance(node.value, ast.Name):
            kept.add(node.value.id)
    return bool(made) and not made & kept


def _model_names(names: Names, node: ast.Assign) -> Iterator[str]:
    value = node.value
    if isinstance(value, ast.Call) and (names.canonical(value.func) or "").startswith(MODELS):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def model_is_replaced(layer: LayerFacts) -> bool:
    """Whether the variable of a model made above the layer gets another model below it."""
    scope = layer.names.scope_of(layer.node)
    while scope.kind in ("comprehension", "lambda") and scope.parent is not None:
        scope = scope.parent
    here = (layer.node.lineno, layer.node.col_offset)
    return any(first <= here < last for first, last in _several_models(layer.names, scope))


@lru_cache(maxsize=4)
def _several_models(names: Names, scope: Scope) -> list[tuple[Position, Position]]:
    """Where the variables of a scope that are given several models get the first and the last."""
    places = (
        [binding.position for binding in bindings if _is_model(names, binding.value)]
        for bindings in scope.bindings.values()
        if len(bindings) > 1
    )
    return [(min(found), max(found)) for found in places if len(found) > 1]


def _is_model(names: Names, value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and (names.canonical(value.func) or "").startswith(MODELS)
