"""What every child would do first, done once in the server, as far as it starts no thread.

A child is a copy of the server: what is imported, looked up and remembered here it finds there.  TensorFlow
itself is not used: the threads that it starts would not be in a copy.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys

_USED = (
    "encodings.base64_codec",
    "h5py",
    "numpy.random",
    "numpy.lib.format",
    "tensorflow.python.autograph",
)
"""Modules that are imported where they are first used."""


def warm(package: str) -> None:
    """Import what experiments with a Keras import, and have TensorFlow fill its tables of operations."""
    experiments = importlib.import_module("lambdalint.confirm.experiments")
    for each in pkgutil.iter_modules(experiments.__path__, f"{experiments.__name__}."):
        importlib.import_module(each.name)
    for name in _USED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if "tensorflow" in sys.modules:
        # Some are not of the public interface: a TensorFlow without them is slower, and nothing more.
        with contextlib.suppress(Exception):
            _fill_tables()
        with contextlib.suppress(Exception):
            _resolve(package)


def _fill_tables() -> None:
    """The tables that TensorFlow fills when the first tensor is made, which takes as long as all the rest."""
    from tensorflow.python.framework import kernels, op_def_registry
    from tensorflow.python.util import pywrap_xla_ops

    kernels.get_registered_kernels_for_op("Identity")
    pywrap_xla_ops.get_cpu_kernel_names()
    # The first name that is not known, such as that of a function, has all operations listed.
    op_def_registry.get("NoSuchOperation")


def _resolve(package: str) -> None:
    """Load the parts of TensorFlow and Keras that are loaded when they are named."""
    import tensorflow as tf

    if package != "keras":
        for part in (tf.keras, tf.losses, tf.initializers, tf.optimizers, tf.metrics):
            dir(part)
