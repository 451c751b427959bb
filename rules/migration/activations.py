"""Functions that are an activation of Keras, under all the names that libraries have for them."""

from __future__ import annotations

import ast

from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.values import Library

from ..calling.functions import names_of, written_function

_PREFIXES = (
    "keras.activations.",
    "keras.backend.",
    "keras.ops.",
    "tensorflow.nn.",
    "tensorflow.math.",
    "tensorflow.",
)
_SINCE = {
    "relu": "keras1", "sigmoid": "keras1", "tanh": "keras1", "softplus": "keras1", "softsign": "keras1",
    "hard_sigmoid": "keras1", "softmax": "keras1", "elu": "keras2", "selu": "keras2", "silu": "2.2",
    "swish": "2.2", "gelu": "2.4", "log_softmax": "keras3", "leaky_relu": "keras3", "relu6": "keras3",
}  # fmt: skip
_FREE = {"approximate", "name", "features", "x"}


def since(activation: str) -> str:
    """The first version that has an activation by this name; see the table of layers for the words."""
    return _SINCE[activation]


def activation_of(layer: LayerFacts, trace: Trace) -> tuple[str, str] | None:
    """The layer class and code of the activation that the function is: one call on its input."""
    if isinstance(trace.function, Library):
        name = _activation(trace.function.name)
        return None if name is None else _code(name, None)
    function = written_function(trace.function)
    names = names_of(layer, function) if function is not None else None
    if function is None or names is None:
        return None
    call = _returned_call(function.node)
    parameters = [*function.node.args.posonlyargs, *function.node.args.args]
    if call is None or not parameters or not call.args or not _is(call.args[0], parameters[0].arg):
        return None
    name = _activation(names.canonical(call.func) or "")
    if name is None:
        return None
    axis: int | None = None
    for given in [*call.args[1:], *(k.value for k in call.keywords if k.arg == "axis")]:
        axis = _integer(given)
        if name not in ("softmax", "log_softmax") or axis is None:
            return None
    if any(keyword.arg not in _FREE | {"axis"} for keyword in call.keywords):
        return None
    return _code(name, axis)


def _activation(canonical: str) -> str | None:
    for prefix in _PREFIXES:
        if canonical.startswith(prefix):
            word = canonical[len(prefix) :]
            return word if word in _SINCE else None
    return None


def _code(name: str, axis: int | None) -> tuple[str, str]:
    if axis is not None and axis != -1:
        return "Softmax", f"Softmax(axis={axis})"
    return "Activation", f'Activation("{name}")'


def _returned_call(node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) -> ast.Call | None:
    """The call that the function returns, where it does nothing else."""
    if isinstance(node, ast.Lambda):
        result: ast.expr | None = node.body
    else:
        body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        body = [s for s in body if not isinstance(s, (ast.Import, ast.ImportFrom))]
        only = body[0] if len(body) == 1 else None
        result = only.value if isinstance(only, ast.Return) else None
    return result if isinstance(result, ast.Call) else None


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _integer(node: ast.expr) -> int | None:
    sign = -1 if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else 1
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    plain = isinstance(inner, ast.Constant) and type(inner.value) is int
    return sign * inner.value if plain else None  # type: ignore[attr-defined]
