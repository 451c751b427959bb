"""Which files there are, in the folders that imports are looked for: each folder is listed once in a run."""

from __future__ import annotations

import os
from contextlib import suppress


class Folders:
    """What is in folders, remembered; to ask the system for every name that might be there costs more."""

    def __init__(self) -> None:
        self._listed: dict[str, tuple[frozenset[str], frozenset[str]] | None] = {}
        self._real: dict[str, str] = {}

    def real(self, path: str) -> str:
        """The path without links."""
        known = self._real.get(path)
        if known is None:
            known = self._real[path] = os.path.realpath(path)
        return known

    def module_file(self, folder: str, parts: list[str], root: str) -> str | None:
        """The file of a dotted name below a folder: a module, or a package by its ``__init__.py``."""
        for part in parts[:-1]:
            if not self._may_hold(folder, part):
                return None
            folder = os.path.join(folder, part)
        if parts and self._is_module(folder, parts[-1] + ".py"):
            return self._within(os.path.join(folder, parts[-1] + ".py"), root)
        if parts:
            if not self._may_hold(folder, parts[-1]):
                return None
            folder = os.path.join(folder, parts[-1])
        if not self._is_module(folder, "__init__.py"):
            return None
        return self._within(os.path.join(folder, "__init__.py"), root)

    def _within(self, path: str, root: str) -> str | None:
        real = self.real(path)
        return real if inside(os.path.dirname(real), root) else None

    def _may_hold(self, folder: str, name: str) -> bool:
        listed = self._list(folder)
        return True if listed is None else name in listed[1]

    def _is_module(self, folder: str, name: str) -> bool:
        listed = self._list(folder)
        return os.path.isfile(os.path.join(folder, name)) if listed is None else name in listed[0]

    def _list(self, folder: str) -> tuple[frozenset[str], frozenset[str]] | None:
        """The Python files and the folders in a folder; ``None`` where it may be entered and not listed."""
        if folder not in self._listed:
            self._listed[folder] = _list(folder)
        return self._listed[folder]


def _list(folder: str) -> tuple[frozenset[str], frozenset[str]] | None:
    files, folders = set(), set()
    try:
        with os.scandir(folder) as scan:
            for entry in scan:
                with suppress(OSError):
                    if entry.is_dir():
                        folders.add(entry.name)
                    elif entry.name.endswith(".py") and entry.is_file():
                        files.add(entry.name)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError:
        return None
    return frozenset(files), frozenset(folders)


def inside(folder: str, root: str) -> bool:
    """Whether a folder is ``root`` or lies below it."""
    return folder == root or folder.startswith(root.rstrip(os.sep) + os.sep)
