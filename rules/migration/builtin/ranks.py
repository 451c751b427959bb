"""The rank of an input that only the code around the layer tells."""

from __future__ import annotations

import ast

from lambdalint.interp.facts import Application, LayerFacts
from lambdalint.interp.values import Sequence
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.walk import walk

_COUNTS = frozenset({"ndim", "rank"})


def guarded_rank(layer: LayerFacts, application: Application) -> int | None:
    """The rank that an ``if len(x.shape) == 3:`` around the layer's call gives its input."""
    call = application.at.node
    if application.at.unit is not layer.unit or not isinstance(call, ast.Call) or len(call.args) != 1:
        return None
    name = call.args[0]
    if not isinstance(name, ast.Name):
        return None
    rank: int | None = None
    for node in enclosing(layer.file.tree, call):
        if isinstance(node, ast.If) and _is_in(call, node.body) and not _stored(node.body, name.id, call):
            rank = _tested(node.test, name.id) or rank
    return rank


def declared_rank(layer: LayerFacts, application: Application) -> int | None:
    """The result's rank as ``output_shape=`` has it: a tuple leaves the batch out, a function does not."""
    declared = application.declared
    if not isinstance(declared, Sequence) or declared.kind != "tuple" or declared.items is None:
        return None
    if any(isinstance(item, Sequence) for item in declared.items):
        return None
    by_function = all(declared is not written for written in layer.site.output_shapes)
    return len(declared.items) + (not by_function)


def _is_in(node: ast.expr, block: list[ast.stmt]) -> bool:
    return any(part is node for statement in block for part in walk(statement))


def _stored(block: list[ast.stmt], name: str, call: ast.Call) -> bool:
    """Whether the name gets another value in the block before the call's statement."""
    for statement in block:
        if any(part is call for part in walk(statement)):
            return False
        if any(
            isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Store)
            for part in walk(statement)
        ):
            return True
    return False


def _tested(test: ast.expr, name: str) -> int | None:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        found = [_tested(part, name) for part in test.values]
        return next((rank for rank in found if rank is not None), None)
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    number = test.comparators[0]
    if not isinstance(number, ast.Constant) or type(number.value) is not int or not _counts(test.left, name):
        return None
    return number.value


def _counts(node: ast.expr, name: str) -> bool:
    """``len(x.shape)``, ``len(K.int_shape(x))``, ``K.ndim(x)``, ``x.ndim``, ``x.shape.rank``."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        inner = node.args[0]
        return _is_shape(inner, name) if called == "len" else called in _COUNTS and _is(inner, name)
    if isinstance(node, ast.Attribute) and node.attr in ("ndim", "rank", "ndims"):
        return _is(node.value, name) or _is_shape(node.value, name)
    return False


def _is_shape(node: ast.expr, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "shape" and _is(node.value, name)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "int_shape":
            return len(node.args) == 1 and _is(node.args[0], name)
        return node.func.attr == "get_shape" and _is(node.func.value, name)
    return False


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
