"""The methods of Python's lists, dicts, strings and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.interp import events, reasons
from lambdalint.interp.nesting import MOST_LEAVES, bounded
from lambdalint.interp.ops import operators
from lambdalint.interp.tensors import join_values
from lambdalint.interp.values import NONE, Const, Dictionary, Instance, Opaque, Sequence, Unknown, Value
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine


def call_method(
    machine: Machine,
    receiver: Value,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    at: Anchor,
    text: str,
) -> Value:
    """Call a method of a list, dict, string, number, instance or opaque object."""
    if isinstance(receiver, Sequence):
        return _sequence_method(machine, receiver, name, args, at)
    if isinstance(receiver, Dictionary):
        return _dictionary_method(machine, receiver, name, args, kwargs)
    if isinstance(receiver, Const):
        return _const_method(receiver, name, args)
    if isinstance(receiver, Instance):
        from lambdalint.interp import models

        return models.instance_method(machine, receiver, name, args, kwargs, at, text)
    if isinstance(receiver, Opaque) and receiver.kind == "super":
        return NONE
    return Unknown(reasons.UNKNOWN_CALL)


def _sequence_method(machine: Machine, receiver: Sequence, name: str, args: list[Value], at: Anchor) -> Value:
    if machine.trace is not None and name in ("append", "extend", "insert"):
        machine.record(events.SIDE_EFFECT, at, name, {"list": receiver, "birth": receiver.birth})
    args = [bounded(value, receiver) for value in args]
    certain = receiver.items is not None and not machine.weak(receiver.birth)
    certain &= len(receiver.items or []) < MOST_LEAVES
    if name == "append" and args:
        if certain and receiver.items is not None:
            receiver.items.append(args[0])
        else:
            forget_length(receiver, [args[0]])
        return NONE
    if name == "extend" and args:
        extend(machine, receiver, args[0])
        return NONE
    if name == "insert" and len(args) == 2:
        position = args[0].value if isinstance(args[0], Const) else None
        if certain and receiver.items is not None and isinstance(position, int):
            # Beyond either end is at that end.
            count = len(receiver.items)
            receiver.items.insert(max(-count, min(position, count)), args[1])
        else:
            forget_length(receiver, [args[1]])
        return NONE
    if name == "pop" and receiver.items:
        position = args[0].value if args and isinstance(args[0], Const) else -1 if not args else None
        if certain and isinstance(position, int) and -len(receiver.items) <= position < len(receiver.items):
            return receiver.items.pop(position)
        before = receiver.items[:position] if isinstance(position, int) else []
        forget_length(receiver, [])
        receiver.lead = tuple(before)
        return receiver.element or Unknown(reasons.ENTRY)
    if name in ("copy", "as_list"):
        items = None if receiver.items is None else list(receiver.items)
        kind = receiver.kind if name == "copy" else "list"
        return Sequence(kind, items, receiver.element, birth=machine.serial())
    if name in ("index", "count") or receiver.items is None:
        return Unknown(reasons.ENTRY)
    if name == "reverse" and certain:
        receiver.items.reverse()
        return NONE
    if name in ("sort", "remove", "clear", "reverse"):
        forget_length(receiver, [])
        return NONE
    return Unknown(reasons.ENTRY)


def _dictionary_method(
    machine: Machine, receiver: Dictionary, name: str, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    if name == "items" and receiver.complete:
        pairs: list[Value] = [Sequence("tuple", [Const(key), value]) for key, value in receiver.items.items()]
        return Sequence("list", pairs)
    if name == "keys" and receiver.complete:
        return Sequence("list", [Const(key) for key in receiver.items])
    if name == "values" and receiver.complete:
        return Sequence("list", list(receiver.items.values()))
    if name in ("get", "pop", "setdefault") and args and isinstance(args[0], Const):
        found = receiver.items.get(args[0].value)
        if found is not None:
            return found
        if receiver.complete:
            return args[1] if len(args) > 1 else NONE
        return Unknown(reasons.ENTRY)
    if name == "update":
        other = args[0] if args else None
        if isinstance(other, Dictionary):
            receiver.items.update(other.items)
            receiver.complete &= other.complete
        elif other is not None:
            receiver.complete = False
        receiver.items.update(kwargs)
        return NONE
    if name == "copy":
        return Dictionary(dict(receiver.items), receiver.complete, birth=machine.serial())
    return Unknown(reasons.ENTRY)


_TEXT_METHODS = frozenset(
    {
        "format", "lower", "upper", "strip", "startswith", "endswith", "replace", "split", "join", "title",
        "capitalize",
    }
)  # fmt: skip


def _const_method(receiver: Const, name: str, args: list[Value]) -> Value:
    if (
        isinstance(receiver.value, str)
        and name in _TEXT_METHODS
        and not (name == "format" and operators.WIDE.search(receiver.value))
        and all(isinstance(arg, Const) for arg in args)
    ):
        try:
            result = getattr(receiver.value, name)(*[arg.value for arg in args])  # type: ignore[union-attr]
        except Exception:
            return Unknown(reasons.STRING)
        if isinstance(result, list):
            return Sequence("list", [Const(item) for item in result])
        return Const(result)
    return Unknown(reasons.STRING)


def extend(machine: Machine, target: Sequence, more: Value) -> None:
    """``target.extend(more)``."""
    if (
        isinstance(more, Sequence)
        and more.items is not None
        and target.items is not None
        and not machine.weak(target.birth)
        and isinstance(bounded(more, target), Sequence)
        and len(target.items) + len(more.items) <= MOST_LEAVES
    ):
        target.items.extend(more.items)
        return
    added = more.items if isinstance(more, Sequence) and more.items is not None else []
    forget_length(target, added or [Unknown(reasons.ENTRY)])


def forget_length(target: Sequence, added: list[Value]) -> None:
    """Make a list one of unknown length, whose elements may also be ``added``."""
    element = target.element
    for item in [*(target.items or []), *(bounded(item, target) for item in added)]:
        element = item if element is None else join_values(element, item)
    target.items, target.element = None, element
    target.lead = target.tail = ()
