"""Reductions, moves and joins through the library tables, on a machine that runs no code."""

from __future__ import annotations

import ast
from typing import Any, cast

import pytest

from lambdalint.interp import events, signs
from lambdalint.interp.machine import Machine
from lambdalint.interp.tensors import SHAPE_OF_BATCH
from lambdalint.interp.values import (
    NONE,
    Along,
    Broken,
    Const,
    Constant,
    Event,
    Library,
    Sequence,
    Sign,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, add, fresh, mul
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor

AT = Anchor(SourceUnit("body.py", "f(x)\n", "f(x)\n"), ast.parse("f(x)").body[0])
N = fresh("n")
K = "keras.backend."
TF = "tensorflow."
OPS = "keras.ops."


def batched(*dims: Any, axis: int = 0, dtype: str | None = "float32", **fields: Any) -> Tensor:
    """The first input of a layer, of these sizes."""
    return Tensor(dims or None, Along(axis), dtype, inputs=frozenset({0}), **fields)


X = batched(B, 3, 4)
CONSTANTS = Tensor((3, 4), dtype="float32")
ANY_RANK = batched()
UNKNOWN_INPUT = Unknown("the layer's input is not known", tensor=True, inputs=frozenset({0}))
MIXED = Tensor((B, 3), Broken((Event("mixed", AT),)), "float32")


def value(plain: Any) -> Value:
    """A Python value as the interpreter holds it."""
    if isinstance(plain, (list, tuple)):
        return Sequence(type(plain).__name__, [value(item) for item in plain])
    return Const(plain) if plain is None or isinstance(plain, (int, float, str)) else cast("Value", plain)


class Run:
    """One call of a library function: its result and the events it recorded."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        machine = Machine(cast("Any", None), "keras2")
        made = {key: value(each) for key, each in kwargs.items()}
        self.result = machine.call_op(Library(name), [value(each) for each in args], made, AT, name)
        self.recorded = [event.kind for event in machine.events]

    @property
    def tensor(self) -> Tensor:
        """The result, which must be one tensor."""
        assert isinstance(self.result, Tensor), (self.result, self.recorded)
        return self.result

    @property
    def items(self) -> list[Tensor]:
        """The result, which must be a list of tensors."""
        assert isinstance(self.result, Sequence)
        assert self.result.items is not None
        return [cast("Tensor", item) for item in self.result.items]


def state(x: Tensor) -> str:
    """Where the samples are, in a word: the axis, ``-``, or the kinds of fault."""
    if isinstance(x.batch, Along):
        return f"{x.batch.axis} {x.batch.moved.kind}" if x.batch.moved else str(x.batch.axis)
    if isinstance(x.batch, Broken):
        return " ".join(event.kind for event in x.batch.causes)
    return "unsure" if isinstance(x.batch, Unsure) else "-"


# --- reductions ------------------------------------------------------------------------------------


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


# --- moves -----------------------------------------------------------------------------------------


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


# --- joins -----------------------------------------------------------------------------------------


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
