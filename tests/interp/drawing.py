"""Strategies that draw random bodies step by step, fitting what is known of the values so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from lambdalint.interp.call import Impossible
from lambdalint.interp.values import Tensor, Value
from lambdalint.layers.dims import Dim
from tests.interp.bare import Bench, batch
from tests.interp.programs import BatchSize, Program, Ref, filled, step_abstractly

WIDTHS = (1, 2, 3, 5)
"""Sizes of feature axes: none is the number of samples that are run."""

Step = tuple[str, tuple[Any, ...], dict[str, Any]]

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


class _Builder:
    """Draws the next step from what is known of the values so far."""

    def __init__(self, draw: st.DrawFn, program: Program, values: list[Value]) -> None:
        self.draw = draw
        self.program = program
        self.values = values

    def tensor(self, least: int = 0) -> tuple[Ref, Tensor]:
        """A value of known rank, the last one most of the time."""
        fit = [
            i
            for i, v in enumerate(self.values)
            if isinstance(v, Tensor) and v.dims is not None and len(v.dims) >= least and v.dtype == "float32"
        ]
        if not fit:
            return Ref(0), self.values[0]  # type: ignore[return-value]
        index = fit[-1] if self.draw(st.integers(0, 3)) else self.draw(st.sampled_from(fit))
        value = self.values[index]
        assert isinstance(value, Tensor)
        return Ref(index), value

    def axis(self, x: Tensor) -> int:
        rank = max(x.rank or 1, 1)
        return self.draw(st.integers(-rank, rank - 1))

    def size(self) -> int:
        return self.draw(st.sampled_from(WIDTHS))


def _unary_step(b: _Builder) -> Step:
    ref, _ = b.tensor()
    return b.draw(st.sampled_from(_UNARY)), (ref,), {}


def _binary_step(b: _Builder) -> Step:
    left, _ = b.tensor()
    right: Any = b.draw(st.one_of(st.just(None), st.sampled_from([2.0, 0.5, -1.0, 0.0, 1e-7])))
    if right is None:
        right, _ = b.tensor()
    if b.draw(st.booleans()):
        return f"binary:{b.draw(st.sampled_from(['+', '-', '*', '/', '>']))}", (left, right), {}
    return b.draw(st.sampled_from(_ZIP)), (left, right), {}


def _reduce_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    axis: Any = b.draw(st.sampled_from(["one", "one", "one", "two", None]))
    if axis == "one":
        axis = b.axis(x)
    elif axis == "two":
        axis = [b.axis(x), b.axis(x)]
        if len({each % max(x.rank or 1, 1) for each in axis}) == 1:
            axis = axis[:1]
    return b.draw(st.sampled_from(_REDUCE)), (ref,), {"axis": axis, "keepdims": b.draw(st.booleans())}


def _along_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    name = b.draw(st.sampled_from(_ALONG))
    axis: Any = b.axis(x)
    if name.endswith("reverse"):
        return name, (ref, [axis]), {}
    return name, (ref,), {"axis": axis} if b.draw(st.booleans()) or name.endswith("flip") else {}


def _move_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    order = b.draw(st.permutations(range(x.rank or 1)))
    kind = b.draw(st.integers(0, 4))
    if kind == 0:
        return "tensorflow.transpose", (ref,), {}
    if kind == 1:
        return "keras.ops.swapaxes", (ref, b.axis(x), b.axis(x)), {}
    if kind == 2:
        return "keras.ops.moveaxis", (ref, b.axis(x), b.axis(x)), {}
    if kind == 3:
        return "keras.ops.roll", (ref, 1), {"axis": b.axis(x)}
    return "tensorflow.transpose", (ref, list(order)), {}


def _reshape_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    dims = list(x.dims or ())
    entries: list[Any] = []
    for dim in dims:
        entries.append(dim if isinstance(dim, int) else BatchSize())
    kind = b.draw(st.integers(0, 5))
    if kind == 0:
        return "tensorflow.reshape", (ref, [-1]), {}
    if kind == 1:
        return "keras.backend.batch_flatten", (ref,), {}
    if kind == 2:
        return "keras.backend.flatten", (ref,), {}
    if kind == 3:
        return "tensorflow.reshape", (ref, [-1, b.size(), b.size()]), {}
    if kind == 4 and len(entries) > 1:
        at = b.draw(st.integers(0, len(entries) - 2))
        merged: list[Any] = [*entries[:at], -1, *entries[at + 2 :]]
        return "tensorflow.reshape", (ref, merged), {}
    at = b.draw(st.integers(0, len(entries) - 1))
    order = b.draw(st.permutations([*entries[:at], -1, *entries[at + 1 :]]))
    return "tensorflow.reshape", (ref, list(order)), {}


def _size_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    rank = x.rank or 1
    kind = b.draw(st.integers(0, 5))
    if kind == 0:
        return "keras.backend.expand_dims", (ref,), {"axis": b.draw(st.integers(-rank - 1, rank))}
    if kind == 1:
        return "tensorflow.squeeze", (ref,), {"axis": [b.axis(x)]}
    if kind == 2:
        return "tensorflow.tile", (ref, [b.draw(st.sampled_from([1, 1, 2])) for _ in range(rank)]), {}
    if kind == 3:
        return "tensorflow.repeat", (ref, b.draw(st.sampled_from([1, 2, 3]))), {"axis": b.axis(x)}
    if kind == 4:
        pads = [[b.draw(st.sampled_from([0, 0, 1])), b.draw(st.sampled_from([0, 0, 2]))] for _ in range(rank)]
        return "tensorflow.pad", (ref, pads), {}
    return "keras.backend.repeat_elements", (ref, 2, b.axis(x)), {}


def _key(b: _Builder, dim: Dim) -> Any:
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
    kind = b.draw(st.integers(0, 3))
    if kind == 0:
        return b.draw(st.integers(-dim - 1, dim))
    if kind == 1:
        return slice(b.draw(bound), b.draw(bound), b.draw(st.sampled_from([None, 1, 2, -1])))
    return whole


def _subscript_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    dims = x.dims or ()
    count = b.draw(st.integers(1, len(dims)))
    keys: list[Any] = [_key(b, dim) for dim in dims[:count]]
    if b.draw(st.integers(0, 2)) == 0:
        back = b.draw(st.integers(1, len(dims)))
        keys = [Ellipsis, *(_key(b, dim) for dim in dims[-back:])]
    if b.draw(st.integers(0, 2)) == 0:
        keys.insert(b.draw(st.integers(0, len(keys))), None)
    return "subscript:", (ref, tuple(keys) if len(keys) > 1 or b.draw(st.booleans()) else keys[0]), {}


def _pick_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    rank = x.rank or 1
    axis = b.axis(x)
    kind = b.draw(st.integers(0, 5))
    if kind == 0:
        return (
            "tensorflow.gather",
            (ref, b.draw(st.sampled_from([0, [0], [0, 0], [[0], [0]]]))),
            {"axis": axis},
        )
    if kind == 1:
        return (
            "item:tensorflow.split",
            (b.draw(st.integers(0, 3)), ref, b.draw(st.sampled_from([1, 2, 3]))),
            {"axis": axis},
        )
    if kind == 2:
        return "item:tensorflow.unstack", (b.draw(st.integers(0, 3)), ref), {"axis": axis}
    if kind == 3:
        begin = [b.draw(st.sampled_from([0, 0, 0, 1])) for _ in range(rank)]
        return (
            "tensorflow.slice",
            (ref, begin, [b.draw(st.sampled_from([-1, -1, 1])) for _ in range(rank)]),
            {},
        )
    if kind == 4:
        return "item:tensorflow.math.top_k", (b.draw(st.integers(0, 1)), ref), {"k": 1}
    return "keras.backend.argmax", (ref,), {"axis": axis}


def _join_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    other, _ = b.tensor(1)
    second = other if b.draw(st.booleans()) else ref
    name = b.draw(
        st.sampled_from(
            ["tensorflow.stack", "keras.backend.concatenate", "tensorflow.concat", "keras.ops.stack"]
        )
    )
    kwargs: dict[str, Any] = {"axis": b.axis(x)}
    return name, ([ref, second],), kwargs


def _product_step(b: _Builder) -> Step:
    left, x = b.tensor(2)
    right, y = b.tensor(2)
    kind = b.draw(st.integers(0, 5))
    if kind == 0:
        flags = {"transpose_a": b.draw(st.booleans()), "transpose_b": b.draw(st.booleans())}
        return "tensorflow.matmul", (left, right), flags
    if kind == 1:
        return "keras.backend.dot", (left, right), {}
    if kind == 2:
        return (
            "keras.backend.batch_dot",
            (left, right),
            {"axes": b.draw(st.sampled_from([None, 1, 2, [1, 2], [2, 1]]))},
        )
    if kind == 3:
        return (
            "tensorflow.tensordot",
            (left, right, b.draw(st.sampled_from([1, [[1], [1]], [[-1], [-1]], [[0], [0]]]))),
            {},
        )
    if kind == 4:
        letters = "bijk"
        first = "".join(b.draw(st.permutations(letters[: x.rank])))
        second = "".join(b.draw(st.permutations(letters[: y.rank])))
        pool = sorted(set(first + second))
        out = "".join(b.draw(st.permutations(pool))[: b.draw(st.integers(0, len(pool)))])
        return "tensorflow.einsum", (f"{first},{second}->{out}", left, right), {}
    return "binary:@", (left, right), {}


def _create_step(b: _Builder) -> Step:
    sizes: list[Any] = [b.size() for _ in range(b.draw(st.integers(0, 3)))]
    if b.draw(st.booleans()):
        sizes.insert(0, BatchSize())
    return b.draw(st.sampled_from(["tensorflow.ones", "tensorflow.zeros"])), (sizes,), {}


def _choice_step(b: _Builder) -> Step:
    ref, x = b.tensor()
    other, _ = b.tensor()
    kind = b.draw(st.integers(0, 4))
    if kind == 0:
        return "keras.backend.clip", (ref, b.draw(st.sampled_from([-1.0, 0.0, 1e-7])), 2.0), {}
    if kind == 1:
        masks = [i for i, v in enumerate(b.values) if isinstance(v, Tensor) and v.dtype == "bool"]
        if masks:
            return "tensorflow.where", (Ref(masks[-1]), ref, other), {}
        return "binary:>", (ref, other), {}
    if kind == 2:
        return "tensorflow.cast", (ref, b.draw(st.sampled_from(["int32", "bool", "float64"]))), {}
    if kind == 3:
        whole = [i for i, v in enumerate(b.values) if isinstance(v, Tensor) and v.dtype in ("int32", "int64")]
        if whole:
            return "tensorflow.one_hot", (Ref(whole[-1]), 3), {"axis": b.draw(st.sampled_from([-1, 0, 1]))}
        return "tensorflow.argmax", (ref,), {"axis": b.axis(x)}
    masks = [i for i, v in enumerate(b.values) if isinstance(v, Tensor) and v.dtype == "bool"]
    return "tensorflow.cast", (Ref(masks[-1]) if masks else ref, "float32"), {}


def _window_step(b: _Builder) -> Step:
    ref, x = b.tensor(3)
    rank = (x.rank or 3) - 2
    spatial = [dim if isinstance(dim, int) else 1 for dim in (x.dims or (1, 1, 1))[1:-1]]
    # A window larger than an axis ends the process in some kernels.
    window = b.draw(st.integers(1, max(min(spatial, default=1), 1)))
    padding = b.draw(st.sampled_from(["valid", "same"]))
    if rank == 2 and b.draw(st.booleans()):
        return "keras.backend.pool2d", (ref, (window, window)), {"padding": padding}
    if rank == 2 and b.draw(st.booleans()):
        return "keras.backend.resize_images", (ref, 2, 3, "channels_last"), {}
    if rank == 2 and b.draw(st.booleans()):
        return "tensorflow.image.resize", (ref, (b.size(), b.size())), {}
    if rank == 1 and b.draw(st.booleans()):
        return "keras.backend.temporal_padding", (ref,), {"padding": (b.size(), 0)}
    strides = b.draw(st.sampled_from([1, 2]))
    return "keras.ops.max_pool", (ref, window), {"strides": strides, "padding": padding}


def _gather_step(b: _Builder) -> Step:
    ref, x = b.tensor(1)
    whole = [i for i, v in enumerate(b.values) if isinstance(v, Tensor) and v.dtype in ("int32", "int64")]
    if not whole:
        return "tensorflow.argmin", (ref,), {"axis": b.axis(x)}
    indices = Ref(whole[-1])
    name = b.draw(st.sampled_from(["tensorflow.gather", "keras.ops.take", "keras.ops.take_along_axis"]))
    kwargs: dict[str, Any] = {"axis": b.axis(x)}
    if name.endswith("gather") and b.draw(st.booleans()):
        kwargs["batch_dims"] = 1
    return name, (ref, indices), kwargs


_STEPS = (
    *(_choice_step, _window_step, _gather_step, _unary_step, _binary_step, _binary_step, _reduce_step),
    *(_reduce_step, _along_step, _move_step, _reshape_step, _reshape_step, _size_step, _subscript_step),
    *(_pick_step, _join_step, _product_step, _create_step),
)


@dataclass
class Case:
    """A program with what the interpreter claims of its last value."""

    program: Program
    values: list[Value]
    failure: Impossible | None
    bench: Bench


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Programs whose steps fit what is known of their operands, more or less."""
    widths = draw(st.lists(st.sampled_from(WIDTHS), min_size=1, max_size=3))
    count = draw(st.integers(1, 2))
    program = Program([tuple(widths)] * count)
    bench = Bench()
    values: list[Value] = [batch(*widths, index=index) for index in range(count)]
    for _ in range(draw(st.integers(1, 5))):
        builder = _Builder(draw, program, values)
        name, args, kwargs = draw(st.sampled_from(_STEPS))(builder)
        program.steps.append((name, args, kwargs))
        size = bench.subscript(bench.call("tensorflow.shape", values[0]), 0)
        operands = [filled(each, values, size) for each in args]
        named = {key: filled(each, values, size) for key, each in kwargs.items()}
        try:
            made = step_abstractly(bench, name, operands, named)
        except Impossible as error:
            return Case(program, values, error, bench)
        values.append(made)
        if not isinstance(made, Tensor):
            break
    return Case(program, values, None, bench)
