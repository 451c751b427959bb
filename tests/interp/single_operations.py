"""One call of an operation as the tables list it, on a machine of its own."""

from __future__ import annotations

import ast
from typing import Any, cast

from lambdalint.interp.call import Impossible, OpCall
from lambdalint.interp.machine import Machine
from lambdalint.interp.modules import Modules
from lambdalint.interp.ops import library
from lambdalint.interp.values import (
    CONSTANT,
    Along,
    Broken,
    Const,
    Event,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import Dim, Sym
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor

K = "keras.backend."
TF = "tensorflow."
OPS = "keras.ops."
HERE = Anchor(SourceUnit("script.py", "", ""), ast.parse("f(x)", mode="eval").body)


def value(plain: Any) -> Value:
    """A Python object as the interpreter sees it; a symbol is a size that a run decides."""
    if isinstance(plain, (list, tuple)):
        return Sequence(type(plain).__name__, [value(item) for item in plain])
    if isinstance(plain, Sym):
        return Number(plain)
    if isinstance(plain, (Tensor, Unknown, Sequence)):
        return plain
    return Const(plain)


class Run:
    """One call of an operation on a machine of its own: its result and its events."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        machine = Machine(cast(Modules, None), "keras2")
        op = library.lookup(name)
        assert op is not None, name
        bound = library.bind(
            op, [value(arg) for arg in args], {key: value(arg) for key, arg in kwargs.items()}
        )
        assert not isinstance(bound, str), bound
        self.result: Value | None = None
        try:
            self.result = op.run(OpCall(machine, op, HERE, name, *bound))
        except Impossible as impossible:
            self.why = str(impossible)
        self.kinds = [event.kind for event in machine.events]

    @property
    def tensor(self) -> Tensor:
        assert isinstance(self.result, Tensor), self.result
        return self.result

    @property
    def causes(self) -> list[str]:
        batch = self.tensor.batch
        return [cause.kind for cause in batch.causes] if isinstance(batch, Broken) else []


def batched(*dims: Dim, axis: int = 0) -> Tensor:
    return Tensor(dims, Along(axis), "float32", inputs=frozenset({0}))


def weights(*dims: Dim, made: Event | None = None) -> Tensor:
    return Tensor(dims, CONSTANT, "float32", made=made)


ANY = Tensor(None, Along(0), "float32", inputs=frozenset({0}))
WRITTEN = Event("written", HERE, "tf.zeros")
NOT_KNOWN = Unknown("a parameter", "w")
