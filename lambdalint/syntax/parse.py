"""From a source unit to a syntax tree: Python 2 recovered, broken statements set aside one by one."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from lambdalint.findings import Problem
from lambdalint.sources.python2 import recover
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.isolate import Failure, isolate, try_parse

_MOST_MENDED = 1_000_000
"""So many characters of a file are searched for what is broken or Python 2 in them."""


@dataclass(slots=True)
class ParsedUnit:
    """A unit and the tree of its ``text``.

    ``unit`` is the one that was given or, if its text had to change to parse, one with that text.
    ``problems`` has one entry for each statement that was left out of the tree.
    """

    unit: SourceUnit
    tree: ast.Module
    problems: tuple[Problem, ...] = ()


def parse(unit: SourceUnit) -> ParsedUnit:
    """Parse a unit; it never fails: what cannot be parsed becomes a ``Problem`` and the rest is kept.

    A Python 2 text is rewritten to Python 3.  Then, in the notebook cell or script that is still
    broken, each broken statement is replaced by ``pass``.  Where too much text is broken it is left out.
    """
    tree = try_parse(unit.text)
    if isinstance(tree, ast.Module) and not _leaves_its_cell(unit, tree):
        return ParsedUnit(unit, tree)
    rows: list[str] = []
    touched = set(unit.touched_rows)
    problems: list[Problem] = []
    recovered = unit.recovered
    most = _MOST_MENDED
    for text, number in _segments(unit):
        mended = _mend(text, tree if number is None else try_parse(text), most)
        most -= 0 if mended.text is text else len(text)
        touched.update(row + len(rows) for row in mended.touched)
        recovered = recovered or mended.recovered
        rows += mended.text.split("\n")
        problems += (_problem(unit.path, failure, number) for failure in mended.failures)
    new = replace(
        unit,
        text="\n".join(rows),
        original=unit.original,
        recovered=recovered,
        touched_rows=frozenset(touched),
    )
    tree = try_parse(new.text)
    if isinstance(tree, Failure):
        problems.append(_problem(unit.path, tree, None))
        tree = ast.Module(body=[], type_ignores=[])
    return ParsedUnit(new, tree, tuple(problems))


def _leaves_its_cell(unit: SourceUnit, tree: ast.Module) -> bool:
    """Whether a statement begins in one cell and ends in another, which no notebook can run."""
    return bool(unit.cells) and any(
        unit.cell_at(statement.lineno) is not unit.cell_at(statement.end_lineno or statement.lineno)
        for statement in tree.body
    )


def _segments(unit: SourceUnit) -> list[tuple[str, int | None]]:
    """The texts to be mended on their own: each cell with its number, or the whole script."""
    if not unit.cells:
        return [(unit.text, None)]
    starts = [cell.first_row - 1 for cell in unit.cells]
    ends = [*starts[1:], len(unit.text_lines)]
    return [
        ("\n".join(unit.text_lines[start:end]), cell.number)
        for cell, start, end in zip(unit.cells, starts, ends)
    ]


@dataclass(frozen=True, slots=True)
class _Mended:
    text: str
    touched: frozenset[int] = frozenset()
    failures: tuple[Failure, ...] = ()
    recovered: bool = False


def _mend(text: str, tree: ast.Module | Failure, most: int) -> _Mended:
    if isinstance(tree, ast.Module):
        return _Mended(text)
    if len(text) > most:
        return _left_out(text, tree)
    python2 = recover(text)
    touched: frozenset[int] = frozenset()
    if python2 is not None:
        text, touched = python2
        if isinstance(try_parse(text), ast.Module):
            return _Mended(text, touched, recovered=True)
    text, dropped, failures = isolate(text)
    return _Mended(text, touched | dropped, failures, recovered=python2 is not None)


def _left_out(text: str, failure: Failure) -> _Mended:
    rows = text.count("\n")
    message = f"{failure.message}; it is too long to leave out what is broken alone, nothing of it is judged"
    return _Mended("\n" * rows, frozenset(range(1, rows + 2)), (replace(failure, message=message),))


def _problem(path: str, failure: Failure, cell: int | None) -> Problem:
    return Problem(path, f"cannot be parsed: {failure.message}", failure.row, failure.column, cell)
