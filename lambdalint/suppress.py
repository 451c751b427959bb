"""Suppression comments: ``# lambdalint: ignore[LL101]``, ``# lambdalint: ignore-file[…]``, ``# noqa: LL101``.

A comment holds for the findings whose range touches its line.  Comments are found by tokenizing,
so that a string never counts, and only where there is something to suppress or to report.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambdalint.findings import Finding, Location
from lambdalint.selectors import ALL, UnknownRule, resolve
from lambdalint.sources.skim import joined_rows

if TYPE_CHECKING:
    from lambdalint.rule import Rule
    from lambdalint.sources.unit import SourceUnit

_MARK = "lambdalint:"
_OURS = re.compile(r"#\s*lambdalint:\s*(?P<text>[^#]*)")
_BODY = re.compile(r"ignore(?P<file>-file)?(?![\w-])\s*(?:\[(?P<words>[^\]]*)\])?(?!\s*\[)")
_NOQA = re.compile(r"#\s*noqa(?!\w)(?P<codes>\s*:\s*(?P<list>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?)?", re.I)
_COMMENT = re.compile(r"lambdalint:|noqa", re.I)
_EVERYWHERE = 0
_RESTARTS = 50


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark about a comment, printed as a warning; it is no finding and does not touch the exit code."""

    location: Location
    message: str

    @property
    def sort_key(self) -> tuple[str, int, int, int, str]:
        """Order of reports: file, cell, row, column, message."""
        at = self.location
        return (at.filename, at.cell or 0, at.row, at.column, self.message)

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


@dataclass(frozen=True, slots=True)
class Use:
    """One word of one comment; ``word`` is empty for a comment that names no rule."""

    location: Location
    word: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the comments of one file did.

    ``used`` and ``idle`` are for the whole run to compare: a function that several files use may
    need its comment because of another file.  ``noqa_rows`` says on which row of its cell or file
    a comment for each kept finding belongs.
    """

    kept: tuple[Finding, ...]
    used: frozenset[Use] = frozenset()
    idle: frozenset[Use] = frozenset()
    notices: tuple[Notice, ...] = ()
    noqa_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Comment:
    """One suppression, at a row of the joined text; no words means every rule."""

    row: int
    location: Location
    words: tuple[str, ...]
    whole_file: bool = False
    shared: bool = False
    """True for ``noqa``, which other linters read too: never reported as unused."""

    def word_for(self, finding: Finding) -> str | None:
        """The word of this comment that means the finding's rule."""
        if not self.words:
            return ""
        return next((word for word in self.words if _means(word, finding.code, finding.name)), None)


@dataclass(slots=True)
class _Scan:
    """What tokenizing found; ``joined`` are the first and last rows of strings and continued lines."""

    comments: list[_Comment] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    joined: list[tuple[int, int]] = field(default_factory=list)

    def by_row(self) -> dict[int, list[_Comment]]:
        """The comments of each row; those that hold everywhere stand in a row of their own."""
        found: dict[int, list[_Comment]] = {}
        for comment in self.comments:
            found.setdefault(_EVERYWHERE if comment.whole_file else comment.row, []).append(comment)
        return found

    def ends(self) -> dict[int, int]:
        """The last row of all that a row hangs together with, for rows that have one below."""
        chains: list[tuple[int, int]] = []
        for first, last in sorted(self.joined):
            if chains and first <= chains[-1][1]:
                first, before = chains.pop()
                last = max(before, last)
            chains.append((first, last))
        return {row: last for first, last in chains for row in range(first, last)}


def apply(
    unit: SourceUnit,
    findings: Sequence[Finding],
    rules: Mapping[str, Rule],
    judged: frozenset[str],
) -> Outcome:
    """Drop the findings of ``unit`` that a comment suppresses.

    Args:
        unit: the text the findings are in.
        findings: all findings of this text.
        rules: the known rules by code, for the words of comments.
        judged: the codes that were really checked here: only their comments can be idle.
    """
    if not findings and _MARK not in unit.text:
        return Outcome(())
    scan = _scan(unit, rules) if _COMMENT.search(unit.text) else _rows_alone(unit, rules)
    ends, comments = scan.ends(), scan.by_row()
    kept, rows = [], []
    used: set[Use] = set()
    for finding in findings:
        touched = _rows(unit, finding.location, ends)
        uses = {
            Use(comment.location, word)
            for row in (_EVERYWHERE, *touched)
            for comment in comments.get(row, ())
            if (word := comment.word_for(finding)) is not None
        }
        used |= uses
        if not uses:
            first = unit.row_of(finding.location)
            kept.append(finding)
            rows.append(finding.location.row + ends.get(first, first) - first)
    idle = _idle(scan.comments, rules, judged) - used
    return Outcome(tuple(kept), frozenset(used), idle, tuple(scan.notices), tuple(rows))


def comments(unit: SourceUnit) -> dict[int, str]:
    """The comments of a unit by the row of its joined text."""
    return {
        token.start[0]: token.string for token in _tokens(unit.text_lines) if token.type == tokenize.COMMENT
    }


def extended(comment: str, codes: Sequence[str], reason: str) -> str:
    """A comment that also suppresses ``codes``: words join a suppression of ours, else it is put in front.

    Args:
        comment: the comment on the row, ``""`` if there is none.
        codes: the rules to suppress.
        reason: put behind the words, unless a reason stands there.
    """
    ours = _OURS.search(comment)
    body = _BODY.match(ours["text"]) if ours else None
    if ours is not None and body is not None and body["words"] is not None and not body["file"]:
        words = [word.strip() for word in body["words"].split(",") if word.strip()]
        words += [code for code in codes if code not in words]
        start = ours.start("text")
        rest = comment[start + body.end("words") + 1 :]
        given = f" {reason}" if reason and not rest.strip() else rest
        return f"{comment[: start + body.start('words')]}{', '.join(words)}]{given}"
    mark = f"# {_MARK} ignore[{', '.join(codes)}]" + (f" {reason}" if reason else "")
    if ours is not None:
        # Only the first of our marks in a comment is read.
        return f"{mark}  {comment}"
    return f"{comment}  {mark}" if comment else mark


def unused(outcomes: Sequence[Outcome]) -> list[Notice]:
    """The notices of a whole run: words that suppressed nothing in any file, and broken comments."""
    used = frozenset[Use]().union(*(outcome.used for outcome in outcomes))
    idle = frozenset[Use]().union(*(outcome.idle for outcome in outcomes)) - used
    notices = {notice for outcome in outcomes for notice in outcome.notices}
    for use in idle:
        what = f" of {use.word}" if use.word else ""
        notices.add(Notice(use.location, f"unused suppression{what}: nothing is reported here"))
    return sorted(notices, key=lambda notice: notice.sort_key)


def _idle(comments: Sequence[_Comment], rules: Mapping[str, Rule], judged: frozenset[str]) -> frozenset[Use]:
    found = set()
    for comment in comments:
        if comment.shared or (comment.whole_file and not comment.words):
            continue  # it leaves the file alone, whatever is in it
        for word in comment.words or ("",):
            meant = {c for c, rule in rules.items() if rule.default or word} if word in ("", ALL) else set()
            meant |= {code for code, rule in rules.items() if word and _means(word, code, rule.name)}
            if meant and meant <= judged:
                found.add(Use(comment.location, word))
    return frozenset(found)


def _means(word: str, code: str, name: str) -> bool:
    return word in (code, name, ALL) or (word.isupper() and code.startswith(word))


def _rows(unit: SourceUnit, location: Location, ends: Mapping[int, int]) -> set[int]:
    first = unit.row_of(location)
    last = first + location.end_row - location.row
    if location.end_column == 1 and last > first:
        last -= 1
    return {*range(first, last + 1), ends.get(first, first), ends.get(last, last)}


def _rows_alone(unit: SourceUnit, rules: Mapping[str, Rule]) -> _Scan:
    """As :func:`_scan` for a text without suppressions, mostly without tokenizing it."""
    joined = joined_rows(unit.text)
    if joined is None:
        return _scan(unit, rules)
    return _Scan(joined=joined)


def _scan(unit: SourceUnit, rules: Mapping[str, Rule]) -> _Scan:
    scan = _Scan()
    top, previous = True, (0, False)
    for token in _tokens(unit.text_lines):
        row, end = token.start[0], token.end[0]
        if token.type == tokenize.COMMENT:
            _read(
                token,
                unit,
                rules,
                scan,
                top and not token.line[: token.start[1]].strip(),
            )
        elif token.type not in _LAYOUT:
            top = top and token.type == tokenize.STRING
            # A row that ends without a NEWLINE or NL token is continued by a backslash.
            if not previous[1] and row > previous[0] > 0:
                scan.joined.append((previous[0], row))
            if end > row:
                scan.joined.append((row, end))
        previous = (end, token.type in (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT))
    return scan


_LAYOUT = {
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def _read(
    token: tokenize.TokenInfo, unit: SourceUnit, rules: Mapping[str, Rule], scan: _Scan, at_top: bool
) -> None:
    row, column = token.start
    location = unit.location(row, column + 1, row, token.end[1] + 1)
    noqa = _NOQA.search(token.string)
    if noqa is not None and (noqa["codes"] is None or noqa["list"]):
        words = tuple(word.upper() for word in re.split(r"[\s,]+", noqa["list"] or "") if word)
        scan.comments.append(_Comment(row, location, words, shared=True))
    ours = _OURS.search(token.string)
    if ours is None:
        return
    body = _BODY.match(ours["text"])
    words = tuple(word.strip() for word in ((body and body["words"]) or "").split(",") if word.strip())
    if body is None or (body["words"] is not None and not words):
        message = f"{ours['text'].strip()!r} is no suppression; write `# lambdalint: ignore[LL101]`"
        scan.notices.append(Notice(location, message))
    elif body["file"] and not at_top:
        message = "`ignore-file` works only on a line of its own above the first statement"
        scan.notices.append(Notice(location, message))
    else:
        scan.notices.extend(Notice(location, text) for text in _unknown(words, rules))
        scan.comments.append(_Comment(row, location, words, whole_file=bool(body["file"])))


def _unknown(words: Sequence[str], rules: Mapping[str, Rule]) -> Iterator[str]:
    for word in words:
        try:
            resolve(word, rules)
        except UnknownRule as error:
            yield f"{error} in a suppression"


def _tokens(lines: Sequence[str]) -> Iterator[tokenize.TokenInfo]:
    """Tokenize, and after an error go on below it: a broken statement must not hide later comments."""
    start = 0
    for _ in range(_RESTARTS):
        last = start
        text = "\n".join(lines[start:]) + "\n"
        try:
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type != tokenize.ERRORTOKEN:
                    last = max(last, start + token.end[0])
                moved = ((token.start[0] + start, token.start[1]), (token.end[0] + start, token.end[1]))
                yield token._replace(start=moved[0], end=moved[1])
            return
        except (tokenize.TokenError, SyntaxError):
            start = max(last, start + 1)
            if start >= len(lines):
                return
