"""Convolutions, pooling and the bias: the samples stay on the first axis, the sizes between change."""

from __future__ import annotations

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.ops.operands import broken, operand, ranked, whole_numbers
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.written import written_shape
from lambdalint.interp.tensors import Dims, common_dtype, meet_batches, result
from lambdalint.interp.values import (
    CONSTANT,
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
from lambdalint.layers.dims import Dim, add, ceildiv, floordiv, fresh, has_batch, maximum, mul, sub

_FIRST = ("channels_first", "th", "NCHW", "NCW", "NCDHW")


# --- arguments -------------------------------------------------------------------------------------


def _spatial_numbers(call: OpCall, value: Value, rank: int, default: int = 1) -> list[int | None]:
    """One number for each spatial axis; ``None`` for each that is not known.

    TensorFlow also writes one for the batch and one for the channels.
    """
    if value == NONE:
        return [default] * rank
    numbers = whole_numbers(value)
    if numbers is None:
        return [None] * rank
    if len(numbers) == rank + 2:
        numbers = numbers[2:] if _channels_first(call) else numbers[1:-1]
    if len(numbers) == 1:
        numbers = numbers * rank
    return list(numbers) if len(numbers) == rank else [None] * rank


def _channels_first(call: OpCall) -> bool:
    return call.constant("data_format", "dim_ordering") in _FIRST


def _padding(call: OpCall) -> str | None:
    word = call.constant("padding", "border_mode")
    return word.lower() if isinstance(word, str) else None


def _rank(call: OpCall, x: Tensor, kernel: Tensor | None, window: Value = NONE) -> int | None:
    """The number of spatial axes."""
    if option := call.option("rank"):
        return int(option)
    if kernel is not None and kernel.dims is not None:
        return len(kernel.dims) - 2
    if x.dims is not None:
        return len(x.dims) - 2
    numbers = whole_numbers(window) or ()
    return len(numbers) if len(numbers) in (2, 3) else None


def _split(call: OpCall, x: Tensor, rank: int) -> tuple[Dims, Dims, Dim]:
    """The leading, spatial and channel sizes.

    Raises:
        Impossible: the tensor has too few axes.
    """
    dims = x.dims or ()
    if len(dims) < rank + 2:
        call.impossible(f"it needs a tensor of {rank + 2} axes, and this one has {len(dims)}", before=x)
    kept = len(dims) - rank - 1
    if _channels_first(call):
        return dims[:kept], dims[kept + 1 :], dims[kept]
    return dims[:kept], dims[kept:-1], dims[-1]


def _joined(call: OpCall, outer: Dims, spatial: Dims, channels: Dim) -> Dims:
    return (*outer, channels, *spatial) if _channels_first(call) else (*outer, *spatial, channels)


def _window(
    call: OpCall, x: Tensor, size: Dim, window: Dim | None, stride: int | None, dilation: int | None = 1
) -> Dim:
    """The size of a spatial axis after a window has run along it."""
    padding = _padding(call)
    if stride is None or stride <= 0 or padding not in ("same", "valid", "causal"):
        return fresh()
    if padding in ("same", "causal"):
        return ceildiv(size, stride)
    if window is None or dilation is None or has_batch(window):
        # No kernel has a row for each sample on purpose: nothing is known of a result that has fewer.
        return fresh()
    reach = add(mul(sub(window, 1), dilation), 1)
    room = sub(size, reach)
    if isinstance(room, int) and room < 0:
        if dilation != 1:
            return fresh()
        call.impossible(f"a window of {reach} does not fit into an axis of {size}", before=x)
    return add(floordiv(room, stride), 1)


# --- where the samples go --------------------------------------------------------------------------


def _batch(call: OpCall, x: Tensor, kernel: Tensor | Unknown | None, rank: int, dims: Dims) -> Batch:
    summed = kernel is not None and not call.option("depthwise")
    weights: Batch | None = kernel.batch if isinstance(kernel, Tensor) else None
    if weights is not None and not isinstance(weights, (Constant, Along)):
        return meet_batches((x.batch, weights))
    if isinstance(kernel, Unknown) and kernel.inputs:
        return Unsure("the kernel is not known", carries=True)
    batch = x.batch
    if isinstance(batch, (Broken, Unsure)):
        return batch
    if isinstance(weights, Along) and isinstance(kernel, Tensor):
        if isinstance(batch, Along) and batch.axis == 0:
            return broken(call, events.MIXED, kernel, dims, weights.axis)
        return Unsure("a kernel for each sample", carries=True)
    if not isinstance(batch, Along) or batch.axis < len(dims) - rank - 1:
        return batch
    if batch.axis == _channel_axis(call, len(dims), rank) and not summed:
        return batch if kernel is None else Unsure("channels are samples", carries=True)
    return broken(call, events.MIXED, x, dims, batch.axis)


def _channel_axis(call: OpCall, count: int, rank: int) -> int:
    return count - rank - 1 if _channels_first(call) else count - 1


# --- convolution -----------------------------------------------------------------------------------


def conv(call: OpCall) -> Value:
    """A convolution; options ``transposed``, ``depthwise``, ``separable`` and the spatial ``rank=``."""
    x, kernel = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(x, Unknown):
        return x
    rank = _rank(call, x, kernel if isinstance(kernel, Tensor) else None)
    if rank is None or rank < 1:
        return result([x, kernel], None, _unplaced(x, kernel), dtype=x.dtype)
    x = ranked(x, rank + 2)
    outer, spatial, channels = _split(call, x, rank)
    sizes = _kernel(call, kernel, rank)
    _check_channels(call, x, channels, sizes, rank)
    if call.option("transposed"):
        new, out = _transposed(call, spatial, sizes, rank)
        dims = _joined(call, outer, new, out)
        batch = _batch(call, x, kernel, rank, dims)
        return _written_output(call, x, result([x, kernel], dims, batch, dtype=x.dtype))
    _check_channels(call, x, channels, sizes, rank)
    dims = _joined(
        call, outer, _strided(call, x, spatial, sizes, rank), _channels(call, channels, sizes, rank)
    )
    return result([x, kernel], dims, _batch(call, x, kernel, rank, dims), dtype=x.dtype)


def _unplaced(x: Tensor, kernel: Tensor | Unknown) -> Batch:
    """The batch where the number of spatial axes is not known."""
    weights = kernel.batch if isinstance(kernel, Tensor) else CONSTANT
    if isinstance(weights, Broken):
        return meet_batches((x.batch, weights))
    plain = isinstance(weights, Constant) and not (isinstance(kernel, Unknown) and kernel.inputs)
    return x.batch if plain and _leads(x) else Unsure("the rank is not known", carries=True)


def _leads(x: Tensor) -> bool:
    return not isinstance(x.batch, Along) or x.batch.axis == 0


def _kernel(call: OpCall, kernel: Tensor | Unknown, rank: int) -> Dims | None:
    """The sizes of the kernel: spatial ones, then two of channels.

    Raises:
        Impossible: it has another number of axes.
    """
    if isinstance(kernel, Unknown) or kernel.dims is None:
        return None
    if len(kernel.dims) != rank + 2:
        call.impossible(f"the kernel needs {rank + 2} axes, and it has {len(kernel.dims)}", before=kernel)
    if call.constant("data_format") == "th":
        # Keras 1 keeps kernels as (out, in, height, width) then.
        return (*kernel.dims[2:], kernel.dims[1], kernel.dims[0])
    return kernel.dims


def _check_channels(call: OpCall, x: Tensor, channels: Dim, sizes: Dims | None, rank: int) -> None:
    """Compare the channels of the tensor with those that the kernel takes.

    Raises:
        Impossible: they differ, and it is no convolution in groups.
    """
    if sizes is None:
        return
    wanted, out = sizes[rank:] if not call.option("transposed") else sizes[: rank - 1 : -1]
    if not isinstance(wanted, int) or not isinstance(channels, int) or wanted == channels:
        return
    grouped = wanted > 0 and not any(map(call.option, ("depthwise", "separable", "transposed")))
    if grouped and channels % wanted == 0 and (not isinstance(out, int) or out % (channels // wanted) == 0):
        return
    call.impossible(f"the kernel takes {wanted} channels, and the tensor has {channels}", before=x)


def _channels(call: OpCall, channels: Dim, sizes: Dims | None, rank: int) -> Dim:
    """The number of channels of the result."""
    if call.option("separable"):
        pointwise = operand(call, call.get("pointwise_kernel", "pointwise_filter"))
        known = isinstance(pointwise, Tensor) and pointwise.dims
        return pointwise.dims[-1] if isinstance(pointwise, Tensor) and known else fresh()  # type: ignore[index]
    if sizes is None or (call.option("depthwise") and any(map(has_batch, sizes[:rank]))):
        # A kernel as long as the batch may be longer than what it is laid on.
        return fresh()
    return mul(channels, sizes[rank + 1]) if call.option("depthwise") else sizes[rank + 1]


def _strided(call: OpCall, x: Tensor, spatial: Dims, sizes: Dims | None, rank: int) -> Dims:
    strides = _spatial_numbers(call, call.get("strides", "stride"), rank)
    dilations = _spatial_numbers(call, call.get("dilation_rate", "dilations", "rate"), rank)
    windows: list[Dim | None] = [None] * rank if sizes is None else list(sizes[:rank])
    return tuple(
        _window(call, x, size, window, stride, dilation)
        for size, window, stride, dilation in zip(spatial, windows, strides, dilations)
    )


def _transposed(call: OpCall, spatial: Dims, sizes: Dims | None, rank: int) -> tuple[Dims, Dim]:
    """The spatial sizes and channels of a transposed convolution."""
    out = fresh() if sizes is None else sizes[rank]
    shape = call.get("output_shape")
    if shape != NONE:
        written, _ = written_shape(call, _without_batch(shape))
        if written is None or len(written) not in (rank, rank + 1):
            return tuple(fresh() for _ in spatial), out
        if len(written) == rank:
            return written, out
        return (written[1:], written[0]) if _channels_first(call) else (written[:-1], written[-1])
    strides = _spatial_numbers(call, call.get("strides", "stride"), rank)
    plain = _spatial_numbers(call, call.get("dilation_rate", "dilations"), rank) == [1] * rank
    known = plain and call.get("output_padding") == NONE and sizes is not None
    if not known or sizes is None:
        return tuple(fresh() for _ in spatial), out
    return tuple(_grown(call, *each) for each in zip(spatial, sizes, strides)), out


def _without_batch(shape: Value) -> Value:
    if isinstance(shape, Sequence) and shape.items is not None:
        return Sequence(shape.kind, shape.items[1:])
    if isinstance(shape, Tensor) and isinstance(shape.content, tuple):
        return shape.but(dims=(len(shape.content) - 1,), content=shape.content[1:])
    return Unknown("the shape is not known")


def _grown(call: OpCall, size: Dim, window: Dim, stride: int | None) -> Dim:
    padding = _padding(call)
    if stride is None or padding not in ("same", "valid"):
        return fresh()
    longer = mul(size, stride)
    return longer if padding == "same" else add(longer, maximum(sub(window, stride), 0))


def _written_output(call: OpCall, x: Tensor, made: Tensor) -> Tensor:
    """The result of a transposed convolution whose output shape writes the number of samples."""
    shape = call.get("output_shape")
    first = shape.items[0] if isinstance(shape, Sequence) and shape.items else NONE
    if isinstance(shape, Tensor) and isinstance(shape.content, tuple) and shape.content:
        first = Const(shape.content[0]) if isinstance(shape.content[0], int) else NONE
    rows = x.dims[0] if x.dims else 1
    if not isinstance(made.batch, Along) or not has_batch(rows) or not isinstance(first, (Const, Unknown)):
        return made
    written = call.machine.dim(first)
    if (
        written is None
        or (isinstance(written, int) and written < 0)
        or (isinstance(first, Unknown) and first.inputs)
    ):
        return made
    return made.but(batch=broken(call, events.FIXED, x, made.dims, 0, size=written))


# --- pooling and bias ------------------------------------------------------------------------------


def pool(call: OpCall) -> Value:
    """The largest or the mean entry of a window."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    window = call.get("pool_size", "ksize", "window_shape")
    rank = _rank(call, x, None, window)
    if rank is None or rank < 1:
        unplaced = x.batch if _leads(x) else Unsure("the rank is not known", carries=True)
        return result([x], None, unplaced, dtype=x.dtype, sign=signs.average(x.sign))
    x = ranked(x, rank + 2)
    outer, spatial, channels = _split(call, x, rank)
    windows = _spatial_numbers(call, window, rank)
    strides = _spatial_numbers(call, call.get("strides"), rank)
    if call.get("strides") == NONE and "pool_size" in call.args:
        strides = windows
    dilations = _spatial_numbers(call, call.get("dilations"), rank)
    new = tuple(
        _window(call, x, size, width, stride, dilation)
        for size, width, stride, dilation in zip(spatial, windows, strides, dilations)
    )
    dims = _joined(call, outer, new, channels)
    is_each_entry = all(number == 1 for number in (*windows, *strides))
    batch = x.batch if is_each_entry else _batch(call, x, None, rank, dims)
    return result([x], dims, batch, dtype=x.dtype, sign=signs.average(x.sign))


def bias_add(call: OpCall) -> Value:
    """A bias for each channel added."""
    x, bias = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(x, Unknown):
        return x
    if isinstance(bias, Unknown):
        batch: Batch = Unsure("the bias is not known", carries=True) if bias.inputs else x.batch
        return result([x, bias], x.dims, batch, dtype=x.dtype)
    if _channels_first(call) and x.rank is not None and bias.rank == 1:
        bias = bias.but(dims=(*(bias.dims or ()), *(1,) * max(0, x.rank - 2)), made=bias.made)
    dims, batch = broadcast(call, [x, bias])
    dtype = common_dtype((x.dtype, bias.dtype))
    return result([x, bias], dims, batch, dtype=dtype, sign=signs.add(x.sign, bias.sign))


CONVOLUTIONS: dict[str, Family] = {"conv": conv, "pool": pool, "bias_add": bias_add}
