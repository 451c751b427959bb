"""The shape rules and tables against the installed Keras 3 and tf_keras: every case is really run."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalint.layers.binding import Inner, bind, canonical
from lambdalint.layers.catalogue import SHAPE_PRESERVING, facts, has_trainable_weights, known_layers
from lambdalint.layers.dims import B, Dim, fresh, show, show_shape
from lambdalint.layers.parameters import parameters
from lambdalint.layers.shapes import Outputs, output_shape

pytestmark = pytest.mark.tensorflow

LIBRARIES = {"keras": "keras3", "tf_keras": "keras2"}
BATCH = 2
N = fresh("n", dynamic=True)
Case = tuple[str, tuple[Any, ...], dict[str, Any], Any]


class Sized:
    """A number on which the notation of printed sizes can be evaluated."""

    def __init__(self, value: int) -> None:
        self.value = value

    def _apply(self, function: Callable[[int, int], int], other: Any) -> Sized:
        return Sized(function(self.value, other.value))

    def __add__(self, other: Any) -> Sized:
        return self._apply(lambda a, b: a + b, other)

    def __sub__(self, other: Any) -> Sized:
        return self._apply(lambda a, b: a - b, other)

    def __mul__(self, other: Any) -> Sized:
        return self._apply(lambda a, b: a * b, other)

    def __floordiv__(self, other: Any) -> Sized:
        return self._apply(lambda a, b: a // b, other)

    def __matmul__(self, other: Any) -> Sized:
        return self._apply(lambda a, b: -(-a // b), other)

    def __or__(self, other: Any) -> Sized:
        return self._apply(max, other)

    def __neg__(self) -> Sized:
        return Sized(-self.value)


def value_of(dim: Dim, n: int) -> int | None:
    """The number a size stands for when the batch holds BATCH samples and ``n`` is known."""
    text = show(dim).replace("/^", "@").replace(" max ", "|")
    if "?" in text or re.search(r"[a-mo-z]", text):
        return None
    text = re.sub(r"\d+", r"S(\g<0>)", text)
    result = eval(text, {"S": Sized, "B": Sized(BATCH), "n": Sized(n)})
    assert isinstance(result, Sized)
    return result.value


def conv_cases() -> list[Case]:
    cases: list[Case] = []
    for rank in (1, 2, 3):
        space = (N, 9, 8)[:rank]
        shape = (B, *space, 4)
        for kwargs in (
            {"padding": "same"},
            {},
            {"strides": 2},
            {"strides": 2, "padding": "same"},
            {"dilation_rate": 2},
            {"dilation_rate": 2, "padding": "same"},
        ):
            cases.append((f"Conv{rank}D", (6, 3), kwargs, shape))
            if rank < 3:
                cases.append((f"SeparableConv{rank}D", (6, 3), kwargs, shape))
                cases.append((f"DepthwiseConv{rank}D", (3,), {"depth_multiplier": 2, **kwargs}, shape))
        for kernel in (2, 3, 5):
            for stride in (1, 2, 3):
                for padding in ("same", "valid"):
                    stepped = {"strides": stride, "padding": padding}
                    cases.append((f"Conv{rank}DTranspose", (6, kernel), stepped, shape))
        cases.append((f"Conv{rank}DTranspose", (6, 3), {"strides": 2, "output_padding": 1}, shape))
        for padding in ("same", "valid"):
            padded = {"strides": 2, "output_padding": 1, "padding": padding}
            cases.append((f"Conv{rank}DTranspose", (6, 4), padded, shape))
        cases.append((f"Conv{rank}DTranspose", (6, 3), {"dilation_rate": 2}, shape))
        for kind in ("Max", "Average"):
            for pooling in ({}, {"strides": 1}, {"padding": "same"}, {"strides": 3, "padding": "same"}):
                cases.append((f"{kind}Pooling{rank}D", (2,), pooling, shape))
            cases.append((f"Global{kind}Pooling{rank}D", (), {}, shape))
            cases.append((f"Global{kind}Pooling{rank}D", (), {"keepdims": True}, shape))
        cases.append((f"UpSampling{rank}D", (3,), {}, shape))
        cases.append((f"ZeroPadding{rank}D", (2,), {}, shape))
        cases.append((f"ZeroPadding{rank}D", (), {}, shape))
        cases.append((f"Cropping{rank}D", (1,), {}, shape))
        cases.append((f"Cropping{rank}D", (), {}, shape))
        cases.append((f"AdaptiveMaxPooling{rank}D", (3,), {}, shape))
    cases += [
        ("Conv1D", (6, 3), {"padding": "causal", "dilation_rate": 2}, (B, N, 4)),
        ("Conv1D", (6, 3), {"padding": "causal", "strides": 2}, (B, N, 4)),
        ("Conv1D", (6, 3), {}, (B, 3, N, 4)),
        ("Conv2D", (6, (3, 2), (2, 1), "same"), {}, (B, N, 9, 4)),
        ("ZeroPadding1D", ((1, 2),), {}, (B, N, 4)),
        ("ZeroPadding2D", (((1, 2), (3, 4)),), {}, (B, N, 9, 4)),
        ("ZeroPadding2D", ((1, 2),), {"data_format": "channels_first"}, (B, 4, N, 9)),
        ("Cropping1D", ((1, 2),), {}, (B, N, 4)),
        ("Cropping2D", (((1, 2), (3, 4)),), {}, (B, N, 9, 4)),
        ("Cropping2D", ((1, 2),), {"data_format": "channels_first"}, (B, 4, N, 9)),
        ("UpSampling2D", ((2, 3),), {"data_format": "channels_first"}, (B, 4, N, 9)),
        ("GlobalMaxPooling2D", (), {"data_format": "channels_first"}, (B, 4, N, 9)),
        ("LocallyConnected1D", (6, 3), {"strides": 2}, (B, N, 4)),
        ("LocallyConnected2D", (6, 3), {}, (B, N, 9, 4)),
    ]
    return cases


def core_cases() -> list[Case]:
    sequence = (B, N, 4)
    cases: list[Case] = [
        ("Dense", (5,), {}, (B, N, 4)),
        ("Dense", (5,), {}, (B, 4)),
        ("Flatten", (), {}, (B, N, 4)),
        ("Flatten", (), {}, (B,)),
        ("Flatten", (), {}, (B, 4)),
        ("Reshape", ((-1, 2),), {}, sequence),
        ("Reshape", ((2, -1, 2),), {}, sequence),
        ("Reshape", ((4, -1),), {}, sequence),
        ("Reshape", ((12,),), {}, (B, 3, 4)),
        ("Reshape", ((-1,),), {}, (B,)),
        ("Permute", ((2, 1),), {}, sequence),
        ("Permute", ((3, 1, 2),), {}, (B, N, 4, 5)),
        ("RepeatVector", (7,), {}, (B, 4)),
        ("Embedding", (10, 3), {}, (B, N)),
        ("Embedding", (10, 3), {}, (B, N, 2)),
        ("EinsumDense", ("abc,cd->abd",), {"output_shape": (None, 7)}, sequence),
        ("EinsumDense", ("...x,xy->...y",), {"output_shape": 7}, sequence),
        ("EinsumDense", ("abc,cde->abde",), {"output_shape": (None, 7, 8)}, sequence),
        ("EinsumDense", ("ab,bc->ac", 7), {}, (B, 4)),
        ("Attention", (), {}, [(B, N, 4), (B, 6, 4)]),
        ("Attention", (), {}, [(B, N, 4), (B, 6, 5), (B, 6, 4)]),
        ("AdditiveAttention", (), {}, [(B, N, 4), (B, 6, 4)]),
        ("CategoryEncoding", (), {"num_tokens": 9}, (B, 4)),
        ("CategoryEncoding", (), {"num_tokens": 9, "output_mode": "one_hot"}, (B, 1)),
        ("CategoryEncoding", (), {"num_tokens": 9, "output_mode": "one_hot"}, (B, 4)),
        ("CategoryEncoding", (), {"num_tokens": 9, "output_mode": "count"}, (B, 4)),
        ("Discretization", ([0.5, 1.5],), {}, (B, N)),
        ("Normalization", (), {"mean": 0.0, "variance": 1.0}, (B, N, 4)),
        ("Resizing", (7, 8), {}, (B, N, 9, 3)),
        ("Resizing", (7, 8), {}, (9, 9, 3)),
        ("CenterCrop", (3, 4), {}, (B, N, 9, 3)),
        ("RandomCrop", (3, 4), {}, (B, N, 9, 3)),
    ]
    for name in ("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract"):
        cases += [
            (name, (), {}, [(B, N, 4), (B, N, 4)]),
            (name, (), {}, [(B, N, 1), (B, N, 4)]),
            (name, (), {}, [(B, 4), (B, N, 4)]),
            (name, (), {}, [(B, 1, 4), (B, 3, N, 1)]),
        ]
    cases += [
        ("Concatenate", (), {}, [(B, 3), (B, N)]),
        ("Concatenate", (), {"axis": 1}, [(B, N, 4), (B, 3, 4), (B, N, 4)]),
        ("Concatenate", (-2,), {}, [(B, N, 4), (B, 3, 4)]),
        ("Concatenate", (0,), {}, [(B, 4), (B, 4)]),
        ("Dot", (1,), {}, [(B, 4), (B, 4)]),
        ("Dot", (-1,), {}, [(B, N, 4), (B, 5, 4)]),
        ("Dot", ((2, 1),), {}, [(B, N, 4), (B, 4, 6)]),
        ("Dot", ((1, 1),), {"normalize": True}, [(B, 5, N), (B, 5, 6)]),
        ("Dot", ((1, 2),), {}, [(B, 4), (B, N, 4)]),
        ("Dot", ((3, 1),), {}, [(B, 2, N, 4), (B, 4, 3)]),
    ]
    for name in ("SimpleRNN", "GRU", "LSTM"):
        for every in (False, True):
            for state in (False, True):
                kwargs = {"return_sequences": every, "return_state": state}
                cases.append((name, (5,), kwargs, sequence))
    for every in (False, True):
        kwargs = {"return_sequences": every, "return_state": True}
        cases.append(("ConvLSTM2D", (5, 2), kwargs, (B, 3, N, 6, 2)))
    cases.append(("ConvLSTM1D", (5, 2), {"padding": "same", "strides": 2}, (B, 3, N, 2)))
    return cases


def nested_cases() -> list[Case]:
    sequence = (B, N, 4)
    lstm = Inner("LSTM", {"units": 5, "return_sequences": True})
    cells = [Inner("GRUCell", {"units": 3}), Inner("LSTMCell", {"units": 6})]
    cases: list[Case] = [
        ("TimeDistributed", (Inner("Dense", {"units": 5}),), {}, sequence),
        ("TimeDistributed", (Inner("Conv2D", {"filters": 6, "kernel_size": 3}),), {}, (B, 3, N, 9, 2)),
        ("TimeDistributed", (Inner("Flatten", {}),), {}, (B, 3, N, 9, 2)),
        ("TimeDistributed", (Inner("GlobalMaxPooling1D", {}),), {}, (B, 3, N, 2)),
        ("TimeDistributed", (lstm,), {}, (B, 3, N, 2)),
        ("SpectralNormalization", (Inner("Conv2D", {"filters": 6, "kernel_size": 3}),), {}, (B, N, 9, 2)),
        ("RNN", (Inner("LSTMCell", {"units": 5}),), {"return_state": True}, sequence),
        ("RNN", (Inner("GRUCell", {"units": 5}),), {"return_sequences": True}, sequence),
        ("RNN", (cells,), {"return_sequences": True}, sequence),
    ]
    for mode in ("concat", "sum", "mul", "ave", None):
        for every in (False, True):
            for state in (False, True):
                inner = Inner("LSTM", {"units": 5, "return_sequences": every, "return_state": state})
                cases.append(("Bidirectional", (inner,), {"merge_mode": mode}, sequence))
    inner = Inner("GRU", {"units": 5, "return_sequences": True})
    behind = Inner("GRU", {"units": 3, "return_sequences": True, "go_backwards": True})
    cases.append(("Bidirectional", (inner,), {"backward_layer": behind}, sequence))
    return cases


ARGUMENTS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"), (0.5,)),
    **dict.fromkeys(("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), (0.5,)),
    **dict.fromkeys(("RandomBrightness", "RandomColorDegeneration", "RandomContrast", "RandomHue"), (0.2,)),
    **dict.fromkeys(("RandomRotation", "RandomSaturation", "RandomSharpness", "RandomZoom"), (0.2,)),
    "RandomPosterization": (4,),
    "RandomTranslation": (0.2, 0.2),
    "Activation": ("tanh",),
    "Rescaling": (0.5,),
    "GroupNormalization": (1,),
}


def preserving_cases() -> list[Case]:
    cases: list[Case] = []
    for name in sorted(SHAPE_PRESERVING):
        shape: tuple[Dim, ...] = (B, N, 8, 3)
        if name in ("SpatialDropout1D", "Masking"):
            shape = (B, N, 3)
        if name == "SpatialDropout3D":
            shape = (B, N, 8, 8, 3)
        cases.append((name, ARGUMENTS.get(name, ()), {}, shape))
    return cases


def shapes_of(result: Any) -> list[tuple[int, ...]]:
    items = result if isinstance(result, (list, tuple)) else [result]
    return [tuple(int(size) for size in item.shape) for item in items]


def concrete(shape: tuple[Dim, ...], n: int) -> tuple[int, ...]:
    return tuple(size if isinstance(size, int) else value_of(size, n) or 0 for size in shape)


def run(layer: Any, inputs: Any, n: int) -> list[tuple[int, ...]]:
    import numpy as np

    listed = isinstance(inputs, list)
    arrays = [np.ones(concrete(shape, n), dtype="float32") for shape in (inputs if listed else [inputs])]
    return shapes_of(layer(arrays if listed else arrays[0]))


def compare(ours: Outputs, real: list[tuple[int, ...]], n: int, what: str) -> None:
    assert ours.known, what
    assert not ours.problem, f"{what}: {ours.problem}"
    if ours.several is None:
        return
    assert len(ours.shapes) == len(real), f"{what}: {ours} against {real}"
    for mine, theirs in zip(ours.shapes, real):
        if mine is None:
            continue
        assert len(mine) == len(theirs), f"{what}: {mine} against {theirs}"
        for size, true in zip(mine, theirs):
            guess = value_of(size, n)
            assert guess is None or guess == true, f"{what}, n={n}: {mine} against {theirs}"


def real_layer(module: Any, name: str, args: Any, kwargs: Any) -> Any:
    def convert(value: Any) -> Any:
        if isinstance(value, Inner):
            return real_layer(module, value.layer, (), value.config)
        return [convert(one) for one in value] if isinstance(value, list) else value

    arguments = {key: convert(value) for key, value in kwargs.items()}
    return getattr(module.layers, name)(*map(convert, args), **arguments)


REFUSED: dict[str, tuple[str, ...]] = {
    "Conv1D(6, 3){}(B, 3, n, 4)": ("keras",),
    "CategoryEncoding(){'num_tokens': 9, 'output_mode': 'one_hot'}(B, 4)": ("tf_keras",),
    "SpectralNormalization(Inner(layer='Conv2D', config={'filters': 6, 'kernel_size': 3}, ),){}"
    "(B, n, 9, 2)": ("tf_keras",),
}
"""Cases that a library does not accept."""


def label(case: Case) -> str:
    name, args, kwargs, inputs = case
    listed = inputs if isinstance(inputs, list) else [inputs]
    return f"{name}{args}{kwargs}{'+'.join(map(show_shape, listed))}".replace("shape_of=None", "")


CASES = [*conv_cases(), *core_cases(), *nested_cases(), *preserving_cases()]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("case", CASES, ids=label)
def test_shape_is_the_real_one(library: str, case: Case) -> None:
    name, args, kwargs, inputs = case
    module = importlib.import_module(library)
    if not hasattr(module.layers, name):
        pytest.skip(f"{library} has no {name}")
    config = bind(name, args, kwargs, LIBRARIES[library])
    assert config is not None
    ours = output_shape(name, config, inputs)
    runs = 0
    for n in (8, 11):
        layer = real_layer(module, name, args, kwargs)
        try:
            real = run(layer, inputs, n)
        except Exception:
            if library in REFUSED.get(label(case), ()):
                continue
            if n == 8:
                raise
            continue  # reshapes that only divide for some sizes
        runs += 1
        compare(ours, real, n, f"{library} {label(case)}")
        assert bool(layer.trainable_weights) == has_trainable_weights(name, config), label(case)
    assert runs or library in REFUSED.get(label(case), ())


@pytest.mark.parametrize("library", LIBRARIES)
def test_multi_head_attention(library: str) -> None:
    import numpy as np

    layers = importlib.import_module(library).layers
    for kwargs in ({}, {"output_shape": 7}, {"output_shape": (2, 7)}):
        for scores in (False, True):
            query, value = np.ones((BATCH, 5, 4), "float32"), np.ones((BATCH, 6, 3), "float32")
            layer = layers.MultiHeadAttention(2, 3, **kwargs)
            real = shapes_of(layer(query, value, return_attention_scores=scores))
            config = bind("MultiHeadAttention", (2, 3), kwargs, LIBRARIES[library])
            assert config is not None
            config["return_attention_scores"] = scores
            ours = output_shape("MultiHeadAttention", config, [(B, 5, 4), (B, 6, 3)])
            assert ours.shapes[0] is not None
            compare(ours, real, 5, f"{library} {kwargs}")


@pytest.mark.parametrize("library", LIBRARIES)
def test_impossible_inputs_are_refused(library: str) -> None:
    """What the rules call impossible, Keras refuses too."""
    cases: list[Case] = [
        ("Dense", (3,), {}, (B,)),
        ("Reshape", ((5, 2),), {}, (B, 3, 4)),
        ("Reshape", ((5, -1),), {}, (B, 3, 4)),
        ("Permute", ((2, 1),), {}, (B, 3, 4, 5)),
        ("RepeatVector", (2,), {}, (B, 3, 4)),
        ("Concatenate", (), {}, [(B, 3, 4), (B, 4, 4)]),
        ("Concatenate", (), {}, [(B, 3, 4), (B, 4)]),
        ("Add", (), {}, [(B, 3), (B, 4)]),
        ("Dot", (1,), {}, [(B, 3), (B, 4)]),
        ("Conv2D", (3, 5), {}, (B, 3, 9, 2)),
        ("Conv2D", (3, 5), {}, (B, 9, 2)),
        ("LSTM", (3,), {}, (B, 4)),
        ("GlobalMaxPooling2D", (), {}, (B, 4, 3)),
        ("Cropping1D", (2,), {}, (B, 4, 3)),
    ]
    module = importlib.import_module(library)
    for name, args, kwargs, inputs in cases:
        config = bind(name, args, kwargs, LIBRARIES[library])
        assert config is not None
        assert output_shape(name, config, inputs).problem, name
        with pytest.raises(Exception):  # noqa: B017, PT011
            run(real_layer(module, name, args, kwargs), inputs, 8)


def public_layers(library: str) -> dict[str, Any]:
    layers = importlib.import_module(library).layers
    classes = {name: getattr(layers, name) for name in dir(layers)}
    return {name: cls for name, cls in classes.items() if inspect.isclass(cls) and name != "InputSpec"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_parameters_are_the_real_ones(library: str) -> None:
    differing = {}
    for name, cls in public_layers(library).items():
        variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        real = list(inspect.signature(cls.__init__).parameters.values())[1:]
        order = tuple(one.name for one in real if one.kind not in variadic)
        if parameters(canonical(name), LIBRARIES[library]) != order:
            differing[name] = (parameters(canonical(name), LIBRARIES[library]), order)
    assert not differing


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_public_layer_is_listed(library: str) -> None:
    listed = known_layers()
    assert not {name for name in public_layers(library) if canonical(name) not in listed}
    newer = {name for name in public_layers(library) if (known := facts(name)) and known.since == "keras3"}
    assert library == "keras" or not newer


@pytest.mark.parametrize("library", LIBRARIES)
def test_masks_pass_where_the_table_says(library: str) -> None:
    """In tf_keras, Identity, Normalization and Rescaling still drop the mask."""
    module = importlib.import_module(library)
    differing = {}
    for name, args, kwargs, _ in CASES:
        if not hasattr(module.layers, name) or (known := facts(name)) is None or name == "Dot":
            continue
        passes = real_layer(module, name, args, kwargs).supports_masking
        if passes != (known.mask == "passes") and known.mask != "produces":
            differing[name] = passes
    assert set(differing) == MASK_EXCEPTIONS[library]


MASK_EXCEPTIONS = {
    "keras": {"GlobalAveragePooling1D"},
    "tf_keras": {"GlobalAveragePooling1D", "Identity", "Normalization", "Rescaling"},
}
"""GlobalAveragePooling1D reads a mask and returns none."""
