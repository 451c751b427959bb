"""Broadcasting: the shape of several operands together, and what it does to their samples."""

from __future__ import annotations

from collections.abc import Sequence as Items

from lambdalint.interp import events
from lambdalint.interp.call import OpCall
from lambdalint.interp.tensors import Dims, meet_batches
from lambdalint.interp.values import CONSTANT, Along, Batch, Broken, Constant, Event, Tensor, Unsure
from lambdalint.layers.dims import Dim, has_batch, is_dynamic, maximum, show_shape

MISFIT = "the sizes may not fit"


def broadcast(call: OpCall, operands: Items[Tensor]) -> tuple[Dims | None, Batch]:
    """The common shape and batch of operands that are combined entry by entry.

    Raises:
        Impossible: two sizes can never fit.
    """
    if not operands:
        return None, CONSTANT
    if any(operand.dims is None for operand in operands):
        return None, _without_ranks(operands)
    rank = max(len(operand.dims or ()) for operand in operands)
    columns = [_column(operands, rank, position) for position in range(rank)]
    dims = tuple(_common(call, operands, column) for column in columns)
    batch = _batch(call, operands, rank, dims)
    if isinstance(batch, Along):
        own = zip(operands, columns[batch.axis])
        rows = next(
            dim
            for each, dim in own
            if isinstance(each.batch, Along) and each.batch.inner == batch.inner and dim is not None
        )
        dims = (*dims[: batch.axis], rows, *dims[batch.axis + 1 :])
    return dims, batch


def _column(operands: Items[Tensor], rank: int, position: int) -> list[Dim | None]:
    """The sizes that meet at one position of the result; ``None`` where an operand has no such axis."""
    sizes: list[Dim | None] = []
    for operand in operands:
        own = operand.dims or ()
        index = position - (rank - len(own))
        sizes.append(own[index] if index >= 0 else None)
    return sizes


def _common(call: OpCall, operands: Items[Tensor], column: list[Dim | None]) -> Dim:
    common: Dim = 1
    for dim in column:
        if dim is None or dim == 1 or dim == common:
            continue
        if common == 1:
            common = dim
        elif isinstance(dim, int) and isinstance(common, int):
            shapes = " with ".join(dict.fromkeys(show_shape(operand.dims) for operand in operands))
            why = f"sizes {common} and {dim} do not fit: {shapes}"
            call.impossible(why, before=operands[0], crossed=_are_crossed(operands))
        elif isinstance(dim, int) or isinstance(common, int):
            # A symbol that meets a number is that number, or 1.
            common = dim if isinstance(dim, int) else common
        elif has_batch(dim) is not has_batch(common):
            common = dim if has_batch(dim) else common
        else:
            common = maximum(common, dim)
    return common


def _are_crossed(operands: Items[Tensor]) -> bool:
    """Whether operands of different ranks bring their samples to different positions of the result."""
    carriers = [(o.batch.axis - len(o.dims or ())) for o in operands if isinstance(o.batch, Along)]
    return len(set(carriers)) > 1 and len({operand.rank for operand in operands}) > 1


def _without_ranks(operands: Items[Tensor]) -> Batch:
    """Operands of unknown rank are taken to fit: samples meet samples, and nothing else has more axes."""
    carriers = [operand for operand in operands if not isinstance(operand.batch, Constant)]
    met = meet_batches([operand.batch for operand in carriers])
    if isinstance(met, Along) and met.axis and len({operand.dims is None for operand in carriers}) > 1:
        return Unsure(MISFIT, carries=True)
    return met


def _batch(call: OpCall, operands: Items[Tensor], rank: int, dims: Dims) -> Batch:
    plain = meet_batches([o.batch for o in operands if isinstance(o.batch, (Broken, Unsure))])
    if not isinstance(plain, Constant):
        carries = any(isinstance(operand.batch, Along) for operand in operands)
        return Unsure(plain.reason, True) if isinstance(plain, Unsure) and carries else plain
    placed: list[Batch] = []
    for operand in operands:
        batch = operand.batch
        if isinstance(batch, Along):
            position = batch.axis + rank - len(operand.dims or ())
            placed.append(Along(position, batch.outer, batch.inner, batch.moved, batch.folded))
    if not placed:
        return CONSTANT
    positions = {batch.axis for batch in placed if isinstance(batch, Along)}
    if len(positions) > 1:
        return _crossed(call, operands, rank, dims)
    met = meet_batches(placed)
    if not isinstance(met, Along):
        return met
    return _against_constants(call, operands, rank, dims, met)


def _crossed(call: OpCall, operands: Items[Tensor], rank: int, dims: Dims) -> Broken:
    """The batch axis of one operand lines up with a feature axis of another."""
    carriers = [operand for operand in operands if isinstance(operand.batch, Along)]
    first = carriers[0]
    axis = first.batch.axis if isinstance(first.batch, Along) else None
    pairs = len({operand.rank for operand in carriers}) == 1 and _opposite_ones(carriers)
    kind = events.MIXED if pairs else events.BROADCAST
    event = call.silent_event(
        kind, before=first, after=dims, axis=axis, pairwise=pairs, operands=tuple(operands)
    )
    return Broken((event,))


def _opposite_ones(carriers: list[Tensor]) -> bool:
    """Whether each has size 1 where another has its samples, so that every pair of samples meets."""
    for tensor in carriers:
        for other in carriers:
            if not isinstance(other.batch, Along) or not isinstance(tensor.batch, Along):
                return False
            if other.batch.axis != tensor.batch.axis and (tensor.dims or ())[other.batch.axis] != 1:
                return False
    return True


def _against_constants(call: OpCall, operands: Items[Tensor], rank: int, dims: Dims, batch: Along) -> Batch:
    carrier = next(operand for operand in operands if isinstance(operand.batch, Along))
    rows = (carrier.dims or ())[batch.axis - (rank - len(carrier.dims or ()))]
    causes: list[Event] = []
    doubt = False
    for operand in operands:
        if not isinstance(operand.batch, Constant):
            continue
        index = batch.axis - (rank - len(operand.dims or ()))
        dim: Dim = (operand.dims or ())[index] if index >= 0 else 1
        if dim == 1:
            if operand.random and operand.rank:
                call.event(events.SHARED_NOISE, before=operand, after=dims, axis=batch.axis, tensor=operand)
        elif dim != rows and has_batch(rows) and not has_batch(dim):
            fixed = _fixed(operand, carrier, dims, batch.axis, dim)
            doubt |= fixed is None
            causes += [] if fixed is None else [fixed]
    if causes:
        return Broken(tuple(causes))
    return Unsure(MISFIT, carries=True) if doubt else batch


def _fixed(operand: Tensor, carrier: Tensor, dims: Dims, axis: int, dim: Dim) -> Event | None:
    """The event of a written batch size, at the operation that made the operand."""
    made = operand.made
    if made is None or is_dynamic(dim):
        return None
    data = {"before": carrier, "after": dims, "axis": axis, "size": dim, "tensor": operand}
    return Event(events.FIXED, made.at, made.text, data)
