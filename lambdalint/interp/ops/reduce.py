"""Reductions, scans, normalisations and what else works along named axes."""

from __future__ import annotations

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut, note_integers, zip_values
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
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
from lambdalint.interp.tensors import FLOATS, Dims, result
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
    Value,
)
from lambdalint.layers.dims import Dim, fresh, maximum, minimum, product

_AXIS = ("axis", "axes", "dim", "reduction_indices", "reduction_axes")
_SUMS = ("sum", "count", "segment_sum")


def _operation(call: OpCall) -> str:
    """What is computed: ``sum``, ``mean``, ``max`` …, from the row's option or the function's name."""
    if call.option("op"):
        return call.option("op")
    name = call.op.name.rpartition(".")[2]
    for prefix in ("reduce_", "nan", "a"):
        if name.startswith(prefix) and name not in ("all", "any", "average"):
            name = name[len(prefix) :]
    return name


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
    if isinstance(value, Unknown) and value.tensor and axes.numbers == (0,):
        # Of a list of inputs this adds up the inputs.
        return value
    x = operand(call, value)
    if isinstance(x, Unknown):
        return x
    op = _operation(call)
    if op in ("mean", "sum", "prod"):
        note_integers(call, op, [x])
    cuts = cut(call, [x]) if op in ("any", "all", "count", "zero") else ()
    dtype = call.option("dtype") or ("bool" if op in ("any", "all") else x.dtype)
    made = reduced(call, x, axes, _keeps(call), sign=_sign(op, x.sign), dtype=dtype, cuts=cuts)
    content = _content(op, x) if made.rank == 0 else None
    return made.but(content=content) if content is not None else made


def _keeps(call: OpCall) -> bool | None:
    """``keepdims``; ``None`` where it is not known."""
    value = call.get("keepdims", "keep_dims")
    if value == NONE:
        return False
    return bool(value.value) if isinstance(value, Const) else None


def _sign(op: str, sign: Sign) -> Sign:
    if op in _SUMS:
        return signs.total(sign) if op != "count" else signs.COUNT
    if op in ("any", "all"):
        return signs.MASK
    if op in ("max", "min", "median"):
        return sign
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
    if op in ("max", "min"):
        pick = maximum if op == "max" else minimum
        best = entries[0]
        for entry in entries[1:]:
            best = pick(best, entry)
        return best
    return None


def reduced(call: OpCall, x: Tensor, axes: Axes, keepdims: bool | None, **fields: object) -> Tensor:
    """``x`` with some axes gone, or of size 1 where they are kept.

    Raises:
        Impossible: the tensor has no such axis.
    """
    if axes.every:
        return _all_reduced(call, x, keepdims, fields)
    if axes.numbers is None or keepdims is None:
        dims = None
        if keepdims and x.dims is not None:
            dims = tuple(fresh() for _ in x.dims)
        return result([x], dims, unsure(x, AXIS_UNKNOWN), **fields)
    settled = settle_axes(call, axes.numbers, x)
    numbers = axes.numbers if settled is None else settled
    dims = _without(x.dims, numbers, keepdims)
    return result([x], dims, _reduced_batch(call, x, numbers, dims, keepdims), **fields)


def _all_reduced(call: OpCall, x: Tensor, keepdims: bool | None, fields: dict[str, object]) -> Tensor:
    dims: Dims | None = ()
    if keepdims is not False:
        dims = None if x.dims is None or keepdims is None else (1,) * len(x.dims)
    batch = x.batch
    if isinstance(batch, Along):
        batch = broken(call, events.REDUCED_ALL, x, dims, None, keepdims=keepdims)
    return result([x], dims, batch, **fields)


def _without(dims: Dims | None, axes: tuple[int, ...], keepdims: bool) -> Dims | None:
    if dims is None:
        return None
    if keepdims:
        return tuple(1 if axis in axes else dim for axis, dim in enumerate(dims))
    return tuple(dim for axis, dim in enumerate(dims) if axis not in axes)


def _reduced_batch(
    call: OpCall, x: Tensor, axes: tuple[int, ...], dims: Dims | None, keepdims: bool
) -> Batch:
    batch = x.batch
    if not isinstance(batch, Along):
        return batch
    touched = touches_batch(axes, x)
    if touched is None:
        return unsure(x, AXIS_UNKNOWN)
    if touched:
        named = _named(call)
        return broken(call, events.REDUCED, x, dims, batch.axis, axes=axes, named=named, keepdims=keepdims)
    if keepdims or not batch.axis:
        return batch
    if x.dims is None and (batch.axis < 0 or any(axis < 0 for axis in axes)):
        return batch if batch.axis < 0 else unsure(x, AXIS_UNKNOWN)
    return moved_to(call, x, batch.axis - sum(axis < batch.axis for axis in set(axes)), dims, events.MOVED)


def var_std(call: OpCall) -> Value:
    """Variance and standard deviation."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    sign = signs.NONNEGATIVE
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
    order = call.constant("ord", default="euclidean")
    sign = signs.total(signs.absolute(x.sign))
    if order in (None, 2, "euclidean", "fro") and x.inputs:
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
    dtype = call.option("dtype") or "int64"
    return reduced(
        call, x, read_axes(value), _keeps(call), dtype=dtype, sign=signs.COUNT, cuts=cut(call, [x])
    )


def loss_last(call: OpCall) -> Value:
    """A loss or a metric of predictions: what two tensors give, averaged over the last axis."""
    made = zip_values(call, "loss", [call.first(), call.first(1)])
    if isinstance(made, Unknown):
        made = operand(call, made)
    if not isinstance(made, Tensor):
        return made
    axis = call.constant("axis", default=-1)
    sign = ANY_SIGN if call.option("sign") == "any" else signs.NONNEGATIVE
    fields: dict[str, object] = {"sign": sign, "dtype": made.dtype}
    return reduced(call, made, Axes((axis,) if isinstance(axis, int) else None), False, **fields)


def in_top_k(call: OpCall) -> Value:
    """Whether each row's target is among its largest entries: one truth value a row."""
    predictions, targets = operand(call, call.get("predictions")), operand(call, call.get("targets"))
    made = [each for each in (predictions, targets) if isinstance(each, Tensor)]
    if not made:
        return predictions
    rows = next((t for t in made if isinstance(t.batch, Along)), made[0])
    dims: Dims | None = (rows.dims[0],) if rows.dims else None
    cuts = cut(call, made)
    return result(made, dims, rows.batch, dtype="bool", sign=signs.MASK, cuts=cuts)


# --- along an axis, keeping the shape --------------------------------------------------------------


def scan(call: OpCall) -> Value:
    """``cumsum`` and its like: along an axis, or over everything flattened where it is ``None``."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    sign = signs.total(x.sign) if x.sign.low >= 0 else ANY_SIGN
    axes = read_axes(call.get("axis"))
    if axes.every:
        dims = None if x.dims is None else (product(x.dims),)
        batch = x.batch
        if isinstance(batch, Along):
            batch = broken(call, events.REDUCED_ALL, x, dims, None)
        return result([x], dims, batch, dtype=x.dtype, sign=sign)
    return _along(call, x, axes, sign)


def _along(call: OpCall, x: Tensor, axes: Axes, sign: Sign, dtype: str | None = None) -> Tensor:
    """Computed along axes that stay as they are."""
    dtype = dtype or x.dtype
    if axes.every:
        batch = x.batch
        if isinstance(batch, Along):
            batch = broken(call, events.REDUCED_ALL, x, x.dims, None)
        return result([x], x.dims, batch, dtype=dtype, sign=sign)
    if axes.numbers is None:
        return result([x], x.dims, unsure(x, AXIS_UNKNOWN), dtype=dtype, sign=sign)
    numbers = settle_axes(call, axes.numbers, x) or axes.numbers
    touched = touches_batch(numbers, x)
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
    sign = {
        "softmax": signs.UNIT,
        "log_softmax": Sign(high=0.0),
        "l2": Sign(max(x.sign.low, -1.0), min(x.sign.high, 1.0), x.sign.zero),
        "clip": x.sign,
    }.get(op, ANY_SIGN)
    if op == "l2" and (x.sign.low > 0 or x.sign.high < 0):
        sign = Sign(0.0, 1.0, "never") if x.sign.low > 0 else Sign(-1.0, 0.0, "never")
    return _along(call, x, axes, sign, dtype=x.dtype if x.dtype in FLOATS else None)


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
    values = result([x], dims, batch, dtype=x.dtype, sign=x.sign)
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
