"""Rows of tables combined, parts of a batch, crops: picks that hang on entries or on chance."""

from __future__ import annotations

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut
from lambdalint.interp.ops.delegate import delegate
from lambdalint.interp.ops.operands import (
    broken,
    known_sizes,
    operand,
    settle_axes,
    shape_of_argument,
    touches_batch,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.picking import CROSSED
from lambdalint.interp.ops.several import unknown_result
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import Dims, meet_batches, result
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    Along,
    Const,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import equal, fresh


def embedding_combined(call: OpCall) -> Value:
    """One row for each sample, combined of the rows of a table that its numbers name."""
    table, ids = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(ids, Unknown):
        return unknown_result(call)
    dims: Dims | None = None
    if isinstance(table, Tensor) and table.dims and ids.dims and isinstance(ids.batch, Along):
        dims = (ids.dims[0], *table.dims[1:])
    weights = operand(call, call.get("sp_weights", "sparse_weights"))
    batches = [each.batch for each in (ids, weights) if isinstance(each, Tensor)]
    batch = meet_batches(batches)
    if isinstance(batch, Along) and batch.axis:
        batch = broken(call, events.MIXED, ids, dims, batch.axis)
    return result([table, ids, weights], dims, batch)


def sampled_loss(call: OpCall) -> Value:
    """A loss for each row of the inputs, against classes that are drawn."""
    inputs, labels = operand(call, call.get("inputs")), operand(call, call.get("labels"))
    if isinstance(inputs, Unknown):
        return unknown_result(call)
    tables = [operand(call, call.get(name)) for name in ("weights", "biases")]
    batch = meet_batches([each.batch for each in (inputs, labels, *tables) if isinstance(each, Tensor)])
    if isinstance(batch, Along) and batch.axis:
        batch = broken(call, events.MIXED, inputs, None, batch.axis)
    dims = inputs.dims and inputs.dims[:1]
    made = result([*tables, inputs, labels], dims, batch, dtype=inputs.dtype).but(random=True)
    call.event(events.RANDOM, tensor=made)
    return made


def candidates(call: OpCall) -> Value:
    """Classes that are drawn, and how often the true ones and those drawn are expected."""
    true, count = operand(call, call.first()), call.machine.dim(call.get("num_sampled"))
    drawn = Tensor((fresh() if count is None else count,), CONSTANT, "int64", signs.COUNT, random=True)
    call.event(events.RANDOM, tensor=drawn)
    expected = true if isinstance(true, Unknown) else result([true], true.dims, true.batch, dtype="float32")
    return Sequence("tuple", [drawn, expected, drawn.but(dtype="float32", sign=ANY_SIGN)])


def set_of_lists(call: OpCall) -> Value:
    """What lists along the last axis have in common or together; the longest decides on the room."""
    x, other = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(x, Unknown) or isinstance(other, Unknown):
        return unknown_result(call)
    dims = (*x.dims[:-1], fresh(dynamic=True)) if x.dims else None
    batch = meet_batches([x.batch, other.batch])
    if isinstance(batch, Along):
        along = x.dims is not None and batch.axis >= len(x.dims) - 1
        lasting = Unsure(reasons.LONGEST, carries=True)
        batch = broken(call, events.MIXED, x, dims, batch.axis) if along else lasting
    return result([x, other], dims, batch, dtype=x.dtype, cuts=cut(call, [x, other]))


def partitioned(call: OpCall) -> Value:
    """The entries of each of several groups."""
    count = call.constant("num_partitions")
    group = delegate(call, "boolean_mask", {"tensor": call.first(), "mask": call.get("partitions")})
    if not isinstance(count, int) or not 0 < count <= _MOST_GROUPS:
        return Sequence("list", None, group)
    return Sequence("list", [group] * count)


_MOST_GROUPS = 100


def random_crop(call: OpCall) -> Value:
    """A block of a given size from a place that is drawn: along an axis of that very size, all of it."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    entries = shape_of_argument(call, call.get("size"))
    dims = None if entries is None else known_sizes(entries)
    if dims is not None and x.dims is not None and len(dims) != len(x.dims):
        call.impossible(f"a crop of {len(dims)} sizes of a tensor of {len(x.dims)} axes", before=x)
    batch = x.batch
    if isinstance(batch, Along):
        if dims is not None and not -len(dims) <= batch.axis < len(dims):
            call.impossible(f"a crop of {len(dims)} sizes of a tensor of more axes", before=x)
        new = None if dims is None else dims[batch.axis]
        whole = x.dims is not None and new is not None and equal(new, x.dims[batch.axis])
        if isinstance(new, int) and not whole:
            batch = broken(call, events.FIXED, x, dims, batch.axis, size=new)
        elif not whole:
            batch = unsure(x, CROSSED)
    made = result([x], dims, batch, dtype=x.dtype, sign=signs.some(x.sign)).but(random=True)
    call.event(events.RANDOM, tensor=made)
    return made


def topk_along(call: OpCall) -> Value:
    """The largest entries along an axis, and their positions."""
    axis = call.get("reduction_dimension")
    x = operand(call, call.first())
    last = Const(-1)
    if axis == last or isinstance(x, Unknown):
        return delegate(call, "topk", {"input": x, "k": call.get("k")})
    turned = delegate(call, "swapaxes", {"x": x, "axis1": axis, "axis2": last})
    made = delegate(call, "topk", {"input": turned, "k": call.get("k")})
    if not isinstance(made, Sequence) or made.items is None:
        return made
    back = [delegate(call, "swapaxes", {"x": item, "axis1": axis, "axis2": last}) for item in made.items]
    return Sequence("tuple", back)


def along_axes(call: OpCall) -> Value:
    """A transform along the axes that are named: of sizes that it is told."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    numbers = whole_numbers(call.get("axes"))
    axes = None if numbers is None else settle_axes(call, numbers, x)
    dims: Dims | None = None
    if x.dims is not None:
        dims = tuple(fresh() if axes is None or place in axes else dim for place, dim in enumerate(x.dims))
    batch = x.batch
    if isinstance(batch, Along):
        touched = None if numbers is None else touches_batch(numbers, x)
        if touched:
            batch = broken(call, events.MIXED, x, dims, batch.axis)
        elif touched is None:
            batch = unsure(x, CROSSED)
    return result([x], dims, batch, dtype=call.option("dtype") or None)


# --- sparse, ragged and written --------------------------------------------------------------------


def sparse_concat(call: OpCall) -> Value:
    """Sparse tensors end to end: the axis comes first."""
    return delegate(call, "concat", {"values": call.get("sp_inputs"), "axis": call.get("axis")})


def edit_distance(call: OpCall) -> Value:
    """A distance for each list along the last axis; of how many lists there are the first operand tells."""
    x, truth = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(x, Unknown) or isinstance(truth, Unknown):
        return unknown_result(call)
    dims = x.dims[:-1] if x.dims else None
    batch = meet_batches([x.batch, truth.batch])
    if isinstance(batch, Along) and x.rank is not None and batch.axis >= x.rank - 1:
        batch = broken(call, events.MIXED, x, dims, batch.axis)
    return result([x, truth], dims, batch, dtype="float32", sign=signs.CLIPPED)


def ragged_constant(call: OpCall) -> Value:
    """Lists of different lengths: of the axes behind the first the sizes are left open."""
    made = operand(call, call.first())
    if isinstance(made, Unknown) or not made.dims:
        return made
    open_sizes = (fresh(dynamic=True) for _ in made.dims[1:])
    return made.but(kind="tensor", dims=(made.dims[0], *open_sizes))


def words(call: OpCall) -> Value:
    """The parts of each string, along a new last axis."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    dims = None if x.dims is None else (*x.dims, fresh(dynamic=True))
    return result([x], dims, x.batch, dtype=call.option("dtype") or "string")


LOOKUPS: dict[str, Family] = {
    "embedding_combined": embedding_combined,
    "sampled_loss": sampled_loss,
    "candidates": candidates,
    "set_of_lists": set_of_lists,
    "partitioned": partitioned,
    "random_crop": random_crop,
    "topk_along": topk_along,
    "along_axes": along_axes,
    "sparse_concat": sparse_concat,
    "edit_distance": edit_distance,
    "ragged_constant": ragged_constant,
    "words": words,
}
