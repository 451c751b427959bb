"""TensorFlow: see the package."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf


def tensor(array: Any) -> Any:
    return tf.convert_to_tensor(array)


def plain(value: Any) -> Any:
    return np.array(value)


def slopes(function: Any, arrays: Any) -> Any:
    tensors = [tensor(each) for each in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        outputs = tf.nest.flatten(function(tensors))
        total = tf.add_n([tf.reduce_sum(tf.cast(each, "float32")) for each in outputs])
    return [None if each is None else np.array(each) for each in tape.gradient(total, tensors)]


def graph(function: Any) -> Any:
    return tf.function(function, autograph=False)


def touched(function: Any) -> int:
    with tf.GradientTape() as tape:
        function()
    return len({id(each) for each in tape.watched_variables()})
