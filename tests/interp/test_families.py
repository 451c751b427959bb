"""Elementwise operations, operators, broadcasting and lengthened axes, one claim each."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events
from lambdalint.interp.tensors import as_tensor, join_values
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    Along,
    Broken,
    Const,
    Dictionary,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, fresh, mul, show_shape
from tests.interp.bare import Bench, abstract, batch


def tensor(value: Value) -> Tensor:
    assert isinstance(value, Tensor), value
    return value


def causes(value: Value) -> list[str]:
    """The kinds of the faults that reach a result."""
    made = tensor(value).batch
    return [event.kind for event in made.causes] if isinstance(made, Broken) else []


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- broadcasting ----------------------------------------------------------------------------------


def test_operands_of_the_same_samples_keep_them(bench: Bench) -> None:
    made = tensor(bench.binary("*", batch(3, 1), batch(5)))
    assert made.batch != Along(0)
    made = tensor(bench.binary("*", batch(3, 1), batch(1, 5)))
    assert (show_shape(made.dims), made.batch) == ("(B, 3, 5)", Along(0))


@pytest.mark.parametrize(
    ("left", "right"),
    [(batch(), batch(3)), (batch(3), batch()), (batch(), batch(1)), (batch(4, 3), batch(3))],
)
def test_a_batch_that_meets_a_feature_axis_is_a_fault(bench: Bench, left: Tensor, right: Tensor) -> None:
    assert causes(bench.binary("/", left, right)) == [events.BROADCAST]


def test_all_pairs_of_samples_are_mixed(bench: Bench) -> None:
    x = batch(3)
    rows, columns = bench.subscript(x, (slice(None), None)), bench.subscript(x, (None, slice(None)))
    assert causes(bench.binary("-", rows, columns)) == [events.MIXED]


def test_a_written_batch_size_is_a_fault_of_its_maker(bench: Bench) -> None:
    zeros = bench.call("tensorflow.zeros", (32, 3))
    made = tensor(bench.binary("+", batch(3), zeros))
    assert isinstance(made.batch, Broken)
    (event,) = made.batch.causes
    assert (event.kind, event.text, event.data["size"]) == (events.FIXED, "tensorflow.zeros", 32)


def test_constants_of_size_one_or_of_the_batch_fit(bench: Bench) -> None:
    rows = bench.subscript(bench.call("tensorflow.shape", batch(3)), 0)
    for shape in ((3,), (1, 3), (rows, 3)):
        assert tensor(bench.binary("+", batch(3), bench.call("tensorflow.ones", shape))).batch == Along(0)


def test_a_constant_of_unknown_origin_leaves_a_doubt(bench: Bench) -> None:
    assert isinstance(tensor(bench.binary("+", batch(3), [[1.0] * 3] * 4)).batch, Unsure)


def test_one_draw_for_all_samples_is_recorded_and_no_fault(bench: Bench) -> None:
    noise = bench.call("keras.backend.random_normal", (1, 3))
    made = tensor(bench.binary("+", batch(3), noise))
    assert made.batch == Along(0)
    assert made.random
    assert events.SHARED_NOISE in bench.notes.kinds()


def test_a_draw_for_each_sample_is_not(bench: Bench) -> None:
    noise = bench.call("keras.backend.random_normal", bench.call("tensorflow.shape", batch(3)))
    bench.binary("+", batch(3), noise)
    assert events.SHARED_NOISE not in bench.notes.kinds()


def test_sizes_that_differ_are_impossible(bench: Bench) -> None:
    assert bench.impossible("tensorflow.add", batch(3), batch(5)).startswith("sizes 3 and 5 do not fit")
    n = fresh("n")
    assert not bench.impossible("tensorflow.add", batch(n), batch(5))


def test_a_captured_value_may_lengthen_an_axis_of_one(bench: Bench) -> None:
    made = tensor(bench.binary("*", batch(3, 1), Unknown("captured")))
    assert made.dims is not None
    assert made.dims[:2] == (B, 3)
    assert made.dims[2] != 1
    assert made.batch == Along(0)


def test_a_fault_is_contagious_and_is_not_reported_twice(bench: Bench) -> None:
    total = bench.call("keras.backend.sum", batch(3), axis=0)
    made = bench.binary("/", batch(3), bench.binary("+", total, total))
    again = bench.call("keras.backend.sum", made, axis=0)
    assert causes(again) == [events.REDUCED]


# --- ranges and numeric events ---------------------------------------------------------------------


def sign(value: Value) -> tuple[float, float, str]:
    known = tensor(value).sign
    return known.low, known.high, known.zero


def test_ranges_of_functions(bench: Bench) -> None:
    x = batch(3)
    inf = float("inf")
    assert sign(bench.call("tensorflow.exp", x)) == (0.0, inf, "never")
    assert sign(bench.call("tensorflow.nn.relu", x)) == (0.0, inf, "often")
    assert sign(bench.call("tensorflow.square", x)) == (0.0, inf, "rarely")
    assert sign(bench.call("tensorflow.sigmoid", x)) == (0.0, 1.0, "never")
    assert sign(bench.call("keras.backend.greater", x, 0.0)) == (0.0, 1.0, "often")
    assert sign(bench.call("keras.backend.clip", x, -1.0, 2.0))[:2] == (-1.0, 2.0)


def test_an_epsilon_takes_the_zero_away(bench: Bench) -> None:
    count = bench.call("keras.backend.sum", bench.call("tensorflow.nn.relu", batch(3)), axis=1)
    assert sign(count)[2] == "often"
    for safe in (bench.binary("+", count, 1e-7), bench.call("keras.backend.maximum", count, 1e-7)):
        assert tensor(safe).sign.zero == "never"
        assert not tensor(safe).sign.tiny


def test_two_inputs_are_often_equal_and_an_input_and_its_mean_are_not(bench: Bench) -> None:
    x, y = batch(3), batch(3, index=1)
    assert sign(bench.binary("-", x, y))[2] == "often"
    mean = bench.call("keras.backend.mean", x, axis=1, keepdims=True)
    assert sign(bench.binary("-", x, mean))[2] == "rarely"
    one_minus_mask = bench.binary(
        "-", 1.0, bench.call("keras.backend.cast", bench.binary(">", x, y), "float32")
    )
    assert sign(one_minus_mask) == (0.0, 1.0, "often")


@pytest.mark.parametrize(
    ("name", "args", "kind"),
    [
        ("keras.backend.sqrt", (), events.ROOT),
        ("tensorflow.pow", (0.5,), events.ROOT),
        ("keras.backend.log", (), events.LOG),
        ("tensorflow.divide", (batch(3),), events.DIVISION),
        ("keras.backend.round", (), events.CUT),
        ("keras.backend.stop_gradient", (), events.CUT),
    ],
)
def test_numeric_events_name_their_operand(bench: Bench, name: str, args: tuple[Any, ...], kind: str) -> None:
    bench.call(name, batch(3), *args)
    (event,) = [event for event in bench.notes.events if event.kind == kind]
    assert isinstance(event.data["operand"], Tensor)


def test_dividing_by_a_number_is_no_event(bench: Bench) -> None:
    bench.binary("/", batch(3), 255.0)
    bench.binary("/", batch(3), bench.call("tensorflow.ones", (3,)))
    assert bench.notes.kinds() == []


def test_arithmetic_on_an_integer_input_is_recorded(bench: Bench) -> None:
    pixels = batch(3, dtype="uint8")
    assert tensor(bench.binary("*", pixels, 2)).dtype == "uint8"
    assert bench.notes.kinds() == [events.INTEGER]
    assert tensor(bench.binary("/", pixels, 255)).dtype == "float32"
    assert bench.notes.kinds() == [events.INTEGER]


def test_casts_to_whole_numbers_cut_and_to_floats_do_not(bench: Bench) -> None:
    assert tensor(bench.call("keras.backend.cast", batch(3), "float16")).cuts == ()
    whole = tensor(bench.call("keras.backend.cast", batch(3), "int32"))
    assert [event.kind for event in whole.cuts] == [events.CUT]
    back = tensor(bench.call("keras.backend.cast", whole, "float32"))
    assert back.cuts == whole.cuts


# --- shapes as values ------------------------------------------------------------------------------


def test_arithmetic_on_shapes_keeps_their_entries(bench: Bench) -> None:
    shape = bench.call("keras.backend.shape", batch(4, 6))
    half = tensor(bench.binary("//", bench.subscript(shape, 2), 2))
    rows = tensor(bench.binary("*", bench.subscript(shape, 0), half))
    assert half.content == 3
    assert rows.content == mul(B, 3)
    assert tensor(bench.binary("*", bench.subscript(shape, slice(1, 3)), 2)).content == (8, 12)


def test_the_batch_size_is_known_where_the_rank_is_not(bench: Bench) -> None:
    shape = bench.call("keras.backend.shape", batch().but(dims=None))
    assert tensor(bench.subscript(shape, 0)).content == B


def test_zeros_like_depends_on_no_input(bench: Bench) -> None:
    made = tensor(bench.call("keras.backend.zeros_like", batch(3)))
    assert (made.inputs, made.batch, made.dims) == (frozenset(), Along(0), (B, 3))
    assert tensor(bench.call("keras.backend.sum", made, axis=0)).batch == CONSTANT


# --- longer axes -----------------------------------------------------------------------------------


def test_tiled_samples_come_apart_again(bench: Bench) -> None:
    tiled = tensor(bench.call("tensorflow.tile", batch(3), [2, 1]))
    assert isinstance(tiled.batch, Along)
    assert (tiled.batch.outer, tiled.dims) == (2, (mul(B, 2), 3))
    assert tiled.batch.folded is not None
    rows = bench.subscript(bench.call("tensorflow.shape", batch(3)), 0)
    assert tensor(bench.subscript(tiled, slice(None, rows))).batch == Along(0)
    assert [event.kind for event in bench.notes.unfolds] == [events.CHANGED]


def test_repeats_of_features_leave_the_samples(bench: Bench) -> None:
    made = tensor(bench.call("keras.backend.repeat_elements", batch(3), 2, 1))
    assert (made.dims, made.batch) == ((B, 6), Along(0))


@pytest.mark.parametrize(
    ("paddings", "kinds"), [([[0, 0], [1, 2]], []), ([[1, 0], [0, 0]], [events.CHANGED])]
)
def test_padding(bench: Bench, paddings: list[list[int]], kinds: list[str]) -> None:
    assert causes(bench.call("tensorflow.pad", batch(3), paddings)) == kinds


# --- operators on plain values ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "left", "right", "result"),
    [
        ("+", 2, 3, Const(5)),
        ("**", 2, 10, Const(1024)),
        ("%", "%d-%s", (1, "a"), Const("1-a")),
        ("//", mul(fresh("n"), 0), 2, Const(0)),
        ("==", None, None, Const(True)),
        ("<", 1, 2, Const(True)),
    ],
)
def test_python_numbers_and_strings(
    bench: Bench, operator: str, left: Any, right: Any, result: Value
) -> None:
    assert bench.binary(operator, left, right) == result


def test_sizes_are_computed(bench: Bench) -> None:
    n = fresh("n")
    made = bench.binary("*", Number(n), 4)
    assert made == Number(mul(n, 4))
    assert bench.binary("//", made, 4) == Number(n)
    assert bench.binary("/", made, 2) == Number(mul(n, 2))
    assert bench.binary(">", Number(n), 3) != Const(True)


def test_huge_numbers_are_not_computed(bench: Bench) -> None:
    assert isinstance(bench.binary("**", 10**9, 10**9), Unknown)
    assert isinstance(bench.binary("*", "ab", 10**9), Unknown)
    assert isinstance(bench.binary("/", 1, 0), Unknown)


def test_lists_are_joined_and_repeated(bench: Bench) -> None:
    joined = bench.binary("+", (None,), (2, 3))
    assert isinstance(joined, Sequence)
    assert joined.items == [NONE, Const(2), Const(3)]
    repeated = bench.binary("*", [batch(3)], 2)
    assert isinstance(repeated, Sequence)
    assert repeated.items is not None
    assert len(repeated.items) == 2


def test_arithmetic_on_a_list_of_inputs_fails(bench: Bench) -> None:
    bench.binary("/", [batch(3), batch(3)], 2)
    (event,) = bench.notes.events
    assert (event.kind, event.data["error"]) == (events.FAILS, "TypeError")


def test_an_input_of_unknown_structure_is_a_tensor_where_a_list_cannot_stand(bench: Bench) -> None:
    x = Unknown("input", tensor=True, inputs=frozenset({0}))
    assert isinstance(bench.binary("*", x, 2), Unknown)
    for made in (
        bench.binary("-", x, 1),
        bench.binary("+", x, 1),
        bench.call("tensorflow.add", x, x),
        bench.binary("*", x, 0.5),
        bench.unary("-", x),
    ):
        assert tensor(made).batch == Along(0)


# --- values as tensors, joins ----------------------------------------------------------------------


def test_lists_become_tensors() -> None:
    vector = tensor(as_tensor(abstract([1, 2, 3])))
    assert (vector.dims, vector.content, vector.dtype) == ((3,), (1, 2, 3), "int32")
    stacked = tensor(as_tensor(abstract([batch(3), batch(3)])))
    assert (stacked.dims, stacked.batch) == ((2, B, 3), Along(1))
    assert isinstance(as_tensor(NONE), Unknown)


def test_joins_keep_what_both_share() -> None:
    assert join_values(Const(1), Const(1)) == Const(1)
    assert isinstance(join_values(Const(1), Const(True)), Unknown)
    made = tensor(join_values(batch(3), batch(5)))
    assert made.dims is not None
    assert made.dims[0] == B
    assert made.dims[1] not in (3, 5)
    assert made.batch == Along(0)
    pair = join_values(Sequence("list", [Const(1), Const(2)]), Sequence("list", [Const(1), Const(3)]))
    assert isinstance(pair, Sequence)
    assert pair.items is not None
    assert pair.items[0] == Const(1)
    merged = join_values(Dictionary({"a": Const(1)}), Dictionary({"a": Const(1), "b": Const(2)}))
    assert isinstance(merged, Dictionary)
    assert (merged.items, merged.complete) == ({"a": Const(1)}, False)


def test_a_fault_in_one_branch_reaches_the_join(bench: Bench) -> None:
    broken = bench.call("keras.backend.softmax", batch(3), axis=0)
    assert causes(join_values(batch(3), broken)) == [events.REDUCED]
