"""The truth of abstract values, and what a test on a tensor's value means."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.interp import events
from lambdalint.interp.frames import Frame
from lambdalint.interp.values import (
    Bound,
    ClassValue,
    Const,
    Dictionary,
    Function,
    Instance,
    Layer,
    Library,
    Model,
    Number,
    Sequence,
    Tensor,
    Value,
)
from lambdalint.layers.dims import Sym
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine


def truth(machine: Machine, value: Value, node: ast.AST, frame: Frame) -> bool | None:
    """Whether the value is true, or ``None`` where it is not known.

    A test on the value of a layer's input is noted as an event: Python cannot branch on it.
    """
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Tensor):
        if value.inputs and machine.trace is not None and value.content is None and value.kind != "ndarray":
            machine.record(events.BRANCH, Anchor(frame.env.unit, node), "", {"operand": value})
        return None
    return static_truth(value)


def static_truth(value: Value) -> bool | None:
    """The truth of a value that is no tensor."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Sequence):
        return None if value.items is None else bool(value.items)
    if isinstance(value, Dictionary):
        return bool(value.items) if value.items or value.complete else None
    if isinstance(value, Number):
        return None if isinstance(value.dim, Sym) else bool(value.dim)
    if isinstance(value, (Function, Library, ClassValue, Instance, Layer, Model, Bound)):
        return True
    return None
