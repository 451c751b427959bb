"""Packages that code imports and that are not installed: their names can be imported, and nothing more.

A slice may import a package that its function never calls.  What comes from such a package is a class that
can be named, subclassed and asked about; whatever would run it raises.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any

USED: list[str] = []
"""The packages that code has tried to run."""


class Lacking(ModuleNotFoundError):
    """Code runs something of a package that is not installed."""


class _Kind(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        package = cls.package
        USED.append(package)
        raise Lacking(f"No module named {package!r}")

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _named(cls.package, name)


def _named(package: str, name: str) -> Any:
    return _Kind(name, (), {"package": package})


class _Module(ModuleType):
    __all__: list[str]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _named(self.__name__.partition(".")[0], name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        known = name.partition(".")[0] in self.packages
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if known else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = _Module(spec.name)
        module.__all__ = []
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass


def allow(packages: tuple[str, ...]) -> None:
    """Let code import packages that are not installed."""
    sys.meta_path.append(_Finder(packages))
