"""Writing suppression comments for findings: ``# lambdalint: ignore[LL101] reason``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambdalint.atomic import Changed, write_atomically
from lambdalint.findings import Edit, Finding, Location, Problem
from lambdalint.results import RunResult
from lambdalint.sources.edit import EditError, edited
from lambdalint.sources.read import content, read
from lambdalint.sources.unit import SourceUnit
from lambdalint.suppress import comments, extended
from lambdalint.syntax.parse import parse
from lambdalint.syntax.text import identity

_Place = tuple[int | None, int]
"""A cell, ``None`` in a script, and a row in it."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many findings got a comment, in how many files, and what could not be written."""

    findings: int = 0
    files: int = 0
    problems: tuple[Problem, ...] = ()


def check_reason(reason: str) -> str | None:
    """What is wrong with a reason, if anything: it must stay within a comment and apart from its words."""
    if not reason.isprintable() or "#" in reason:
        return "a reason is one line of printable text without #"
    return "a reason does not begin with [" if reason.lstrip().startswith("[") else None


def add_ignores(result: RunResult, reason: str, max_bytes: int) -> Written:
    """Suppress every finding of a run by a comment on its row, in the files that the run looked at.

    A comment joins what stands on the row already.  A file is left as it is if it has changed since
    it was judged, or if the comments would change what its code means.
    """
    files: dict[str, list[Finding]] = {}
    looked_at = set(result.paths)
    for finding in result.findings:
        if finding.location.filename in looked_at:
            files.setdefault(finding.location.filename, []).append(finding)
    reason = reason.strip()
    done, problems = 0, []
    for path, findings in files.items():
        problem = _suppress(path, findings, result, reason, max_bytes)
        if problem is not None:
            problems.append(problem)
        else:
            done += len(findings)
    return Written(done, len(files) - len(problems), tuple(problems))


def _suppress(
    path: str, findings: Sequence[Finding], result: RunResult, reason: str, max_bytes: int
) -> Problem | None:
    data = content(path, max_bytes)
    unit = data if isinstance(data, Problem) else read(path, data, max_bytes=max_bytes, prefilter=False)
    if isinstance(data, Problem) or not isinstance(unit, SourceUnit):
        return unit if isinstance(unit, Problem) else Problem(path, "has changed while it was judged")
    unit = parse(unit).unit
    places: dict[_Place, set[str]] = {}
    for finding in findings:
        quote = result.quote(finding)
        row = unit.row_of(finding.location)
        if row > len(unit.lines) or unit.lines[row - 1] != quote.line:
            return Problem(path, "has changed while it was judged")
        places.setdefault((finding.location.cell, quote.noqa_row), set()).add(finding.code)
    try:
        new = edited(path, data, list(_edits(unit, places, reason)))
        if not _means_the_same(path, data, new):
            return Problem(path, "got no suppressions: a comment would change what the code means")
        write_atomically(path, new, expected=data)
    except EditError as error:
        return Problem(path, f"got no suppressions: {error}")
    except Changed:
        return Problem(path, "has changed while it was judged")
    except OSError as error:
        return Problem(path, f"cannot be written: {error.strerror}")
    return None


def _edits(unit: SourceUnit, places: dict[_Place, set[str]], reason: str) -> Iterator[Edit]:
    found = comments(unit)
    for (cell, row), codes in places.items():
        joined = unit.row_of(Location(unit.path, row, 1, row, 1, cell))
        line = unit.lines[joined - 1]
        end = len(line.rstrip())
        old = found.get(joined, "").rstrip()
        begin = end - len(old)
        if not old or line[begin:end] != old:
            begin, text = end, "  " + extended("", sorted(codes), reason)
        else:
            text = extended(old, sorted(codes), reason)
        yield Edit(Location(unit.path, row, begin + 1, row, len(line) + 1, cell), text)


def _means_the_same(path: str, old: bytes, new: bytes) -> bool:
    """Whether both contents give the same syntax tree and the same problems."""
    found = []
    for data in (old, new):
        unit = read(path, data, prefilter=False)
        if not isinstance(unit, SourceUnit):
            return False
        parsed = parse(unit)
        found.append((identity(parsed.tree), [(p.message, p.row, p.cell) for p in parsed.problems]))
    return found[0] == found[1]
