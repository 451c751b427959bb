"""Ignore patterns in the manner of git, each set relative to its own folder."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from lambdalint.sources.globs import sets_within_names, without_retries
from lambdalint.sources.read import content

_MOST_BYTES = 1_000_000
"""Ignore files are not larger, as a rule; reading those that are would take longer than all the rest."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line of an ignore file; ``include`` is false for a line that starts with ``!``."""

    include: bool
    regex: re.Pattern[str]
    folders_only: bool

    def matches(self, name: str, is_folder: bool) -> bool:
        """Whether the line speaks of this very path, not just of a folder around it."""
        # pathspec's expressions also match what is below a folder and then set the group ps_d.
        if not self.folders_only:
            match = self.regex.search(name)
            return match is not None and not match.groupdict().get("ps_d")
        if not is_folder:
            return False
        anchored = self.regex.pattern.startswith("^")
        match = self.regex.search(name + "/", 0 if anchored else len(name))
        return match is not None and match.end("ps_d") == len(name) + 1


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns of one ``.gitignore`` or setting; ``base`` is the real path of their folder."""

    base: str
    rules: tuple[_Rule, ...]
    """The last line first: it is the last one that counts."""

    @classmethod
    def of(cls, lines: Sequence[str], base: str) -> Patterns | None:
        """Compile patterns; lines that git would not understand are left out, ``None`` if nothing is left."""
        rules = []
        for line in reversed(lines):
            if line.strip() and not line.startswith("#"):
                rules += _rules(line)
        return cls(base, tuple(rules)) if rules else None

    def ignores(self, path: str, is_folder: bool) -> bool | None:
        """Whether the patterns ignore this very path, take it back (``False``) or do not speak of it.

        ``path`` is a real path; folders around it are not looked at.
        """
        prefix = os.path.join(self.base, "")
        name = path[len(prefix) :] if path.startswith(prefix) else path.lstrip(os.sep)
        name = name.replace(os.sep, "/")
        for rule in self.rules:
            if rule.matches(name, is_folder):
                return rule.include
        return None

    def cover(self, folder: str) -> bool:
        """Whether the patterns ignore this real folder or one around it, below their own."""
        while folder.startswith(os.path.join(self.base, "")):
            if self.ignores(folder, True):
                return True
            folder = os.path.dirname(folder)
        return False


def _rules(line: str) -> list[_Rule]:
    from pathspec import GitIgnoreSpec

    folders_only = line.rstrip().endswith("/")
    try:
        with warnings.catch_warnings():
            # Python warns of sets such as `[[a]`, which git takes as they are.
            warnings.simplefilter("ignore")
            compiled = list(GitIgnoreSpec.from_lines([line]).patterns)
            return [
                _Rule(bool(each.include), _compiled(each.regex.pattern), folders_only)
                for each in compiled
                if each.include is not None and each.regex is not None
            ]
    except (ValueError, re.error, RecursionError):
        return []


def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(without_retries(sets_within_names(regex)))


def ignored(path: str, is_folder: bool, patterns: Sequence[Patterns]) -> bool:
    """Whether the last of these sets that speaks of the path ignores it."""
    for each in reversed(patterns):
        verdict = each.ignores(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def read_gitignore(folder: str, name: str = ".gitignore") -> Patterns | None:
    """The patterns of a folder's own ignore file, ``None`` if there are none or they cannot be read."""
    data = content(os.path.join(folder, name), _MOST_BYTES)
    if not isinstance(data, bytes) or len(data) > _MOST_BYTES:
        return None
    lines = data.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n").split("\n")
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
    found = [Patterns(here, local.rules) if local else None, *map(read_gitignore, reversed(above))]
    return tuple(each for each in found if each is not None)
