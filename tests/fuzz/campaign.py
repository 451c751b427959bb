"""A long row of inputs, judged in a process of its own that may die of them."""

from __future__ import annotations

import argparse
import faulthandler
import multiprocessing
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

from tests.fuzz.further import FURTHER, further
from tests.fuzz.inputs import WITH_HYPOTHESMITH, make
from tests.fuzz.oracle import Fault, Input, examine, limit_memory
from tests.fuzz.shrink import shrink

_DEADLINE, _DRAWING = 120.0, 600.0
"""A worker that says nothing for so long hangs in native code and is killed; drawing by a grammar is slow."""


def campaign(options: argparse.Namespace, kinds: tuple[str, ...]) -> int:
    """Judge the inputs that the options ask for; the exit code."""
    number, end = options.start, options.start + options.inputs
    began = time.monotonic()
    faults: Counter[str] = Counter()
    while number < end:
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        worker = multiprocessing.get_context("spawn").Process(
            target=_work, args=(theirs, options.seed, number, end, kinds), daemon=True
        )
        worker.start()
        theirs.close()
        while number < end:
            fault = _hear(ours, _DRAWING if WITH_HYPOTHESMITH in kinds else _DEADLINE)
            if fault is not None:
                faults[fault.kind] += 1
                if faults[fault.kind] == 1:
                    given = make(options.seed, number, kinds)
                    tell(given, fault, f"{options.seed}-{number}", options.keep)
            number += 1
            if number % 1000 == 0:
                seconds = time.monotonic() - began
                print(f"{number} inputs, {seconds:.0f} s, faults: {sum(faults.values())}", flush=True)
            if fault is not None and fault.kind.startswith("died"):
                break
        worker.kill()
        worker.join()
    print(f"{options.inputs} inputs judged; faults: {dict(faults) or 'none'}")
    return 1 if faults else 0


def _hear(ours: Connection, seconds: float) -> Fault | None:
    try:
        if ours.poll(seconds):
            fault: Fault | None = ours.recv()
            return fault
        return Fault("died: silent", f"no answer within {seconds:.0f} s")
    except (EOFError, OSError):
        return Fault("died: worker", "the process was killed by the input")


def _work(theirs: Connection, seed: int, number: int, end: int, kinds: tuple[str, ...]) -> None:
    faulthandler.enable()
    limit_memory(4)
    for each in range(number, end):
        given = make(seed, each, kinds)
        fault = examine(given, twice=each % 4 == 0, formats=each % 11 == 0)
        theirs.send(further(given) if fault is None and each % 11 == 3 else fault)


def tell(given: Input, fault: Fault, label: str, keep: Path | None) -> None:
    """Print the first fault of a kind; ``keep`` is the folder for the shrunk input that shows it."""
    print(f"--- {label}: {fault.kind}\n{_tail(fault.detail)}", flush=True)
    if keep is None or fault.kind.startswith("died"):
        return
    small = shrink(given, lambda smaller: _shows(smaller, fault))
    keep.mkdir(parents=True, exist_ok=True)
    path = keep / f"{label}{Path(given.name).suffix}"
    path.write_bytes(small.data)
    print(f"    shrunk from {len(given.data)} to {len(small.data)} bytes: {path}", flush=True)


def _shows(given: Input, fault: Fault) -> bool:
    found = examine(given, formats=fault.kind.startswith("format"))
    if found is None and fault.kind.startswith(FURTHER):
        found = further(given)
    return found is not None and found.kind == fault.kind


def _tail(detail: str) -> str:
    rows = [row for row in detail.splitlines() if row.strip(" ^~")]
    return "\n".join(rows[-6:])[-1000:]
