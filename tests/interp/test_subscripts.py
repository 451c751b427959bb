"""Subscripts of tensors, shapes, lists and dicts, on a machine that runs no code."""

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
    Dictionary,
    Number,
    RangeValue,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import B, Dim, ceildiv, fresh, minimum, mul, sub
from tests.interp.bare import AT, Bench
from tests.interp.operands import (
    ANY_RANK,
    CAPTURED,
    FIRST,
    LABELS,
    MIXED,
    MIXED_BEFORE,
    ROWS,
    SECOND,
    SHAPE,
    TIMES,
    WEIGHTS,
    N,
    X,
    samples,
    shape,
)

ALL = slice(None)
T = fresh("t", dynamic=True)
UNKNOWN_INPUT = Unknown("the layer's input is not known", tensor=True, inputs=FIRST)


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
