"""Entries picked by their positions or by a mask: ``gather``, ``take`` and their kin."""

from __future__ import annotations

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
    axes_of,
    broken,
    moved_to,
    one_axis,
    operand,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.reshape import reshaped
from lambdalint.interp.ops.several import unknown_result
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import OWN_ENTRIES, Dims, meet_batches, result
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Constant,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import counted, equal, fresh, show_shape

CROSSED = "entries are picked by positions that are not followed"


# --- gather ----------------------------------------------------------------------------------------


def gather(call: OpCall) -> Value:
    """Entries of ``params`` along an axis, by their indices."""
    params, indices = operand(call, call.first()), operand(call, call.get("indices", "ids"))
    if isinstance(indices, Unknown):
        return _by_unknown(call, params, indices)
    shared = 0 if call.get("batch_dims") == NONE else call.constant("batch_dims")
    if call.option("batch"):
        shared = -1
    if isinstance(shared, int) and shared < 0:
        shared = None if indices.rank is None else indices.rank + shared
    axis_value = call.get("axis")
    if axis_value == NONE:
        axis_value = Const(shared)
    if not isinstance(params, Tensor):
        # A captured table of rows.
        params = Tensor(None, Unsure(params.reason) if params.inputs else CONSTANT, inputs=params.inputs)
    axis = one_axis(call, axis_value, params)
    if axis is not None and isinstance(shared, int) and axis >= shared:
        return gathered(call, params, indices, axis, shared)
    batch = meet_batches([params.batch, indices.batch])
    behind = axis is None and params.dims is None and whole_numbers(axis_value) is not None
    if isinstance(batch, Along) and not (behind and isinstance(indices.batch, Constant)):
        batch = Unsure(AXIS_UNKNOWN, carries=True)
    return _gathered(params, indices, None, batch)


def _by_unknown(call: OpCall, params: Tensor | Unknown, indices: Unknown) -> Value:
    """Indices that are not known: entries of the batch axis are picked whatever they are."""
    if isinstance(params, Unknown):
        return Unknown(params.reason, inputs=params.inputs | indices.inputs)
    value = call.get("axis") if call.get("axis") != NONE else Const(0)
    axis, batch = one_axis(call, value, params), params.batch
    if isinstance(batch, Along):
        if axis == batch.axis and not indices.inputs:
            batch = broken(call, events.INDEXED, params, None, axis)
        elif indices.inputs or (whole_numbers(value) is None or (axis is not None and axis <= batch.axis)):
            batch = unsure(params, CROSSED)
    return result([params, indices], None, batch, dtype=params.dtype, sign=params.sign)


def gathered(call: OpCall, params: Tensor, indices: Tensor, axis: int, shared: int = 0) -> Tensor:
    """``params`` with ``axis`` replaced by the axes of ``indices`` after the ``shared`` leading ones.

    Raises:
        Impossible: an index is past the end.
    """
    _check_range(call, params, indices, axis)
    dims: Dims | None = None
    if params.dims is not None and indices.dims is not None:
        dims = (*params.dims[:axis], *indices.dims[shared:], *params.dims[axis + 1 :])
    batch = _gathered_batch(call, params, indices, axis, shared, dims)
    made = _gathered(params, indices, dims, batch)
    numbers = whole_numbers(indices)
    if not isinstance(params.content, tuple) or numbers is None:
        return made
    entries = tuple(params.content[number] for number in numbers)
    return made.but(content=entries if indices.rank else entries[0])


def _check_range(call: OpCall, params: Tensor, indices: Tensor, axis: int) -> None:
    if params.dims is not None and axis >= len(params.dims):
        call.impossible(f"axis {axis} does not exist: {axes_of(len(params.dims))}", before=params, axis=axis)
    size = params.dims[axis] if params.dims is not None else None
    for index in whole_numbers(indices) or ():
        if isinstance(size, int) and not -size <= index < size:
            why = f"index {index} is out of range: axis {axis} has {size} entries"
            call.impossible(why, before=params, axis=axis)


def _gathered(params: Tensor, indices: Tensor, dims: Dims | None, batch: Batch) -> Tensor:
    """The result: the gradient flows to the entries, so that positions need not pass one."""
    made = result([params, indices], dims, batch, dtype=params.dtype, sign=signs.some(params.sign))
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
            if isinstance(chosen, Along) and _own_rows(source, indices):
                call.machine.unfolded(source.folded)
                return moved_to(call, indices, axis + chosen.axis, dims, events.MOVED)
            if isinstance(chosen, Along) and indices.random:
                return broken(call, events.MIXED, params, dims, axis)
            if isinstance(chosen, Along) and not (indices.inputs and source.plain):
                # Positions that count the samples may pick each its own: range(batch) * n + i.
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
        place = chosen.axis if chosen.axis < shared else axis + chosen.axis - shared
        return moved_to(call, indices, place, dims, events.MOVED)
    return CONSTANT


def _own_rows(source: Along, indices: Tensor) -> bool:
    """Whether each sample picks among its own rows: the positions are its number times that of its rows."""
    return indices.stride is not None and source.outer == 1 and equal(indices.stride, source.inner) is True


def take(call: OpCall) -> Value:
    """``take``: a gather, of everything flattened where no axis is named."""
    if call.get("axis") != NONE:
        return gather(call)
    params, indices = operand(call, call.first()), operand(call, call.get("indices"))
    if isinstance(params, Unknown) or isinstance(indices, Unknown):
        return _by_unknown(call, params, indices) if isinstance(indices, Unknown) else params
    if params.dims is None:
        return _gathered(params, indices, indices.dims, unsure(params, "the rank is not known"))
    if isinstance(params.batch, Along) and not isinstance(indices.batch, (Broken, Unsure)):
        lost = broken(call, events.INDEXED, params, indices.dims, None)
        return _gathered(params, indices, indices.dims, lost)
    return gathered(call, reshaped(call, params, [-1]), indices, 0)


def take_along_axis(call: OpCall) -> Value:
    """One entry along an axis for each index; on the other axes they fit as in arithmetic."""
    x, indices = operand(call, call.first()), operand(call, call.get("indices"))
    if isinstance(x, Unknown) or isinstance(indices, Unknown):
        return Unknown(reasons.ENTRY, inputs=x.inputs | indices.inputs)
    axis = one_axis(call, call.get("axis"), x)
    dims = None if call.get("axis") == NONE else _beside(x, indices, axis)
    batch = meet_batches([x.batch, indices.batch])
    if isinstance(x.batch, Along) and isinstance(batch, Along):
        if call.get("axis") == NONE or axis == x.batch.axis:
            batch = broken(call, events.INDEXED, x, dims, x.batch.axis)
        elif axis is None and x.dims is not None:
            batch = Unsure(AXIS_UNKNOWN, carries=True)
    return _gathered(x, indices, dims, batch)


def _beside(x: Tensor, indices: Tensor, axis: int | None) -> Dims | None:
    """The shape of the indices, which may have size 1 where ``x`` has more."""
    if x.dims is None or indices.dims is None or len(x.dims) != len(indices.dims):
        return None
    pairs = enumerate(zip(x.dims, indices.dims))
    return tuple(own if other == 1 and place != axis else other for place, (own, other) in pairs)


def gather_nd(call: OpCall) -> Value:
    """Entries by index vectors in the last axis of ``indices``."""
    params, indices = operand(call, call.first()), operand(call, call.get("indices"))
    if isinstance(params, Unknown) or isinstance(indices, Unknown):
        return Unknown(reasons.ENTRY, inputs=params.inputs | indices.inputs)
    shared = call.constant("batch_dims", default=0)
    dims: Dims | None = None
    depth = indices.dims[-1] if indices.dims else None
    end = shared + depth if isinstance(depth, int) and isinstance(shared, int) else None
    if params.dims is not None and end is not None and indices.dims:
        if end > len(params.dims):
            call.impossible(f"indices of {depth} entries, and {axes_of(len(params.dims))}", before=params)
        dims = (*indices.dims[:-1], *params.dims[end:])
    batch = meet_batches([params.batch, indices.batch])
    inside = isinstance(shared, int) and isinstance(params.batch, Along) and params.batch.axis < shared
    if isinstance(params.batch, Along) and not isinstance(batch, Broken) and not inside:
        # Index vectors often begin with the sample's own number.
        batch = Unsure(CROSSED, carries=True)
        if indices.label == OWN_ENTRIES and not shared and params.batch == Along(0):
            batch = indices.batch
        elif not indices.inputs and isinstance(indices.batch, Constant) and params.batch.axis < (end or 1):
            batch = broken(call, events.INDEXED, params, dims, params.batch.axis)
    elif isinstance(batch, Along) and indices.rank is not None and batch.axis >= indices.rank - 1:
        batch = broken(call, events.MIXED, indices, dims, batch.axis)
    return _gathered(params, indices, dims, batch)


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


# --- suppressed boxes ---------------------------------------------------------------------


def suppressed(call: OpCall) -> Value:
    """The numbers of the best boxes of one list; ``pair``: and their scores, or how many there are."""
    boxes, scores = operand(call, call.first()), operand(call, call.first(1))
    known = [each for each in (boxes, scores) if isinstance(each, Tensor)]
    batch = meet_batches([each.batch for each in known])
    if isinstance(batch, Along):
        # The boxes of a list are compared with each other.
        batch = Unsure(CROSSED, carries=True)
    numbers = result([boxes, scores], (counted(),), batch, dtype="int32", sign=signs.SIZE)
    if not call.option("pair"):
        return numbers
    second = numbers.but(dtype="float32", sign=ANY_SIGN) if call.option("pair") == "scores" else numbers
    return Sequence("tuple", [numbers, second.but(dims=()) if second is numbers else second])


def suppressed_by_sample(call: OpCall) -> Value:
    """The best boxes of each sample, their scores and classes, and how many there are."""
    boxes, scores = operand(call, call.first()), operand(call, call.first(1))
    if not isinstance(boxes, Tensor) or not isinstance(scores, Tensor) or not boxes.dims:
        return unknown_result(call)
    batch = meet_batches([boxes.batch, scores.batch])
    if isinstance(batch, Along) and batch.axis:
        batch = Unsure(CROSSED, carries=True)
    rows, count = boxes.dims[0], fresh()
    shapes: list[tuple[Dims, str]] = [
        ((rows, count, 4), "float32"),
        ((rows, count), "float32"),
        ((rows, count), "float32"),
        ((rows,), "int32"),
    ]
    return Sequence("tuple", [result([boxes, scores], dims, batch, dtype=dtype) for dims, dtype in shapes])


# --- masks ------------------------------------------------------------------------------


def boolean_mask(call: OpCall) -> Value:
    """The entries where a mask is true: the axes that it covers become one."""
    x, mask = operand(call, call.first()), operand(call, call.get("mask"))
    if isinstance(x, Unknown):
        return Unknown(x.reason, inputs=x.inputs | mask.inputs)
    axis = 0 if call.get("axis") == NONE else one_axis(call, call.get("axis"), x)
    dims: Dims | None = None
    covered = mask.dims if isinstance(mask, Tensor) else None
    if x.dims is not None and covered is not None and axis is not None:
        own = x.dims[axis : axis + len(covered)]
        if len(own) < len(covered) or False in map(equal, own, covered):
            call.impossible(f"a mask of shape {show_shape(covered)} on {x}", before=x, axis=axis)
        dims = (*x.dims[:axis], counted(), *x.dims[axis + len(covered) :])
    batch = _masked_batch(call, x, mask, axis, dims)
    made = result([x, mask], dims, batch, dtype=x.dtype, sign=signs.some(x.sign))
    return made.but(cuts=x.cuts if x.inputs else made.cuts)


def _masked_batch(
    call: OpCall, x: Tensor, mask: Tensor | Unknown, axis: int | None, dims: Dims | None
) -> Batch:
    batches = [x.batch, *([mask.batch] if isinstance(mask, Tensor) else [])]
    faults = meet_batches([each for each in batches if isinstance(each, (Broken, Unsure))])
    if not isinstance(faults, Constant):
        return faults
    batch, rank = x.batch, mask.rank if isinstance(mask, Tensor) else None
    if not isinstance(batch, Along):
        free = isinstance(mask, Tensor) and isinstance(mask.batch, Constant)
        return batch if free or not mask.inputs else Unsure(CROSSED, carries=True)
    if axis is None:
        return unsure(x, AXIS_UNKNOWN)
    if batch.axis == axis or axis < batch.axis < axis + (rank or 0):
        carrier = x if x.inputs or not isinstance(mask, Tensor) else mask
        return broken(call, events.INDEXED, carrier, dims, batch.axis)
    if (rank is None and axis < batch.axis) or (isinstance(mask, Tensor) and isinstance(mask.batch, Along)):
        return unsure(x, CROSSED)
    return batch if batch.axis < axis else moved_to(call, x, batch.axis + 1 - (rank or 1), dims, events.MOVED)


FAMILIES: dict[str, Family] = {
    "gather": gather,
    "take": take,
    "take_along_axis": take_along_axis,
    "gather_nd": gather_nd,
    "embedding_lookup": embedding_lookup,
    "boolean_mask": boolean_mask,
    "suppressed": suppressed,
    "suppressed_by_sample": suppressed_by_sample,
}
