"""Making an input smaller while it still shows its fault."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.fuzz.oracle import Input

_SECONDS = 60.0


def shrink(given: Input, shows: Callable[[Input], bool]) -> Input:
    """Leave out lines, then bytes, in ever smaller pieces, for a minute at most."""
    end = time.monotonic() + _SECONDS
    if not shows(given):
        return given
    lines = _without(given.data.splitlines(keepends=True), lambda rest: shows(_joined(given, rest)), end)
    small = _joined(given, lines)
    if len(small.data) < 5000:
        single = [small.data[at : at + 1] for at in range(len(small.data))]
        small = _joined(given, _without(single, lambda rest: shows(_joined(given, rest)), end))
    return small


def _joined(given: Input, pieces: list[bytes]) -> Input:
    return Input(given.name, b"".join(pieces))


def _without(pieces: list[bytes], shows: Callable[[list[bytes]], bool], end: float) -> list[bytes]:
    size = max(1, len(pieces) // 2)
    while True:
        at, changed = 0, False
        while at < len(pieces):
            if time.monotonic() > end:
                return pieces
            rest = pieces[:at] + pieces[at + size :]
            if shows(rest):
                pieces, changed = rest, True
            else:
                at += size
        if size == 1 and not changed:
            return pieces
        size = max(1, size // 2)
