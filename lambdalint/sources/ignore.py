"""Ignore patterns in the manner of git, each set relative to its own folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns of one ``.gitignore`` or setting; ``base`` is the real path of their folder."""

    base: str
    spec: GitIgnoreSpec

    @classmethod
    def of(cls, lines: Sequence[str], base: str) -> Patterns | None:
        """Compile patterns; lines that git would not understand are left out, ``None`` if nothing is left."""
        lines = [line for line in lines if line.strip() and not line.startswith("#")]
        if not lines:
            return None
        from pathspec import GitIgnoreSpec

        try:
            return cls(base, GitIgnoreSpec.from_lines(lines))
        except ValueError:
            if len(lines) == 1:
                return None
        return cls.of([line for line in lines if cls.of([line], base)], base)

    def ignores(self, path: str, is_folder: bool) -> bool | None:
        """Whether the patterns ignore this real path, take it back (``False``) or do not speak of it."""
        inside = path.startswith(os.path.join(self.base, ""))
        name = path[len(os.path.join(self.base, "")) :] if inside else path.lstrip(os.sep)
        if path == self.base:
            return None
        return self.spec.check_file(name.replace(os.sep, "/") + "/" * is_folder).include


def ignored(path: str, is_folder: bool, patterns: Sequence[Patterns]) -> bool:
    """Whether the last of these sets that speaks of the path ignores it."""
    for each in reversed(patterns):
        verdict = each.ignores(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def read_gitignore(folder: str, name: str = ".gitignore") -> Patterns | None:
    """The patterns of a folder's own ignore file, ``None`` if there are none or they cannot be read."""
    path = os.path.join(folder, name)
    try:
        if not os.path.isfile(path):
            return None
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            lines = file.read().split("\n")
    except OSError:
        return None
    return Patterns.of(lines, folder)


def gitignores_above(folder: str) -> tuple[Patterns, ...]:
    """The ignore files that hold in a real folder from outside, its repository's root first."""
    above, here = [], folder
    while not os.path.lexists(os.path.join(here, ".git")):
        parent = os.path.dirname(here)
        if parent == here:
            return ()
        here = parent
        above.append(here)
    local = read_gitignore(here, os.path.join(".git", "info", "exclude"))
    found = [Patterns(here, local.spec) if local else None, *map(read_gitignore, reversed(above))]
    return tuple(each for each in found if each is not None)
