"""Whether a call stands where the code has asked which Keras is there."""

from __future__ import annotations

import ast
from itertools import pairwise

from lambdalint.interp.facts import FileFacts
from lambdalint.syntax.enclosing import enclosing
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
    return any(_left_before(file, block, inner) for block in _blocks(outer))


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    blocks = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
    return [block for block in blocks if isinstance(block, list)]


def _left_before(file: FileFacts, block: list[ast.stmt], inner: ast.AST) -> bool:
    """Whether an earlier statement returns for the other versions."""
    if inner not in block:
        return False
    return any(
        isinstance(one, ast.If)
        and isinstance(one.body[-1], (ast.Return, ast.Raise))
        and _asks(file, one.test)
        for one in block[: block.index(inner)]
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
