"""Tests in a script that expect a norm, or a sum, to be one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from lambdalint.syntax.walk import walk

_COMPARING = frozenset(
    {
        "allclose", "approx", "assertAllClose", "assertAlmostEqual", "assertEqual", "assert_allclose",
        "assert_almost_equal", "isclose",
    }
)  # fmt: skip
_WRAPPING = frozenset({"approx", "array", "constant", "float", "float32"})
_SUMS = frozenset({"sum", "reduce_sum"})
_SQUARES = frozenset({"square", "multiply", "power", "pow"})


@lru_cache(maxsize=8)
def expected_to_be_one(tree: ast.Module) -> str:
    """What some test of the file expects to be 1: ``sum`` (of entries), ``norm``, or ``""``."""
    made: dict[str, ast.expr] = {}
    softmax = False
    for node in walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            made[node.targets[0].id] = node.value
        softmax |= _name(node).endswith("softmax") or (
            isinstance(node, ast.Constant) and node.value == "softmax"
        )
    found = {_kind(side, made) for sides in _comparisons(tree) if any(map(_is_one, sides)) for side in sides}
    if "norm" in found:
        return "norm"
    return "sum" if "sum" in found and not softmax else ""


def _comparisons(tree: ast.Module) -> Iterator[list[ast.expr]]:
    """The sides of every comparison in a test."""
    for node in walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _COMPARING:
            yield node.args
        elif isinstance(node, ast.Assert):
            for part in walk(node.test):
                if isinstance(part, ast.Compare):
                    yield [part.left, *part.comparators]
                elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub):
                    yield [part.left, part.right]


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_one(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        name = _name(node.func)
        return name in ("ones", "ones_like") or (name in _WRAPPING and any(map(_is_one, node.args[:1])))
    return isinstance(node, ast.Constant) and node.value in (1, 1.0) and node.value is not True


def _kind(node: ast.expr, made: dict[str, ast.expr]) -> str:
    """Whether an expression is the norm of something, or the sum of its entries."""
    left, todo = dict(made), [node]
    while todo:
        for part in walk(todo.pop()):
            if isinstance(part, ast.Call) and _name(part.func) == "norm":
                return "norm"
            if isinstance(part, ast.Call) and _name(part.func) in _SUMS:
                return "norm" if _squares(part) else "sum"
            if isinstance(part, ast.Name) and part.id in left:
                todo.append(left.pop(part.id))
    return ""


def _squares(call: ast.Call) -> bool:
    for part in walk(call):
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Pow, ast.Mult)):
            return True
        if isinstance(part, ast.Call) and _name(part.func) in _SQUARES:
            return True
    return False
