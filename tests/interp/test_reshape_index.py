"""Subscripts, picks and reshapes through the library tables, on a machine that runs no code."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events, reasons
from lambdalint.interp.ops.index import subscript
from lambdalint.interp.tensors import SHAPE_OF_BATCH
from lambdalint.interp.values import (
    NONE,
    Along,
    Broken,
    Const,
    Constant,
    Dictionary,
    Event,
    Number,
    RangeValue,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, Dim, ceildiv, fresh, minimum, mul, show_shape, sub
from tests.interp.bare import AT, Bench, batch
from tests.interp.running import layers_of

ALL = slice(None)
FIRST, SECOND = frozenset({0}), frozenset({1})
N = fresh("n")
T = fresh("t", dynamic=True)
K = "keras.backend."
TF = "tensorflow."
OPS = "keras.ops."

X = batch(4, 6)
ROWS = batch(6)
TIMES = batch(N, 6)
WEIGHTS = Tensor((9, 5), dtype="float32")
ANY_RANK = Tensor(None, Along(0), "float32", inputs=FIRST)
UNKNOWN_INPUT = Unknown("the layer's input is not known", tensor=True, inputs=FIRST)
CAPTURED = Unknown("a captured value")
MIXED_BEFORE = Event("mixed", AT)
MIXED = Tensor((B, 4), Broken((MIXED_BEFORE,)), "float32", inputs=FIRST)
LABELS = Tensor((B,), Along(0), "int32", inputs=SECOND)
SHAPE = Tensor((3,), dtype="int32", content=(B, 4, 6))


def samples(x: Value) -> str:
    """Where the samples of a tensor are, in a word or two."""
    assert isinstance(x, Tensor), x
    if isinstance(x.batch, Broken):
        return " ".join(event.kind for event in x.batch.causes)
    if isinstance(x.batch, Along):
        return _place(x.batch)
    return "constant" if isinstance(x.batch, Constant) else "unsure"


def _place(place: Along) -> str:
    words = [f"axis {place.axis}"]
    if not place.plain:
        words.append(f"x {mul(place.outer, place.inner)}")
    words += [event.kind for event in (place.moved, place.folded) if event is not None]
    return " ".join(words)


def shape(x: Value) -> str:
    """The shape of a tensor as messages print it."""
    assert isinstance(x, Tensor), x
    return show_shape(x.dims)


# --- subscripts of tensors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "dims", "where"),
    [
        (ALL, "(B, 4, 6)", "axis 0"),
        (Ellipsis, "(B, 4, 6)", "axis 0"),
        ((ALL, 0), "(B, 6)", "axis 0"),
        ((ALL, -4), "(B, 6)", "axis 0"),
        ((Ellipsis, 5), "(B, 4)", "axis 0"),
        ((ALL, Ellipsis, 5), "(B, 4)", "axis 0"),
        ((ALL, slice(1, None)), "(B, 3, 6)", "axis 0"),
        ((ALL, slice(None, -1)), "(B, 3, 6)", "axis 0"),
        ((ALL, slice(None, 99)), "(B, 4, 6)", "axis 0"),
        ((ALL, slice(3, 1)), "(B, 0, 6)", "axis 0"),
        ((ALL, slice(None, None, 3)), "(B, 2, 6)", "axis 0"),
        ((ALL, slice(None, None, -1)), "(B, 4, 6)", "axis 0"),
        ((ALL, None), "(B, 1, 4, 6)", "axis 0"),
        ((Ellipsis, None), "(B, 4, 6, 1)", "axis 0"),
        ((slice(0, None), 0), "(B, 6)", "axis 0"),
        ((slice(None, B), 0), "(B, 6)", "axis 0"),
        (slice(0, B), "(B, 4, 6)", "axis 0"),
        ((ALL, [0, 2, 2]), "(B, 3, 6)", "axis 0"),
        ((ALL, ALL, Tensor((), dtype="int32")), "(B, 4)", "axis 0"),
        ((ALL, CAPTURED), "(B, 6)", "axis 0"),
        (0, "(4, 6)", "indexed"),
        (-1, "(4, 6)", "indexed"),
        (Unknown(reasons.LOOP), "(4, 6)", "indexed"),
        (N, "(4, 6)", "indexed"),
        ((0, 0), "(6,)", "indexed"),
        ((CAPTURED, 0), "(6,)", "indexed"),
        (slice(0, 1), "(1, 4, 6)", "indexed"),
        (slice(1, None), "(-1 + B, 4, 6)", "indexed"),
        (slice(None, -1), "(-1 + B, 4, 6)", "indexed"),
        ((slice(None, None, 2), ALL), "((B/^2), 4, 6)", "indexed"),
        ((slice(None, None, -1), ALL), "(B, 4, 6)", "mixed"),
        ([1, 0], "(6,)", "indexed"),
        (None, "(1, B, 4, 6)", "axis 1 changed"),
    ],
)
def test_keys_on_a_batch(key: Any, dims: str, where: str) -> None:
    made = Bench().subscript(X, key)
    assert (shape(made), samples(made)) == (dims, where)


@pytest.mark.parametrize(
    ("key", "size"),
    [
        (slice(1, None), sub(N, 1)),
        (slice(3, None), sub(N, 3)),
        (slice(None, -2), sub(N, 2)),
        (slice(1, -1), sub(N, 2)),
        (slice(-1, None), 1),
        (slice(None, None, 2), ceildiv(N, 2)),
        (slice(None, 10), minimum(N, 10)),
        (slice(None, N), N),
        (slice(None, None, -1), N),
        (slice(mul(T, -1), None), T),
    ],
)
def test_slices_of_an_axis_whose_size_is_a_symbol(key: slice, size: Dim) -> None:
    made = Bench().subscript(TIMES, (ALL, key))
    assert isinstance(made, Tensor)
    assert made.dims == (B, size, 6)


def test_a_slice_that_may_be_empty_gets_a_size_of_its_own() -> None:
    made = Bench().subscript(TIMES, (ALL, slice(-1, 3)))
    assert isinstance(made, Tensor)
    assert made.dims is not None
    assert made.dims[1] not in (N, 3, sub(3, N))


@pytest.mark.parametrize("key", [slice(CAPTURED, None), slice(CAPTURED, CAPTURED), slice(None, N)])
def test_bounds_that_only_the_program_knows_drop_samples(key: slice) -> None:
    assert samples(Bench().subscript(X, key)) == "indexed"


def test_bounds_and_keys_that_only_a_run_can_tell() -> None:
    count = Tensor((), dtype="int32", inputs=FIRST)
    assert samples(Bench().subscript(X, slice(None, count))) == "unsure"
    assert samples(Bench().subscript(X, CAPTURED)) == "unsure"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ((ALL, 4), "index 4 is out of range: axis 1 has 4 entries"),
        ((ALL, -5), "index -5 is out of range: axis 1 has 4 entries"),
        ((ALL, 0, 0, 0), "4 indices, and the tensor has 3 axes"),
        ((Ellipsis, 6), "index 6 is out of range: axis 2 has 6 entries"),
    ],
)
def test_keys_past_the_end(key: Any, why: str) -> None:
    bench = Bench()
    assert isinstance(bench.subscript(X, key), Unknown)
    assert [(event.kind, event.data["why"]) for event in bench.notes.events] == [(events.IMPOSSIBLE, why)]


def test_a_fault_carries_the_shapes_of_its_message() -> None:
    made = Bench().subscript(X, 0)
    assert isinstance(made, Tensor)
    assert isinstance(made.batch, Broken)
    (event,) = made.batch.causes
    assert (event.data["before"], event.data["after"], event.data["axis"]) == (X, (4, 6), 0)


def test_a_broken_batch_gets_no_second_fault() -> None:
    for key in (0, (ALL, 0), slice(1, None), (slice(None, None, -1), None)):
        made = Bench().subscript(MIXED, key)
        assert isinstance(made, Tensor)
        assert made.batch == Broken((MIXED_BEFORE,))


def test_a_new_axis_that_is_taken_away_again() -> None:
    bench = Bench()
    wide = bench.subscript(X, None)
    assert samples(bench.subscript(wide, 0)) == "axis 0"
    assert samples(bench.subscript(wide, (ALL, 0))) == "indexed"


def test_what_a_slice_keeps_of_its_operand() -> None:
    x = Tensor((B, 4), Along(0), "int64", inputs=SECOND, random=True, cuts=(MIXED_BEFORE,))
    made = Bench().subscript(x, (ALL, 0))
    assert isinstance(made, Tensor)
    assert (made.dtype, made.inputs, made.random, made.cuts) == ("int64", SECOND, True, (MIXED_BEFORE,))


@pytest.mark.parametrize(
    ("key", "where"),
    [
        (ALL, "axis 0"),
        ((ALL, 0), "axis 0"),
        ((ALL, slice(1, None), -1), "axis 0"),
        ((Ellipsis, 0), "axis 0"),
        ((slice(None, B), 0), "axis 0"),
        ((ALL, None), "axis 0"),
        (0, "indexed"),
        ((0, Ellipsis), "indexed"),
        (slice(2, None), "indexed"),
        (slice(None, None, -1), "mixed"),
        (None, "axis 1 changed"),
    ],
)
def test_keys_without_a_known_rank(key: Any, where: str) -> None:
    made = Bench().subscript(ANY_RANK, key)
    assert isinstance(made, Tensor)
    assert (made.dims, samples(made)) == (None, where)


# --- arrays as keys --------------------------------------------------------------------------------


def test_a_table_indexed_by_samples_carries_them() -> None:
    made = Bench().subscript(WEIGHTS, LABELS)
    assert isinstance(made, Tensor)
    assert (made.dims, samples(made), made.inputs) == ((B, 5), "axis 0", SECOND)


def test_features_picked_by_every_sample_at_once() -> None:
    made = Bench().subscript(X, (ALL, LABELS))
    assert isinstance(made, Tensor)
    assert (made.dims, samples(made), made.inputs) == ((B, B, 6), "mixed", FIRST | SECOND)


def test_samples_picked_by_their_own_numbers_are_not_followed() -> None:
    assert samples(Bench().subscript(X, LABELS)) == "unsure"
    assert samples(Bench().subscript(X, (LABELS, LABELS))) == "unsure"


def test_a_mask_over_the_samples_drops_some() -> None:
    mask = Tensor((B, 4), Along(0), "bool", inputs=FIRST)
    made = Bench().subscript(X, mask)
    assert isinstance(made, Tensor)
    assert made.rank == 2
    assert samples(made) == "indexed"


def test_an_index_that_mixes_samples_spreads_it() -> None:
    index = Tensor((), Broken((MIXED_BEFORE,)), "int64")
    made = Bench().subscript(WEIGHTS, (ALL, index))
    assert isinstance(made, Tensor)
    assert made.batch == Broken((MIXED_BEFORE,))


# --- shapes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "content"),
    [
        (0, B),
        (-1, 6),
        (slice(1, None), (4, 6)),
        (slice(None, 1), (B,)),
        (slice(None, None, -1), (6, 4, B)),
    ],
)
def test_sizes_taken_out_of_a_shape(key: Any, content: Any) -> None:
    made = Bench().subscript(SHAPE, key)
    assert isinstance(made, Tensor)
    assert made.content == content
    assert made.rank == (1 if isinstance(content, tuple) else 0)


def test_a_size_past_the_end_of_a_shape() -> None:
    bench = Bench()
    assert isinstance(bench.subscript(SHAPE, 3), Unknown)
    assert bench.notes.kinds() == [events.IMPOSSIBLE]


def test_the_shape_of_a_batch_of_unknown_rank_begins_with_the_batch_size() -> None:
    whole = Tensor((fresh(),), dtype="int32", label=SHAPE_OF_BATCH)
    bench = Bench()
    first, start, rest = (bench.subscript(whole, key) for key in (0, slice(None, 2), slice(None, -1)))
    assert isinstance(first, Tensor)
    assert isinstance(start, Tensor)
    assert isinstance(rest, Tensor)
    assert first.content == B
    assert isinstance(start.content, tuple)
    assert (start.content[0], len(start.content)) == (B, 2)
    assert rest.label == SHAPE_OF_BATCH
    other = bench.subscript(whole, 1)
    assert isinstance(other, Tensor)
    assert other.content is None


def test_a_static_shape_is_a_python_tuple() -> None:
    sizes = Sequence("tuple", [Number(B, maybe_none=True), Const(4), Const(6)])
    bench = Bench()
    assert bench.subscript(sizes, 0) == Number(B, maybe_none=True)
    rest = bench.subscript(sizes, slice(1, None))
    assert isinstance(rest, Sequence)
    assert (rest.kind, rest.items) == ("tuple", [Const(4), Const(6)])


def test_two_entries_of_an_unknown_shape_are_two_values() -> None:
    sizes = Sequence("tuple", None, Unknown("the rank is not known"))
    assert Bench().subscript(sizes, 1) is not Bench().subscript(sizes, 2)


# --- lists, dicts, strings -------------------------------------------------------------------------


def test_lists_of_inputs() -> None:
    bench, both = Bench(), Sequence("list", [X, ROWS])
    assert bench.subscript(both, 1) is ROWS
    assert bench.subscript(both, -2) is X
    joined = bench.subscript(both, CAPTURED)
    assert isinstance(joined, Tensor)
    assert joined.inputs == {0}
    assert isinstance(bench.subscript(both, slice(CAPTURED, None)), Sequence)
    assert bench.notes.kinds() == []


def test_lists_of_unknown_length() -> None:
    many = Sequence("list", None, X)
    assert Bench().subscript(many, 3) is X
    part = Bench().subscript(many, slice(1, None))
    assert isinstance(part, Sequence)
    assert (part.items, part.element) == (None, X)


@pytest.mark.parametrize(
    ("value", "key", "error"),
    [
        (Sequence("list", [X, ROWS]), 2, "IndexError"),
        (Sequence("tuple", [X]), -2, "IndexError"),
        (Sequence("list", [X, ROWS]), (ALL, 0), "TypeError"),
        (Dictionary({"a": X}), "b", "KeyError"),
        (Const(3), 0, "TypeError"),
        (NONE, 0, "TypeError"),
    ],
)
def test_subscripts_that_python_refuses(value: Value, key: Any, error: str) -> None:
    bench = Bench()
    assert isinstance(bench.subscript(value, key), Unknown)
    assert [(event.kind, event.data["error"]) for event in bench.notes.events] == [(events.FAILS, error)]


def test_dicts_strings_and_ranges() -> None:
    bench = Bench()
    assert bench.subscript(Dictionary({"a": X}), "a") is X
    assert isinstance(bench.subscript(Dictionary({"a": X}, complete=False), "b"), Unknown)
    assert bench.subscript(Const("abc"), 1) == Const("b")
    assert bench.subscript(Const("abc"), slice(None, None, -1)) == Const("cba")
    assert subscript(bench.machine, RangeValue(Number(N)), Const(0), AT, "r") == Number(N)
    assert bench.notes.kinds() == []


@pytest.mark.parametrize("key", [0, -1, CAPTURED, slice(1, None), "image"])
def test_an_input_that_may_be_a_list_stays_one(key: Any) -> None:
    made = Bench().subscript(UNKNOWN_INPUT, key)
    assert isinstance(made, Unknown)
    assert (made.tensor, made.inputs) == (True, FIRST)


@pytest.mark.parametrize("key", [(ALL, 0), (Ellipsis, None), Ellipsis, (0, ALL)])
def test_keys_that_show_an_input_to_be_a_tensor(key: Any) -> None:
    made = Bench().subscript(UNKNOWN_INPUT, key)
    assert isinstance(made, Tensor)
    assert samples(made) == ("indexed" if key == (0, ALL) else "axis 0")


def test_an_unknown_value_depends_on_what_it_is_indexed_with() -> None:
    made = Bench().subscript(CAPTURED, (ALL, LABELS))
    assert isinstance(made, Unknown)
    assert made.inputs == {1}


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


# --- reshape ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "target", "dims", "where"),
    [
        (X, (-1, 24), "(B, 24)", "axis 0"),
        (X, (-1, 6, 4), "(B, 6, 4)", "axis 0"),
        (X, (-1, 4, 6, 1), "(B, 4, 6, 1)", "axis 0"),
        (X, (B, 24), "(B, 24)", "axis 0"),
        (X, (B, -1), "(B, 24)", "axis 0"),
        (X, (B, 2, -1), "(B, 2, 12)", "axis 0"),
        (TIMES, (-1, mul(N, 6)), "(B, 6*n)", "axis 0"),
        (TIMES, (B, N, 2, 3), "(B, n, 2, 3)", "axis 0"),
        (X, (-1, 6), "(4*B, 6)", "axis 0 x 4 changed"),
        (TIMES, (-1, 6), "(B*n, 6)", "axis 0 x n changed"),
        (X, (-1,), "(24*B,)", "axis 0 x 24 changed"),
        (X, -1, "(24*B,)", "axis 0 x 24 changed"),
        (X, (1, -1, 24), "(1, B, 24)", "axis 1 changed"),
        (X, (32, -1), None, "fixed"),
        (X, (32, 4, 6), "(32, 4, 6)", "fixed"),
        (X, (2, -1), "(2, 12*B)", "fixed"),
        (ROWS, (-1, 18), None, "changed"),
        (ROWS, (B, 6), "(B, 6)", "axis 0"),
        (Tensor((4, B), Along(1), inputs=FIRST), (B, 4), "(B, 4)", "mixed"),
        (Tensor((4, B, 6), Along(1), inputs=FIRST), (-1, 6), "(4*B, 6)", "axis 0 x 4 changed"),
        (Tensor((1, B, 6), Along(1), inputs=FIRST), (-1, 6), "(B, 6)", "axis 0"),
        (X, (CAPTURED, 24), None, "unsure"),
        (X, (-1, CAPTURED), None, "axis 0 x ?"),
        (MIXED, (-1, 2, 2), "(B, 2, 2)", "mixed"),
        (WEIGHTS, (-1, 3), "(15, 3)", "constant"),
        (TIMES, (B, CAPTURED, 3), None, "axis 0"),
        (ANY_RANK, (B, 7), "(B, 7)", "axis 0"),
        (ANY_RANK, (-1, 7), None, "axis 0 x ?"),
        (ANY_RANK, (32, 7), "(32, 7)", "fixed"),
        (ANY_RANK, (CAPTURED, 7), None, "unsure"),
    ],
)
def test_reshapes(x: Tensor, target: Any, dims: str | None, where: str) -> None:
    made = Bench().call(TF + "reshape", x, target)
    assert samples(made) == where
    if dims is not None:
        assert shape(made) == dims


def test_folded_axes_are_unfolded_again() -> None:
    bench = Bench()
    flat = bench.call(K + "reshape", TIMES, (-1, 6))
    assert isinstance(flat, Tensor)
    assert isinstance(flat.batch, Along)
    made = bench.call(K + "reshape", flat, (-1, N, 6))
    assert (shape(made), samples(made)) == ("(B, n, 6)", "axis 0")
    assert bench.notes.unfolds == [flat.batch.folded]


def test_copies_side_by_side_are_not_the_rows_of_a_sample() -> None:
    bench = Bench()
    tiled = bench.call(TF + "tile", ROWS, [3, 1])
    repeated = bench.call(K + "repeat_elements", ROWS, 3, 0)
    assert samples(bench.call(TF + "reshape", tiled, [B, 3, 6])) == "mixed"
    assert samples(bench.call(TF + "reshape", repeated, [B, 3, 6])) == "axis 0"
    assert samples(bench.call(TF + "reshape", tiled, [3, B, 6])) == "axis 1 changed"


@pytest.mark.parametrize(
    ("x", "target"),
    [(X, (-1, -1)), (X, (B, 23)), (X, (B, 5, -1)), (X, (32, 7)), (WEIGHTS, (44,)), (WEIGHTS, (7, -1))],
)
def test_reshapes_that_cannot_be(x: Tensor, target: Any) -> None:
    assert Bench().impossible(TF + "reshape", x, target)


def test_reshapes_that_some_batch_fits() -> None:
    assert not Bench().impossible(TF + "reshape", ROWS, (32, -1))
    assert not Bench().impossible(TF + "reshape", TIMES, (B, 5, -1))


def test_a_shape_tensor_as_target() -> None:
    bench = Bench()
    assert shape(bench.call(TF + "reshape", X, SHAPE)) == "(B, 4, 6)"
    unknown = bench.call(TF + "reshape", X, Tensor((fresh(),), dtype="int32"))
    assert (shape(unknown), samples(unknown)) == ("(?)", "unsure")


def test_entries_of_a_shape_survive_new_axes() -> None:
    bench = Bench()
    size = bench.subscript(SHAPE, 0)
    vector = bench.call(TF + "expand_dims", size, 0)
    assert isinstance(vector, Tensor)
    assert vector.content == (B,)
    scalar = bench.call(TF + "squeeze", vector)
    assert isinstance(scalar, Tensor)
    assert scalar.content == B
    flat = bench.call(TF + "reshape", SHAPE, (-1,))
    assert isinstance(flat, Tensor)
    assert flat.content == (B, 4, 6)


# --- axes that come and go -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "dims", "where"),
    [
        (K + "flatten", (X,), "(24*B,)", "axis 0 x 24 changed"),
        (K + "batch_flatten", (X,), "(B, 24)", "axis 0"),
        (K + "expand_dims", (X,), "(B, 4, 6, 1)", "axis 0"),
        (K + "expand_dims", (X, 1), "(B, 1, 4, 6)", "axis 0"),
        (K + "expand_dims", (X, 0), "(1, B, 4, 6)", "axis 1 changed"),
        (K + "expand_dims", (X, -4), "(1, B, 4, 6)", "axis 1 changed"),
        (K + "expand_dims", (ANY_RANK, -1), "(?)", "axis 0"),
        (K + "expand_dims", (ANY_RANK, 0), "(?)", "axis 1 changed"),
        (K + "expand_dims", (X, CAPTURED), None, "unsure"),
        (K + "squeeze", (batch(1, 6), 1), "(B, 6)", "axis 0"),
        (K + "squeeze", (batch(6, 1), -1), "(B, 6)", "axis 0"),
        (K + "squeeze", (batch(N, 6), 1), "(B, 6)", "axis 0"),
        (K + "squeeze", (X, 0), "(4, 6)", "indexed"),
        (TF + "squeeze", (batch(1, 6, 1), [1, 3]), "(B, 6)", "axis 0"),
        (TF + "squeeze", (ANY_RANK, -1), "(?)", "axis 0"),
        (TF + "squeeze", (ANY_RANK, 0), "(?)", "indexed"),
        (TF + "tile", (X, [1, 2, 1]), "(B, 8, 6)", "axis 0"),
        (TF + "tile", (X, [3, 1, 1]), "(3*B, 4, 6)", "axis 0 x 3 changed"),
        (TF + "tile", (Tensor((1, 5)), [B, 1]), "(B, 5)", "axis 0"),
        (OPS + "tile", (X, 2), "(B, 4, 12)", "axis 0"),
        (K + "repeat_elements", (X, 3, 1), "(B, 12, 6)", "axis 0"),
        (K + "repeat_elements", (X, 3, 0), "(3*B, 4, 6)", "axis 0 x 3 changed"),
        (K + "repeat_elements", (X, 1, 0), "(B, 4, 6)", "axis 0"),
        (TF + "repeat", (Tensor((1, 5)), B, 0), "(B, 5)", "axis 0"),
        (OPS + "repeat", (X, 2), "(48*B,)", "axis 0 x 48 changed"),
        (TF + "pad", (X, [[0, 0], [1, 2], [0, 0]]), "(B, 7, 6)", "axis 0"),
        (TF + "pad", (X, [[0, 1], [0, 0], [0, 0]]), "(1 + B, 4, 6)", "changed"),
        (OPS + "pad", (X, [[0, 0], [1, 1], [2, 2]]), "(B, 6, 10)", "axis 0"),
        (TF + "broadcast_to", (batch(1), [B, 5]), "(B, 5)", "axis 0"),
        (TF + "broadcast_to", (X, [3, B, 4, 6]), "(3, B, 4, 6)", "axis 1 changed"),
        (TF + "broadcast_to", (ROWS, [32, 6]), None, "fixed"),
        (TF + "broadcast_to", (Tensor((5,)), [B, 5]), "(B, 5)", "axis 0"),
    ],
)
def test_axes_that_come_and_go(name: str, args: tuple[Any, ...], dims: str | None, where: str) -> None:
    made = Bench().call(name, *args)
    assert samples(made) == where
    if dims is not None:
        assert shape(made) == dims


@pytest.mark.parametrize(
    ("name", "args"),
    [
        (K + "expand_dims", (X, 4)),
        (K + "squeeze", (X, 1)),
        (K + "squeeze", (X, 3)),
        (TF + "tile", (X, [2, 1])),
        (K + "repeat_elements", (X, 2, 3)),
        (TF + "pad", (X, [[0, 0], [1, 1]])),
        (TF + "broadcast_to", (X, [B, 6])),
        (TF + "broadcast_to", (X, [B, 5, 6])),
    ],
)
def test_axes_that_cannot_come_or_go(name: str, args: tuple[Any, ...]) -> None:
    assert Bench().impossible(name, *args)


def test_a_batch_of_one_would_lose_its_axis() -> None:
    made = Bench().call(TF + "squeeze", batch(1, 6))
    assert isinstance(made, Tensor)
    assert made.dims == (B, 6)
    assert isinstance(made.batch, Unsure)


def test_padding_puts_zeros_in() -> None:
    made = Bench().call(TF + "pad", Tensor((3,), dtype="float32"), [[1, 1]])
    assert isinstance(made, Tensor)
    assert made.sign.zero == "partly"


def test_noise_copied_to_every_sample() -> None:
    bench = Bench()
    bench.call(TF + "tile", Tensor((1, 5), random=True), [B, 1])
    bench.call(TF + "broadcast_to", Tensor((5,), random=True), [B, 5])
    assert bench.notes.kinds() == [events.SHARED_NOISE] * 2


# --- images ----------------------------------------------------------------------------------------

IMAGES = batch(8, 6, 4)


@pytest.mark.parametrize(
    ("name", "args", "dims", "where"),
    [
        (K + "resize_images", (IMAGES, 2, 3, "channels_last"), "(B, 16, 18, 4)", "axis 0"),
        (K + "resize_images", (IMAGES, 2, 3, "channels_first"), "(B, 8, 12, 12)", "axis 0"),
        (K + "resize_images", (ANY_RANK, 2, 2, "th"), None, "axis 0"),
        (K + "resize_volumes", (batch(2, 3, 4, 1), 2, 2, 2, "channels_last"), "(B, 4, 6, 8, 1)", "axis 0"),
        (K + "temporal_padding", (X, (1, 2)), "(B, 7, 6)", "axis 0"),
        (K + "asymmetric_temporal_padding", (X, 1, 0), "(B, 5, 6)", "axis 0"),
        (K + "spatial_2d_padding", (IMAGES, ((1, 0), (2, 1))), "(B, 9, 9, 4)", "axis 0"),
        (K + "spatial_2d_padding", (IMAGES, (1, 2)), "(B, 10, 10, 4)", "axis 0"),
        (K + "asymmetric_spatial_2d_padding", (IMAGES, 1, 2, 3, 4), "(B, 11, 13, 4)", "axis 0"),
        (TF + "image.resize", (IMAGES, (3, 5)), "(B, 3, 5, 4)", "axis 0"),
        (TF + "image.resize", (X, (3, 5)), "(3, 5, 6)", "mixed"),
        (TF + "image.resize", (ANY_RANK, (3, 5)), "(?)", "axis 0"),
        (TF + "nn.space_to_depth", (IMAGES, 2), "(B, 4, 3, 16)", "axis 0"),
        (TF + "nn.depth_to_space", (IMAGES, 2), "(B, 16, 12, 1)", "axis 0"),
        (TF + "image.extract_patches", (IMAGES, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"),
         "(B, 3, 2, 36)", "axis 0"),
        (TF + "image.extract_patches", (IMAGES, [1, 3, 3, 1], [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
         "(B, 4, 3, 36)", "axis 0"),
        (OPS + "image.extract_patches", (IMAGES, 2), "(B, 4, 3, 16)", "axis 0"),
        (OPS + "image.extract_patches", (IMAGES, 9), "(?)", "unsure"),
        (TF + "space_to_batch", (IMAGES, [2, 2], [[0, 0], [0, 0]]), "(4*B, 4, 3, 4)", "axis 0 x 4 changed"),
        (TF + "space_to_batch", (IMAGES, [[0, 0], [1, 1]], 2), "(4*B, 4, 4, 4)", "axis 0 x 4 changed"),
        (TF + "space_to_batch", (IMAGES, CAPTURED, [[0, 0], [0, 0]]), "(?)", "unsure"),
    ],
)  # fmt: skip
def test_images(name: str, args: tuple[Any, ...], dims: str | None, where: str) -> None:
    made = Bench().call(name, *args)
    assert samples(made) == where
    if dims is not None:
        assert shape(made) == dims


def test_blocks_of_pixels_become_samples_and_come_back() -> None:
    bench = Bench()
    more = bench.call(TF + "space_to_batch", IMAGES, [2, 2], [[1, 1], [0, 0]])
    made = bench.call(TF + "batch_to_space", more, [2, 2], [[1, 1], [0, 0]])
    assert (shape(made), samples(made)) == ("(B, 8, 6, 4)", "axis 0")
    assert len(bench.notes.unfolds) == 1
    assert samples(bench.call(TF + "batch_to_space", IMAGES, [2, 2], [[0, 0], [0, 0]])) == "changed"


def test_crops_name_their_images_by_number() -> None:
    boxes, numbers = Tensor((7, 4)), Tensor((7,), dtype="int32")
    made = Bench().call(TF + "image.crop_and_resize", IMAGES, boxes, numbers, (3, 5))
    assert (shape(made), samples(made)) == ("(7, 3, 5, 4)", "unsure")
    constant = Bench().call(TF + "image.crop_and_resize", Tensor((2, 8, 8, 3)), boxes, numbers, (3, 5))
    assert (shape(constant), samples(constant)) == ("(7, 3, 5, 3)", "constant")


@pytest.mark.parametrize(
    ("name", "args"),
    [
        (K + "resize_images", (X, 2, 2, "channels_last")),
        (TF + "image.resize", (ROWS, (3, 5))),
        (TF + "image.resize", (IMAGES, (3, 5, 4))),
        (TF + "nn.space_to_depth", (IMAGES, 3)),
        (TF + "nn.depth_to_space", (IMAGES, 3)),
        (K + "spatial_2d_padding", (X,)),
    ],
)
def test_images_that_cannot_be(name: str, args: tuple[Any, ...]) -> None:
    assert Bench().impossible(name, *args)


def test_slices_as_values() -> None:
    made = Bench().subscript(X, Sequence("tuple", [SliceValue(NONE, NONE, NONE), Const(1)]))
    assert shape(made) == "(B, 6)"


# --- folded in one layer, unfolded in another ------------------------------------------------------

HEADS = """
from tensorflow.keras.layers import Add, Input, Lambda
import tensorflow as tf

def fold(t):
    t = tf.transpose(tf.reshape(t, [-1, 5, 4, 2]), [2, 0, 1, 3])
    return tf.reshape(t, [-1, 5, 2])

def unfold(t):
    t = tf.transpose(tf.reshape(t, [4, -1, 5, 2]), [1, 2, 0, 3])
    return tf.reshape(t, [-1, 5, 8])

x, weights = Input((5, 8)), Input((5, 2))
first, second = Lambda(fold)(x), Lambda(fold)(x)
copies = Lambda(lambda t: tf.tile(t, [4, 1, 1]))(weights)
both = Lambda(lambda t: t[0] * t[1])([first, copies])
y = {end}
"""


def test_heads_folded_apart_joined_and_unfolded_together() -> None:
    together = layers_of(HEADS.format(end="Lambda(unfold)(Add()([both, second]))"))
    assert [layer.causes(events.CHANGED) for layer in together] == [[]] * 5


def test_heads_that_stay_folded_are_told() -> None:
    apart = layers_of(HEADS.format(end="Lambda(unfold)(both)"))
    assert [len(layer.causes(events.CHANGED)) for layer in apart] == [0, 1, 0, 0, 0]
