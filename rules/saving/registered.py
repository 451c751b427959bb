"""Whether a function or class is registered with Keras for saving."""

from __future__ import annotations

import ast

from lambdalint.interp.values import ClassValue, Function

_REGISTER = "register_keras_serializable"


def is_registered(function: Function) -> bool:
    """Whether a ``def`` carries the decorator that registers it."""
    return not isinstance(function.node, ast.Lambda) and _decorated(function.node.decorator_list)


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
