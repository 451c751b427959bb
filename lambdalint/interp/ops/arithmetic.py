"""Arithmetic of tensors entry by entry: broadcasting, types, ranges and numeric events."""

from __future__ import annotations

import operator
from collections.abc import Callable
from collections.abc import Sequence as Items

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.ops.operands import operand
from lambdalint.interp.tensors import FLOATS, as_tensor, common_dtype, is_integer, result
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    Along,
    Const,
    Event,
    Number,
    Sequence,
    Sign,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, Sym, add, floordiv, fresh, maximum, minimum, mod, mul, sub

LIST_LIKE = ("add", "mul")
"""Operations that a list of inputs takes as well (``x * 2`` doubles the list)."""

NARROW = {
    "uint8": (0.0, 255.0),
    "int8": (-128.0, 127.0),
    "uint16": (0.0, 65535.0),
    "int16": (-32768.0, 32767.0),
}
"""The least and the greatest number of the integer types that arithmetic easily leaves."""

_ON_SIZES: dict[str, Callable[[Dim, Dim], Dim]] = {
    "add": add,
    "sub": sub,
    "mul": mul,
    "floordiv": floordiv,
    "mod": mod,
    "max": maximum,
    "min": minimum,
}

_ON_RESTS: dict[str, Callable[[float, float], float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "max": max,
    "min": min,
}


def zip_values(call: OpCall, op: str, values: Items[Value]) -> Value:
    """Combine values entry by entry: ``op`` is a word of the tables, such as ``add`` or ``div``.

    Raises:
        Impossible: their shapes never fit.
    """
    made = [_operand(call, op, value, values) for value in values]
    tensors = [each for each in made if isinstance(each, Tensor)]
    unknowns = [each for each in made if isinstance(each, Unknown)]
    listed = any(each.tensor for each in unknowns)
    if not tensors or listed:
        inputs = frozenset().union(*(each.inputs for each in made))
        first = unknowns[0]
        return Unknown(first.reason, first.label, listed, inputs)
    if any(each.inputs for each in unknowns):
        return result(made, None, Unsure("an operand is not known", carries=True))
    dims, batch = broadcast(call, tensors)
    content = None
    if unknowns:
        # A captured value may be an array as long as an axis of size 1.
        dims = None if dims is None else tuple(fresh() if dim == 1 else dim for dim in dims)
        dtype, sign = None, ANY_SIGN
    else:
        dtype = _dtype(call, op, tensors, values)
        sign = sign_of(op, tensors)
        content = _content(op, tensors)
    _note(call, op, made, values)
    if len(made) == len(tensors) == 2 and _leaves(op, tensors[0], tensors[1], dtype):
        return tensors[0]
    if op == "mul" and not dims and dims is not None and any(_is_zero(each) for each in tensors):
        # Nothing is left of what was mixed: such a term ties inputs to a result, or cuts their gradient.
        batch = CONSTANT
    stride = _stride(op, tensors) if isinstance(batch, Along) and len(made) == len(tensors) == 2 else None
    combined = result(
        made, dims, batch, dtype=dtype, sign=sign, content=content, stride=stride, **_rest(op, made)
    )
    shaped = [each for each in made if not isinstance(each, Tensor) or each.rank != 0]
    if len(shaped) == 1 and isinstance(shaped[0], Tensor) and shaped[0].made is not None:
        # Numbers leave the shape that was written.
        return combined.but(made=shaped[0].made, content=content)
    return combined


def _stride(op: str, tensors: list[Tensor]) -> Dim | None:
    """The ``stride`` of numbers of samples times a size, and of such with places among the rows added."""
    steps = [each for each in tensors if each.stride is not None]
    if len(steps) != 1 or op not in ("mul", "add"):
        return None
    stride, other = steps[0].stride or 1, tensors[tensors[0] is steps[0]]
    if op == "add":
        return None if stride == 1 else stride
    size = other.content
    positive = isinstance(size, Sym) or (isinstance(size, int) and size > 0)
    return mul(stride, size) if positive and not isinstance(size, tuple) and size is not None else None


def _operand(call: OpCall, op: str, value: Value, values: Items[Value]) -> Tensor | Unknown:
    written = call.op.name.startswith("operator.")
    if written and isinstance(value, Unknown) and value.tensor and op in LIST_LIKE:
        if any(_fits_list(op, other) for other in values if other is not value):
            return value
    return operand(call, value)


def _leaves(op: str, left: Tensor, right: Tensor, dtype: str | None) -> bool:
    """Whether a number changes nothing: 0 that is added, 1 that is multiplied by."""
    neutral = {"add": 0, "sub": 0, "mul": 1, "div": 1}.get(op)
    alone = neutral is not None and right.rank == 0 and not right.inputs and number(right) == neutral
    return alone and left.kind in ("tensor", "keras") and left.dtype == dtype and left.dtype in FLOATS


def _is_zero(tensor: Tensor) -> bool:
    return not tensor.inputs and number(tensor) == 0


def _fits_list(op: str, value: Value) -> bool:
    """Whether a list may be added to, or multiplied by, such a value."""
    if isinstance(value, Const):
        return op == "mul" and isinstance(value.value, int)
    return isinstance(value, Unknown)


def _dtype(call: OpCall, op: str, tensors: list[Tensor], values: Items[Value]) -> str | None:
    """The type of the result; Python numbers take that of the tensor they meet."""
    strong = [t.dtype for t, v in zip(tensors, values) if not isinstance(v, (Const, Number))]
    weak = [t.dtype for t, v in zip(tensors, values) if isinstance(v, (Const, Number))]
    dtype = common_dtype(strong) if strong else common_dtype(weak)
    if call.op.name.startswith("keras.ops.") and any(map(is_integer, strong)) and dtype in FLOATS:
        # Some are TensorFlow's of NumPy, whose whole numbers make wider floats.
        return None
    if dtype is not None and "float32" in weak and dtype not in FLOATS and not dtype.startswith("complex"):
        dtype = "float32"
    if op == "div" and dtype is not None and dtype not in FLOATS and not dtype.startswith("complex"):
        wide = dtype in ("int32", "int64", "uint32", "uint64") and not call.op.name.startswith("keras.ops")
        return "float64" if wide else "float32"
    return dtype


def _content(op: str, tensors: list[Tensor]) -> Dim | tuple[Dim, ...] | None:
    """Arithmetic on the entries of shapes."""
    function = _ON_SIZES.get(op)
    if function is None or len(tensors) != 2:
        return None
    left, right = tensors[0].content, tensors[1].content
    if left is None or right is None:
        return None
    if not isinstance(left, tuple) and not isinstance(right, tuple):
        return function(left, right)
    size = len(left) if isinstance(left, tuple) else len(right)  # type: ignore[arg-type]
    first = left if isinstance(left, tuple) else (left,) * size
    second = right if isinstance(right, tuple) else (right,) * size
    return tuple(function(x, y) for x, y in zip(first, second)) if len(first) == len(second) else None


# --- ranges ----------------------------------------------------------------------------------------


def sign_of(op: str, tensors: list[Tensor]) -> Sign:
    """The range of the entries of ``op`` of these tensors."""
    if len(tensors) != 2:
        return ANY_SIGN
    left, right = tensors
    if op == "sub":
        return signs.subtract(left.sign, right.sign, independent(left, right))
    if op == "squared_difference":
        return signs.square(signs.subtract(left.sign, right.sign, independent(left, right)))
    if op == "mul":
        return signs.square(left.sign) if left is right else signs.multiply(left.sign, right.sign)
    if op == "div" and left is right:
        return signs.exact(1.0)
    if op == "pow":
        return signs.power(left.sign, number(right))
    if op in ("mod", "floordiv", "bitwise"):
        return signs.CLIPPED if left.sign.low >= 0 and right.sign.low >= 0 else Sign(zero="often")
    if op == "divide_no_nan":
        made = signs.divide(left.sign, right.sign)
        zero = signs.worst((left.sign.zero, right.sign.zero))
        return Sign(min(made.low, 0.0), max(made.high, 0.0), zero)
    simple = {"add": signs.add, "div": signs.divide, "max": signs.maximum, "min": signs.minimum}.get(op)
    if simple is not None:
        return simple(left.sign, right.sign)
    # A cross entropy of what are no probabilities may be negative.
    return signs.NONNEGATIVE if op == "loss" and left.sign.low >= 0 and left.sign.high <= 1 else ANY_SIGN


def independent(left: Tensor, right: Tensor) -> bool:
    """Whether two tensors come from different inputs of the layer, which may well be equal."""
    if not left.inputs or not right.inputs or left.inputs & right.inputs:
        return False
    # What was shifted, or made positive, on one side only no longer equals the other.
    same = left.rest is not None and left.rest == right.rest
    return same and (left.sign.zero == "never") is (right.sign.zero == "never")


def _rest(op: str, operands: Items[Tensor | Unknown]) -> dict[str, float | None]:
    """The ``rest`` of a result; none for operations that leave it as it is."""
    function = _ON_RESTS.get(op)
    if function is None or len(operands) != 2:
        return {}
    rests = [_rest_of(each) for each in operands]
    if op in ("mul", "div") and 0 in (rests if op == "mul" else rests[:1]):
        return {"rest": 0.0}
    left, right = rests
    if left is None or right is None or (op == "div" and right == 0):
        return {"rest": None}
    return {"rest": function(left, right)}


def _rest_of(operand: Tensor | Unknown) -> float | None:
    if isinstance(operand, Unknown):
        return None
    return operand.rest if operand.inputs else number(operand)


def number(tensor: Tensor) -> float | None:
    """The one number a tensor is known to hold."""
    return tensor.sign.low if tensor.sign.low == tensor.sign.high else None


# --- numeric events --------------------------------------------------------------------------------


def _note(call: OpCall, op: str, made: list[Tensor | Unknown], values: Items[Value]) -> None:
    """Record what may go wrong with numbers: a division, a root, integer arithmetic."""
    if len(made) != 2:
        return
    left, right = made
    if op in ("div", "floordiv", "mod") and isinstance(right, Tensor) and right.inputs:
        call.event(events.DIVISION, operand=right, dividend=left)
    if op == "pow" and isinstance(left, Tensor) and isinstance(right, Tensor) and left.inputs:
        exponent = number(right)
        if exponent is not None and 0 < exponent < 1:
            call.event(events.ROOT, operand=left, exponent=exponent)
        elif exponent is not None and exponent < 0:
            call.event(events.DIVISION, operand=left, dividend=None)
    if op in ("add", "sub", "mul", "pow", "floordiv"):
        note_integers(call, op, [each for each in made if isinstance(each, Tensor)])


def note_integers(call: OpCall, op: str, tensors: list[Tensor]) -> None:
    """Record arithmetic on an integer input, which overflows or truncates."""
    for tensor in tensors:
        direct = tensor.inputs and not tensor.cuts and tensor.content is None
        if direct and is_integer(tensor.dtype) and isinstance(tensor.batch, Along):
            sign = sign_of(op, [_within_type(each) for each in tensors])
            call.event(events.INTEGER, operand=tensor, operator=op, dtype=tensor.dtype, sign=sign)
            return


def _within_type(tensor: Tensor) -> Tensor:
    """A tensor of narrow integers with the range of its type, where it has no narrower one."""
    low, high = NARROW.get(tensor.dtype or "", (tensor.sign.low, tensor.sign.high))
    sign = Sign(max(low, tensor.sign.low), min(high, tensor.sign.high), tensor.sign.zero)
    return tensor.but(sign=sign, content=tensor.content)


def cut(call: OpCall, operands: Items[Tensor | Unknown]) -> tuple[Event, ...]:
    """The event of an operation that passes no gradient, where there is an input to be reached."""
    carriers = [each for each in operands if each.inputs]
    return (call.event(events.CUT, operand=carriers[0]),) if carriers else ()


def tensor_items(value: Value) -> list[Value]:
    """The values of a list argument, or the single value."""
    if isinstance(value, Sequence) and value.items is not None:
        return list(value.items)
    return [value]


__all__ = ["as_tensor", "cut", "note_integers", "sign_of", "tensor_items", "zip_values"]
