"""Reshapes, axes that come and go, images and folds."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events
from lambdalint.interp.values import (
    NONE,
    Along,
    Const,
    Sequence,
    SliceValue,
    Tensor,
    Unsure,
)
from lambdalint.layers.dims import B, fresh, mul
from tests.interp.bare import Bench, batch
from tests.interp.operands import (
    ANY_RANK,
    CAPTURED,
    FIRST,
    MIXED,
    OPS,
    ROWS,
    SHAPE,
    TF,
    TIMES,
    WEIGHTS,
    K,
    N,
    X,
    samples,
    shape,
)
from tests.interp.running import layers_of

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
