"""How messages name the functions of a Keras generation."""

from __future__ import annotations

from functools import lru_cache

from lambdalint.interp.facts import LayerFacts
from lambdalint.syntax.names import Names

_NAMES = {
    "epsilon": "keras.config.epsilon",
    "permute_dimensions": "keras.ops.transpose",
    "pow": "keras.ops.power",
}
_IN_BACKEND = {"where": "switch"}


def spelled(layer: LayerFacts, name: str) -> str:
    """A function of the backend as the file of a layer calls it: ``K.shape``, ``keras.ops.shape``."""
    if layer.dialect == "keras3":
        return _NAMES.get(name, f"keras.ops.{name}")
    return f"tf.{name}" if _has_tensorflow_alone(layer) else f"K.{_IN_BACKEND.get(name, name)}"


def kept_from_zero(layer: LayerFacts) -> str:
    """What keeps an operand away from 0, as code."""
    least = "1e-7" if _has_tensorflow_alone(layer) else f"{spelled(layer, 'epsilon')}()"
    return f"{spelled(layer, 'maximum')}(…, {least})"


def _has_tensorflow_alone(layer: LayerFacts) -> bool:
    """Whether the file imports TensorFlow as ``tf``, and not the backend of Keras 1 and 2."""
    return layer.dialect != "keras3" and _imports_tensorflow_alone(layer.names)


@lru_cache(maxsize=1)
def _imports_tensorflow_alone(names: Names) -> bool:
    imports = names.import_bindings()
    paths = {f"{each.module}.{each.attribute}" if each.attribute else each.module for each in imports}
    backend = any(path.endswith("keras.backend") for path in paths) or names.export("K") is not None
    return not backend and any(each.name == "tf" for each in imports)
