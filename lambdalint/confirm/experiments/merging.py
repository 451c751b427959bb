"""What the modes of a Keras-1 ``merge`` compute, after ``keras/engine/topology.py`` of Keras 1.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from typing import Any


def merge_function(mode: str, facts: Mapping[str, Any]) -> Callable[[list[Any]], Any]:
    """The function of a list of tensors that a mode stands for.

    Raises:
        ValueError: Keras 1 has no such mode.
    """
    import tensorflow as tf

    modes: dict[str, Callable[[list[Any]], Any]] = {
        "sum": lambda xs: reduce(add, xs),
        "mul": lambda xs: reduce(mul, xs),
        "ave": lambda xs: reduce(add, xs) / len(xs),
        "max": lambda xs: reduce(tf.maximum, xs),
        "concat": lambda xs: tf.concat(xs, facts.get("concat_axis", -1)),
        "dot": lambda xs: _dot(xs, facts.get("dot_axes", -1)),
        "cos": lambda xs: _dot([tf.math.l2_normalize(x, -1) for x in xs], facts.get("dot_axes", -1)),
    }
    if mode not in modes:
        raise ValueError(f"Keras 1 has no merge mode {mode!r}")
    return modes[mode]


def _dot(tensors: list[Any], axes: Any) -> Any:
    """``K.batch_dot`` of two tensors."""
    from tf_keras import backend

    return backend.batch_dot(tensors[0], tensors[1], axes)
