"""The calls of a module that save whole models of Keras, or load them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from lambdalint.syntax.names import Names
from lambdalint.syntax.walk import walk

from .classes import MODELS, definition_of, is_keras_subclass, keras_function
from .receivers import is_model

SAVES = re.compile(rb"\.(?:save|to_json|to_yaml)\s*\(|\b(?:save_model|clone_model|ModelCheckpoint)\b")
LOADS = re.compile(rb"\b(?:load_model|model_from_json|model_from_yaml)\b")
"""What a module says that may save, or load, a whole model."""

_CLASSES = ("Model", "Sequential", "Functional")
_SAVERS = ("save_model", "clone_model")
_LOADERS = ("load_model", "model_from_json", "model_from_yaml")
_CHECKPOINT = "keras.callbacks.ModelCheckpoint"
_WEIGHTS_ONLY = 4
"""Which argument of a checkpoint says that only weights are saved."""
_FILE = re.compile(r"\.(?:h5|hdf5|keras)\b")

_known: WeakKeyDictionary[ast.Module, tuple[tuple[ast.Call, ...], bool]] = WeakKeyDictionary()


def saving_calls(names: Names) -> tuple[ast.Call, ...]:
    """The calls that save a whole model, or make a copy of one from its config."""
    return _calls(names)[0]


def loads_models(names: Names) -> bool:
    """Whether some call loads a whole model, or its architecture."""
    return _calls(names)[1]


def makes_models(names: Names) -> bool:
    """Whether the module makes models: by a class of Keras, or one of its own."""
    places = (*(call.func for call in names.calls), *(base for node in names.classes for base in node.bases))
    return any(keras_function(names, place, _CLASSES).startswith(MODELS) for place in places)


def _calls(names: Names) -> tuple[tuple[ast.Call, ...], bool]:
    found = _known.get(names.tree)
    if found is None:
        saving = tuple(call for call in names.calls if _saves(names, call))
        found = _known[names.tree] = saving, any(_is_keras(names, c, _LOADERS) for c in names.calls)
    return found


def _is_keras(names: Names, call: ast.Call, functions: tuple[str, ...]) -> bool:
    """Whether a call is that of one of these functions of Keras: one of the same name is another."""
    return bool((call.args or call.keywords) and keras_function(names, call.func, functions))


def _saves(names: Names, call: ast.Call) -> bool:
    if _is_keras(names, call, _SAVERS):
        return True
    if _is_checkpoint(names, call):
        return not _only_weights(call)
    if not isinstance(call.func, ast.Attribute) or names.raw(call.func) is not None:
        return False
    if call.func.attr in ("to_json", "to_yaml"):
        return is_model(names, call.func.value) is True
    if call.func.attr != "save" or not (call.args or call.keywords):
        return False
    known = is_model(names, call.func.value)
    return known is True or (known is None and _names_file(call))


def _is_checkpoint(names: Names, call: ast.Call) -> bool:
    """Whether a checkpoint of Keras is made, or one of a class of the project derived from it."""
    if keras_function(names, call.func, ("ModelCheckpoint",)) == _CHECKPOINT:
        return True
    found = definition_of(names, call.func) if isinstance(call.func, ast.Name) else None
    return (
        found is not None
        and isinstance(found[1], ast.ClassDef)
        and is_keras_subclass(found[0], found[1], (_CHECKPOINT,))
    )


def _only_weights(call: ast.Call) -> bool:
    given = next((each.value for each in call.keywords if each.arg == "save_weights_only"), None)
    if given is None and len(call.args) > _WEIGHTS_ONLY:
        given = call.args[_WEIGHTS_ONLY]
    return given is not None and not (isinstance(given, ast.Constant) and given.value is False)


def _names_file(call: ast.Call) -> bool:
    """Whether a path that is passed ends as the files of models do."""
    return any(_FILE.search(text) for text in _texts([*call.args, *(each.value for each in call.keywords)]))


def _texts(arguments: list[ast.expr]) -> Iterator[str]:
    for argument in arguments:
        for node in walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
