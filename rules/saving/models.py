"""Whether the layer's model is saved whole, and whether the layer's config is part of what is saved."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from lambdalint.interp.facts import LayerFacts
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.names import Names, Scope
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

from .calls import LOADS, SAVES, loads_models, makes_models, saving_calls
from .classes import NEVER_SAVED, SAVED, enclosing_class, is_keras_subclass
from .dialects import in_tensorflow
from .held import may_save

_SAVES_WEIGHTS = re.compile(rb"\.save_weights\(")
_KERAS_FILE = re.compile(rb"\.keras\\?['\"]")
_DEPTH = 8


def saves_models(layer: LayerFacts) -> bool:
    """Whether the file, or the project around it, saves or loads whole models as far as a search can tell.

    Models that the file itself saves are followed: one that is known not to hold the layer does not count.
    What is loaded where only weights are saved is a model of another origin, as is what a file loads that
    makes no model itself.
    """
    here = saving_calls(layer.names)
    if any(may_save(layer, call) for call in here):
        return True
    if any(saving_calls(names) for names in _around(layer, SAVES)):
        return True
    if here or layer.file.project.mentions(layer.file.unit.path, _SAVES_WEIGHTS):
        return False
    if loads_models(layer.names):
        return makes_models(layer.names)
    return any(loads_models(names) for names in _around(layer, LOADS))


def _around(layer: LayerFacts, pattern: re.Pattern[bytes]) -> Iterator[Names]:
    """The names of the modules around a layer's file that match."""
    project, path = layer.file.project, layer.file.unit.path
    for other in project.mentioning(path, pattern):
        names = project.names_of(other)
        if names is not None and names is not layer.names:
            yield names


def writes_keras_format(layer: LayerFacts) -> bool:
    """Whether the file, or the project around it, speaks of ``.keras`` files next to TensorFlow's Keras."""
    return in_tensorflow(layer) and layer.file.project.mentions(layer.file.unit.path, _KERAS_FILE)


@lru_cache(maxsize=1)
def is_never_stored(layer: LayerFacts) -> bool:
    """Whether no saved model holds the layer's config: a loss, another layer or a class of Keras makes it."""
    return layer.site.in_loss or layer.site.in_body or _stays_inside(layer) or rebuilt_by_class(layer)


def _stays_inside(layer: LayerFacts) -> bool:
    """Whether the layer is added to a model of which its function uses attributes and no more."""
    if layer.unit is not layer.file.unit:
        return False
    scope = layer.names.scope_of(layer.node)
    for node in enclosing(layer.file.tree, layer.node):
        if isinstance(node, ast.Call) and layer.node in node.args and isinstance(node.func, ast.Attribute):
            model = node.func.value
            return (
                node.func.attr == "add"
                and scope.kind == "function"
                and isinstance(model, ast.Name)
                and layer.names.resolve(model.id, scope) is scope
                and all(binding.kind == "assignment" for binding in scope.bindings[model.id])
                and _only_asked(scope.node, model.id)
            )
    return False


@lru_cache(maxsize=4)
def _only_asked(function: ast.AST, name: str) -> bool:
    """Whether a function uses a model for nothing but its attributes, fitting and saving left out."""
    asked = {
        id(node.value)
        for node in walk(function)
        if isinstance(node, ast.Attribute) and not node.attr.startswith(("save", "to_", "fit"))
    }
    return all(
        id(node) in asked
        for node in walk(function)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    )


@lru_cache(maxsize=1)
def rebuilt_by_class(layer: LayerFacts) -> bool:
    """Whether a class of Keras makes the Lambda: what is saved is then the class, or nothing of a metric."""
    if layer.unit is not layer.file.unit:
        return False
    node = enclosing_class(layer.names, layer.node)
    if node is not None:
        return is_keras_subclass(layer.names, node, SAVED + NEVER_SAVED)
    return _built_for_class(layer.names, layer.node)


def _built_for_class(names: Names, node: ast.AST) -> bool:
    """Whether a function that makes the layer is called by a registered layer or model class of the file."""
    reached = _outer_functions(names, node)
    registered = _registered(names)
    for _ in range(_DEPTH if registered and reached else 0):
        callers: set[str] = set()
        for call in (call for name in reached for call in _calls_by_name(names).get(name, ())):
            if enclosing_class(names, call) in registered:
                return True
            callers |= _outer_functions(names, call)
        if callers <= reached:
            break
        reached |= callers
    return False


@lru_cache(maxsize=1)
def _registered(names: Names) -> frozenset[ast.ClassDef]:
    """The layer and model classes of a file that Keras knows how to make again."""
    return frozenset(c for c in names.classes if _restores_itself(c) and is_keras_subclass(names, c))


@lru_cache(maxsize=1)
def _calls_by_name(names: Names) -> dict[str, list[ast.Call]]:
    """The calls of plain names in a file, by name."""
    found: dict[str, list[ast.Call]] = {}
    for call in names.calls:
        if isinstance(call.func, ast.Name):
            found.setdefault(call.func.id, []).append(call)
    return found


def _outer_functions(names: Names, node: ast.AST) -> set[str]:
    """The module's functions around a node, by name."""
    scope: Scope | None = names.scope_of(node)
    while scope is not None:
        if scope.kind == "function" and scope.parent is not None and scope.parent.kind == "module":
            return {getattr(scope.node, "name", "")}
        scope = scope.parent
    return set()


def _restores_itself(node: ast.ClassDef) -> bool:
    """Whether a class is registered with Keras, or says how it is made again."""
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return "get_config" in methods or any("register" in written(d) for d in node.decorator_list)
