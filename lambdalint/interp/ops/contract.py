"""Products of tensors: dot, matmul, batch_dot, tensordot and outer as contractions of labelled axes."""

from __future__ import annotations

from lambdalint.interp import events
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.broadcasting import MISFIT
from lambdalint.interp.ops.contraction import Labels, contract, lead, weights_or
from lambdalint.interp.ops.convolve import CONVOLUTIONS
from lambdalint.interp.ops.einsum import einsum
from lambdalint.interp.ops.operands import RANK_UNKNOWN, broken, operand, unsure, whole_numbers
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import common_dtype, meet_batches, result
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
from lambdalint.layers.dims import equal, fresh, mul, product

OPERAND_UNKNOWN = "an operand is not known"


# --- operands that are not fully known -------------------------------------------------------------


def _pair(call: OpCall) -> tuple[Tensor, Tensor] | Tensor | Unknown:
    """Both operands, or the result where one of them is not known."""
    values = call.first(), call.first(1)
    made = [weights_or(operand(call, value)) for value in values]
    tensors = [each for each in made if isinstance(each, Tensor)]
    if len(tensors) == 2:
        return tensors[0], tensors[1]
    call.unknown(OPERAND_UNKNOWN)
    inputs = made[0].inputs | made[1].inputs
    if not tensors or not tensors[0].inputs:
        return Unknown(OPERAND_UNKNOWN, inputs=inputs)
    return result(made, None, unsure(tensors[0], OPERAND_UNKNOWN))


def _stays_first(x: Tensor) -> bool:
    """Whether the samples are on the first axis of two or more, which a product on the right leaves alone."""
    return isinstance(x.batch, Along) and x.batch.axis == 0 and x.rank != 1


def _without_rank(call: OpCall, left: Tensor, right: Tensor, batch: Batch | None = None) -> Tensor:
    """The product of operands one of which has an unknown number of axes."""
    if batch is None:
        met = meet_batches((left.batch, right.batch))
        if isinstance(met, (Broken, Constant, Unsure)):
            batch = met
        elif isinstance(right.batch, Constant) and _stays_first(left):
            batch = left.batch
        else:
            batch = Unsure(RANK_UNKNOWN, carries=True)
    return result([left, right], None, batch, dtype=common_dtype((left.dtype, right.dtype)))


# --- dot, outer and tensordot ----------------------------------------------------------------------


def dot(call: OpCall) -> Value:
    """The last axis of the first operand with the last but one of the second, or with its only one."""
    pair = _pair(call)
    if not isinstance(pair, tuple):
        return pair
    left, right = pair
    if left.rank == 0 or right.rank == 0:
        return contract(
            call, pair, (_named("x", left), _named("y", right)), _named("x", left) + _named("y", right)
        )
    if left.dims is None or right.dims is None:
        both = isinstance(left.batch, Along) and isinstance(right.batch, Along)
        return _without_rank(call, left, right, _mixed(call, left) if both else None)
    mine, other = _named("x", left), _named("y", right)
    joint = max(0, len(other) - 2)
    if equal(left.dims[-1], right.dims[joint]) is False and min(len(mine), len(other)) > 2:
        if isinstance(left.batch, Along) and isinstance(right.batch, Along):
            # A product meant sample by sample: that it sums over the wrong axes too follows from that.
            return _without_rank(call, left, right, _mixed(call, left))
    mine = (*mine[:-1], "joint")
    rest = (*other[:joint], *other[joint + 1 :])
    other = (*other[:joint], "joint", *other[joint + 1 :])
    return contract(call, pair, (mine, other), (*mine[:-1], *rest))


def _mixed(call: OpCall, left: Tensor) -> Batch:
    axis = left.batch.axis if isinstance(left.batch, Along) else None
    return broken(call, events.MIXED, left, None, axis, pairwise=False)


def _named(name: str, x: Tensor) -> Labels:
    """A label of its own for each axis."""
    return tuple((name, axis) for axis in range(x.rank or 0))


def outer(call: OpCall) -> Value:
    """Each entry of the one with each of the other, both laid out flat."""
    pair = _pair(call)
    if not isinstance(pair, tuple):
        return pair
    if pair[0].dims is None or pair[1].dims is None:
        return _without_rank(call, *pair, None if _is_lost(pair) else Unsure(RANK_UNKNOWN, carries=True))
    flat = [_flat(call, each) for each in pair]
    return contract(call, flat, (("x",), ("y",)), ("x", "y"))


def _is_lost(pair: tuple[Tensor, Tensor]) -> bool:
    return not any(isinstance(each.batch, Along) for each in pair)


def _flat(call: OpCall, x: Tensor) -> Tensor:
    dims = x.dims or ()
    if len(dims) == 1:
        return x
    flat, batch = (product(dims),), x.batch
    if isinstance(batch, Along):
        before, after = product(dims[: batch.axis]), product(dims[batch.axis + 1 :])
        folded = batch.folded or call.silent_event(events.CHANGED, before=x, after=flat, axis=batch.axis)
        batch = Along(0, mul(before, batch.outer), mul(batch.inner, after), None, folded)
    return x.but(dims=flat, batch=batch)


def tensordot(call: OpCall) -> Value:
    """A contraction over pairs of axes; with the option ``inner`` over the last of both."""
    pair = _pair(call)
    if not isinstance(pair, tuple):
        return pair
    left, right = pair
    if call.option("inner"):
        if 0 in (left.rank, right.rank) and None not in (left.rank, right.rank):
            labels = _named("x", left), _named("y", right)
            return contract(call, pair, labels, labels[0] + labels[1])
        axes: tuple[tuple[int, ...], tuple[int, ...]] | None = ((-1,), (-1,))
    else:
        axes = _axis_pairs(call, call.get("axes"), left)
    if axes is None or left.dims is None or right.dims is None:
        return _open_tensordot(call, left, right, axes)
    ours, theirs = _settled(call, left, axes[0]), _settled(call, right, axes[1])
    if _fits_as_one(left, ours, right, theirs):
        return _without_rank(call, left, right, meet_batches([unsure(each, MISFIT) for each in pair]))
    joint = {axis: ("joint", index) for index, axis in enumerate(ours)}
    mine = tuple(joint.get(axis, ("x", axis)) for axis in range(len(left.dims)))
    joint = {axis: ("joint", index) for index, axis in enumerate(theirs)}
    other = tuple(joint.get(axis, ("y", axis)) for axis in range(len(right.dims)))
    kept = tuple(label for label in (*mine, *other) if label[0] != "joint")
    return contract(call, pair, (mine, other), kept)


def _axis_pairs(call: OpCall, value: Value, left: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The axes of the first and of the second operand that run together."""
    if isinstance(value, Const) and isinstance(value.value, int):
        count = value.value
        if left.rank is None:
            return None
        if count > left.rank:
            call.impossible(f"it runs over {count} axes, and the tensor has {left.rank}", before=left)
        return tuple(range(left.rank - count, left.rank)), tuple(range(count))
    if not isinstance(value, Sequence) or value.items is None or len(value.items) != 2:
        return None
    first, second = (whole_numbers(item) for item in value.items)
    if first is None or second is None:
        return None
    if len(first) != len(second):
        call.impossible(f"{len(first)} axes cannot run together with {len(second)}")
    return first, second


def _settled(call: OpCall, x: Tensor, axes: tuple[int, ...]) -> tuple[int, ...]:
    rank = x.rank or 0
    for axis in axes:
        if not -rank <= axis < rank:
            call.impossible(f"axis {axis} does not exist: the tensor has {rank} axes", before=x, axis=axis)
    return tuple(axis % rank for axis in axes)


def _fits_as_one(left: Tensor, ours: tuple[int, ...], right: Tensor, theirs: tuple[int, ...]) -> bool:
    """Whether axes that differ one by one hold as many entries together, which TensorFlow puts up with."""
    mine, other = [(left.dims or ())[axis] for axis in ours], [(right.dims or ())[axis] for axis in theirs]
    differ = any(equal(a, b) is False for a, b in zip(mine, other))
    return differ and len(mine) > 1 and equal(product(mine), product(other)) is not False


def _open_tensordot(
    call: OpCall, left: Tensor, right: Tensor, axes: tuple[tuple[int, ...], tuple[int, ...]] | None
) -> Tensor:
    """A contraction of which the axes or a rank are not known."""
    both = isinstance(left.batch, Along) and isinstance(right.batch, Along)
    summed = axes is not None and any(
        isinstance(each.batch, Along) and each.batch.axis in own for each, own in zip((left, right), axes)
    )
    if summed or (both and axes is not None and min(axes[0] + axes[1], default=0) >= 0):
        carrier = left if isinstance(left.batch, Along) else right
        return _without_rank(call, left, right, broken(call, events.MIXED, carrier, None, 0, pairwise=False))
    if axes is None:
        return _without_rank(
            call, left, right, meet_batches((unsure(left, RANK_UNKNOWN), unsure(right, RANK_UNKNOWN)))
        )
    return _without_rank(call, left, right)


# --- matmul and batch_dot --------------------------------------------------------------------------


def matmul(call: OpCall) -> Value:
    """A product of matrices, one for each index of the leading axes, which are broadcast."""
    pair = _pair(call)
    if not isinstance(pair, tuple):
        return pair
    left, right = pair
    flips = [_flip(call, name) for name in ("a", "b")]
    if left.dims is None or right.dims is None or None in flips:
        return _open_matmul(call, left, right, any(flip is not False for flip in flips))
    if call.option("batched"):
        if not left.dims or not right.dims:
            call.impossible("it needs a batch axis, and a scalar has none", before=left)
        return _per_sample_product(call, left, right, len(left.dims) - 1, 1)
    _check_matrices(call, left, right)
    mine = _matrix(left, ("row", "joint") if not flips[0] else ("joint", "row"), "joint")
    other = _matrix(right, ("joint", "column") if not flips[1] else ("column", "joint"), "joint")
    leading = max(len(mine), len(other), 2) - 2
    ends = tuple(name for name, own in (("row", mine), ("column", other)) if name in own)
    product_ = contract(call, pair, (mine, other), (*lead(leading), *ends))
    biases = call.get("biases")
    return product_ if biases == NONE else _with_biases(call, product_, biases)


def _flip(call: OpCall, which: str) -> bool | None:
    """Whether the last two axes of an operand change places; ``None`` where a run decides."""
    values = [call.get(f"transpose_{which}"), call.get(f"adjoint_{which}")]
    if all(isinstance(value, Const) for value in values):
        return any(isinstance(value, Const) and bool(value.value) for value in values)
    return None


def _matrix(x: Tensor, last: tuple[str, str], only: str) -> Labels:
    rank = x.rank or 0
    return (only,) if rank == 1 else (*lead(rank - 2), *last)


def _check_matrices(call: OpCall, left: Tensor, right: Tensor) -> None:
    """TensorFlow multiplies matrices only, the others vectors as well.

    Raises:
        Impossible: an operand has too few axes.
    """
    needed = 2 if call.op.name.startswith("tensorflow.") else 1
    for side in (left, right):
        if side.rank is not None and side.rank < needed:
            axes = "axis" if needed == 1 else "axes"
            call.impossible(f"it needs {needed} {axes} or more, and a tensor has {side.rank}", before=side)


def _with_biases(call: OpCall, product_: Tensor, value: Value) -> Tensor:
    biases = operand(call, value)
    batch = product_.batch
    if isinstance(biases, Tensor) and isinstance(biases.batch, (Broken, Unsure)):
        batch = meet_batches((batch, biases.batch))
    return result([product_, biases], product_.dims, batch, dtype=product_.dtype)


def _open_matmul(call: OpCall, left: Tensor, right: Tensor, flipped: bool) -> Tensor:
    """A product of matrices some of whose ranks are not known."""
    met = meet_batches((left.batch, right.batch))
    if not flipped and isinstance(met, Along) and met.axis == 0 and met.moved is None:
        if isinstance(right.batch, Constant) and left.rank != 1 and (right.rank or 2) <= 2:
            return _without_rank(call, left, right, left.batch)
        if isinstance(left.batch, Constant) and (right.rank or 0) > 2 and (left.rank or 2) <= 2:
            return _without_rank(call, left, right, right.batch)
    if isinstance(met, Along):
        met = Unsure(RANK_UNKNOWN, carries=True)
    return _without_rank(call, left, right, met)


def batch_dot(call: OpCall) -> Value:
    """``K.batch_dot``: one product for each sample, over an axis of each operand."""
    pair = _pair(call)
    if not isinstance(pair, tuple):
        return pair
    left, right = pair
    if left.dims is None or right.dims is None:
        met = meet_batches((left.batch, right.batch))
        both = isinstance(left.batch, Along) and isinstance(right.batch, Along)
        keeps = not isinstance(met, Along) or (both and met.axis == 0)
        return _without_rank(call, left, right, met if keeps else Unsure(RANK_UNKNOWN, carries=True))
    for side in pair:
        if (side.rank or 0) < 2:
            call.impossible(f"it needs 2 axes or more, and a tensor has {side.rank}", before=side)
    axes = _dot_axes(call, left, right)
    if axes is None:
        met = meet_batches((left.batch, right.batch))
        batch = met if not isinstance(met, Along) or met.axis == 0 else Unsure("the axis is not known", True)
        return _without_rank(call, left, right, batch)
    return _per_sample_product(call, left, right, *axes)


def _dot_axes(call: OpCall, left: Tensor, right: Tensor) -> tuple[int, int] | None:
    """The axis of each operand that is summed over.

    Raises:
        Impossible: a tensor has no such axis, or it is the first one.
    """
    ranks = left.rank or 0, right.rank or 0
    value = call.get("axes")
    if value == NONE:
        return ranks[0] - 1, ranks[1] - 1 if ranks[1] == 2 else ranks[1] - 2
    if isinstance(value, Sequence) and value.items:
        # Keras 1 wrote ((1,), (1,)) as well.
        inner = [item.items or [] if isinstance(item, Sequence) else [item] for item in value.items]
        value = Sequence("list", [item for items in inner for item in items])
    numbers = whole_numbers(value)
    if numbers is None or len(numbers) not in (1, 2):
        return None
    settled = []
    for axis, rank, side in zip((numbers[0], numbers[-1]), ranks, (left, right)):
        if not -rank <= axis < rank:
            call.impossible(f"axis {axis} does not exist: the tensor has {rank} axes", before=side, axis=axis)
        if axis % rank == 0:
            call.impossible("it cannot sum over axis 0, the samples", before=side, axis=axis)
        settled.append(axis % rank)
    return settled[0], settled[1]


def _per_sample_product(call: OpCall, left: Tensor, right: Tensor, ours: int, theirs: int) -> Tensor:
    """The samples of both run together, so do two other axes, which are summed over."""
    samples = lead(1)[0]
    mine = tuple(_label("x", axis, ours) if axis else samples for axis in range(left.rank or 0))
    other = tuple(_label("y", axis, theirs) if axis else samples for axis in range(right.rank or 0))
    rest = tuple(label for label in (*mine[1:], *other[1:]) if label != "joint")
    made = contract(call, (left, right), (mine, other), (samples, *rest))
    if call.option("batched"):
        return made
    if max(left.rank or 0, right.rank or 0) > 3:
        # Keras 2.3 and those before it differ in what they do with the other axes.
        return made.but(dims=None)
    return made if rest else made.but(dims=(*(made.dims or (fresh(),)), 1))


def _label(name: str, axis: int, joint: int) -> tuple[str, int] | str:
    return "joint" if axis == joint else (name, axis)


FAMILIES: dict[str, Family] = {
    "dot": dot,
    "batch_dot": batch_dot,
    "matmul": matmul,
    "tensordot": tensordot,
    "einsum": einsum,
    "outer": outer,
    **CONVOLUTIONS,
}
