"""For a control: one Keras in place of all of them."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any

OTHERS = "tf_keras"
"""The package that another one stands for."""


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        top = name.partition(".")[0]
        return importlib.machinery.ModuleSpec(name, self) if top == OTHERS else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return importlib.import_module("keras" + spec.name.removeprefix(OTHERS))

    def exec_module(self, module: ModuleType) -> None:
        pass


def one_keras() -> None:
    """Have ``import tf_keras`` give Keras 3."""
    for name in [each for each in sys.modules if each.partition(".")[0] == OTHERS]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder())
