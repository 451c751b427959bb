"""Methods of Theano's tensors, given to TensorFlow's, so that Keras-1 code written for Theano runs.

Semantics after Theano's documentation of ``tensor.TensorVariable``: an ``axis`` of ``None`` is all axes,
``sum``, ``mean`` and the like take ``keepdims``, ``dimshuffle`` permutes and inserts axes (``'x'``), and
``norm(L, axis)`` is the L-norm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def methods() -> dict[str, Callable[..., Any]]:
    """The methods by name; each takes the tensor first."""
    import tensorflow as tf

    def reduction(function: Any) -> Callable[..., Any]:
        return lambda x, axis=None, keepdims=False, **_: function(x, axis=axis, keepdims=keepdims)

    def dimshuffle(x: Any, *pattern: Any) -> Any:
        order = (
            list(pattern[0]) if len(pattern) == 1 and isinstance(pattern[0], (list, tuple)) else list(pattern)
        )
        kept = [axis for axis in order if axis != "x"]
        dropped = [axis for axis in range(len(x.shape)) if axis not in kept]
        turned = tf.transpose(tf.squeeze(x, dropped) if dropped else x, _ranks(kept))
        for position, axis in enumerate(order):
            if axis == "x":
                turned = tf.expand_dims(turned, position)
        return turned

    def norm(x: Any, L: Any = 2, axis: Any = None) -> Any:
        return tf.norm(x, ord=L, axis=axis)

    return {
        "sum": reduction(tf.reduce_sum),
        "mean": reduction(tf.reduce_mean),
        "prod": reduction(tf.reduce_prod),
        "max": reduction(tf.reduce_max),
        "min": reduction(tf.reduce_min),
        "std": reduction(tf.math.reduce_std),
        "var": reduction(tf.math.reduce_variance),
        "any": reduction(tf.reduce_any),
        "all": reduction(tf.reduce_all),
        "argmax": lambda x, axis=-1: tf.argmax(x, axis=axis),
        "argmin": lambda x, axis=-1: tf.argmin(x, axis=axis),
        "cumsum": lambda x, axis=0: tf.cumsum(x, axis=axis),
        "sqrt": tf.sqrt,
        "sqr": tf.square,
        "exp": tf.exp,
        "log": tf.math.log,
        "dot": lambda x, y: tf.tensordot(x, y, 1),
        "dimshuffle": dimshuffle,
        "reshape": lambda x, shape, ndim=None: tf.reshape(x, shape),
        "flatten": lambda x, ndim=1: tf.reshape(x, [*_sizes(x)[: ndim - 1], -1]),
        "transpose": lambda x, *axes: tf.transpose(x, list(axes[0] if len(axes) == 1 else axes) or None),
        "astype": lambda x, dtype: tf.cast(x, dtype),
        "clip": lambda x, low, high: tf.clip_by_value(x, low, high),
        "repeat": lambda x, repeats, axis=None: tf.repeat(x, repeats, axis=axis),
        "norm": norm,
    }


def _ranks(axes: list[int]) -> list[int]:
    ordered = sorted(axes)
    return [ordered.index(axis) for axis in axes]


def _sizes(x: Any) -> list[Any]:
    import tensorflow as tf

    dynamic = tf.shape(x)
    return [dynamic[i] if size is None else size for i, size in enumerate(x.shape)]


def install() -> None:
    """Give the methods to the tensors of TensorFlow, eager and symbolic, and to those of ``tf_keras``."""
    import tensorflow as tf

    classes: list[Any] = [tf.Tensor, type(tf.constant(0.0))]
    try:
        from tf_keras.src.engine.keras_tensor import KerasTensor
    except ImportError:
        pass
    else:
        classes.append(KerasTensor)
    for name, method in methods().items():
        for each in classes:
            setattr(each, name, method)
    for each in classes:
        each.T = property(lambda x: tf.transpose(x))
