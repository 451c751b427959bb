"""Layer shapes, arguments and facts, without Keras."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.layers.binding import REST, UNKNOWN, ConfigValue, Inner, bind, canonical, declared_input
from lambdalint.layers.catalogue import (
    ALIASES,
    FUNCTIONS,
    SHAPE_PRESERVING,
    facts,
    has_trainable_weights,
    known_layers,
    mask_of,
    output_dtype,
    output_range,
)
from lambdalint.layers.dims import B, fresh, show_shape
from lambdalint.layers.parameters import GROUPS, KERAS1, KERAS2, KERAS3, parameters
from lambdalint.layers.shapes import Outputs, output_shape

N = fresh("n", dynamic=True)
H, W, C = fresh("h"), fresh("w"), fresh("c")


def shape(layer: str, inputs: Any, *args: Any, dialect: str = "keras2", **kwargs: Any) -> str:
    config = bind(layer, args, kwargs, dialect)
    assert config is not None
    result = output_shape(layer, config, inputs)
    assert not result.problem
    assert len(result.shapes) == 1
    return show_shape(result.shapes[0])


# --- arguments -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["keras1", "keras2", "keras3"])
def test_positions_become_names(dialect: str) -> None:
    assert bind("Dense", (5,), {"activation": "relu"}, dialect) == {"units": 5, "activation": "relu"}
    assert bind("Reshape", ((3, 4),), {}, dialect) == {"target_shape": (3, 4)}


def test_keras1_names_become_keras2_names() -> None:
    bound = bind(
        "Convolution2D", (8, 3, 5, "uniform", "relu"), {"border_mode": "same"}, "keras1", "channels_last"
    )
    assert bound == {
        "filters": 8,
        "kernel_size": (3, 5),
        "kernel_initializer": "uniform",
        "activation": "relu",
        "padding": "same",
        "data_format": "channels_last",
    }
    assert bind("Dropout", (), {"p": 0.3}, "keras1") == {"rate": 0.3}
    assert bind("MaxPooling1D", (), {"pool_length": 3, "stride": 2}, "keras2") == {
        "pool_size": 3,
        "strides": 2,
    }
    assert bind("Embedding", (9, 4, "uniform", 7), {}, "keras1") == {
        "input_dim": 9,
        "output_dim": 4,
        "embeddings_initializer": "uniform",
        "input_length": 7,
    }


def test_keras1_picture_layers_do_not_guess_the_channel_axis() -> None:
    bound = bind("MaxPooling2D", ((2, 2),), {}, "keras1")
    assert bound == {"pool_size": (2, 2), "data_format": UNKNOWN}
    assert bind("MaxPooling2D", (), {"dim_ordering": "th"}, "keras2") == {"data_format": "channels_first"}


def test_keras1_keywords_show_the_generation_of_a_call() -> None:
    bound = bind("Convolution2D", (8, 3, 3), {"subsample": (2, 2), "dim_ordering": "tf"}, "keras2")
    assert bound is not None
    assert bound["kernel_size"] == (3, 3)
    assert bound["strides"] == (2, 2)
    bound = bind("Conv2D", (8, 3), {"padding": "same"}, "keras1")
    assert bound == {"filters": 8, "kernel_size": 3, "padding": "same"}
    for sizes in ((3,), ((3, 3),), ((3, 3), (2, 2))):
        bound = bind("Conv2D", (8, *sizes), {}, "keras1")
        assert bound is not None
        assert bound["kernel_size"] == sizes[0]


def test_a_third_integer_is_a_kernel_or_a_stride() -> None:
    """Standalone Keras 2 takes Conv2D(32, 3, 3) as a kernel of 3 x 3, tf.keras as a stride of 3."""
    assert bind("Conv2D", (32, 3, 3), {}, "keras2") == {
        "filters": 32,
        "kernel_size": 3,
        "strides": UNKNOWN,
    }
    assert bind("Conv2D", (32, 3, 3), {}, "keras3") == {"filters": 32, "kernel_size": 3, "strides": 3}
    assert bind("Conv1D", (32, 3, 2), {}, "keras2") == {"filters": 32, "kernel_size": 3, "strides": 2}


def test_arguments_that_do_not_fit() -> None:
    assert bind("Flatten", ("channels_last", 2), {}, "keras3") is None
    assert bind("Dense", (3,), {"units": 4}, "keras3") is None
    assert bind("NoSuchLayer", (3,), {}, "keras3") is None
    assert bind("NoSuchLayer", (), {"a": 1}, "keras3") == {"a": 1}


def test_merging_functions_take_the_inputs_first() -> None:
    assert bind("concatenate", ("xs", 1), {}, "keras2") == {"inputs": "xs", "axis": 1}
    assert bind("merge", ("xs", "concat", 2), {}, "keras1") == {
        "inputs": "xs",
        "mode": "concat",
        "concat_axis": 2,
    }


@pytest.mark.parametrize(
    ("layer", "config", "text"),
    [
        ("Dense", {"input_dim": 3}, "(B, 3)"),
        ("Dense", {"input_shape": (3,)}, "(B, 3)"),
        ("Conv2D", {"input_shape": (None, 8, 3)}, "(B, n, 8, 3)"),
        ("LSTM", {"batch_input_shape": (32, None, 3)}, "(32, n, 3)"),
        ("LSTM", {"input_dim": 3, "input_length": 5}, "(B, 5, 3)"),
        ("Embedding", {"input_dim": 9, "output_dim": 4, "input_length": 5}, "(B, 5)"),
        ("Embedding", {"input_dim": 9, "output_dim": 4}, "(B, n)"),
        ("InputLayer", {"shape": (4,), "batch_size": 8}, "(8, 4)"),
        ("InputLayer", {"batch_shape": (None, 4)}, "(B, 4)"),
        ("Dense", {"units": 3}, "(?)"),
        ("Dense", {"input_shape": UNKNOWN}, "(?)"),
    ],
)
def test_declared_inputs(layer: str, config: dict[str, ConfigValue], text: str) -> None:
    assert show_shape(declared_input(layer, config)) == text


# --- shapes ----------------------------------------------------------------------------------------


def test_unknown_arguments_leave_the_rest() -> None:
    assert shape("Conv2D", (B, H, W, 3), 8, UNKNOWN) == "(B, ?, ?, 8)"
    assert shape("Conv2D", (B, H, W, 3), 8, 3, data_format=UNKNOWN) == "(B, ?, ?, ?)"
    assert shape("Conv2D", (B, H, 9, 3), UNKNOWN, 3, padding="same") == "(B, h, 9, filters)"
    assert shape("Conv2D", (B, H, 9, 3), 8, 3, padding=UNKNOWN) == "(B, ?, ?, 8)"
    assert shape("MaxPooling2D", (B, 8, 8, 3), UNKNOWN) == "(B, ?, ?, 3)"
    assert shape("Reshape", (B, 6), UNKNOWN) == "(?)"
    assert shape("Reshape", (B, 6), (UNKNOWN, 2)) == "(B, ?, 2)"
    assert shape("Permute", (B, 2, 3), UNKNOWN) == "(B, ?, ?)"
    assert shape("Concatenate", [(B, 2), (B, 3)], axis=UNKNOWN) == "(?, ?)"
    assert shape("LSTM", (B, N, 3), 4, return_sequences=UNKNOWN) == "(?)"


def test_an_unknown_rest_hides_every_default() -> None:
    result = output_shape("Conv2D", {"filters": 8, "kernel_size": 3, REST: UNKNOWN}, (B, 9, 9, 3))
    assert show_shape(result.shape) == "(B, ?, ?, ?)"


def test_unknown_ranks() -> None:
    assert shape("Dense", None, 3) == "(?)"
    assert shape("Conv1D", None, 8, 3, padding="same") == "(?)"
    assert shape("Conv2D", None, 8, 3, padding="same") == "(B, ?, ?, 8)"
    assert shape("GlobalMaxPooling2D", None) == "(B, ?)"
    assert shape("LSTM", None, 4) == "(B, 4)"
    assert shape("Flatten", None) == "(B, features)"
    assert shape("Dropout", None, 0.5) == "(?)"
    assert shape("Add", [(B, 3), None]) == "(?)"
    assert shape("Concatenate", [(B, N, 3), None], axis=1) == "(B, ?, 3)"


def test_symbols_are_carried_through() -> None:
    assert shape("Flatten", (B, H, W, 3)) == "(B, 3*h*w)"
    assert shape("Reshape", (B, H, 6), (-1, 3)) == "(B, 2*h, 3)"
    assert shape("MaxPooling2D", (B, H, 8, 3)) == "(B, 1 + ((-2 + h)//2), 4, 3)"
    assert shape("UpSampling2D", (B, H, 8, 3), 2) == "(B, 2*h, 16, 3)"
    assert shape("Dense", (B, 3), C) == "(B, c)"
    assert shape("Concatenate", [(B, H), (B, 3)]) == "(B, 3 + h)"
    assert shape("Concatenate", [(B, 3), (B, 3)], axis=0) == "(2*B, 3)"


def test_keras1_layers() -> None:
    assert shape("MaxoutDense", (B, 3), 5, dialect="keras1") == "(B, 5)"
    assert shape("Highway", (B, 3), dialect="keras1") == "(B, 3)"
    assert shape("TimeDistributedDense", (B, N, 3), 5, dialect="keras2") == "(B, n, 5)"
    assert shape("TimeDistributedDense", (B, N, 3), 5, dialect="keras1") == "(B, n, 5)"
    assert (
        shape(
            "Deconvolution2D", (B, 8, 8, 3), 5, 3, 3, (None, 16, 16, 5), dim_ordering="tf", dialect="keras1"
        )
        == "(B, 16, 16, 5)"
    )
    assert (
        shape("ZeroPadding2D", (B, 3, 8, 8), (1, 2, 3, 4), dim_ordering="th", dialect="keras1")
        == "(B, 3, 11, 15)"
    )
    assert (
        shape(
            "AtrousConvolution2D",
            (B, 9, 9, 3),
            4,
            3,
            3,
            atrous_rate=(2, 2),
            dim_ordering="tf",
            dialect="keras1",
        )
        == "(B, 5, 5, 4)"
    )


@pytest.mark.parametrize("mode", ["sum", "mul", "ave", "max"])
def test_keras1_merges_of_equal_shapes(mode: str) -> None:
    assert shape("merge", [(B, 3), (B, 3)], "xs", mode, dialect="keras1") == "(B, 3)"


def test_other_keras1_merges() -> None:
    assert shape("merge", [(B, 3), (B, 4)], "xs", "concat", dialect="keras1") == "(B, 7)"
    assert shape("merge", [(B, 2, 3), (B, 4, 3)], "xs", "concat", 1, dialect="keras1") == "(B, 6, 3)"
    assert shape("merge", [(B, 3), (B, 3)], "xs", "dot", dialect="keras1") == "(B, 1)"
    assert (
        shape("merge", [(B, 5, 3), (B, 3, 2)], "xs", "dot", dot_axes=(2, 1), dialect="keras1") == "(B, 5, 2)"
    )
    assert shape("merge", [(B, 6, 3), (B, 6, 3)], "xs", "dot", dot_axes=([2], [2])) == "(B, 6, 6)"
    assert shape("merge", [(B, 3), (B, 3)], "xs", "dot", dot_axes=0, dialect="keras1") == "(3, 1)"
    assert shape("Dot", [(B, 3), (B, 3)], 0) == "(?)"
    assert shape("merge", [(B, 3), (B, 3)], "xs", "cos", dialect="keras1") == "(?)"
    assert shape("merge", [(B, 3), (B, 3)], "xs", UNKNOWN, dialect="keras1") == "(?)"


def test_several_outputs() -> None:
    result = output_shape("LSTM", {"units": 4, "return_state": True}, (B, N, 3))
    assert result == Outputs(((B, 4), (B, 4), (B, 4)), several=True)
    assert result.shape is None
    unsure = output_shape("LSTM", {"units": 4, "return_state": UNKNOWN}, (B, N, 3))
    assert unsure.several is not True
    assert unsure.several is not False


def test_wrappers_ask_what_is_inside() -> None:
    def double(inner: Any) -> Outputs:
        return Outputs(((inner[0], inner[1] * 2),))

    wrapped = {"layer": Inner("Model", {}, double)}
    assert output_shape("TimeDistributed", wrapped, (B, N, 3)).shape == (B, N, 6)
    assert output_shape("Bidirectional", {"layer": Inner("GRU", {"units": 4})}, (B, N, 3)).shape == (B, 8)
    assert output_shape("TimeDistributed", {"layer": UNKNOWN}, (B, N, 3)).several is None


def test_unknown_classes_say_so() -> None:
    result = output_shape("MyLayer", {}, (B, 3))
    assert not result.known
    assert result.shapes == (None,)


@pytest.mark.parametrize(
    ("layer", "config", "inputs"),
    [
        ("Dense", {"units": 3}, (B,)),
        ("Reshape", {"target_shape": (5, -1)}, (B, 3)),
        ("Concatenate", {}, [(B, 3, 4), (B, 3)]),
        ("Add", {}, [(B, 3), (B, 4)]),
        ("Dot", {"axes": 1}, [(B, 3), (B, 4)]),
        ("Conv1D", {"filters": 3, "kernel_size": 5}, (B, 4, 2)),
        ("RepeatVector", {"n": 3}, (B, 4, 2)),
    ],
)
def test_impossible_inputs(layer: str, config: dict[str, ConfigValue], inputs: Any) -> None:
    result = output_shape(layer, config, inputs)
    assert result.problem
    assert result.shapes == (None,)


# --- tables ----------------------------------------------------------------------------------------


def test_tables_agree_with_each_other() -> None:
    listed = known_layers()
    for table in (KERAS1, KERAS2, KERAS3):
        for classes in table:
            for layer in classes.split():
                assert canonical(layer) in listed, layer
    assert set(ALIASES.values()) | set(FUNCTIONS.values()) <= listed
    assert not set(ALIASES) & listed
    words = [word for table in (KERAS1, KERAS2, KERAS3) for text in table.values() for word in text.split()]
    assert {word for word in words if word.startswith("@")} == set(GROUPS)
    for layer in listed - {"Layer", "Lambda"}:
        names = parameters(layer, "keras2")
        assert names is not None, layer
        assert len(set(names)) == len(names), layer


def test_every_shape_preserving_layer_preserves() -> None:
    for layer in SHAPE_PRESERVING:
        assert output_shape(layer, {}, (B, N, 3)).shape == (B, N, 3)


def test_masks() -> None:
    assert mask_of("Embedding", {"mask_zero": True}) == "produces"
    assert mask_of("Embedding", {}) == "stops"
    assert mask_of("Embedding", {"mask_zero": UNKNOWN}) is None
    assert mask_of("Masking", {}) == "produces"
    assert mask_of("LSTM", {"return_sequences": True}) == "passes"
    assert mask_of("LSTM", {}) == "stops"
    assert mask_of("Bidirectional", {"layer": Inner("LSTM", {"return_sequences": True})}) == "passes"
    assert mask_of("Flatten", {}) == "stops"
    assert mask_of("add", {}) == "passes"
    assert mask_of("merge", {"mode": "concat"}) == "passes"
    assert mask_of("merge", {"mode": "dot"}) == "stops"
    assert mask_of("MyLayer", {}) is None


def test_trainable_weights() -> None:
    assert has_trainable_weights("Dense", {}) is True
    assert has_trainable_weights("Dense", {"trainable": False}) is False
    assert has_trainable_weights("Dense", {"trainable": UNKNOWN}) is None
    assert has_trainable_weights("Dropout", {}) is False
    assert has_trainable_weights("Attention", {}) is False
    assert has_trainable_weights("BatchNormalization", {"center": False, "scale": False}) is False
    assert has_trainable_weights("TimeDistributed", {"layer": Inner("Flatten", {})}) is False
    assert has_trainable_weights("MyLayer", {}) is None


def test_versions() -> None:
    for layer, since in (
        ("Dense", "keras1"),
        ("Convolution2D", "keras1"),
        ("Add", "keras2"),
        ("Identity", "2.11"),
    ):
        known = facts(layer)
        assert known is not None
        assert known.since == since


@pytest.mark.parametrize(
    ("layer", "config", "expected"),
    [
        ("Dense", {"activation": "relu"}, "nonnegative-with-zeros"),
        ("Convolution2D", {"activation": "tf.nn.relu"}, "nonnegative-with-zeros"),
        ("Activation", {"activation": "softmax"}, "unit"),
        ("Activation", {"activation": "softplus"}, "positive"),
        ("Dense", {"activation": "tanh"}, None),
        ("Dense", {"activation": UNKNOWN}, None),
        ("ReLU", {}, "nonnegative-with-zeros"),
        ("ReLU", {"negative_slope": 0.1}, None),
        ("ReLU", {"negative_slope": UNKNOWN}, None),
        ("Softmax", {}, "unit"),
        ("TimeDistributed", {"layer": Inner("Dense", {"activation": "sigmoid"})}, "unit"),
        ("LSTM", {"activation": "relu"}, None),
    ],
)
def test_ranges(layer: str, config: dict[str, ConfigValue], expected: str | None) -> None:
    assert output_range(layer, config) == expected


def test_dtypes() -> None:
    assert output_dtype("StringLookup", {}) == "int64"
    assert output_dtype("Discretization", {"dtype": "int32"}) == "int32"
    assert output_dtype("TextVectorization", {"output_mode": "tf_idf"}) is None
    assert output_dtype("Dense", {}) is None


def test_a_scalar_has_no_batch_to_keep() -> None:
    assert shape("Flatten", ()) == show_shape((B, fresh("features")))
    assert shape("Reshape", (), (2, 3)) == "(B, 2, 3)"
    assert shape("Permute", (), (2, 1)).startswith("(B, ")
    assert output_shape("Attention", {}, [(), ()]).shapes == (None,)
