"""Random bodies, run abstractly and for real: what is claimed of shapes, samples, ranges must hold."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from lambdalint.interp.call import Impossible
from lambdalint.interp.values import (
    Along,
    Broken,
    Constant,
    Sequence,
    Tensor,
    Value,
)
from lambdalint.layers.dims import BATCH, Dim, show_shape, substitute
from tests.interp.bare import Bench, batch

pytestmark = pytest.mark.tensorflow

SAMPLES = 4
"""Samples in the batches that are run; no feature axis has this size."""
WIDTHS = (1, 2, 3, 5)


@dataclass(frozen=True)
class Ref:
    """The result of an earlier step, or an input."""

    index: int

    def __repr__(self) -> str:
        return f"v{self.index}"


@dataclass(frozen=True)
class BatchSize:
    """``tf.shape(x)[0]`` of the first input."""

    def __repr__(self) -> str:
        return "tf.shape(v0)[0]"


@dataclass
class Program:
    """Steps over values: first the inputs, then the results."""

    inputs: list[tuple[int, ...]]
    steps: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"v{i} = Input({shape})" for i, shape in enumerate(self.inputs)]
        for number, (name, args, kwargs) in enumerate(self.steps, len(self.inputs)):
            inner = ", ".join([*map(repr, args), *(f"{k}={v!r}" for k, v in kwargs.items())])
            lines.append(f"v{number} = {name}({inner})")
        return "\n".join(lines)


def _filled(value: Any, values: list[Any], size: Any) -> Any:
    if isinstance(value, Ref):
        return values[value.index]
    if isinstance(value, BatchSize):
        return size
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(each, values, size) for each in value)
    if isinstance(value, slice):
        return slice(*(_filled(each, values, size) for each in (value.start, value.stop, value.step)))
    return value


# --- abstractly ------------------------------------------------------------------------------------


def step_abstractly(bench: Bench, name: str, args: list[Any], kwargs: dict[str, Any]) -> Value:
    """One step on abstract values.

    Raises:
        Impossible: it cannot run.
    """
    kind, _, word = name.partition(":")
    if kind == "binary":
        made = bench.binary(word, *args)
    elif kind == "unary":
        made = bench.unary(word, *args)
    elif kind == "subscript":
        made = bench.subscript(*args)
    elif kind == "item":
        whole = bench.call(word, *args[1:], **kwargs)
        if not isinstance(whole, Sequence):
            return whole
        if whole.items is None:
            return whole.element if whole.element is not None else bench.notes.unknown("an item")
        return whole.items[args[0] % len(whole.items)]
    else:
        made = bench.call(name, *args, **kwargs)
    if bench.notes.unknowns and bench.notes.unknowns[-1].startswith("the operation cannot run"):
        raise Impossible(bench.notes.events[-1])
    return made


# --- for real --------------------------------------------------------------------------------------

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "@": operator.matmul,
    ">": operator.gt, "<=": operator.le,
}  # fmt: skip


def run_for_real(program: Program, arrays: list[Any]) -> list[Any]:
    """Every value of the program on these inputs; errors are raised."""
    import tensorflow as tf

    values = [tf.constant(array) for array in arrays]
    size = tf.shape(values[0])[0]
    for name, args, kwargs in program.steps:
        real = _filled(args, values, size)
        named = {key: _filled(each, values, size) for key, each in kwargs.items()}
        values.append(_step_for_real(name, real, named))
        if 0 in getattr(values[-1], "shape", ()):
            # Some kernels divide by an axis of size 0, which ends the process.
            raise ValueError("an empty tensor")
    return values


def _step_for_real(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    kind, _, word = name.partition(":")
    if kind == "binary":
        return _BINARY[word](*args)
    if kind == "unary":
        return -args[0]
    if kind == "subscript":
        return args[0][args[1]]
    if kind == "item":
        parts = _resolve(word)(*args[1:], **kwargs)
        return parts[args[0] % len(parts)]
    return _resolve(name)(*args, **kwargs)


def _resolve(name: str) -> Callable[..., Any]:
    if name.startswith("keras.backend."):
        import tf_keras

        found: Any = tf_keras.backend
        words = name.split(".")[2:]
    elif name.startswith("keras."):
        import keras

        found, words = keras, name.split(".")[1:]
    else:
        import tensorflow

        found, words = tensorflow, name.split(".")[1:]
    for word in words:
        found = getattr(found, word)
    return found  # type: ignore[no-any-return]


# --- programs --------------------------------------------------------------------------------------

_UNARY = ("tensorflow.exp", "tensorflow.abs", "tensorflow.square", "tensorflow.nn.relu", "tensorflow.sigmoid",
          "tensorflow.sqrt", "tensorflow.tanh", "keras.backend.softplus", "tensorflow.math.log1p", "keras.ops.relu6",
          "tensorflow.zeros_like", "tensorflow.ones_like", "tensorflow.stop_gradient", "tensorflow.math.rsqrt",
          "keras.backend.sqrt", "tensorflow.math.reciprocal", "keras.ops.negative")  # fmt: skip
_REDUCE = ("tensorflow.reduce_sum", "tensorflow.reduce_mean", "tensorflow.reduce_max", "keras.backend.sum",
           "keras.backend.mean", "keras.backend.std", "keras.ops.max", "keras.ops.prod", "keras.backend.var",
           "tensorflow.reduce_logsumexp", "tensorflow.norm", "keras.backend.min")  # fmt: skip
_ALONG = ("keras.backend.softmax", "keras.backend.l2_normalize", "keras.backend.cumsum", "tensorflow.nn.log_softmax",
          "tensorflow.cumsum", "keras.ops.softmax", "keras.ops.cumsum", "keras.ops.flip", "keras.ops.sort",
          "tensorflow.reverse", "keras.backend.reverse", "keras.ops.normalize")  # fmt: skip
_ZIP = ("tensorflow.add", "tensorflow.subtract", "tensorflow.multiply", "tensorflow.maximum", "tensorflow.minimum",
        "keras.ops.divide", "tensorflow.math.squared_difference")  # fmt: skip


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


def _unary_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    ref, _ = b.tensor()
    return b.draw(st.sampled_from(_UNARY)), (ref,), {}


def _binary_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    left, _ = b.tensor()
    right: Any = b.draw(st.one_of(st.just(None), st.sampled_from([2.0, 0.5, -1.0, 0.0, 1e-7])))
    if right is None:
        right, _ = b.tensor()
    if b.draw(st.booleans()):
        return f"binary:{b.draw(st.sampled_from(['+', '-', '*', '/', '>']))}", (left, right), {}
    return b.draw(st.sampled_from(_ZIP)), (left, right), {}


def _reduce_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    ref, x = b.tensor(1)
    axis: Any = b.draw(st.sampled_from(["one", "one", "one", "two", None]))
    if axis == "one":
        axis = b.axis(x)
    elif axis == "two":
        axis = [b.axis(x), b.axis(x)]
        if len({each % max(x.rank or 1, 1) for each in axis}) == 1:
            axis = axis[:1]
    return b.draw(st.sampled_from(_REDUCE)), (ref,), {"axis": axis, "keepdims": b.draw(st.booleans())}


def _along_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    ref, x = b.tensor(1)
    name = b.draw(st.sampled_from(_ALONG))
    axis: Any = b.axis(x)
    if name.endswith("reverse"):
        return name, (ref, [axis]), {}
    return name, (ref,), {"axis": axis} if b.draw(st.booleans()) or name.endswith("flip") else {}


def _move_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


def _reshape_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


def _size_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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
            )  # fmt: skip
        )
    bound = st.one_of(st.none(), st.integers(-dim, dim))
    kind = b.draw(st.integers(0, 3))
    if kind == 0:
        return b.draw(st.integers(-dim - 1, dim))
    if kind == 1:
        return slice(b.draw(bound), b.draw(bound), b.draw(st.sampled_from([None, 1, 2, -1])))
    return whole


def _subscript_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


def _pick_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


def _join_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


def _product_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


def _create_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    sizes: list[Any] = [b.size() for _ in range(b.draw(st.integers(0, 3)))]
    if b.draw(st.booleans()):
        sizes.insert(0, BatchSize())
    return b.draw(st.sampled_from(["tensorflow.ones", "tensorflow.zeros"])), (sizes,), {}


def _choice_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


def _window_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


def _gather_step(b: _Builder) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
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


_STEPS = (_choice_step, _window_step, _gather_step, _unary_step, _binary_step, _binary_step, _reduce_step, _reduce_step, _along_step, _move_step, _reshape_step,
          _reshape_step, _size_step, _subscript_step, _pick_step, _join_step, _product_step, _create_step)  # fmt: skip


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
        filled = [_filled(each, values, size) for each in args]
        named = {key: _filled(each, values, size) for key, each in kwargs.items()}
        try:
            made = step_abstractly(bench, name, filled, named)
        except Impossible as error:
            return Case(program, values, error, bench)
        values.append(made)
        if not isinstance(made, Tensor):
            break
    return Case(program, values, None, bench)


# --- checks ----------------------------------------------------------------------------------------


def inputs_for(program: Program, samples: int, seed: int, kind: str = "normal") -> list[Any]:
    """Random inputs, or extreme ones."""
    import numpy as np

    random = np.random.default_rng(seed)
    arrays = []
    for shape in program.inputs:
        full = (samples, *shape)
        array = random.normal(size=full)
        if kind == "zeros":
            array = np.zeros(full)
        elif kind == "relu":
            array = np.maximum(array, 0)
        elif kind == "equal":
            array = np.ones(full)
        arrays.append(array.astype("float32"))
    return arrays


def attempt(program: Program, arrays: list[Any]) -> Any:
    """The last value as an array, or the exception that running raised."""
    try:
        return run_for_real(program, arrays)[-1].numpy()
    except Exception as error:
        return error


def finite_run(program: Program, arrays: list[Any]) -> Any | None:
    """The last value, where no step before it went out of the range of numbers."""
    import numpy as np

    try:
        values = [value.numpy() for value in run_for_real(program, arrays)]
    except Exception:
        return None
    known = all(np.isfinite(value).all() for value in values if value.dtype.kind == "f")
    return values[-1] if known else None


def real_shape(dims: tuple[Dim, ...], samples: int) -> tuple[Any, ...]:
    """The sizes for a number of samples."""
    return tuple(substitute(dim, BATCH, samples) for dim in dims)


def check_shape(value: Tensor, outcome: Any, samples: int) -> None:
    """The claimed sizes, where they are numbers, are the real ones."""
    if value.dims is None:
        return
    claimed = real_shape(value.dims, samples)
    assert len(claimed) == outcome.ndim, f"claimed {show_shape(value.dims)}, got {outcome.shape}"
    for said, got in zip(claimed, outcome.shape):
        assert not isinstance(said, int) or said == got, (
            f"claimed {show_shape(value.dims)}, got {outcome.shape}"
        )


def sample_of(value: Tensor, outcome: Any, samples: int, index: int) -> Any:
    """The entries of one sample, where the interpreter says they lie."""
    along = value.batch
    assert isinstance(along, Along)
    outer, inner = substitute(along.outer, BATCH, samples), substitute(along.inner, BATCH, samples)
    shape = outcome.shape
    split = outcome.reshape(*shape[: along.axis], outer, samples, inner, *shape[along.axis + 1 :])
    return split.take(index, axis=along.axis + 1)


def close(a: Any, b: Any) -> bool:
    """Equal up to rounding."""
    import numpy as np

    if a.shape != b.shape:
        return False
    if a.dtype == bool or a.dtype.kind in "iu":
        return bool((a == b).all())
    return bool(np.allclose(a, b, rtol=1e-3, atol=1e-4, equal_nan=True))


def check_samples(case: Case, value: Tensor, whole: Any, arrays: list[Any]) -> None:
    """Each sample alone, and the batch in another order, give the same entries."""
    program = case.program
    for index in range(SAMPLES):
        alone = attempt(program, [array[index : index + 1] for array in arrays])
        if isinstance(alone, Exception):
            continue
        here, there = sample_of(value, whole, SAMPLES, index), sample_of(value, alone, 1, 0)
        assert close(here, there), f"sample {index}: {here} in the batch, {there} alone"
    order = [2, 0, 3, 1]
    shuffled = attempt(program, [array[order] for array in arrays])
    for place, index in enumerate(order):
        assert close(sample_of(value, whole, SAMPLES, index), sample_of(value, shuffled, SAMPLES, place))


def mixes(program: Program, arrays: list[Any], whole: Any) -> bool:
    """Whether a run shows that row i is not a function of sample i alone."""
    if isinstance(whole, Exception) or whole.ndim == 0 or whole.shape[0] != len(arrays[0]):
        return True
    for index in range(len(arrays[0])):
        alone = attempt(program, [array[index : index + 1] for array in arrays])
        if isinstance(alone, Exception) or alone.ndim == 0 or alone.shape[0] != 1:
            return True
        if not close(whole[index], alone[0]):
            return True
    order = [2, 0, 3, 1]
    shuffled = attempt(program, [array[order] for array in arrays])
    return isinstance(shuffled, Exception) or not close(whole[order], shuffled)


def check_sign(value: Tensor, outcome: Any, usual: bool) -> None:
    """Entries lie within the claimed range, and are not 0 where that is ruled out."""
    import numpy as np

    finite = outcome[np.isfinite(outcome)] if outcome.dtype.kind == "f" else outcome
    if finite.size == 0:
        return
    sign, slack = value.sign, 1e-4
    span = slack * (1 + float(np.abs(finite).max()))
    assert finite.min() >= sign.low - span, f"{finite.min()} below {sign}"
    assert finite.max() <= sign.high + span, f"{finite.max()} above {sign}"
    # Entries that come close to 0 may underflow.
    if usual and sign.zero == "never" and not sign.tiny:
        assert (finite != 0).all(), f"a zero in {sign}"


# A broken claim is only shown where numbers survive: comparisons and picks of equal entries may hide it.
_BLUNT = ("binary:>", "argmax", "zeros_like", "ones_like", "top_k", "binary:*", "multiply", "max", "min", "relu",
          "prod", "sigmoid", "sqrt", "log", "exp", "normalize", "std", "var", "softplus", "tanh", "norm", "rsqrt",
          "reciprocal", "divide", "binary:/", "subtract", "binary:-", "squared", "softmax")  # fmt: skip


def sharp(case: Case) -> bool:
    """Whether no step can hide that samples are mixed."""
    return not any(word in name for name, _, _ in case.program.steps for word in _BLUNT)


def check(case: Case) -> None:
    """Every claim about the last value."""
    arrays = inputs_for(case.program, SAMPLES, seed=1)
    whole = attempt(case.program, arrays)
    if case.failure is not None:
        event("impossible")
        assert isinstance(whole, Exception), f"claimed impossible ({case.failure}), gives {whole.shape}"
        return
    value = case.values[-1]
    if not isinstance(value, Tensor):
        event("unknown")
        return
    event(type(value.batch).__name__)
    if isinstance(whole, Exception):
        event("raises")
        return
    check_shape(value, whole, SAMPLES)
    more = attempt(case.program, inputs_for(case.program, SAMPLES + 3, seed=1))
    if not isinstance(more, Exception):
        check_shape(value, more, SAMPLES + 3)
    if value.dtype is not None:
        assert str(whole.dtype) == value.dtype
    if isinstance(value.batch, Along):
        if not isinstance(value.batch.outer, int) or not isinstance(value.batch.inner, int):
            return
        check_samples(case, value, whole, arrays)
    elif isinstance(value.batch, Constant):
        assert close(whole, attempt(case.program, inputs_for(case.program, SAMPLES, seed=2)))
    elif isinstance(value.batch, Broken) and sharp(case):
        event("shown")
        assert mixes(case.program, arrays, whole), "claimed broken, but each row depends on its sample alone"
    for kind in ("normal", "zeros", "relu", "equal"):
        outcome = finite_run(case.program, inputs_for(case.program, SAMPLES, seed=3, kind=kind))
        if outcome is not None:
            check_sign(value, outcome, usual=kind == "normal")


def _numbers(value: Any) -> list[int]:
    if isinstance(value, (list, tuple)):
        return [number for each in value for number in _numbers(each)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def counts_to_the_batch(case: Case) -> bool:
    """Whether a step names the batch axis, or a place before it, by counting from the end.

    That is what is assumed not to happen where the rank is not known.
    """
    for name, args, kwargs in case.program.steps:
        refs = [
            each for each in (*args, *(args[0] if isinstance(args[0], list) else ())) if isinstance(each, Ref)
        ]
        numbers = [number for number in _numbers([*args, *kwargs.values()]) if number < 0]
        for ref in refs:
            x = case.values[ref.index]
            if not isinstance(x, Tensor) or x.dims is None:
                return True
            rank = len(x.dims)
            if rank < 2 or any(number + rank <= 0 for number in numbers):
                return True
            if name == "subscript:" and isinstance(args[1], tuple) and Ellipsis in args[1]:
                if sum(each is not None and each is not Ellipsis for each in args[1]) >= rank:
                    return True
    return False


def without_rank(case: Case) -> Case | None:
    """The same program on inputs of unknown rank; ``None`` where a step depends on one."""
    if counts_to_the_batch(case):
        return None
    bench = Bench()
    values: list[Value] = [batch(index=i).but(dims=None) for i in range(len(case.program.inputs))]
    size = bench.subscript(bench.call("tensorflow.shape", values[0]), 0)
    for name, args, kwargs in case.program.steps:
        filled = [_filled(each, values, size) for each in args]
        named = {key: _filled(each, values, size) for key, each in kwargs.items()}
        try:
            values.append(step_abstractly(bench, name, filled, named))
        except Impossible as error:
            return Case(case.program, values, error, bench)
        if not isinstance(values[-1], Tensor):
            return None
        batch_axis = getattr(values[-1].batch, "axis", 0)
        if batch_axis < 0:
            return None
    return Case(case.program, values, None, bench)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cases())
def test_claims_hold_when_run(case: Case) -> None:
    """Shapes, samples, types and ranges are as the interpreter says."""
    note(str(case.program))
    check(case)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cases())
def test_claims_of_unknown_rank_hold_when_run(case: Case) -> None:
    """What is claimed of inputs of which only the batch axis is known holds for inputs of two axes or more."""
    blind = without_rank(case)
    if blind is not None:
        note(str(case.program))
        check(blind)
