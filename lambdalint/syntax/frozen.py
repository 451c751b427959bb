"""Small immutable records that are made by the million."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen: bool, **options: Any) -> Any:
        """As ``dataclass(frozen=True)`` to the type checker, which forbids changes.

        At run time nothing does: a frozen dataclass takes three times as long to make.
        """
        assert frozen
        return dataclass(unsafe_hash=options.get("eq", True), **options)


__all__ = ["record"]
