"""What names nearly always stand for in Keras code, where the module they come from is not in view."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lambdalint.interp.values import Library, Unknown, Value
from lambdalint.layers import catalogue
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

MODULES = {
    "K": "keras.backend",
    "backend": "keras.backend",
    "layers": "keras.layers",
    "models": "keras.models",
    "tf": "tensorflow",
    "np": "numpy",
}
"""The usual names of the modules that Keras code works with."""

_MODELS = frozenset({"Model", "Sequential"})
_KERAS = re.compile(r"\w*keras\w*|\w*models?|tfk\w*|t?k\w?", re.IGNORECASE)


def member(receiver: Unknown, name: str) -> Library | None:
    """An attribute of an unknown value that bears a module's usual name, if that module has it."""
    module = MODULES.get(receiver.label)
    if module is None or receiver.inputs or receiver.tensor:
        return None
    if module == "keras.layers":
        known = _is_layer(name) or name in catalogue.FUNCTIONS
        return Library(f"keras.layers.{name}", None, f"layers.{name}") if known else None
    if module == "keras.models":
        return Library(f"keras.models.{name}", None, f"models.{name}") if name in _MODELS else None
    from lambdalint.interp.ops import library

    full = f"{module}.{name}"
    return None if library.lookup(full) is None else Library(full, None, f"{receiver.label}.{name}")


def made(
    machine: Machine, name: str, args: list[Value], kwargs: dict[str, Value], at: Anchor, text: str
) -> Value | None:
    """What calling an unknown value by the name of a Keras layer makes: such a layer."""
    call = at.node
    by_name = isinstance(call, ast.Call) and isinstance(call.func, (ast.Name, ast.Attribute))
    if not by_name or not (_is_layer(name) or name in _MODELS):
        return None
    assert isinstance(call, ast.Call)
    from lambdalint.interp import construct

    if name in _MODELS and not _is_of_keras(call.func):
        return None
    section = "models" if name in _MODELS else "layers"
    return construct.construct(
        machine, Library(f"keras.{section}.{name}", None, text), args, kwargs, at, text
    )


def _is_of_keras(function: ast.expr) -> bool:
    """Whether a model's class has no module before it, or one that is called as Keras or its models are."""
    if not isinstance(function, ast.Attribute):
        return True
    owner = function.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return _KERAS.fullmatch(name) is not None


def _is_layer(name: str) -> bool:
    return name == "Input" or (name[:1].isupper() and name != "Layer" and catalogue.facts(name) is not None)
