"""Pieces of the user's code as lines of a sliced module, each with the row it came from."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from lambdalint.confirm.request import Module
from lambdalint.sources.unit import SourceUnit

Line = tuple[str, int | None]
"""The text of a line, and its row in the source it came from (``None``: the slicer wrote it)."""


def statement_lines(unit: SourceUnit, node: ast.stmt, indent: str = "") -> list[Line]:
    """A statement as it is written, moved to an indentation; rewritten where that would change it."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    last = node.end_lineno or node.lineno
    written = unit.text_lines[first - 1 : last]
    margin = written[0][: len(written[0]) - len(written[0].lstrip())] if written else ""
    moved = [indent + line.removeprefix(margin) if line.strip() else "" for line in written]
    if _same(node, "\n".join(line.removeprefix(indent) for line in moved)):
        return [(line, row) for row, line in enumerate(moved, start=first)]
    return [(indent + line, node.lineno) for line in ast.unparse(node).split("\n")]


def _same(node: ast.stmt, text: str) -> bool:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return False
    return len(body) == 1 and ast.dump(body[0]) == ast.dump(node)


@dataclass
class ModuleText:
    """The lines of one sliced module: imports and statements in the order of their rows."""

    name: str
    unit: SourceUnit
    package: bool = False
    pieces: dict[tuple[int, int, str], list[Line]] = field(default_factory=dict)
    tail: list[Line] = field(default_factory=list)
    """What the slicer writes below everything else."""

    def add(self, row: int, column: int, lines: list[Line], mark: str = "") -> None:
        """Add a piece that stands at a row and column of the source, once."""
        self.pieces.setdefault((row, column, mark), lines)

    def module(self) -> Module:
        """The module, its lines mapped to the user's file and rows (in a notebook: rows of the cell)."""
        lines = [line for key in sorted(self.pieces) for line in self.pieces[key]] + self.tail
        text: list[str] = []
        places: list[tuple[str, int] | None] = []
        for line, row in lines:
            text.append(line)
            places.append(None if row is None else (self.unit.path, self._row(row)))
        return Module(self.name, "\n".join(text) + "\n", self.package, tuple(places))

    def _row(self, row: int) -> int:
        return self.unit.location(row, 1, row, 1).row
