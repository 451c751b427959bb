"""The classes around a layer: which of them are Keras layers and models, and where a name is defined."""

from __future__ import annotations

import ast
from collections.abc import Collection

from lambdalint.syntax.names import Names, Scope
from lambdalint.syntax.text import written

_DEPTH = 8
SAVED = ("keras.layers.", "keras.models.", "keras.engine.", "keras.Model", "keras.Layer")
"""Where the bases live whose objects are saved with a model, or are one."""
NEVER_SAVED = ("keras.metrics.", "keras.losses.", "keras.callbacks.", "keras.Metric", "keras.Loss")
MODELS = ("keras.models.", "keras.Model", "keras.Sequential")
"""What makes a model: classes, and functions that load one."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def keras_function(names: Names, expr: ast.expr, wanted: Collection[str]) -> str:
    """The canonical name of a function or class of Keras, if it is one of those wanted, by their last names.

    Imports are followed, and no other name is looked up: most of those in a file are of other things.
    """
    if isinstance(expr, ast.Attribute):
        likely = expr.attr in wanted
    elif isinstance(expr, ast.Name):
        imports = (b.attribute for b in names.bindings(expr.id, names.scope_of(expr)) if b.kind == "import")
        likely = expr.id in wanted or any(each in wanted for each in imports)
    else:
        likely = False
    name = (names.canonical(expr) or "") if likely else ""
    return name if name.startswith("keras.") and name.rpartition(".")[2] in wanted else ""


def enclosing_class(names: Names, node: ast.AST) -> ast.ClassDef | None:
    """The class in whose body or methods a node stands."""
    scope: Scope | None = names.scope_of(node)
    while scope is not None:
        if scope.kind == "class" and isinstance(scope.node, ast.ClassDef):
            return scope.node
        scope = scope.parent
    return None


def is_keras_subclass(
    names: Names, node: ast.ClassDef, bases: tuple[str, ...] = SAVED, depth: int = 0
) -> bool:
    """Whether a class is a Keras layer or model: by its bases, followed through the project's modules."""
    if depth > _DEPTH:
        return False
    for base in node.bases:
        canonical = names.canonical(base) or ""
        if canonical.startswith(bases):
            return True
        found = definition_of(names, base)
        if found is not None and isinstance(found[1], ast.ClassDef):
            if is_keras_subclass(found[0], found[1], bases, depth + 1):
                return True
        elif bases[0] == SAVED[0] and (canonical or written(base)).rpartition(".")[2].endswith("Layer"):
            return True
    return False


def definition_of(names: Names, expr: ast.expr) -> tuple[Names, Definition] | None:
    """The class or function of the project that an expression names, with the names of its file."""
    if isinstance(expr, ast.Name):
        for binding in names.bindings(expr.id, names.scope_of(expr)):
            if isinstance(binding.node, Definition):
                return names, binding.node
    module, _, name = (names.canonical(expr) or "").rpartition(".")
    if names.project is None or names.unit is None or not module:
        return None
    found = names.project.module(module, 0, names.unit.path)
    for binding in found.names.module.bindings.get(name, ()) if found is not None else ():
        if isinstance(binding.node, Definition) and found is not None:
            return found.names, binding.node
    return None
