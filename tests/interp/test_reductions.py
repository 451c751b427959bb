"""Reductions and scans through the library tables."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events, signs
from lambdalint.interp.values import (
    Broken,
    Sign,
    Tensor,
    Unknown,
    Unsure,
)
from lambdalint.layers.dims import B, mul

from .named_calls import (
    ANY_RANK,
    CONSTANTS,
    MIXED,
    OPS,
    TF,
    UNKNOWN_INPUT,
    K,
    N,
    Run,
    X,
    batched,
    state,
)


@pytest.mark.parametrize(
    ("arguments", "dims", "samples"),
    [
        ({}, (), "reduced-all"),
        ({"axis": None, "keepdims": True}, (1, 1, 1), "reduced-all"),
        ({"axis": 0}, (3, 4), "reduced"),
        ({"axis": -3, "keepdims": True}, (1, 3, 4), "reduced"),
        ({"axis": [0, 1]}, (4,), "reduced"),
        ({"axis": -1}, (B, 3), "0"),
        ({"axis": (1, 2)}, (B,), "0"),
        ({"axis": [1, 2], "keepdims": True}, (B, 1, 1), "0"),
        ({"axis": []}, (B, 3, 4), "0"),
        ({"axis": 1, "keepdims": Unknown("a captured flag")}, None, "0"),
        ({"axis": 0, "keepdims": Unknown("a captured flag")}, None, "reduced"),
        ({"axis": Unknown("a captured axis")}, None, "unsure"),
    ],
)
def test_reductions_of_a_batch(arguments: dict[str, Any], dims: Any, samples: str) -> None:
    made = Run(f"{K}sum", X, **arguments).tensor
    assert (made.dims, state(made)) == (dims, samples)
    assert made.inputs == {0}


def test_a_fault_carries_the_shapes_of_its_message() -> None:
    batch = Run(f"{K}mean", X, axis=0).tensor.batch
    assert isinstance(batch, Broken)
    (event,) = batch.causes
    assert (event.data["before"], event.data["after"], event.data["axis"]) == (X, (3, 4), 0)


def test_a_broken_batch_gets_no_second_fault() -> None:
    assert state(Run(f"{K}sum", MIXED, axis=0).tensor) == "mixed"
    assert state(Run(f"{K}sum", MIXED).tensor) == "mixed"


def test_constants_are_reduced_to_constants() -> None:
    assert state(Run(f"{K}sum", CONSTANTS).tensor) == "-"
    assert state(Run(f"{TF}reduce_max", CONSTANTS, 0).tensor) == "-"


def test_all_axes_include_samples_whose_place_is_not_known() -> None:
    lost = Tensor((B, 3), Unsure("somewhere", carries=True), inputs=frozenset({0}))
    assert state(Run(f"{K}sum", lost).tensor) == "reduced-all"
    fixed = Tensor((1, 3), Unsure("a batch of one is fixed"), inputs=frozenset({0}))
    assert state(Run(f"{K}sum", fixed).tensor) == "unsure"


@pytest.mark.parametrize(("axis", "samples"), [(0, "reduced"), (1, "0"), (-1, "0"), (None, "reduced-all")])
def test_reductions_without_a_known_rank(axis: int | None, samples: str) -> None:
    assert state(Run(f"{K}max", ANY_RANK, axis=axis).tensor) == samples


def test_an_input_that_may_be_a_list() -> None:
    assert state(Run(f"{K}sum", UNKNOWN_INPUT).tensor) == "reduced-all"
    assert isinstance(Run(f"{K}sum", UNKNOWN_INPUT, axis=0).result, Unknown)
    assert state(Run("tensor-method.sum", UNKNOWN_INPUT, axis=0).tensor) == "reduced"


def test_summing_the_inputs_of_a_list_keeps_the_samples_in_front() -> None:
    made = Run(f"{K}sum", [X, X], axis=0).tensor
    assert (made.dims, state(made)) == ((B, 3, 4), "0")
    made = Run(f"{K}sum", [X, X], axis=1).tensor
    assert (made.dims, state(made)) == ((2, 3, 4), "reduced")


def test_summing_away_the_axes_before_the_samples() -> None:
    moved = Run(f"{TF}transpose", X, [1, 0, 2]).tensor
    made = Run(f"{TF}reduce_sum", moved, 0).tensor
    assert (made.dims, state(made)) == ((B, 4), "0")
    kept = Run(f"{TF}reduce_sum", moved, 0, keepdims=True).tensor
    assert (kept.dims, state(kept)) == ((1, B, 4), "1 moved")


@pytest.mark.parametrize("axis", [3, -4, [1, 3], [1, -2]])
def test_axes_that_cannot_be(axis: Any) -> None:
    run = Run(f"{TF}reduce_sum", X, axis)
    assert isinstance(run.result, Unknown)
    assert run.recorded == [events.IMPOSSIBLE]


def test_sizes_are_multiplied_and_added_up() -> None:
    shape = Tensor((3,), dtype="int32", content=(B, 3, N))
    assert Run(f"{TF}reduce_prod", shape).tensor.content == mul(mul(B, 3), N)
    assert Run(f"{TF}reduce_sum", Tensor((2,), dtype="int32", content=(2, 3))).tensor.content == 5
    assert Run(f"{TF}reduce_max", Tensor((2,), dtype="int32", content=(2, 3))).tensor.content == 3


@pytest.mark.parametrize(
    ("name", "dtype", "expected"),
    [
        (f"{K}sum", "float32", "float32"),
        (f"{K}any", "bool", "bool"),
        (f"{TF}reduce_mean", "int32", "int32"),
        (f"{OPS}mean", "int32", "float32"),
        (f"{K}mean", "bool", "float32"),
        (f"{OPS}sum", "bool", "int32"),
        (f"{TF}math.count_nonzero", "float32", "int64"),
        (f"{OPS}count_nonzero", "float32", "int32"),
    ],
)
def test_types_of_reductions(name: str, dtype: str, expected: str) -> None:
    assert Run(name, batched(B, 3, dtype=dtype), axis=1).tensor.dtype == expected


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (f"{K}sum", Sign(0.0, zero="often"), Sign(0.0, zero="often")),
        (f"{K}sum", Sign(0.0, 1.0, "never"), Sign(0.0, zero="never")),
        (f"{K}mean", Sign(-1.0, 1.0), Sign(-1.0, 1.0)),
        (f"{K}max", Sign(0.0, 1.0, "never"), Sign(0.0, 1.0, "never")),
        (f"{OPS}amax", Sign(0.0, 1.0, "never"), Sign(0.0, 1.0, "never")),
        (f"{K}prod", Sign(0.0, 1.0, "often"), Sign(0.0, zero="often")),
        (f"{K}std", Sign(0.0, zero="often"), Sign(0.0, zero="often")),
        (f"{K}cumprod", Sign(0.5, 1.0, "never", tiny=False), Sign(0.0, zero="never")),
        (f"{K}softmax", Sign(), Sign(0.0, 1.0, "never")),
        (f"{K}l2_normalize", Sign(0.5, 3.0, "never"), Sign(0.0, 1.0, "never")),
        (f"{K}argmax", Sign(), signs.COUNT),
    ],
)
def test_ranges(name: str, before: Sign, after: Sign) -> None:
    assert Run(name, batched(B, 3, sign=before), axis=1).tensor.sign == after


def test_running_sums_that_begin_with_zero() -> None:
    x = batched(B, 3, sign=Sign(0.5, 1.0, "never"))
    assert Run(f"{TF}cumsum", x, 1, exclusive=True).tensor.sign.zero == "often"
    assert Run(f"{TF}cumsum", x, 1).tensor.sign.low == 0.5


@pytest.mark.parametrize(
    ("name", "args", "dims", "samples"),
    [
        (f"{TF}argmax", (), (3, 4), "reduced"),
        (f"{K}argmax", (), (B, 3), "0"),
        (f"{OPS}argmax", (), (), "reduced-all"),
        (f"{K}cumsum", (), (B, 3, 4), "reduced"),
        (f"{OPS}cumsum", (), (mul(B, 12),), "reduced-all"),
        (f"{K}cumsum", (1,), (B, 3, 4), "0"),
        (f"{TF}nn.softmax", (), (B, 3, 4), "0"),
        (f"{TF}nn.softmax", (0,), (B, 3, 4), "reduced"),
        (f"{K}l2_normalize", (), (B, 3, 4), "reduced-all"),
        (f"{K}l2_normalize", (-1,), (B, 3, 4), "0"),
        (f"{OPS}normalize", (), (B, 3, 4), "0"),
        (f"{TF}norm", (), (), "reduced-all"),
        (f"{TF}math.reduce_std", (0,), (3, 4), "reduced"),
        (f"{TF}reduce_logsumexp", (2,), (B, 3), "0"),
    ],
)
def test_what_a_default_axis_does(name: str, args: tuple[Any, ...], dims: Any, samples: str) -> None:
    made = Run(name, X, *args).tensor
    assert (made.dims, state(made)) == (dims, samples)


def test_numeric_events_of_norms() -> None:
    assert Run(f"{TF}norm", X, axis=1).recorded == [events.ROOT]
    assert Run(f"{TF}math.reduce_euclidean_norm", X, axis=1).recorded == [events.ROOT]
    assert Run(f"{TF}norm", X, ord=1, axis=1).recorded == []
    assert Run(f"{TF}norm", X, ord=Unknown("a captured order"), axis=1).recorded == []
    assert Run(f"{K}l2_normalize", X, 1).recorded == [events.L2_NORMALIZE]
    assert Run(f"{K}std", X, 1).recorded == [events.ROOT]
    assert Run(f"{K}var", X, 1).recorded == []


def test_moments_share_their_fault() -> None:
    mean, variance = Run(f"{TF}nn.moments", X, [0]).items
    assert state(mean) == "reduced"
    assert mean.batch == variance.batch
    assert variance.sign.low == 0
    assert mean.sign.low < 0
    assert [made.dims for made in Run(f"{TF}nn.moments", X, [1, 2], keepdims=True).items] == [(B, 1, 1)] * 2


def test_the_largest_entries() -> None:
    run = Run(f"{TF}nn.top_k", X, 2)
    values, places = run.items
    assert values.dims == places.dims == (B, 3, 2)
    assert state(values) == "0"
    assert places.dtype == "int32"
    assert [cut.kind for cut in places.cuts] == [events.CUT]
    assert not values.cuts
    assert Run(f"{TF}nn.top_k", X, 5).recorded == [events.IMPOSSIBLE]
    assert state(Run(f"{TF}nn.top_k", batched(B), 1).items[0]) == "mixed"


def test_whether_the_target_is_among_the_largest() -> None:
    made = Run(f"{TF}nn.in_top_k", batched(B, dtype="int32"), batched(B, 10), 3).tensor
    assert (made.dims, made.dtype, state(made)) == ((B,), "bool", "0")
    assert state(Run(f"{K}in_top_k", MIXED, batched(B, dtype="int32"), 3).tensor) == "mixed"


def test_losses_average_the_last_axis() -> None:
    made = Run("keras.losses.mean_squared_error", X, X).tensor
    assert (made.dims, state(made), made.sign.low) == ((B, 3), "0", 0)
    assert state(Run("keras.losses.mean_squared_error", batched(B), batched(B)).tensor) == "reduced"
    assert Run("keras.losses.cosine_similarity", X, X).tensor.sign.low < 0
    accuracy = Run("keras.metrics.categorical_accuracy", X, X)
    assert accuracy.recorded == [events.CUT]
    assert accuracy.tensor.cuts
