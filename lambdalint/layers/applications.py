"""The models of ``keras.applications``: their parameters, and the shapes that go in and come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lambdalint.layers.binding import UNKNOWN, ConfigValue
from lambdalint.layers.dims import B, Dim, Sym, fresh
from lambdalint.layers.shapes_base import Shape, as_dim


@dataclass(frozen=True, slots=True)
class Application:
    """A pretrained model without its top.

    ``default_size`` is ``None`` where the size stays free with a top too.  ``steps`` are what its
    layers do to the height and the width, in order: ``c`` halves and rounds up, ``f`` halves and
    rounds down, ``V`` is a valid window of 3 with stride 2, ``v`` one with stride 1.  ``stable`` says
    that all releases agree on every size, not just on multiples of 32.
    """

    default_size: int | None
    channels: int
    steps: str
    stable: bool = False


_INCEPTION, _SEPARABLE = "VvVvVVV", "Vvcccc"

TABLE: dict[str, Application] = {
    "ConvNeXtTiny": Application(224, 768, "fffff", True),
    "ConvNeXtSmall": Application(224, 768, "fffff", True),
    "ConvNeXtBase": Application(224, 1024, "fffff", True),
    "ConvNeXtLarge": Application(224, 1536, "fffff", True),
    "ConvNeXtXLarge": Application(224, 2048, "fffff", True),
    "DenseNet121": Application(224, 1024, "ccfff"),
    "DenseNet169": Application(224, 1664, "ccfff"),
    "DenseNet201": Application(224, 1920, "ccfff"),
    "EfficientNetB0": Application(224, 1280, "ccccc", True),
    "EfficientNetB1": Application(240, 1280, "ccccc", True),
    "EfficientNetB2": Application(260, 1408, "ccccc", True),
    "EfficientNetB3": Application(300, 1536, "ccccc", True),
    "EfficientNetB4": Application(380, 1792, "ccccc", True),
    "EfficientNetB5": Application(456, 2048, "ccccc", True),
    "EfficientNetB6": Application(528, 2304, "ccccc", True),
    "EfficientNetB7": Application(600, 2560, "ccccc", True),
    "EfficientNetV2B0": Application(224, 1280, "ccccc", True),
    "EfficientNetV2B1": Application(240, 1280, "ccccc", True),
    "EfficientNetV2B2": Application(260, 1408, "ccccc", True),
    "EfficientNetV2B3": Application(300, 1536, "ccccc", True),
    "EfficientNetV2S": Application(384, 1280, "ccccc", True),
    "EfficientNetV2M": Application(480, 1280, "ccccc", True),
    "EfficientNetV2L": Application(480, 1280, "ccccc", True),
    "InceptionResNetV2": Application(299, 1536, _INCEPTION, True),
    "InceptionV3": Application(299, 2048, _INCEPTION, True),
    "MobileNet": Application(224, 1024, "cffff"),
    "MobileNetV2": Application(224, 1280, "ccccc"),
    "MobileNetV3Large": Application(None, 960, "ccccc"),
    "MobileNetV3Small": Application(None, 576, "ccccc"),
    "NASNetLarge": Application(331, 4032, "Vcccc"),
    "NASNetMobile": Application(224, 1056, "Vcccc"),
    "ResNet50": Application(224, 2048, "ccccc"),
    "ResNet101": Application(224, 2048, "ccccc"),
    "ResNet152": Application(224, 2048, "ccccc"),
    "ResNet50V2": Application(224, 2048, "ccccc"),
    "ResNet101V2": Application(224, 2048, "ccccc"),
    "ResNet152V2": Application(224, 2048, "ccccc"),
    "VGG16": Application(224, 512, "fffff", True),
    "VGG19": Application(224, 512, "fffff", True),
    "Xception": Application(299, 2048, _SEPARABLE, True),
}

_USUAL = "include_top weights input_tensor input_shape pooling classes classifier_activation"
_PARAMETERS: dict[str, str] = {
    "ConvNeXt": (
        "include_top include_preprocessing weights input_tensor input_shape pooling classes"
        " classifier_activation name"
    ),
    "EfficientNetV2": f"{_USUAL} include_preprocessing name",
    "MobileNet": (
        "input_shape alpha depth_multiplier dropout include_top weights input_tensor pooling classes"
        " classifier_activation name"
    ),
    "MobileNetV2": (
        "input_shape alpha include_top weights input_tensor pooling classes classifier_activation name"
    ),
    "MobileNetV3": (
        "input_shape alpha minimalistic include_top weights input_tensor classes pooling dropout_rate"
        " classifier_activation include_preprocessing name"
    ),
    "NASNet": "input_shape include_top weights input_tensor pooling classes classifier_activation name",
}
_NO_ACTIVATION = ("ResNet50", "ResNet101", "ResNet152")
"""Models that Keras 2 gives no ``classifier_activation``."""
_CHANGED = ("ResNet50", "MobileNetV3Large", "MobileNetV3Small")
"""Models whose result without the top changed within Keras 2."""


def application_parameters(name: str, dialect: str = "keras3") -> tuple[str, ...] | None:
    """The parameters of an application's function in order; ``None`` for other names."""
    if name not in TABLE:
        return None
    family = max((key for key in _PARAMETERS if name.startswith(key)), key=len, default="")
    names = tuple(_PARAMETERS.get(family, f"{_USUAL} name").split())
    if dialect == "keras3":
        return names
    lead = ("model_name",) if family == "ConvNeXt" else ()
    missing = ("name", "classifier_activation") if name in _NO_ACTIVATION else ("name",)
    return (*lead, *(word for word in names if word not in missing))


def application_shapes(
    name: str, config: Mapping[str, ConfigValue], dialect: str = "keras3", tensor: Shape = None
) -> tuple[Shape, Shape] | None:
    """The shapes of the model's input and output, batch first; ``None`` for names not in the table.

    ``config`` holds the arguments by name, ``tensor`` the shape of ``input_tensor`` where one is
    given.  Pictures are taken to have their channels last.
    """
    model = TABLE.get(name)
    if model is None:
        return None
    top = config.get("include_top", True)
    picture = _input(model, config, top, tensor)
    if top is True or top == 1:
        return picture, (_batch(picture), as_dim(config.get("classes", 1000), "classes"))
    if top is not False and top != 0:
        return picture, None
    return picture, _features(name, model, config, picture, dialect)


def _batch(picture: Shape) -> Dim:
    return picture[0] if picture else B


def _input(model: Application, config: Mapping[str, ConfigValue], top: object, tensor: Shape) -> Shape:
    if config.get("input_tensor") is not None:
        return tensor
    given = config.get("input_shape")
    if isinstance(given, (list, tuple)) and len(given) == 3:
        return (B, *map(_size, given))
    if given is None and model.default_size is not None and (top is True or top == 1):
        return (B, model.default_size, model.default_size, 3)
    return (B, *_unsized(2), 3 if given is None else fresh())


def _size(value: object) -> Dim:
    return fresh("n", dynamic=True) if value is None else as_dim(value)


def _unsized(count: int) -> tuple[Dim, ...]:
    return tuple(fresh("n", dynamic=True) for _ in range(count))


def _features(
    name: str, model: Application, config: Mapping[str, ConfigValue], picture: Shape, dialect: str
) -> Shape:
    pooling = config.get("pooling")
    if pooling is UNKNOWN:
        return None
    certain = dialect == "keras3" or name not in _CHANGED
    channels: Dim = model.channels
    if name.startswith("MobileNet") and (config.get("alpha", 1.0) != 1 or not certain):
        channels = fresh("channels")
    if pooling in ("avg", "max"):
        return (_batch(picture), channels)
    if picture is None or len(picture) != 4 or not certain or dialect == "keras1":
        return (_batch(picture), *_unsized(2), channels if dialect != "keras1" else fresh())
    height, width = (_shrink(size, model, dialect) for size in picture[1:3])
    return (picture[0], height, width, channels)


def _shrink(size: Dim, model: Application, dialect: str) -> Dim:
    if isinstance(size, Sym) or (dialect != "keras3" and not model.stable and size % 32):
        return fresh(dynamic=isinstance(size, Sym))
    for step in model.steps:
        size = {"c": (size + 1) // 2, "f": size // 2, "V": (size - 1) // 2, "v": size - 2}[step]
    return size


def bind_application(
    name: str, args: Sequence[ConfigValue], kwargs: Mapping[str, ConfigValue], dialect: str = "keras3"
) -> dict[str, ConfigValue] | None:
    """The arguments of ``name(*args, **kwargs)`` by name; ``None`` where they do not fit."""
    order = application_parameters(name, dialect)
    if order is None or len(args) > len(order) or any(word in kwargs for word in order[: len(args)]):
        return None
    return {**dict(zip(order, args)), **kwargs}
