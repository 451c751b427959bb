"""Subscripts: ``x[key]`` on tensors, lists, dicts, strings and shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdalint.interp import events, reasons
from lambdalint.interp.call import Impossible
from lambdalint.interp.ops.keys import inputs_of_key, picked, plain_slice
from lambdalint.interp.ops.operands import call_at
from lambdalint.interp.tensors import join_values
from lambdalint.interp.values import (
    NONE,
    Along,
    Const,
    Dictionary,
    Number,
    RangeValue,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine


def subscript(machine: Machine, value: Value, key: Value, at: Anchor, text: str) -> Value:
    """``value[key]``."""
    if isinstance(value, Sequence):
        return _of_list(machine, value, key, at, text)
    if isinstance(value, Tensor):
        return _of_tensor(machine, value, key, at, text)
    if isinstance(value, Unknown):
        if value.tensor and _shows_tensor(key):
            return _of_tensor(machine, Tensor(None, Along(0), inputs=value.inputs), key, at, text)
        inputs = value.inputs | inputs_of_key(key)
        return Unknown(value.reason, _size_of(value, key), value.tensor, inputs)
    if isinstance(value, Dictionary):
        return _of_dict(machine, value, key, at, text)
    if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
        return _of_string(machine, value.value, key)
    if isinstance(value, RangeValue):
        return value.element
    if isinstance(value, (Const, Number)):
        kind = type(value.value).__name__ if isinstance(value, Const) else "int"
        return _fails(machine, at, text, "TypeError", f"{kind!r} object is not subscriptable", value)
    return Unknown(reasons.ENTRY)


def _size_of(value: Unknown, key: Value) -> str:
    """The label of an entry: a size where the value is the ``shape`` of something."""
    entry = isinstance(key, Const) and isinstance(key.value, int) and value.label.endswith("shape")
    return f"{value.label}[{key.value}]" if entry and isinstance(key, Const) else "?"


def _shows_tensor(key: Value) -> bool:
    """Whether such a key fits a tensor and no list: a tuple, an ellipsis, a new axis, a mask."""
    if isinstance(key, Sequence):
        return key.kind == "tuple"
    return isinstance(key, Tensor) or (isinstance(key, Const) and (key == NONE or key.value is Ellipsis))


def _fails(machine: Machine, at: Anchor, text: str, error: str, why: str, value: Value) -> Value:
    machine.record(events.FAILS, at, text, {"error": error, "why": why, "operand": value})
    return machine.unknown(reasons.EXCEPTION)


# --- lists, dicts, strings -------------------------------------------------------------------------


def _of_list(machine: Machine, value: Sequence, key: Value, at: Anchor, text: str) -> Value:
    if isinstance(key, Sequence) and value.kind in ("list", "tuple"):
        why = f"{value.kind} indices must be integers or slices, not {key.kind}"
        return _fails(machine, at, text, "TypeError", why, value)
    if isinstance(key, SliceValue):
        return _sliced_list(value, key)
    items = value.items
    if items is None:
        if isinstance(key, Const) and isinstance(key.value, int):
            ends = value.tail if key.value < 0 else value.lead
            if -len(ends) <= key.value < len(ends):
                return ends[key.value]
        # Each access is a value of its own: two entries need not be equal.
        element = value.element if value.element is not None else Unknown(reasons.ENTRY)
        return replace(element) if isinstance(element, Unknown) else element
    if isinstance(key, Const) and isinstance(key.value, int):
        if -len(items) <= key.value < len(items):
            return items[key.value]
        why = f"{value.kind} index {key.value} is out of range: it has {len(items)} items"
        return _fails(machine, at, text, "IndexError", why, value)
    joined = _joined(value)
    return Unknown(reasons.ENTRY) if joined is None else joined


def _joined(value: Sequence) -> Value | None:
    joined = value.element
    for item in value.items or []:
        joined = item if joined is None else join_values(joined, item)
    return joined


def _sliced_list(value: Sequence, key: SliceValue) -> Value:
    plain = plain_slice(key)
    if value.items is not None and plain is not None:
        return Sequence(value.kind, value.items[plain])
    return Sequence(value.kind, None, _joined(value))


def _of_dict(machine: Machine, value: Dictionary, key: Value, at: Anchor, text: str) -> Value:
    if isinstance(key, Const):
        try:
            found = value.items.get(key.value)
        except TypeError:
            return Unknown(reasons.EXCEPTION)
        if found is not None:
            return found
        if value.complete:
            return _fails(machine, at, text, "KeyError", f"{key.value!r} is not in the dict", value)
    if value.others is not None and not value.items:
        return value.others
    return Unknown(reasons.ENTRY)


def _of_string(machine: Machine, value: str | bytes, key: Value) -> Value:
    try:
        if isinstance(key, Const) and isinstance(key.value, int):
            return Const(value[key.value])
        if isinstance(key, SliceValue):
            plain = plain_slice(key)
            return Unknown(reasons.STRING) if plain is None else Const(value[plain])
    except IndexError:
        return Unknown(reasons.EXCEPTION)
    return Unknown(reasons.STRING)


# --- tensors ---------------------------------------------------------------------------------------


def _of_tensor(machine: Machine, x: Tensor, key: Value, at: Anchor, text: str) -> Value:
    call = call_at(machine, "operator.[]", at, text, x=x, key=key)
    try:
        made = picked(call, x, key)
    except Impossible:
        return machine.unknown(reasons.IMPOSSIBLE)
    if isinstance(made, Tensor) and x.kind == "ndarray":
        return made.but(kind="ndarray", content=made.content)
    return made
