"""The names under which modules hand functions and classes to the loader of saved models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from lambdalint.interp.facts import LayerFacts
from lambdalint.syntax.names import Names
from lambdalint.syntax.walk import walk

from .classes import keras_function

_MENTIONS = re.compile(
    rb"custom_objects|CustomObjectScope|custom_object_scope|register_keras_serializable"
    rb"|\b(?:load_model|model_from_)"
)
_CUSTOM_OBJECTS = re.compile(rb"custom_objects|CustomObjectScope|custom_object_scope")
_SCOPES = ("CustomObjectScope", "custom_object_scope")
_LOADERS = ("load_model", "model_from_json", "model_from_yaml", "model_from_config", "clone_model")
_REGISTRY = "get_custom_objects"
_REGISTER = "register_keras_serializable"


@dataclass(slots=True)
class _Handed:
    """What one module hands over: for good, or to one call; ``known`` unless there may be other names."""

    registered: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    known: bool = True

    def add(self, kept: set[str], keys: set[str] | None) -> None:
        """Take note of names; ``None`` stands for some that cannot be told."""
        if keys is None:
            self.known = False
        else:
            kept |= keys


_known: WeakKeyDictionary[ast.Module, _Handed] = WeakKeyDictionary()


def is_registered_by_call(layer: LayerFacts, name: str) -> bool:
    """Whether the file or the project around it puts a name among Keras' custom objects."""
    return any(name in handed.registered for handed in _around(layer))


def gives_custom_objects(layer: LayerFacts) -> bool:
    """Whether the file, or the project around it, hands names to the loader.

    Before Keras 3 the loader adds them to the globals of what it loads.
    """
    return layer.file.project.mentions(layer.file.unit.path, _CUSTOM_OBJECTS)


def may_give(layer: LayerFacts, name: str) -> bool:
    """Whether the file, or the project around it, may hand this name to the loader."""
    return any(name in each.given or name in each.registered or not each.known for each in _around(layer))


def _around(layer: LayerFacts) -> Iterator[_Handed]:
    project = layer.file.project
    for path in project.mentioning(layer.file.unit.path, _MENTIONS):
        names = project.names_of(path)
        if names is not None:
            if names.tree not in _known:
                _known[names.tree] = _handed(names)
            yield _known[names.tree]


def _handed(names: Names) -> _Handed:
    found = _Handed()
    followed: set[int] = set()
    for node in walk(names.tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and _is(names, target.value, _REGISTRY):
                    followed.add(id(target.value))
                    found.add(found.registered, _key(target.slice))
        elif isinstance(node, ast.Call):
            _read_call(names, node, found, followed)
    for call in names.calls:
        if _is(names, call, _REGISTRY) and id(call) not in followed:
            found.known = False
    return found


def _read_call(names: Names, call: ast.Call, found: _Handed, followed: set[int]) -> None:
    """Take note of what one call hands over."""
    function = call.func
    if isinstance(function, ast.Attribute) and _is(names, function.value, _REGISTRY):
        followed.add(id(function.value))
        if function.attr == "update":
            for argument in call.args:
                found.add(found.registered, _keys(names, argument))
            found.add(found.registered, {word.arg for word in call.keywords if word.arg is not None})
    if _is(names, function, _REGISTER):
        found.registered.update(a.id for a in call.args if isinstance(a, ast.Name))
    objects: list[ast.expr] = []
    if keras_function(names, function, _SCOPES):
        objects = call.args
    elif keras_function(names, function, _LOADERS):
        objects = call.args[1:2]
    for argument in objects:
        found.add(found.given, _keys(names, argument))
    for word in call.keywords:
        if word.arg == "custom_objects":
            found.add(found.given, _keys(names, word.value))


def _is(names: Names, node: ast.expr, function: str) -> bool:
    """Whether an expression is the call of a function of Keras, by its last name."""
    return isinstance(node, ast.Call) and bool(keras_function(names, node.func, (function,)))


def _key(node: ast.expr) -> set[str] | None:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _keys(names: Names, node: ast.expr) -> set[str] | None:
    """The keys of a dict that is written, here or where its name is given its only value."""
    if isinstance(node, ast.Constant) and node.value is None:
        return set()
    if isinstance(node, ast.Name):
        bindings = names.bindings(node.id, names.scope_of(node))
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assignment" else None
        if not isinstance(value, ast.Dict) or bindings[0].path or _may_grow(names, node.id):
            return None
        node = value
    if not isinstance(node, ast.Dict):
        return None
    found = [None if key is None else _key(key) for key in node.keys]
    return None if None in found else {name for keys in found if keys is not None for name in keys}


def _may_grow(names: Names, name: str) -> bool:
    """Whether entries may be added to a dict of this name."""
    return any(
        isinstance(node, (ast.Subscript, ast.Attribute))
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and (isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Store))
        for node in walk(names.tree)
    )
