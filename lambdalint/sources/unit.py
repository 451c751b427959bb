"""One input as text: a script, or a whole notebook joined into one text with a map of its cells."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from lambdalint.findings import Location

_DEFINITION = re.compile(r"[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_DEEPEST = 20
_WIDEST = 1000


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell: its 1-based number among all cells and its first row in the joined text."""

    number: int
    first_row: int


@dataclass(frozen=True, slots=True)
class _Header:
    """A ``def`` or ``class`` row, its indentation, and the header of the definition it stands in."""

    row: int
    width: int
    name: str
    outer: _Header | None


def _width(line: str) -> int:
    text = line[:_WIDEST].expandtabs()
    return len(text) - len(text.lstrip())


@dataclass(frozen=True)
class SourceUnit:
    """The text of one script or notebook, ready to be parsed, and the way back to the file.

    ``text`` has ``\\n`` line ends and no byte order mark.  In a notebook it is the code cells, in
    order, joined by newlines, with magics and shell lines blanked.  ``original`` is the text
    before Python-2 recovery or blanking, line for line the same rows; reports quote it.
    ``path`` is the file as given (``-`` content carries the name of ``--stdin-filename``).
    """

    path: str
    text: str
    original: str
    cells: tuple[Cell, ...] = ()
    is_notebook: bool = False
    recovered: bool = False
    """True when the text was Python 2 and had to be rewritten to parse."""
    touched_rows: frozenset[int] = field(default_factory=frozenset)
    """Rows of ``text`` that differ from ``original``: their columns are approximate."""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The original lines, without line ends; row ``r`` is ``lines[r - 1]``."""
        return tuple(self.original.split("\n"))

    @cached_property
    def text_lines(self) -> tuple[str, ...]:
        """The lines of ``text``, without line ends; row ``r`` is ``text_lines[r - 1]``."""
        return tuple(self.text.split("\n"))

    @cached_property
    def _headers(self) -> tuple[list[int], list[_Header]]:
        """The rows of all ``def`` and ``class`` headers, and the headers."""
        found: list[_Header] = []
        open_ones: list[_Header] = []
        for row, line in enumerate(self.lines, start=1):
            match = _DEFINITION.match(line)
            if match:
                width = _width(line)
                while open_ones and open_ones[-1].width >= width:
                    open_ones.pop()
                found.append(_Header(row, width, match[1], open_ones[-1] if open_ones else None))
                open_ones.append(found[-1])
        return [header.row for header in found], found

    def scope_at(self, row: int) -> str:
        """The names of the classes and functions around a row, judged by indentation, as ``Net.build``."""
        rows, headers = self._headers
        index = bisect_right(rows, row - 1)
        header = headers[index - 1] if index else None
        width = _width(self.lines[row - 1]) if row <= len(self.lines) else 0
        names: list[str] = []
        while header is not None and len(names) < _DEEPEST:
            if header.width < width:
                names.append(header.name)
                width = header.width
            header = header.outer
        return ".".join(reversed(names))

    @cached_property
    def _first_rows(self) -> list[int]:
        return [cell.first_row for cell in self.cells]

    @cached_property
    def _shifts(self) -> dict[int | None, int]:
        return {cell.number: cell.first_row - 1 for cell in self.cells}

    def cell_at(self, row: int) -> Cell | None:
        """The cell that holds this row of the joined text; ``None`` in a script."""
        if not self.cells:
            return None
        index = bisect_right(self._first_rows, row) - 1
        return self.cells[max(index, 0)]

    def location(self, row: int, column: int, end_row: int, end_column: int) -> Location:
        """Turn 1-based rows and columns of ``text`` into a place in the file."""
        cell = self.cell_at(row)
        if cell is None:
            return Location(self.path, row, column, end_row, end_column)
        shift = cell.first_row - 1
        return Location(self.path, row - shift, column, end_row - shift, end_column, cell.number)

    def row_of(self, location: Location) -> int:
        """The row of the joined text for a location of this unit."""
        return location.row + self._shifts.get(location.cell, 0)
