"""One call of a library function through the tables, on a machine that runs no code."""

from __future__ import annotations

import ast
from typing import Any, cast

from lambdalint.interp.machine import Machine
from lambdalint.interp.values import (
    Along,
    Broken,
    Const,
    Event,
    Library,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, fresh
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor

AT = Anchor(SourceUnit("body.py", "f(x)\n", "f(x)\n"), ast.parse("f(x)").body[0])
N = fresh("n")
K = "keras.backend."
TF = "tensorflow."
OPS = "keras.ops."


def batched(*dims: Any, axis: int = 0, dtype: str | None = "float32", **fields: Any) -> Tensor:
    """The first input of a layer, of these sizes."""
    return Tensor(dims or None, Along(axis), dtype, inputs=frozenset({0}), **fields)


X = batched(B, 3, 4)
CONSTANTS = Tensor((3, 4), dtype="float32")
ANY_RANK = batched()
UNKNOWN_INPUT = Unknown("the layer's input is not known", tensor=True, inputs=frozenset({0}))
MIXED = Tensor((B, 3), Broken((Event("mixed", AT),)), "float32")


def value(plain: Any) -> Value:
    """A Python value as the interpreter holds it."""
    if isinstance(plain, (list, tuple)):
        return Sequence(type(plain).__name__, [value(item) for item in plain])
    return Const(plain) if plain is None or isinstance(plain, (int, float, str)) else cast("Value", plain)


class Run:
    """One call of a library function: its result and the events it recorded."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        machine = Machine(cast("Any", None), "keras2")
        made = {key: value(each) for key, each in kwargs.items()}
        self.result = machine.call_op(Library(name), [value(each) for each in args], made, AT, name)
        self.recorded = [event.kind for event in machine.events]

    @property
    def tensor(self) -> Tensor:
        """The result, which must be one tensor."""
        assert isinstance(self.result, Tensor), (self.result, self.recorded)
        return self.result

    @property
    def items(self) -> list[Tensor]:
        """The result, which must be a list of tensors."""
        assert isinstance(self.result, Sequence)
        assert self.result.items is not None
        return [cast("Tensor", item) for item in self.result.items]


def state(x: Tensor) -> str:
    """Where the samples are, in a word: the axis, ``-``, or the kinds of fault."""
    if isinstance(x.batch, Along):
        return f"{x.batch.axis} {x.batch.moved.kind}" if x.batch.moved else str(x.batch.axis)
    if isinstance(x.batch, Broken):
        return " ".join(event.kind for event in x.batch.causes)
    return "unsure" if isinstance(x.batch, Unsure) else "-"
