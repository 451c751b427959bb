"""The syntax around a node, found by position: no walk over the whole file."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator

from lambdalint.syntax.walk import children

_MANY = 16


def covers(outer: ast.AST, inner: ast.AST) -> bool:
    """Whether the text of one node lies within that of another of the same file."""
    begin = getattr(outer, "lineno", None), getattr(outer, "col_offset", 0)
    start = getattr(inner, "lineno", None), getattr(inner, "col_offset", 0)
    if begin[0] is None or start[0] is None:
        return False
    end = (getattr(outer, "end_lineno", None) or begin[0], getattr(outer, "end_col_offset", None) or 0)
    last = (getattr(inner, "end_lineno", None) or start[0], getattr(inner, "end_col_offset", None) or 0)
    return begin <= start and last <= end


def enclosing(tree: ast.Module, inner: ast.AST) -> list[ast.AST]:
    """The nodes around ``inner``, outermost first, without the module; ``inner`` itself comes last."""
    found: list[ast.AST] = []
    current: ast.AST = tree
    while True:
        step = _step(current, inner)
        if step is None:
            return found
        found.append(step)
        if step is inner:
            return found
        current = step


def _step(current: ast.AST, inner: ast.AST) -> ast.AST | None:
    """The node right below ``current`` that covers ``inner``."""
    line = getattr(inner, "lineno", None)
    statements = getattr(current, "body", None)
    if line is not None and isinstance(statements, list) and len(statements) > _MANY:
        # They are in order: the one that covers begins last before the end of all that do not follow.
        last = bisect_right(statements, (line, inner.col_offset), key=_start)  # type: ignore[attr-defined]
        if last and covers(statements[last - 1], inner):
            found: ast.AST = statements[last - 1]
            return found
    return next((child for child in _placed(current) if covers(child, inner)), None)


def _start(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def _placed(node: ast.AST) -> Iterator[ast.AST]:
    """The nearest descendants that have a position: some syntax nodes, such as ``arguments``, have none."""
    for child in children(node):
        if hasattr(child, "lineno"):
            yield child
        else:
            yield from _placed(child)
