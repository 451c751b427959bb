"""Names that NumPy and TensorFlow had when the code was written, given back to them."""

from __future__ import annotations

import contextlib
import re
import sys
from typing import Any

ALIASES = {"int": int, "float": float, "bool": bool, "complex": complex, "object": object, "str": str}
"""What NumPy called the types of Python up to version 1.23."""
DATED = re.compile(r"\b(np|numpy)\.(int|float|bool|complex|object|str)\b")
KEYWORDS = re.compile(r"\b(keep_dims|reduction_indices|dim|dimension|squeeze_dims)\s*=")
"""Names of arguments in TensorFlow 1."""
ATTRIBUTE = re.compile(r"\.([a-zA-Z]\w*)")
_TAKE_KEYWORDS = (
    "argmax",
    "argmin",
    "expand_dims",
    "squeeze",
    "nn.softmax",
    "nn.log_softmax",
    "nn.l2_normalize",
)
_BELOW = ("", "image", "nn", "math", "train", "losses", "random", "linalg")


def restore(source: str, tensorflow: bool = True) -> bool:
    """Give NumPy, and TensorFlow, the names that they lack and that code uses; whether there are such."""
    given = False
    numpy = sys.modules.get("numpy")
    if numpy is not None and DATED.search(source):
        for name, kind in ALIASES.items():
            if name not in vars(numpy):
                given = True
                setattr(numpy, name, kind)
    keras: Any = sys.modules.get("tf_keras")
    if tensorflow and keras is not None and re.search(r"(?s)expand_dims\(.{,200}?\bdim\s*=", source):
        given = True
        keras.backend.expand_dims = _renamed(keras.backend.expand_dims)
    inner: Any = sys.modules.get("tf_keras.src.backend")
    if tensorflow and inner is not None and "get_graph" in ATTRIBUTE.findall(source):
        given = True
        keras.backend.get_graph = inner.get_graph
    if tensorflow and "tensorflow" in source and "tensorflow" in sys.modules:
        given |= _tensorflow(source)
    return given


def _tensorflow(source: str) -> bool:
    import tensorflow as tf

    given = False
    used = set(ATTRIBUTE.findall(source))
    for below in _BELOW:
        now, then = _inside(tf, below), _inside(tf.compat.v1, below)
        for name in used.intersection(dir(then)).difference(dir(now)):
            with contextlib.suppress(AttributeError, ImportError):
                setattr(now, name, getattr(then, name))
                given = True
    if KEYWORDS.search(source):
        given = True
        reductions = [name for name in dir(tf) if name.startswith("reduce_")]
        for path in (*reductions, *_TAKE_KEYWORDS):
            below, _, name = path.rpartition(".")
            setattr(_inside(tf, below), name, getattr(_inside(tf.compat.v1, below), name))
    return given


def _renamed(function: Any) -> Any:
    """A function of the backend that takes ``dim``, as in Keras 1, for ``axis``."""

    def renamed(*given: Any, **named: Any) -> Any:
        return function(*given, **{"axis" if word == "dim" else word: each for word, each in named.items()})

    return renamed


def _inside(module: Any, below: str) -> Any:
    return getattr(module, below) if below else module
