"""Means and maxima over space: GlobalAveragePooling, GlobalMaxPooling, AveragePooling, MaxPooling."""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Value

from .body import Body, Call, Found, integers, rank_of, show_tuple
from .ranks import declared_rank, guarded_rank

_KINDS = {"mean": "Average", "max": "Max"}
_WINDOWS = {
    "max_pool": "Max", "avg_pool": "Average", "average_pool": "Average", "pool2d": "", "pool3d": "",
    "max_pool1d": "Max", "max_pool2d": "Max", "max_pool3d": "Max",
    "avg_pool1d": "Average", "avg_pool2d": "Average", "avg_pool3d": "Average",
}  # fmt: skip


def global_pooling(body: Body) -> Found | None:
    """A mean or maximum over exactly the axes between the samples and the features."""
    call = body.call(body.result, *_KINDS)
    if call is None or body.listed or not body.floats:
        return None
    rank = body.rank or guarded_rank(body.layer, body.application) or _declared(body, call)
    if rank not in (3, 4, 5):
        return None
    kept = call.get("keepdims") == Const(True)
    axes = _reduced(body, call, rank)
    if axes is None:
        return None
    name = f"Global{_KINDS[call.word]}Pooling{rank - 2}D"
    arguments = ["keepdims=True"] if kept else []
    first = axes == set(range(2, rank)) and rank > 3
    if not first and axes != set(range(1, rank - 1)):
        return None
    if body.dialect == "keras1":
        # Keras 1 has two dimensions at the most, and another name for the order, with a default of its own.
        if kept or rank > 4:
            return None
        arguments = [f'dim_ordering="{"th" if first else "tf"}"'] if rank > 3 else []
    elif rank > 3 and (first or doubtful(body)):
        arguments.insert(0, f'data_format="channels_{"first" if first else "last"}"')
    return Found(name, f"{name}({', '.join(arguments)})", since="2.6" if kept else "")


def _declared(body: Body, call: Call) -> int | None:
    """The rank of an input whose one reduction gives a result of declared rank."""
    rank, axes = declared_rank(body.layer, body.application), integers(call.get("axis"))
    if rank is None or axes is None or not body.is_input(call.values[0]):
        return None
    return rank + (0 if call.get("keepdims") == Const(True) else len(axes))


def doubtful(body: Body) -> bool:
    """Whether the code speaks of images with the channels first, which may then be Keras's default."""
    text = body.layer.unit.text
    return "channels_first" in text or "set_image_dim_ordering" in text or "set_image_data_format" in text


def _reduced(body: Body, call: Call, rank: int) -> set[int] | None:
    """The axes of the input over which one or several calls of one reduction run."""
    chain: list[Call] = []
    value = call.step.result
    while not body.is_input(value):
        inner = body.call(value, call.word)
        if inner is None or len(chain) > 4 or inner.get("initial") != NONE:
            return None
        if inner.get("keepdims") not in (NONE, call.get("keepdims")):
            return None
        chain.append(inner)
        value = inner.values[0]
    kept = call.get("keepdims") == Const(True)
    if not kept and call.get("keepdims") not in (NONE, Const(False)):
        return None
    left, gone = list(range(rank)), set()
    for each in reversed(chain):
        axes = integers(each.get("axis"))
        if axes is None or any(not -len(left) <= axis < len(left) for axis in axes):
            return None
        places = {left[axis] for axis in axes}
        gone |= places
        left = left if kept else [axis for axis in left if axis not in places]
    return gone


# --- windows ---------------------------------------------------------------------------------------


def window_pooling(body: Body) -> Found | None:
    """A mean or maximum over a sliding window."""
    call = body.call(body.result, *_WINDOWS)
    if call is None or not body.is_input(call.values[0]) or not body.floats or body.dialect == "keras1":
        return None
    rank = _spatial(body, call)
    kind = _WINDOWS[call.word] or {"max": "Max", "avg": "Average"}.get(_text(call.get("pool_mode")), "")
    if rank is None or not kind:
        return None
    padding = _text(call.get("padding")).lower()
    size = _window(call.get("ksize", "pool_size"), rank)
    strides = size if call.get("strides") == NONE else _window(call.get("strides"), rank)
    if size is None or strides is None or padding not in ("valid", "same"):
        return None
    layout = _text(call.get("data_format")).lower()
    if layout not in ("", "nwc", "nhwc", "ndhwc", "channels_last") or doubtful(body):
        return None
    arguments = [_shown(size)]
    if strides != size:
        arguments.append(f"strides={_shown(strides)}")
    if padding == "same":
        arguments.append('padding="same"')
    name = f"{kind}Pooling{rank}D"
    return Found(name, f"{name}({', '.join(arguments)})")


def _spatial(body: Body, call: Call) -> int | None:
    for rank in (1, 2, 3):
        if call.word.endswith(f"{rank}d"):
            return rank
    size = integers(call.get("ksize"))
    known = rank_of(body.result) or body.rank or (len(size) if size is not None else None)
    return known - 2 if known in (3, 4, 5) else None


def _window(value: Value, rank: int) -> tuple[int, ...] | None:
    sizes = integers(value)
    if sizes is None:
        return None
    if len(sizes) == 1:
        return sizes * rank
    if len(sizes) == rank + 2:
        return sizes[1:-1] if sizes[0] == sizes[-1] == 1 else None
    return sizes if len(sizes) == rank else None


def _shown(sizes: tuple[int, ...]) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else show_tuple(sizes)


def _text(value: Value) -> str:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""


RECOGNISERS = (global_pooling, window_pooling)
