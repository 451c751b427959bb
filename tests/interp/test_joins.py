"""Tensors that are put together, through the library tables."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events
from lambdalint.interp.tensors import SHAPE_OF_BATCH
from lambdalint.interp.values import (
    NONE,
    Along,
    Broken,
    Constant,
    Event,
    Sequence,
    Tensor,
    Unknown,
)
from lambdalint.layers.dims import B, add, mul

from .named_calls import (
    ANY_RANK,
    AT,
    MIXED,
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
    ("axis", "dims", "samples"), [(-1, (B, 3, 9), "0"), (2, (B, 3, 9), "0"), (NONE, (B, 3, 9), "0")]
)
def test_concatenation_of_features(axis: Any, dims: Any, samples: str) -> None:
    made = Run(f"{K}concatenate", [X, batched(B, 3, 5)], axis=axis).tensor
    assert (made.dims, state(made)) == (dims, samples)


def test_batches_one_after_the_other_are_folded() -> None:
    made = Run(f"{TF}concat", [X, X, X], 0).tensor
    assert made.dims == (mul(B, 3), 3, 4)
    assert isinstance(made.batch, Along)
    assert (made.batch.outer, made.batch.inner) == (3, 1)
    assert made.batch.folded is not None
    assert made.batch.folded.kind == events.CHANGED


def test_rows_beside_a_batch_change_it() -> None:
    made = Run(f"{TF}concat", [X, Tensor((1, 3, 4))], 0).tensor
    assert (made.dims, state(made)) == ((add(B, 1), 3, 4), "changed")
    assert state(Run(f"{TF}concat", [MIXED, batched(B, 3)], 0).tensor) == "mixed"
    assert state(Run(f"{TF}concat", UNKNOWN_INPUT, 0).tensor) == "changed"


def test_one_tensor_is_not_lengthened() -> None:
    assert Run(f"{TF}concat", [X], 0).tensor is X
    assert Run(f"{TF}concat", X, 0).tensor is X


def test_a_written_batch_beside_the_samples() -> None:
    made = Event("variable-made", AT)
    run = Run(f"{K}concatenate", [X, Tensor((32, 3, 1), made=made)], axis=-1)
    assert state(run.tensor) == "fixed"
    assert run.tensor.dims == (B, 3, 5)
    assert isinstance(run.tensor.batch, Broken)
    assert run.tensor.batch.causes[0].at is made.at
    assert state(Run(f"{K}concatenate", [X, Tensor((32, 3, 1))], axis=-1).tensor) == "unsure"
    assert state(Run(f"{K}concatenate", [X, Tensor((B, 3, 1))], axis=-1).tensor) == "0"
    fixed = batched(32, 3, 4)
    assert state(Run(f"{K}concatenate", [fixed, Tensor((32, 3, 1), made=made)], axis=-1).tensor) == "0"


@pytest.mark.parametrize(
    ("parts", "axis"),
    [
        ([X, batched(B, 2, 4)], -1),
        ([X, batched(B, 4)], 1),
        ([X, X], 3),
    ],
)
def test_joins_that_cannot_be(parts: list[Tensor], axis: int) -> None:
    assert Run(f"{TF}concat", parts, axis).recorded == [events.IMPOSSIBLE]


def test_joins_of_which_little_is_known() -> None:
    made = Run(f"{K}concatenate", UNKNOWN_INPUT).tensor
    assert (made.dims, state(made)) == (None, "0")
    assert made.inputs == {0}
    assert state(Run(f"{K}concatenate", [X, Unknown("a captured array")]).tensor) == "0"
    assert state(Run(f"{K}concatenate", [X, X], axis=Unknown("a captured axis")).tensor) == "unsure"
    listed = Sequence("list", None, X)
    made = Run(f"{K}concatenate", listed, axis=1).tensor
    assert state(made) == "0"
    assert made.dims is not None
    assert made.dims[::2] == (B, 4)
    assert state(Run(f"{K}concatenate", listed, axis=0).tensor) == "changed"
    nothing = Run(f"{K}concatenate", Unknown("a captured list"))
    assert isinstance(nothing.result, Unknown)


def test_samples_in_different_places() -> None:
    made = Run(f"{TF}concat", [batched(B, N), batched(N, B, axis=1)], 1).tensor
    assert state(made) == "unsure"


def test_shapes_are_put_together() -> None:
    rows = Tensor((1,), dtype="int32", content=(B,))
    made = Run(f"{TF}concat", [rows, [3, Unknown("a captured size", "n")]], 0).tensor
    assert isinstance(made.content, tuple)
    assert made.content[:2] == (B, 3)
    assert made.dims == (3,)
    whole = Run(f"{TF}concat", [rows, Unknown("a captured list")], 0).tensor
    assert (whole.content, whole.label) == (None, SHAPE_OF_BATCH)
    assert isinstance(whole.batch, Constant)
    scalars = [Tensor((), dtype="int32", content=B), -1, Unknown("a captured size", "n")]
    stacked = Run(f"{TF}stack", scalars).tensor
    assert isinstance(stacked.content, tuple)
    assert stacked.content[:2] == (B, -1)
    assert stacked.dims == (3,)


@pytest.mark.parametrize(
    ("axis", "dims", "samples"),
    [
        (0, (2, B, 3, 4), "1 changed"),
        (1, (B, 2, 3, 4), "0"),
        (-1, (B, 3, 4, 2), "0"),
        (-4, (2, B, 3, 4), "1 changed"),
        (Unknown("a captured axis"), None, "unsure"),
    ],
)
def test_stacks(axis: Any, dims: Any, samples: str) -> None:
    made = Run(f"{K}stack", [X, X], axis=axis).tensor
    assert (made.dims, state(made)) == (dims, samples)


def test_stacks_of_unlike_tensors() -> None:
    assert Run(f"{K}stack", [X, batched(B, 2, 4)]).recorded == [events.IMPOSSIBLE]
    assert Run(f"{K}stack", [X, X], axis=4).recorded == [events.IMPOSSIBLE]
    made = Event("variable-made", AT)
    assert state(Run(f"{K}stack", [X, Tensor((32, 3, 4), made=made)], axis=1).tensor) == "fixed"


def test_stacks_of_an_unknown_input() -> None:
    assert state(Run(f"{K}stack", [ANY_RANK, ANY_RANK], axis=-1).tensor) == "0"
    assert state(Run(f"{K}stack", [ANY_RANK, ANY_RANK], axis=0).tensor) == "1 changed"
    assert state(Run(f"{K}stack", UNKNOWN_INPUT, axis=1).tensor) == "0"
    assert state(Run(f"{K}stack", UNKNOWN_INPUT, axis=0).tensor) == "unsure"


def test_a_sum_of_a_list() -> None:
    made = Run(f"{TF}add_n", [X, X]).tensor
    assert (made.dims, state(made)) == ((B, 3, 4), "0")


def test_grids() -> None:
    first, second = Run(f"{TF}meshgrid", Tensor((3,)), Tensor((4,))).items
    assert first.dims == second.dims == (4, 3)
    first, second = Run(f"{TF}meshgrid", Tensor((3,)), Tensor((4,)), indexing="ij").items
    assert first.dims == second.dims == (3, 4)
    first, second = Run(f"{TF}meshgrid", batched(B), Tensor((4,))).items
    assert (state(first), state(second)) == ("1 moved", "-")
    first, _ = Run(f"{TF}meshgrid", batched(B), Tensor((4,)), indexing="ij").items
    assert state(first) == "0"
