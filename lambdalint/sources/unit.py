"""One input as text: a script, or a whole notebook joined into one text with a map of its cells."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from lambdalint.findings import Location


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell: its 1-based number among all cells and its first row in the joined text."""

    number: int
    first_row: int


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

    def cell_at(self, row: int) -> Cell | None:
        """The cell that holds this row of the joined text; ``None`` in a script."""
        if not self.cells:
            return None
        index = bisect_right([cell.first_row for cell in self.cells], row) - 1
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
        for cell in self.cells:
            if cell.number == location.cell:
                return location.row + cell.first_row - 1
        return location.row
