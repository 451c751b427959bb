"""Axes that change places, and entries re-ordered along an axis: transposes, reversals, rolls, sorts."""

from __future__ import annotations

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
    RANK_UNKNOWN,
    Axes,
    axes_of,
    broken,
    moved_to,
    operand,
    ranked,
    read_axes,
    settle_axes,
    touches_batch,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import Dims, result, with_stride
from lambdalint.interp.values import NONE, Along, Batch, Const, Sequence, Tensor, Unknown, Value
from lambdalint.layers.dims import fresh, product


def _same_entries(x: Tensor, dims: Dims | None, batch: Batch) -> Tensor:
    """The entries of ``x`` in another order."""
    made = result([x], dims, batch, dtype=x.dtype, sign=x.sign)
    content = x.content if x.rank is not None and x.rank < 2 else None
    return with_stride(made.but(made=x.made, content=content), x)


# --- axes that change places -----------------------------------------------------------------------


def permuted(call: OpCall, x: Tensor, order: tuple[int, ...]) -> Tensor:
    """``x`` of known rank with its axes in this order, each counted from the front."""
    dims = tuple((x.dims or ())[axis] for axis in order)
    batch = x.batch
    if isinstance(batch, Along):
        batch = moved_to(call, x, order.index(batch.axis), dims, events.MOVED)
    return _same_entries(x, dims, batch)


def transpose(call: OpCall) -> Value:
    """Axes in the order that ``perm`` names, or all reversed without one."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    order = call.get("perm", "axes", "pattern")
    if order == NONE:
        return _reversed_axes(call, x)
    numbers = whole_numbers(order)
    if numbers is None:
        return _partly_known(call, x, order)
    return permuted(call, *_checked(call, x, numbers))


def _reversed_axes(call: OpCall, x: Tensor) -> Tensor:
    if x.dims is not None:
        return permuted(call, x, tuple(reversed(range(len(x.dims)))))
    batch = x.batch
    if isinstance(batch, Along):
        # Counted from the end, where the rank is not known.
        batch = moved_to(call, x, -1 - batch.axis, None, events.MOVED)
    return _same_entries(x, None, batch)


def _checked(call: OpCall, x: Tensor, numbers: tuple[int, ...]) -> tuple[Tensor, tuple[int, ...]]:
    """The tensor with the rank that a permutation shows, and the axes counted from the front.

    Raises:
        Impossible: it is no permutation of the tensor's axes.
    """
    rank = len(numbers)
    if x.rank is not None and x.rank != rank:
        call.impossible(f"the permutation {numbers} names {rank} axes, and {axes_of(x.rank)}", before=x)
    if isinstance(x.batch, Along) and not -rank <= x.batch.axis < rank:
        call.impossible(f"the permutation {numbers} names {rank} axes, and the tensor has more", before=x)
    settled = tuple(number + rank if number < 0 else number for number in numbers)
    if sorted(settled) != list(range(rank)):
        call.impossible(f"{numbers} is no permutation of the axes: {axes_of(rank)}", before=x)
    return ranked(_from_the_front(x, rank), rank), settled


def _from_the_front(x: Tensor, rank: int) -> Tensor:
    """``x`` with a batch axis that was counted from the end counted from the front."""
    batch = x.batch
    if x.dims is None and isinstance(batch, Along) and batch.axis < 0 <= batch.axis + rank:
        batch = Along(batch.axis + rank, batch.outer, batch.inner, batch.moved, batch.folded)
    return x.but(batch=batch, content=x.content)


def _partly_known(call: OpCall, x: Tensor, order: Value) -> Tensor:
    """A permutation with unknown entries: the samples are found where their axis is among the known."""
    if not isinstance(order, Sequence) or order.items is None:
        return _same_entries(x, None, unsure(x, AXIS_UNKNOWN))
    places = [whole_numbers(item) for item in order.items]
    dims = unsorted(x.dims)
    batch = x.batch
    if isinstance(batch, Along) and (batch.axis,) in places:
        place = places.index((batch.axis,))
        if dims is not None and x.dims is not None:
            dims = (*dims[:place], x.dims[batch.axis], *dims[place + 1 :])
        return _same_entries(x, dims, moved_to(call, x, place, dims, events.MOVED))
    return _same_entries(x, dims, unsure(x, AXIS_UNKNOWN))


def swapaxes(call: OpCall) -> Value:
    """Two axes change places."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    numbers = whole_numbers(Sequence("tuple", [call.get("axis1"), call.get("axis2")]))
    if numbers is None:
        return _same_entries(x, unsorted(x.dims), unsure(x, AXIS_UNKNOWN))
    return swapped(call, x, *numbers)


def unsorted(dims: Dims | None) -> Dims | None:
    """As many axes in an order that is not known."""
    return None if dims is None else tuple(fresh() for _ in dims)


def swapped(call: OpCall, x: Tensor, first: int, second: int) -> Tensor:
    """``x`` with two axes, as written, changed.

    Raises:
        Impossible: the tensor has no such axis.
    """
    if x.dims is not None:
        settled = settle_axes(call, (first, second), x) or ()
        exchange = dict(zip(settled, reversed(settled)))
        return permuted(call, x, tuple(exchange.get(axis, axis) for axis in range(len(x.dims))))
    batch = x.batch
    if isinstance(batch, Along):
        if batch.axis and any((axis < 0) is not (batch.axis < 0) for axis in (first, second)):
            return _same_entries(x, None, unsure(x, RANK_UNKNOWN))
        place = {first: second, second: first}.get(batch.axis, batch.axis)
        batch = moved_to(call, x, place, None, events.MOVED)
    return _same_entries(x, None, batch)


def moveaxis(call: OpCall) -> Value:
    """Axes taken out and put in at other places; NumPy's ``rollaxis`` names the axis to stand before."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    source, target = whole_numbers(call.get("source")), whole_numbers(call.get("destination"))
    if source is None or target is None:
        return _same_entries(x, unsorted(x.dims), unsure(x, AXIS_UNKNOWN))
    if len(source) != len(target):
        call.impossible(f"{len(source)} axes cannot move to {len(target)} places", before=x)
    if x.dims is None:
        return _moved_unranked(call, x, source, target)
    places = settle_axes(call, source, x) or ()
    if call.op.name.endswith("rollaxis") and target[0] > places[0]:
        target = (target[0] - 1,)
    targets = settle_axes(call, target, x) or ()
    order = [axis for axis in range(len(x.dims)) if axis not in places]
    for put, axis in sorted(zip(targets, places)):
        order.insert(put, axis)
    return permuted(call, x, tuple(order))


def _moved_unranked(call: OpCall, x: Tensor, source: tuple[int, ...], target: tuple[int, ...]) -> Tensor:
    """One axis of a tensor of unknown rank moves, the samples being on axis 0."""
    batch = x.batch
    if not isinstance(batch, Along):
        return _same_entries(x, None, batch)
    if batch.axis or len(source) != 1:
        return _same_entries(x, None, unsure(x, RANK_UNKNOWN))
    place = target[0] if source[0] == 0 else 1 if target[0] == 0 else 0
    return _same_entries(x, None, moved_to(call, x, place, None, events.MOVED))


# --- entries re-ordered along an axis --------------------------------------------------------------


def mixed_along(call: OpCall, x: Tensor, axes: Axes) -> Batch:
    """The batch of a result whose entries are re-ordered along these axes.

    Raises:
        Impossible: the tensor has no such axis.
    """
    batch = x.batch
    if not axes.every and axes.numbers is not None:
        settled = settle_axes(call, axes.numbers, x)
        touched = touches_batch(axes.numbers if settled is None else settled, x)
    else:
        touched = True if axes.every else None
    if not isinstance(batch, Along) or touched is False:
        return batch
    if touched is None:
        return unsure(x, AXIS_UNKNOWN)
    return broken(call, events.MIXED, x, x.dims, batch.axis)


def fftshift(call: OpCall) -> Value:
    """A roll by half along the named axes, or along all of them."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    return _same_entries(x, x.dims, mixed_along(call, x, read_axes(call.get("axes"))))


def reverse(call: OpCall) -> Value:
    """Entries in reverse along the named axes, or along all of them."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    made = _same_entries(x, x.dims, mixed_along(call, x, read_axes(call.get("axis", "axes"))))
    return made.but(content=x.content[::-1] if isinstance(x.content, tuple) else None)


def roll(call: OpCall) -> Value:
    """Entries shifted round along the named axes, or through the flattened tensor."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if call.get("shift") == Const(0):
        return _same_entries(x, x.dims, x.batch)
    return _same_entries(x, x.dims, mixed_along(call, x, read_axes(call.get("axis")))).but()


def sort(call: OpCall) -> Value:
    """Entries, or with ``argsort`` their positions, in order along an axis or of the flattened tensor."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    axes = read_axes(call.get("axis"))
    batch = mixed_along(call, x, axes)
    dims = x.dims
    if axes.every and dims is not None:
        dims = (product(dims),)
    if not call.op.name.rpartition(".")[2].startswith("arg"):
        return _same_entries(x, dims, batch).but()
    dtype = "int32" if call.op.name.startswith(("keras.", "tensorflow.")) else "int64"
    return result([x], dims, batch, dtype=dtype, sign=signs.COUNT, cuts=cut(call, [x]))


def shuffle(call: OpCall) -> Value:
    """Entries in a random order along an axis, the first unless another is named."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    axis = call.get("axis")
    batch = mixed_along(call, x, read_axes(Const(0) if axis == NONE else axis))
    made = _same_entries(x, x.dims, batch).but(random=True)
    call.event(events.RANDOM, tensor=made)
    return made


def rot90(call: OpCall) -> Value:
    """Quarter turns in the plane of two axes: height and width of images, the first two of arrays."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    image = ".image." in call.op.name
    axes = (-3, -2) if image else whole_numbers(call.get("axes"))
    turns = call.constant("k", default=None)
    if axes is None or len(axes) != 2 or not isinstance(turns, int):
        return _same_entries(x, unsorted(x.dims), unsure(x, AXIS_UNKNOWN))
    turns %= 4
    backwards = {1: axes[1:], 2: axes, 3: axes[:1]}.get(turns, ())
    flipped = _same_entries(x, x.dims, mixed_along(call, x, Axes(backwards)))
    return swapped(call, flipped, *axes) if turns % 2 else flipped


FAMILIES: dict[str, Family] = {
    "transpose": transpose,
    "permute": transpose,
    "swapaxes": swapaxes,
    "moveaxis": moveaxis,
    "reverse": reverse,
    "fftshift": fftshift,
    "roll": roll,
    "sort": sort,
    "argsort": sort,
    "shuffle": shuffle,
    "rot90": rot90,
}
