"""Many random bodies, run abstractly and for real: ``python -m tests.interp.nightly --programs 20000``.

Prints how many programs and values were checked, each kind of disagreement once, shrunk, in the form
of ``found.txt``, and exits with 1 if there is any; an interrupted run prints what it has.  Programs
run in processes of their own, since some kernels end the process on operands that Python lets through.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.interp.programs import Case

BATCH = 1000
"""Programs that one process draws and runs."""

PATIENCE = 60.0
"""Seconds that a program may take, its shrinking included."""


@dataclass(frozen=True)
class Begun:
    """A process begins to run a program."""

    program: str


@dataclass(frozen=True)
class Fault:
    """A claim that does not hold: what tells it from others, and, where it is new, the shrunk program."""

    key: tuple[str, str]
    text: str


@dataclass(frozen=True)
class Outcome:
    """What was claimed of the values of a program, and the functions that it calls."""

    kinds: tuple[str, ...]
    functions: tuple[str, ...]


@dataclass
class Tally:
    """What has been run so far."""

    programs: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    functions: set[str] = field(default_factory=set)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The state in one line."""
        count = sum(self.faults.values())
        return f"{self.programs} programs, {count} disagreements of {len(self.faults)} kinds"

    def note(self, message: Begun | Fault | Outcome) -> None:
        """Take in what a process reports."""
        if isinstance(message, Outcome):
            self.programs += 1
            self.kinds.update(message.kinds)
            self.functions.update(message.functions)
        elif isinstance(message, Fault):
            self.faults[message.key] += 1
            if self.faults[message.key] == 1:
                self.texts.append(message.text)

    def report(self) -> str:
        """Everything, for people."""
        from tests.interp.drawn_calls import drawable

        drawn, known = len(self.functions & {op.name for op in drawable()}), len(drawable())
        claims = sum(self.kinds.values())
        lines = [f"{self.line()}; {claims} values; {drawn} of {known} drawable functions drawn"]
        lines += [
            f"{count:8} {100 * count / claims:5.1f} %  {kind}" for kind, count in self.kinds.most_common()
        ]
        lines += [f"\n{text}" for text in [*self.texts, *self.crashes]]
        lines += [
            f"{count:8}  {step}, {place}" if index else f"\n{count:8}  {step}, {place}"
            for index, ((step, place), count) in enumerate(self.faults.most_common())
        ]
        return "\n".join(lines)


def run_batch(pipe: Connection, count: int, number: int) -> None:
    """Draw, run and judge some programs; report each."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    from hypothesis import HealthCheck, Phase, given, seed, settings

    from tests.interp.drawing import cases

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        database=None,
    )
    @given(cases())
    def judge(case: Case) -> None:
        pipe.send(Begun(str(case.program)))
        for message in _judged(case, seen):
            pipe.send(message)

    seen: set[tuple[str, str]] = set()
    judge()
    pipe.send(None)


def _judged(case: Case, seen: set[tuple[str, str]]) -> list[Fault | Outcome]:
    from tests.interp.claims import check, without_rank
    from tests.interp.shrinking import disagreement, shrunk

    faults: list[Fault | Outcome] = []
    for ranks, view in ((True, case), (False, without_rank(case))):
        fault = disagreement(view)
        if fault is None:
            continue
        text = ""
        if fault.key not in seen:
            seen.add(fault.key)
            small = shrunk(fault, ranks)
            known = "" if ranks else ", inputs of unknown rank"
            text = f"# {small.step}, {small.place}{known}: {small.text}\n{small.program}"
        faults.append(Fault(fault.key, text))
    kinds = ["disagreement"] if faults else check(case)
    functions = [name.partition(":")[2] or name for name, _, _ in case.program.steps]
    return [*faults, Outcome(tuple(kinds), tuple(functions))]


@dataclass
class Worker:
    """A process that runs a batch, and the program it was last heard of."""

    process: BaseProcess
    pipe: Connection
    program: str = ""
    heard: float = field(default_factory=time.monotonic)


def begin(count: int, number: int) -> Worker:
    """Start a process on a batch."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=run_batch, args=(theirs, count, number), daemon=True)
    process.start()
    theirs.close()
    return Worker(process, ours)


def listen(worker: Worker, tally: Tally) -> bool:
    """Take in a message; whether the worker goes on."""
    try:
        message = worker.pipe.recv()
    except EOFError:
        worker.process.join()
        if not worker.program:
            sys.exit("a process ended before its first program: are TensorFlow and Keras installed?")
        if worker.process.exitcode:
            tally.crashes.append(f"# ends the process ({worker.process.exitcode})\n{worker.program}")
        return False
    if message is None:
        return False
    if isinstance(message, Begun):
        worker.program = message.program
    worker.heard = time.monotonic()
    if isinstance(message, Fault) and message.key not in tally.faults:
        sys.stderr.write(f"\n\n{message.text}\n\n")
    tally.note(message)
    return True


def stuck(worker: Worker, tally: Tally) -> bool:
    """Whether a worker has not been heard of for long; it is ended then."""
    if time.monotonic() - worker.heard < PATIENCE:
        return False
    worker.process.kill()
    tally.crashes.append(f"# takes more than {PATIENCE:.0f} s\n{worker.program}")
    return True


def run(programs: int, number: int, jobs: int, tally: Tally) -> None:
    """Run programs until there are enough, in several processes."""
    start, told = time.monotonic(), 0
    workers: list[Worker] = []
    batches = 0
    while tally.programs < programs or workers:
        while len(workers) < jobs and tally.programs + BATCH * len(workers) < programs:
            workers.append(begin(min(BATCH, programs - tally.programs), number + batches * BATCH))
            batches += 1
        ready = wait([worker.pipe for worker in workers], timeout=1)
        workers = [w for w in workers if (listen(w, tally) if w.pipe in ready else not stuck(w, tally))]
        if tally.programs >= told:
            told = tally.programs + 20
            sys.stderr.write(f"\r{tally.line()}, {time.monotonic() - start:.0f} s ")
            sys.stderr.flush()
    sys.stderr.write("\n")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=20_000, help="how many to run")
    parser.add_argument("--seed", type=int, default=1, help="where to begin")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    options = parser.parse_args()
    tally = Tally()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        run(options.programs, options.seed, options.jobs, tally)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(tally.report())
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
