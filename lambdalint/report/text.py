"""Text for people: the line, a caret underline, the message, the fix and the places that belong to it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lambdalint.findings import Severity
from lambdalint.report.view import columns, rule_url, visible

if TYPE_CHECKING:
    from lambdalint.findings import Finding
    from lambdalint.report.view import View
    from lambdalint.results import RunResult

_TAB = "    "
_LONGEST_LINE = 200
_MOST_RELATED = 5
_COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.ADVICE: "1;36"}


def render(result: RunResult, view: View) -> str:
    """All findings, an empty line between two."""
    return "\n".join(
        "".join(f"{line}\n" for line in _finding(finding, result.quote(finding).line, view))
        for finding in result.findings
    )


def _finding(finding: Finding, line: str, view: View) -> Iterator[str]:
    loud = _COLORS[finding.severity]
    code = _link(_paint(finding.code, loud, view), rule_url(finding.code, finding.name), view)
    verdict = f", {finding.verdict.status.value}" if finding.verdict else ""
    severity = _paint(finding.severity.value, loud, view)
    at = _paint(visible(str(finding.location)), "1", view)
    yield f"{at}  {code} {finding.name}  {severity}{verdict}"
    if line.strip():
        yield from _excerpt(finding, line, view)
    elif finding.note:
        yield f"  {visible(finding.note)}"
    for paragraph in finding.message.splitlines():
        yield from _wrapped(paragraph, view.width)
    yield from _extras(finding, view)


def _extras(finding: Finding, view: View) -> Iterator[str]:
    if finding.verdict and finding.verdict.reason:
        yield from _wrapped(f"{finding.verdict.status.value}: {finding.verdict.reason}", view.width)
    if finding.verdict and finding.verdict.witness:
        yield from _wrapped(f"witness: {finding.verdict.witness}", view.width)
    if finding.fix:
        label = _paint(f"fix ({finding.fix.applicability.value})", "1;32", view)
        yield f"  {label}: {visible(finding.fix.message)}"
    for place in finding.related[:_MOST_RELATED]:
        yield f"  {visible(str(place.location))}: {visible(place.message)}"
    if len(finding.related) > _MOST_RELATED:
        yield f"  and {len(finding.related) - _MOST_RELATED} more places"


def _excerpt(finding: Finding, line: str, view: View) -> Iterator[str]:
    location = finding.location
    start = location.column - 1
    end = location.end_column - 1 if location.end_row == location.row else len(line.rstrip())
    before, marked, after = (_flat(part) for part in (line[:start], line[start:end], line[end:].rstrip()))
    if len(before) + len(marked) + len(after) > _LONGEST_LINE:
        before, marked, after = _crop(before, marked, after, max(view.width, 40))
    gutter = _paint(f"{location.row:>5} |", "34", view)
    empty = _paint(f"{'':>5} |", "34", view)
    carets = _paint("^" * max(1, columns(marked)), _COLORS[finding.severity], view)
    note = f" {visible(finding.note)}" if finding.note else ""
    yield f"{gutter} {before}{marked}{after}"
    yield f"{empty} {' ' * columns(before)}{carets}{note}"


def _crop(before: str, marked: str, after: str, width: int) -> tuple[str, str, str]:
    """Cut a very long line down to what stands around its marked part."""
    third = width // 3
    if len(before) > third:
        before = "…" + before[-third:]
    if len(marked) > width:
        marked, after = marked[:width], "…"
    if len(after) > third:
        after = after[:third] + "…"
    return before, marked, after


def _flat(text: str) -> str:
    return visible(text.replace("\t", _TAB))


def _wrapped(text: str, width: int) -> Iterator[str]:
    yield from textwrap.wrap(
        visible(text),
        max(width, 40),
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _paint(text: str, style: str, view: View) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if view.color else text


def _link(text: str, url: str, view: View) -> str:
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if view.links else text
