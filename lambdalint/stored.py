"""Results as JSON and back.  Reading makes objects of the listed kinds alone and runs nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from lambdalint.findings import (
    Applicability,
    Contract,
    Edit,
    Finding,
    Fix,
    Location,
    Problem,
    Related,
    Severity,
    Status,
    Verdict,
)
from lambdalint.results import FileResult, Quote, Reach
from lambdalint.suppress import Notice, Outcome, Use

Json = Any

_ENUMS: dict[str, type[Enum]] = {kind.__name__: kind for kind in (Applicability, Contract, Severity, Status)}
_CLASSES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Edit, FileResult, Finding, Fix, Location, Notice, Outcome, Problem, Quote, Reach, Related, Use,
        Verdict,
    )
}  # fmt: skip
_FIELDS = {name: [each.name for each in fields(kind)] for name, kind in _CLASSES.items()}


class Unreadable(Exception):
    """This is no stored result of this program."""


def to_stored(value: object) -> Json:
    """A result as nested lists: the kind of each object, then its parts.

    Raises:
        TypeError: a part is of a kind that cannot be stored.
    """
    if isinstance(value, Enum):
        return [type(value).__name__, value.value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    kind = type(value).__name__
    if is_dataclass(value) and kind in _CLASSES:
        return [kind, *(to_stored(getattr(value, name)) for name in _FIELDS[kind])]
    if isinstance(value, (tuple, list)):
        return ["tuple", *map(to_stored, value)]
    if isinstance(value, (set, frozenset)):
        return ["set", *sorted(map(to_stored, value), key=repr)]
    if isinstance(value, dict):
        return [
            "Counter" if isinstance(value, Counter) else "dict",
            *([to_stored(key), to_stored(item)] for key, item in value.items()),
        ]
    raise TypeError(f"{kind} is not stored")


def from_stored(stored: Json) -> object:
    """The value that :func:`to_stored` was given.

    Raises:
        Unreadable: it comes from something else.
    """
    if not isinstance(stored, list):
        return stored
    kind, *parts = stored
    if kind in _CLASSES:
        if len(parts) != len(_FIELDS[kind]):
            raise Unreadable(kind)
        return _CLASSES[kind](*map(from_stored, parts))
    if kind in _ENUMS:
        return _ENUMS[kind](*parts)
    if kind not in _CONTAINERS:
        raise Unreadable(kind)
    return _CONTAINERS[kind](parts)


def _pairs(parts: list[Json]) -> dict[object, object]:
    return {from_stored(key): from_stored(item) for key, item in parts}


_CONTAINERS: dict[str, Callable[[list[Json]], object]] = {
    "tuple": lambda parts: tuple(map(from_stored, parts)),
    "set": lambda parts: frozenset(map(from_stored, parts)),
    "dict": _pairs,
    "Counter": lambda parts: Counter(_pairs(parts)),
}
