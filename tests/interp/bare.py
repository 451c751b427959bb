"""A machine that is nothing but a notebook, for tests of single operations."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, cast

from lambdalint.interp.call import Impossible, OpCall
from lambdalint.interp.facts import Trace
from lambdalint.interp.machine import Machine
from lambdalint.interp.ops import library
from lambdalint.interp.ops.carried import performed
from lambdalint.interp.ops.index import subscript
from lambdalint.interp.ops.operators import binary, unary
from lambdalint.interp.values import (
    Along,
    Const,
    Dictionary,
    Event,
    Number,
    Sequence,
    SliceValue,
    Step,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import B, Dim, Sym, fresh
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor

AT = Anchor(SourceUnit("script.py", "", ""), ast.Pass())


class BareMachine:
    """What transfer functions ask of a machine, without one."""

    def __init__(self, dialect: str = "keras2") -> None:
        self.dialect = dialect
        self.events: list[Event] = []
        self.unknowns: list[str] = []
        self.unfolds: list[Event] = []
        self.trace = Trace(Const(None), ())

    def record(self, kind: str, at: Anchor, text: str, data: Mapping[str, Any]) -> Event:
        event = Event(kind, at, text, dict(data))
        self.events.append(event)
        return event

    def unknown(self, reason: str, label: str = "?") -> Unknown:
        self.unknowns.append(reason)
        return Unknown(reason, label)

    def unfolded(self, folded: Event | None) -> None:
        if folded is not None:
            self.unfolds.append(folded)

    def dim(self, value: Value, label: str = "?") -> Dim | None:
        if isinstance(value, Unknown):
            return fresh(label)
        return Machine.dim(cast(Machine, self), value, label)

    def kinds(self) -> list[str]:
        """The kinds of the recorded events."""
        return [event.kind for event in self.events]


class Bench:
    """Runs single operations and keeps what the machine was told."""

    def __init__(self, dialect: str = "keras2") -> None:
        self.notes = BareMachine(dialect)
        self.machine = cast(Machine, self.notes)

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Value:
        """Call an operation of the tables, such as ``keras.backend.sum``.

        Raises:
            Impossible: it cannot run on these operands.
        """
        op = library.lookup(name)
        assert op is not None, name
        values = [abstract(each) for each in args]
        bound = library.bind(op, values, {key: abstract(each) for key, each in kwargs.items()})
        assert not isinstance(bound, str), bound
        made = performed(OpCall(self.machine, op, AT, name, *bound))
        self._keep(name, bound[0], made)
        return made

    def binary(self, operator: str, left: Any, right: Any) -> Value:
        """``left operator right``."""
        sides = abstract(left), abstract(right)
        made = binary(self.machine, operator, *sides, AT, operator)
        self._keep(f"operator.{operator}", dict(zip("xy", sides)), made)
        return made

    def _keep(self, name: str, arguments: Mapping[str, Value], made: Value) -> None:
        self.notes.trace.steps.append(Step(AT, name, tuple(arguments.values()), made, name, arguments))

    def unary(self, operator: str, value: Any) -> Value:
        """``-value`` and its like."""
        return unary(self.machine, operator, abstract(value), AT, operator)

    def subscript(self, value: Any, key: Any) -> Value:
        """``value[key]``."""
        return subscript(self.machine, abstract(value), abstract(key), AT, "x")

    def impossible(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Why an operation cannot run; empty where it can."""
        try:
            self.call(name, *args, **kwargs)
        except Impossible as error:
            return str(error)
        return ""


_VALUES = (Tensor, Const, Number, Sequence, SliceValue, Unknown, Dictionary)


def abstract(plain: Any) -> Value:
    """A Python object as the interpreter sees it; abstract values stay as they are."""
    if isinstance(plain, _VALUES):
        return plain
    if isinstance(plain, (list, tuple)):
        return Sequence(type(plain).__name__, [abstract(each) for each in plain])
    if isinstance(plain, slice):
        return SliceValue(abstract(plain.start), abstract(plain.stop), abstract(plain.step))
    if isinstance(plain, Sym):
        return Number(plain)
    return Const(plain)


def batch(*features: Dim, index: int = 0, dtype: str = "float32") -> Tensor:
    """An input of a layer: the samples, then these axes."""
    return Tensor((B, *features), Along(0), dtype, inputs=frozenset({index}))
