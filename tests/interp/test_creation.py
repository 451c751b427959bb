"""Creators, shapes that are asked for, and random numbers: shapes, the batch axis and events."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events
from lambdalint.interp.values import (
    CONSTANT,
    Along,
    Const,
    Constant,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
)
from lambdalint.layers.dims import B, mul, show_shape

from .single_operations import ANY, HERE, NOT_KNOWN, OPS, TF, K, Run, batched, weights


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
