"""Products of tensors whose axes carry labels: what einsum, dot and matmul have in common.

Axes with the same label run together; a label that the result does not have is summed over.
"""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Sequence as Items
from dataclasses import replace

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.broadcasting import MISFIT
from lambdalint.interp.tensors import Dims, common_dtype, meet_batches, result, with_stride
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    Along,
    Batch,
    Broken,
    Constant,
    Event,
    Sign,
    Tensor,
    Unknown,
    Unsure,
)
from lambdalint.layers.dims import Dim, equal, has_batch, is_dynamic, maximum, show_shape

Labels = tuple[Hashable, ...]


def lead(count: int) -> Labels:
    """The labels of ``count`` leading axes, which are broadcast from the right: their places from there."""
    return tuple(("lead", position) for position in reversed(range(count)))


def weights_or(operand: Tensor | Unknown) -> Tensor | Unknown:
    """An operand; a captured value of which nothing is known is taken for a tensor of weights."""
    if isinstance(operand, Unknown) and not operand.tensor and not operand.inputs:
        return Tensor(None, CONSTANT)
    return operand


def contract(
    call: OpCall,
    operands: Items[Tensor],
    labels: Items[Labels],
    output: Labels,
    summed: str = events.MIXED,
    lenient: bool = False,
) -> Tensor:
    """The product of operands of known rank, one label for each of their axes.

    ``summed`` is the kind of the event of a batch axis that is summed over.  ``lenient`` lets an
    axis of size 1 run together with a longer one.

    Raises:
        Impossible: two sizes under one label differ for every batch.
    """
    sizes: dict[Hashable, Dim] = {}
    for tensor, own in zip(operands, labels):
        for dim, label in zip(tensor.dims or (), own):
            known = sizes.get(label)
            loose = lenient or _broadcasts(label)
            sizes[label] = dim if known is None else _together(call, operands, known, dim, loose)
    dims = tuple(sizes[label] for label in output)
    batch = _batch(call, operands, labels, output, dims, summed)
    if isinstance(batch, Along):
        rows = _rows(operands, labels, output[batch.axis])
        dims = (*dims[: batch.axis], rows, *dims[batch.axis + 1 :])
    dtype = common_dtype(tensor.dtype for tensor in operands)
    made = result(operands, dims, batch, dtype=dtype, sign=_sign(operands, labels, output))
    single = all(sizes[label] == 1 for label in sizes if label not in output)
    return _copied(made, operands) if single else made


def _copied(made: Tensor, operands: Items[Tensor]) -> Tensor:
    """Products with ones, nothing added up, are copies."""
    others = [each for each in operands if each.sign.low != 1.0 or each.sign.high != 1.0]
    return with_stride(made, others[0]) if len(others) == 1 else made


def _broadcasts(label: Hashable) -> bool:
    return isinstance(label, tuple) and label[0] == "lead"


def _together(call: OpCall, operands: Items[Tensor], known: Dim, dim: Dim, loose: bool) -> Dim:
    """The size of an axis that two operands share."""
    if loose and 1 in (known, dim):
        return dim if known == 1 else known
    if equal(known, dim) is False:
        shapes = " with ".join(show_shape(operand.dims) for operand in operands)
        call.impossible(f"sizes {known} and {dim} do not fit: {shapes}", before=operands[0])
    if isinstance(known, int) or isinstance(dim, int):
        return known if isinstance(known, int) else dim
    if has_batch(known) is not has_batch(dim):
        return known if has_batch(known) else dim
    return known if known == dim else maximum(known, dim)


def _rows(operands: Items[Tensor], labels: Items[Labels], label: Hashable) -> Dim:
    """The size of the batch axis where an operand has its samples."""
    for tensor, own in zip(operands, labels):
        if isinstance(tensor.batch, Along) and own[tensor.batch.axis] == label:
            return (tensor.dims or ())[tensor.batch.axis]
    raise LookupError(label)


# --- where the samples go --------------------------------------------------------------------------


def _batch(
    call: OpCall,
    operands: Items[Tensor],
    labels: Items[Labels],
    output: Labels,
    dims: Dims,
    summed: str,
) -> Batch:
    lost = meet_batches([operand.batch for operand in operands])
    if isinstance(lost, Broken):
        return lost
    if any(isinstance(operand.batch, Unsure) for operand in operands):
        return lost
    if any(
        isinstance(each.batch, Along) and each.batch.axis >= len(own) for each, own in zip(operands, labels)
    ):
        return Unsure("the operands do not fit each other", carries=True)
    carriers = [
        (tensor, tensor.batch, own[tensor.batch.axis], own)
        for tensor, own in zip(operands, labels)
        if isinstance(tensor.batch, Along)
    ]
    if not carriers:
        return CONSTANT
    first, _, label, _ = carriers[0]
    crossed = len({each[2] for each in carriers}) > 1 or any(
        own.count(here) > 1 for _, _, here, own in carriers
    )
    if crossed:
        pairwise = all(here in output for _, _, here, _ in carriers)
        aligned = all(_broadcasts(here) for _, _, here, _ in carriers)
        kind = events.BROADCAST if aligned else events.MIXED
        return _fault(call, kind, first, dims, pairwise=pairwise and not aligned, operands=tuple(operands))
    if label not in output:
        return _fault(call, summed, first, dims, pairwise=False, operands=tuple(operands))
    met = meet_batches(
        [_placed(call, tensor, batch, dims, output.index(label)) for tensor, batch, _, _ in carriers]
    )
    return _against_constants(call, operands, labels, label, met, dims) if isinstance(met, Along) else met


def _fault(call: OpCall, kind: str, x: Tensor, dims: Dims, **data: object) -> Broken:
    axis = x.batch.axis if isinstance(x.batch, Along) else None
    return Broken((call.silent_event(kind, before=x, after=dims, axis=axis, **data),))


def _placed(call: OpCall, x: Tensor, batch: Along, dims: Dims, axis: int) -> Along:
    """The samples on the axis of the result: at the front again they are where they belong."""
    moved = batch.moved
    if axis == 0:
        moved = None
    elif moved is None and axis != batch.axis:
        moved = call.silent_event(events.MOVED, before=x, after=dims, axis=batch.axis)
    return replace(batch, axis=axis, moved=moved)


def _against_constants(
    call: OpCall,
    operands: Items[Tensor],
    labels: Items[Labels],
    label: Hashable,
    batch: Along,
    dims: Dims,
) -> Batch:
    """The batch where constants have an axis that runs along the samples."""
    rows = _rows(operands, labels, label)
    carrier = next(tensor for tensor in operands if isinstance(tensor.batch, Along))
    causes: list[Event] = []
    for tensor, own in zip(operands, labels):
        if not isinstance(tensor.batch, Constant) or label not in own:
            continue
        dim = (tensor.dims or ())[own.index(label)]
        if dim == 1:
            if tensor.random:
                call.event(events.SHARED_NOISE, before=tensor, after=dims, axis=batch.axis, tensor=tensor)
        elif dim != rows and has_batch(rows) and not has_batch(dim):
            if tensor.made is None or is_dynamic(dim):
                return Unsure(MISFIT, carries=True)
            data = {"before": carrier, "after": dims, "axis": batch.axis, "size": dim, "tensor": tensor}
            causes.append(Event(events.FIXED, tensor.made.at, tensor.made.text, data))
    return Broken(tuple(causes)) if causes else batch


def _sign(operands: Items[Tensor], labels: Items[Labels], output: Labels) -> Sign:
    """The range of a sum of products; a tensor times itself gives squares."""
    if len(operands) == 2 and operands[0] is operands[1] and tuple(labels[0]) == tuple(labels[1]):
        sign = signs.square(operands[0].sign)
    else:
        sign = operands[0].sign if operands else ANY_SIGN
        for tensor in operands[1:]:
            sign = signs.multiply(sign, tensor.sign)
    sums = any(label not in output for own in labels for label in own)
    return signs.total(sign) if sums else sign
