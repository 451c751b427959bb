"""Abstract values as Python expressions, where they are known to the last digit."""

from __future__ import annotations

from lambdalint.interp.values import Const, Dictionary, Library, Number, Sequence, Value

_LONGEST = 2000
_SCALARS = (int, float, complex, str, bytes, bool, type(None))


def literal(value: Value | None, depth: int = 6) -> str | None:
    """The expression of a known scalar, list, tuple or dict of known scalars; ``None`` for all else."""
    if depth < 0 or value is None:
        return None
    if isinstance(value, Const):
        return _scalar(value.value)
    if isinstance(value, Number):
        return str(value.dim) if isinstance(value.dim, int) and not value.maybe_none else None
    if isinstance(value, Sequence) and value.items is not None and value.kind in ("list", "tuple"):
        parts = [literal(item, depth - 1) for item in value.items]
        known = [part for part in parts if part is not None]
        if len(known) != len(parts):
            return None
        inside = ", ".join(known)
        text = f"[{inside}]" if value.kind == "list" else f"({inside}{',' if len(known) == 1 else ''})"
        return text if len(text) < _LONGEST else None
    if isinstance(value, Dictionary) and value.complete:
        entries = [(_scalar(key), literal(item, depth - 1)) for key, item in value.items.items()]
        if any(key is None or item is None for key, item in entries):
            return None
        text = "{" + ", ".join(f"{key}: {item}" for key, item in entries) + "}"
        return text if len(text) < _LONGEST else None
    if isinstance(value, Library) and value.name.startswith("builtins."):
        return value.name.removeprefix("builtins.")
    return None


def _scalar(value: object) -> str | None:
    if value is Ellipsis:
        return "..."
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f'float("{value}")'
    if isinstance(value, _SCALARS):
        text = repr(value)
        return text if len(text) < _LONGEST else None
    return None
