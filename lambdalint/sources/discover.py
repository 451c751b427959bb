"""From paths to files: folders, globs, ignore files; a stream in a fixed order."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.findings import Problem
from lambdalint.sources.globs import compiled
from lambdalint.sources.ignore import Patterns, gitignores_above, ignored, read_gitignore

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".py", ".pyw", ".ipynb")
# As ruff's default, less the hidden folders, which are all skipped.
_SKIPPED = frozenset(("__pycache__", "__pypackages__", "_build", "buck-out", "dist", "node_modules", "venv"))
_ENVIRONMENT = frozenset(("pyvenv.cfg", "conda-meta"))
_MAGIC = re.compile(r"[*?\[]")


def discover(
    paths: Iterable[str],
    *,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
    respect_gitignore: bool = True,
    root: Path,
) -> Iterator[str | Problem]:
    """Find the scripts and notebooks to judge, each once.

    The paths keep their order; within a folder names are sorted.  A file that is named is taken
    whatever its name and, without ``force_exclude``, whatever is excluded.  Folders are walked
    without hidden ones, virtual environments and what tools leave behind; links to folders are not
    followed.

    Args:
        paths: files, folders and globs (``models/**/*.py``), relative to the current folder.
        exclude: patterns in the manner of ``.gitignore``, relative to ``root``.
        force_exclude: whether they hold for named files and folders too.
        respect_gitignore: whether to obey ``.gitignore`` files, up to the root of the repository.
        root: the folder of the settings.

    Yields:
        Paths as given or below what was given; a ``Problem`` for one that is missing or unreadable.
    """
    walk = _Walk(_excluding(exclude, root), force_exclude, respect_gitignore)
    for path in paths:
        yield from walk.named(path)


def is_excluded(path: str, exclude: Sequence[str], root: Path) -> bool:
    """Whether the patterns exclude this file or folder or a folder around it."""
    patterns = _excluding(exclude, root)
    return patterns is not None and _excludes(patterns, path)


def _excluding(exclude: Sequence[str], root: Path) -> Patterns | None:
    return Patterns.of(exclude, os.path.realpath(root))


def _excludes(patterns: Patterns, path: str) -> bool:
    # Of a link, the place of the link counts, as it does on a walk.
    real = os.path.join(os.path.realpath(os.path.dirname(path) or "."), os.path.basename(path))
    return patterns.ignores(real, os.path.isdir(path)) is True or patterns.cover(os.path.dirname(real))


@dataclass(frozen=True, slots=True)
class _Glob:
    """What a file must match: the pattern of its path and, if the glob has one, its own suffix."""

    pattern: re.Pattern[str]
    suffix: str

    def takes(self, path: str) -> bool:
        """Whether the glob matches this path below its fixed part."""
        return self.pattern.fullmatch(path.replace(os.sep, "/")) is not None


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder on the way: its path as shown, its real path, and the ignore files that hold in it."""

    shown: str
    real: str
    ignores: tuple[Patterns, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """A file on the way: its path as shown, and its real path."""

    shown: str
    real: str


_Item = _Folder | _File | Problem


class _Walk:
    """One run of :func:`discover`: what holds everywhere, and the files seen so far."""

    def __init__(self, exclude: Patterns | None, force_exclude: bool, respect_gitignore: bool) -> None:
        self.exclude = exclude
        self.forced = exclude if force_exclude else None
        self.inside: Patterns | None = None
        """The exclusions that hold in the folder being walked."""
        self.respect_gitignore = respect_gitignore
        self.seen: set[str] = set()
        self.matched = False
        """Whether the argument being walked stands for anything, new or not."""

    def named(self, path: str) -> Iterator[str | Problem]:
        """The files of one argument."""
        if self.forced is not None and _excludes(self.forced, path):
            return
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            if _MAGIC.search(path):
                yield from self.globbed(path)
            else:
                missing = isinstance(error, FileNotFoundError)
                why = getattr(error, "strerror", None) or str(error)
                yield Problem(path, "does not exist" if missing else f"cannot be read: {why}")
            return
        if stat.S_ISDIR(mode):
            yield from self.below(path)
        elif not stat.S_ISREG(mode):
            yield Problem(path, "is not a regular file")
        elif self.is_new(os.path.realpath(path)):
            yield path

    def globbed(self, path: str) -> Iterator[str | Problem]:
        """The files that match a glob the shell has left alone."""
        parts = path.replace(os.sep, "/").split("/")
        fixed = next(index for index, part in enumerate(parts) if _MAGIC.search(part))
        base = "/".join(parts[:fixed]) or ("/" if path.startswith("/") else ".")
        suffix = os.path.splitext(parts[-1])[1]
        glob = _Glob(compiled("/".join(parts[fixed:])), "" if _MAGIC.search(suffix) else suffix)
        self.matched = False
        if os.path.isdir(base):
            yield from self.below(base, glob)
        if not self.matched:
            yield Problem(path, "matches no file")

    def below(self, path: str, glob: _Glob | None = None) -> Iterator[str | Problem]:
        """The files in a folder and the folders in it."""
        real = os.path.realpath(path)
        if self.forced is not None and self.forced.cover(real):
            return
        shown = "" if os.path.normpath(path) == "." else path
        above = gitignores_above(real) if self.respect_gitignore else ()
        # Whoever names an ignored folder wants it: what ignores the folder does not count inside.
        above = tuple(each for each in above if not each.cover(real))
        if self.exclude is not None and not self.exclude.cover(real):
            self.inside = self.exclude
        else:
            self.inside = None
        start = len(os.path.join(shown, "")) if shown else 0
        stack = [self.entries(_Folder(shown, real, above), glob, True)]
        while stack:
            item = next(stack[-1], None)
            if item is None:
                stack.pop()
            elif isinstance(item, _Folder):
                stack.append(self.entries(item, glob, False))
            elif isinstance(item, Problem):
                self.matched = True
                yield item
            elif glob is None or glob.takes(item.shown[start:]):
                self.matched = True
                if self.is_new(item.real):
                    yield item.shown

    def entries(self, folder: _Folder, glob: _Glob | None, is_root: bool) -> Iterator[_Item]:
        """What a folder holds of interest, in the order of the full paths."""
        try:
            with os.scandir(folder.real) as scan:
                found = list(scan)
        except OSError as error:
            yield Problem(folder.shown or ".", f"cannot be read: {error.strerror}")
            return
        names = {entry.name for entry in found}
        if not is_root and names & _ENVIRONMENT:
            return
        ignores = folder.ignores
        if self.respect_gitignore and ".gitignore" in names:
            own = read_gitignore(folder.real)
            ignores = ignores if own is None else (*ignores, own)
        suffixes = (*SUFFIXES, glob.suffix) if glob and glob.suffix else SUFFIXES
        kept = []
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and entry.name not in _SKIPPED:
                    kept.append((entry.name + "/", entry))
            elif entry.name.endswith(suffixes):
                kept.append((entry.name, entry))
        for name, entry in sorted(kept, key=lambda pair: pair[0]):
            shown = os.path.join(folder.shown, entry.name)
            real = os.path.join(folder.real, entry.name)
            is_folder = name.endswith("/")
            if self.is_excluded(real, is_folder) or (ignores and ignored(real, is_folder, ignores)):
                continue
            if is_folder:
                yield _Folder(shown, real, ignores)
            elif self.is_file(entry):
                yield _File(shown, os.path.realpath(real) if entry.is_symlink() else real)

    def is_excluded(self, real: str, is_folder: bool) -> bool:
        """Whether the settings exclude this path."""
        return self.inside is not None and self.inside.ignores(real, is_folder) is True

    @staticmethod
    def is_file(entry: os.DirEntry[str]) -> bool:
        """Whether this is a file, or a link to one, that can be read to its end."""
        try:
            return entry.is_file()
        except OSError:
            return False

    def is_new(self, real: str) -> bool:
        """Whether this file has not been yielded yet; it counts as seen from now on."""
        if real in self.seen:
            return False
        self.seen.add(real)
        return True
