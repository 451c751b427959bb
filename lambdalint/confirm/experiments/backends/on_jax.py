"""JAX: see the package."""

from __future__ import annotations

from typing import Any

import jax
import keras
import numpy as np

from lambdalint.confirm.experiments.backends.on_keras import tensor, touched


def plain(value: Any) -> Any:
    return np.array(value)


def slopes(function: Any, arrays: Any) -> Any:
    def total(tensors: Any) -> Any:
        outputs = keras.tree.flatten(function(tensors))
        return sum(keras.ops.sum(keras.ops.cast(each, "float32")) for each in outputs)

    return [np.array(each) for each in jax.grad(total)([tensor(each) for each in arrays])]


def graph(function: Any) -> Any:
    return jax.jit(function)


__all__ = ["graph", "plain", "slopes", "tensor", "touched"]
