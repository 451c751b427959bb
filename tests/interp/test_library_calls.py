"""Library calls whose meaning is not in another family: control flow, methods, arrays, last axes."""

from __future__ import annotations

import ast
import random
from typing import Any, get_args

import pytest

from lambdalint.interp import events
from lambdalint.interp.facts import Trace
from lambdalint.interp.machine import Machine
from lambdalint.interp.ops import library, methods
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    Along,
    Broken,
    Const,
    Dictionary,
    Library,
    Number,
    Opaque,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, Dim, fresh, mul
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor

AT = Anchor(SourceUnit("train.py", "f(x)", "f(x)"), ast.parse("f(x)").body[0])


class Run:
    """A machine inside of a body, and what it recorded."""

    def __init__(self, dialect: str = "keras2") -> None:
        self.machine = Machine(None, dialect)  # type: ignore[arg-type]
        self.machine.trace = Trace(Library("lambda"), ())

    def call(self, name: str, *args: Value, **kwargs: Value) -> Any:
        return self.machine.call_op(Library(name), list(args), kwargs, AT, name)

    def method(self, x: Tensor | Unknown, name: str, *args: Value, **kwargs: Value) -> Any:
        return methods.method(self.machine, x, name, list(args), kwargs, AT, name)

    def attribute(self, x: Tensor | Unknown, name: str) -> Any:
        return methods.attribute(self.machine, x, name, AT, name)

    def kinds(self) -> set[str]:
        assert self.machine.trace is not None
        return {event.kind for event in self.machine.trace.events}


@pytest.fixture
def run() -> Run:
    return Run()


def batch(*sizes: Dim, axis: int = 0) -> Tensor:
    """An input with these feature sizes."""
    dims = list(sizes)
    dims.insert(axis, B)
    return Tensor(tuple(dims), Along(axis), "float32", inputs=frozenset({0}))


def numbers(*values: Any) -> Sequence:
    return Sequence("list", [Const(value) for value in values])


def kinds_of(result: Any) -> list[str]:
    """The faults that a result carries."""
    assert isinstance(result, Tensor)
    assert isinstance(result.batch, Broken), result
    return [event.kind for event in result.batch.causes]


# --- one sample at a time --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tensorflow.map_fn", "tensorflow.vectorized_map", "keras.ops.map"])
def test_a_mapped_function_sees_one_sample(run: Run, name: str) -> None:
    kept = run.call(name, Library("keras.backend.square"), batch(3, 4))
    assert (kept.dims, kept.batch) == ((B, 3, 4), Along(0))
    total = run.call(name, Library("keras.backend.sum"), batch(3, 4))
    assert (total.dims, total.batch, total.inputs) == ((B,), Along(0), frozenset({0}))


def test_a_function_mapped_over_a_time_axis_keeps_the_samples_where_they_are(run: Run) -> None:
    kept = run.call("tensorflow.map_fn", Library("keras.backend.square"), batch(5, axis=1))
    assert (kept.dims, kept.batch) == ((5, B), Along(1))
    assert kinds_of(run.call("tensorflow.map_fn", Library("keras.backend.sum"), batch(5, axis=1))) == [
        events.REDUCED_ALL
    ]


def test_a_function_mapped_over_indices_is_not_judged(run: Run) -> None:
    indices = Tensor((B,), CONSTANT, "int32")
    result = run.call("tensorflow.map_fn", Library("keras.backend.square"), indices)
    assert isinstance(result.batch, Unsure)


def test_folds_and_scans_over_the_batch_mix_it(run: Run) -> None:
    add = Library("keras.backend.maximum")
    assert kinds_of(run.call("keras.backend.foldl", add, batch(3))) == [events.REDUCED]
    assert kinds_of(run.call("tensorflow.scan", add, batch(3))) == [events.REDUCED]
    over_time = run.call("tensorflow.scan", add, batch(5, axis=1))
    assert (over_time.dims, over_time.batch) == ((5, B), Along(1))


def test_nested_structures_are_mapped_item_by_item(run: Run) -> None:
    pair = Sequence("tuple", [batch(3), batch(4)])
    result = run.call("tensorflow.nest.map_structure", Library("keras.backend.square"), pair)
    assert [item.dims for item in result.items] == [(B, 3), (B, 4)]


# --- choices and effects ---------------------------------------------------------------------------


def test_both_phases_are_joined(run: Run) -> None:
    noisy, clean = batch(3), batch(3)
    assert run.call("keras.backend.in_train_phase", noisy, clean).batch == Along(0)
    result = run.call("tensorflow.cond", Const(True), Library("keras.backend.epsilon"), NONE)
    assert not isinstance(result, Unknown)


def test_a_switch_by_a_mask_is_entry_by_entry(run: Run) -> None:
    mask = Tensor((B, 3), Along(0), "bool", inputs=frozenset({0}))
    result = run.call("keras.backend.switch", mask, batch(3), batch(3))
    assert (result.dims, result.batch) == ((B, 3), Along(0))


def test_evaluating_the_input_is_an_event(run: Run) -> None:
    assert isinstance(run.call("keras.backend.eval", batch(3)), Unknown)
    assert run.kinds() == {events.EAGER}


def test_evaluating_a_constant_is_none(run: Run) -> None:
    run.call("keras.backend.get_value", Tensor((3,), CONSTANT))
    assert run.kinds() == set()


def test_numpy_function_cuts_the_gradient_and_py_function_does_not(run: Run) -> None:
    function = Library("numpy.sum")
    inputs = Sequence("list", [batch(3)])
    assert run.call("tensorflow.py_function", function, inputs, Const("float32")).cuts == ()
    assert len(run.call("tensorflow.numpy_function", function, inputs, Const("float32")).cuts) == 1
    assert run.kinds() == {events.CUT}


def test_printing_is_a_side_effect_that_may_hand_on_its_operand(run: Run) -> None:
    assert run.call("keras.backend.print_tensor", batch(3), Const("x:")).dims == (B, 3)
    assert run.kinds() == {events.SIDE_EFFECT}


# --- methods ---------------------------------------------------------------------------------------


def test_theano_methods_mean_what_they_mean_in_theano(run: Run) -> None:
    squares = batch(2, 2)
    total = run.method(squares, "sum", axis=Const(0))
    root = run.method(total, "sqrt")
    assert root.dims == (2, 2)
    assert kinds_of(root) == [events.REDUCED]
    assert run.machine.trace is not None
    calls = [event.data["method"] for event in run.machine.trace.events if event.kind == events.METHOD]
    assert calls == ["sum", "sqrt"]
    assert all(event.data["theano"] for event in run.machine.trace.events if event.kind == events.METHOD)


def test_array_methods_are_no_event(run: Run) -> None:
    array = Tensor((3, 4), CONSTANT, "float64", kind="ndarray")
    result = run.method(array, "reshape", Const(4), Const(3))
    assert (result.dims, result.kind) == ((4, 3), "ndarray")
    assert run.kinds() == set()


def test_reshape_takes_sizes_one_by_one_or_as_a_tuple(run: Run) -> None:
    array = Tensor((3, 4), CONSTANT, "float64", kind="ndarray")
    assert run.method(array, "reshape", numbers(4, 3)).dims == (4, 3)
    assert run.method(array, "transpose").dims == (4, 3)
    assert run.method(array, "transpose", numbers(1, 0)).dims == (4, 3)


def test_static_shapes(run: Run) -> None:
    free = fresh("t", dynamic=True)
    for shape in (run.method(batch(free, 3), "get_shape"), run.attribute(batch(free, 3), "shape")):
        assert shape.items == [Number(B, True), Number(free, True), Const(3)]
    assert run.attribute(batch(4, 3), "ndim") == Const(3)
    assert run.attribute(batch(4), "T").dims == (4, B)
    shape = run.attribute(batch(4), "shape")
    assert methods.plain_attribute(shape, "ndims") == Const(2)
    assert methods.plain_attribute(Const(4), "value") == Const(4)
    assert methods.plain_attribute(Const("a"), "value") is None


def test_dimshuffle_moves_and_makes_axes(run: Run) -> None:
    added = run.method(batch(3), "dimshuffle", Const(0), Const("x"), Const(1))
    assert (added.dims, added.batch) == ((B, 1, 3), Along(0))
    swapped = run.method(batch(3), "dimshuffle", numbers(1, 0))
    assert swapped.dims == (3, B)
    assert swapped.batch.moved.kind == events.MOVED
    assert run.method(swapped, "dimshuffle", numbers(1, 0)).batch == Along(0)


def test_methods_of_lists_are_not_taken_for_methods_of_tensors(run: Run) -> None:
    unclear = Unknown("a layer input", tensor=True, inputs=frozenset({0}))
    assert isinstance(run.method(unclear, "append", Const(1)), Unknown)
    assert run.kinds() == set()
    assert isinstance(run.method(unclear, "numpy"), Unknown)
    assert run.kinds() == {events.EAGER}


# --- arrays ----------------------------------------------------------------------------------------


def test_numbers_are_computed(run: Run) -> None:
    assert run.call("numpy.sqrt", Const(16.0)) == Const(4.0)
    assert run.call("math.log", Const(8), Const(2)) == Const(3.0)
    assert run.call("numpy.prod", numbers(2, 3, 4)) == Const(24)
    assert run.call("numpy.float32", Const(3)) == Const(3.0)
    assert run.call("numpy.maximum", Const(2), Const(3)) == Const(3)
    assert isinstance(run.call("numpy.log", Const(0)), Unknown)


def test_sizes_are_multiplied(run: Run) -> None:
    height = fresh("h")
    sizes = Sequence("tuple", [Number(height), Const(3)])
    assert run.call("numpy.prod", sizes) == Number(mul(height, 3))


def test_arrays_know_their_shape_and_entries(run: Run) -> None:
    array = run.call("numpy.array", Sequence("list", [numbers(1, 2), numbers(3, 4), numbers(5, 6)]))
    assert (array.dims, array.kind) == ((3, 2), "ndarray")
    assert run.call("numpy.array", numbers(4, 5)).content == (4, 5)
    assert run.call("numpy.transpose", array).dims == (2, 3)
    assert run.call("numpy.zeros", numbers(3, 5)).kind == "ndarray"


@pytest.mark.parametrize(
    "name", ["numpy.sqrt", "numpy.mean", "numpy.array", "math.sqrt", "numpy.random.permutation"]
)
def test_numpy_on_an_input_is_an_event(run: Run, name: str) -> None:
    result = run.call(name, batch(3))
    assert isinstance(result, Unknown)
    expected = events.FROZEN_RANDOM if "random" in name else events.NUMPY
    assert expected in run.kinds()


def test_numpy_randomness_is_frozen(run: Run) -> None:
    noise = run.call("numpy.random.normal", Const(0.0), Const(1.0), numbers(3, 4))
    assert (noise.dims, noise.random) == ((3, 4), True)
    assert run.call("numpy.random.rand", Const(2), Const(5)).dims == (2, 5)
    assert run.kinds() == {events.FROZEN_RANDOM}


# --- the last axes ---------------------------------------------------------------------------------


def test_matrices_per_sample(run: Run) -> None:
    assert run.call("tensorflow.linalg.inv", batch(3, 3)).batch == Along(0)
    determinant = run.call("tensorflow.linalg.det", batch(3, 3))
    assert (determinant.dims, determinant.batch) == ((B,), Along(0))
    assert run.call("tensorflow.linalg.matrix_transpose", batch(2, 3)).dims == (B, 3, 2)
    assert kinds_of(run.call("tensorflow.linalg.inv", batch(3))) == [events.MIXED]


def test_a_matrix_function_of_a_vector_is_impossible(run: Run) -> None:
    assert isinstance(run.call("tensorflow.linalg.inv", Tensor((3,), CONSTANT)), Unknown)
    assert events.IMPOSSIBLE in run.kinds()


def test_transforms_of_the_last_axis(run: Run) -> None:
    gray = run.call("tensorflow.image.rgb_to_grayscale", batch(8, 8, 3))
    assert (gray.dims, gray.batch) == ((B, 8, 8, 1), Along(0))
    assert len(run.call("tensorflow.signal.stft", batch(100), Const(8), Const(4)).dims) == 3
    assert run.call("keras.backend.repeat", batch(5), Const(7)).dims == (B, 7, 5)
    assert run.call("keras.ops.glu", batch(6)).dims == (B, 3)


def test_a_written_shape_tells_the_rank(run: Run) -> None:
    unknown = Tensor(None, Along(0), inputs=frozenset({0}))
    assert run.call("tensorflow.ensure_shape", unknown, numbers(None, 4)).dims == (B, 4)
    assert run.call("tensorflow.ensure_shape", batch(fresh("n")), numbers(None, 4)).dims == (B, 4)


def test_losses_of_labels(run: Run) -> None:
    labels = Tensor((B, 1), Along(0), "int32", inputs=frozenset({1}))
    loss = run.call("keras.backend.sparse_categorical_crossentropy", labels, batch(10))
    assert (loss.dims, loss.batch) == ((B,), Along(0))
    assert run.call("keras.backend.ctc_batch_cost", batch(5), batch(7, 3), batch(1), batch(1)).dims == (B, 1)


def test_old_argument_orders(run: Run) -> None:
    pair = Sequence("list", [batch(2), batch(3)])
    assert run.call("tensorflow.concat", Const(1), pair).dims == (B, 5)
    assert run.call("tensorflow.concat", pair, Const(1)).dims == (B, 5)
    halves = run.call("tensorflow.split", Const(1), Const(2), batch(6))
    assert [half.dims for half in halves.items] == [(B, 3), (B, 3)]


def test_segments_over_the_batch_reduce_it(run: Run) -> None:
    groups = Tensor((B,), Along(0), "int32", inputs=frozenset({1}))
    assert kinds_of(run.call("tensorflow.math.segment_sum", batch(3), groups)) == [events.REDUCED]


# --- every row -------------------------------------------------------------------------------------

ODD: list[Value] = [
    batch(4, 4, 3), batch(3), batch(), Tensor(None, Along(0), inputs=frozenset({0})),
    Unknown("a layer input", tensor=True, inputs=frozenset({0})), Unknown("captured", "n"),
    Tensor((3, 3), CONSTANT, "float32"), Tensor((3,), CONSTANT, "int32", content=(B, 2, 3)),
    Tensor((), CONSTANT, "int32", content=2), Tensor((3,), CONSTANT, kind="ndarray"),
    Tensor((B, 3), Broken(()), inputs=frozenset({0})), Const(0), Const(-1), Const(2), Const(0.5),
    Const("same"), NONE, Const(True), numbers(1, 2), numbers(-1, 3), numbers(),
    Sequence("list", [batch(3), batch(3)]),
    Sequence("list", None), Number(fresh("h")), Number(B, True), Library("keras.backend.square"),
    SliceValue(NONE, Const(2), NONE), Dictionary({}), Opaque("session"), Sequence("list", [numbers(0, 0)]),
]  # fmt: skip


@pytest.mark.parametrize("prefix", sorted(library.MODULES))
def test_no_row_fails_on_odd_arguments(prefix: str) -> None:
    chance = random.Random(prefix)
    for name in library.operation_names():
        op = library.lookup(name)
        if op is None or library.prefix_of(name) != prefix:
            continue
        required = sum(parameter.default is None for parameter in op.parameters)
        for _ in range(4):
            run = Run(chance.choice(["keras1", "keras2", "keras3", "unknown"]))
            args = chance.choices(ODD, k=chance.randint(required, len(op.parameters)))
            assert isinstance(run.call(name, *args), get_args(Value)), name
