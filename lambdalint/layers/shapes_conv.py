"""Output shapes of layers over signals, pictures and volumes: convolution, pooling, padding, scaling."""

from __future__ import annotations

from functools import partial

from lambdalint.layers.binding import UNKNOWN
from lambdalint.layers.dims import Dim, add, ceildiv, floordiv, fresh, maximum, mul, sub
from lambdalint.layers.shapes_base import Config, Impossible, Result, Rule, Shape, as_dim, image, known


def window_length(
    size: Dim, kernel: Dim | None, stride: Dim | None, dilation: Dim | None, padding: object
) -> Dim:
    """How many windows fit: the length after a convolution or a pooling.

    Raises Impossible where the window is certainly longer than the padded input.
    """
    mode = padding.lower() if isinstance(padding, str) else None
    if stride is None or stride == 0:
        return fresh()
    if mode in ("same", "causal"):
        return ceildiv(size, stride)
    if kernel is None or dilation is None or mode not in ("valid", "full"):
        return fresh()
    reach = add(mul(sub(kernel, 1), dilation), 1)
    if mode == "full":
        return ceildiv(sub(add(size, reach), 1), stride)
    room = sub(size, reach)
    if isinstance(room, int) and room < 0:
        raise Impossible(f"a window of {reach} does not fit into {size}")
    return add(floordiv(room, stride), 1)


def _lengths(config: Config, space: tuple[Dim, ...]) -> tuple[Dim, ...]:
    rank = len(space)
    kernel, stride = config.sizes("kernel_size", rank), config.sizes("strides", rank, 1)
    dilation, padding = config.sizes("dilation_rate", rank, 1), config.get("padding", "valid")
    return tuple(window_length(n, k, s, d, padding) for n, k, s, d in zip(space, kernel, stride, dilation))


def conv(rank: int, config: Config, shape: Shape) -> Result:
    """Conv, SeparableConv, LocallyConnected."""
    if shape is None and rank == 1:
        return None  # Conv1D takes more batch axes, as for the letters of words
    axes = image(shape, rank, config.data_format())
    return axes.shape(_lengths(config, axes.space), config.dim("filters"))


def _depthwise(rank: int, config: Config, shape: Shape) -> Result:
    axes = image(shape, rank, config.data_format())
    return axes.shape(_lengths(config, axes.space), mul(axes.channels, config.dim("depth_multiplier", 1)))


def _spread(
    size: Dim, kernel: Dim | None, stride: Dim | None, dilation: Dim | None, extra: object, padding: object
) -> Dim:
    mode = padding.lower() if isinstance(padding, str) else None
    if stride is None or mode not in ("same", "valid") or extra is UNKNOWN:
        return fresh()
    if mode == "same" and extra is None:
        return mul(size, stride)
    if kernel is None or dilation is None:
        return fresh()
    reach = add(mul(sub(kernel, 1), dilation), 1)
    if extra is None:
        return add(mul(size, stride), maximum(sub(reach, stride), 0))
    margin = mul(2, floordiv(reach, 2)) if mode == "same" else 0
    return add(add(sub(mul(sub(size, 1), stride), margin), reach), as_dim(extra))


def _transposed(rank: int, config: Config, shape: Shape) -> Result:
    axes = image(shape, rank, config.data_format())
    if (target := config.get("output_shape")) is not None:  # Keras 1 has it written out
        return axes.shape(_written(target, rank, axes.layout), config.dim("filters"))
    kernel, stride = config.sizes("kernel_size", rank), config.sizes("strides", rank, 1)
    dilation, padding = config.sizes("dilation_rate", rank, 1), config.get("padding", "valid")
    if rank == 3:  # Keras 2 ignores the dilation here
        dilation = tuple(1 if step == 1 else None for step in dilation)
    given = config.get("output_padding")
    extra: list[object] = [None] * rank
    if given is not None:
        extra = [UNKNOWN if one is None else one for one in config.sizes("output_padding", rank)]
    windows = zip(axes.space, kernel, stride, dilation, extra)
    return axes.shape(tuple(_spread(*window, padding) for window in windows), config.dim("filters"))


def _written(target: object, rank: int, layout: str | None) -> tuple[Dim, ...]:
    if not isinstance(target, (list, tuple)) or len(target) != rank + 2 or layout is None:
        return tuple(fresh() for _ in range(rank))
    space = target[2:] if layout == "channels_first" else target[1:-1]
    return tuple(as_dim(size) for size in space)


def _pooling(rank: int, config: Config, shape: Shape) -> Result:
    axes = image(shape, rank, config.data_format())
    pool = config.sizes("pool_size", rank, 2)
    stride = pool if config.get("strides") is None else config.sizes("strides", rank)
    padding = config.get("padding", "valid")
    lengths = tuple(window_length(n, k, s, 1, padding) for n, k, s in zip(axes.space, pool, stride))
    return axes.shape(lengths, axes.channels)


def _global_pooling(rank: int, config: Config, shape: Shape) -> Result:
    axes = image(shape, rank, config.data_format())
    keep = config.flag("keepdims")
    if keep is None:
        return None
    return axes.shape((1,) * rank, axes.channels) if keep else (axes.batch, axes.channels)


def _adaptive_pooling(rank: int, config: Config, shape: Shape) -> Result:
    axes = image(shape, rank, config.data_format())
    sizes = config.sizes("output_size", rank)
    return axes.shape(tuple(as_dim(size) for size in sizes), axes.channels)


def _upsampling(rank: int, config: Config, shape: Shape) -> Result:
    axes = image(shape, rank, "channels_last" if rank == 1 else config.data_format())
    factors = config.sizes("size", rank, 2)
    space = tuple(fresh() if factor is None else mul(n, factor) for n, factor in zip(axes.space, factors))
    return axes.shape(space, axes.channels)


def _margins(value: object, rank: int) -> list[tuple[Dim, Dim] | None]:
    if (size := known(value)) is not None:
        return [(size, size)] * rank
    if not isinstance(value, (list, tuple)):
        return [None] * rank
    if rank == 1:
        value = (value,) if len(value) == 2 else (tuple(value) * 2,) if len(value) == 1 else value
    if rank == 2 and len(value) == 4:  # Keras 1: top, bottom, left, right
        value = (value[:2], value[2:])
    if len(value) != rank:
        return [None] * rank
    return [_margin(one) for one in value]


def _margin(value: object) -> tuple[Dim, Dim] | None:
    if (size := known(value)) is not None:
        return (size, size)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    before, after = known(value[0]), known(value[1])
    return None if before is None or after is None else (before, after)


def _padding(rank: int, config: Config, shape: Shape) -> Result:
    axes = image(shape, rank, config.data_format())
    margins = _margins(config.get("padding", 1), rank)
    space = tuple(
        fresh() if margin is None else add(size, add(*margin)) for size, margin in zip(axes.space, margins)
    )
    return axes.shape(space, axes.channels)


def _cropping(rank: int, config: Config, shape: Shape) -> Result:
    axes = image(shape, rank, "channels_last" if rank == 1 else config.data_format())
    margins = _margins(config.get("cropping", 0 if rank == 2 else 1), rank)
    space = []
    for size, margin in zip(axes.space, margins):
        left = fresh() if margin is None else sub(size, add(*margin))
        if isinstance(left, int) and left <= 0:
            raise Impossible(f"nothing is left of {size} after cropping")
        space.append(left)
    return axes.shape(tuple(space), axes.channels)


def _picture(config: Config, shape: Shape) -> Result:
    if shape is None or len(shape) not in (3, 4):
        return None
    height, width = config.dim("height"), config.dim("width")
    layout = config.data_format()
    if layout is None:
        return tuple(fresh() for _ in shape) if len(shape) == 3 else (shape[0], fresh(), fresh(), fresh())
    lead = shape[:-3]
    if layout == "channels_first":
        return (*lead, shape[-3], height, width)
    return (*lead, height, width, shape[-1])


def _free(axis: int, config: Config, shape: Shape) -> Result:
    if shape is None or len(shape) not in (3, 4):
        return None
    sizes = list(shape)
    sizes[axis] = fresh(dynamic=True)
    return tuple(sizes)


RULES: dict[str, Rule] = {
    "Resizing": _picture,
    "CenterCrop": _picture,
    "RandomCrop": _picture,
    "RandomHeight": partial(_free, -3),
    "RandomWidth": partial(_free, -2),
}
for _rank in (1, 2, 3):
    for _name, _rule in {
        "Conv{}D": conv,
        "SeparableConv{}D": conv,
        "LocallyConnected{}D": conv,
        "DepthwiseConv{}D": _depthwise,
        "Conv{}DTranspose": _transposed,
        "MaxPooling{}D": _pooling,
        "AveragePooling{}D": _pooling,
        "GlobalMaxPooling{}D": _global_pooling,
        "GlobalAveragePooling{}D": _global_pooling,
        "AdaptiveMaxPooling{}D": _adaptive_pooling,
        "AdaptiveAveragePooling{}D": _adaptive_pooling,
        "UpSampling{}D": _upsampling,
        "ZeroPadding{}D": _padding,
        "Cropping{}D": _cropping,
    }.items():
        RULES[_name.format(_rank)] = partial(_rule, _rank)
