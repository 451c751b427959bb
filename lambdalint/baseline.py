"""Known findings, recorded in a file and passed over until they are mended.

A finding is known by its rule, its file, the text of its first line and the functions and classes
around it, not by its row: code above it may change.  Equal ones are counted.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from lambdalint.atomic import write_atomically
from lambdalint.findings import Finding, Problem
from lambdalint.results import RunResult
from lambdalint.sources.read import content

VERSION = 1
_MOST_BYTES = 100_000_000
_MOST_REMARKS = 10


class BaselineError(Exception):
    """The file cannot be used; the message is one line that says why."""


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """What equal findings share; ``path`` is relative to the baseline's folder, with slashes."""

    path: str
    code: str
    scope: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run without the ``passed`` known findings, and which of the known ones are ``gone``.

    ``next`` is what the file should hold to know all findings of this run; findings of what was not
    judged in this run stay in it.
    """

    result: RunResult
    passed: int
    gone: Counter[Known]
    next: Counter[Known]


def read(path: str) -> Counter[Known]:
    """The findings recorded in a file.

    Raises:
        BaselineError: it cannot be read or is no baseline.
    """
    data = content(path, _MOST_BYTES)
    if isinstance(data, Problem):
        hint = "" if os.path.lexists(path) else "; --write-baseline makes one"
        raise BaselineError(f"{path}: the baseline {data.message}{hint}")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{path}: the baseline is not JSON: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("findings"), list):
        raise BaselineError(f"{path}: this is no baseline of lambdalint")
    if found.get("version") != VERSION:
        raise BaselineError(f"{path}: the baseline has version {found.get('version')!r}, not {VERSION}")
    known: Counter[Known] = Counter()
    for entry in found["findings"]:
        known.update(_entry(path, entry))
    return known


def _entry(path: str, entry: Any) -> Counter[Known]:
    given = entry if isinstance(entry, dict) else {}
    words = [word for key in ("path", "code", "scope", "text") if isinstance(word := given.get(key), str)]
    count = given.get("count")
    if len(words) != 4 or type(count) is not int or count < 1:
        raise BaselineError(f"{path}: the baseline holds an entry that is no finding: {entry!r:.80}")
    return Counter({Known(*words): count})


def written(known: Counter[Known]) -> bytes:
    """The content of a baseline: sorted, a row for each entry."""
    rows = [
        json.dumps(
            {"path": k.path, "code": k.code, "scope": k.scope, "text": k.text, "count": known[k]},
            ensure_ascii=False,
        )
        for k in sorted(known)
    ]
    inner = "".join(f"    {row}{',' * (number < len(rows))}\n" for number, row in enumerate(rows, start=1))
    text = f'{{\n  "version": {VERSION},\n  "findings": [\n{inner}  ]\n}}\n'
    return text.encode("utf-8", "backslashreplace")


def update(result: RunResult, path: str, codes: Iterable[str], *, write: bool) -> tuple[RunResult, list[str]]:
    """Take out of a run what a baseline knows; with ``write``, first make it know all of the run.

    Returns:
        The rest of the run, and remarks for the user.

    Raises:
        BaselineError: the file cannot be read or written.
    """
    exists = os.path.lexists(path)
    known = Counter[Known]() if write and not exists else read(path)
    folder = os.path.dirname(os.path.abspath(path))
    found = compare(result, known, folder, codes)
    if not write:
        return found.result, _gone(path, found.gone)
    data = written(found.next)
    try:
        write_atomically(path, data)
    except OSError as error:
        raise BaselineError(f"{path}: the baseline cannot be written: {error.strerror}") from None
    new, gone = len(found.result.findings), found.gone.total()
    remark = f"{path}: {found.next.total()} known findings, {new} of them new; {gone} gone"
    return replace(result, findings=()), [remark]


def _gone(path: str, gone: Counter[Known]) -> list[str]:
    shown = [
        f"{path}: gone from {k.path}: {k.code} {k.text}" for k in sorted(gone.elements())[:_MOST_REMARKS]
    ]
    more = gone.total() - len(shown)
    if more:
        shown.append(f"{path}: {more} more are gone")
    return [*shown, f"{path}: --write-baseline drops what is gone"] if shown else []


def compare(result: RunResult, known: Counter[Known], folder: str, codes: Iterable[str]) -> Comparison:
    """Take the known findings out of a run.

    Where more are found than known, the first in the file count as the known ones.

    Args:
        result: the run.
        known: what was recorded.
        folder: the folder of the baseline.
        codes: the rules that were on: others had no chance to find anything.
    """
    left = Counter(known)
    kept: list[Finding] = []
    here: Counter[Known] = Counter()
    for finding in result.findings:
        key = _known(result, finding, folder)
        here[key] += 1
        if left[key] > 0:
            left[key] -= 1
        else:
            kept.append(finding)
    judged = {_relative(path, folder) for path in result.paths}
    judged -= {_relative(problem.filename, folder) for problem in result.problems}
    on = frozenset(codes)

    def is_gone(key: Known) -> bool:
        if key.path in judged:
            return key.code in on
        return not os.path.lexists(os.path.join(folder, key.path))

    gone = Counter({key: count for key, count in left.items() if count > 0 and is_gone(key)})
    rest = Counter({key: count for key, count in left.items() if count > 0 and key not in gone})
    return Comparison(
        replace(result, findings=tuple(kept)), len(result.findings) - len(kept), gone, here + rest
    )


def _known(result: RunResult, finding: Finding, folder: str) -> Known:
    quote = result.quote(finding)
    path = _relative(finding.location.filename, folder)
    return Known(path, finding.code, quote.scope, " ".join(quote.line.split()))


def _relative(path: str, folder: str) -> str:
    try:
        return os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:
        # Another drive of Windows.
        return os.path.abspath(path).replace(os.sep, "/")
