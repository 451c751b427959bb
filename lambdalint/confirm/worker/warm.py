"""What every child would do first, done once in the server, as far as it starts no thread.

A child is a copy of the server: what is imported, looked up and remembered here it finds there.  Tensors,
graphs and the runtime of TensorFlow are left alone: the threads that these start would not be in a copy.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
from collections import abc
from functools import partial
from typing import Any

_USED = (
    *("encodings.base64_codec", "h5py", "numpy.lib.format", "numpy.random", "tensorflow.python.autograph"),
    *("keras.src.engine.base_layer_v1", "tf_keras.src.engine.base_layer_v1"),
)
"""Modules that are imported where they are first used."""


def warm(keras: Any, package: str) -> None:
    """Import what experiments with a Keras import, and fill the tables of TensorFlow and Python.

    Much of this is not of anybody's public interface: where it is missing, children take longer, and no more.
    """
    from lambdalint.confirm import experiments
    from lambdalint.confirm.experiments import backends

    for each in pkgutil.iter_modules(experiments.__path__, f"{experiments.__name__}."):
        importlib.import_module(each.name)
    backends.of(keras)
    for name in _USED:
        if name.partition(".")[0] in sys.modules:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    if "tensorflow" in sys.modules:
        steps = (
            _tables,
            partial(_lazy_parts, package),
            partial(_layers_by_name, keras),
            partial(_kinds, keras),
        )
        for step in steps:
            with contextlib.suppress(Exception):
                step()


def _tables() -> None:
    """The tables that TensorFlow fills when it makes its first tensor, which takes longer than the rest."""
    from tensorflow.python.framework import kernels, op_def_registry
    from tensorflow.python.util import pywrap_xla_ops

    kernels.get_registered_kernels_for_op("Identity")
    pywrap_xla_ops.get_cpu_kernel_names()
    # The first name that is not known, such as that of a function, has all operations listed.
    op_def_registry.get("NoSuchOperation")


def _lazy_parts(package: str) -> None:
    """The parts of TensorFlow that it loads when they are named."""
    import tensorflow as tf

    if package != "keras":
        for part in (tf.keras, tf.losses, tf.initializers, tf.optimizers, tf.metrics):
            dir(part)


def _layers_by_name(keras: Any) -> None:
    """The layers that a file may name."""
    name = keras.layers.Lambda.__module__.partition(".")[0]
    importlib.import_module(f"{name}.src.layers.serialization").populate_deserializable_objects()


def _kinds(keras: Any) -> None:
    """Whether objects are of a kind, which Python finds out once for each two classes."""
    import numpy as np
    import tensorflow as tf
    from tensorflow.python.framework import ops

    kinds: tuple[Any, ...] = (abc.Mapping, abc.MutableMapping, abc.Sequence, abc.MappingView)
    kinds += (tf.Variable, tf.TypeSpec, tf.__internal__.CompositeTensor)
    classes = [type(None), bool, int, float, str, list, tuple, dict, type({}.values()), type(warm)]
    classes += [np.ndarray, tf.Tensor, ops.EagerTensor, ops.SymbolicTensor, tf.TensorShape, tf.TensorSpec]
    classes += [each for each in vars(keras.layers).values() if isinstance(each, type)]
    for name in ("keras_tensor.KerasTensor", "input_spec.InputSpec"):
        module, _, attribute = name.rpartition(".")
        for found in [each for each in sys.modules if each.endswith(f".{module}")]:
            classes.append(getattr(sys.modules[found], attribute, object))
    for kind in (*kinds, keras.metrics.Metric):
        for each in classes:
            issubclass(each, kind)
