"""Transfer functions that rewrite the last axes and leave those before them alone.

Matrix functions, transforms along the last axis, image conversions: a batch axis among the leading
ones stays where it is, and one among the rewritten axes is mixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lambdalint.interp import events
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import result
from lambdalint.interp.values import (
    Along,
    Batch,
    Broken,
    Const,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import MOST_AXES, Dim, divide, floordiv, fresh, mul

Dims = tuple[Dim, ...]


def operand(call: OpCall, value: Value) -> Tensor | Unknown:
    """A value as the one tensor an operation works on; a layer input of unknown structure is one."""
    made = call.tensor(value)
    if isinstance(made, Unknown) and made.tensor:
        return Tensor(None, Along(0), inputs=made.inputs)
    return made


def derived(x: Tensor, dims: Dims | None, batch: Batch, **changes: Any) -> Tensor:
    """The result of an operation on ``x`` that computes new entries."""
    changes.setdefault("dtype", x.dtype)
    random = changes.pop("random", x.random)
    computed = result([x], dims, batch, **changes)
    kind = "ndarray" if x.kind == "ndarray" else computed.kind
    return computed.but(kind=kind, random=random)


def trailing(
    call: OpCall, x: Tensor, consumed: int, build: Callable[[Dims], Iterable[Dim]], **changes: Any
) -> Tensor:
    """Replace the last ``consumed`` axes by ``build`` of them."""
    batch = x.batch
    if x.dims is None:
        if isinstance(batch, Along) and batch.axis:
            batch = Unsure("the rank is not known", carries=True)
        return derived(x, None, batch, **changes)
    kept = len(x.dims) - consumed
    if kept < 0:
        call.impossible(f"it needs {consumed} axes or more, and the tensor has {len(x.dims)}", before=x)
    dims = (*x.dims[:kept], *build(x.dims[kept:]))
    if isinstance(batch, Along) and batch.axis >= kept:
        event = call.silent_event(events.MIXED, before=x, after=dims, axis=batch.axis)
        batch = Broken((event,))
    return derived(x, dims, batch, **changes)


# --- the last axes ---------------------------------------------------------------------------------


def last_two(call: OpCall) -> Value:
    """A matrix function: ``swap`` turns the shape, ``drop`` gives a number (``drop=1``: a vector)."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    build: Callable[[Dims], Iterable[Dim]] = tuple
    if call.option("swap"):
        build = _swapped
    elif call.option("drop"):
        build = _first if call.option("drop") == "1" else _nothing
    return trailing(call, x, 2, build, dtype=call.option("dtype") or x.dtype)


def matrix_transpose(call: OpCall) -> Value:
    """The last two axes change places."""
    from lambdalint.interp.ops.delegate import delegate

    return delegate(call, "swapaxes", {"x": call.first(), "axis1": Const(-1), "axis2": Const(-2)})


def _swapped(dims: Dims) -> Dims:
    return dims[::-1]


def _first(dims: Dims) -> Dims:
    return dims[:1]


def _nothing(dims: Dims) -> Dims:
    return ()


def last_axis(call: OpCall) -> Value:
    """A transform along the ``last=1`` axes: ``size=`` the new size or ``same``, ``rank=`` the axes added."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    size, dtype = call.option("size"), call.option("dtype") or x.dtype
    count = int(call.option("last", "1"))
    if size == "same":
        return trailing(call, x, count, lambda dims: dims, dtype=dtype)
    if size:
        return trailing(call, x, 1, lambda dims: (int(size),), dtype=dtype)
    added = int(call.option("rank", "0"))
    made = [fresh() for _ in range(count + added)]
    return trailing(call, x, count, lambda dims: made, dtype=dtype)


def add_last(call: OpCall) -> Value:
    """A new last axis of ``size=`` entries, computed along the ``last=0`` axes before it."""
    x = operand(call, call.first())
    size, count = int(call.option("size", "1")), int(call.option("last", "0"))
    return x if isinstance(x, Unknown) else trailing(call, x, count, lambda dims: (*dims, size))


def drop_last(call: OpCall) -> Value:
    """The last axis goes."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    return trailing(call, x, 1, _nothing, dtype=call.option("dtype") or x.dtype)


def scaled_last(factor: int, divisor: int) -> Family:
    """The last axis becomes ``factor / divisor`` times as long."""

    def run(call: OpCall) -> Value:
        x = operand(call, call.first())
        if isinstance(x, Unknown):
            return x
        if call.constant("axis", default=-1) != -1:
            return derived(x, None if x.dims is None else tuple(fresh() for _ in x.dims), _kept(x))
        return trailing(call, x, 1, lambda dims: (_scale(dims[0], factor, divisor),))

    return run


def _kept(x: Tensor) -> Batch:
    return x.batch if not isinstance(x.batch, Along) else Unsure("the axis is not known", carries=True)


def _scale(dim: Dim, factor: int, divisor: int) -> Dim:
    longer = mul(dim, factor)
    exact = divide(longer, divisor)
    return floordiv(longer, divisor) if exact is None else exact


def repeat_vector(call: OpCall) -> Value:
    """``K.repeat``: (B, D) to (B, n, D)."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if x.dims is not None and len(x.dims) != 2:
        call.impossible(f"it needs a tensor of two axes, and this one has {len(x.dims)}", before=x)
    count = call.machine.dim(call.get("n"))
    return trailing(call, x, 1, lambda dims: (fresh() if count is None else count, *dims), sign=x.sign)


def diagonal(call: OpCall) -> Value:
    """The diagonal of two axes, the first two unless ``last``; ``sum`` adds it up."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    first, second = call.constant("axis1", default=0), call.constant("axis2", default=1)
    if call.option("last"):
        return trailing(call, x, 2, lambda dims: (dims[0] if dims[0] == dims[1] else fresh(),))
    rank = x.rank
    if rank is None or not isinstance(first, int) or not isinstance(second, int):
        return derived(x, None, _kept(x))
    axes = {first % rank, second % rank} if rank else set()
    if len(axes) < 2:
        call.impossible(f"it needs two axes, and the tensor has {rank}", before=x)
    rest = tuple(dim for axis, dim in enumerate(x.dims or ()) if axis not in axes)
    dims = rest if call.option("sum") else (*rest, fresh())
    batch = x.batch
    if isinstance(batch, Along):
        if batch.axis in axes:
            batch = Broken((call.silent_event(events.MIXED, before=x, after=dims, axis=batch.axis),))
        else:
            batch = replace(batch, axis=batch.axis - sum(axis < batch.axis for axis in axes))
    return derived(x, dims, batch)


def diag_matrix(call: OpCall) -> Value:
    """``tf.linalg.diag``: a square matrix of the last axis."""
    x = operand(call, call.first())
    if isinstance(x, Tensor) and x.rank == 1 and isinstance(x.batch, Along):
        # Each row, and each column, holds one sample and zeros.
        return derived(x, (*(x.dims or ()), *(x.dims or ())), Unsure("a diagonal of samples", carries=True))
    return x if isinstance(x, Unknown) else trailing(call, x, 1, lambda dims: (*dims, *dims))


def diag_vector(call: OpCall) -> Value:
    """``diag``: a matrix from a vector and a vector from a matrix, so a batch axis is mixed.

    TensorFlow's ``double`` the axes, or halve them again.
    """
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    squares = call.option("double") or call.option("halve")
    if squares and x.rank is None and isinstance(x.batch, Along):
        event = call.silent_event(events.MIXED, before=x, after=None, axis=x.batch.axis)
        return derived(x, None, Broken((event,)))
    if call.option("double") and x.rank is not None:
        return trailing(call, x, x.rank, lambda dims: (*dims, *dims))
    if call.option("halve") and x.rank is not None:
        return trailing(call, x, x.rank, lambda dims: dims[: len(dims) // 2])
    if x.rank == 1:
        return trailing(call, x, 1, lambda dims: (*dims, *dims))
    return trailing(call, x, min(x.rank or 2, 2), lambda dims: (fresh(),))


def image_transpose(call: OpCall) -> Value:
    """Height and width change places; the channels stay."""
    x = operand(call, call.first())
    return x if isinstance(x, Unknown) else trailing(call, x, 3, lambda dims: (dims[1], dims[0], dims[2]))


def image_crop(call: OpCall) -> Value:
    """Height and width become other sizes; the channels stay."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    height = call.machine.dim(call.get("target_height"))
    width = call.machine.dim(call.get("target_width"))
    new = (fresh() if height is None else height, fresh() if width is None else width)
    return trailing(call, x, 3, lambda dims: (*new, dims[2]), sign=x.sign)


def noise(call: OpCall) -> Value:
    """A random change of each entry: the shape stays."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    result = derived(x, x.dims, x.batch, random=True)
    call.event(events.RANDOM, tensor=result)
    return result


def pad_ones(call: OpCall) -> Value:
    """Theano's ``shape_padleft`` and ``shape_padright``: axes of size 1 on one side."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    count = call.constant("n_ones", default=1)
    if not isinstance(count, int) or not 0 <= count <= MOST_AXES:
        return call.unknown("the number of axes is not known")
    if call.option("right"):
        return trailing(call, x, 0, lambda dims: (1,) * count, sign=x.sign)
    dims = None if x.dims is None else (1,) * count + x.dims
    batch = x.batch
    if isinstance(batch, Along):
        moved = call.silent_event(events.CHANGED, before=x, after=dims, axis=0)
        batch = replace(batch, axis=batch.axis + count, moved=moved)
    return derived(x, dims, batch, sign=x.sign)


TRAILING: dict[str, Family] = {
    "last_two": last_two,
    "matrix_transpose": matrix_transpose,
    "last_axis": last_axis,
    "add_last": add_last,
    "drop_last": drop_last,
    "reduce_last": drop_last,
    "halve": scaled_last(1, 2),
    "double": scaled_last(2, 1),
    "repeat_vector": repeat_vector,
    "diagonal": diagonal,
    "diag_matrix": diag_matrix,
    "diag_vector": diag_vector,
    "image_transpose": image_transpose,
    "image_crop": image_crop,
    "noise": noise,
    "pad_ones": pad_ones,
}
