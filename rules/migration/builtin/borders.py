"""Steps and pixels cut off, added or repeated: Cropping, ZeroPadding, UpSampling, Resizing."""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Sequence, SliceValue, Tensor, Value

from .body import Body, Call, Found, integer, integers, show_tuple
from .pooling import doubtful

Pairs = list[tuple[int, int]]


def cropping(body: Body) -> Found | None:
    """Slices along the axes between the samples and the features."""
    call = body.call(body.result, "index")
    x = body.input
    if call is None or not body.is_input(call.values[0]) or not isinstance(x, Tensor) or x.dims is None:
        return None
    rank = len(x.dims)
    keys = _keys(call.get("key"), rank)
    if rank not in (3, 4, 5) or keys is None or (rank > 3 and doubtful(body)):
        return None
    pairs = [_cut(key, size) for key, size in zip(keys, x.dims)]
    if None in pairs or pairs[0] != (0, 0) or pairs[-1] != (0, 0):
        return None
    middle: Pairs = [pair for pair in pairs[1:-1] if pair is not None]
    if not any(first or last for first, last in middle):
        return None
    name = f"Cropping{rank - 2}D"
    return Found(name, f"{name}({_shown(middle)})")


def _keys(key: Value, rank: int) -> list[Value] | None:
    """The key for each axis."""
    keys = list(key.items or []) if isinstance(key, Sequence) and key.kind == "tuple" else [key]
    full = SliceValue(NONE, NONE, NONE)
    dots = [place for place, each in enumerate(keys) if each == Const(Ellipsis)]
    if dots:
        missing = rank - len(keys) + 1
        keys[dots[0] : dots[0] + 1] = [full] * missing
    keys += [full] * (rank - len(keys))
    return keys if len(keys) == rank and all(isinstance(each, SliceValue) for each in keys) else None


def _cut(key: Value, size: object) -> tuple[int, int] | None:
    """How many entries a slice leaves out at the front and at the end."""
    if not isinstance(key, SliceValue) or key.step not in (NONE, Const(1)):
        return None
    first = 0 if key.start == NONE else integer(key.start)
    stop = 0 if key.stop == NONE else integer(key.stop)
    if first is None or stop is None or first < 0:
        return None
    if key.stop == NONE:
        return first, 0
    if stop >= 0:
        if not isinstance(size, int) or stop <= first:
            return None
        stop = min(stop - size, 0)
    return first, -stop


def _shown(pairs: Pairs) -> str:
    """Amounts per axis, as short as the layers take them."""
    return show_tuple(pairs[0]) if len(pairs) == 1 else show_tuple(tuple(map(show_tuple, pairs)))


# --- ZeroPadding -----------------------------------------------------------------------------------


def padding(body: Body) -> Found | None:
    """Zeros around the axes between the samples and the features."""
    call = body.call(body.result, "pad", "temporal_padding", "spatial_2d_padding", "spatial_3d_padding")
    if call is None or not body.is_input(call.values[0]) or doubtful(body) or body.dialect == "keras1":
        return None
    if not call.only(data_format="channels_last") and call.get("data_format") != NONE:
        return None
    pairs = _pads(call) if call.word == "pad" else _spatial_pads(call)
    if pairs is None or not 1 <= len(pairs) <= 3 or min(min(pair) for pair in pairs) < 0:
        return None
    if all(first == last == pairs[0][0] for first, last in pairs):
        amount = str(pairs[0][0])
    else:
        amount = _shown(pairs)
    name = f"ZeroPadding{len(pairs)}D"
    return Found(name, f"{name}({amount})") if any(map(any, pairs)) else None


def _pads(call: Call) -> Pairs | None:
    mode, value = call.get("mode"), call.get("constant_values")
    plain = isinstance(mode, Const) and str(mode.value).upper() == "CONSTANT"
    pairs = _pairs(call.values[1])
    if not plain or value not in (NONE, Const(0), Const(0.0)) or pairs is None or len(pairs) < 3:
        return None
    return pairs[1:-1] if pairs[0] == pairs[-1] == (0, 0) else None


def _spatial_pads(call: Call) -> Pairs | None:
    if call.word == "temporal_padding":
        single = integers(call.get("padding"))
        return [(single[0], single[-1])] if single is not None and len(single) <= 2 else None
    pairs = _pairs(call.get("padding"))
    return pairs if pairs is not None and len(pairs) == (2 if "2d" in call.word else 3) else None


def _pairs(value: Value) -> Pairs | None:
    if isinstance(value, Tensor) or not isinstance(value, Sequence) or value.items is None:
        return None
    found: Pairs = []
    for item in value.items:
        pair = integers(item)
        if pair is None or len(pair) != 2:
            return None
        found.append((pair[0], pair[1]))
    return found


# --- UpSampling and Resizing -----------------------------------------------------------------------


def upsampling(body: Body) -> Found | None:
    """Entries repeated along the axes between the samples and the features."""
    if body.listed:
        return None
    call = body.call(body.result, "resize_images", "resize_volumes")
    if call is not None:
        return _by_factors(body, call)
    factors: dict[int, int] = {}
    rank, value = body.rank, body.result
    while not body.is_input(value):
        repeat = body.call(value, "repeat", "repeat_elements")
        axis = None if repeat is None else integer(repeat.get("axis"))
        count = None if repeat is None else integer(repeat.values[1])
        if repeat is None or axis is None or count is None or rank not in (3, 4, 5) or len(factors) > 3:
            return None
        if axis % rank in factors:
            return None
        factors[axis % rank] = count
        value = repeat.values[0]
    if rank is None or not factors or not set(factors) <= set(range(1, rank - 1)):
        return None
    if rank > 3 and doubtful(body):
        return None
    return _upsampling(tuple(factors.get(axis, 1) for axis in range(1, rank - 1)))


def _by_factors(body: Body, call: Call) -> Found | None:
    dimensions = 2 if call.word == "resize_images" else 3
    factors = [integer(value) for value in call.values[1 : 1 + dimensions]]
    if not body.is_input(call.values[0]) or None in factors or doubtful(body) or not body.floats:
        return None
    if call.get("data_format") != Const("channels_last") or body.dialect == "keras1":
        return None
    method = call.get("interpolation")
    extra = "" if method in (NONE, Const("nearest")) else ', interpolation="bilinear"'
    if extra and method != Const("bilinear"):
        return None
    return _upsampling(tuple(factor for factor in factors if factor is not None), extra)


def _upsampling(factors: tuple[int, ...], extra: str = "") -> Found | None:
    if min(factors) < 1 or max(factors) == 1:
        return None
    name = f"UpSampling{len(factors)}D"
    size = str(factors[0]) if len(factors) == 1 else show_tuple(factors)
    return Found(name, f"{name}({size}{extra})")


def resizing(body: Body) -> Found | None:
    """Images of another size, in the way of TensorFlow 2 and Keras 3."""
    call = body.call(body.result, "resize")
    text = body.layer.unit.text
    if call is None or not body.is_input(call.values[0]) or not body.floats or body.rank != 4:
        return None
    if "compat.v1" in text or "tf.Session" in text or "tf.placeholder" in text or doubtful(body):
        return None
    size = integers(call.get("size"))
    usual = call.only(preserve_aspect_ratio=False, antialias=False, align_corners=False)
    method = call.get("method", "interpolation")
    if size is None or len(size) != 2 or not usual or not isinstance(method, Const):
        return None
    if method.value not in ("bilinear", "nearest", "bicubic"):
        return None
    extra = "" if method.value == "bilinear" else f', interpolation="{method.value}"'
    return Found("Resizing", f"Resizing({size[0]}, {size[1]}{extra})")


RECOGNISERS = (cropping, padding, upsampling, resizing)
