"""What kinds of values a saved function can hold in its closure, its defaults and its ``arguments``."""

from __future__ import annotations

from lambdalint.interp.objects import is_keras_class
from lambdalint.interp.ops import library
from lambdalint.interp.values import (
    Bound,
    ClassValue,
    Dictionary,
    Function,
    Instance,
    Layer,
    Library,
    Model,
    Opaque,
    Partial,
    ProjectModule,
    Sequence,
    SliceValue,
    Tensor,
    Value,
)

ARRAY = "a NumPy array"
MODULE = "a module"
SYMBOLIC = "a symbolic tensor"
FUNCTION = "a function"
_OPAQUE = {
    "session": "a session",
    "lock": "a lock",
    "open file": "an open file",
    "generator": "a generator",
    "function": "a backend function",
}
_MODULES = frozenset(
    {
        "tensorflow", "keras", "keras.backend", "keras.ops", "keras.layers", "numpy", "scipy", "math",
        "theano", "theano.tensor", "tensorflow_probability", "torch", "jax", "jax.numpy", "keras.random",
        "random", "tensorflow.nn", "tensorflow.math", "tensorflow.image",
    }
)  # fmt: skip


def kind_of(value: Value | None, depth: int = 3) -> str | None:
    """What a value is, in words, if no saved model can hold it; ``None`` where it can, or is not known.

    A variable is ``None`` too: it is lost in another way.
    """
    if isinstance(value, Tensor):
        return _tensor(value)
    if isinstance(value, Layer):
        return f"a {value.cls} layer" if value.cls != "?" else "a layer"
    if isinstance(value, Model):
        return "a model"
    if isinstance(value, Instance):
        keras = is_keras_class(value.cls.library_base() or "")
        return f"a {value.cls.node.name} layer" if keras else f"an object of class {value.cls.node.name}"
    if isinstance(value, (Function, Partial)) or (isinstance(value, Bound) and value.function is not None):
        return FUNCTION
    if isinstance(value, (ClassValue,)):
        return "a class"
    if isinstance(value, Library):
        return _library(value)
    if isinstance(value, ProjectModule):
        return MODULE
    if isinstance(value, Opaque):
        return _OPAQUE.get(value.kind)
    if isinstance(value, SliceValue):
        return "a slice"
    return _inside(value, depth)


def _tensor(value: Tensor) -> str | None:
    if value.kind == "variable" or (value.kind == "tensor" and value.content is not None):
        return None
    return {"ndarray": ARRAY, "keras": SYMBOLIC}.get(value.kind, "a tensor")


def _library(value: Library) -> str | None:
    if value.name in _MODULES:
        return MODULE
    return FUNCTION if library.lookup(value.name) is not None else None


def _inside(value: Value | None, depth: int) -> str | None:
    """What an entry of a list or dict is that keeps the whole from being saved."""
    items: list[Value] = []
    if isinstance(value, Sequence):
        items = value.items or []
    elif isinstance(value, Dictionary):
        items = list(value.items.values())
    for item in items if depth else []:
        kind = kind_of(item, depth - 1)
        if kind is not None:
            return f"a list with {kind}" if isinstance(value, Sequence) else f"a dict with {kind}"
    return None
