"""The concrete syntax of one statement, for code that edits text; libcst is imported on first use."""

from __future__ import annotations

import ast
from bisect import bisect_right
from typing import TYPE_CHECKING

from lambdalint.syntax.parse import ParsedUnit
from lambdalint.syntax.positions import span

if TYPE_CHECKING:
    import libcst

    Statement = libcst.SimpleStatementLine | libcst.BaseCompoundStatement

_KINDS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.BinOp: ("BinaryOperation",),
    ast.BoolOp: ("BooleanOperation",),
    ast.Compare: ("Comparison",),
    ast.Constant: (
        "Integer", "Float", "Imaginary", "SimpleString", "ConcatenatedString", "Name", "Ellipsis",
    ),
    ast.GeneratorExp: ("GeneratorExp",),
    ast.JoinedStr: ("FormattedString", "ConcatenatedString"),
    ast.NamedExpr: ("NamedExpr",),
    ast.Starred: ("StarredElement", "Arg"),
    ast.UnaryOp: ("UnaryOperation",),
    ast.keyword: ("Arg",),
    ast.arg: ("Param",),
}  # fmt: skip


def statement(parsed: ParsedUnit, row: int) -> tuple[Statement, int]:
    """Parse the top-level statement that holds a row of the unit's text.

    Returns:
        The libcst node and the text's row in which the node's own row 1 stands.

    Raises:
        ValueError: no statement holds the row, or libcst cannot parse it.
    """
    first, last = _rows(parsed, row)
    return _module(parsed, first, last).body[0], first


def concrete_node(parsed: ParsedUnit, node: ast.expr | ast.keyword | ast.arg) -> libcst.CSTNode:
    """The libcst node, within the statement's own module, for a node of ``parsed.tree``.

    Raises:
        ValueError: libcst cannot parse the statement or has no such node.
    """
    from libcst import metadata

    row, column, end_row, end_column = span(parsed.unit, node)
    first, last = _rows(parsed, row)
    wrapper = metadata.MetadataWrapper(_module(parsed, first, last), unsafe_skip_copy=True)
    start, end = (row - first + 1, column - 1), (end_row - first + 1, end_column - 1)
    kinds = _KINDS.get(type(node), (type(node).__name__,))
    best = None
    for found, place in wrapper.resolve(metadata.PositionProvider).items():
        if type(found).__name__ not in kinds:
            continue
        begin, stop = (place.start.line, place.start.column), (place.end.line, place.end.column)
        # libcst leaves out the parentheses of a tuple, ast does not: the widest node inside is the one.
        if start <= begin and stop <= end and (best is None or (begin, best[2]) <= (best[1], stop)):
            best = (found, begin, stop)
    if best is None:
        raise ValueError(f"libcst has no {type(node).__name__} at row {row}")
    return best[0]


def _rows(parsed: ParsedUnit, row: int) -> tuple[int, int]:
    """First and last row of the statements that share the rows of the one that holds ``row``."""
    extents = [_extent(node) for node in parsed.tree.body]
    index = bisect_right([first for first, _ in extents], row) - 1
    if index < 0 or row > extents[index][1]:
        raise ValueError(f"no statement at row {row}")
    first, last = extents[index]
    for begin, end in reversed(extents[:index]):
        if end < first:
            break
        first = begin
    for begin, end in extents[index + 1 :]:
        if begin > last:
            break
        last = end
    return first, last


def _extent(node: ast.stmt) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", ())
    return min([node.lineno, *(each.lineno for each in decorators)]), node.end_lineno or node.lineno


def _module(parsed: ParsedUnit, first: int, last: int) -> libcst.Module:
    import libcst

    text = "\n".join(parsed.unit.text_lines[first - 1 : last]) + "\n"
    try:
        return libcst.parse_module(text)
    except (libcst.ParserSyntaxError, RecursionError) as error:
        raise ValueError(f"libcst cannot parse rows {first}-{last}") from error
