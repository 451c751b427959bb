"""Products and sums of products: shapes, the batch axis and events."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events
from lambdalint.interp.values import (
    Along,
    Broken,
    Constant,
    Event,
    Tensor,
    Unknown,
    Unsure,
)
from lambdalint.layers.dims import B, show_shape

from .single_operations import ANY, HERE, NOT_KNOWN, OPS, TF, WRITTEN, K, Run, batched, weights


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
