"""Text that does not parse: the broken statements found, one by one, and replaced by ``pass``."""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lambdalint.sources.scan import Line, Token, indent_width, next_line

_CLAUSES = frozenset(("else", "elif", "except", "finally"))
_ATTEMPTS = 30
"""How often one top-level statement is parsed before it is given up as a whole."""
_CUTS = 25
"""How many open brackets and strings of one text are mended, since each may reach to the end."""
_DEFINITION = re.compile(r"\s*(?:async\s+)?(?:def|class)\s+([^\W\d]\w*)")
_TARGETS = re.compile(r"\s*for\b((?:(?!\bin\b)[\w\s,()])+)\bin\b|((?:[\w\s,()]+[-+*/]?=(?!=))+)")
_LOOKAHEADS = 8
"""How often the rest of the text is read to tell where a string was left open."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a text does not parse; row and column are 1-based, ``None`` if unknown."""

    message: str
    row: int | None = None
    column: int | None = None


def try_parse(text: str) -> ast.Module | Failure:
    """Parse without warnings; whatever goes wrong is a ``Failure``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        row = max(error.lineno, 1) if error.lineno else None
        column = max(error.offset, 1) if row and error.offset is not None else None
        return Failure(error.msg, row, column)
    except (RecursionError, MemoryError):
        return Failure("nested too deeply")
    except ValueError as error:
        return Failure(str(error))


def isolate(text: str) -> tuple[str, frozenset[int], tuple[Failure, ...]]:
    """Replace what is broken by ``pass``: a statement, else the smallest block around it.

    Returns:
        The text, row for row, the rows that changed, and one failure for each replacement.
    """
    work = _Isolation(text)
    work.run()
    return "\n".join(work.rows), frozenset(work.touched), tuple(work.failures)


class _Isolation:
    """The rows of one text while its broken statements are being replaced."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.rows = text.split("\n")
        self.offsets = [0]
        for row in self.rows:
            self.offsets.append(self.offsets[-1] + len(row) + 1)
        self.touched: set[int] = set()
        self.failures: list[Failure] = []
        self.lookaheads = _LOOKAHEADS
        self.cuts = _CUTS

    def run(self) -> None:
        """Go through the top-level statements."""
        row = 1
        while row <= len(self.rows):
            lines, row = self.statement([], row)
            if lines:
                row = self.mend(lines, row)

    def statement(self, lines: list[Line], row: int) -> tuple[list[Line], int]:
        """Read a top-level statement on from ``row``; give its lines and the row behind it."""
        while row <= len(self.rows):
            line = next_line(self.source, self.offsets[row - 1], row)
            if line.tokens:
                if lines and _starts_statement(line, lines[-1]):
                    break
                lines.append(line)
            row = line.last_row + 1
        return lines, row

    def mend(self, lines: list[Line], behind: int) -> int:
        """Replace what is broken in a top-level statement; give the row behind it."""
        attempts = 0
        failure = self.parse(lines)
        while failure is not None:
            index = _blamed(lines, failure)
            cut = self.cut(lines[index]) if failure.row is not None and attempts < _ATTEMPTS else None
            if cut is not None:
                attempts += 1
                index = _first_decorator(lines, index)
                self.drop(lines[index], cut - 1, "pass", failure)
                token = Token("name", "pass", lines[index].start)
                lines[index:] = [replace(lines[index], tokens=[token], last_row=cut - 1, closed=True)]
                lines, behind = self.statement(lines, cut)
                failure = self.parse(lines)
                continue
            for first, last, filler in _candidates(lines, index, failure):
                attempts += 1
                is_whole = attempts > _ATTEMPTS or failure.row is None
                if is_whole:
                    first, last, filler = 0, len(lines) - 1, "pass"
                end = lines[last].last_row
                kept = self.rows[lines[first].row - 1 : end]
                self.fill(lines[first], end, filler)
                following = None if is_whole else self.parse(lines)
                if following is None or ((following.row or 0) > end and "'except'" not in following.message):
                    break
                self.rows[lines[first].row - 1 : end] = kept
            self.drop(lines[first], end, filler, failure)
            failure = following
        return behind

    def parse(self, lines: list[Line]) -> Failure | None:
        """Parse the rows of these lines as they are now."""
        start = lines[0].row - 1
        result = try_parse("\n".join(self.rows[start : lines[-1].last_row]))
        if isinstance(result, ast.Module):
            return None
        message = re.sub(r"(?<= line )\d+", lambda number: str(int(number.group()) + start), result.message)
        return Failure(message, None if result.row is None else result.row + start, result.column)

    def fill(self, line: Line, end: int, filler: str) -> None:
        """Replace the rows from this line's first to ``end``; the names they bind get ``...``, an unknown."""
        if filler == "pass":
            bound = _bound(self.rows[line.row - 1 : end])
            filler = " = ".join([*bound, "..."]) if bound else filler
        # The indentation may hold continued, empty rows.
        indent = line.indent.rpartition("\n")[2]
        self.rows[line.row - 1 : end] = [(indent + filler).rstrip(), *[""] * (end - line.row)]

    def drop(self, line: Line, end: int, filler: str, failure: Failure) -> None:
        """Replace rows for good and say why."""
        self.fill(line, end, filler)
        if not self.touched.isdisjoint(range(line.row, end + 1)):
            # A larger block around what has been reported already.
            self.failures = [old for old in self.failures if not line.row <= (old.row or 0) <= end]
        self.touched.update(range(line.row, end + 1))
        if failure.row is None or not line.row <= failure.row <= end:
            failure = replace(failure, row=line.row, column=len(line.indent) + 1)
        self.failures.append(failure)

    def cut(self, line: Line) -> int | None:
        """Where the text goes on if this line has a bracket or string open, else ``None``.

        That is at the next row that is indented no deeper and does not close a bracket.
        """
        if line.closed and not any(token.kind == "string" and "\n" in token.text for token in line.tokens):
            return None
        self.cuts -= 1
        if self.cuts < 0:
            return len(self.rows) + 1
        row = line.row + 1
        while row <= len(self.rows):
            content = self.rows[row - 1].lstrip()
            indent = self.rows[row - 1][: -len(content) or None]
            if content and content[0] not in ")]}#" and indent_width(indent) <= line.width:
                break
            row += 1
        if not line.closed:
            return row
        return row if self.is_left_open(line.last_row + 1) and not self.is_left_open(row) else None

    def is_left_open(self, row: int) -> bool:
        """Whether the text, read from this row on, ends within a string."""
        self.lookaheads -= 1
        if self.lookaheads < 0:
            return False
        line = None
        while row <= len(self.rows):
            line = next_line(self.source, self.offsets[row - 1], row)
            row = line.last_row + 1
        return line is not None and not line.closed


def _bound(rows: list[str]) -> list[str]:
    """The names that rows of broken code bind, as far as can be seen row by row."""
    found: dict[str, None] = {}
    inner = -1
    for row in rows:
        width = len(row) - len(row.lstrip())
        if not row.strip() or 0 <= inner < width:
            continue
        inner = -1
        if header := _DEFINITION.match(row):
            found[header[1]] = None
            inner = width
        elif targets := _TARGETS.match(row):
            found.update(dict.fromkeys(re.findall(r"[^\W\d]\w*", targets[1] or targets[2])))
    return [name for name in found if not keyword.iskeyword(name)]


def _starts_statement(line: Line, before: Line) -> bool:
    return line.width == 0 and line.tokens[0].text not in _CLAUSES and before.tokens[0].text != "@"


def _blamed(lines: list[Line], failure: Failure) -> int:
    """The index of the line that a failure speaks of."""
    row = failure.row or 1
    named = re.search(r"expected an indented block after .* on line (\d+)", failure.message)
    if named:
        row = int(named.group(1))
    index = 0
    while index + 1 < len(lines) and lines[index + 1].row <= row:
        index += 1
    return index


def _candidates(lines: list[Line], index: int, failure: Failure) -> Iterator[tuple[int, int, str]]:
    """What to replace, from the smallest to the whole: first line, last line, replacement."""
    deeper = _last(lines, index, lines[index].width + 1)
    if "indent" in failure.message and "expected an indented block" not in failure.message:
        yield index, _last(lines, index, lines[index].width), ""
    elif lines[index].tokens[0].text in _CLAUSES:
        yield index, deeper, ""
    elif deeper == index:
        yield index, index, "pass"
    while True:
        yield (*_compound(lines, index), "pass")
        width = lines[index].width
        outer = [number for number in range(index) if lines[number].width < width]
        if not outer:
            break
        index = outer[-1]
    yield 0, len(lines) - 1, "pass"


def _compound(lines: list[Line], index: int) -> tuple[int, int]:
    """The first and last line of the whole statement that this line heads or continues."""
    width = lines[index].width
    first, last = index, _last(lines, index, width + 1)
    while first > 0 and (lines[first].tokens[0].text in _CLAUSES or lines[first].width > width):
        first -= 1
    while last + 1 < len(lines) and _continues(lines[last + 1], width):
        last = _last(lines, last + 1, width + 1)
    return _first_decorator(lines, first), last


def _continues(line: Line, width: int) -> bool:
    return line.width == width and line.tokens[0].text in _CLAUSES


def _first_decorator(lines: list[Line], index: int) -> int:
    width = lines[index].width
    while index > 0 and lines[index - 1].tokens[0].text == "@" and lines[index - 1].width == width:
        index -= 1
    return index


def _last(lines: list[Line], index: int, width: int) -> int:
    """The last of the lines behind this one that are indented at least this deep."""
    while index + 1 < len(lines) and lines[index + 1].width >= width:
        index += 1
    return index
