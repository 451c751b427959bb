"""Where in model-building code the result of a bare tensor function goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.interp.facts import FileFacts
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.walk import children, walk

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_FUNCTIONS = ("keras.backend.", "tensorflow.")


def reaches_model(file: FileFacts, node: ast.AST) -> bool:
    """Whether a model is made, in the same scope, of what comes from the result of a call.

    The result flows on through operators, other tensor functions and the inputs of layers.  What a function
    captures, or a loss is computed from, is no part of the model.
    """
    around = enclosing(file.tree, node)[:-1]
    scope = next((each for each in reversed(around) if isinstance(each, _SCOPES)), file.tree)
    own = next((each for each in reversed(around) if isinstance(each, ast.stmt)), None)
    flow = _Flow(file, node)
    begun = False
    for statement in _statements(scope):
        begun = begun or statement is own
        if begun and flow.passes(statement):
            return True
    return False


class _Flow:
    """The names that hold what comes from one call, statement by statement."""

    def __init__(self, file: FileFacts, start: ast.AST) -> None:
        self.start = start
        self.canonical = file.names.canonical
        self.applied = {id(each.at.node) for each in file.nodes}
        self.bare: set[str] = set()

    def passes(self, statement: ast.stmt) -> bool:
        """Follow one statement; whether a model is made there of what flows."""
        for call in walk(statement):
            if isinstance(call, ast.Call) and (self.canonical(call.func) or "").endswith(".Model"):
                if any(map(self.flows, [*call.args, *(word.value for word in call.keywords)])):
                    return True
        if isinstance(statement, ast.Assign):
            names = {name for target in statement.targets for name in _bound(target)}
            self.bare = self.bare | names if self.flows(statement.value) else self.bare - names
        return False

    def flows(self, value: ast.expr) -> bool:
        """Whether the value of an expression comes from the call."""
        if value is self.start:
            return True
        if isinstance(value, ast.Name):
            return value.id in self.bare
        if isinstance(value, ast.BinOp):
            return self.flows(value.left) or self.flows(value.right)
        if isinstance(value, (ast.List, ast.Tuple)):
            return any(map(self.flows, value.elts))
        if isinstance(value, ast.Call):
            taken = value.args[:1] if id(value) in self.applied else []
            if (self.canonical(value.func) or "").startswith(_FUNCTIONS):
                taken = value.args
            return any(map(self.flows, taken))
        if isinstance(value, ast.UnaryOp):
            return self.flows(value.operand)
        return isinstance(value, ast.Subscript) and self.flows(value.value)


def _bound(target: ast.expr) -> Iterator[str]:
    for part in walk(target):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _statements(scope: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a scope that hold no others, in order."""
    for child in children(scope):
        if isinstance(child, _SCOPES):
            continue
        if isinstance(child, ast.stmt) and not hasattr(child, "body"):
            yield child
        else:
            yield from _statements(child)
