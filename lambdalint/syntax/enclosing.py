"""The syntax around a node, found by position: no walk over the whole file."""

from __future__ import annotations

import ast
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

from lambdalint.syntax.walk import children, parts

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
    latest = _latest(tree)
    if inner in latest:
        return latest[: latest.index(inner) + 1]
    # Most questions are about one node after another: what is around both need not be looked for again.
    del latest[bisect_left(latest, True, key=lambda node: not covers(node, inner)) :]
    step = _step(latest[-1] if latest else tree, inner)
    while step is not None:
        latest.append(step)
        step = None if step is inner else _step(step, inner)
    return list(latest)


@lru_cache(maxsize=1)
def _latest(tree: ast.Module) -> list[ast.AST]:
    """What stood around the node that was last asked about in a tree."""
    return []


def _step(current: ast.AST, inner: ast.AST) -> ast.AST | None:
    """The node right below ``current`` that covers ``inner``."""
    return next((child for child in _placed(current, inner) if covers(child, inner)), None)


def _placed(node: ast.AST, inner: ast.AST) -> Iterator[ast.AST]:
    """The nearest descendants with a position that may cover ``inner``: some, as ``arguments``, have none."""
    for child in _candidates(node, inner):
        if hasattr(child, "lineno"):
            yield child
        else:
            yield from _placed(child, inner)


def _candidates(node: ast.AST, inner: ast.AST) -> list[ast.AST]:
    """The children of a node; of a long list of statements or elements the last that begins before."""
    found: list[ast.AST] = []
    # All parts of a formatted string begin where it begins, up to Python 3.11.
    many = sys.maxsize if isinstance(node, ast.JoinedStr) else _MANY
    for part in parts(node):
        if len(part) > many:
            last = bisect_right(part, _start(inner), key=_start)
            part = part[max(last - 1, 0) : last]
        found += part
    return found


def _start(node: ast.AST) -> tuple[int, int]:
    while not hasattr(node, "lineno"):
        below = children(node)
        if not below:
            return (0, 0)
        node = below[0]
    return node.lineno, node.col_offset  # type: ignore[attr-defined]
