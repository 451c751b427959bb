"""Operations that are another one in disguise: old argument orders, combined results, two in one."""

from __future__ import annotations

from typing import Any

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.ops.delegate import delegate
from lambdalint.interp.ops.operands import unsure
from lambdalint.interp.ops.several import unknown_result
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.trailing import derived, operand, trailing
from lambdalint.interp.tensors import meet_batches, result
from lambdalint.interp.values import (
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Constant,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, fresh, has_batch, mul, product, sub


def relu(call: OpCall) -> Value:
    """``relu`` with a slope: without one the result is never negative and often 0."""
    slope = call.constant("alpha", "negative_slope")
    threshold = call.constant("threshold", default=0.0)
    plain = slope == 0 and threshold == 0
    return delegate(call, "map", {"x": call.first()}, sign="relu" if plain else "any")


def pair(call: OpCall) -> Value:
    """Two results of one shape: ``inner`` is the family that computes it."""
    options = {key: value for key, value in call.op.options.items() if key != "inner"}
    inner = call.option("inner")
    first = delegate(call, inner, call.args, **options)
    if options.get("op") == "eig" and isinstance(first, Tensor):
        x = operand(call, call.first())
        values = x if isinstance(x, Unknown) else trailing(call, x, 2, lambda dims: dims[:1])
        return Sequence("tuple", [values, first])
    if inner == "normalize":
        norm = delegate(call, "norm", {"x": call.first(), "axis": call.get("axis"), "keepdims": Const(True)})
        return Sequence("tuple", [first, norm])
    return Sequence("tuple", [first, first])


# --- joining and splitting -------------------------------------------------------------------------


def tf_concat(call: OpCall) -> Value:
    """``tf.concat``, whose arguments stood the other way round in TensorFlow 0."""
    values, axis = call.get("values"), call.get("axis")
    if isinstance(axis, Sequence) and not isinstance(values, Sequence):
        values, axis = axis, values
    return delegate(call, "concat", {"values": values, "axis": axis})


def tf_split(call: OpCall) -> Value:
    """``tf.split``; in TensorFlow 0 ``(axis, number, value)``."""
    value, count, axis = call.get("value"), call.get("num_or_size_splits"), call.get("axis")
    if isinstance(value, Const) and isinstance(axis, (Tensor, Unknown)):
        value, axis = axis, value
    return delegate(call, "split", {"value": value, "num_or_size_splits": count, "axis": axis})


def append(call: OpCall) -> Value:
    """``append``: a concatenation, of flattened arrays where no axis is named."""
    values, axis = [call.first(), call.first(1)], call.get("axis")
    if axis == NONE:
        values = [delegate(call, "flatten", {"x": value}) for value in values]
        axis = Const(0)
    return delegate(call, "concat", {"xs": Sequence("list", values), "axis": axis})


def joined(call: OpCall) -> Value:
    """``hstack``, ``vstack`` and ``dstack``: concatenations along an axis that hangs on the rank."""
    values = call.first()
    if not isinstance(values, Sequence) or not values.items:
        return unknown_result(call)
    ranks = {made.rank for made in (operand(call, item) for item in values.items) if isinstance(made, Tensor)}
    rank = ranks.pop() if len(ranks) == 1 else None
    if rank is None:
        return unknown_result(call)
    op = call.option("op")
    if op == "vstack" and rank == 1:
        return delegate(call, "stack", {"x": values, "axis": Const(0)})
    axis = {"vstack": 0, "hstack": 0 if rank == 1 else 1}.get(op, 2)
    if axis == rank == 2:
        return delegate(call, "stack", {"x": values, "axis": Const(2)})
    if axis >= rank:
        return unknown_result(call)
    return delegate(call, "concat", {"xs": values, "axis": Const(axis)})


def get_item(call: OpCall) -> Value:
    """``keras.ops.get_item``: a subscript."""
    from lambdalint.interp.ops.index import subscript

    return subscript(call.machine, call.first(), call.get("key"), call.at, call.text)


def tf_depth(call: OpCall) -> Value:
    """``space_to_depth`` and ``depth_to_space``, with TensorFlow's name of the layout."""
    layout = call.constant("data_format")
    family = call.op.name.rpartition(".")[2]
    channels = "channels_first" if layout == "NCHW" else "channels_last"
    arguments = {"x": call.first(), "block_size": call.get("block_size"), "data_format": Const(channels)}
    return delegate(call, family, arguments)


def matvec(call: OpCall) -> Value:
    """A matrix times a vector, per leading index."""
    vector = call.get("b")
    column = delegate(call, "expand_dims", {"x": vector, "axis": Const(-1)})
    product_ = delegate(
        call, "matmul", {"a": call.get("a"), "b": column, "transpose_a": call.get("transpose_a")}
    )
    return delegate(call, "squeeze", {"x": product_, "axis": Const(-1)})


def numpy_dot(call: OpCall) -> Value:
    """NumPy's ``dot``: a product entry by entry where one of the two is a number."""
    left, right = operand(call, call.first()), operand(call, call.first(1))
    scalar = any(isinstance(side, Tensor) and side.rank == 0 for side in (left, right))
    arguments = {"x": call.first(), "y": call.first(1)}
    return delegate(call, "zip", arguments, op="mul") if scalar else delegate(call, "dot", arguments)


# --- statistics ------------------------------------------------------------------------------------


def quantile(call: OpCall) -> Value:
    """Quantiles: a reduction, with a new leading axis where several are asked for."""
    arguments = {"x": call.first(), "axis": call.get("axis"), "keepdims": call.get("keepdims", "keep_dims")}
    reduced = delegate(call, "reduce", arguments, op="max")
    wanted = call.get("q")
    if isinstance(wanted, Tensor) and wanted.inputs:
        return unknown_result(call)
    one = isinstance(wanted, (Const, Number)) or (isinstance(wanted, Tensor) and wanted.rank == 0)
    if one or not isinstance(reduced, Tensor):
        return reduced
    if isinstance(reduced.batch, Broken) or not isinstance(wanted, Sequence):
        return derived(reduced, None, unsure(reduced, "how many quantiles is not known"))
    made = delegate(call, "expand_dims", {"x": reduced, "axis": Const(0)})
    if not isinstance(made, Tensor) or made.dims is None:
        return made
    count: Dim = fresh() if wanted.items is None else len(wanted.items)
    return made.but(dims=(count, *made.dims[1:]))


def batch_normalization(call: OpCall) -> Value:
    """Normalisation by given moments: entry by entry, as the moments are broadcast."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    names = ("mean", "var", "variance", "beta", "gamma", "offset", "scale")
    given = [operand(call, call.args[name]) for name in names if call.args.get(name, NONE) != NONE]
    carriers = [each for each in given if isinstance(each, Tensor) and not isinstance(each.batch, Constant)]
    dims, batch = broadcast(call, [x, *carriers]) if carriers else (x.dims, x.batch)
    return result([x, *given], dims, batch, dtype=x.dtype)


def batch_moments(call: OpCall) -> Value:
    """Normalisation by the moments of the batch: the result, the mean and the variance."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if call.constant("is_training", default=True) is False:
        stored = Unknown("moments that are given")
        return Sequence("tuple", [derived(x, x.dims, x.batch), stored, stored])
    axes = call.get("reduction_axes")
    if axes == NONE and x.dims is not None:
        axes = Sequence("list", [Const(axis) for axis in range(len(x.dims) - 1)])
    mean = delegate(call, "reduce", {"x": x, "axis": axes, "keepdims": Const(False)}, op="mean")
    batch = mean.batch if isinstance(mean, Tensor) and isinstance(mean.batch, Broken) else x.batch
    return Sequence("tuple", [derived(x, x.dims, batch), mean, mean])


def histogram(call: OpCall) -> Value:
    """``bincount``: counts over all entries, or per row where ``axis=-1`` says so."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    cuts = cut(call, [x])
    dtype = None if call.get("weights") != NONE else call.option("dtype") or "int32"
    if call.constant("axis") == -1:
        return trailing(call, x, 1, lambda dims: (fresh(),), cuts=cuts, sign=signs.COUNT, dtype=dtype)
    batch = x.batch
    if isinstance(batch, Along):
        per_row = call.op.name.startswith("keras.ops") and (x.rank or 1) > 1 and batch.axis == 0
        if not per_row:
            batch = Broken((call.silent_event(events.REDUCED_ALL, before=x, after=None, axis=None),))
    return derived(x, None, batch, cuts=cuts, sign=signs.COUNT, dtype=dtype)


def diff(call: OpCall) -> Value:
    """Differences of neighbours along an axis."""
    x = operand(call, call.first())
    axis, count = call.constant("axis", default=-1), call.constant("n", default=1)
    if isinstance(x, Unknown):
        return x
    if x.dims is None or not isinstance(axis, int) or not isinstance(count, int):
        batch = x.batch if axis != 0 else Unsure("the rank is not known", carries=True)
        return derived(x, None, batch)
    rank = len(x.dims)
    if not -rank <= axis < rank:
        call.impossible(f"axis {axis} does not exist: the tensor has {rank} axes", before=x)
    position = axis % rank
    dims = tuple(sub(dim, count) if i == position else dim for i, dim in enumerate(x.dims))
    batch = x.batch
    if isinstance(batch, Along) and batch.axis == position:
        batch = Broken((call.silent_event(events.MIXED, before=x, after=dims, axis=position),))
    return derived(x, dims, batch)


# --- comparisons and picks -------------------------------------------------------------------------


def _cut(call: OpCall, x: Tensor, **changes: Any) -> Tensor:
    return derived(x, x.dims, x.batch, cuts=cut(call, [x]), **changes)


def membership(call: OpCall) -> Value:
    """Which entries are in a list, or in which bin: entry by entry of the first operand."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    dtype = call.option("dtype", "bool")
    return _cut(call, x, dtype=dtype, sign=signs.MASK if dtype == "bool" else signs.COUNT)


def searchsorted(call: OpCall) -> Value:
    """Positions in a sorted list: entry by entry of the values."""
    x, ordered = operand(call, call.get("values")), operand(call, call.get("sorted_sequence", "value_range"))
    if isinstance(x, Unknown) or (
        isinstance(ordered, Tensor) and ordered.inputs and "value_range" in call.args
    ):
        return unknown_result(call)
    if not isinstance(ordered, Tensor) or not ordered.inputs:
        return _cut(call, x, dtype="int32", sign=signs.COUNT)
    cuts = cut(call, [x, ordered])
    if ordered.rank == 1:
        # One list for all values: where it holds the samples, all of them decide each position.
        batch = ordered.batch
        if isinstance(batch, Along):
            batch = Broken((call.silent_event(events.MIXED, before=ordered, after=x.dims, axis=0),))
        met = meet_batches([batch, x.batch])
        return result([x, ordered], x.dims, met, dtype="int32", sign=signs.COUNT, cuts=cuts)
    met = meet_batches([x.batch, ordered.batch])
    if isinstance(met, Along) and (x.rank is None or x.rank != ordered.rank or met.axis >= x.rank - 1):
        return unknown_result(call)
    return result([x, ordered], x.dims, met, dtype="int32", sign=signs.COUNT, cuts=cuts)


def multi_hot(call: OpCall) -> Value:
    """A mask of classes: the axis of the indices becomes one of classes."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    classes = call.machine.dim(call.get("num_classes"))
    cuts = cut(call, [x])
    size: Dim = fresh() if classes is None else classes
    return trailing(call, x, 1, lambda dims: (size,), cuts=cuts, sign=signs.MASK, dtype="float32")


def random_categorical(call: OpCall) -> Value:
    """Draws from the distributions in the rows of a matrix."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    count = call.machine.dim(call.get("num_samples"))
    size: Dim = fresh() if count is None else count
    cuts = cut(call, [x])
    changes = {"cuts": cuts, "sign": signs.COUNT, "dtype": "int64", "random": True}
    result = trailing(call, x, 1, lambda dims: (size,), **changes)
    call.event(events.RANDOM, tensor=result)
    return result


# --- shapes ----------------------------------------------------------------------------------------


def reverse_sequence(call: OpCall) -> Value:
    """Each sample's first entries in reverse: per sample where the batch axis is named as such."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    samples, axis = call.constant("batch_axis", default=0) or 0, call.constant("seq_axis")
    batch = x.batch
    if isinstance(batch, Along) and axis == batch.axis and samples != batch.axis:
        batch = Broken((call.silent_event(events.MIXED, before=x, after=x.dims, axis=axis),))
    lengths = operand(call, call.get("seq_lengths"))
    if isinstance(lengths, Tensor):
        batch = meet_batches((batch, lengths.batch))
    return result([x, lengths], x.dims, batch, dtype=x.dtype, sign=x.sign)


def rearrange(call: OpCall) -> Value:
    """``einops``-style patterns without groups are a transpose; others are not followed."""
    pattern = call.constant("pattern")
    if not isinstance(pattern, str) or pattern.count("->") != 1 or "(" in pattern:
        return unknown_result(call)
    before, after = (side.split() for side in pattern.split("->"))
    if sorted(before) != sorted(after) or len(set(before)) != len(before):
        return unknown_result(call)
    axes = Sequence("tuple", [Const(before.index(name)) for name in after])
    return delegate(call, "transpose", {"x": call.first(), "axes": axes})


def adaptive_pool(call: OpCall) -> Value:
    """Pooling to a given size: the axes between the batch and the channels change."""
    x = operand(call, call.first())
    if isinstance(x, Unknown) or x.dims is None:
        return x
    spatial = len(x.dims) - 2
    if spatial < 1:
        call.impossible(f"it needs 3 axes or more, and the tensor has {len(x.dims)}", before=x)
    wanted = call.get("output_size")
    items = wanted.items if isinstance(wanted, Sequence) and wanted.items else [wanted] * spatial
    sizes = [call.machine.dim(item) for item in items]
    new = tuple(fresh() if size is None else size for size in sizes)
    if call.constant("data_format") == "channels_first":
        return trailing(call, x, spatial, lambda dims: new)
    return trailing(call, x, spatial + 1, lambda dims: (*new, dims[-1]))


def theano_flatten(call: OpCall) -> Value:
    """Theano's ``flatten``: to one axis, or to ``ndim`` of them, the last ones folded together."""
    x = operand(call, call.first())
    count = call.constant("ndim", "outdim", default=1)
    if isinstance(x, Unknown):
        return x
    if count == 1:
        return delegate(call, "flatten", {"x": x})
    if x.dims is None or not isinstance(count, int):
        return derived(x, None, x.batch)
    kept = count - 1
    return trailing(call, x, len(x.dims) - kept, lambda dims: (product(dims),), sign=x.sign)


def theano_alloc(call: OpCall) -> Value:
    """``T.alloc(value, *shape)``."""
    return delegate(call, "full", {"shape": call.get("shape"), "fill_value": call.first()})


def _spread(call: OpCall, name: str) -> Value:
    """Arguments given one by one or as one list."""
    value = call.get(name)
    if isinstance(value, Sequence) and value.items is not None and len(value.items) == 1:
        only = value.items[0]
        if isinstance(only, (Sequence, Tensor)) or only == NONE:
            return only
    return value


def method_reshape(call: OpCall) -> Value:
    """``x.reshape(2, 3)`` or ``x.reshape((2, 3))``."""
    return delegate(call, "reshape", {"x": call.first(), "shape": _spread(call, "shape")})


def method_transpose(call: OpCall) -> Value:
    """``x.transpose()``, ``x.transpose(1, 0)`` or ``x.transpose((1, 0))``."""
    axes = _spread(call, "axes")
    if isinstance(axes, Sequence) and axes.items == []:
        axes = NONE
    return delegate(call, "transpose", {"x": call.first(), "axes": axes})


def dimshuffle(call: OpCall) -> Value:
    """Theano's ``dimshuffle``: axes change places, ``'x'`` makes one of size 1."""
    x = operand(call, call.first())
    pattern = _spread(call, "pattern")
    if isinstance(x, Unknown) or not isinstance(pattern, Sequence) or pattern.items is None:
        return unknown_result(call)
    order = [item.value if isinstance(item, Const) else None for item in pattern.items]
    kept = [axis for axis in order if isinstance(axis, int)]
    if len(kept) + order.count("x") < len(order):
        return unknown_result(call)
    sizes = None if x.dims is None else x.dims
    if sizes is not None and any(axis >= len(sizes) for axis in kept):
        call.impossible(f"the tensor has {len(sizes)} axes", before=x)
    dims: tuple[Dim, ...] = tuple(
        1 if a == "x" or a is None else sizes[a] if sizes else fresh() for a in order
    )
    batch = x.batch
    if isinstance(batch, Along):
        if batch.axis not in kept:
            batch = Broken((call.silent_event(events.INDEXED, before=x, after=dims, axis=batch.axis),))
        else:
            place = order.index(batch.axis)
            moved = batch.moved
            if place != batch.axis:
                kind = events.CHANGED if "x" in order[:place] and kept == sorted(kept) else events.MOVED
                moved = call.silent_event(kind, before=x, after=dims, axis=batch.axis)
            batch = Along(place, batch.outer, batch.inner, None if place == 0 else moved, batch.folded)
    return derived(x, dims, batch, sign=x.sign)


def theano_upsampling(call: OpCall) -> Value:
    """Theano's bilinear upsampling, which wants to be told the batch size."""
    x = operand(call, call.first())
    if isinstance(x, Unknown) or not isinstance(x.batch, Along):
        return x if isinstance(x, Unknown) else unknown_result(call)
    ratio = call.machine.dim(call.get("ratio"))
    dims = None
    if x.dims is not None and len(x.dims) == 4:
        scaled = tuple(fresh() if ratio is None else mul(size, ratio) for size in x.dims[2:])
        dims = (*x.dims[:2], *scaled)
    batch: Batch = x.batch
    written = call.machine.dim(call.get("batch_size"))
    if written is not None and not has_batch(written) and (x.dims is None or has_batch(x.dims[0])):
        data = {"before": x, "after": dims, "axis": 0, "size": written}
        batch = Broken((call.silent_event(events.FIXED, **data),))
    return derived(x, dims, batch)


ADAPTORS: dict[str, Family] = {
    "theano_upsampling": theano_upsampling,
    "relu": relu,
    "pair": pair,
    "tf_concat": tf_concat,
    "tf_split": tf_split,
    "append": append,
    "joined": joined,
    "get_item": get_item,
    "tf_depth": tf_depth,
    "matvec": matvec,
    "numpy_dot": numpy_dot,
    "quantile": quantile,
    "batch_normalization": batch_normalization,
    "batch_moments": batch_moments,
    "histogram": histogram,
    "diff": diff,
    "membership": membership,
    "searchsorted": searchsorted,
    "multi_hot": multi_hot,
    "random_categorical": random_categorical,
    "reverse_sequence": reverse_sequence,
    "rearrange": rearrange,
    "adaptive_pool": adaptive_pool,
    "theano_flatten": theano_flatten,
    "theano_alloc": theano_alloc,
    "method_reshape": method_reshape,
    "method_transpose": method_transpose,
    "dimshuffle": dimshuffle,
}
