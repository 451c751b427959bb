"""Notebooks (nbformat 3 and 4): the Python of their code cells, with magics and shell lines blanked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from lambdalint.findings import Problem
from lambdalint.sources.magics import to_python
from lambdalint.sources.unit import Cell, SourceUnit


def notebook_unit(path: str, data: bytes) -> SourceUnit | Problem | None:
    """Join the code cells of a notebook.

    Returns:
        The unit; a ``Problem`` if the file is not a notebook; ``None`` if its language is not Python.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        return Problem(path, f"is not a notebook: {_reason(error)}", *_place(error))
    if not isinstance(content, dict) or not isinstance(content.get("worksheets", content.get("cells")), list):
        return Problem(path, "is not a notebook: it has no list of cells")
    if not _is_python(content.get("metadata")):
        return None
    joined = _Joined([], [], [], set())
    for number, cell in enumerate(cells_of(content), start=1):
        source = _code(cell)
        if source is not None:
            joined.add(number, source)
    return SourceUnit(
        path,
        text="\n".join(joined.text),
        original="\n".join(joined.original),
        cells=tuple(joined.cells),
        is_notebook=True,
        touched_rows=frozenset(joined.touched),
    )


@dataclass(slots=True)
class _Joined:
    text: list[str]
    original: list[str]
    cells: list[Cell]
    touched: set[int]

    def add(self, number: int, source: str) -> None:
        """Append one code cell."""
        first_row = len(self.text) + 1
        self.cells.append(Cell(number, first_row))
        text, touched = to_python(source)
        self.text += text.split("\n")
        self.original += source.split("\n")
        self.touched.update(row + first_row - 1 for row in touched)
        if self.text[-1].endswith("\\"):
            # A backslash at the very end must not reach for the next cell.
            self.text.append("")
            self.original.append("")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON, {error.msg}"
    if isinstance(error, UnicodeDecodeError):
        return "its text is not UTF-8"
    return "its JSON is nested too deeply" if isinstance(error, RecursionError) else "broken JSON"


def _place(error: Exception) -> tuple[int | None, int | None]:
    if isinstance(error, json.JSONDecodeError):
        return error.lineno, error.colno
    return None, None


def _is_python(metadata: Any) -> bool:
    """Whether the kernel speaks Python; a notebook that does not say is taken for Python."""
    if not isinstance(metadata, dict):
        return True
    named = []
    for section, key in (("kernelspec", "language"), ("language_info", "name")):
        table = metadata.get(section)
        value = table.get(key) if isinstance(table, dict) else None
        if isinstance(value, str) and value:
            named.append("python" in value.lower())
    return not named or any(named)


def cells_of(content: dict[str, Any]) -> list[Any]:
    """All cells in order; nbformat 3 keeps them in worksheets."""
    sheets = content.get("worksheets", [content])
    found: list[Any] = []
    for sheet in sheets if isinstance(sheets, list) else []:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        found += cells if isinstance(cells, list) else []
    return found


def pieces(cell: Any) -> list[str] | None:
    """The strings that a Python code cell keeps its text in, with their own line ends; else ``None``."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    if "python" not in str(cell.get("language", "python")).lower():
        return None
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, str):
        return [source]
    return [piece for piece in source if isinstance(piece, str)] if isinstance(source, list) else None


def _code(cell: Any) -> str | None:
    """The text of a Python code cell, ``None`` for any other."""
    found = pieces(cell)
    return None if found is None else re.sub("\r\n?", "\n", "".join(found))
