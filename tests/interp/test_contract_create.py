"""Products, convolutions and creators: shapes, the batch axis and events, called as the tables list them."""

from __future__ import annotations

import ast
from typing import Any, cast

import pytest

from lambdalint.interp import events
from lambdalint.interp.call import Impossible, OpCall
from lambdalint.interp.machine import Machine
from lambdalint.interp.modules import Modules
from lambdalint.interp.ops import library
from lambdalint.interp.values import (
    CONSTANT,
    Along,
    Broken,
    Const,
    Constant,
    Event,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, Dim, Sym, fresh, mul, show_shape, sub
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor

K = "keras.backend."
TF = "tensorflow."
OPS = "keras.ops."
HERE = Anchor(SourceUnit("script.py", "", ""), ast.parse("f(x)", mode="eval").body)


def value(plain: Any) -> Value:
    """A Python object as the interpreter sees it; a symbol is a size that a run decides."""
    if isinstance(plain, (list, tuple)):
        return Sequence(type(plain).__name__, [value(item) for item in plain])
    if isinstance(plain, Sym):
        return Number(plain)
    if isinstance(plain, (Tensor, Unknown, Sequence)):
        return plain
    return Const(plain)


class Run:
    """One call of an operation on a machine of its own: its result and its events."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        machine = Machine(cast(Modules, None), "keras2")
        op = library.lookup(name)
        assert op is not None, name
        bound = library.bind(
            op, [value(arg) for arg in args], {key: value(arg) for key, arg in kwargs.items()}
        )
        assert not isinstance(bound, str), bound
        self.result: Value | None = None
        try:
            self.result = op.run(OpCall(machine, op, HERE, name, *bound))
        except Impossible as impossible:
            self.why = str(impossible)
        self.kinds = [event.kind for event in machine.events]

    @property
    def tensor(self) -> Tensor:
        assert isinstance(self.result, Tensor), self.result
        return self.result

    @property
    def causes(self) -> list[str]:
        batch = self.tensor.batch
        return [cause.kind for cause in batch.causes] if isinstance(batch, Broken) else []


def batched(*dims: Dim, axis: int = 0) -> Tensor:
    return Tensor(dims, Along(axis), "float32", inputs=frozenset({0}))


def weights(*dims: Dim, made: Event | None = None) -> Tensor:
    return Tensor(dims, CONSTANT, "float32", made=made)


ANY = Tensor(None, Along(0), "float32", inputs=frozenset({0}))
WRITTEN = Event("written", HERE, "tf.zeros")
NOT_KNOWN = Unknown("a parameter", "w")


# --- products --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "shape"),
    [
        (K + "dot", [batched(B, 3), weights(3, 4)], {}, "(B, 4)"),
        (K + "dot", [batched(B, 5, 3), weights(3, 4)], {}, "(B, 5, 4)"),
        (K + "dot", [batched(B, 5, 3), weights(7, 3, 4)], {}, "(B, 5, 7, 4)"),
        (K + "dot", [batched(B, 5, 3), weights(3)], {}, "(B, 5)"),
        (K + "dot", [weights(2), batched(B, 2, 2)], {}, "(B, 2)"),
        (OPS + "dot", [batched(B, 3), 2.0], {}, "(B, 3)"),
        (K + "batch_dot", [batched(B, 3), batched(B, 3)], {"axes": 1}, "(B, 1)"),
        (K + "batch_dot", [batched(B, 3), batched(B, 3)], {"axes": ((1,), (1,))}, "(B, 1)"),
        (K + "batch_dot", [batched(B, 3, 4), batched(B, 4, 5)], {}, "(B, 3, 5)"),
        (K + "batch_dot", [batched(B, 3, 4), batched(B, 4)], {}, "(B, 3)"),
        (K + "batch_dot", [batched(B, 3, 4), batched(B, 5, 4)], {"axes": [2, 2]}, "(B, 3, 5)"),
        (K + "batch_dot", [batched(B, 3, 4), batched(B, 3, 5)], {"axes": 1}, "(B, 4, 5)"),
        (K + "batch_dot", [batched(B, 3, 4), batched(B, 5, 4)], {"axes": (-1, -1)}, "(B, 3, 5)"),
        (TF + "matmul", [batched(B, 3), weights(3, 2)], {}, "(B, 2)"),
        (TF + "matmul", [batched(B, 4, 3), batched(B, 3, 5)], {}, "(B, 4, 5)"),
        (TF + "matmul", [batched(B, 4, 3), batched(B, 5, 3)], {"transpose_b": True}, "(B, 4, 5)"),
        (TF + "matmul", [batched(B, 4, 3), weights(3, 5)], {}, "(B, 4, 5)"),
        (TF + "matmul", [weights(7, 4), batched(B, 4, 5)], {}, "(B, 7, 5)"),
        (TF + "matmul", [batched(B, 1, 4, 3), weights(6, 3, 5)], {}, "(B, 6, 4, 5)"),
        (OPS + "matmul", [batched(B, 4, 3), weights(3)], {}, "(B, 4)"),
        ("theano.tensor.batched_dot", [batched(B, 3), batched(B, 3)], {}, "(B,)"),
        (TF + "nn.xw_plus_b", [batched(B, 3), weights(3, 2), weights(2)], {}, "(B, 2)"),
        (TF + "tensordot", [batched(B, 3, 4), weights(4, 5), 1], {}, "(B, 3, 5)"),
        (TF + "tensordot", [batched(B, 3, 4), weights(5, 3), [[1], [1]]], {}, "(B, 4, 5)"),
        (TF + "tensordot", [batched(B, 3, 4), weights(4, 3), [(1, 2), (1, 0)]], {}, "(B,)"),
        (OPS + "inner", [batched(B, 3), weights(4, 3)], {}, "(B, 4)"),
        (OPS + "outer", [batched(B), weights(2, 2)], {}, "(B, 4)"),
    ],
)
def test_products_that_keep_the_samples(
    name: str, args: list[Any], kwargs: dict[str, Any], shape: str
) -> None:
    run = Run(name, *args, **kwargs)
    assert show_shape(run.tensor.dims) == shape
    assert run.tensor.batch == Along(0)
    assert run.tensor.inputs == {0}


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "shape", "pairwise"),
    [
        (K + "dot", [batched(B, 3), batched(B, 4)], {}, None, False),
        (K + "dot", [batched(B, 3), batched(3, B, axis=1)], {}, "(B, B)", True),
        (K + "dot", [ANY, ANY], {}, "(?)", False),
        (TF + "matmul", [batched(B, 3), batched(B, 3)], {"transpose_b": True}, "(B, B)", True),
        (TF + "matmul", [batched(B, 3), batched(B, 3)], {"transpose_a": True}, "(3, 3)", False),
        (TF + "matmul", [weights(3, 3), batched(B, 2)], {}, "(3, 2)", False),
        (TF + "tensordot", [batched(B, 3), batched(B, 3), [1, 1]], {}, "(B, B)", True),
        (TF + "tensordot", [ANY, ANY, [[0], [0]]], {}, "(?)", False),
        (OPS + "outer", [batched(B), batched(B)], {}, "(B, B)", True),
        (TF + "einsum", ["bi,ci->bc", batched(B, 3), batched(B, 3)], {}, "(B, B)", True),
        (TF + "einsum", ["bb->b", batched(B, B)], {}, "(B,)", True),
    ],
)
def test_products_of_samples_with_each_other(
    name: str, args: list[Any], kwargs: dict[str, Any], shape: str | None, pairwise: bool
) -> None:
    run = Run(name, *args, **kwargs)
    assert run.causes == [events.MIXED]
    assert run.kinds == []
    batch = run.tensor.batch
    assert isinstance(batch, Broken)
    (cause,) = batch.causes
    assert cause.data["pairwise"] is pairwise
    assert cause.data["before"] in args
    assert cause.data["after"] == run.tensor.dims or run.tensor.dims is None
    if shape is not None:
        assert show_shape(run.tensor.dims) == shape


def test_samples_against_leading_axes() -> None:
    assert Run(TF + "matmul", batched(B, 4, 3), batched(B, 4, 3, 3)).causes == [events.BROADCAST]


def test_samples_that_change_places() -> None:
    moved = Run(K + "dot", weights(2, 2), batched(B, 2, 2)).tensor
    assert show_shape(moved.dims) == "(2, B, 2)"
    assert isinstance(moved.batch, Along)
    assert moved.batch.axis == 1
    assert moved.batch.moved is not None
    assert moved.batch.moved.kind == events.MOVED
    back = Run(TF + "einsum", "tbi->bti", moved).tensor
    assert back.batch == Along(0)


def test_flat_outer_product_folds_the_samples() -> None:
    batch = Run(OPS + "outer", batched(B, 2), weights(3)).tensor.batch
    assert isinstance(batch, Along)
    assert (batch.axis, batch.outer, batch.inner) == (0, 1, 2)
    assert batch.folded is not None
    assert batch.folded.kind == events.CHANGED


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "why"),
    [
        (K + "dot", [batched(B, 3), weights(2, 4)], {}, "sizes 3 and 2 do not fit: (B, 3) with (2, 4)"),
        (K + "batch_dot", [batched(B, 3), batched(B, 4)], {"axes": 1}, "sizes 3 and 4 do not fit"),
        (K + "batch_dot", [batched(B, 3), batched(B, 3)], {"axes": 0}, "over axis 0"),
        (K + "batch_dot", [batched(B, 3), batched(B, 3)], {"axes": 2}, "axis 2 does not exist"),
        (K + "batch_dot", [batched(B, 3), batched(B)], {}, "it needs 2 axes or more"),
        (TF + "matmul", [batched(B, 3), weights(3)], {}, "it needs 2 axes or more, and a tensor has 1"),
        (TF + "tensordot", [weights(3), weights(3), 2], {}, "it runs over 2 axes"),
        (TF + "tensordot", [batched(B, 3), weights(4), [[1], [0]]], {}, "sizes 3 and 4 do not fit"),
        (TF + "einsum", ["bi,ij->bj", batched(B, 3), weights(4, 5)], {}, "sizes 3 and 4 do not fit"),
        (TF + "einsum", ["bij->b", batched(B, 3)], {}, "'bij' 3 axes, and the tensor has 2"),
        (TF + "einsum", ["bi->bk", batched(B, 3)], {}, "'k' of the result 'bk' is in no operand"),
        (TF + "einsum", ["...i->i", batched(B, 3)], {}, "leaves out the axes of the ellipsis"),
        (TF + "einsum", ["bi->b", batched(B, 3), batched(B, 3)], {}, "has 1 operands, and 2 are given"),
        (K + "conv2d", [batched(B, 8, 8, 3), weights(3, 3, 4, 2)], {}, "the kernel takes 4 channels"),
        (K + "conv2d", [batched(B, 2, 8, 3), weights(3, 3, 3, 2)], {}, "a window of 3 does not fit"),
        (K + "conv2d", [batched(B, 8, 3), weights(3, 3, 3, 2)], {}, "a tensor of 4 axes"),
        (K + "conv2d", [batched(B, 8, 8, 3), weights(3, 3, 2)], {}, "the kernel needs 4 axes, and it has 3"),
        (K + "bias_add", [batched(B, 8, 3), weights(4)], {}, "sizes 3 and 4 do not fit"),
        (TF + "zeros", [[B, None]], {}, "a size of the shape is None"),
        (TF + "zeros", [[-1, 3]], {}, "a size of the shape is negative"),
    ],
)
def test_what_cannot_run(name: str, args: list[Any], kwargs: dict[str, Any], why: str) -> None:
    run = Run(name, *args, **kwargs)
    assert run.result is None
    assert why in run.why
    assert run.kinds == [events.IMPOSSIBLE]


def test_tensordot_of_axes_that_fit_together_is_not_impossible() -> None:
    run = Run(TF + "tensordot", weights(2, 3), weights(3, 2), 2)
    assert isinstance(run.tensor.batch, Constant)


@pytest.mark.parametrize("name", [K + "dot", TF + "matmul"])
def test_products_with_unknown_weights(name: str) -> None:
    assert Run(name, ANY, weights(3, 2)).tensor.batch == Along(0)
    assert Run(name, batched(B, 3), NOT_KNOWN).tensor.batch == Along(0)
    assert isinstance(Run(name, NOT_KNOWN, batched(B, 3)).tensor.batch, Unsure)
    hidden = Unknown("a call", inputs=frozenset({1}))
    result = Run(name, batched(B, 3), hidden).tensor
    assert isinstance(result.batch, Unsure)
    assert result.inputs == {0, 1}


def test_faults_of_operands_pass_on_and_no_new_one_is_added() -> None:
    cause = Event(events.REDUCED, HERE, "K.sum")
    lost = Tensor((3, 4), Broken((cause,)), "float32", inputs=frozenset({0}))
    result = Run(K + "dot", batched(B, 3), lost).tensor
    assert result.batch == Broken((cause,))


def test_a_constant_as_long_as_a_written_batch() -> None:
    fixed = Run(TF + "matmul", batched(B, 4, 3), weights(32, 3, 5, made=WRITTEN))
    assert fixed.causes == [events.FIXED]
    assert isinstance(fixed.tensor.batch, Broken)
    assert fixed.tensor.batch.causes[0].text == "tf.zeros"
    assert isinstance(Run(TF + "matmul", batched(B, 4, 3), weights(32, 3, 5)).tensor.batch, Unsure)


# --- einsum ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("equation", "args", "shape"),
    [
        ("bi,bi->b", [batched(B, 3), batched(B, 3)], "(B,)"),
        ("bi,bj->bij", [batched(B, 3), batched(B, 4)], "(B, 3, 4)"),
        ("bij -> bji", [batched(B, 3, 4)], "(B, 4, 3)"),
        ("bii->bi", [batched(B, 3, 3)], "(B, 3)"),
        ("ba", [batched(3, B, axis=1)], "(B, 3)"),
        ("...i,io->...o", [batched(B, 2, 3), weights(3, 4)], "(B, 2, 4)"),
        ("...i,...i->...", [batched(B, 2, 3), weights(3)], "(B, 2)"),
        ("bti,tio->bto", [batched(B, 2, 3), weights(2, 3, 4)], "(B, 2, 4)"),
        ("bi,io,o->bo", [batched(B, 3), weights(3, 4), weights(4)], "(B, 4)"),
        ("bi,io->bo", [batched(B, 3), NOT_KNOWN], "(B, ?)"),
        ("bi,io->bo", [ANY, weights(3, 4)], "(B, 4)"),
        ("...i,io->...o", [ANY, NOT_KNOWN], "(?)"),
    ],
)
def test_einsum_that_keeps_the_samples(equation: str, args: list[Any], shape: str) -> None:
    run = Run(TF + "einsum", equation, *args)
    assert show_shape(run.tensor.dims) == shape
    assert run.tensor.batch == Along(0)


@pytest.mark.parametrize("equation", ["bi->i", "bi->", "bi,bi", "bi,bi->i"])
def test_einsum_that_sums_over_the_samples(equation: str) -> None:
    args = [batched(B, 3)] * (1 + equation.count(","))
    assert Run(TF + "einsum", equation, *args).causes == [events.REDUCED]


def test_einsum_that_is_not_followed() -> None:
    for run in (
        Run(TF + "einsum", NOT_KNOWN, batched(B, 3)),
        Run(TF + "einsum", "b?->b", batched(B, 3)),
        Run(OPS + "einsum", "ba", batched(B, 3)),
    ):
        assert isinstance(run.tensor.batch, Unsure)
        assert run.tensor.dims is None


def test_a_tensor_times_itself_is_not_negative() -> None:
    x = batched(B, 3)
    assert Run(TF + "einsum", "bi,bi->b", x, x).tensor.sign.low == 0
    assert Run(TF + "einsum", "bi,bi->b", x, batched(B, 3)).tensor.sign.low < 0
    assert Run(K + "batch_dot", x, x, axes=1).tensor.sign.low == 0
    y = batched(B, 3, 3)
    assert Run(K + "batch_dot", y, y).tensor.sign.low < 0


# --- convolution and pooling -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "shape"),
    [
        (K + "conv2d", [batched(B, 28, 28, 3), weights(5, 5, 3, 8)], {}, "(B, 24, 24, 8)"),
        (
            K + "conv2d",
            [batched(B, 9, 9, 3), weights(5, 5, 3, 8)],
            {"padding": "same", "strides": 2},
            "(B, 5, 5, 8)",
        ),
        (
            K + "conv2d",
            [batched(B, 3, 9, 8), weights(2, 2, 3, 4)],
            {"data_format": "channels_first", "strides": (2, 1)},
            "(B, 4, 4, 7)",
        ),
        (K + "conv2d", [batched(B, 9, 9, 4), weights(3, 3, 2, 6)], {"padding": "same"}, "(B, 9, 9, 6)"),
        (K + "conv1d", [batched(B, 10, 3), weights(3, 3, 4)], {"dilation_rate": 2}, "(B, 6, 4)"),
        (K + "conv1d", [batched(B, 10, 3), weights(3, 3, 4)], {"padding": "causal"}, "(B, 10, 4)"),
        (K + "conv1d", [batched(B, 10, 3), NOT_KNOWN], {"padding": "same"}, "(B, 10, ?)"),
        (K + "conv2d", [ANY, NOT_KNOWN], {}, "(B, ?, ?, ?)"),
        (
            TF + "nn.conv2d",
            [batched(B, 9, 9, 3), weights(3, 3, 3, 8), [1, 2, 1, 1], "VALID"],
            {},
            "(B, 4, 7, 8)",
        ),
        (OPS + "conv", [batched(B, 9, 3), weights(3, 3, 8)], {}, "(B, 7, 8)"),
        (OPS + "depthwise_conv", [batched(B, 9, 3), weights(3, 3, 2)], {}, "(B, 7, 6)"),
        (OPS + "separable_conv", [batched(B, 9, 3), weights(3, 3, 2), weights(1, 6, 5)], {}, "(B, 7, 5)"),
        (OPS + "conv_transpose", [batched(B, 7, 3), weights(3, 8, 3), 2, "valid"], {}, "(B, 15, 8)"),
        (OPS + "conv_transpose", [batched(B, 7, 3), weights(3, 8, 3), 2, "same"], {}, "(B, 14, 8)"),
        (
            K + "conv2d_transpose",
            [batched(B, 7, 7, 3), weights(3, 3, 8, 3), [B, 14, 14, 8], (2, 2), "same"],
            {},
            "(B, 14, 14, 8)",
        ),
        (K + "pool2d", [batched(B, 8, 8, 3), (2, 2)], {}, "(B, 7, 7, 3)"),
        (K + "pool2d", [batched(B, 9, 9, 3), (2, 2), (2, 2), "same"], {}, "(B, 5, 5, 3)"),
        (OPS + "max_pool", [batched(B, 9, 9, 3), 2], {}, "(B, 4, 4, 3)"),
        (TF + "nn.avg_pool", [batched(B, 9, 9, 3), [1, 2, 2, 1], [1, 3, 3, 1], "SAME"], {}, "(B, 3, 3, 3)"),
        (K + "bias_add", [batched(B, 8, 3), weights(3)], {}, "(B, 8, 3)"),
        (K + "bias_add", [batched(B, 3, 8, 7), weights(3), "channels_first"], {}, "(B, 3, 8, 7)"),
    ],
)
def test_windows(name: str, args: list[Any], kwargs: dict[str, Any], shape: str) -> None:
    run = Run(name, *args, **kwargs)
    assert show_shape(run.tensor.dims) == shape
    assert run.tensor.batch == Along(0)
    assert run.kinds == []


def test_windows_of_symbolic_sizes() -> None:
    n = fresh("n")
    x = batched(B, n, 3)
    assert Run(K + "conv1d", x, weights(3, 3, 4)).tensor.dims == (B, sub(n, 2), 4)
    assert Run(K + "conv1d", x, weights(3, 3, 4), padding="same").tensor.dims == (B, n, 4)
    assert Run(OPS + "conv_transpose", x, weights(3, 4, 3), 2, "same").tensor.dims == (B, mul(n, 2), 4)


def test_windows_that_run_over_the_samples() -> None:
    kernel = weights(3, 3, 4)
    assert Run(K + "conv1d", batched(5, B, 3, axis=1), kernel).causes == [events.MIXED]
    assert Run(K + "conv1d", batched(5, 7, B, axis=2), weights(3, B, 4)).causes == [events.MIXED]
    assert Run(OPS + "max_pool", batched(5, B, 3, axis=1), 2).causes == [events.MIXED]
    assert Run(OPS + "max_pool", batched(5, 7, B, axis=2), 2).tensor.batch == Along(2)
    assert Run(K + "conv1d", batched(B, 7, 3), batched(B, 3, 4)).causes == [events.MIXED]


def test_an_output_shape_that_writes_the_number_of_samples() -> None:
    args = [batched(B, 7, 7, 3), weights(3, 3, 8, 3)]
    assert Run(K + "conv2d_transpose", *args, [32, 14, 14, 8], (2, 2), "same").causes == [events.FIXED]
    assert Run(K + "conv2d_transpose", *args, [NOT_KNOWN, 14, 14, 8], (2, 2), "same").causes == [events.FIXED]
    hidden = Unknown("a call", inputs=frozenset({0}))
    dynamic = Run(K + "conv2d_transpose", *args, [hidden, 14, 14, 8], (2, 2), "same")
    assert dynamic.tensor.batch == Along(0)


# --- shapes written and asked for ------------------------------------------------------------------


def dynamic_shape(x: Tensor) -> Tensor:
    return Run(TF + "shape", x).tensor


def test_dynamic_shapes_know_their_entries() -> None:
    shape = dynamic_shape(batched(B, 3))
    assert (shape.dims, shape.content, shape.dtype) == ((2,), (B, 3), "int32")
    assert isinstance(shape.batch, Constant)
    assert dynamic_shape(ANY).content is None


def test_static_shapes_are_python() -> None:
    shape = Run(K + "int_shape", batched(B, 3)).result
    assert isinstance(shape, Sequence)
    assert shape.items == [Number(B, maybe_none=True), Const(3)]
    assert Run(K + "ndim", batched(B, 3)).result == Const(2)
    assert isinstance(Run(K + "ndim", ANY).result, Unknown)
    assert Run(TF + "rank", batched(B, 3)).tensor.content == 2
    assert Run(TF + "size", batched(B, 3)).tensor.content == mul(B, 3)
    assert Run("numpy.size", Tensor((3, 4), kind="ndarray")).result == Const(12)
    assert Run(K + "epsilon").result == Const(1e-7)


@pytest.mark.parametrize(
    ("shape", "shown", "batch"),
    [
        ([B, 5], "(B, 5)", Along(0)),
        ([5, B], "(5, B)", Along(1)),
        ([mul(B, 4), 5], "(4*B, 5)", Along(0, 4)),
        (dynamic_shape(batched(B, 3, 4)), "(B, 3, 4)", Along(0)),
        (dynamic_shape(ANY), "(?)", Along(0)),
        ([32, 5], "(32, 5)", CONSTANT),
        (7, "(7,)", CONSTANT),
        (NOT_KNOWN, "(?)", CONSTANT),
        ([NOT_KNOWN, 5], "(w, 5)", CONSTANT),
    ],
)
@pytest.mark.parametrize("name", [TF + "zeros", TF + "random.normal"])
def test_written_shapes(name: str, shape: Any, shown: str, batch: Any) -> None:
    run = Run(name, shape)
    assert show_shape(run.tensor.dims) == shown
    assert run.tensor.batch == batch
    assert run.tensor.made is not None
    assert run.tensor.made.at is HERE
    assert run.tensor.random is name.endswith("normal")
    assert run.kinds == ([events.RANDOM] if run.tensor.random else [])


def test_shapes_that_only_a_run_can_tell_fix_nothing() -> None:
    hidden = Unknown("a call", inputs=frozenset({0}))
    sum_ = Run(TF + "add", Run(TF + "zeros", [hidden, 5]).tensor, batched(B, 5)).tensor
    assert isinstance(sum_.batch, Unsure)
    fixed = Run(TF + "add", Run(TF + "zeros", [NOT_KNOWN, 5]).tensor, batched(B, 5))
    assert fixed.causes == [events.FIXED]


def test_entries_of_filled_shapes() -> None:
    assert Run(TF + "zeros", [2], "int32").tensor.content == (0, 0)
    assert Run(TF + "ones", [B, 2]).tensor.sign.low == 1
    assert Run(TF + "fill", [B, 2], 3.0).tensor.sign.zero == "never"
    assert Run(OPS + "empty", [2]).tensor.sign.low < 0
    filled = Run(TF + "fill", [B, 2], batched(B, 1)).tensor
    assert (filled.dims, filled.batch) == ((B, 2), Along(0))
    assert filled.inputs == {0}


def test_backend_creators_make_variables_of_static_shapes() -> None:
    made = Run(K + "zeros", [32, 5])
    assert made.kinds == [events.VARIABLE_MADE]
    assert made.tensor.kind == "variable"
    assert Run(K + "zeros", [B, 5]).kinds == []
    assert Run(K + "eye", 3).tensor.kind == "variable"
    assert Run(TF + "zeros", [32, 5]).tensor.kind == "tensor"


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "shape"),
    [
        (K + "variable", [[[1.0, 2.0], [3.0, 4.0]]], {}, "(2, 2)"),
        (TF + "Variable", [weights(3, 4)], {}, "(3, 4)"),
        (TF + "get_variable", ["w", [3, 4]], {}, "(3, 4)"),
        ("keras.Variable", ["zeros", [3, 4]], {}, "(3, 4)"),
        ("keras.Variable", [NOT_KNOWN], {}, "(?)"),
        (K + "random_normal_variable", [[3, 4], 0.0, 1.0], {}, "(3, 4)"),
    ],
)
def test_variables(name: str, args: list[Any], kwargs: dict[str, Any], shape: str) -> None:
    run = Run(name, *args, **kwargs)
    assert show_shape(run.tensor.dims) == shape
    assert run.tensor.kind == "variable"
    assert run.kinds == [events.VARIABLE_MADE]
    assert isinstance(run.tensor.batch, Constant)


# --- numbers and random numbers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "shape", "content", "dtype"),
    [
        ([4], "(4,)", (0, 1, 2, 3), "int32"),
        ([1, 10, 4], "(3,)", (1, 5, 9), "int32"),
        ([5, 0, -2], "(3,)", (5, 3, 1), "int32"),
        ([5, 2], "(0,)", (), "int32"),
        ([0.0, 1.0, 0.25], "(4,)", None, "float32"),
        ([B], "(B,)", None, "int32"),
        ([0, mul(B, 2), 2], "(B,)", None, "int32"),
        ([NOT_KNOWN], "(w,)", None, None),
    ],
)
def test_ranges(args: list[Any], shape: str, content: Any, dtype: str | None) -> None:
    made = Run(TF + "range", *args).tensor
    assert (show_shape(made.dims), made.content, made.dtype) == (shape, content, dtype)
    assert isinstance(made.batch, Along if "B" in shape else Constant)


def test_lists_become_constants() -> None:
    made = Run(TF + "constant", [1, 2, 3]).tensor
    assert (made.dims, made.content, made.kind) == ((3,), (1, 2, 3), "tensor")
    assert Run(TF + "constant", 0.0, shape=[32, 4]).tensor.made is not None
    x = batched(B, 3)
    assert Run(TF + "convert_to_tensor", x).result is x


def test_identity_matrices() -> None:
    assert Run(TF + "eye", 3, 4).tensor.dims == (3, 4)
    lead = Run(TF + "eye", 3, batch_shape=[B]).tensor
    assert (lead.dims, lead.batch) == ((B, 3, 3), Along(0))
    assert isinstance(Run(TF + "eye", B).tensor.batch, Unsure)


def test_linspace() -> None:
    assert Run(TF + "linspace", 0.0, 1.0, 5).tensor.dims == (5,)
    assert Run(TF + "linspace", batched(B), batched(B), 5, axis=-1).tensor.batch == Along(0)
    moved = Run(TF + "linspace", batched(B), batched(B), 5).tensor
    assert moved.dims == (5, B)
    assert isinstance(moved.batch, Along)
    assert (moved.batch.axis, moved.batch.moved is None) == (1, False)


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "low", "high", "zero"),
    [
        (K + "random_uniform", [[3]], {}, 0, 1, "rarely"),
        (TF + "random.uniform", [[3]], {"minval": 2, "maxval": 4}, 2, 4, "never"),
        (TF + "random.uniform", [[3]], {"maxval": 5, "dtype": "int32"}, 0, 5, "often"),
        (K + "random_binomial", [[3]], {"p": 0.5}, 0, 1, "often"),
        (TF + "random.poisson", [[3], 2.0], {}, 0, float("inf"), "often"),
        (K + "random_normal", [[3]], {}, float("-inf"), float("inf"), "rarely"),
    ],
)
def test_ranges_of_random_numbers(
    name: str, args: list[Any], kwargs: dict[str, Any], low: float, high: float, zero: str
) -> None:
    sign = Run(name, *args, **kwargs).tensor.sign
    assert (sign.low, sign.high, sign.zero) == (low, high, zero)


def test_random_numbers_with_parameters_per_sample() -> None:
    mean = Run(K + "random_normal", [B, 2], mean=batched(B, 2)).tensor
    assert (mean.dims, mean.batch, mean.random) == ((B, 2), Along(0), True)
    assert mean.inputs == {0}
    rate = Run(TF + "random.poisson", [], batched(B, 2)).tensor
    assert (rate.dims, rate.batch) == ((B, 2), Along(0))
    several = Run(TF + "random.poisson", [4], batched(B, 2)).tensor
    assert several.dims == (4, B, 2)
    assert isinstance(several.batch, Along)
    assert several.batch.axis == 1


def test_noise_of_one_draw_for_all_samples_is_noted() -> None:
    noise = Run(K + "random_normal", [1, 3]).tensor
    run = Run(TF + "add", batched(B, 3), noise)
    assert run.kinds == [events.SHARED_NOISE]
    assert run.tensor.batch == Along(0)
