"""Methods and attributes of tensors: TensorFlow's few, NumPy's on arrays, and Theano's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.interp import events, reasons
from lambdalint.interp.call import Impossible, Op, OpCall
from lambdalint.interp.ops.carried import performed
from lambdalint.interp.ops.questions import shape_sequence
from lambdalint.interp.tensors import RANK
from lambdalint.interp.values import (
    NONE,
    Along,
    Bound,
    Const,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

TABLE = """
sum, prod, mean(x, axis=None, dtype=None, keepdims=False, out=None) : reduce
max, min, any, all(x, axis=None, keepdims=False, out=None) : reduce
std, var(x, axis=None, ddof=0, keepdims=False) : var_std
argmax, argmin(x, axis=None, keepdims=False) : argreduce
cumsum, cumprod(x, axis=None, dtype=None) : scan
norm(x, ord=2, axis=None, keepdims=False; L=ord) : norm
sqrt(x) : map sign=sqrt
exp, exp2(x) : map sign=positive
log, log2, log10, log1p(x) : map sign=log
sqr(x) : map sign=square
sin, cos, tan, tanh, sinh, arcsin, arctan, expm1, conj, deg2rad, rad2deg(x) : map sign=any
cosh, arccos(x) : map sign=nonneg
floor, ceil, trunc, sgn, round(x, mode=None) : map cut
clip(x, min_value, max_value; a_min=min_value, a_max=max_value, min=min_value, max=max_value) : clip
astype(x, dtype) : cast
copy(x, name=None) : identity
transpose(x, *axes) : method_transpose
reshape(x, *shape) : method_reshape
flatten(x, ndim=1) : theano_flatten
ravel(x) : flatten
squeeze(x, axis=None) : squeeze
repeat(x, repeats, axis=None) : repeat
swapaxes(x, axis1, axis2) : swapaxes
take(x, indices, axis=None) : take
dot(x, y) : numpy_dot
sort, argsort(x, axis=-1) : sort
dimshuffle(x, *pattern) : dimshuffle
trace, diagonal, diag(x) : diag_vector
nonzero(x) : whole
"""

ATTRIBUTES: dict[str, Value] = {}

_SHAPES = frozenset({"shape", "_keras_shape", "_shape"})
_OF_CONTAINERS = frozenset({
    "append", "extend", "insert", "pop", "index", "count", "remove",
    "keys", "values", "items", "get", "update",
})  # fmt: skip
_UNTOUCHED = frozenset(
    {"value", "read_value", "ref", "experimental_ref", "to_tensor", "block_until_ready", "detach"}
)
_ASSIGNMENTS = frozenset({"assign", "assign_add", "assign_sub", "fill", "set_value"})
_TO_PYTHON = frozenset({"numpy", "eval", "get_value", "item", "tolist", "tobytes"})


def attribute(machine: Machine, receiver: Tensor | Unknown, name: str, at: Anchor, text: str) -> Value:
    """The value of ``receiver.name``; methods come back bound, to be called."""
    x = _tensor(receiver)
    if isinstance(x, Unknown):
        reason = reasons.UNDEFINED if x.reason == reasons.UNDEFINED else reasons.ATTRIBUTE
        return Unknown(reason, f"{x.label}.{name}" if x.label != "?" else name, inputs=x.inputs)
    if name in _SHAPES:
        return shape_sequence(x)
    if name == "ndim":
        return Unknown("the rank is not known", RANK) if x.rank is None else Const(x.rank)
    if name == "dtype":
        return Unknown("the type is not known") if x.dtype is None else Const(x.dtype)
    if name == "T":
        return _run(machine, _operation("transpose"), receiver, [], {}, at, text)
    if name in ("name", "op", "graph", "device", "_keras_history", "_uses_learning_phase", "_keras_mask"):
        return Unknown(reasons.ATTRIBUTE, name)
    return Bound(receiver, name)


_PARTS = {"values": 0, "indices": 1, "sign": 0, "log_abs_determinant": 1, "logabsdet": 1}
"""The names of the parts of what ``top_k`` and ``slogdet`` give."""


def plain_attribute(receiver: Sequence | Number | Const, name: str) -> Value | None:
    """An attribute of a result with named parts; or of a static shape or a size, as in TensorFlow 1."""
    if isinstance(receiver, Sequence):
        if name in ("ndims", "rank"):
            return (
                Unknown("the rank is not known", RANK)
                if receiver.items is None
                else Const(len(receiver.items))
            )
        place = _PARTS.get(name)
        if place is not None and receiver.items is not None and place < len(receiver.items):
            return receiver.items[place]
        return receiver if name == "dims" else None
    is_size = isinstance(receiver, Number) or (isinstance(receiver.value, int) or receiver.value is None)
    return receiver if name == "value" and is_size else None


def method(
    machine: Machine,
    receiver: Tensor | Unknown,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    at: Anchor,
    text: str,
) -> Value:
    """Call a method of a tensor, or of a value that is not known."""
    if isinstance(receiver, Unknown) and (not receiver.tensor or name in _OF_CONTAINERS):
        return Unknown(receiver.reason, inputs=receiver.inputs)
    x = _tensor(receiver)
    if isinstance(x, Unknown):
        return x
    if name == "get_shape":
        return shape_sequence(x)
    if name in _TO_PYTHON:
        return _to_python(machine, receiver, x, name, at, text)
    if name in _UNTOUCHED and not args:
        return receiver
    if name in _ASSIGNMENTS:
        machine.record(events.SIDE_EFFECT, at, text or name, {"operand": receiver, "method": name})
        return args[0] if name == "assign" and args else NONE
    if name == "set_shape":
        return NONE
    operation = _operation(name)
    if x.kind != "ndarray":
        data = {"method": name, "theano": operation is not None, "operand": receiver}
        machine.record(events.METHOD, at, text or name, data)
    if operation is None:
        return Unknown(f"the method {name} is not modelled", inputs=x.inputs)
    return _run(machine, operation, receiver, args, kwargs, at, text or name)


def _tensor(receiver: Tensor | Unknown) -> Tensor | Unknown:
    if isinstance(receiver, Unknown) and receiver.tensor:
        return Tensor(None, Along(0), inputs=receiver.inputs)
    return receiver


def _operation(name: str) -> Op | None:
    import lambdalint.interp.ops.library as library

    return library.lookup(f"tensor-method.{name}")


def bound_arguments(
    receiver: Value, name: str, args: list[Value], kwargs: dict[str, Value]
) -> tuple[str, dict[str, Value]]:
    """The canonical name of a tensor's method and the call's arguments; ``""`` where it is not modelled."""
    import lambdalint.interp.ops.library as library

    operation = _operation(name)
    bound = None if operation is None else library.bind(operation, [receiver, *args], kwargs)
    if operation is None or bound is None or isinstance(bound, str):
        return "", {}
    return operation.name, bound[0]


def _run(
    machine: Machine,
    operation: Op | None,
    receiver: Value,
    args: list[Value],
    kwargs: dict[str, Value],
    at: Anchor,
    text: str,
) -> Value:
    import lambdalint.interp.ops.library as library

    if operation is None:
        return machine.unknown(reasons.ATTRIBUTE)
    bound = library.bind(operation, [receiver, *args], kwargs)
    if isinstance(bound, str):
        machine.record(events.FAILS, at, text, {"error": "TypeError", "why": bound})
        return machine.unknown(reasons.BAD_ARGUMENTS)
    try:
        result = performed(OpCall(machine, operation, at, text, *bound))
    except Impossible:
        return machine.unknown(reasons.IMPOSSIBLE)
    if isinstance(receiver, Tensor) and receiver.kind == "ndarray" and isinstance(result, Tensor):
        return result.but(kind="ndarray", content=result.content)
    return result


def _to_python(
    machine: Machine, receiver: Tensor | Unknown, x: Tensor, name: str, at: Anchor, text: str
) -> Value:
    if x.kind == "ndarray":
        return Unknown("the entries of an array are not followed")
    if x.inputs:
        machine.record(events.EAGER, at, text or name, {"operand": receiver, "method": name})
        return Unknown("the value of a tensor at run time", inputs=x.inputs)
    return x.but(kind="ndarray", node=None, made=None, content=x.content)
