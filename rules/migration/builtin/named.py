"""A body that is one call of a library function which the names tell, where running it did not."""

from __future__ import annotations

import ast

from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.ops import library
from lambdalint.interp.values import Const, Function, Step, Unknown, Value
from lambdalint.syntax.anchor import Anchor


def named_call(layer: LayerFacts, trace: Trace) -> Step | None:
    """The one call that a function consists of, with its input and plain constants for arguments."""
    function = trace.function
    if not isinstance(function, Function) or function.env.unit is not layer.unit:
        return None
    if trace.steps or not isinstance(trace.result, Unknown):
        return None
    node = function.node
    spec = node.args
    parameters = [*spec.posonlyargs, *spec.args]
    call = node.body if isinstance(node, ast.Lambda) else None
    if not isinstance(call, ast.Call) or len(parameters) != 1 or spec.vararg or spec.kwarg or spec.kwonlyargs:
        return None
    name = layer.names.canonical(call.func) or ""
    operation = library.lookup(name)
    known = {parameters[0].arg: trace.arguments[0]}
    positional = [_argument(argument, known) for argument in call.args]
    keywords = {each.arg or "**": _argument(each.value, known) for each in call.keywords}
    if operation is None or None in positional or None in keywords.values():
        return None
    bound = library.bind(operation, positional, keywords)  # type: ignore[arg-type]
    if isinstance(bound, str):
        return None
    arguments = bound[0]
    return Step(Anchor(layer.unit, call), name, tuple(arguments.values()), trace.result, name, arguments)


def _argument(node: ast.expr, known: dict[str, Value]) -> Value | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    try:
        plain = ast.literal_eval(node)
    except ValueError:
        return None
    return Const(plain) if plain is None or isinstance(plain, (int, float, str)) else None
