"""Axes that get longer: tiling, repeating, padding and broadcasting to a shape."""

from __future__ import annotations

from lambdalint.interp import events
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
    SHAPE_UNKNOWN,
    broken,
    known_sizes,
    moved_to,
    one_axis,
    operand,
    shape_of_argument,
    size,
    touches_batch,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.reshape import reshaped
from lambdalint.interp.ops.table import Family
from lambdalint.interp.signs import exact, together
from lambdalint.interp.tensors import Dims, batch_of_sizes, result, with_stride
from lambdalint.interp.values import (
    NONE,
    Along,
    Batch,
    Constant,
    Event,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import Dim, add, fresh, has_batch, mul


def _noise(call: OpCall, x: Tensor, dims: Dims | None, batch: Batch) -> None:
    """Record that one draw of random numbers is copied to every sample."""
    if x.random and isinstance(x.batch, Constant) and isinstance(batch, Along):
        call.event(events.SHARED_NOISE, before=x, after=dims, axis=batch.axis, tensor=x)


def tile(call: OpCall) -> Value:
    """Copies side by side, so many along each axis."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    counts = shape_of_argument(call, call.first(1))
    if counts is None or x.dims is None:
        return _tiled_blindly(x, counts)
    sizes: list[Dim] = list(x.dims)
    if len(counts) < len(sizes):
        if call.op.name.startswith("tensorflow."):
            call.impossible(f"{len(counts)} multiples for a tensor of {len(sizes)} axes", before=x)
        counts = [*[1] * (len(sizes) - len(counts)), *counts]
    added = len(counts) - len(sizes)
    if added and call.op.name.startswith(("tensorflow.", "keras.backend.")):
        call.impossible(f"{len(counts)} multiples for a tensor of {len(sizes)} axes", before=x)
    factors = known_sizes(counts)
    dims = tuple(mul(dim, factor) for dim, factor in zip([1] * added + sizes, factors))
    batch = _tiled(call, x, dims, factors, added)
    copied = result([x], dims, batch, dtype=x.dtype, sign=x.sign)
    return with_stride(copied.but(made=_rows_written(call, ([1] * added + sizes)[:1], factors[:1], dims)), x)


def _rows_written(call: OpCall, before: list[Dim], factors: Dims, dims: Dims) -> Event | None:
    """The event of copying one row so often as is written, which makes a number of rows for every batch."""
    written = before == [1] and isinstance(factors[0], int) and factors[0] > 1
    return call.silent_event(events.FIXED, after=dims) if written else None


def _tiled_blindly(x: Tensor, counts: list[Dim | None] | None) -> Tensor:
    """Where the rank or the number of multiples is not known."""
    batch = x.batch
    dims = None if x.dims is None else tuple(fresh() for _ in x.dims)
    if isinstance(batch, Along):
        axis = batch.axis
        same = counts is not None and 0 <= axis < len(counts) and counts[axis] == 1
        batch = batch if same else unsure(x, SHAPE_UNKNOWN)
    return result([x], dims, batch, dtype=x.dtype, sign=x.sign)


def _tiled(call: OpCall, x: Tensor, dims: Dims, factors: Dims, added: int) -> Batch:
    batch = x.batch
    if isinstance(batch, Constant):
        made = batch_of_sizes(dims)
        _noise(call, x, dims, made)
        return made
    if not isinstance(batch, Along):
        return batch
    moved = moved_to(call, x, batch.axis + added, dims, events.CHANGED)
    factor = factors[batch.axis + added]
    if factor == 1 or not isinstance(moved, Along):
        return moved
    if has_batch(factor):
        return broken(call, events.CHANGED, x, dims, batch.axis, factor=factor)
    folded = batch.folded or call.silent_event(
        events.CHANGED, before=x, after=dims, axis=batch.axis, factor=factor
    )
    return Along(moved.axis, mul(factor, batch.outer), batch.inner, moved.moved, folded)


def repeat(call: OpCall) -> Value:
    """Each entry several times in a row along an axis; along everything flattened without one."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if call.get("axis") == NONE:
        if x.dims is None:
            return result([x], None, unsure(x, SHAPE_UNKNOWN), dtype=x.dtype, sign=x.sign)
        x, axis = reshaped(call, x, [-1]), 0
    else:
        found = one_axis(call, call.get("axis"), x)
        if found is None:
            return result([x], None, _counted_from_end(call, x), dtype=x.dtype, sign=x.sign)
        axis = found
    count = _count(call, call.get("rep", "repeats"))
    dims: Dims | None = None
    if x.dims is not None:
        dims = (*x.dims[:axis], fresh() if count is None else mul(x.dims[axis], count), *x.dims[axis + 1 :])
    copied = result([x], dims, _repeated(call, x, dims, axis, count), dtype=x.dtype, sign=x.sign)
    if axis or count is None or not x.dims or dims is None:
        return with_stride(copied, x)
    return with_stride(copied.but(made=_rows_written(call, [x.dims[0]], (count,), dims)), x)


def _counted_from_end(call: OpCall, x: Tensor) -> Batch:
    """The batch where the axis is not settled: one counted from the end is not the first."""
    numbers = whole_numbers(call.get("axis"))
    if numbers is None or touches_batch(numbers, x) is None:
        return unsure(x, AXIS_UNKNOWN)
    return x.batch


def _count(call: OpCall, value: Value) -> Dim | None:
    if isinstance(value, Sequence) and value.items is not None and len(value.items) == 1:
        value = value.items[0]
    if isinstance(value, Tensor) and value.rank not in (0, None):
        return None
    return size(call, value)


def _repeated(call: OpCall, x: Tensor, dims: Dims | None, axis: int, count: Dim | None) -> Batch:
    batch = x.batch
    if isinstance(batch, Constant):
        made = batch_of_sizes(dims)
        _noise(call, x, dims, made)
        return made
    if not isinstance(batch, Along) or batch.axis != axis or count == 1:
        return batch
    if count is None or has_batch(count):
        return broken(call, events.CHANGED, x, dims, axis, factor=count)
    folded = batch.folded or call.silent_event(events.CHANGED, before=x, after=dims, axis=axis, factor=count)
    return Along(axis, batch.outer, mul(batch.inner, count), batch.moved, folded)


# --- padding ---------------------------------------------------------------------------------------


def pad(call: OpCall) -> Value:
    """More entries at both ends of axes."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    pairs = _pairs(call, call.first(1), x.rank)
    if pairs is None:
        dims = None if x.dims is None else tuple(fresh() for _ in x.dims)
        sign = together((x.sign, exact(0.0)))
        return result([x], dims, unsure(x, "the padding is not known"), dtype=x.dtype, sign=sign)
    if x.dims is not None and len(pairs) != len(x.dims):
        call.impossible(f"paddings for {len(pairs)} axes and a tensor of {len(x.dims)}", before=x)
    return padded(call, x, pairs)


def padded(call: OpCall, x: Tensor, pairs: list[tuple[Dim, Dim]]) -> Tensor:
    """``x`` with so many zeros more before and after along each axis."""
    dims: Dims | None = None
    if x.dims is not None:
        dims = tuple(add(dim, add(*pair)) for dim, pair in zip(x.dims, pairs))
    batch = x.batch
    if isinstance(batch, Along) and batch.axis < len(pairs) and pairs[batch.axis] != (0, 0):
        batch = broken(call, events.CHANGED, x, dims, batch.axis)
    sign = x.sign if all(pair == (0, 0) for pair in pairs) else together((x.sign, exact(0.0)))
    return result([x], dims, batch, dtype=x.dtype, sign=sign)


def _pairs(call: OpCall, value: Value, rank: int | None) -> list[tuple[Dim, Dim]] | None:
    """The paddings of each axis: a list of pairs, or NumPy's one pair or number for all."""
    if isinstance(value, Sequence):
        if value.items is None:
            return None
        if value.items and not any(isinstance(item, (Sequence, Tensor)) for item in value.items):
            both = [size(call, item) for item in value.items]
            if len(both) == 2 and None not in both and rank is not None:
                return [(both[0], both[1])] * rank  # type: ignore[list-item]
            return None
        pairs: list[tuple[Dim, Dim]] = []
        for item in value.items:
            entries = shape_of_argument(call, item)
            if entries is None or len(entries) not in (1, 2):
                return None
            first, last = entries[0], entries[-1]
            pairs.append((fresh() if first is None else first, fresh() if last is None else last))
        return pairs
    if isinstance(value, Tensor) and value.rows is not None:
        given = [(line[0], line[-1]) for line in value.rows if len(line) in (1, 2)]
        return given if len(given) == len(value.rows) else None
    single = None if isinstance(value, (Tensor, Unknown)) else size(call, value)
    if single is not None and rank is not None:
        return [(single, single)] * rank
    return None


def broadcast_to(call: OpCall) -> Value:
    """Copies that fill a shape."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    target = shape_of_argument(call, call.first(1))
    if target is None:
        return result([x], None, unsure(x, SHAPE_UNKNOWN), dtype=x.dtype, sign=x.sign)
    dims = known_sizes(target)
    if x.dims is None:
        return result([x], dims, unsure(x, "the rank is not known"), dtype=x.dtype, sign=x.sign)
    added = len(dims) - len(x.dims)
    if added < 0:
        call.impossible(f"a tensor of {len(x.dims)} axes cannot get a shape of {len(dims)}", before=x)
    for own, new in zip(x.dims, dims[added:]):
        if isinstance(own, int) and isinstance(new, int) and own != new and own != 1:
            call.impossible(f"an axis of size {own} cannot become one of {new}", before=x)
    batch = x.batch
    if isinstance(batch, Constant):
        batch = batch_of_sizes(dims)
        _noise(call, x, dims, batch)
    elif isinstance(batch, Along):
        place = batch.axis + added
        if isinstance(dims[place], int) and has_batch(x.dims[batch.axis]):
            batch = broken(call, events.FIXED, x, dims, batch.axis, size=dims[place])
        else:
            dims = (*dims[:place], x.dims[batch.axis], *dims[place + 1 :])
            batch = moved_to(call, x, place, dims, events.CHANGED)
    return with_stride(result([x], dims, batch, dtype=x.dtype, sign=x.sign), x)


FAMILIES: dict[str, Family] = {
    "tile": tile,
    "repeat": repeat,
    "pad": pad,
    "broadcast_to": broadcast_to,
}
