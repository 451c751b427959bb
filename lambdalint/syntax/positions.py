"""Where a syntax node stands, in rows and columns of characters."""

from __future__ import annotations

import ast

from lambdalint.findings import Location
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.walk import walk


def span(unit: SourceUnit, node: ast.AST) -> tuple[int, int, int, int]:
    """First row and column and last row and (exclusive) column of a node, 1-based, in ``unit.text``.

    As in ``ast``, parentheses around an expression do not belong to it, and decorators do not belong
    to their function.  A node without a place of its own, such as ``ast.arguments``, spans its parts.

    Raises:
        ValueError: neither the node nor any part of it has a place.
    """
    first = last = node
    if not hasattr(node, "lineno"):
        placed = [part for part in walk(node) if hasattr(part, "lineno")]
        if not placed:
            raise ValueError(f"{type(node).__name__} has no place in the text")
        first = min(placed, key=_start)
        last = max(placed, key=_end)
    row, begin = _start(first)
    end_row, end = _end(last)
    return row, _column(unit, row, begin), end_row, _column(unit, end_row, end)


def locate(unit: SourceUnit, node: ast.AST) -> Location:
    """The place of a node in the file: in a notebook, the cell and the rows within it."""
    return unit.location(*span(unit, node))


def _start(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 1), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    row, column = _start(node)
    end_row, end_column = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
    return (row if end_row is None else end_row, column if end_column is None else end_column)


def _column(unit: SourceUnit, row: int, offset: int) -> int:
    """The 1-based character for a byte offset; ``ast`` counts bytes of UTF-8."""
    line = unit.text_lines[row - 1] if row <= len(unit.text_lines) else ""
    if line.isascii():
        # A place that a rule made up may lie behind a row that a backslash breaks off.
        return min(offset, len(line)) + 1
    return len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore")) + 1
