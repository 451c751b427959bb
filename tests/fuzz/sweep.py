"""Real files as they are, and each as if it held Lambda layers: its own functions are made layers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from tests.fuzz.oracle import Input

_TOP_LEVEL = re.compile(rb"^def (\w+)\(|^(\w+) = lambda\b", re.MULTILINE)
_HEAD = b"\nfrom keras.layers import Input as _Input, Lambda\n_x = _Input((3, 4))\n"


def files_below(folder: str) -> Iterator[str]:
    """All Python files in a folder, in a fixed order."""
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".py", ".ipynb")):
                yield os.path.join(base, name)


def with_layers(data: bytes) -> bytes:
    """A script in which every function of the module is the function of a Lambda layer."""
    names = sorted({(one or other) for one, other in _TOP_LEVEL.findall(data)})
    layers = b"".join(b"Lambda(%s)(_x)\nLambda(%s)([_x, _x])\n" % (name, name) for name in names[:200])
    return data + _HEAD + b"Lambda(lambda x: x + 1)(_x)\n" + layers


def inputs(path: str) -> Iterator[Input]:
    """A real file, plain and with layers."""
    with open(path, "rb") as file:
        data = file.read()
    yield Input(path, data)
    if path.endswith(".py"):
        yield Input(path, with_layers(data))
