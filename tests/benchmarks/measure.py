"""What a command costs, and what is made of it: a row of the table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPILED = tempfile.TemporaryDirectory(prefix="lambdalint-bytecode-")
"""Where the children find their bytecode, as with an installed package: none compiles sources meanwhile."""
CHECK = (sys.executable, "-m", "lambdalint", "check", "--exit-zero", "--quiet")


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, seconds of all processors, and the peak memory of one process in MiB."""

    wall: float
    cpu: float
    peak: float = 0.0


@dataclass(frozen=True)
class Row:
    """One line of the table; a ratio is met at or below its target.

    ``ours`` and ``theirs`` are in ``unit``.
    """

    benchmark: str
    subject: str
    ours: float
    theirs: float
    target: float
    unit: str = "s"
    remark: str = ""

    @property
    def ratio(self) -> float:
        """Our cost in terms of theirs."""
        return self.ours / self.theirs

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.ratio <= self.target

    def __str__(self) -> str:
        costs = f"{self.ours:9.3f} / {self.theirs:9.3f} {self.unit:<4}"
        verdict = "met" if self.met else "MISSED"
        line = f"{self.benchmark:<7} {self.subject:<44} {costs} = {self.ratio:6.2f}   target {self.target:<5}"
        return f"{line} {verdict:<7} {self.remark}".rstrip()


def run(command: Sequence[str | Path], folder: Path = ROOT, output: Path | None = None) -> Cost:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: it failed, which exit codes 0 and 2 (a broken input) are not.
    """
    with open(output or os.devnull, "wb") as out:
        begin = time.perf_counter()
        child = subprocess.Popen(
            list(map(str, command)), stdout=out, stderr=subprocess.DEVNULL, cwd=folder, env=_environment()
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 2):
        raise subprocess.CalledProcessError(child.returncode, child.args)
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": COMPILED.name}


def inside(module: str, *arguments: str | Path) -> dict[str, float]:
    """What a module of the benchmarks, run in a process of its own, prints as JSON."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True, env=_environment())
    found: dict[str, float] = json.loads(done.stdout)
    return found


def alternate(ours: Callable[[], Cost], theirs: Callable[[], Cost], rounds: int) -> tuple[Cost, Cost]:
    """The least cost of either side, run in turn so that both meet the same weather."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return least([pair[0] for pair in pairs]), least([pair[1] for pair in pairs])


def least(costs: Sequence[Cost]) -> Cost:
    """The least of each kind of cost."""
    return Cost(min(c.wall for c in costs), min(c.cpu for c in costs), max(c.peak for c in costs))
