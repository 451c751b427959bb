"""Real files as they are, and each as if it held Lambda layers: its own functions are made layers."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.fuzz.oracle import Input, examine

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


def sweep(folders: Sequence[str]) -> int:
    """Judge all files in some folders, plain and with layers; 1 if there was any fault."""
    faults: Counter[str] = Counter()
    count = 0
    for path in (path for folder in folders for path in files_below(folder)):
        for given in inputs(path):
            fault = examine(given, twice=False)
            if fault is not None:
                faults[fault.kind] += 1
                print(f"{path}: {fault.kind}\n{fault.detail[-1000:]}", flush=True)
        count += 1
        if count % 500 == 0:
            print(f"{count} files, faults: {sum(faults.values())}", flush=True)
    print(f"{count} files judged; faults: {dict(faults) or 'none'}")
    return 1 if faults else 0


def inputs(path: str) -> Iterator[Input]:
    """A real file, plain and with layers."""
    with open(path, "rb") as file:
        data = file.read()
    yield Input(path, data)
    if path.endswith(".py"):
        yield Input(path, with_layers(data))
