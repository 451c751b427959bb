"""Inputs out of bytes, so that a fuzzer that changes bytes changes what is drawn from them."""

from __future__ import annotations

import re
from random import Random

from tests.fuzz.mutate import fixtures, vocabulary
from tests.fuzz.oracle import Input
from tests.fuzz.programs import Program

_SCRIPT, _NOTEBOOK, _PROGRAMS = b"s", b"n", b"pqr"
"""The first byte says what the others are; any byte but the first two: the choices of a program."""
_WORD = re.compile(rb"[A-Za-z_.(\"\'\[]{2,30}")


class DrawnFrom(Random):
    """Random numbers read from bytes; behind their end they follow from a seed."""

    def __new__(cls, data: bytes) -> DrawnFrom:
        return super().__new__(cls)

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self._data, self._at = data, 0

    def random(self) -> float:
        """A number from 0 up to 1."""
        return self.getrandbits(16) / 2**16

    def getrandbits(self, k: int, /) -> int:
        """A number of so many bits."""
        size = (k + 7) // 8
        piece = self._data[self._at : self._at + size]
        self._at += size
        return (
            int.from_bytes(piece, "big") >> (8 * size - k) if len(piece) == size else super().getrandbits(k)
        )


def drawn(data: bytes) -> Input:
    """The input that bytes stand for: a script or notebook as it is, or a program around layers."""
    kind, rest = data[:1], data[1:]
    if kind == _SCRIPT:
        return Input("drawn.py", rest)
    if kind == _NOTEBOOK:
        return Input("drawn.ipynb", rest)
    return Input("program.py", Program(DrawnFrom(rest)).text().encode("utf-8", "surrogatepass"))


def first_inputs(seed: int, programs: int = 200) -> list[bytes]:
    """What a guided run begins with: every fixture, and the choices of some programs."""
    random = Random(seed)
    marks = {".py": _SCRIPT, ".ipynb": _NOTEBOOK}
    found = [marks[name[name.rindex(".") :]] + data for name, data in fixtures()]
    return found + [
        random.choice(_PROGRAMS).to_bytes(1, "big") + random.randbytes(random.randrange(40, 600))
        for _ in range(programs)
    ]


def words() -> list[bytes]:
    """The words of the fixtures, to be put into other inputs."""
    return [word for word in vocabulary() if _WORD.fullmatch(word)]
