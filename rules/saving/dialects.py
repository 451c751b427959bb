"""How each generation of Keras stores a Lambda's function and which names its loader offers."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function
from lambdalint.syntax.names import Names

STANDALONE_NAMES = frozenset(
    {
        "K", "np", "copy", "warnings", "activations", "initializers", "regularizers", "constraints",
        "python_types", "InputSpec", "Layer", "func_dump", "func_load", "deserialize_keras_object", "has_arg",
        "Masking", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Activation",
        "Reshape", "Permute", "Flatten", "RepeatVector", "Lambda", "Dense", "ActivityRegularization",
    }
)  # fmt: skip
"""What the module of Keras 1 and 2 that rebuilds the function imports and defines, by luck."""

TF_KERAS_NAMES = frozenset({"tf", "np", "sys", "python_types", "activations", "InputSpec", "Layer"})
"""The same for the Keras 2 of TensorFlow and ``tf_keras``."""

_GRAPH_SWITCH = re.compile(r"^[^#\n]*\bdisable_(?:v2_behavior|eager_execution)\(\)", re.MULTILINE)
TENSORFLOW_FAMILIES = ("tf.keras", "tf_keras", "tensorflow.python.keras")


def in_tensorflow(layer: LayerFacts) -> bool:
    """Whether the layer comes from TensorFlow's Keras or ``tf_keras``, as far as the imports tell."""
    if layer.site.family in TENSORFLOW_FAMILIES:
        return True
    return _imports_tensorflow_alone(layer.names)


@lru_cache(maxsize=1)
def _imports_tensorflow_alone(names: Names) -> bool:
    modules = {binding.module for binding in names.import_bindings() if not binding.level}
    tops = {module.partition(".")[0] for module in modules}
    return "keras" not in tops and not tops.isdisjoint(("tensorflow", "tf_keras"))


@lru_cache(maxsize=1)
def _turns_eager_off(text: str) -> bool:
    return _GRAPH_SWITCH.search(text) is not None


def is_graph_mode(layer: LayerFacts) -> bool:
    """Whether the layer's function runs once, into a graph: Keras 1, standalone Keras 2, TensorFlow 1."""
    if _turns_eager_off(layer.file.unit.text):
        return True
    return layer.dialect in ("keras1", "keras2") and not in_tensorflow(layer)


def stored_as_bytecode(layer: LayerFacts, function: Function) -> bool:
    """Whether the saved model holds bytecode: of an inline lambda, and before Keras 3 of a ``def`` too."""
    return isinstance(function.node, ast.Lambda) or layer.dialect in ("keras1", "keras2")


def resolved_by_loader(layer: LayerFacts) -> frozenset[str]:
    """The global names that a loaded function finds, in every dialect that the layer may be run under."""
    if layer.dialect == "keras3":
        return frozenset()
    if in_tensorflow(layer):
        return TF_KERAS_NAMES
    return STANDALONE_NAMES
