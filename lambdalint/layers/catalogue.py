"""What is known of each Keras layer class besides its shape: weights, masks, versions, ranges, types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

ALIASES: dict[str, str] = {
    "AtrousConv1D": "Conv1D",
    "AtrousConv2D": "Conv2D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "AvgPool3D": "AveragePooling3D",
    "Convolution1D": "Conv1D",
    "Convolution1DTranspose": "Conv1DTranspose",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3D": "Conv3D",
    "Convolution3DTranspose": "Conv3DTranspose",
    "Deconv2D": "Conv2DTranspose",
    "Deconv3D": "Conv3DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalAvgPool3D": "GlobalAveragePooling3D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalMaxPool3D": "GlobalMaxPooling3D",
    "GroupQueryAttention": "GroupedQueryAttention",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
}
"""Other names of classes, and the name under which the tables list them."""

FUNCTIONS: dict[str, str] = {
    "add": "Add",
    "average": "Average",
    "concatenate": "Concatenate",
    "dot": "Dot",
    "maximum": "Maximum",
    "merge": "merge",
    "minimum": "Minimum",
    "multiply": "Multiply",
    "subtract": "Subtract",
}
"""The functions that build a merging layer and call it at once."""


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """``since``: the first Keras 1, Keras 2 (standalone), TensorFlow 2.x or Keras 3 that has the class.

    ``weights``: ``trainable``, ``state`` (not trained), ``none``, or ``inner`` (those of the wrapped
    layer).  ``mask``: whether the mask that comes in is one that goes out (``passes``), ends here
    (``stops``), or a mask starts here (``produces``).
    """

    since: str
    weights: str
    mask: str


# first version, weights, mask, classes
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("keras1", "trainable", "passes", "Dense BatchNormalization PReLU ParametricSoftplus SReLU"),
    (
        "keras1",
        "trainable",
        "stops",
        "Conv1D Conv2D Conv3D Conv2DTranspose SeparableConv2D LocallyConnected1D LocallyConnected2D Highway"
        " MaxoutDense TimeDistributedDense",
    ),
    ("keras1", "trainable", "passes", "LSTM GRU SimpleRNN ConvLSTM2D"),
    ("keras1", "trainable", "produces", "Embedding"),
    ("keras1", "none", "produces", "Masking"),
    ("keras1", "inner", "passes", "TimeDistributed Bidirectional"),
    ("keras1", "inner", "stops", "Wrapper"),
    (
        "keras1",
        "none",
        "passes",
        "Activation ActivityRegularization Dropout ELU GaussianDropout GaussianNoise LeakyReLU"
        " SpatialDropout1D SpatialDropout2D SpatialDropout3D ThresholdedReLU InputLayer Merge merge",
    ),
    (
        "keras1",
        "none",
        "stops",
        "AveragePooling1D AveragePooling2D AveragePooling3D MaxPooling1D MaxPooling2D MaxPooling3D"
        " GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D"
        " GlobalMaxPooling2D GlobalMaxPooling3D Cropping1D Cropping2D Cropping3D Flatten Lambda Layer Permute"
        " RepeatVector Reshape UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D"
        " ZeroPadding3D",
    ),
    ("keras2", "none", "passes", "Add Average Concatenate Maximum Minimum Multiply Subtract"),
    ("keras2", "none", "passes", "AlphaDropout ReLU Softmax"),
    ("keras2", "none", "stops", "Dot"),
    ("keras2", "trainable", "stops", "SeparableConv1D DepthwiseConv2D Conv3DTranspose"),
    ("keras2", "trainable", "stops", "LSTMCell GRUCell SimpleRNNCell StackedRNNCells AbstractRNNCell"),
    ("keras2", "trainable", "passes", "RNN"),
    ("keras2", "trainable", "stops", "CuDNNLSTM CuDNNGRU"),
    ("2.0", "trainable", "passes", "LayerNormalization Attention AdditiveAttention"),
    ("2.0", "trainable", "stops", "DenseFeatures"),
    ("2.3", "trainable", "stops", "Conv1DTranspose"),
    ("2.4", "trainable", "passes", "MultiHeadAttention"),
    ("2.4", "trainable", "stops", "EinsumDense"),
    ("2.6", "trainable", "passes", "ConvLSTM1D ConvLSTM3D"),
    ("2.6", "state", "passes", "Normalization"),
    ("2.6", "none", "passes", "Rescaling"),
    (
        "2.6",
        "none",
        "stops",
        "CategoryEncoding CenterCrop RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation"
        " RandomTranslation RandomWidth RandomZoom Resizing Hashing",
    ),
    ("2.6", "state", "stops", "Discretization IntegerLookup StringLookup TextVectorization"),
    ("2.8", "trainable", "stops", "DepthwiseConv1D"),
    ("2.9", "none", "passes", "UnitNormalization"),
    ("2.9", "none", "stops", "HashedCrossing RandomBrightness"),
    ("2.11", "none", "passes", "Identity"),
    ("2.11", "trainable", "passes", "GroupNormalization"),
    ("2.13", "inner", "stops", "SpectralNormalization"),
    ("keras3", "trainable", "passes", "GroupedQueryAttention"),
    ("keras3", "trainable", "stops", "RMSNormalization MelSpectrogram STFTSpectrogram"),
    ("keras3", "trainable", "produces", "ReversibleEmbedding"),
    ("keras3", "inner", "stops", "FlaxLayer JaxLayer Pipeline TFSMLayer TorchModuleWrapper"),
    (
        "keras3",
        "none",
        "stops",
        "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D"
        " AdaptiveMaxPooling2D AdaptiveMaxPooling3D AugMix AutoContrast"
        " ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization MaxNumBoundingBoxes MixUp"
        " RandAugment RandomColorDegeneration RandomColorJitter RandomElasticTransform RandomErasing"
        " RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization"
        " RandomSaturation RandomSharpness RandomShear Solarization",
    ),
)

_PRESERVING = """
    Activation ActivityRegularization AlphaDropout Dropout ELU GaussianDropout GaussianNoise Identity
    LeakyReLU Masking PReLU ParametricSoftplus ReLU Rescaling SReLU Softmax SpatialDropout1D
    SpatialDropout2D SpatialDropout3D ThresholdedReLU UnitNormalization
    BatchNormalization GroupNormalization LayerNormalization RMSNormalization Highway
    AutoContrast Equalization ContrastLimitedAdaptiveHistogramEqualization RandAugment RandomBrightness
    RandomColorDegeneration RandomColorJitter RandomContrast RandomElasticTransform RandomErasing
    RandomFlip RandomGaussianBlur RandomHue RandomInvert RandomPerspective RandomPosterization
    RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom Solarization
    InstanceNormalization BatchRenormalization PELU SineReLU Swish
"""
SHAPE_PRESERVING: frozenset[str] = frozenset(_PRESERVING.split())
"""Classes whose result has the shape of their input; the last line is of add-on packages."""


@lru_cache(maxsize=1)
def _by_class() -> dict[str, LayerFacts]:
    return {
        layer: LayerFacts(since, weights, mask)
        for since, weights, mask, classes in _TABLE
        for layer in classes.split()
    }


def known_layers() -> frozenset[str]:
    """The classes the table lists."""
    return frozenset(_by_class())


def facts(layer: str) -> LayerFacts | None:
    """What is known of a class or merging function, by any of its names; ``None`` for others."""
    return _by_class().get(ALIASES.get(layer) or FUNCTIONS.get(layer, layer))


_MASK_WITH_SEQUENCES = (
    *("LSTM", "GRU", "SimpleRNN", "RNN"),
    *("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
)


def mask_of(layer: str, config: Mapping[str, object]) -> str | None:
    """What becomes of a mask: ``produces``, ``passes`` or ``stops``; ``None`` where it is not known."""
    found = facts(layer)
    if found is None:
        return None
    if layer in ("Embedding", "ReversibleEmbedding"):
        return _choice(_flag(config, "mask_zero"), "produces")
    if layer in _MASK_WITH_SEQUENCES:
        return _choice(_flag(config, "return_sequences"), "passes")
    if layer in ("merge", "Merge") and config.get("mode") in ("cos", "dot"):
        return "stops"
    if layer == "Bidirectional":
        inner = config.get("layer")
        name, values = getattr(inner, "layer", ""), getattr(inner, "config", {})
        return mask_of(name, values) if name else None
    return found.mask


def _choice(flag: bool | None, word: str) -> str | None:
    return None if flag is None else word if flag else "stops"


def _flag(config: Mapping[str, object], name: str, default: bool = False) -> bool | None:
    value = config.get(name, None if "**" in config else default)
    return bool(value) if isinstance(value, (bool, int)) else None


def has_trainable_weights(layer: str, config: Mapping[str, object]) -> bool | None:
    """Whether training changes weights of the layer; ``None`` where it is not known."""
    found = facts(layer)
    trainable = config.get("trainable", True)
    if found is None or trainable not in (True, False):
        return None
    if not trainable or found.weights in ("none", "state"):
        return False
    if layer in ("Attention", "AdditiveAttention"):
        scale = config.get("use_scale", layer == "AdditiveAttention")
        return scale if isinstance(scale, bool) else None
    if found.weights == "inner":
        inner = config.get("layer")
        return has_trainable_weights(getattr(inner, "layer", ""), getattr(inner, "config", {}))
    if layer in ("BatchNormalization", "LayerNormalization", "GroupNormalization"):
        center, scale = _flag(config, "center", True), _flag(config, "scale", True)
        return True if center or scale else None if center is None or scale is None else False
    return True


# --- ranges and types ------------------------------------------------------------------------------

_RANGES = {
    "relu": "nonnegative-with-zeros",
    "relu6": "nonnegative-with-zeros",
    "hard_sigmoid": "nonnegative-with-zeros",
    "sparsemax": "nonnegative-with-zeros",
    "sigmoid": "unit",
    "softmax": "unit",
    "softplus": "positive",
    "exponential": "positive",
    "exp": "positive",
}
_ACTIVATED_NAMES = """
    Dense TimeDistributedDense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose
    SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D LocallyConnected1D
    LocallyConnected2D EinsumDense SimpleRNN Activation
"""
_ACTIVATED = frozenset(_ACTIVATED_NAMES.split())


def output_range(layer: str, config: Mapping[str, object]) -> str | None:
    """Where a layer's results lie, or ``None`` where no bound is known.

    ``nonnegative-with-zeros``: at least 0, and exactly 0 on ordinary inputs; ``positive``: above 0;
    ``unit``: in [0, 1] and 0 by rounding only.
    """
    name = ALIASES.get(layer, layer)
    if name in _ACTIVATED:
        activation = config.get("activation")
        return _RANGES.get(activation.rsplit(".", 1)[-1]) if isinstance(activation, str) else None
    if "**" in config:
        return None
    if name == "ReLU":
        slope, threshold = _number(config, "negative_slope", 0.0), _number(config, "threshold", 0.0)
        return _RANGES["relu"] if slope == 0 and threshold is not None and threshold >= 0 else None
    if name == "ThresholdedReLU":
        theta = _number(config, "theta", 1.0)
        return _RANGES["relu"] if theta is not None and theta >= 0 else None
    if name == "Softmax":
        return "unit"
    if name == "CategoryEncoding":
        return _RANGES["relu"]
    if name in ("TimeDistributed", "SpectralNormalization"):
        inner = config.get("layer")
        return output_range(getattr(inner, "layer", ""), getattr(inner, "config", {}))
    return None


def _number(config: Mapping[str, object], name: str, default: float) -> float | None:
    value = config.get(name, default)
    return float(value) if isinstance(value, (int, float)) else None


def output_dtype(layer: str, config: Mapping[str, object]) -> str | None:
    """The type of a layer's result where it is not the layer's own float type; ``None`` elsewhere."""
    if layer not in ("Discretization", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"):
        return None
    if config.get("output_mode", "int") != "int" or config.get("invert", False) is not False:
        return None
    given = config.get("dtype")
    return given if isinstance(given, str) and given.startswith("int") else "int64" if given is None else None
