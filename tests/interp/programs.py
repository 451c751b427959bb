"""Random bodies as data, and running them: on abstract values and in TensorFlow."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lambdalint.interp.call import Impossible
from lambdalint.interp.values import Sequence, Value
from tests.interp.bare import Bench


@dataclass(frozen=True)
class Ref:
    """The result of an earlier step, or an input."""

    index: int

    def __repr__(self) -> str:
        return f"v{self.index}"


@dataclass(frozen=True)
class BatchSize:
    """``tf.shape(x)[0]`` of the first input."""

    def __repr__(self) -> str:
        return "tf.shape(v0)[0]"


@dataclass
class Program:
    """Steps over values: first the inputs, then the results."""

    inputs: list[tuple[int, ...]]
    steps: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"v{i} = Input({shape})" for i, shape in enumerate(self.inputs)]
        for number, (name, args, kwargs) in enumerate(self.steps, len(self.inputs)):
            inner = ", ".join([*map(repr, args), *(f"{k}={v!r}" for k, v in kwargs.items())])
            lines.append(f"v{number} = {name}({inner})")
        return "\n".join(lines)


def filled(value: Any, values: list[Any], size: Any) -> Any:
    if isinstance(value, Ref):
        return values[value.index]
    if isinstance(value, BatchSize):
        return size
    if isinstance(value, (list, tuple)):
        return type(value)(filled(each, values, size) for each in value)
    if isinstance(value, slice):
        return slice(*(filled(each, values, size) for each in (value.start, value.stop, value.step)))
    return value


# --- abstractly ------------------------------------------------------------------------------------


def step_abstractly(bench: Bench, name: str, args: list[Any], kwargs: dict[str, Any]) -> Value:
    """One step on abstract values.

    Raises:
        Impossible: it cannot run.
    """
    kind, _, word = name.partition(":")
    if kind == "binary":
        made: Value = bench.binary(word, *args)
    elif kind == "unary":
        made = bench.unary(word, *args)
    elif kind == "subscript":
        made = bench.subscript(*args)
    elif kind == "item":
        whole = bench.call(word, *args[1:], **kwargs)
        if not isinstance(whole, Sequence):
            return whole
        if whole.items is None:
            return whole.element if whole.element is not None else bench.notes.unknown("an item")
        number: int = args[0]
        return whole.items[number % len(whole.items)]
    else:
        made = bench.call(name, *args, **kwargs)
    if bench.notes.unknowns and bench.notes.unknowns[-1].startswith("the operation cannot run"):
        raise Impossible(bench.notes.events[-1])
    return made


# --- for real --------------------------------------------------------------------------------------

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "@": operator.matmul,
    ">": operator.gt, "<=": operator.le,
}  # fmt: skip


def run_for_real(program: Program, arrays: list[Any]) -> list[Any]:
    """Every value of the program on these inputs; errors are raised."""
    import tensorflow as tf

    values = [tf.constant(array) for array in arrays]
    size = tf.shape(values[0])[0]
    for name, args, kwargs in program.steps:
        real = filled(args, values, size)
        named = {key: filled(each, values, size) for key, each in kwargs.items()}
        values.append(_step_for_real(name, real, named))
        if 0 in getattr(values[-1], "shape", ()):
            # Some kernels divide by an axis of size 0, which ends the process.
            raise ValueError("an empty tensor")
    return values


def _step_for_real(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    kind, _, word = name.partition(":")
    if kind == "binary":
        return _BINARY[word](*args)
    if kind == "unary":
        return -args[0]
    if kind == "subscript":
        return args[0][args[1]]
    if kind == "item":
        parts = _resolve(word)(*args[1:], **kwargs)
        return parts[args[0] % len(parts)]
    return _resolve(name)(*args, **kwargs)


def _resolve(name: str) -> Callable[..., Any]:
    if name.startswith("keras.backend."):
        import tf_keras

        found: Any = tf_keras.backend
        words = name.split(".")[2:]
    elif name.startswith("keras."):
        import keras

        found, words = keras, name.split(".")[1:]
    else:
        import tensorflow

        found, words = tensorflow, name.split(".")[1:]
    for word in words:
        found = getattr(found, word)
    return found  # type: ignore[no-any-return]
