"""Many random bodies, run abstractly and for real: ``python -m tests.interp.nightly --programs 20000``.

Prints each kind of disagreement once, shrunk, and exits with 1 if there is any.  Programs run in
processes of their own, since some kernels end the process on operands that Python lets through.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from hypothesis import HealthCheck, Phase, given, seed, settings

BATCH = 1000
"""Programs that one process draws and runs."""


@dataclass
class Tally:
    """What has been run so far."""

    programs: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The state in one line."""
        count = sum(self.faults.values())
        return f"{self.programs} programs, {count} disagreements of {len(self.faults)} kinds"

    def note(self, message: tuple[str, ...]) -> None:
        """Take in what a process reports: a program's outcome, or a claim that does not hold."""
        if message[0] == "outcome":
            self.programs += 1
            self.kinds[message[1]] += 1
        elif message[0] == "fault":
            key = (message[1], message[2])
            self.faults[key] += 1
            if self.faults[key] == 1:
                self.texts.append(message[3])


def run_batch(pipe: Connection, count: int, number: int) -> None:
    """Draw, run and judge some programs; report each."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    from tests.interp.drawing import cases
    from tests.interp.programs import Case

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
        pipe.send(("program", str(case.program)))
        for message in _judged(case, seen):
            pipe.send(message)

    seen: set[tuple[str, str]] = set()
    judge()
    pipe.send(("done",))


def _judged(case: object, seen: set[tuple[str, str]]) -> list[tuple[str, ...]]:
    from tests.interp.claims import check, without_rank
    from tests.interp.programs import Case
    from tests.interp.shrinking import disagreement, shrunk

    assert isinstance(case, Case)
    messages: list[tuple[str, ...]] = []
    for ranks, view in ((True, case), (False, without_rank(case))):
        fault = disagreement(view)
        if fault is None:
            continue
        text = ""
        if fault.key not in seen:
            seen.add(fault.key)
            small = shrunk(case.program, fault, ranks)
            known = "" if ranks else " (inputs of unknown rank)"
            text = f"{fault.step}, {fault.place}{known}\n{small}\n{fault.text}"
        messages.append(("fault", *fault.key, text))
    failed = bool(messages)
    return [*messages, ("outcome", "disagreement" if failed else check(case))]


@dataclass
class Worker:
    """A process that runs a batch, and the program it was last heard of."""

    process: BaseProcess
    pipe: Connection
    program: str = ""


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
        if worker.process.exitcode:
            tally.crashes.append(f"ends the process ({worker.process.exitcode}):\n{worker.program}")
        return False
    if message[0] == "program":
        worker.program = message[1]
    tally.note(message)
    return str(message[0]) != "done"


def run(programs: int, number: int, jobs: int) -> Tally:
    """Run programs until there are enough, in several processes."""
    tally, start = Tally(), time.monotonic()
    workers: list[Worker] = []
    batches = 0
    while tally.programs < programs or workers:
        while len(workers) < jobs and tally.programs + BATCH * len(workers) < programs:
            workers.append(begin(min(BATCH, programs - tally.programs), number + batches * BATCH))
            batches += 1
        ready = wait([worker.pipe for worker in workers])
        workers = [w for w in workers if w.pipe not in ready or listen(w, tally)]
        if tally.programs % 20 == 0:
            sys.stderr.write(f"\r{tally.line()}, {time.monotonic() - start:.0f} s ")
            sys.stderr.flush()
    sys.stderr.write("\n")
    return tally


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=20_000, help="how many to run")
    parser.add_argument("--seed", type=int, default=1, help="where to begin")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    options = parser.parse_args()
    tally = run(options.programs, options.seed, options.jobs)
    print(tally.line())
    for kind, count in tally.kinds.most_common():
        print(f"{count:7} {100 * count / tally.programs:5.1f} %  {kind}")
    for text in [*tally.texts, *tally.crashes]:
        print(f"\n{text}")
    for (step, place), count in tally.faults.most_common():
        print(f"{count:7}  {step}, {place}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
