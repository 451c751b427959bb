"""Whether a call stands where the code has asked which Keras is there."""

from __future__ import annotations

import ast
from functools import lru_cache
from itertools import pairwise

from lambdalint.interp.facts import FileFacts
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.scopes import Position, position_of
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

_MISSING = frozenset(
    {"ImportError", "ModuleNotFoundError", "AttributeError", "NameError", "TypeError"},
)


def is_for_one_version(file: FileFacts, node: ast.AST) -> bool:
    """Whether a condition on the version or the contents of Keras, or a missing name, leads to a node."""
    around = enclosing(file.tree, node)
    chain: list[ast.AST] = [file.tree, *around]
    return any(_leads(file, outer, inner) for outer, inner in pairwise(chain))


def _leads(file: FileFacts, outer: ast.AST, inner: ast.AST) -> bool:
    if isinstance(outer, (ast.If, ast.IfExp)) and inner is not outer.test and _asks(file, outer.test):
        return True
    if isinstance(outer, ast.Try) and (inner in outer.body or inner in outer.handlers):
        return any(_catches_missing(handler) for handler in outer.handlers)
    # Whether an earlier statement of the same block returns for the other versions.
    return isinstance(inner, ast.stmt) and any(
        position_of(left) < position_of(inner) <= last for left, last in _leaving(file, outer)
    )


@lru_cache(maxsize=8)
def _leaving(file: FileFacts, node: ast.AST) -> list[tuple[ast.If, Position]]:
    """Of each block of a node the first statement that returns for some versions, and its last place."""
    blocks = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
    firsts = (
        (next((one for one in block if _leaves(file, one)), None), position_of(block[-1]))
        for block in blocks
        if isinstance(block, list) and block
    )
    return [(first, last) for first, last in firsts if isinstance(first, ast.If)]


def _leaves(file: FileFacts, one: ast.stmt) -> bool:
    return (
        isinstance(one, ast.If)
        and isinstance(one.body[-1], (ast.Return, ast.Raise))
        and _asks(file, one.test)
    )


def _asks(file: FileFacts, test: ast.expr) -> bool:
    for part in walk(test):
        if isinstance(part, ast.Attribute) and part.attr == "__version__":
            return True
        if isinstance(part, ast.Name) and "version" in part.id.lower():
            return True
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "hasattr":
            place = part.args[0] if part.args else part
            return (file.names.canonical(place) or written(place)).startswith("keras")
    return False


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    return handler.type is not None and any(
        isinstance(part, ast.Name) and part.id in _MISSING for part in walk(handler.type)
    )
