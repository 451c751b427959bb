"""Whether a function or class is registered with Keras for saving."""

from __future__ import annotations

import ast

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import ClassValue, Function

from .handed import is_registered_by_call

_REGISTER = "register_keras_serializable"


def is_registered(function: Function, layer: LayerFacts) -> bool:
    """Whether a ``def`` carries the decorator that registers it, or a call registers it by its name."""
    if isinstance(function.node, ast.Lambda):
        return False
    return _decorated(function.node.decorator_list) or is_registered_by_call(layer, function.name)


def is_registered_class(cls: ClassValue) -> bool:
    """Whether a class carries the decorator that registers it."""
    return _decorated(cls.node.decorator_list)


def _decorated(decorators: list[ast.expr]) -> bool:
    for decorator in decorators:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name == _REGISTER:
            return True
    return False
