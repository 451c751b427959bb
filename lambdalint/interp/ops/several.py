"""Transfer functions of several operands whose samples must correspond, and results that are not followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.delegate import delegate
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.trailing import Dims, operand, trailing
from lambdalint.interp.tensors import meet_batches, result
from lambdalint.interp.values import (
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
from lambdalint.layers.dims import fresh


def tensors_in(call: OpCall) -> list[Tensor]:
    """The tensors among the arguments of a call."""
    found: list[Tensor] = []
    for value in call.args.values():
        items = value.items or [] if isinstance(value, Sequence) else [value]
        call.followed.update(map(id, (value, *items)))
        for item in items:
            if isinstance(item, Tensor):
                found.append(item)
            elif isinstance(item, Unknown) and item.tensor:
                found.append(Tensor(None, Along(0), inputs=item.inputs))
    return found


def inputs_of(tensors: Iterable[Tensor]) -> frozenset[int]:
    """The layer inputs that these depend on."""
    return frozenset().union(*(tensor.inputs for tensor in tensors))


def combined(call: OpCall, dims: Dims | None, batch: Batch, **changes: Any) -> Tensor:
    """A result that depends on every tensor of the call."""
    return result(tensors_in(call), dims, batch, **changes)


def per_sample(call: OpCall) -> Value:
    """Row ``i`` depends on row ``i`` of the operands, and on ``weights=``; ``rank=`` the result's rank."""
    operands = tensors_in(call)
    place = int(call.option("operand", "0"))
    if len(operands) <= place:
        return call.unknown("the operand is not known")
    batch = meet_batches([tensor.batch for tensor in operands])
    weights = operand(call, call.get(call.option("weights")))
    if isinstance(weights, Tensor) and isinstance(weights.batch, Along):
        batch = Unsure("weights for each sample", carries=True)
    lead = operands[place]
    rank = int(call.option("rank", "0")) or lead.rank
    dims = None
    if isinstance(lead.batch, Constant) and any((tensor.rank or 0) > (lead.rank or 0) for tensor in operands):
        # Constants that meet samples with more axes: which of these are kept is not followed.
        if isinstance(batch, Along):
            batch = Unsure("operands of several ranks", carries=True)
    elif rank is not None and lead.dims:
        dims = (lead.dims[0], *(fresh() for _ in range(rank - 1)))
    return combined(call, dims, batch, dtype=call.option("dtype") or None)


def whole(call: OpCall) -> Value:
    """A number, or numbers, made of all entries of all operands: no axis survives."""
    operands = tensors_in(call)
    batch = meet_batches([tensor.batch for tensor in operands])
    carrier = next((tensor for tensor in operands if isinstance(tensor.batch, Along)), None)
    if carrier is not None and not isinstance(batch, Broken):
        batch = Broken((call.silent_event(events.REDUCED_ALL, before=carrier, after=None, axis=None),))
    return combined(call, None, batch, dtype=call.option("dtype") or None)


def unknown_result(call: OpCall) -> Value:
    """A result whose shape and samples are not followed; it depends on the operands."""
    call.unknown(f"{call.op.name} is not followed")
    return Unknown(f"{call.op.name} is not followed", inputs=inputs_of(tensors_in(call)))


def solve(call: OpCall) -> Value:
    """A linear system per leading index: the result has the right-hand side's shape."""
    left, right = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_result(call)
    for side in (left, right):
        if isinstance(side.batch, Along) and side.dims is not None and side.batch.axis >= len(side.dims) - 2:
            event = call.silent_event(events.MIXED, before=side, after=right.dims, axis=side.batch.axis)
            return combined(call, right.dims, Broken((event,)))
    return combined(call, right.dims, meet_batches((left.batch, right.batch)))


def complex_parts(call: OpCall) -> Value:
    """A transform of the real and the imaginary parts: two such parts, or a tensor where it is ``real``."""
    parts = tensors_in(call)[:2]
    if len(parts) < 2:
        return unknown_result(call)
    batch = meet_batches([part.batch for part in parts])
    if call.option("real"):
        return combined(call, None, batch, dtype=parts[0].dtype)
    made = combined(call, parts[0].dims, batch, dtype=parts[0].dtype)
    return Sequence("tuple", [made, made])


def cdist(call: OpCall) -> Value:
    """Pairwise distances of the rows of two matrices, per leading index."""
    left, right = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_result(call)
    if left.dims is None or right.dims is None or len(left.dims) < 2 or len(right.dims) < 2:
        return combined(call, None, Unsure("the rank is not known", carries=True))
    dims = (*left.dims[:-1], right.dims[-2]) if left.dims[:-2] == right.dims[:-2] else None
    for side in (left, right):
        if isinstance(side.batch, Along) and side.batch.axis >= len(side.dims or ()) - 2:
            event = call.silent_event(events.MIXED, before=side, after=dims, axis=side.batch.axis)
            return combined(call, dims, Broken((event,)))
    return combined(call, dims, meet_batches((left.batch, right.batch)), sign=signs.NONNEGATIVE)


def attention(call: OpCall) -> Value:
    """``dot_product_attention``: the query's shape with the value's last axis."""
    query, value = operand(call, call.first()), operand(call, call.get("value"))
    if isinstance(query, Unknown) or isinstance(value, Unknown):
        return unknown_result(call)
    dims = None
    if query.dims and value.dims:
        dims = (*query.dims[:-1], value.dims[-1])
    operands = tensors_in(call)
    batch = meet_batches([each.batch for each in operands])
    if isinstance(batch, Along) and any(
        isinstance(each.batch, Along) and each.rank != query.rank for each in operands
    ):
        batch = Unsure("the operands have axes of their own", carries=True)
    return combined(call, dims, batch)


def segment(call: OpCall) -> Value:
    """Entries along axis 0 added up by group: the samples of a batch are."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    count = call.machine.dim(call.get("num_segments"))
    dims = None if x.dims is None else (fresh() if count is None else count, *x.dims[1:])
    if isinstance(x.batch, Along):
        if x.batch.axis == 0:
            event = call.silent_event(events.REDUCED, before=x, after=dims, axis=0)
            return combined(call, dims, Broken((event,)))
    return combined(call, dims, meet_batches([tensor.batch for tensor in tensors_in(call)]))


def cross(call: OpCall) -> Value:
    """Cross products of the vectors of two or three numbers along the last axis: two of two give a number."""
    last = all(call.get(name) in (NONE, Const(-1)) for name in ("axisa", "axisb", "axisc", "axis"))
    sides = [operand(call, call.first()), operand(call, call.first(1))]
    sizes = [side.dims[-1] if isinstance(side, Tensor) and side.dims else None for side in sides]
    plain = last and all(size in (2, 3) for size in sizes)
    lines = [_line_of(side, plain) for side in sides]
    made = delegate(call, "zip", {"x": lines[0], "y": lines[1]}, op="any")
    if not isinstance(made, Tensor):
        return made
    if plain and made.dims is not None:
        return trailing(call, made, 1, lambda dims: () if sizes == [2, 2] else (3,))
    batch = made.batch
    if isinstance(batch, Along) and all(
        isinstance(side, Tensor) and side.dims is not None and len(side.dims) < 2 for side in sides
    ):
        batch = Broken((call.silent_event(events.MIXED, before=made, after=None, axis=0),))
    return made.but(dims=None, batch=batch)


def _line_of(side: Tensor | Unknown, plain: bool) -> Tensor | Unknown:
    """An operand with a number in the place of each vector; of unknown sizes where it is not ``plain``."""
    if isinstance(side, Unknown) or side.dims is None:
        return side
    return side.but(dims=(*side.dims[:-1], 1) if plain else None)


def _labels(labels: Tensor, scores: Tensor) -> bool:
    """Whether there may be one label for each list of scores."""
    if labels.dims is None or scores.dims is None:
        return labels.dims is not scores.dims
    return len(labels.dims) < len(scores.dims) or labels.dims[-1:] == (1,)


def sparse_loss_last(call: OpCall) -> Value:
    """A loss of integer labels against the last axis of the second operand."""
    labels, scores = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(scores, Unknown):
        return scores
    if isinstance(labels, Tensor) and not _labels(labels, scores):
        # Neither a label for each list of scores, nor a column of them.
        return unknown_result(call)
    loss = trailing(call, scores, 1, lambda dims: (), sign=signs.NONNEGATIVE)
    batches = [loss.batch] if isinstance(labels, Unknown) else [labels.batch, loss.batch]
    # One list of scores is judged by its labels, however many those are.
    dims = loss.dims if loss.dims or scores.rank is None else None
    return combined(call, dims, meet_batches(batches), sign=loss.sign, dtype="float32")


def ctc_batch_cost(call: OpCall) -> Value:
    """One loss per sample: (B, 1)."""
    operands = tensors_in(call)
    rows = next((tensor.dims[0] for tensor in operands if tensor.dims), None)
    dims = None if rows is None else (rows, 1)
    return combined(
        call,
        dims,
        meet_batches([tensor.batch for tensor in operands]),
        dtype="float32",
        sign=signs.NONNEGATIVE,
    )


SEVERAL: dict[str, Family] = {
    "per_sample": per_sample,
    "whole": whole,
    "unknown_result": unknown_result,
    "complex_parts": complex_parts,
    "solve": solve,
    "cdist": cdist,
    "attention": attention,
    "segment": segment,
    "cross": cross,
    "sparse_loss_last": sparse_loss_last,
    "ctc_batch_cost": ctc_batch_cost,
}
