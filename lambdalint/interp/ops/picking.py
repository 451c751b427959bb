"""Gathers, masks, slices by name, splits and scatters."""

from __future__ import annotations

from itertools import pairwise

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut
from lambdalint.interp.ops.keys import picked
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
    axes_of,
    broken,
    known_sizes,
    moved_to,
    one_axis,
    operand,
    shape_of_argument,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.reshape import reshaped
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import FLOATS, Dims, batch_of_sizes, meet_batches, result
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Number,
    Sequence,
    Sign,
    SliceValue,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, add, floordiv, fresh, mul, product

CROSSED = "entries are picked by positions that are not followed"


# --- gather ----------------------------------------------------------------------------------------


def gather(call: OpCall) -> Value:
    """Entries of ``params`` along an axis, by their indices."""
    params, indices = operand(call, call.first()), operand(call, call.get("indices", "ids"))
    if isinstance(indices, Unknown):
        return _by_unknown(call, params, indices)
    shared = call.constant("batch_dims", default=0)
    if call.option("batch"):
        shared = max((indices.rank or 1) - 1, 0)
    axis_value = call.get("axis")
    if axis_value == NONE:
        axis_value = Const(shared if isinstance(shared, int) else 0)
    if not isinstance(params, Tensor):
        # A captured table of rows.
        params = Tensor(None, Unsure(params.reason) if params.inputs else CONSTANT, inputs=params.inputs)
    axis = one_axis(call, axis_value, params)
    if axis is None and params.dims is None and whole_numbers(axis_value) is not None:
        return _gathered(call, params, indices, None, None)
    if axis is None or not isinstance(shared, int):
        made = meet_batches([params.batch, indices.batch])
        doubt = made if isinstance(made, Broken) else Unsure(AXIS_UNKNOWN, carries=True)
        return _gathered(call, params, indices, None, doubt)
    return gathered(call, params, indices, axis, shared % max(indices.rank or 1, 1))


def _by_unknown(call: OpCall, params: Tensor | Unknown, indices: Unknown) -> Value:
    """Indices that are not known: entries of the batch axis are picked whatever they are."""
    if isinstance(params, Unknown):
        return Unknown(params.reason, inputs=params.inputs | indices.inputs)
    axis = one_axis(call, call.get("axis") if call.get("axis") != NONE else Const(0), params)
    batch = unsure(params, CROSSED)
    if isinstance(params.batch, Along) and axis == params.batch.axis and not indices.inputs:
        batch = broken(call, events.INDEXED, params, None, axis)
    return result([params, indices], None, batch, dtype=params.dtype, sign=params.sign)


def gathered(call: OpCall, params: Tensor, indices: Tensor, axis: int, shared: int = 0) -> Tensor:
    """``params`` with ``axis`` replaced by the axes of ``indices`` after the ``shared`` leading ones."""
    dims: Dims | None = None
    if params.dims is not None and indices.dims is not None:
        dims = (*params.dims[:axis], *indices.dims[shared:], *params.dims[axis + 1 :])
    batch = _gathered_batch(call, params, indices, axis, shared, dims)
    return _gathered(call, params, indices, dims, batch)


def _gathered(
    call: OpCall, params: Tensor, indices: Tensor, dims: Dims | None, batch: Batch | None
) -> Tensor:
    """The result: the gradient flows to the entries, so that positions need not pass one."""
    if batch is None:
        batch = meet_batches([params.batch, indices.batch])
    made = result([params, indices], dims, batch, dtype=params.dtype, sign=params.sign)
    return made.but(cuts=params.cuts if params.inputs else made.cuts)


def _gathered_batch(
    call: OpCall, params: Tensor, indices: Tensor, axis: int, shared: int, dims: Dims | None
) -> Batch:
    source, chosen = params.batch, indices.batch
    if isinstance(source, (Broken, Unsure)) or isinstance(chosen, (Broken, Unsure)):
        return meet_batches([source, chosen])
    if isinstance(source, Along):
        if isinstance(chosen, Along) and source.axis == chosen.axis and source.axis < shared:
            return meet_batches([source, chosen])
        if source.axis == axis:
            if isinstance(chosen, Along) and indices.rank == 1 and not indices.inputs:
                return Unsure(CROSSED, carries=True)
            return broken(call, events.INDEXED, params, dims, axis)
        if isinstance(chosen, Along):
            return broken(call, events.MIXED, params, dims, source.axis, pairwise=True)
        if source.axis < axis:
            return source
        if indices.rank is None:
            return Unsure(CROSSED, carries=True)
        return moved_to(call, params, source.axis - 1 + indices.rank - shared, dims, events.MOVED)
    if isinstance(chosen, Along):
        return moved_to(call, indices, axis + chosen.axis - shared, dims, events.MOVED)
    return CONSTANT


def take(call: OpCall) -> Value:
    """``take``: a gather, of everything flattened where no axis is named."""
    if call.get("axis") != NONE:
        return gather(call)
    params, indices = operand(call, call.first()), operand(call, call.get("indices"))
    if isinstance(params, Unknown) or isinstance(indices, Unknown):
        return _by_unknown(call, params, indices) if isinstance(indices, Unknown) else params
    if params.dims is None:
        return _gathered(call, params, indices, indices.dims, unsure(params, "the rank is not known"))
    if isinstance(params.batch, Along) and not isinstance(indices.batch, (Broken, Unsure)):
        lost = broken(call, events.INDEXED, params, indices.dims, None)
        return _gathered(call, params, indices, indices.dims, lost)
    return gathered(call, reshaped(call, params, [-1]), indices, 0)


def take_along_axis(call: OpCall) -> Value:
    """One entry along an axis for each index."""
    x, indices = operand(call, call.first()), operand(call, call.get("indices"))
    if isinstance(x, Unknown) or isinstance(indices, Unknown):
        return Unknown(reasons.ENTRY, inputs=x.inputs | indices.inputs)
    axis = one_axis(call, call.get("axis"), x)
    batch = meet_batches([x.batch, indices.batch])
    if isinstance(x.batch, Along) and not isinstance(batch, Broken):
        if call.get("axis") == NONE or axis == x.batch.axis:
            batch = broken(call, events.INDEXED, x, indices.dims, x.batch.axis)
        elif axis is None and x.dims is not None:
            batch = Unsure(AXIS_UNKNOWN, carries=True)
    return _gathered(call, x, indices, indices.dims, batch)


def gather_nd(call: OpCall) -> Value:
    """Entries by index vectors in the last axis of ``indices``."""
    params, indices = operand(call, call.first()), operand(call, call.get("indices"))
    if isinstance(params, Unknown) or isinstance(indices, Unknown):
        return Unknown(reasons.ENTRY, inputs=params.inputs | indices.inputs)
    shared = call.constant("batch_dims", default=0)
    dims: Dims | None = None
    depth = indices.dims[-1] if indices.dims else None
    if params.dims is not None and isinstance(depth, int) and isinstance(shared, int) and indices.dims:
        if depth > len(params.dims) - shared:
            call.impossible(f"indices of {depth} entries, and {axes_of(len(params.dims))}", before=params)
        dims = (*indices.dims[:-1], *params.dims[shared + depth :])
    batch = meet_batches([params.batch, indices.batch])
    if isinstance(params.batch, Along) and not isinstance(batch, Broken):
        inside = isinstance(shared, int) and params.batch.axis < shared
        if not inside and indices.content is not None and params.batch.axis == 0:
            batch = broken(call, events.INDEXED, params, dims, 0)
        elif not inside:
            # Index vectors often begin with the sample's own number.
            batch = Unsure(CROSSED, carries=True)
    return _gathered(call, params, indices, dims, batch)


def embedding_lookup(call: OpCall) -> Value:
    """Rows of a table, or of several laid end to end."""
    params = call.first()
    if isinstance(params, Sequence) and params.items:
        params = params.items[0]
    table, ids = operand(call, params), operand(call, call.first(1))
    if isinstance(ids, Unknown):
        return _by_unknown(call, table, ids)
    if isinstance(table, Unknown):
        table = Tensor(None, CONSTANT, inputs=table.inputs)
    return gathered(call, table, ids, 0)


# --- masks and slices ------------------------------------------------------------------------------


def boolean_mask(call: OpCall) -> Value:
    """The entries where a mask is true, along one axis."""
    x, mask = operand(call, call.first()), operand(call, call.get("mask"))
    if isinstance(x, Unknown):
        return x
    axis = 0 if call.get("axis") == NONE else one_axis(call, call.get("axis"), x)
    rank = mask.rank if isinstance(mask, Tensor) else None
    dims: Dims | None = None
    if x.dims is not None and rank is not None and axis is not None:
        dims = (*x.dims[:axis], fresh(), *x.dims[axis + rank :])
    batch = x.batch
    if isinstance(batch, Along):
        if axis is None or (rank is None and axis < batch.axis):
            batch = unsure(x, AXIS_UNKNOWN)
        elif axis <= batch.axis < axis + (1 if rank is None else rank):
            batch = broken(call, events.INDEXED, x, dims, batch.axis)
        elif batch.axis >= axis:
            batch = moved_to(call, x, batch.axis - (rank or 1) + 1, dims, events.MOVED)
    return result([x, mask], dims, batch, dtype=x.dtype, sign=x.sign)


def slice_op(call: OpCall) -> Value:
    """``slice(x, begin, size)``, where a size of -1 means the rest."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    begin, size = call.first(1), call.first(2)
    starts, sizes = shape_of_argument(call, begin), shape_of_argument(call, size)
    if starts is None or sizes is None:
        dims = None if x.dims is None else tuple(fresh() for _ in x.dims)
        return result([x], dims, unsure(x, "the slice is not known"), dtype=x.dtype, sign=x.sign)
    if x.dims is not None and not len(starts) == len(sizes) == len(x.dims):
        count = f"{len(starts)} starts and {len(sizes)} sizes"
        call.impossible(f"{count}, and {axes_of(len(x.dims))}", before=x)
    keys: list[Value] = []
    for position, (start, length) in enumerate(zip(starts, sizes)):
        if start is None or length is None:
            keys.append(SliceValue(Unknown(reasons.ENTRY), Unknown(reasons.ENTRY), NONE))
            continue
        own = None if x.dims is None else x.dims[position]
        end = None if length == -1 else add(start, length)
        if isinstance(own, int) and isinstance(end, int) and end > own:
            call.impossible(f"a slice to {end} of an axis with {own} entries", before=x)
        keys.append(SliceValue(_number(start), NONE if end is None else _number(end), NONE))
    return picked(call, x, Sequence("tuple", keys))


def _number(dim: Dim) -> Value:
    return Const(dim) if isinstance(dim, int) else Number(dim)


def strided_slice(call: OpCall) -> Value:
    """``strided_slice`` with its bit masks."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    starts, ends = shape_of_argument(call, call.get("begin")), shape_of_argument(call, call.get("end"))
    strides = shape_of_argument(call, call.get("strides")) or [1] * len(starts or ())
    names = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    masks = [call.constant(name, default=0) for name in names]
    if starts is None or ends is None or not all(isinstance(mask, int) for mask in masks):
        return result([x], None, unsure(x, "the slice is not known"), dtype=x.dtype, sign=x.sign)
    keys: list[Value] = []
    for position, (start, end, stride) in enumerate(zip(starts, ends, strides)):
        bits = [bool(mask >> position & 1) for mask in masks]
        keys.append(_strided_key(start, end, stride, bits))
    return picked(call, x, Sequence("tuple", keys))


def _strided_key(start: Dim | None, end: Dim | None, stride: Dim | None, bits: list[bool]) -> Value:
    no_start, no_end, ellipsis, new_axis, shrink = bits
    if ellipsis:
        return Const(Ellipsis)
    if new_axis:
        return NONE
    first = Unknown(reasons.ENTRY) if start is None else _number(start)
    if shrink:
        return first
    last = Unknown(reasons.ENTRY) if end is None else _number(end)
    step = Unknown(reasons.ENTRY) if stride is None else _number(stride)
    return SliceValue(NONE if no_start else first, NONE if no_end else last, step)


# --- one axis apart --------------------------------------------------------------------------------


def unstack(call: OpCall) -> Value:
    """The entries along an axis, one by one."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    axis = _axis(call, call.get("axis"), x)
    if axis is None:
        return Sequence("list", None, result([x], None, unsure(x, AXIS_UNKNOWN), dtype=x.dtype))
    entry = picked(call, x, _at(axis, Unknown(reasons.LOOP)))
    count = x.dims[axis] if x.dims is not None else None
    if not isinstance(count, int):
        count = call.constant("num")
    if isinstance(count, int) and 0 <= count <= 512:
        return Sequence("list", [entry] * count)
    return Sequence("list", None, entry)


def split(call: OpCall) -> Value:
    """Parts along an axis: so many equal ones, of these sizes, or between these indices."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return Unknown(x.reason, inputs=x.inputs)
    axis = _axis(call, Const(int(call.option("axis"))) if call.option("axis") else call.get("axis"), x)
    whole = x.dims[axis] if x.dims is not None and axis is not None else fresh()
    bounds = _bounds(call, x, whole)
    if axis is None or bounds is None:
        part = result([x], None, unsure(x, "the parts are not known"), dtype=x.dtype, sign=x.sign)
        return Sequence("list", None, part)
    parts: list[Value] = []
    for first, last in bounds:
        parts.append(picked(call, x, _at(axis, SliceValue(_number(first), _number(last), NONE))))
    return Sequence("list", parts)


def _axis(call: OpCall, value: Value, x: Tensor) -> int | None:
    """An axis counted from the front, or from the back where the rank is not known."""
    settled = one_axis(call, value, x)
    if settled is None and x.dims is None:
        numbers = whole_numbers(value)
        return numbers[0] if numbers is not None and len(numbers) == 1 else None
    return settled


def _at(axis: int, key: Value) -> Sequence:
    """A key that applies ``key`` along one axis."""
    everything = SliceValue(NONE, NONE, NONE)
    if axis < 0:
        return Sequence("tuple", [Const(Ellipsis), key, *[everything] * (-axis - 1)])
    return Sequence("tuple", [*[everything] * axis, key])


def _bounds(call: OpCall, x: Tensor, whole: Dim) -> list[tuple[Dim, Dim]] | None:
    """Where each part begins and ends."""
    value = call.get("num_or_size_splits", "indices_or_sections")
    if isinstance(value, Const) and isinstance(value.value, int):
        return _equal_parts(call, x, whole, value.value)
    entries = shape_of_argument(call, value) if isinstance(value, (Sequence, Tensor)) else None
    if entries is None or None in entries:
        return None
    numbers = known_sizes(entries)
    if "indices_or_sections" in call.args:
        edges: list[Dim] = [0, *numbers, whole]
        return list(pairwise(edges))
    known = [number for number in numbers if number != -1]
    if len(known) == len(numbers) and isinstance(whole, int) and all(isinstance(n, int) for n in numbers):
        if sum(n for n in numbers if isinstance(n, int)) != whole:
            call.impossible(f"the parts do not add up to the {whole} entries of the axis", before=x)
    rest = add(whole, product([-1, _sum(known)]))
    bounds: list[tuple[Dim, Dim]] = []
    at: Dim = 0
    for number in numbers:
        end = add(at, rest if number == -1 else number)
        bounds.append((at, end))
        at = end
    return bounds


def _sum(numbers: list[Dim]) -> Dim:
    total: Dim = 0
    for number in numbers:
        total = add(total, number)
    return total


def _equal_parts(call: OpCall, x: Tensor, whole: Dim, count: int) -> list[tuple[Dim, Dim]] | None:
    if not 0 < count <= 512:
        return None
    if isinstance(whole, int) and whole % count:
        if "array_split" in call.op.name:
            small, more = divmod(whole, count)
            edges = [index * small + min(index, more) for index in range(count + 1)]
            return list(pairwise(edges))
        call.impossible(f"{whole} entries do not part into {count} equal parts", before=x)
    size = floordiv(whole, count)
    return [(mul(size, index), mul(size, index + 1)) for index in range(count)]


# --- one-hot, masks of lengths, scatters -----------------------------------------------------------


def one_hot(call: OpCall) -> Value:
    """A new axis of classes; no gradient flows."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    depth = call.machine.dim(call.get("depth", "num_classes"))
    if x.dtype in FLOATS and x.inputs:
        call.event(events.INTEGER, operand=x, operator="one_hot", dtype=x.dtype)
    number = call.constant("axis", default=-1)
    number = -1 if number is None else number
    dims: Dims | None = None
    batch = x.batch
    if x.dims is not None and isinstance(number, int):
        rank = len(x.dims)
        if not -rank - 1 <= number <= rank:
            call.impossible(f"axis {number} does not exist: {axes_of(rank)}", before=x)
        place = number % (rank + 1)
        dims = (*x.dims[:place], fresh() if depth is None else depth, *x.dims[place:])
        if isinstance(batch, Along) and place <= batch.axis:
            batch = moved_to(call, x, batch.axis + 1, dims, events.CHANGED)
    elif number != -1:
        batch = unsure(x, AXIS_UNKNOWN)
    plain = call.get("on_value") == NONE and call.get("off_value") == NONE
    named = call.constant("dtype")
    dtype = named if isinstance(named, str) else "float32"
    return result([x], dims, batch, dtype=dtype, sign=signs.MASK if plain else Sign(), cuts=cut(call, [x]))


def sequence_mask(call: OpCall) -> Value:
    """A mask of the first entries of each row."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    longest = None if call.get("maxlen") == NONE else call.machine.dim(call.get("maxlen"))
    dims = None if x.dims is None else (*x.dims, fresh() if longest is None else longest)
    return result([x], dims, x.batch, dtype="bool", sign=signs.MASK, cuts=cut(call, [x]))


def scatter_nd(call: OpCall) -> Value:
    """A tensor of zeros with entries put in by their positions."""
    indices, updates = operand(call, call.get("indices")), operand(call, call.get("updates", "values"))
    entries = shape_of_argument(call, call.get("shape"))
    dims = None if entries is None else known_sizes(entries)
    batch = meet_batches([made.batch for made in (indices, updates) if isinstance(made, Tensor)])
    if isinstance(batch, Along):
        batch = Unsure(CROSSED, carries=True)
    elif batch == CONSTANT:
        batch = batch_of_sizes(dims)
    return result([indices, updates], dims, batch, sign=Sign(zero="often"))


def tensor_scatter(call: OpCall) -> Value:
    """A tensor with some entries replaced."""
    x = operand(call, call.first())
    others = [operand(call, call.first(position)) for position in (1, 2)]
    if isinstance(x, Unknown):
        return x
    batch = meet_batches([x.batch, *(made.batch for made in others if isinstance(made, Tensor))])
    if isinstance(batch, Along):
        batch = Unsure(CROSSED, carries=True)
    return result([x, *others], x.dims, batch, dtype=x.dtype)


FAMILIES: dict[str, Family] = {
    "gather": gather,
    "take": take,
    "take_along_axis": take_along_axis,
    "gather_nd": gather_nd,
    "embedding_lookup": embedding_lookup,
    "boolean_mask": boolean_mask,
    "slice_op": slice_op,
    "strided_slice": strided_slice,
    "unstack": unstack,
    "split": split,
    "one_hot": one_hot,
    "sequence_mask": sequence_mask,
    "scatter_nd": scatter_nd,
    "tensor_scatter": tensor_scatter,
}
