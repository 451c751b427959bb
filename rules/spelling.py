"""How messages name the functions of a Keras generation."""

from __future__ import annotations

_NAMES = {
    "epsilon": "keras.config.epsilon",
    "permute_dimensions": "keras.ops.transpose",
    "pow": "keras.ops.power",
    "switch": "keras.ops.where",
}


def spelled(dialect: str, name: str) -> str:
    """A function of the backend as code of this dialect calls it: ``K.shape``, ``keras.ops.shape``."""
    return f"K.{name}" if dialect != "keras3" else _NAMES.get(name, f"keras.ops.{name}")


def kept_from_zero(dialect: str) -> str:
    """What keeps an operand away from 0, as code."""
    return f"{spelled(dialect, 'maximum')}(…, {spelled(dialect, 'epsilon')}())"
