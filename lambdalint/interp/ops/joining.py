"""Several tensors made one: concatenated along an axis, stacked along a new one, spread over a grid."""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import dataclass

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
    RANK_UNKNOWN,
    axes_of,
    operand,
    shape_of_argument,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import (
    OWN_ENTRIES,
    SHAPE_OF_BATCH,
    Dims,
    common_dtype,
    meet_batches,
    result,
)
from lambdalint.interp.values import (
    ANY_SIGN,
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Constant,
    Event,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, Dim, add, equal, fresh, has_batch, mul, show_shape

MISFIT = "the sizes may not fit"
ONE_OR_MANY = "the input is one tensor or a list of them"


@dataclass(frozen=True, slots=True)
class Parts:
    """The tensors to be joined; ``counted`` is False where there may be more of them, all like these."""

    values: list[Value]
    made: list[Tensor | Unknown]
    counted: bool = True

    @property
    def tensors(self) -> list[Tensor]:
        """Those of which something is known."""
        return [each for each in self.made if isinstance(each, Tensor)]

    @property
    def known(self) -> bool:
        """Whether something is known of all of them."""
        return len(self.tensors) == len(self.made)

    @property
    def ranks(self) -> set[int]:
        """The ranks that are known."""
        return {tensor.rank for tensor in self.tensors if tensor.rank is not None}


def _parts(call: OpCall, value: Value) -> Parts | None:
    """The tensors of a list; ``None`` where the value is no list that is known to hold some."""
    if isinstance(value, Sequence):
        if value.items is not None:
            return Parts(value.items, [operand(call, item) for item in value.items]) if value.items else None
        if value.element is not None:
            return Parts([value.element], [operand(call, value.element)], counted=False)
        return None
    if isinstance(value, Unknown) and value.tensor:
        # Only a list of inputs can be joined.
        return Parts([value], [operand(call, value)], counted=False)
    return None


def _not_followed(call: OpCall, value: Value) -> Value:
    items = value.items or [] if isinstance(value, Sequence) else [value]
    inputs: frozenset[int] = frozenset().union(
        *(item.inputs for item in items if isinstance(item, (Tensor, Unknown)))
    )
    call.unknown(reasons.ENTRY)
    return Unknown(reasons.ENTRY, inputs=inputs)


def _joined(parts: Parts, dims: Dims | None, batch: Batch, content: tuple[Dim, ...] | None = None) -> Tensor:
    tensors = parts.tensors
    known = parts.known
    dtype = common_dtype(tensor.dtype for tensor in tensors) if known else None
    sign = signs.together(tensor.sign for tensor in tensors) if known else ANY_SIGN
    return result(parts.made, dims, batch, dtype=dtype, sign=sign, content=content)


# --- along an axis that is there -------------------------------------------------------------------


def concat(call: OpCall) -> Value:
    """Tensors one after the other along an axis."""
    value = call.first()
    if isinstance(value, Tensor):
        single = call.op.name.startswith("keras.ops.") and all(size == 1 for size in value.dims or (0,))
        if single or call.op.name.startswith("tensorflow."):
            return value
        value = Sequence("list", None, _row(value))
    parts = _parts(call, value)
    if parts is None or not parts.tensors:
        return _not_followed(call, value)
    if parts.counted and len(parts.made) == 1:
        return parts.tensors[0]
    numbers = whole_numbers(Const(-1) if call.get("axis") == NONE else call.get("axis"))
    if numbers is None or len(numbers) != 1:
        return _joined(parts, None, _met(parts, AXIS_UNKNOWN))
    rank = _common_rank(call, parts)
    axis = numbers[0]
    if rank is not None:
        if not -rank <= axis < rank:
            if not parts.counted:
                # A list of one tensor stays as it is, whatever the axis.
                return _joined(parts, None, _met(parts, AXIS_UNKNOWN))
            why = f"axis {axis} does not exist: {axes_of(rank)}"
            call.impossible(why, before=parts.tensors[0], axis=axis)
        axis %= rank
    dims = None if rank is None else _concatenated(call, parts, axis, rank)
    batch = _concatenated_batch(call, parts, axis, dims)
    content = _chained(call, parts) if rank in (1, None) and axis in (0, -1) else None
    if content is not None:
        dims = (len(content),)
    made = _joined(parts, dims, batch, content)
    return made if content is not None else _labelled(made.but(label=_positions(made, parts, axis)), parts)


def _positions(made: Tensor, parts: Parts, axis: int) -> str:
    """Whether each index vector begins with the number of its sample, and is of that sample alone."""
    first = parts.made[0]
    if not isinstance(first, Tensor) or first.stride != 1 or made.rank is None or not parts.known:
        return ""
    single = first.rank == made.rank - 1 or (first.dims or ())[-1:] == (1,)
    apart = isinstance(made.batch, Along) and made.batch.axis < made.rank - 1
    return OWN_ENTRIES if single and apart and axis == made.rank - 1 else ""


def _row(x: Tensor) -> Tensor:
    """What a tensor holds along axis 0: a list of it is what a library joins when given one tensor."""
    dims = None if x.dims is None else x.dims[1:]
    batch = x.batch
    if isinstance(batch, Along):
        batch = Unsure(RANK_UNKNOWN, carries=True)
    return x.but(dims=dims, batch=batch)


def _met(parts: Parts, reason: str) -> Batch:
    """The batch of a result whose axes are not known."""
    met = meet_batches([tensor.batch for tensor in parts.tensors])
    return Unsure(reason, carries=True) if isinstance(met, Along) else met


def _common_rank(call: OpCall, parts: Parts) -> int | None:
    ranks = parts.ranks
    if len(ranks) > 1:
        shapes = ", ".join(show_shape(tensor.dims) for tensor in parts.tensors)
        why = f"tensors with different numbers of axes cannot be joined: {shapes}"
        call.impossible(why, before=parts.tensors[0])
    return next(iter(ranks), None)


def _concatenated(call: OpCall, parts: Parts, axis: int, rank: int) -> Dims:
    tensors = [tensor for tensor in parts.tensors if tensor.dims is not None]
    dims = list(_agreed(call, tensors, rank, axis))
    if not parts.counted or len(tensors) < len(parts.made):
        dims[axis] = fresh()
        return tuple(dims)
    total: Dim = 0
    for tensor in tensors:
        total = add(total, (tensor.dims or ())[axis])
    dims[axis] = total
    return tuple(dims)


def _agreed(call: OpCall, tensors: Items[Tensor], rank: int, but: int | None = None) -> Dims:
    """The sizes that the tensors share on every axis but one.

    Raises:
        Impossible: two sizes differ for every value of the symbols.
    """
    dims: list[Dim] = []
    for axis in range(rank):
        agreed: Dim = (tensors[0].dims or ())[axis]
        for tensor in tensors[1:] if axis != but else ():
            size = (tensor.dims or ())[axis]
            if isinstance(size, int) and isinstance(agreed, int) and size != agreed:
                shapes = " and ".join(dict.fromkeys(show_shape(each.dims) for each in tensors))
                why = f"sizes {agreed} and {size} of axis {axis} differ: {shapes}"
                call.impossible(why, before=tensors[0])
            agreed = _better(agreed, size)
        dims.append(agreed)
    return tuple(dims)


def _better(one: Dim, other: Dim) -> Dim:
    """Of two sizes that must be equal, the one that says more: the batch, then a number."""
    if has_batch(one) or has_batch(other):
        return one if has_batch(one) else other
    return other if isinstance(other, int) else one


def _concatenated_batch(call: OpCall, parts: Parts, axis: int, dims: Dims | None) -> Batch:
    met = meet_batches([tensor.batch for tensor in parts.tensors])
    if not isinstance(met, Along):
        return met
    if not parts.known and any(each.inputs for each in parts.made if isinstance(each, Unknown)):
        return Unsure(reasons.ENTRY, carries=True)
    if dims is None and met.axis and (axis < 0) is not (met.axis < 0):
        return Unsure(AXIS_UNKNOWN, carries=True)
    if axis != met.axis:
        return _against_constants(call, parts.tensors, dims, met)
    return _lengthened(call, parts, met, dims)


def _lengthened(call: OpCall, parts: Parts, met: Along, dims: Dims | None) -> Batch:
    """More rows than samples: whole batches that follow each other are folded, and may be split again."""
    first = next(tensor for tensor in parts.tensors if isinstance(tensor.batch, Along))
    event = call.silent_event(events.CHANGED, before=first, after=dims, axis=met.axis)
    whole = parts.known and parts.counted and met.plain and met.folded is None
    if whole and all(isinstance(tensor.batch, Along) for tensor in parts.tensors):
        rows = None if first.dims is None else mul(first.dims[met.axis], len(parts.tensors))
        if dims is None or (rows is not None and equal(rows, dims[met.axis])):
            return Along(met.axis, len(parts.tensors), 1, met.moved, event)
    return Broken((event,))


def _against_constants(call: OpCall, tensors: Items[Tensor], dims: Dims | None, batch: Along) -> Batch:
    """Samples beside tensors that hold none, which must have as many rows as there are samples."""
    carrier = next(tensor for tensor in tensors if isinstance(tensor.batch, Along))
    if carrier.dims is None or not has_batch(carrier.dims[batch.axis]):
        return batch
    causes: list[Event] = []
    doubt = False
    for tensor in tensors:
        if not isinstance(tensor.batch, Constant) or tensor.dims is None:
            continue
        size = tensor.dims[batch.axis]
        if has_batch(size):
            continue
        if tensor.made is None or not isinstance(size, int):
            doubt = True
            continue
        data = {"before": carrier, "after": dims, "axis": batch.axis, "size": size, "tensor": tensor}
        causes.append(Event(events.FIXED, tensor.made.at, tensor.made.text, data))
    if causes:
        return Broken(tuple(causes))
    return Unsure(MISFIT, carries=True) if doubt else batch


# --- shapes put together ---------------------------------------------------------------------------


def _chained(call: OpCall, parts: Parts) -> tuple[Dim, ...] | None:
    """The entries of shape vectors one after the other, an unknown number being a size of its own."""
    if not parts.counted or not any(isinstance(tensor.content, tuple) for tensor in parts.tensors):
        return None
    entries: list[Dim] = []
    for value, made in zip(parts.values, parts.made):
        if isinstance(made, Tensor) and isinstance(made.content, tuple):
            entries += made.content
            continue
        sizes = shape_of_argument(call, value)
        if sizes is None or (isinstance(made, Tensor) and made.batch != Constant()):
            return None
        entries += [fresh() if size is None else size for size in sizes]
    return tuple(entries)


def _labelled(made: Tensor, parts: Parts) -> Tensor:
    """A shape of unknown length that is known to begin with the batch size is marked as such."""
    first = parts.tensors[0] if isinstance(parts.made[0], Tensor) else None
    if first is None or not isinstance(made.batch, Constant) or made.rank not in (1, None):
        return made
    begins = isinstance(first.content, tuple) and first.content[:1] == (B,)
    return made.but(label=SHAPE_OF_BATCH) if begins or first.label == SHAPE_OF_BATCH else made


# --- along a new axis ------------------------------------------------------------------------------


def stack(call: OpCall) -> Value:
    """Tensors of one shape along a new axis."""
    value = call.first()
    axis_value = call.get("axis")
    numbers = whole_numbers(Const(0) if axis_value == NONE else axis_value)
    if isinstance(value, Tensor):
        # One tensor in place of a list is taken as the list of its rows.
        return value if numbers == (0,) else result([value], None, unsure(value, AXIS_UNKNOWN))
    parts = _parts(call, value)
    if parts is None or not parts.tensors:
        return _not_followed(call, value)
    if numbers is None or len(numbers) != 1:
        return _joined(parts, None, _met(parts, AXIS_UNKNOWN))
    axis = numbers[0]
    if isinstance(value, Unknown) and axis == 0:
        return _joined(parts, None, Unsure(ONE_OR_MANY, carries=True))
    rank = _common_rank(call, parts)
    if rank is not None:
        if not -rank - 1 <= axis <= rank:
            why = f"no axis {axis} can be added: {axes_of(rank)}"
            call.impossible(why, before=parts.tensors[0], axis=axis)
        axis %= rank + 1
    return _stacked(call, parts, axis, rank)


def _stacked(call: OpCall, parts: Parts, axis: int, rank: int | None) -> Tensor:
    dims: Dims | None = None
    shared: Dims | None = None
    if rank is not None:
        shared = _agreed(call, [tensor for tensor in parts.tensors if tensor.dims is not None], rank)
        dims = (*shared[:axis], len(parts.made) if parts.counted else fresh(), *shared[axis:])
    content = None
    if rank == 0 and parts.counted:
        sizes = shape_of_argument(call, Sequence("list", parts.values)) or [None]
        if any(size is not None for size in sizes):
            content = tuple(fresh() if size is None else size for size in sizes)
    made = _joined(parts, dims, _stacked_batch(call, parts, axis, shared, dims), content)
    return made.but(content=content, label=_positions(made, parts, axis)) if axis else made


def _stacked_batch(call: OpCall, parts: Parts, axis: int, shared: Dims | None, dims: Dims | None) -> Batch:
    met = meet_batches([tensor.batch for tensor in parts.tensors])
    if isinstance(met, Along):
        met = _against_constants(call, parts.tensors, shared, met)
    if not isinstance(met, Along):
        return met
    if not parts.known and any(each.inputs for each in parts.made if isinstance(each, Unknown)):
        return Unsure(reasons.ENTRY, carries=True)
    if shared is None and met.axis and (axis < 0) is not (met.axis < 0):
        return Unsure(RANK_UNKNOWN, carries=True)
    if axis < 0 or axis > met.axis:
        return met
    moved = met.moved
    if moved is None:
        first = next(tensor for tensor in parts.tensors if isinstance(tensor.batch, Along))
        moved = call.silent_event(events.CHANGED, before=first, after=dims, axis=axis)
    return Along(met.axis + 1, met.outer, met.inner, moved, met.folded)


# --- over a grid -----------------------------------------------------------------------------------


def meshgrid(call: OpCall) -> Value:
    """The coordinates of a grid: each vector along an axis of its own, the first two swapped in ``xy``."""
    value = call.first()
    if not isinstance(value, Sequence) or value.items is None:
        return call.unknown(reasons.ENTRY)
    made = [operand(call, item) for item in value.items]
    dims: Dims | None = None
    order = list(range(len(made)))
    indexing = call.constant("indexing", default="xy")
    if indexing == "xy" and len(made) > 1:
        order[:2] = [1, 0]
    if all(isinstance(each, Tensor) and each.rank in (0, 1) for each in made):
        sizes: list[Dim] = [each.dims[0] if isinstance(each, Tensor) and each.dims else 1 for each in made]
        dims = tuple(sizes[position] for position in order)
    if call.get("sparse") not in (NONE, Const(False)) or indexing not in ("xy", "ij"):
        dims = None
    return Sequence("list", [_over_grid(call, each, order[place], dims) for place, each in enumerate(made)])


def _over_grid(call: OpCall, x: Tensor | Unknown, axis: int, dims: Dims | None) -> Value:
    if isinstance(x, Unknown):
        return x
    batch = x.batch
    if isinstance(batch, Along) and (x.rank != 1 or axis):
        if x.rank != 1:
            batch = Unsure(RANK_UNKNOWN, carries=True)
        else:
            moved = call.silent_event(events.MOVED, before=x, after=dims, axis=0)
            batch = Along(axis, batch.outer, batch.inner, moved, batch.folded)
    return result([x], dims, batch, dtype=x.dtype, sign=x.sign)


FAMILIES: dict[str, Family] = {
    "concat": concat,
    "stack": stack,
    "meshgrid": meshgrid,
}
