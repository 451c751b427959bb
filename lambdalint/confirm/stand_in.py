"""Stand-ins for values that nothing in view gives: of the kind that the code around them takes."""

from __future__ import annotations

import ast

NUMBER = "3"
"""What a number is taken to be."""
_SEVERAL = "[2, 3, 4]"
_CALLABLE = "(lambda *given: given[0])"
_MAPPING = f"__import__('collections').defaultdict(lambda: {NUMBER})"
_TAKE_SEQUENCES = frozenset(
    ("len", "list", "tuple", "enumerate", "zip", "sorted", "sum", "max", "min", "set")
)
_PLURAL = ("shape", "size", "labels", "list", "dims")


def stand_in(name: str, code: ast.AST) -> str:
    """The expression of a value that code could take for a variable, or an attribute: ``self.size``."""
    for node in ast.walk(code):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.Name, ast.Attribute)) and ast.unparse(child) == name:
                kind = _kind(node, child)
                if kind is not None:
                    return kind
    return _SEVERAL if name.endswith(_PLURAL) and not name.endswith("batch_size") else NUMBER


def _kind(node: ast.AST, used: ast.expr) -> str | None:
    """What one use of a variable shows of it."""
    if isinstance(node, ast.Call):
        if node.func is used:
            return _CALLABLE
        taken = isinstance(node.func, ast.Name) and node.func.id in _TAKE_SEQUENCES
        return _SEVERAL if taken and used in node.args else None
    if isinstance(node, ast.Subscript) and node.value is used:
        text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        return _MAPPING if text else _SEVERAL
    if isinstance(node, (ast.For, ast.comprehension)) and node.iter is used:
        return _SEVERAL
    if isinstance(node, ast.Compare) and node.left is used and isinstance(node.comparators[0], ast.Constant):
        value = node.comparators[0].value
        return repr(value) if isinstance(value, str) else None
    return None
