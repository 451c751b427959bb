"""Judging many files: in this process while that is quick, else in several, with the same result."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lambdalint.engine import Plan, Progress, judge
from lambdalint.findings import Problem
from lambdalint.results import FileResult

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from lambdalint.settings import Settings

_ALONE_SECONDS = 0.7
"""How long the automatic choice stays in one process: starting others costs about as much."""
_FEW_FILES = 16
_LARGEST_CHUNK = 16
_THRESHOLDS = (500_000, 50, 50)
"""Objects made before the collector looks in the middle of a file; younger rounds for each older one."""
_MUCH = 100_000
"""Objects, most of them in use, that files may leave behind before the collector looks at them."""
_INTERRUPT = (signal.SIGINT,)
_CAN_WAIT = hasattr(signal, "pthread_sigmask")
"""Whether this system can hold a signal back."""


def judge_all(
    files: Sequence[str], settings: Settings, plan: Plan, progress: Progress | None = None
) -> list[FileResult]:
    """Judge ``files`` in up to ``settings.jobs`` processes (0: as pays off), in the order of ``files``."""
    automatic = settings.jobs == 0
    jobs = settings.jobs or os.cpu_count() or 1
    deadline = time.monotonic() + _ALONE_SECONDS if automatic else 0.0
    few = _FEW_FILES if automatic else 1
    results: list[FileResult] = []
    while len(results) < len(files):
        rest = files[len(results) :]
        if jobs > 1 and len(rest) > few and time.monotonic() >= deadline:
            batches = _in_processes(rest, settings, min(jobs, len(rest)))
        else:
            batches = iter([[judge_and_tidy(rest[0], settings, plan)]])
        for batch in batches:
            results += batch
            if progress is not None:
                progress(len(results), len(files))
    return results


def _in_processes(files: Sequence[str], settings: Settings, jobs: int) -> Iterator[list[FileResult]]:
    """Judge a prefix of ``files``, at least one: all of them, unless one kills the process that judges it."""
    from concurrent.futures.process import BrokenProcessPool

    size = max(1, min(_LARGEST_CHUNK, len(files) // (jobs * 8)))
    chunks = [files[start : start + size] for start in range(0, len(files), size)]
    with _pool(jobs, settings, os.getcwd()) as pool:
        with _starting():
            futures = [(chunk, pool.submit(_judge_chunk, chunk)) for chunk in chunks]
        for chunk, future in futures:
            try:
                yield future.result()
            except BrokenProcessPool:
                yield [_alone(path, settings) for path in chunk]
                return


def _alone(path: str, settings: Settings) -> FileResult:
    """Judge a file in a process of its own, after some file has killed the process it was judged in."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(1, settings, os.getcwd()) as pool:
        with _starting():
            future = pool.submit(_judge_chunk, [path])
        try:
            return future.result()[0]
        except BrokenProcessPool:
            message = "internal error: the process that judged this file died (out of memory?)"
            return FileResult(path, problems=(Problem(path, message),))


@contextmanager
def _starting() -> Iterator[None]:
    """Be in the folder of the standard library, and hear of no Ctrl-C, while processes start.

    A new interpreter looks for modules in its current folder first, and a project that is linted may
    hold a ``multiprocessing.py``.  An interrupt that comes right after a fork may be lost.
    """
    here = os.getcwd()
    os.chdir(os.path.dirname(os.__file__))
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT) if _CAN_WAIT else None
    try:
        yield
    finally:
        os.chdir(here)
        if blocked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


@contextmanager
def _pool(jobs: int, settings: Settings, folder: str) -> Iterator[ProcessPoolExecutor]:
    """Processes that judge; where that is cut short they are killed, and nobody waits for them."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A copy of this process starts at once, with all that is loaded here; of threads none may be running.
    forks = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if forks else "spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(settings, folder))
    ended = False
    try:
        yield pool
        ended = True
    finally:
        if not ended:
            end_children()
        # Waited for: a pool that is still ending while the interpreter ends makes CPython fail at random.
        pool.shutdown(wait=ended, cancel_futures=True)


def end_children() -> None:
    """Kill the processes that judge files for this one."""
    from multiprocessing import active_children

    for child in active_children():
        child.kill()


_worker: tuple[Settings, Plan]


def relax_collector() -> None:
    """Look for cyclic garbage after a file, not in the middle of it, when nearly all is still in use.

    For a process that judges files and nothing else; it makes judging about half as fast again.
    """
    gc.set_threshold(*_THRESHOLDS)


def judge_and_tidy(path: str, settings: Settings, plan: Plan) -> FileResult:
    """Judge one file, and let go of what that has left behind where it is much."""
    result = judge(path, settings, plan)
    if gc.get_count()[0] > _MUCH:
        gc.collect(0)
    return result


def _start(settings: Settings, folder: str) -> None:
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    os.chdir(folder)
    relax_collector()
    gc.freeze()
    # Ctrl-C reaches the whole group: the parent speaks, the others just end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _CAN_WAIT:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
    global _worker
    _worker = (settings, Plan.of(settings))


def _end_with_the_parent() -> None:
    """Without a parent that takes the results there is nothing to do, and more work never comes."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _judge_chunk(paths: Sequence[str]) -> list[FileResult]:
    settings, plan = _worker
    return [judge_and_tidy(path, settings, plan) for path in paths]
