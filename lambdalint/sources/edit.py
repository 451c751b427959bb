"""Edits of a script's or notebook's text, made in its bytes: whatever is not edited stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from json.decoder import JSONDecoder
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any

from lambdalint.findings import Edit, Location, Problem
from lambdalint.sources.notebook import cells_of, pieces
from lambdalint.sources.read import decode

_BREAK = re.compile("\r\n|\r|\n")


class EditError(Exception):
    """The edits cannot be made; the message says why in a few words."""


def edited(path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
    """Make edits in the bytes of a file.

    Encoding, byte order mark and the line ends of every line are kept; new lines get the line end
    of the file.  In a notebook only the strings of the edited lines are written anew.

    Args:
        path: the name of the file, whose suffix tells a notebook.
        data: what it holds.
        edits: in any order; those that insert at one place do so in the order given.

    Raises:
        EditError: edits overlap, lie outside of the text, hold a character that the encoding has not,
            or the file cannot be written back as it was.
    """
    if not path.endswith(".ipynb"):
        decoded = decode(path, data)
        if isinstance(decoded, Problem):
            raise EditError(decoded.message)
        try:
            if decoded.encode(decoded.text) != data:
                raise EditError(f"its bytes are not what {decoded.encoding} would write")
            return decoded.encode(apply_edits(decoded.text, edits))
        except UnicodeEncodeError as error:
            wrong = error.object[error.start : error.end]
            raise EditError(f"{wrong!r} does not exist in {decoded.encoding}") from None
    return _notebook(data, edits)


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Make edits in a text with any line ends; see :func:`edited`, also for what it raises."""
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    ends = [*(match.start() for match in _BREAK.finditer(text)), len(text)]
    first_break = _BREAK.search(text)
    newline = first_break.group() if first_break else "\n"

    def offset(row: int, column: int) -> int:
        if not (1 <= row <= len(starts) and 1 <= column <= ends[row - 1] - starts[row - 1] + 1):
            raise EditError(f"there is no row {row}, column {column}")
        return starts[row - 1] + column - 1

    def span(place: Location) -> tuple[int, int]:
        return offset(place.row, place.column), offset(place.end_row, place.end_column)

    out, done = [], 0
    for (start, end), content in sorted(
        ((span(e.location), e.content) for e in edits), key=lambda pair: pair[0]
    ):
        if start < done or end < start:
            raise EditError("edits overlap")
        out += [text[done:start], content.replace("\n", newline)]
        done = end
    return "".join([*out, text[done:]])


class _Placed(str):
    """A string of a JSON text that knows where it stands, quotes included."""

    start: int
    end: int


def _load_placed(text: str) -> Any:
    """Load JSON with strings, apart from keys, that know their places."""
    decoder: Any = JSONDecoder()
    plain = decoder.parse_string

    def parse_string(string: str, begin: int, strict: bool = True) -> tuple[str, int]:
        value, end = plain(string, begin, strict)
        placed = _Placed(value)
        placed.start, placed.end = begin - 1, end
        return placed, end

    decoder.parse_string = parse_string
    decoder.scan_once = py_make_scanner(decoder)
    return decoder.decode(text)


def _notebook(data: bytes, edits: Sequence[Edit]) -> bytes:
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
        content = _load_placed(text)
    except (ValueError, RecursionError):
        raise EditError("its JSON cannot be read") from None
    if text.encode(encoding) != data:
        raise EditError(f"its bytes are not what {encoding} would write")
    cells = cells_of(content) if isinstance(content, dict) else []
    changes: list[tuple[int, int, str]] = []
    for number in sorted({edit.location.cell or 0 for edit in edits}):
        old = pieces(cells[number - 1]) if 1 <= number <= len(cells) else None
        if not old:
            raise EditError(f"it has no text in cell {number}")
        source = apply_edits("".join(old), [edit for edit in edits if edit.location.cell == number])
        changes += _rewritten(text, old, source)
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        raise EditError(f"the new text does not exist in {encoding}") from None


def _rewritten(text: str, old: Sequence[str], source: str) -> list[tuple[int, int, str]]:
    """What to replace in the JSON text so that a cell's strings, joined, give ``source``."""
    new = (re.findall(r"[^\n]*\n|[^\n]+", source) or [""]) if len(old) > 1 else [source]
    head = 0
    while head < min(len(old), len(new)) - 1 and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - 1 - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    first, last = old[head], old[len(old) - 1 - tail]
    if not isinstance(first, _Placed) or not isinstance(last, _Placed):
        raise EditError("its JSON cannot be read")
    between = ", "
    if len(old) > 1 and isinstance(old[0], _Placed) and isinstance(old[1], _Placed):
        between = text[old[0].end : old[1].start]
    strings = (json.dumps(piece, ensure_ascii=text.isascii()) for piece in new[head : len(new) - tail])
    return [(first.start, last.end, between.join(strings))]
