"""Operations that work entry by entry, and the Python operators."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut, note_integers, tensor_items, zip_values
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.ops.operands import RANK_UNKNOWN, operand, shape_of_argument, unsure
from lambdalint.interp.ops.operators import binary, unary
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import (
    FLOATS,
    INTEGERS,
    OWN_ENTRIES,
    common_dtype,
    meet_batches,
    passed_cuts,
    result,
)
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    NONE,
    Along,
    Batch,
    Const,
    Constant,
    Library,
    Sequence,
    Sign,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import counted

_NUMERIC_EVENTS = {
    "sqrt": events.ROOT,
    "rsqrt": events.ROOT,
    "log": events.LOG,
    "reciprocal": events.DIVISION,
}
_WIDTH = re.compile(r"(?:float|int|complex)(\d+)")
_FLOAT_RESULTS = frozenset({"sqrt", "rsqrt", "log", "log1p", "positive", "unit", "reciprocal"})
_RELATIONS = {
    ">": ">", "greater": ">", "gt": ">", ">=": ">=", "greater_equal": ">=", "ge": ">=",
    "<": "<", "less": "<", "lesser": "<", "lt": "<",
    "<=": "<=", "less_equal": "<=", "lesser_equal": "<=", "le": "<=",
    "==": "==", "equal": "==", "eq": "==", "!=": "!=", "not_equal": "!=", "neq": "!=",
}  # fmt: skip
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}
_UNTOUCHED = re.compile(
    r"(identity|copy|guarantee_const|linear|to_dense|check_numerics|ascontiguousarray|assert)"
)


def map_(call: OpCall) -> Value:
    """One operand, entry by entry: ``sign=`` is what becomes of the range, ``cut`` that no gradient flows."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if any(isinstance(each, Sequence) for each in list(call.args.values())[1:]):
        # A list in place of a number may have more axes than the operand.
        return result([x], None, unsure(x, "an operand is a list"), dtype=x.dtype)
    word = call.option("sign", "any")
    if word in _NUMERIC_EVENTS and (x.inputs or (word == "log" and x.random)):
        call.event(_NUMERIC_EVENTS[word], operand=x)
    if word == "square":
        note_integers(call, "mul", [x])
    cuts = cut(call, [x]) if call.option("cut") or word == "mask" else ()
    dtype = call.option("dtype") or x.dtype
    if word in _FLOAT_RESULTS and dtype in INTEGERS:
        dtype = "float32"
    sign = Sign(zero="often") if call.option("cut") else signs.UNARY[word](x.sign)
    return result([x], x.dims, x.batch, dtype=dtype, sign=sign, cuts=cuts)


def zip_(call: OpCall) -> Value:
    """Two operands that are broadcast: ``op=`` is what is done to the entries."""
    values = [call.first(), call.first(1)]
    made = zip_values(call, call.option("op", "any"), values)
    if isinstance(made, Tensor) and call.option("dtype"):
        return made.but(dtype=call.option("dtype"))
    return made


def zip_all(call: OpCall) -> Value:
    """All tensors among the arguments, broadcast: a list of tensors added up, say."""
    values: list[Value] = []
    for parameter in call.op.parameters:
        value = call.args.get(parameter.name, NONE)
        if parameter.name not in ("name", "shape", "tensor_dtype", "separator") and value != NONE:
            values += tensor_items(value)
    if not values:
        return call.unknown("the operands are not known")
    if len(values) == 1 and isinstance(values[0], Tensor):
        # One tensor in place of a list is taken as the list of its rows.
        from lambdalint.interp.ops.delegate import delegate

        return delegate(call, "reduce", {"x": values[0], "axis": Const(0)}, op="sum")
    if len(values) == 1:
        only = values[0]
        if isinstance(only, (Unknown, Sequence)):
            inputs = only.inputs if isinstance(only, Unknown) else frozenset()
            known = isinstance(only, Unknown) and only.tensor
            return (
                Tensor(None, Along(0), inputs=inputs) if known else call.unknown("the operands are not known")
            )
        return operand(call, only)
    total = values[0]
    for value in values[1:]:
        total = zip_values(call, "add", [total, value])
    return total


def compare(call: OpCall) -> Value:
    """A comparison: a mask through which no gradient flows."""
    return compared(call, [call.first(), call.first(1)])


def compared(call: OpCall, values: list[Value]) -> Value:
    """The mask that comparing two values gives."""
    made = zip_values(call, "any", values)
    if not isinstance(made, Tensor):
        return made
    cuts = (*made.cuts, *cut(call, [made]))
    return made.but(dtype="bool", sign=signs.MASK, cuts=cuts)


def logical(call: OpCall) -> Value:
    """``and``, ``or``, ``not`` of masks."""
    values = [call.first()]
    if len(call.op.parameters) > 1 and call.op.parameters[1].name not in ("name", "out"):
        values.append(call.first(1))
    made = zip_values(call, "any", values)
    return made.but(dtype="bool", sign=signs.MASK) if isinstance(made, Tensor) else made


def cast(call: OpCall) -> Value:
    """Another type: to whole numbers or truth values no gradient flows."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    dtype = call.option("dtype") or dtype_name(call.get("dtype", "type"))
    was_float = x.dtype is None or x.dtype in FLOATS
    cuts = cut(call, [x]) if dtype in INTEGERS and was_float else ()
    sign = _cast_sign(x.sign, dtype, was_float)
    if call.option("scale") and x.dtype in INTEGERS and dtype in FLOATS and sign.low >= 0:
        sign = Sign(0.0, 1.0, sign.zero)
    elif call.option("scale"):
        sign = Sign(0.0, zero=sign.zero) if sign.low >= 0 else ANY_SIGN
    content = None if dtype == "bool" else x.content
    made = result([x], x.dims, x.batch, dtype=dtype, sign=sign, content=content, cuts=cuts)
    label = x.label if x.label == OWN_ENTRIES else ""
    return made.but(made=x.made, content=content, label=label, stride=x.stride)


def bitcast(call: OpCall) -> Value:
    """The same bits as another type: a type of another width makes or takes the last axis."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    dtype = dtype_name(call.get("type"))
    widths = [_WIDTH.findall(each or "") for each in (x.dtype, dtype)]
    if widths[0] and widths[0] == widths[1]:
        return result([x], x.dims, x.batch, dtype=dtype)
    batch = x.batch if x.rank is not None and x.rank > 1 else unsure(x, "the last axis may be the batch axis")
    return result([x], None, batch, dtype=dtype)


def _cast_sign(sign: Sign, dtype: str | None, was_float: bool) -> Sign:
    """The range of numbers as another type: truth values, or whole numbers, rounded towards 0."""
    if dtype == "bool":
        return Sign(0.0, 1.0, sign.zero, whole=True)
    if dtype not in INTEGERS:
        return sign
    if dtype.startswith("uint") and sign.low < 0:
        return signs.COUNT
    if not was_float:
        return sign
    low, high = (math.trunc(end) if math.isfinite(end) else end for end in (sign.low, sign.high))
    return signs.make(low, high, "often", whole=True)


def dtype_name(value: Value) -> str | None:
    """The type that a ``dtype`` argument names."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    if isinstance(value, Library):
        word = value.name.rpartition(".")[2]
        return {"float": "float32", "int": "int32", "bool_": "bool"}.get(word, word)
    return None


def where(call: OpCall) -> Value:
    """Entries of one tensor or another; without them, the indices of what is true."""
    condition, x, y = call.first(), call.first(1), call.first(2)
    mask = operand(call, condition)
    if x == NONE and y == NONE:
        return _true_indices(call, mask)
    branches = [operand(call, x), operand(call, y)]
    tensors = [made for made in (mask, *branches) if isinstance(made, Tensor)]
    if not tensors:
        return Unknown("the operands are not known", inputs=frozenset().union(*(b.inputs for b in branches)))
    known = [made for made in branches if isinstance(made, Tensor)]
    if _picks_rows(call, mask, known):
        tensors = known
    dims, batch = broadcast(call, tensors)
    dtype = common_dtype(made.dtype for made in known) if len(known) == 2 else None
    sign = ANY_SIGN
    if len(known) == 2:
        sign = signs.union(
            _taken(call, each, made, holds) for each, made, holds in zip((x, y), known, (True, False))
        )
        # A zero may be just what the condition takes out.
        sign = replace(sign, zero=signs.least((sign.zero, "rarely")))
    made = result([mask, *branches], dims, batch, dtype=dtype, sign=sign)
    # The gradient flows through the branches; the mask need not pass one.
    return made.but(cuts=passed_cuts([each for each in branches if each.inputs] or [mask]))


def _taken(call: OpCall, branch: Value, made: Tensor, holds: bool) -> Sign:
    """The range of the entries of a branch that a condition on this very branch takes."""
    condition, trace = call.first(), call.machine.trace
    steps = () if trace is None else reversed(trace.steps)
    step = next((each for each in steps if each.result is condition), None)
    relation = "" if step is None else _RELATIONS.get(step.op.rpartition(".")[2], "")
    if step is None or not relation:
        return made.sign
    left, right = list(step.arguments.values())[:2]
    if branch is right:
        left, right, relation = right, left, _TURNED[relation]
    bound = operand(call, right)
    if branch is not left or not isinstance(bound, Tensor):
        return made.sign
    return signs.where_it(made.sign, relation if holds else _OPPOSITE[relation], bound.sign)


def _picks_rows(call: OpCall, mask: Tensor | Unknown, branches: list[Tensor]) -> bool:
    """TensorFlow 1's ``where`` and ``select``: a vector picks whole rows of two tensors of one shape."""
    if (
        not isinstance(mask, Tensor)
        or mask.rank != 1
        or len(branches) != 2
        or call.machine.dialect == "keras3"
    ):
        return False
    first, second = branches
    return first.rank is not None and first.rank > 1 and first.dims == second.dims


def _true_indices(call: OpCall, mask: Tensor | Unknown) -> Value:
    if isinstance(mask, Unknown):
        return mask
    count, batch, cuts = counted(), unsure(mask, reasons.TRUE_ENTRIES), cut(call, [mask])
    if call.op.name.startswith("keras.ops."):
        if mask.rank is None:
            return Unknown(RANK_UNKNOWN, inputs=mask.inputs)
        places = result([mask], (count,), batch, sign=signs.COUNT, cuts=cuts)
        return Sequence("tuple", [places] * mask.rank)
    dims = None if mask.rank is None else (count, mask.rank)
    return result([mask], dims, batch, dtype="int64", sign=signs.COUNT, cuts=cuts)


def activation(call: OpCall) -> Value:
    """An activation of which the name is not known: it leaves the shape, and may mix the last axis."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    last = isinstance(x.batch, Along) and x.rank is not None and x.batch.axis == x.rank - 1
    return result([x], x.dims, unsure(x, reasons.UNKNOWN_CALL) if last else x.batch, dtype=x.dtype)


def clip(call: OpCall) -> Value:
    """Entries kept between two bounds."""
    bounds = [call.first(1), call.first(2)]
    made = zip_values(call, "any", [call.first(), *(bound for bound in bounds if bound != NONE)])
    x = operand(call, call.first())
    if not isinstance(made, Tensor) or isinstance(x, Unknown):
        return made
    sign = x.sign
    for bound, limit in zip(bounds, (signs.maximum, signs.minimum)):
        tensor = operand(call, bound)
        if isinstance(tensor, Tensor):
            sign = limit(sign, tensor.sign)
        elif bound != NONE:
            sign = ANY_SIGN
    return made.but(sign=sign, dtype=x.dtype, content=None)


def like(call: OpCall) -> Value:
    """A tensor of constants with another one's shape: its rows stand for the same samples."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return Unknown(x.reason)
    op = call.option("op")
    fill = operand(call, call.first(1)) if op == "full" else None
    batch: Batch = x.batch if isinstance(x.batch, (Along, Constant)) else CONSTANT
    dtype = dtype_name(call.get("dtype")) or x.dtype
    if isinstance(fill, Tensor):
        batch = meet_batches((batch, fill.batch))
        return result([fill], x.dims, batch, dtype=dtype, sign=fill.sign)
    sign = {"zeros": signs.exact(0.0), "ones": signs.exact(1.0)}.get(op, ANY_SIGN)
    kind = "ndarray" if x.kind == "ndarray" else "tensor"
    return Tensor(x.dims, batch, dtype, sign, kind=kind)


def identity(call: OpCall) -> Value:
    """A tensor of the same shape; the tensor itself where the name says so."""
    value = call.first()
    if isinstance(value, Unknown) or (isinstance(value, Sequence) and call.op.name.endswith("identity_n")):
        return value
    x = operand(call, value)
    if isinstance(x, Unknown):
        return x
    if _UNTOUCHED.search(call.op.name.rpartition(".")[2]):
        return x.but(kind=x.kind if x.kind != "variable" else "tensor", content=x.content)
    return result([x], x.dims, x.batch, dtype=x.dtype)


def stop_gradient(call: OpCall) -> Value:
    """The same values, with no gradient."""
    value = call.first()
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence(value.kind, [_stopped(call, item) for item in value.items])
    return _stopped(call, value)


def _stopped(call: OpCall, value: Value) -> Value:
    x = operand(call, value)
    if isinstance(x, Unknown):
        return x
    cuts = (call.event(events.CUT, operand=x, stop=True),) if x.inputs else ()
    kind = "tensor" if x.kind == "variable" else x.kind
    return x.but(kind=kind, cuts=(*x.cuts, *cuts), content=x.content)


def dropout(call: OpCall) -> Value:
    """Entries dropped at random; a noise shape with a leading 1 drops the same ones in every sample."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    made = result([x], x.dims, x.batch, dtype=x.dtype, sign=Sign(x.sign.low, x.sign.high, "often"))
    made = made.but(random=True)
    call.event(events.RANDOM, tensor=made, dropout=True)
    shape = shape_of_argument(call, call.get("noise_shape"))
    batch = x.batch
    if shape and isinstance(batch, Along) and batch.axis < len(shape) and shape[batch.axis] == 1:
        call.event(events.SHARED_NOISE, before=x, after=x.dims, axis=batch.axis, tensor=made)
    return made


FAMILIES: dict[str, Family] = {
    "map": map_,
    "zip": zip_,
    "addn": zip_all,
    "add_n": zip_all,
    "compare": compare,
    "logical": logical,
    "cast": cast,
    "bitcast": bitcast,
    "where": where,
    "clip": clip,
    "activation": activation,
    "like": like,
    "identity": identity,
    "stop_gradient": stop_gradient,
    "dropout": dropout,
}

__all__ = ["FAMILIES", "binary", "unary"]
