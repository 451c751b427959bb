"""The table of pretrained models."""

from __future__ import annotations

import importlib
import inspect

import pytest

from lambdalint.layers.applications import (
    TABLE,
    application_parameters,
    application_shapes,
    bind_application,
)
from lambdalint.layers.binding import UNKNOWN, ConfigValue
from lambdalint.layers.dims import B, show_shape
from lambdalint.layers.shapes_base import Shape

PICTURE: dict[str, ConfigValue] = {"input_shape": (96, 128, 3)}


def test_top_gives_the_classes() -> None:
    assert application_shapes("VGG16", {}) == ((B, 224, 224, 3), (B, 1000))
    assert application_shapes("Xception", {"classes": 7}) == ((B, 299, 299, 3), (B, 7))


def test_without_top_the_features_come_out() -> None:
    config: dict[str, ConfigValue] = {"include_top": False, **PICTURE}
    assert application_shapes("ResNet50", config) == ((B, 96, 128, 3), (B, 3, 4, 2048))
    for pooling in ("avg", "max"):
        assert application_shapes("ResNet50", {**config, "pooling": pooling}) == (
            (B, 96, 128, 3),
            (B, 2048),
        )
    assert application_shapes("ResNet50", {**config, "pooling": UNKNOWN}) == ((B, 96, 128, 3), None)


def test_what_changed_within_keras2_is_not_claimed() -> None:
    result = application_shapes("ResNet50", {"include_top": False, **PICTURE}, "keras2")
    assert result is not None
    assert show_shape(result[1]) == "(B, n, n, 2048)"
    result = application_shapes("MobileNet", {"include_top": False, "input_shape": (99, 128, 3)}, "keras2")
    assert result is not None
    assert show_shape(result[1]) == "(B, ?, 4, 1024)"


def test_unknown_sizes_stay_unknown() -> None:
    result = application_shapes("VGG19", {"include_top": False})
    assert result is not None
    assert [show_shape(shape) for shape in result] == ["(B, n, n, 3)", "(B, ?, ?, 512)"]
    assert application_shapes("VGG19", {"include_top": UNKNOWN, **PICTURE}) == ((B, 96, 128, 3), None)
    assert application_shapes("AlexNet", {}) is None


def test_the_input_tensor_decides() -> None:
    shape: Shape = (B, 64, 64, 3)
    config: dict[str, ConfigValue] = {"include_top": False, "input_tensor": UNKNOWN}
    assert application_shapes("VGG16", config, tensor=shape) == (shape, (B, 2, 2, 512))


def test_arguments_by_position() -> None:
    assert bind_application("VGG16", (False, None), {"pooling": "avg"}) == {
        "include_top": False,
        "weights": None,
        "pooling": "avg",
    }
    assert bind_application("MobileNetV2", ((96, 96, 3), 1.0, False), {}) == {
        "input_shape": (96, 96, 3),
        "alpha": 1.0,
        "include_top": False,
    }
    assert bind_application("VGG16", (False,), {"include_top": True}) is None


@pytest.mark.tensorflow
@pytest.mark.parametrize("library", ["keras", "tf_keras"])
def test_parameters_are_the_real_ones(library: str) -> None:
    module = importlib.import_module(library).applications
    dialect = "keras3" if library == "keras" else "keras2"
    differing = {}
    for name in TABLE:
        real = inspect.signature(getattr(module, name)).parameters.values()
        order = tuple(one.name for one in real if one.kind is not inspect.Parameter.VAR_KEYWORD)
        if application_parameters(name, dialect) != order:
            differing[name] = order
    assert not differing


@pytest.mark.tensorflow
def test_every_application_of_keras_is_listed() -> None:
    module = importlib.import_module("keras").applications
    functions = {name for name in dir(module) if inspect.isfunction(getattr(module, name))}
    assert functions == set(TABLE)


SAMPLE = ["MobileNet", "MobileNetV2", "MobileNetV3Small", "VGG16", "InceptionV3", "DenseNet121"]


@pytest.mark.tensorflow
@pytest.mark.parametrize("library", ["keras", "tf_keras"])
@pytest.mark.parametrize("name", SAMPLE)
def test_shapes_are_the_real_ones(name: str, library: str) -> None:
    module = importlib.import_module(library).applications
    dialect = "keras3" if library == "keras" else "keras2"
    for size, pooling in (((107, 139, 3), None), ((96, 128, 3), "avg")):
        config: dict[str, ConfigValue] = {"include_top": False, "weights": None, "input_shape": size}
        config["pooling"] = pooling
        real = getattr(module, name)(**config).output_shape
        shapes = application_shapes(name, config, dialect)
        assert shapes is not None
        assert shapes[1] is not None
        assert len(shapes[1]) == len(real)
        for ours, true in zip(shapes[1][1:], real[1:]):
            assert ours == true or (not isinstance(ours, int) and dialect == "keras2")


@pytest.mark.tensorflow
def test_default_input_is_the_real_one() -> None:
    model = importlib.import_module("keras").applications.MobileNetV2(weights=None)
    shapes = application_shapes("MobileNetV2", {"weights": None})
    assert shapes is not None
    assert shapes[0] is not None
    assert tuple(model.input_shape[1:]) == shapes[0][1:]
    assert model.output_shape == (None, 1000)
