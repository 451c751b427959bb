"""Reductions, scans, normalisations and what else works along named axes."""

from __future__ import annotations

import re
from typing import Any

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import NARROW, cut, note_integers, zip_values
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
    RANK_UNKNOWN,
    Axes,
    broken,
    moved_to,
    operand,
    read_axes,
    settle_axes,
    touches_batch,
    unsure,
)
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import FLOATS, INTEGERS, Dims, meet_batches, result
from lambdalint.interp.values import (
    ANY_SIGN,
    NONE,
    Along,
    Batch,
    Const,
    Sequence,
    Sign,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, add, fresh, maximum, minimum, product

_AXIS = ("axis", "axes", "dim", "reduction_indices", "reduction_axes")
_EUCLIDEAN = (NONE, Const(2), Const("euclidean"), Const("fro"))
_NAMES = {"amax": "max", "amin": "min", "product": "prod"}


def _operation(call: OpCall) -> str:
    """What is computed: ``sum``, ``mean``, ``max`` …, from the row's option or the function's name."""
    if call.option("op"):
        return call.option("op")
    name = call.op.name.rpartition(".")[2].removeprefix("reduce_").removeprefix("nan")
    return _NAMES.get(name, name)


def axes_argument(call: OpCall) -> Value:
    """The axis argument by any of its names."""
    for name in _AXIS:
        if call.args.get(name, NONE) != NONE:
            return call.args[name]
    return NONE


def _named(call: OpCall) -> bool:
    return any(name in call.given for name in _AXIS)


# --- reductions ------------------------------------------------------------------------------------


def reduce(call: OpCall) -> Value:
    """``sum``, ``mean``, ``max`` and their like."""
    value = call.first()
    axes = Axes(every=True) if call.option("all") else read_axes(axes_argument(call))
    if isinstance(value, Unknown) and axes.numbers == (0,) and not call.op.name.startswith("tensor-method."):
        # Of a list of inputs this adds up the inputs; a list has no such method.
        return value
    x = operand(call, value)
    if isinstance(x, Unknown):
        return x
    op = _operation(call)
    cuts = cut(call, [x]) if op in ("any", "all", "count") else ()
    dtype = call.option("dtype") or _dtype(call, op, x.dtype)
    if op in ("mean", "sum", "prod") and dtype == x.dtype:
        note_integers(call, op, [x])
    made = reduced(call, x, axes, _keeps(call), sign=_sign(op, x.sign), dtype=dtype, cuts=cuts)
    content = _content(op, x) if made.rank == 0 else None
    return made.but(content=content) if content is not None else made


def _keeps(call: OpCall) -> bool | None:
    """``keepdims``; ``None`` where it is not known."""
    value = call.get("keepdims", "keep_dims")
    if value == NONE:
        return False
    return bool(value.value) if isinstance(value, Const) else None


def _dtype(call: OpCall, op: str, dtype: str | None) -> str | None:
    if op in ("any", "all"):
        return "bool"
    if op == "mean" and dtype in INTEGERS:
        # TensorFlow's mean of whole numbers is rounded down; Keras casts truth values first.
        kept = call.op.name.startswith("tensorflow.") or (dtype != "bool" and "backend" in call.op.name)
        return dtype if kept else "float32"
    if op in ("sum", "prod") and dtype == "bool":
        return "int32"
    if op in ("sum", "prod") and dtype in NARROW and call.op.name.startswith("keras.ops."):
        return "uint32" if dtype.startswith("uint") else "int32"
    return dtype


def _sign(op: str, sign: Sign) -> Sign:
    if op == "sum":
        return signs.total(sign)
    if op == "count":
        return signs.COUNT
    if op == "ptp":
        return signs.NONNEGATIVE
    if op in ("any", "all"):
        return signs.MASK
    if op in ("max", "min", "median"):
        return {"max": signs.largest, "min": signs.smallest, "median": signs.some}[op](sign)
    if op == "mean":
        return signs.average(sign)
    if op == "prod":
        return Sign(0.0, zero=sign.zero) if sign.low >= 0 else Sign(zero=sign.zero)
    return ANY_SIGN


def _content(op: str, x: Tensor) -> Dim | None:
    entries = x.content
    if not isinstance(entries, tuple) or not entries:
        return None
    if op == "prod":
        return product(entries)
    if op == "sum":
        total: Dim = 0
        for entry in entries:
            total = add(total, entry)
        return total
    if op in ("max", "min"):
        pick = maximum if op == "max" else minimum
        best = entries[0]
        for entry in entries[1:]:
            best = pick(best, entry)
        return best
    return None


def reduced(call: OpCall, x: Tensor, axes: Axes, keepdims: bool | None, **fields: Any) -> Tensor:
    """``x`` with some axes gone, or of size 1 where they are kept.

    Raises:
        Impossible: the tensor has no such axis.
    """
    if axes.every:
        return _all_reduced(call, x, keepdims, fields)
    if axes.behind > 0 and x.dims is None and isinstance(x.batch, Along) and not x.batch.axis:
        return result([x], None, x.batch, **fields)
    if axes.numbers is None:
        unsized = tuple(fresh() for _ in x.dims) if keepdims and x.dims is not None else None
        return result([x], unsized, unsure(x, AXIS_UNKNOWN), **fields)
    settled = settle_axes(call, axes.numbers, x)
    numbers = axes.numbers if settled is None else settled
    if len(set(numbers)) < len(numbers):
        call.impossible(f"the axes {axes.numbers} name one axis twice", before=x, axis=numbers)
    dims = _without(x.dims, numbers, keepdims)
    return result([x], dims, _reduced_batch(call, x, numbers, dims, keepdims), **fields)


def _all_reduced(call: OpCall, x: Tensor, keepdims: bool | None, fields: dict[str, Any]) -> Tensor:
    dims: Dims | None = ()
    if keepdims is not False:
        dims = None if x.dims is None or keepdims is None else (1,) * len(x.dims)
    return result([x], dims, _wholly(call, x, dims), **fields)


def _wholly(call: OpCall, x: Tensor, dims: Dims | None) -> Batch:
    """The batch of what is computed from every entry of ``x``, wherever its samples are."""
    batch = x.batch
    if isinstance(batch, Along) or (isinstance(batch, Unsure) and batch.carries):
        return broken(call, events.REDUCED_ALL, x, dims, None)
    return batch


def _without(dims: Dims | None, axes: tuple[int, ...], keepdims: bool | None) -> Dims | None:
    if dims is None or (keepdims is None and axes):
        return None
    if keepdims:
        return tuple(1 if axis in axes else dim for axis, dim in enumerate(dims))
    return tuple(dim for axis, dim in enumerate(dims) if axis not in axes)


def _reduced_batch(
    call: OpCall, x: Tensor, axes: tuple[int, ...], dims: Dims | None, keepdims: bool | None
) -> Batch:
    batch = x.batch
    if not isinstance(batch, Along):
        return batch
    touched = _touched(axes, x)
    if touched is None:
        return unsure(x, AXIS_UNKNOWN)
    if touched:
        return broken(call, events.REDUCED, x, dims, batch.axis, axes=axes, named=_named(call))
    if keepdims or not batch.axis or not axes:
        return batch
    if keepdims is None or (x.dims is None and min(batch.axis, *axes) < 0):
        return unsure(x, RANK_UNKNOWN)
    return moved_to(call, x, batch.axis - sum(axis < batch.axis for axis in axes), dims, events.MOVED)


def _touched(axes: tuple[int, ...], x: Tensor) -> bool | None:
    """Whether the axes include that of the samples, which may be counted from the end."""
    batch = x.batch
    if x.dims is None and isinstance(batch, Along) and batch.axis < 0 and max(axes, default=0) > 0:
        return None
    return touches_batch(axes, x)


def var_std(call: OpCall) -> Value:
    """Variance and standard deviation."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    # Entries that are all 0 do not vary.
    sign = Sign(0.0, zero=signs.worst((signs.some(x.sign).zero, "rarely")))
    if "std" in call.op.name.rpartition(".")[2] and x.inputs:
        call.event(events.ROOT, operand=x.but(sign=sign), std=True)
    dtype = x.dtype if x.dtype in FLOATS else None
    return reduced(call, x, read_axes(axes_argument(call)), _keeps(call), sign=sign, dtype=dtype)


def logsumexp(call: OpCall) -> Value:
    """The logarithm of a sum of exponentials."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    return reduced(call, x, read_axes(axes_argument(call)), _keeps(call), dtype=x.dtype)


def norm(call: OpCall) -> Value:
    """A norm; the Euclidean one takes a root."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    order = call.get("ord")
    sign = signs.total(signs.absolute(x.sign))
    if order in _EUCLIDEAN and x.inputs:
        call.event(events.ROOT, operand=x.but(sign=signs.total(signs.square(x.sign))), norm=True)
    return reduced(call, x, read_axes(axes_argument(call)), _keeps(call), sign=sign, dtype=x.dtype)


def moments(call: OpCall) -> Value:
    """Mean and variance."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    axes, keepdims = read_axes(axes_argument(call)), _keeps(call)
    mean = reduced(call, x, axes, keepdims, sign=signs.average(x.sign), dtype=x.dtype)
    variance = mean.but(sign=signs.NONNEGATIVE)
    return Sequence("tuple", [mean, variance])


def argreduce(call: OpCall) -> Value:
    """``argmax`` and ``argmin``: positions, through which no gradient flows."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    value = axes_argument(call)
    if value == NONE and call.option("default"):
        value = Const(int(call.option("default")))
    dtype = call.option("dtype") or call.constant("output_type") or "int64"
    return reduced(
        call, x, read_axes(value), _keeps(call), dtype=dtype, sign=signs.COUNT, cuts=cut(call, [x])
    )


_NONNEGATIVE_LOSS = re.compile("mean_(squared|absolute)|ms|ma|.*hinge|huber|log_?cosh", re.IGNORECASE)
"""Losses that no labels make negative; a cross entropy of what are no probabilities may be."""


def loss_last(call: OpCall) -> Value:
    """A loss or a metric of predictions: what two tensors give, averaged over the last axis."""
    made = zip_values(call, "loss", [call.first(), call.first(1)])
    if isinstance(made, Unknown):
        made = operand(call, made)
    if not isinstance(made, Tensor):
        return made
    ranks = [each.rank for each in (call.first(), call.first(1)) if isinstance(each, Tensor)]
    if len(ranks) == 2 and None not in ranks and abs((ranks[0] or 0) - (ranks[1] or 0)) == 1:
        # Keras 3 takes a last axis of size 1 off the longer one, or adds one to the shorter.
        made = made.but(dims=None)
    axis = -1 if call.get("axis") == NONE else call.constant("axis")
    word = call.op.name.rpartition(".")[2]
    sign = signs.NONNEGATIVE if _NONNEGATIVE_LOSS.match(word) else ANY_SIGN
    # An accuracy counts hits.
    cuts = cut(call, [made]) if call.op.name.endswith("accuracy") else ()
    axes = Axes((axis,) if isinstance(axis, int) else None)
    # The first operand takes the type of the second, which a number may have to find.
    second = call.first(1)
    known = isinstance(second, Tensor) and second.dtype in FLOATS
    dtype = made.dtype if known else None
    sign = sign if known else ANY_SIGN
    return reduced(call, made, axes, False, sign=signs.MASK if cuts else sign, dtype=dtype, cuts=cuts)


def in_top_k(call: OpCall) -> Value:
    """Whether each row's target is among its largest entries: one truth value a row."""
    predictions, targets = operand(call, call.get("predictions")), operand(call, call.get("targets"))
    if isinstance(predictions, Unknown):
        return predictions
    made = [predictions] if isinstance(targets, Unknown) else [predictions, targets]
    rows = reduced(call, predictions, Axes((-1,)), False)
    batch = meet_batches([rows.batch, *(each.batch for each in made[1:])])
    return result(made, rows.dims, batch, dtype="bool", sign=signs.MASK, cuts=cut(call, made))


# --- along an axis, keeping the shape --------------------------------------------------------------


def scan(call: OpCall) -> Value:
    """``cumsum`` and its like: along an axis, or over everything flattened where it is ``None``."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    note_integers(call, "sum", [x])
    axes, sign = read_axes(call.get("axis")), _running_sign(call, x.sign)
    if axes.every:
        dims = None if x.dims is None else (product(x.dims),)
        return result([x], dims, _wholly(call, x, dims), dtype=x.dtype, sign=sign)
    return _along(call, x, axes, sign)


def _running_sign(call: OpCall, sign: Sign) -> Sign:
    word = call.op.name.rpartition(".")[2]
    if sign.low < 0 or not word.endswith(("cumsum", "cumprod")):
        return ANY_SIGN
    if word.endswith("cumprod"):
        return Sign(0.0, zero=sign.zero)
    begins_with_zero = call.constant("exclusive", default=False)
    return signs.CLIPPED if begins_with_zero else signs.total(sign)


def _along(call: OpCall, x: Tensor, axes: Axes, sign: Sign, dtype: str | None = None) -> Tensor:
    """Computed along axes that stay as they are."""
    dtype = dtype or x.dtype
    if axes.every:
        return result([x], x.dims, _wholly(call, x, x.dims), dtype=dtype, sign=sign)
    if axes.numbers is None:
        return result([x], x.dims, unsure(x, AXIS_UNKNOWN), dtype=dtype, sign=sign)
    numbers = settle_axes(call, axes.numbers, x) or axes.numbers
    touched = _touched(numbers, x)
    batch = x.batch
    if touched is None:
        batch = unsure(x, AXIS_UNKNOWN)
    elif touched and isinstance(batch, Along):
        batch = broken(call, events.REDUCED, x, x.dims, batch.axis, axes=numbers, named=_named(call))
    return result([x], x.dims, batch, dtype=dtype, sign=sign)


def normalize(call: OpCall) -> Value:
    """``softmax``, ``l2_normalize`` and their like: ``op=`` says which."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    op = call.option("op")
    value = axes_argument(call)
    if op in ("softmax", "log_softmax") and value == NONE:
        value = Const(-1)
    axes = read_axes(value)
    if op == "l2" and x.inputs:
        call.event(events.L2_NORMALIZE, axis=axes.numbers, operand=x)
    dtype = x.dtype if x.dtype in FLOATS else None
    made = _along(call, x, axes, _normal_sign(call, op, x.sign), dtype)
    factors = [operand(call, call.get(name)) for name in ("gamma", "beta", "scale") if call.get(name) != NONE]
    whole = [made, *(each for each in factors if isinstance(each, Tensor))]
    dims, batch = broadcast(call, whole) if len(whole) > 1 else (made.dims, made.batch)
    return result([made, *factors], dims, batch, dtype=made.dtype, sign=made.sign)


def _normal_sign(call: OpCall, op: str, sign: Sign) -> Sign:
    if op == "softmax":
        # What sparsemax subtracts is rounded as coarsely as its largest operands are.
        return signs.CLIPPED if call.op.name.endswith("sparsemax") else signs.UNIT
    if op == "log_softmax":
        return Sign(high=0.0)
    if op == "clip":
        return Sign(min(sign.low, 0.0), max(sign.high, 0.0), sign.zero)
    if op == "l2":
        return Sign(-1.0 if sign.low < 0 else 0.0, 1.0 if sign.high > 0 else 0.0, sign.zero)
    return ANY_SIGN


def topk(call: OpCall) -> Value:
    """The largest entries along the last axis, and their positions."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    count = call.machine.dim(call.get("k"))
    dims: Dims | None = None
    batch = x.batch
    if x.dims is not None:
        if not x.dims:
            call.impossible("a scalar has no last axis", before=x)
        last = x.dims[-1]
        if isinstance(count, int) and isinstance(last, int) and count > last:
            call.impossible(f"the last axis has {last} entries, fewer than k={count}", before=x)
        dims = (*x.dims[:-1], fresh() if count is None else count)
        if isinstance(batch, Along) and batch.axis == len(x.dims) - 1:
            batch = broken(call, events.MIXED, x, dims, batch.axis)
    values = result([x], dims, batch, dtype=x.dtype, sign=signs.some(x.sign))
    places = result([x], dims, batch, dtype="int32", sign=signs.COUNT, cuts=cut(call, [x]))
    return Sequence("tuple", [values, places])


FAMILIES: dict[str, Family] = {
    "reduce": reduce,
    "var_std": var_std,
    "logsumexp": logsumexp,
    "norm": norm,
    "moments": moments,
    "argreduce": argreduce,
    "loss_last": loss_last,
    "in_top_k": in_top_k,
    "scan": scan,
    "normalize": normalize,
    "topk": topk,
}

__all__ = ["FAMILIES", "axes_argument", "reduced"]
