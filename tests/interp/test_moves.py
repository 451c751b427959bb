"""Axes that change places, through the library tables."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events
from lambdalint.interp.values import (
    Along,
    Event,
    Tensor,
    Unknown,
)
from lambdalint.layers.dims import B

from .named_calls import (
    ANY_RANK,
    AT,
    OPS,
    TF,
    UNKNOWN_INPUT,
    K,
    Run,
    X,
    batched,
    state,
)


@pytest.mark.parametrize(
    ("name", "args", "dims", "samples"),
    [
        (f"{K}transpose", (), (4, 3, B), "2 moved"),
        (f"{K}permute_dimensions", ((0, 2, 1),), (B, 4, 3), "0"),
        (f"{K}permute_dimensions", ((1, 0, 2),), (3, B, 4), "1 moved"),
        (f"{TF}transpose", ([0, -1, 1],), (B, 4, 3), "0"),
        (f"{OPS}swapaxes", (1, -1), (B, 4, 3), "0"),
        (f"{OPS}swapaxes", (0, 2), (4, 3, B), "2 moved"),
        (f"{OPS}moveaxis", (-1, 1), (B, 4, 3), "0"),
        (f"{OPS}moveaxis", (-1, 0), (4, B, 3), "1 moved"),
        (f"{OPS}moveaxis", ([0, 1], [-1, 0]), (3, 4, B), "2 moved"),
        (f"{K}reverse", (1,), (B, 3, 4), "0"),
        (f"{K}reverse", ([0, 1],), (B, 3, 4), "mixed"),
        (f"{OPS}flip", (), (B, 3, 4), "mixed"),
        (f"{OPS}roll", (1, 2), (B, 3, 4), "0"),
        (f"{OPS}roll", (1,), (B, 3, 4), "mixed"),
        (f"{OPS}roll", (0, 0), (B, 3, 4), "0"),
        (f"{OPS}roll", (1, Unknown("a captured axis")), (B, 3, 4), "unsure"),
        (f"{TF}sort", (), (B, 3, 4), "0"),
        (f"{TF}sort", (0,), (B, 3, 4), "mixed"),
        (f"{OPS}rot90", (1, (1, 2)), (B, 4, 3), "0"),
        (f"{OPS}rot90", (2, (1, 2)), (B, 3, 4), "0"),
        (f"{OPS}rot90", (), (3, B, 4), "1 moved"),
        (f"{OPS}rot90", (2,), (B, 3, 4), "mixed"),
        (f"{OPS}rot90", (3,), (3, B, 4), "mixed"),
        (f"{OPS}rot90", (4,), (B, 3, 4), "0"),
    ],
)
def test_moves_of_a_batch(name: str, args: tuple[Any, ...], dims: Any, samples: str) -> None:
    made = Run(name, X, *args).tensor
    assert (made.dims, state(made)) == (dims, samples)


def test_what_is_moved_back_is_no_fault() -> None:
    there = Run(f"{K}permute_dimensions", X, (1, 0, 2)).tensor
    back = Run(f"{K}permute_dimensions", there, (1, 0, 2)).tensor
    assert (back.dims, state(back)) == ((B, 3, 4), "0")
    further = Run(f"{K}permute_dimensions", there, (2, 0, 1)).tensor
    assert isinstance(there.batch, Along)
    assert isinstance(further.batch, Along)
    assert further.batch.axis == 2
    assert further.batch.moved is there.batch.moved


def test_a_transpose_of_unknown_rank_and_back() -> None:
    there = Run(f"{K}transpose", ANY_RANK).tensor
    assert state(there) == "-1 moved"
    assert state(Run(f"{K}transpose", there).tensor) == "0"
    assert state(Run(f"{K}sum", there, axis=-1).tensor) == "reduced"
    assert state(Run(f"{K}sum", there, axis=0).tensor) == "unsure"
    assert state(Run(f"{K}sum", there, axis=1, keepdims=True).tensor) == "unsure"
    assert state(Run(f"{K}softmax", there, axis=1).tensor) == "unsure"
    assert state(Run(f"{TF}concat", [there, there], 0).tensor) == "unsure"
    ranked = Run(f"{TF}transpose", there, [2, 0, 1]).tensor
    assert state(ranked) == "0"
    assert ranked.dims is not None
    assert ranked.dims[0] == B


@pytest.mark.parametrize(
    ("name", "args", "samples"),
    [
        (f"{K}permute_dimensions", ((0, 2, 1),), "0"),
        (f"{K}permute_dimensions", ((1, 0),), "1 moved"),
        (f"{OPS}swapaxes", (1, 2), "0"),
        (f"{OPS}swapaxes", (0, 1), "1 moved"),
        (f"{OPS}swapaxes", (0, -1), "-1 moved"),
        (f"{OPS}moveaxis", (1, -1), "0"),
        (f"{OPS}moveaxis", (-1, 0), "1 moved"),
        (f"{OPS}moveaxis", (0, -1), "-1 moved"),
        (f"{TF}sort", (), "0"),
        (f"{K}reverse", (0,), "mixed"),
    ],
)
def test_moves_without_a_known_rank(name: str, args: tuple[Any, ...], samples: str) -> None:
    assert state(Run(name, UNKNOWN_INPUT, *args).tensor) == samples


def test_permutations_known_in_part() -> None:
    last = Unknown("a captured axis")
    made = Run(f"{TF}transpose", X, [0, last, last]).tensor
    assert state(made) == "0"
    assert made.dims is not None
    assert made.dims[0] == B
    assert state(Run(f"{TF}transpose", X, [last, 0, last]).tensor) == "1 moved"
    assert state(Run(f"{TF}transpose", X, [last, last, 1]).tensor) == "unsure"
    assert state(Run(f"{TF}transpose", X, last).tensor) == "unsure"


@pytest.mark.parametrize("order", [[0, 1], [0, 1, 1], [0, 1, 3]])
def test_permutations_that_cannot_be(order: list[int]) -> None:
    assert Run(f"{TF}transpose", X, order).recorded == [events.IMPOSSIBLE]


def test_images_are_turned_in_height_and_width() -> None:
    made = Run(f"{TF}image.rot90", batched(B, 8, 6, 3)).tensor
    assert (made.dims, state(made)) == ((B, 6, 8, 3), "0")
    turns = Run(f"{TF}image.rot90", batched(B, 8, 6, 3), Unknown("a captured number")).tensor
    assert state(turns) == "unsure"


def test_positions_of_a_sort_cut_the_gradient() -> None:
    run = Run(f"{TF}argsort", X)
    assert run.recorded == [events.CUT]
    assert run.tensor.dtype == "int32"
    assert Run(f"{TF}sort", X).recorded == []


def test_a_shuffle_is_random_and_mixes_samples() -> None:
    run = Run(f"{TF}random.shuffle", X)
    assert (state(run.tensor), run.tensor.random, run.recorded) == ("mixed", True, [events.RANDOM])


def test_reversed_sizes() -> None:
    assert Run(f"{TF}reverse", Tensor((2,), dtype="int32", content=(B, 3)), [0]).tensor.content == (3, B)


def test_a_written_shape_stays_known_through_a_transpose() -> None:
    made = Event("zeros", AT)
    assert Run(f"{K}transpose", Tensor((32, 3), made=made)).tensor.made is made
