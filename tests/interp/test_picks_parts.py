"""Entries picked by name, tensors taken apart, codes and scattered entries."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events
from lambdalint.interp.values import (
    Along,
    Event,
    Sequence,
    Tensor,
)
from lambdalint.layers.dims import B, mul
from tests.interp.bare import AT, Bench, batch
from tests.interp.operands import (
    ANY_RANK,
    CAPTURED,
    FIRST,
    LABELS,
    MIXED,
    MIXED_BEFORE,
    OPS,
    ROWS,
    SHAPE,
    TF,
    TIMES,
    WEIGHTS,
    K,
    X,
    samples,
    shape,
)

# --- picks by name ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "dims", "where"),
    [
        (K + "gather", (X, 0), "(4, 6)", "indexed"),
        (K + "gather", (WEIGHTS, LABELS), "(B, 5)", "axis 0"),
        (K + "gather", (CAPTURED, LABELS), "(?)", "axis 0"),
        (K + "gather", (X, LABELS), "(B, 4, 6)", "indexed"),
        (TF + "gather", (X, [0, 2], None, 1), "(B, 2, 6)", "axis 0"),
        (TF + "gather", (X, [[0, 2]], None, -1), "(B, 4, 1, 2)", "axis 0"),
        (TF + "gather", (X, CAPTURED, None, 1), "(?)", "axis 0"),
        (TF + "gather", (X, LABELS, None, 1), "(B, B, 6)", "mixed"),
        (TF + "gather", (X, LABELS, None, 1, 1), "(B, 6)", "axis 0"),
        (TF + "gather", (X, LABELS, None, None, 1), "(B, 6)", "axis 0"),
        (TF + "gather", (X, LABELS, None, 1, CAPTURED), "(?)", "unsure"),
        (TF + "gather", (ANY_RANK, [0], None, -1), "(?)", "axis 0"),
        (TF + "gather", (ANY_RANK, LABELS, None, -1), "(?)", "unsure"),
        (TF + "gather", (WEIGHTS, LABELS, None, 1), "(9, B)", "axis 1 moved"),
        (TF + "gather", (MIXED, LABELS), "(B, 4)", "mixed"),
        (TF + "nn.embedding_lookup", (WEIGHTS, LABELS), "(B, 5)", "axis 0"),
        (OPS + "take", (X, [0, 1], 1), "(B, 2, 6)", "axis 0"),
        (OPS + "take", (X, [0, 1]), "(2,)", "indexed"),
        (OPS + "take_along_axis", (X, batch(2, 6, dtype="int32"), 1), "(B, 2, 6)", "axis 0"),
        (OPS + "take_along_axis", (X, Tensor((1, 2, 6), dtype="int32"), 1), "(B, 2, 6)", "axis 0"),
        (OPS + "take_along_axis", (X, batch(4, 6, dtype="int32"), 0), "(B, 4, 6)", "indexed"),
        (TF + "gather_nd", (X, [[0, 1]]), "(1, 6)", "indexed"),
        (TF + "gather_nd", (X, batch(1, dtype="int32"), 1), "(B, 6)", "axis 0"),
        (TF + "gather_nd", (X, batch(2, dtype="int32")), "(B, 6)", "unsure"),
        (TF + "gather_nd", (WEIGHTS, batch(7, 1, dtype="int32")), "(B, 7, 5)", "axis 0"),
        (TF + "slice", (X, [0, 1, 0], [-1, 2, -1]), "(B, 2, 6)", "axis 0"),
        (TF + "slice", (X, [0, 0, 0], [B, 1, 6]), "(B, 1, 6)", "axis 0"),
        (TF + "slice", (X, [0, CAPTURED, 0], [-1, 2, 6]), "(B, 2, 6)", "axis 0"),
        (TF + "slice", (TIMES, [0, 2, 0], [-1, 3, -1]), "(B, 3, 6)", "axis 0"),
        (TF + "slice", (ANY_RANK, [0, 0], [-1, 3]), "(B, 3)", "axis 0"),
        (TF + "slice", (X, [1, 0, 0], [1, 4, 6]), "(1, 4, 6)", "indexed"),
        (TF + "slice", (X, [0, 0, 0], [32, 4, 6]), "(32, 4, 6)", "indexed"),
        (TF + "strided_slice", (X, [0, 1], [0, 3], [1, 1], 1, 1), "(B, 2, 6)", "axis 0"),
        (TF + "strided_slice", (X, [0, 1], [0, 2], [1, 1], 1, 1, 0, 0, 2), "(B, 6)", "axis 0"),
        (TF + "strided_slice", (X, [0, 0], [1, 4]), "(1, 4, 6)", "indexed"),
    ],
)
def test_picks(name: str, args: tuple[Any, ...], dims: str, where: str) -> None:
    made = Bench().call(name, *args)
    assert samples(made) == where
    assert shape(made) == dims


def test_masks_by_name() -> None:
    bench = Bench()
    rows = bench.call(TF + "boolean_mask", X, Tensor((B,), Along(0), "bool", inputs=FIRST))
    assert isinstance(rows, Tensor)
    assert (rows.dims or ())[1:] == (4, 6)
    assert samples(rows) == "indexed"
    steps = bench.call(TF + "boolean_mask", X, [True, False, True, True], axis=1)
    assert isinstance(steps, Tensor)
    assert (steps.rank, (steps.dims or ())[2], samples(steps)) == (3, 6, "axis 0")
    assert "mask" in bench.impossible(TF + "boolean_mask", X, [True, False], axis=1)


def test_a_shuffle_of_the_samples_mixes_them() -> None:
    order = Tensor((B,), Along(0), "int32", random=True)
    assert samples(Bench().call(TF + "gather", X, order)) == "mixed"


def test_rows_of_folded_samples_may_be_picked_one_for_each() -> None:
    folded = Event(events.CHANGED, AT)
    flat = Tensor((mul(B, 4), 6), Along(0, inner=4, folded=folded), "float32", inputs=FIRST)
    assert samples(Bench().call(TF + "gather", flat, LABELS)) == "unsure"


def test_no_gradient_is_expected_through_positions() -> None:
    where = Tensor((B,), Along(0), "int64", inputs=FIRST, cuts=(MIXED_BEFORE,))
    bench = Bench()
    picked = bench.call(TF + "gather", X, where, axis=1, batch_dims=1)
    looked_up = bench.call(TF + "gather", WEIGHTS, where)
    assert isinstance(picked, Tensor)
    assert isinstance(looked_up, Tensor)
    assert (picked.cuts, looked_up.cuts) == ((), (MIXED_BEFORE,))


def test_sizes_gathered_from_a_shape() -> None:
    made = Bench().call(TF + "gather", SHAPE, [2, 0])
    assert isinstance(made, Tensor)
    assert made.content == (6, B)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        (TF + "gather", (X, [0, 4], None, 1)),
        (TF + "gather", (X, 0, None, 3)),
        (TF + "gather_nd", (ROWS, [[0, 0, 0]])),
        (TF + "slice", (X, [0, 0, 0], [-1, 5, -1])),
        (TF + "slice", (X, [0, 3, 0], [-1, 2, -1])),
        (TF + "slice", (X, [0, 0], [-1, -1])),
        (TF + "unstack", (X, 3, 1)),
        (TF + "split", (X, 3, 1)),
        (TF + "split", (X, [1, 2], 1)),
        (TF + "one_hot", (LABELS, 3, None, None, 2)),
    ],
)
def test_picks_that_cannot_be(name: str, args: tuple[Any, ...]) -> None:
    assert Bench().impossible(name, *args)


# --- taken apart -----------------------------------------------------------------------------------


def parts(name: str, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
    """Shape and samples of each part."""
    made = Bench().call(name, *args, **kwargs)
    assert isinstance(made, Sequence)
    assert made.items is not None
    return [(shape(item), samples(item)) for item in made.items]


def test_parts_along_a_feature_axis() -> None:
    assert parts(TF + "split", X, 2, axis=1) == [("(B, 2, 6)", "axis 0")] * 2
    assert [s for s, _ in parts(TF + "split", X, [1, -1], axis=-1)] == ["(B, 4, 1)", "(B, 4, 5)"]
    assert [s for s, _ in parts(OPS + "split", X, [1, 3], axis=1)] == ["(B, 1, 6)", "(B, 2, 6)", "(B, 1, 6)"]
    assert [s for s, _ in parts(OPS + "array_split", X, 3, axis=1)] == ["(B, 2, 6)", "(B, 1, 6)", "(B, 1, 6)"]
    assert parts(OPS + "hsplit", X, 4) == [("(B, 1, 6)", "axis 0")] * 4
    assert parts(TF + "unstack", X, axis=1) == [("(B, 6)", "axis 0")] * 4
    assert parts(TF + "unstack", ANY_RANK, 2, -1) == [("(?)", "axis 0")] * 2


def test_parts_along_the_batch_axis() -> None:
    assert {where for _, where in parts(TF + "split", X, 2, axis=0)} == {"indexed"}
    assert parts(TF + "split", X, 1, axis=0) == [("(B, 4, 6)", "axis 0")]
    made = Bench().call(TF + "unstack", X)
    assert isinstance(made, Sequence)
    assert made.items is None
    assert made.element is not None
    assert samples(made.element) == "indexed"


def test_a_number_of_parts_that_is_not_known() -> None:
    made = Bench().call(TF + "split", X, CAPTURED, axis=1)
    assert isinstance(made, Sequence)
    assert made.items is None
    assert made.element is not None
    assert samples(made.element) == "axis 0"


def test_batches_joined_and_parted_again() -> None:
    bench = Bench()
    both = bench.call(TF + "concat", [X, X], 0)
    assert samples(both) == "axis 0 x 2 changed"
    made = bench.call(TF + "split", both, 2, 0)
    assert isinstance(made, Sequence)
    assert [samples(item) for item in made.items or []] == ["axis 0", "axis 0"]
    assert bench.notes.unfolds
    assert samples(bench.subscript(both, slice(B, None))) == "axis 0"
    assert samples(bench.subscript(both, slice(1, None))) == "indexed"


def test_the_sizes_of_a_shape_one_by_one() -> None:
    made = Bench().call(TF + "unstack", SHAPE)
    assert isinstance(made, Sequence)
    assert [item.content for item in made.items or [] if isinstance(item, Tensor)] == [B, 4, 6]


# --- codes and scattered entries -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axis", "dims", "where"),
    [
        (None, "(B, 3)", "axis 0"),
        (-1, "(B, 3)", "axis 0"),
        (0, "(3, B)", "axis 1 changed"),
        (CAPTURED, "(?)", "unsure"),
    ],
)
def test_one_hot(axis: Any, dims: str, where: str) -> None:
    bench = Bench()
    made = bench.call(TF + "one_hot", LABELS, 3, axis=axis)
    assert isinstance(made, Tensor)
    assert (shape(made), samples(made)) == (dims, where)
    assert [event.kind for event in made.cuts] == bench.notes.kinds() == [events.CUT]
    assert (made.sign.low, made.sign.high, made.dtype) == (0, 1, "float32")


def test_masks_of_lengths() -> None:
    made = Bench().call(TF + "sequence_mask", LABELS, 7)
    assert (shape(made), samples(made)) == ("(B, 7)", "axis 0")


def test_scattered_entries() -> None:
    bench = Bench()
    grown = bench.call(TF + "scatter_nd", [[0]], Tensor((1, 5)), [9, 5])
    assert (shape(grown), samples(grown)) == ("(9, 5)", "constant")
    assert samples(bench.call(TF + "scatter_nd", batch(1, dtype="int32"), ROWS, [9, 6])) == "unsure"
    assert samples(bench.call(TF + "tensor_scatter_nd_update", X, [[0]], Tensor((1, 4, 6)))) == "unsure"
    assert samples(bench.call(OPS + "slice_update", X, [0, 1, 0], batch(2, 6))) == "axis 0"
    assert samples(bench.call(OPS + "slice_update", X, [1, 1, 0], batch(2, 6))) == "unsure"
    assert samples(bench.call(TF + "tensor_scatter_nd_update", MIXED, [[0]], WEIGHTS)) == "mixed"
