"""What experiments and their scripts ask of a Keras backend: tensors, gradients, graphs, variables used.

One module per backend, each with the same functions:

- ``tensor(array)``: an array as a tensor of the backend.
- ``plain(value)``: a tensor as an array.
- ``slopes(function, arrays)``: the gradients of the sum of a function's outputs, the function of the list
  of tensors, with respect to each tensor; ``None`` where there is none.
- ``graph(function)``: the function, made a graph of when it is first called.
- ``touched(function)``: how many trainable variables a call of the function uses.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from types import ModuleType
from typing import Any

HELPERS = ("slopes", "graph", "touched")
"""The functions that a script holds only where its check calls them."""


def of(keras: Any) -> ModuleType:
    """The functions for the backend that a Keras runs on."""
    return _module(name_of(keras))


def name_of(keras: Any) -> str:
    """``tensorflow``, ``jax`` or ``torch``: the backend that a Keras runs on."""
    name = str(keras.backend.backend())
    return name if name in ("jax", "torch") else "tensorflow"


def source(name: str, check: str) -> str:
    """The functions as text: those that a script with a check needs."""
    modules = [_module(name)] if name == "tensorflow" else [_module("keras"), _module(name)]
    found: dict[str, str] = {}
    for module in modules:
        for node in ast.parse(text := inspect.getsource(module)).body:
            called = (
                not isinstance(node, ast.FunctionDef) or node.name not in HELPERS or f"{node.name}(" in check
            )
            if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef)) and called:
                found.setdefault(str(ast.get_source_segment(text, node)), "")
    ours = [each for each in found if "lambdalint" not in each and "__future__" not in each]
    imports = [each for each in ours if not each.startswith("def ")]
    return "\n\n\n".join(["\n".join(imports), *(each for each in ours if each.startswith("def "))])


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.on_{name}")
