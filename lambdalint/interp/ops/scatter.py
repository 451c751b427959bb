"""Tensors made of positions: one-hot codes, masks of lengths, scattered entries."""

from __future__ import annotations

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
    axes_of,
    known_sizes,
    moved_to,
    operand,
    shape_of_argument,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.picking import CROSSED
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import FLOATS, Dims, batch_of_sizes, meet_batches, result
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    Along,
    Sign,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import fresh


def one_hot(call: OpCall) -> Value:
    """A new axis of classes; no gradient flows."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    depth = call.machine.dim(call.get("depth", "num_classes"))
    if x.dtype in FLOATS and x.inputs:
        call.event(events.INTEGER, operand=x, operator="one_hot", dtype=x.dtype)
    number = -1 if call.get("axis") == NONE else call.constant("axis")
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
    named = call.constant("dtype")
    dtype = named if isinstance(named, str) else "bool"
    # Without ``maxlen`` the longest row of the batch decides the width of all.
    batch = unsure(x, reasons.LONGEST) if longest is None else x.batch
    return result([x], dims, batch, dtype=dtype, sign=signs.MASK, cuts=cut(call, [x]))


def scatter_nd(call: OpCall) -> Value:
    """A tensor of zeros with entries put in by their positions."""
    indices = operand(call, call.get("indices", "sparse_indices"))
    updates = operand(call, call.get("updates", "values", "sparse_values"))
    entries = shape_of_argument(call, call.get("shape", "output_shape"))
    dims = None if entries is None else known_sizes(entries)
    batch = meet_batches([made.batch for made in (indices, updates) if isinstance(made, Tensor)])
    if isinstance(batch, Along):
        batch = Unsure(CROSSED, carries=True)
    elif batch == CONSTANT:
        batch = batch_of_sizes(dims)
    return result([indices, updates], dims, batch, sign=Sign(zero="often"))


def tensor_scatter(call: OpCall) -> Value:
    """A tensor with some entries replaced; with ``slice``, a block that begins somewhere."""
    x = operand(call, call.first())
    others = [operand(call, call.first(position)) for position in (1, 2)]
    if isinstance(x, Unknown):
        return x
    batch = meet_batches([x.batch, *(made.batch for made in others if isinstance(made, Tensor))])
    if isinstance(batch, Along) and not (call.option("slice") and _covers_samples(call, x, others[1], batch)):
        batch = Unsure(CROSSED, carries=True)
    return result([x, *others], x.dims, batch, dtype=x.dtype)


def scatter_variable(call: OpCall) -> Value:
    """A variable some rows of which are written: a side effect whose result is the variable."""
    call.event(events.SIDE_EFFECT, operand=call.first())
    return tensor_scatter(call)


def _covers_samples(call: OpCall, x: Tensor, block: Tensor | Unknown, batch: Along) -> bool:
    """Whether a block that is put in holds an entry for each sample."""
    starts = whole_numbers(call.first(1))
    if starts is None or isinstance(block, Unknown) or block.dims is None or x.dims is None:
        return False
    axis = batch.axis
    return starts[axis : axis + 1] == (0,) and block.dims[axis : axis + 1] == (x.dims[axis],)


FAMILIES: dict[str, Family] = {
    "one_hot": one_hot,
    "sequence_mask": sequence_mask,
    "scatter_nd": scatter_nd,
    "tensor_scatter": tensor_scatter,
    "scatter_variable": scatter_variable,
}
