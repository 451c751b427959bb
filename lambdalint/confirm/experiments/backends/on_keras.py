"""What is the same for the backends of Keras 3 that have no tape: see the package."""

from __future__ import annotations

from typing import Any

import keras


def tensor(array: Any) -> Any:
    return keras.ops.convert_to_tensor(array)


def touched(function: Any) -> int:
    seen: dict[int, Any] = {}
    value = keras.Variable.value

    def told(variable: Any) -> Any:
        if variable.trainable:
            seen[id(variable)] = variable
        return value.fget(variable)

    keras.Variable.value = property(told)
    try:
        function()
    finally:
        keras.Variable.value = value
    return len(seen)
