"""What every input must satisfy, whatever it holds; one violation is one :class:`Fault`."""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import FrameType

from lambdalint.engine import Plan, judge
from lambdalint.findings import Location, Problem
from lambdalint.registry import load_rules
from lambdalint.report import View, render
from lambdalint.results import FileResult, gather
from lambdalint.settings import FORMATS, Settings, load
from lambdalint.sources.read import read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse

SECONDS = 5.0
"""What one input may take of a processor; large ones get more in proportion to their size."""
BYTES_PER_SECOND = 200_000
_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


@dataclass(frozen=True)
class Input:
    """One input: a file name, whose suffix counts, and its content."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Fault:
    """What was wrong with the way an input was judged; ``kind`` groups those with one cause."""

    kind: str
    detail: str


class _TimeUp(BaseException):
    """Not an ``Exception``: the engine's guards must not take it for a crash of their own."""


def examine(given: Input, *, twice: bool = True, formats: bool = False) -> Fault | None:
    """Judge an input and compare what comes back with what every input must satisfy.

    Args:
        given: the input.
        twice: whether to judge it again, if it holds a layer, and compare.
        formats: whether to render the result in every output format.
    """
    seconds = SECONDS + len(given.data) / BYTES_PER_SECOND
    started = time.process_time()
    try:
        with _limit(seconds):
            result = judged(given)
    except _TimeUp as error:
        return Fault(f"time: {error}", f"more than {seconds:.0f} s")
    except Exception as error:
        return Fault(f"raised: {type(error).__name__}", str(error))
    took = time.process_time() - started
    fault = next(_faults(given, result), None)
    if fault is None and twice and result.reach.layers and took < SECONDS / 2 and judged(given) != result:
        fault = Fault("not deterministic", "a second run gave another result")
    if fault is None and formats:
        fault = _unprintable(result)
    return fault


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def ring(_number: int, frame: FrameType | None) -> None:
        code = frame.f_code if frame is not None else None
        raise _TimeUp(f"{code.co_filename.rpartition('/')[2]}:{code.co_name}" if code else "?")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@lru_cache
def _plan() -> tuple[Settings, Plan]:
    from lambdalint.selectors import Choice
    from lambdalint.settings import Overrides

    rules = load_rules().rules
    settings = load(rules, cwd="/", overrides=Overrides(Choice(select=("ALL",))))
    return settings, Plan.make(rules, settings.codes, "/nonexistent")


def judged(given: Input) -> FileResult:
    """What all rules find in an input."""
    settings, plan = _plan()
    return judge(given.name, settings, plan, given.data)


def _faults(given: Input, result: FileResult) -> Iterator[Fault]:
    for problem in result.problems:
        if "internal error" in problem.message:
            yield Fault(_cause(problem), problem.detail or problem.message)
        if not problem.message or "\n" in problem.message:
            yield Fault("message of a problem", repr(problem.message))
    if not result.findings:
        return
    unit = read(given.name, given.data)
    if not isinstance(unit, SourceUnit):
        yield Fault("findings without a text", str(result.findings[0]))
        return
    unit = parse(unit).unit
    for finding in result.findings:
        for location in (finding.location, *(related.location for related in finding.related)):
            if location.filename == given.name and not _is_within(location, unit):
                yield Fault(f"location of {finding.code}", f"{location!r}")
        if not finding.message.strip() or _ADDRESS.search(finding.message + finding.note):
            yield Fault(f"message of {finding.code}", f"{finding.message!r} {finding.note!r}")


def _cause(problem: Problem) -> str:
    """The innermost frame of our own, and the type of the error."""
    frames = re.findall(r'File "[^"]*/([\w/]+\.py)", line (\d+), in (\w+)', problem.detail)
    name, row, function = frames[-1] if frames else ("?", "?", "?")
    error = re.search(r": (\w+)(?:: |$)", problem.message)
    return f"internal: {error.group(1) if error else '?'} in {name.rpartition('/')[2]}:{row} {function}"


def _is_within(location: Location, unit: SourceUnit) -> bool:
    if (location.cell is None) != (not unit.cells):
        return False
    if not (1 <= location.row <= location.end_row and location.column >= 1 and location.end_column >= 1):
        return False
    if location.row == location.end_row and location.end_column < location.column:
        return False
    first, last = unit.row_of(location), unit.row_of(location) + location.end_row - location.row
    if last > len(unit.lines) or unit.cell_at(first) != unit.cell_at(last):
        return False
    if not unit.touched_rows.isdisjoint((first, last)):
        return True
    return location.column <= len(unit.lines[first - 1]) + 1 and (
        location.end_column <= len(unit.lines[last - 1]) + 1
    )


def _unprintable(result: FileResult) -> Fault | None:
    whole = gather([result])
    for name in FORMATS:
        try:
            text = render(name, whole, View(width=80, color=False, links=False, problems=True))
            if name in ("json", "sarif", "gitlab"):
                json.loads(text)
        except Exception as error:
            return Fault(f"format {name}: {type(error).__name__}", str(error))
    return None


def limit_memory(gigabytes: float) -> None:
    """Let this process have no more memory than that, so that an input that wants it all is an error."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (int(gigabytes * 2**30), resource.RLIM_INFINITY))
