"""Decoded sequences, factors of matrices, and rows that samples pick by their numbers."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events, reasons
from lambdalint.interp.values import Along, Broken, Sequence, Tensor, Unknown, Unsure, Value
from lambdalint.layers.dims import B, show_shape
from tests.interp.bare import Bench, batch
from tests.interp.running import facts_of, one


def tensor(value: Value) -> Tensor:
    assert isinstance(value, Tensor), value
    return value


def parts(value: Value) -> list[Value]:
    assert isinstance(value, Sequence), value
    assert value.items is not None
    return value.items


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- sequences -------------------------------------------------------------------------------------


def test_decoded_paths_are_of_each_sample(bench: Bench) -> None:
    scores, steps = batch(7, 5), batch(index=1, dtype="int32")
    paths, likelihood = parts(
        bench.call("keras.backend.ctc_decode", scores, steps, greedy=False, top_paths=3)
    )
    assert len(parts(paths)) == 3
    labels = tensor(parts(paths)[0])
    assert (labels.rank, labels.dtype, labels.batch) == (2, "int64", Along(0))
    assert tensor(likelihood).dims == (B, 3)


@pytest.mark.parametrize("name", ["ctc_greedy_decoder", "ctc_beam_search_decoder"])
def test_the_longest_sequence_decides_how_many_labels_there_are(bench: Bench, name: str) -> None:
    scores = bench.call("tensorflow.transpose", batch(7, 5), [1, 0, 2])
    paths, likelihood = parts(bench.call(f"tensorflow.nn.{name}", scores, batch(index=1)))
    dense = tensor(bench.call("tensorflow.sparse.to_dense", parts(paths)[0]))
    assert dense.batch == Unsure(reasons.LONGEST, carries=True)
    assert tensor(likelihood).batch == Along(0)


def test_scores_with_the_samples_in_the_place_of_time_are_mixed(bench: Bench) -> None:
    lengths = batch(index=1)
    wrong = tensor(bench.call("tensorflow.nn.ctc_loss", batch(2), batch(7, 5), lengths, lengths))
    assert isinstance(wrong.batch, Broken)
    assert wrong.batch.causes[0].kind == events.MIXED
    right = bench.call(
        "tensorflow.nn.ctc_loss", batch(2), batch(7, 5), lengths, lengths, logits_time_major=False
    )
    assert (tensor(right).dims, tensor(right).batch) == ((B,), Along(0))


# --- matrices --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "shapes"),
    [
        ("tensorflow.linalg.svd", {}, ["(B, 3)", "(B, 5, 3)", "(B, 3, 3)"]),
        ("tensorflow.linalg.svd", {"full_matrices": True}, ["(B, 3)", "(B, 5, 5)", "(B, 3, 3)"]),
        ("keras.ops.svd", {}, ["(B, 5, 5)", "(B, 3)", "(B, 3, 3)"]),
        ("tensorflow.linalg.qr", {}, ["(B, 5, 3)", "(B, 3, 3)"]),
        ("keras.ops.qr", {"mode": "complete"}, ["(B, 5, 5)", "(B, 5, 3)"]),
    ],
)
def test_factors_of_a_matrix(bench: Bench, name: str, options: dict[str, Any], shapes: list[str]) -> None:
    made = [tensor(part) for part in parts(bench.call(name, batch(5, 3), **options))]
    assert [show_shape(part.dims) for part in made] == shapes
    assert {part.batch for part in made} == {Along(0)}


def test_factors_of_the_batch_as_a_matrix_mix_it(bench: Bench) -> None:
    first = tensor(parts(bench.call("tensorflow.linalg.qr", batch(3)))[0])
    assert isinstance(first.batch, Broken)


def test_a_crop_of_every_row_keeps_the_samples(bench: Bench) -> None:
    images = batch(32, 32, 3)
    rows = bench.subscript(bench.call("tensorflow.shape", images), 0)
    kept = tensor(bench.call("tensorflow.image.random_crop", images, [rows, 28, 28, 3]))
    assert (show_shape(kept.dims), kept.batch, kept.random) == ("(B, 28, 28, 3)", Along(0), True)
    fixed = tensor(bench.call("tensorflow.image.random_crop", images, [16, 28, 28, 3])).batch
    assert isinstance(fixed, Broken)
    assert fixed.causes[0].kind == events.FIXED


# --- rows of a flat table --------------------------------------------------------------------------

_PICK = """
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda

def pick(x):
    values, places = x
    size = tf.shape(values)[0]
    numbers = tf.tile(tf.expand_dims(tf.range(size), 1), (1, 4))
    flat = tf.reshape(numbers, [-1]) * {stride} + tf.reshape(places, [-1])
    return tf.reshape(tf.gather(tf.reshape(values, [-1, 2]), flat), [size, -1, 2])

picked = Lambda(pick)([Input((6, 2)), Input((4,), dtype="int32")])
"""


def test_each_sample_picks_among_its_own_rows() -> None:
    made = tensor(one(_PICK.format(stride="tf.shape(values)[1]")).result)
    assert (show_shape(made.dims), made.batch) == ("(B, 4, 2)", Along(0))


def test_rows_at_other_distances_are_not_followed() -> None:
    assert isinstance(tensor(one(_PICK.format(stride="5")).result).batch, Unsure)


def test_index_vectors_that_begin_with_the_number_of_the_sample(bench: Bench) -> None:
    x, places = batch(6, 2), batch(4, index=1, dtype="int32")
    numbers = bench.call("tensorflow.range", bench.subscript(bench.call("tensorflow.shape", x), 0))
    column = bench.call(
        "keras.backend.repeat_elements", bench.call("tensorflow.expand_dims", numbers, 1), 4, 1
    )
    vectors = bench.call("tensorflow.stack", [column, places], axis=-1)
    made = tensor(bench.call("tensorflow.gather_nd", x, vectors))
    assert (show_shape(made.dims), made.batch) == ("(B, 4, 2)", Along(0))
    turned = bench.call("tensorflow.stack", [places, column], axis=-1)
    assert isinstance(tensor(bench.call("tensorflow.gather_nd", x, turned)).batch, Unsure)


def test_what_has_no_transfer_function_says_so(bench: Bench) -> None:
    made = bench.call("tensorflow.hessians", batch(3), batch(3))
    assert isinstance(made, Unknown)
    assert made.reason == "tensorflow.hessians is not followed"


@pytest.mark.parametrize(("axes", "mixes"), [([1], False), (1, False), ([0, 1], True), (None, True)])
def test_a_shift_along_axes(bench: Bench, axes: Any, mixes: bool) -> None:
    made = tensor(bench.call("tensorflow.signal.fftshift", batch(4, 4), axes=axes))
    assert isinstance(made.batch, Broken) is mixes


def test_a_shift_along_axes_that_are_not_known_is_not_judged(bench: Bench) -> None:
    axes = [Unknown("a number"), Unknown("a number")]
    made = tensor(bench.call("tensorflow.signal.ifftshift", batch(4, 4), axes=axes))
    assert isinstance(made.batch, Unsure)


# --- sizes that are written, and sizes that entries decide -----------------------------------------


def test_paddings_may_be_a_constant(bench: Bench) -> None:
    paddings = bench.call("tensorflow.constant", [[0, 0], [1, 2]])
    made = tensor(bench.call("tensorflow.pad", batch(3), paddings))
    assert (made.dims, made.batch) == ((B, 6), Along(0))


def test_the_number_of_picked_entries_is_known_for_what_it_is(bench: Bench) -> None:
    x = batch(3)
    picked = bench.call("tensorflow.boolean_mask", x, bench.binary(">", x, 0.0))
    count = bench.subscript(bench.call("tensorflow.shape", picked), 0)
    assert tensor(count).batch == Unsure(reasons.COUNTED, carries=True)
    places = tensor(bench.call("tensorflow.where", bench.binary(">", x, 0.0)))
    assert places.batch == Unsure(reasons.TRUE_ENTRIES, carries=True)


def test_all_entries_of_an_input_of_unknown_rank_in_one_row(bench: Bench) -> None:
    flat = tensor(bench.call("keras.backend.reshape", batch().but(dims=None), [-1]))
    assert isinstance(flat.batch, Along)
    assert (flat.rank, flat.batch.axis, flat.batch.outer) == (1, 0, 1)


def test_a_layer_of_constants_is_followed() -> None:
    code = """
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Lambda

table = np.load("table.npy")
Lambda(lambda x: tf.convert_to_tensor(table))([])
"""
    (known,) = facts_of(code).followed
    assert known == (False, "")


# --- values from elsewhere -------------------------------------------------------------------------


def test_a_test_is_called_with_the_values_that_are_listed_for_it() -> None:
    code = """
import pytest
import tensorflow as tf
from tensorflow.keras import Input
from tensorflow.keras.layers import Lambda

@pytest.mark.parametrize("pick", [tf.argmax, tf.argmin])
@pytest.mark.parametrize("shape, axis", [((3, 4), 1), ((5,), 1)])
def test_places(pick, shape, axis):
    Lambda(lambda x: pick(x, axis=axis))(Input(shape))
"""
    shapes = [str(trace.result) for layer in facts_of(code).layers for trace in layer.traces]
    assert set(shapes) == {"(B,)", "(B, 4)"}


def test_an_activation_of_an_unknown_name_leaves_the_shape() -> None:
    code = """
from tensorflow.keras import Input, activations
from tensorflow.keras.layers import Lambda

def build(name):
    return Lambda(lambda x: activations.get(name)(x) * 2)(Input((3,)))
"""
    made = tensor(one(code).result)
    assert (made.dims, made.batch) == ((B, 3), Along(0))


def test_positions_in_a_list_of_samples_hang_on_all_of_them(bench: Bench) -> None:
    made = tensor(bench.call("tensorflow.searchsorted", batch(), batch(index=1)))
    assert isinstance(made.batch, Broken)
    rows = tensor(bench.call("tensorflow.searchsorted", batch(5), batch(3, index=1)))
    assert (rows.dims, rows.batch) == ((B, 3), Along(0))
