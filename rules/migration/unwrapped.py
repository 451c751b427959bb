"""Where in model-building code the result of a bare tensor function goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.interp.facts import FileFacts
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.walk import children, walk

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def reaches_model(file: FileFacts, node: ast.AST) -> bool:
    """Whether a layer is called on the result of a call, or a model made of it, in the same scope."""
    applied = {id(each.at.node) for each in file.nodes}
    around = enclosing(file.tree, node)[:-1]
    if any(_takes_tensors(file, applied, call) for call in around):
        return True
    scope = next((each for each in reversed(around) if isinstance(each, _SCOPES)), file.tree)
    statement = next((each for each in reversed(around) if isinstance(each, ast.stmt)), None)
    bare = _targets(statement)
    for later in _statements(scope):
        if statement is None or later.lineno <= statement.lineno or not bare:
            continue
        for call in walk(later):
            if isinstance(call, ast.Call) and _takes_tensors(file, applied, call):
                if _reads([*call.args, *(word.value for word in call.keywords)], bare):
                    return True
        bare = bare | _targets(later) if _reads([later], bare) else bare - _targets(later)
    return False


def _takes_tensors(file: FileFacts, applied: set[int], call: ast.AST) -> bool:
    if not isinstance(call, ast.Call):
        return False
    return id(call) in applied or (file.names.canonical(call.func) or "").endswith(".Model")


def _reads(nodes: list[ast.expr] | list[ast.stmt], bare: set[str]) -> bool:
    parts = (part for node in nodes for part in walk(node))
    return any(isinstance(p, ast.Name) and isinstance(p.ctx, ast.Load) and p.id in bare for p in parts)


def _targets(statement: ast.AST | None) -> set[str]:
    """The names that an assignment binds."""
    if not isinstance(statement, ast.Assign):
        return set()
    parts = (part for target in statement.targets for part in walk(target))
    return {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _statements(scope: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a scope that hold no others, in order."""
    for child in children(scope):
        if isinstance(child, _SCOPES):
            continue
        if isinstance(child, ast.stmt) and not hasattr(child, "body"):
            yield child
        else:
            yield from _statements(child)
