"""Keeping containers small: lists that double in a loop or hold themselves end in unknown values."""

from __future__ import annotations

from lambdalint.interp import reasons
from lambdalint.interp.values import Dictionary, Sequence, Tensor, Unknown, Value

MOST_LEAVES = 4096
"""Values that a container may hold, those of containers in it included."""


def bounded(value: Value, holder: Value | None = None) -> Value:
    """A value as the item of ``holder``, or an unknown one where that would be endless or too large."""
    if not isinstance(value, (Sequence, Dictionary)) or _fits(value, holder):
        return value
    inputs: frozenset[int] = frozenset()
    for item in _items(value)[:MOST_LEAVES]:
        if isinstance(item, (Tensor, Unknown)):
            inputs |= item.inputs
    return Unknown(reasons.TOO_LARGE, inputs=inputs)


def _fits(value: Sequence | Dictionary, holder: Value | None) -> bool:
    stack: list[Value] = [value]
    count = 0
    while stack:
        current = stack.pop()
        if current is holder:
            return False
        count += 1
        if isinstance(current, (Sequence, Dictionary)):
            inside = _items(current)
            if count + len(inside) > MOST_LEAVES:
                return False
            stack.extend(inside)
        if count > MOST_LEAVES:
            return False
    return True


def _items(value: Sequence | Dictionary) -> list[Value]:
    if isinstance(value, Dictionary):
        return list(value.items.values())
    if value.items is None:
        return [] if value.element is None else [value.element]
    return value.items
