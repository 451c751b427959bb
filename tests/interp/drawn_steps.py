"""Steps of random bodies for the families that have rules of their own."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lambdalint.layers.dims import Dim
from tests.interp.building import Builder, Step
from tests.interp.programs import BatchSize

_UNARY = [
    "tensorflow.exp",
    "tensorflow.abs",
    "tensorflow.square",
    "tensorflow.nn.relu",
    "tensorflow.sigmoid",
    "tensorflow.sqrt",
    "tensorflow.tanh",
    "keras.backend.softplus",
    "tensorflow.math.log1p",
    "keras.ops.relu6",
    "tensorflow.zeros_like",
    "tensorflow.ones_like",
    "tensorflow.stop_gradient",
    "tensorflow.math.rsqrt",
    "keras.backend.sqrt",
    "tensorflow.math.reciprocal",
    "keras.ops.negative",
]
_REDUCE = [
    "tensorflow.reduce_sum",
    "tensorflow.reduce_mean",
    "tensorflow.reduce_max",
    "keras.backend.sum",
    "keras.backend.mean",
    "keras.backend.std",
    "keras.ops.max",
    "keras.ops.prod",
    "keras.backend.var",
    "tensorflow.reduce_logsumexp",
    "tensorflow.norm",
    "keras.backend.min",
]
_ALONG = [
    "keras.backend.softmax",
    "keras.backend.l2_normalize",
    "keras.backend.cumsum",
    "tensorflow.nn.log_softmax",
    "tensorflow.cumsum",
    "keras.ops.softmax",
    "keras.ops.cumsum",
    "keras.ops.flip",
    "keras.ops.sort",
    "tensorflow.reverse",
    "keras.backend.reverse",
    "keras.ops.normalize",
]
_ZIP = [
    "tensorflow.add",
    "tensorflow.subtract",
    "tensorflow.multiply",
    "tensorflow.maximum",
    "tensorflow.minimum",
    "keras.ops.divide",
    "tensorflow.math.squared_difference",
]


def _unary_step(b: Builder) -> Step:
    ref, _ = b.tensor()
    return b.of(_UNARY), (ref,), {}


def _binary_step(b: Builder) -> Step:
    left, _ = b.tensor()
    right: Any = b.draw(st.one_of(st.just(None), st.sampled_from([2.0, 0.5, -1.0, 0.0, 1e-7])))
    if right is None:
        right, _ = b.tensor()
    if b.chance():
        return f"binary:{b.of(['+', '-', '*', '/', '>'])}", (left, right), {}
    return b.of(_ZIP), (left, right), {}


def _reduce_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    axis: Any = b.of(["one", "one", "one", "two", None])
    if axis == "one":
        axis = b.axis(x)
    elif axis == "two":
        axis = [b.axis(x), b.axis(x)]
        if len({each % max(x.rank or 1, 1) for each in axis}) == 1:
            axis = axis[:1]
    return b.of(_REDUCE), (ref,), {"axis": axis, "keepdims": b.chance()}


def _along_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    name = b.of(_ALONG)
    axis: Any = b.axis(x)
    if name.endswith("reverse"):
        return name, (ref, [axis]), {}
    return name, (ref,), {"axis": axis} if b.chance() or name.endswith("flip") else {}


def _move_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    order = b.draw(st.permutations(range(x.rank or 1)))
    kind = b.number(0, 4)
    if kind == 0:
        return "tensorflow.transpose", (ref,), {}
    if kind == 1:
        return "keras.ops.swapaxes", (ref, b.axis(x), b.axis(x)), {}
    if kind == 2:
        return "keras.ops.moveaxis", (ref, b.axis(x), b.axis(x)), {}
    if kind == 3:
        return "keras.ops.roll", (ref, 1), {"axis": b.axis(x)}
    return "tensorflow.transpose", (ref, list(order)), {}


def _reshape_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    dims = list(x.dims or ())
    entries: list[Any] = []
    for dim in dims:
        entries.append(dim if isinstance(dim, int) else BatchSize())
    kind = b.number(0, 5)
    if kind == 0:
        return "tensorflow.reshape", (ref, [-1]), {}
    if kind == 1:
        return "keras.backend.batch_flatten", (ref,), {}
    if kind == 2:
        return "keras.backend.flatten", (ref,), {}
    if kind == 3:
        return "tensorflow.reshape", (ref, [-1, b.size(), b.size()]), {}
    if kind == 4 and len(entries) > 1:
        at = b.number(0, len(entries) - 2)
        merged: list[Any] = [*entries[:at], -1, *entries[at + 2 :]]
        return "tensorflow.reshape", (ref, merged), {}
    at = b.number(0, len(entries) - 1)
    order = b.draw(st.permutations([*entries[:at], -1, *entries[at + 1 :]]))
    return "tensorflow.reshape", (ref, list(order)), {}


def _size_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    rank = x.rank or 1
    kind = b.number(0, 5)
    if kind == 0:
        return "keras.backend.expand_dims", (ref,), {"axis": b.number(-rank - 1, rank)}
    if kind == 1:
        return "tensorflow.squeeze", (ref,), {"axis": [b.axis(x)]}
    if kind == 2:
        return "tensorflow.tile", (ref, [b.of([1, 1, 2]) for _ in range(rank)]), {}
    if kind == 3:
        return "tensorflow.repeat", (ref, b.of([1, 2, 3])), {"axis": b.axis(x)}
    if kind == 4:
        pads = [[b.of([0, 0, 1]), b.of([0, 0, 2])] for _ in range(rank)]
        return "tensorflow.pad", (ref, pads), {}
    return "keras.backend.repeat_elements", (ref, 2, b.axis(x)), {}


def _key(b: Builder, dim: Dim) -> Any:
    whole = slice(None)
    if not isinstance(dim, int):
        return b.draw(
            st.sampled_from(
                [
                    whole,
                    whole,
                    whole,
                    0,
                    -1,
                    slice(1, None),
                    slice(None, BatchSize()),
                    slice(None, None, -1),
                    slice(None, 2),
                    slice(None, None, 2),
                ]
            )
        )
    bound = st.one_of(st.none(), st.integers(-dim, dim))
    kind = b.number(0, 3)
    if kind == 0:
        return b.number(-dim - 1, dim)
    if kind == 1:
        return slice(b.draw(bound), b.draw(bound), b.of([None, 1, 2, -1]))
    return whole


def _subscript_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    dims = x.dims or ()
    count = b.number(1, len(dims))
    keys: list[Any] = [_key(b, dim) for dim in dims[:count]]
    if b.chance(3):
        back = b.number(1, len(dims))
        keys = [Ellipsis, *(_key(b, dim) for dim in dims[-back:])]
    if b.chance(3):
        keys.insert(b.number(0, len(keys)), None)
    return "subscript:", (ref, tuple(keys) if len(keys) > 1 or b.chance() else keys[0]), {}


def _pick_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    rank = x.rank or 1
    axis = b.axis(x)
    kind = b.number(0, 5)
    if kind == 0:
        return (
            "tensorflow.gather",
            (ref, b.of([0, [0], [0, 0], [[0], [0]]])),
            {"axis": axis},
        )
    if kind == 1:
        return (
            "item:tensorflow.split",
            (b.number(0, 3), ref, b.of([1, 2, 3])),
            {"axis": axis},
        )
    if kind == 2:
        return "item:tensorflow.unstack", (b.number(0, 3), ref), {"axis": axis}
    if kind == 3:
        begin = [b.of([0, 0, 0, 1]) for _ in range(rank)]
        return (
            "tensorflow.slice",
            (ref, begin, [b.of([-1, -1, 1]) for _ in range(rank)]),
            {},
        )
    if kind == 4:
        return "item:tensorflow.math.top_k", (b.number(0, 1), ref), {"k": 1}
    return "keras.backend.argmax", (ref,), {"axis": axis}


def _join_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    other, _ = b.tensor(1)
    second = other if b.chance() else ref
    name = b.draw(
        st.sampled_from(
            ["tensorflow.stack", "keras.backend.concatenate", "tensorflow.concat", "keras.ops.stack"]
        )
    )
    kwargs: dict[str, Any] = {"axis": b.axis(x)}
    return name, ([ref, second],), kwargs


def _product_step(b: Builder) -> Step:
    left, x = b.tensor(2)
    right, y = b.tensor(2)
    kind = b.number(0, 5)
    if kind == 0:
        flags = {"transpose_a": b.chance(), "transpose_b": b.chance()}
        return "tensorflow.matmul", (left, right), flags
    if kind == 1:
        return "keras.backend.dot", (left, right), {}
    if kind == 2:
        return (
            "keras.backend.batch_dot",
            (left, right),
            {"axes": b.of([None, 1, 2, [1, 2], [2, 1]])},
        )
    if kind == 3:
        return (
            "tensorflow.tensordot",
            (left, right, b.of([1, [[1], [1]], [[-1], [-1]], [[0], [0]]])),
            {},
        )
    if kind == 4:
        letters = "bijk"
        first = "".join(b.draw(st.permutations(letters[: x.rank])))
        second = "".join(b.draw(st.permutations(letters[: y.rank])))
        pool = sorted(set(first + second))
        out = "".join(b.draw(st.permutations(pool))[: b.number(0, len(pool))])
        return "tensorflow.einsum", (f"{first},{second}->{out}", left, right), {}
    return "binary:@", (left, right), {}


def _create_step(b: Builder) -> Step:
    sizes: list[Any] = [b.size() for _ in range(b.number(0, 3))]
    if b.chance():
        sizes.insert(0, BatchSize())
    return b.of(["tensorflow.ones", "tensorflow.zeros"]), (sizes,), {}


def _choice_step(b: Builder) -> Step:
    ref, x = b.tensor()
    other, _ = b.tensor()
    kind = b.number(0, 4)
    if kind == 0:
        return "keras.backend.clip", (ref, b.of([-1.0, 0.0, 1e-7]), 2.0), {}
    if kind == 1:
        mask = b.last("bool")
        if mask is not None:
            return "tensorflow.where", (mask, ref, other), {}
        return "binary:>", (ref, other), {}
    if kind == 2:
        return "tensorflow.cast", (ref, b.of(["int32", "bool", "float64"])), {}
    if kind == 3:
        whole = b.last("int32", "int64")
        if whole is not None:
            return "tensorflow.one_hot", (whole, 3), {"axis": b.of([-1, 0, 1])}
        return "tensorflow.argmax", (ref,), {"axis": b.axis(x)}
    mask = b.last("bool")
    return "tensorflow.cast", (mask or ref, "float32"), {}


def _window_step(b: Builder) -> Step:
    ref, x = b.tensor(3)
    rank = (x.rank or 3) - 2
    spatial = [dim if isinstance(dim, int) else 1 for dim in (x.dims or (1, 1, 1))[1:-1]]
    # A window larger than an axis ends the process in some kernels.
    window = b.draw(st.integers(1, max(min(spatial, default=1), 1)))
    padding = b.of(["valid", "same"])
    if rank == 2 and b.chance():
        return "keras.backend.pool2d", (ref, (window, window)), {"padding": padding}
    if rank == 2 and b.chance():
        return "keras.backend.resize_images", (ref, 2, 3, "channels_last"), {}
    if rank == 2 and b.chance():
        return "tensorflow.image.resize", (ref, (b.size(), b.size())), {}
    if rank == 1 and b.chance():
        return "keras.backend.temporal_padding", (ref,), {"padding": (b.size(), 0)}
    strides = b.of([1, 2])
    return "keras.ops.max_pool", (ref, window), {"strides": strides, "padding": padding}


def _gather_step(b: Builder) -> Step:
    ref, x = b.tensor(1)
    indices = b.last("int32", "int64")
    if indices is None:
        return "tensorflow.argmin", (ref,), {"axis": b.axis(x)}
    name = b.of(["tensorflow.gather", "keras.ops.take", "keras.ops.take_along_axis"])
    kwargs: dict[str, Any] = {"axis": b.axis(x)}
    if name.endswith("gather") and b.chance():
        kwargs["batch_dims"] = 1
    return name, (ref, indices), kwargs


STEPS = (
    *(_choice_step, _window_step, _gather_step, _unary_step, _binary_step, _binary_step, _reduce_step),
    *(_reduce_step, _along_step, _move_step, _reshape_step, _reshape_step, _size_step, _subscript_step),
    *(_pick_step, _join_step, _product_step, _create_step),
)
