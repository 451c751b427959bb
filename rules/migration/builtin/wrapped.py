"""A body that calls one built-in layer without weights on its whole input."""

from __future__ import annotations

import ast

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function, Sequence
from lambdalint.layers import catalogue
from lambdalint.syntax.text import written

from .body import Found, masked


def wrapped_layer(layer: LayerFacts) -> Found | None:
    """The layer that the function calls and does no more, where it has no weights and nothing is captured."""
    function = layer.functions[0]
    if not isinstance(function, Function) or function.env.unit is not layer.unit:
        return None
    call = _only_call(function.node)
    if call is None or any(use.how == "merge" or masked(layer, use.inputs) for use in layer.applications):
        return None
    if isinstance(call.func, ast.Call):
        return _found(layer, call.func)
    called = (layer.names.canonical(call.func) or "").removeprefix("keras.layers.")
    several = all(isinstance(use.inputs, Sequence) for use in layer.applications)
    if called not in catalogue.FUNCTIONS or not several or not layer.applications:
        return None
    made = ast.Call(ast.Name(catalogue.FUNCTIONS[called]), call.args[1:], call.keywords)
    plain = all(_is_plain(each) for each in [*made.args, *(keyword.value for keyword in made.keywords)])
    return Found(catalogue.FUNCTIONS[called], ast.unparse(made)) if plain else None


def _only_call(node: ast.AST) -> ast.Call | None:
    """``f(x)`` of ``lambda x: f(x)``, or of a ``def`` that only returns it."""
    if isinstance(node, ast.Lambda):
        result: ast.expr | None = node.body
    elif isinstance(node, ast.FunctionDef) and len(node.body) == 1 and isinstance(node.body[0], ast.Return):
        result = node.body[0].value
    else:
        return None
    spec = node.args
    if len(spec.args) != 1 or spec.posonlyargs or spec.kwonlyargs or spec.vararg or spec.kwarg:
        return None
    if not isinstance(result, ast.Call) or not result.args:
        return None
    given = result.args[0]
    rest = len(result.args) > 1 or bool(result.keywords)
    if not isinstance(given, ast.Name) or given.id != spec.args[0].arg:
        return None
    return None if rest and isinstance(result.func, ast.Call) else result


def _found(layer: LayerFacts, made: ast.Call) -> Found | None:
    name = layer.names.canonical(made.func) or ""
    cls = name.removeprefix("keras.layers.")
    facts = catalogue.facts(cls)
    if cls == name or facts is None or facts.weights != "none" or cls in ("Lambda", "InputLayer"):
        return None
    arguments = [*made.args, *(keyword.value for keyword in made.keywords)]
    return Found(cls, written(made)) if all(_is_plain(each) for each in arguments) else None


def _is_plain(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return False
    return True
