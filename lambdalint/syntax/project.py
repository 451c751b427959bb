"""The other modules of the project around a file: found by name, read and parsed on demand, never run."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lambdalint.findings import Problem
from lambdalint.sources.read import beginning
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.asked import Asked, Query
from lambdalint.syntax.folders import Folders, inside
from lambdalint.syntax.names import Names

MOST_BYTES = 2_000_000
"""Project modules larger than this are not read."""
MOST_MODULES = 200
MOST_TEXT = 1_000_000
"""Parsed modules, and characters of them, that are remembered; those not used for longest are dropped."""
MOST_SEARCHED = 300
"""More files than this are not searched for words around one file."""

_MARKERS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
_IMPORT = re.compile(
    rb"""(?m)^[ \t]*"?[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+"""
    rb"""(\([^()#]*(?:#[^\n]*\n[^()#]*)*\)|[^\n(\\"]*)"""
    rb"""|import[ \t]+([\w., \t]+))|import_module\(\\?["']([.\w]+)"""
)
_NAME = re.compile(r"(?<!as )\b[A-Za-z_]\w*")
_SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages", "venv", "env", "build", "dist"))


@dataclass(eq=False)
class ParsedModule:
    """One module of the project: its source, its tree and, on demand, its names."""

    unit: SourceUnit
    tree: ast.Module
    project: Project

    @cached_property
    def names(self) -> Names:
        """Its scopes and names."""
        return Names(self.tree, self.unit, self.project)

    def release(self) -> None:
        """Let go of the names; whoever asks for them again has them found again."""
        names = vars(self).pop("names", None)
        if names is not None:
            names.release()

    def submodule(self, name: str) -> ParsedModule | None:
        """A module inside this package; ``None`` if there is none, or this is no package."""
        if os.path.basename(self.unit.path) != "__init__.py":
            return None
        return self.project.module(name, 1, self.unit.path)


class Project:
    """The Python modules at and below a root folder; one object serves all files of a run, and remembers.

    ``root`` is the folder asked for; a file is looked up in the nearest folder above it that has
    a ``.git``, ``pyproject.toml``, ``setup.py`` or ``setup.cfg``, or else in its own folder and ``root``.
    """

    def __init__(self, root: str = ".") -> None:
        self.root = os.path.realpath(root)
        self._modules: dict[str, ParsedModule | None] = {}
        self._kept_text = 0
        self._roots: dict[str, str] = {}
        self._folders = Folders()
        self._folder: dict[str, str] = {}
        self._finds: dict[tuple[str, int, str], str | None] = {}
        self._bytes: dict[str, bytes] = {}
        self._mentions: dict[tuple[str, re.Pattern[bytes]], tuple[list[str], dict[Query, None]]] = {}
        self._surroundings: dict[str, tuple[list[str], dict[Query, None]]] = {}
        self._matched: dict[tuple[str, re.Pattern[bytes]], bool] = {}
        self._listed: dict[tuple[str, bool], list[str]] = {}
        self._answers: dict[Query, str] = {}
        self.asked = Asked()
        self._imported_by: dict[str, tuple[set[str], set[str]]] = {}
        """What a file imports: modules that were found, and the names of others."""
        self._linted: tuple[str, Names] | None = None
        self._discarded: list[ParsedModule] = []
        """Modules no longer remembered, which the file that is being judged may still use."""

    # --- finding -----------------------------------------------------------------------------------

    def root_of(self, path: str) -> str:
        """The project folder of a file."""
        folder = self._folder_of(path)
        self.asked.note(("root", folder), path)
        return self._root_from(folder)

    def _root_from(self, folder: str) -> str:
        known = self._roots.get(folder)
        if known is None:
            known = self._roots[folder] = self._find_root(folder)
        return known

    def _find_root(self, folder: str) -> str:
        current = folder
        while True:
            if any(os.path.exists(os.path.join(current, marker)) for marker in _MARKERS):
                return current
            above = os.path.dirname(current)
            if above == current:
                break
            current = above
        return self.root if inside(folder, self.root) else folder

    def module(self, dotted: str, level: int, from_path: str) -> ParsedModule | None:
        """The project module that an import names.

        Args:
            dotted: the dotted name, possibly empty after leading dots.
            level: the number of leading dots.
            from_path: the file with the import.

        Returns:
            ``None`` where the project has no such module, or it cannot be read or parsed.
        """
        path = self.find(dotted, level, from_path)
        return None if path is None else self.load(path)

    def find(self, dotted: str, level: int, from_path: str) -> str | None:
        """The file of the project module that an import names."""
        folder = self._folder_of(from_path)
        self.asked.note(("find", dotted, str(level), folder), from_path)
        found = self._find_from(dotted, level, folder)
        if found is not None:
            self.asked.note(("module", found), from_path)
        return found

    def _find_from(self, dotted: str, level: int, folder: str) -> str | None:
        key = (dotted, level, folder)
        if key not in self._finds:
            self._finds[key] = self._find(dotted, level, folder, self._root_from(folder))
        return self._finds[key]

    def _find(self, dotted: str, level: int, folder: str, root: str) -> str | None:
        parts = [part for part in dotted.split(".") if part]
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self._folders.module_file(folder, parts, root)
        while parts and inside(folder, root):
            for base in (folder, os.path.join(folder, "src"), os.path.join(folder, "lib")):
                found = self._folders.module_file(base, parts, root)
                if found is not None:
                    return found
            if folder == root:
                break
            folder = os.path.dirname(folder)
        return None

    def _folder_of(self, path: str) -> str:
        folder = self._folder.get(path)
        if folder is None:
            folder = self._folder[path] = os.path.dirname(self._folders.real(path))
        return folder

    def load(self, path: str) -> ParsedModule | None:
        """Read and parse one file of the project; ``None`` if that fails or it is too large."""
        if path not in self._modules:
            path = self._folders.real(path)
        self.asked.note(("module", path))
        if path in self._modules:
            self._modules[path] = self._modules.pop(path)
        else:
            self._modules[path] = self._parse(path)
            self._kept_text += _size(self._modules[path])
            self._discard()
        return self._modules[path]

    def _discard(self) -> None:
        """Forget the modules that were not used for longest, while there are too many or too much of them."""
        while len(self._modules) > MOST_MODULES or (self._kept_text > MOST_TEXT and len(self._modules) > 1):
            oldest = self._modules.pop(next(iter(self._modules)))
            self._kept_text -= _size(oldest)
            if oldest is not None:
                self._discarded.append(oldest)

    def linting(self, path: str, names: Names) -> None:
        """Take the names of the file that is being judged: its imports need not be worked out again."""
        self._linted = (self._folders.real(path), names)

    def linted(self) -> None:
        """Let go of what was kept for the file that has been judged."""
        self._linted = None
        for module in self._discarded:
            module.release()
        self._discarded.clear()

    def _parse(self, path: str) -> ParsedModule | None:
        from lambdalint.sources.read import read
        from lambdalint.syntax.parse import parse

        unit = read(path, max_bytes=MOST_BYTES, prefilter=False)
        if unit is None or isinstance(unit, Problem):
            return None
        return ParsedModule(unit, parse(unit).tree, self)

    def dotted(self, path: str) -> str:
        """The name under which a file is imported: its packages, from the outermost, and itself."""
        path = self._folders.real(path)
        self.asked.note(("dotted", path), path)
        name = os.path.splitext(os.path.basename(path))[0]
        parts = [] if name == "__init__" else [name]
        folder = os.path.dirname(path)
        while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
            parts.append(os.path.basename(folder))
            folder = os.path.dirname(folder)
        return ".".join(reversed(parts))

    # --- searching ---------------------------------------------------------------------------------

    def mentions(self, path: str, pattern: re.Pattern[bytes]) -> bool:
        """Whether a file, modules it imports or that import it, or its package match, comments aside."""
        return bool(self.mentioning(path, pattern))

    def mentioning(self, path: str, pattern: re.Pattern[bytes]) -> list[str]:
        """A file, the modules it imports or that import it, and its package: those that match."""
        key = (self._folders.real(path), pattern)
        if key not in self._mentions:
            with self.asked.recording() as queries:
                found = [other for other in self._around(key[0]) if self._matches(other, pattern)]
            self._mentions[key] = found, queries
        self.asked.note_all(self._mentions[key][1])
        return self._mentions[key][0]

    def _matches(self, path: str, pattern: re.Pattern[bytes]) -> bool:
        """Whether a file matches outside of comments."""
        key = (path, pattern)
        if key not in self._matched:
            self._matched[key] = _matches(self.content(path), pattern)
        else:
            self.asked.note(("content", path))
        return self._matched[key]

    def users_of(self, path: str) -> list[str]:
        """The files of the project that import a module, as far as a search for its name can tell."""
        path = self._folders.real(path)
        self.asked.note(("users", path))
        with self.asked.aside():
            name = self.dotted(path).rpartition(".")[2].encode()
            others = self._files(self.root_of(path)) if name else []
            ends = _ends(path)
            return [
                other
                for other in others
                if other != path
                and name in (data := self._bytes.get(other) or self.content(other))
                and self._imports(other, data, path, ends)
            ]

    def _imports(self, other: str, data: bytes, path: str, ends: frozenset[str]) -> bool:
        """Whether a file imports a module: the one found from there, or one whose path ends like the name."""
        if other not in self._imported_by:
            folder = self._folder_of(other)
            found, elsewhere = set(), set()
            for dotted, level in _imported_names(data):
                place = self._find_from(dotted, level, folder)
                if place is not None:
                    found.add(place)
                elif not level:
                    elsewhere.add(dotted)
            self._imported_by[other] = found, elsewhere
        found, elsewhere = self._imported_by[other]
        return path in found or not ends.isdisjoint(elsewhere)

    def package_files(self, path: str) -> list[str]:
        """The Python files of the outermost package around a file, or of its folder if it is in none."""
        return self._package_files(self._folder_of(path))

    def _package_files(self, folder: str) -> list[str]:
        self.asked.note(("package", folder))
        if not os.path.isfile(os.path.join(folder, "__init__.py")):
            return self._files(folder, deep=False)
        while os.path.isfile(os.path.join(os.path.dirname(folder), "__init__.py")):
            folder = os.path.dirname(folder)
        return self._files(folder)

    def content(self, path: str) -> bytes:
        """The bytes of a file, up to a limit; empty if it cannot be read."""
        self.asked.note(("content", path))
        known = self._bytes.get(path)
        if known is None:
            known = self._bytes[path] = beginning(path, MOST_BYTES)
            if len(self._bytes) > MOST_SEARCHED:
                del self._bytes[next(iter(self._bytes))]
        return known

    def _around(self, path: str) -> list[str]:
        if path not in self._surroundings:
            with self.asked.recording() as queries:
                found = list(dict.fromkeys(self._find_around(path)))
            self._surroundings[path] = found, queries
        self.asked.note_all(self._surroundings[path][1])
        return self._surroundings[path][0]

    def _find_around(self, path: str) -> Iterator[str]:
        yield path
        yield from self._imported(path)
        if path.endswith(".py"):
            yield from (other for other in self._siblings(os.path.dirname(path)) if other != path)
            yield from self.users_of(path)

    def _siblings(self, folder: str) -> list[str]:
        """The modules of a package; none where the folder is no package. Notebooks are none of them."""
        self.asked.note(("siblings", folder))
        is_package = os.path.isfile(os.path.join(folder, "__init__.py"))
        return (
            [file for file in self._files(folder, deep=False) if file.endswith(".py")] if is_package else []
        )

    def _imported(self, path: str) -> Iterator[str]:
        names = self.names_of(path)
        if names is None:
            return
        seen: set[str] = set()
        for binding in names.import_bindings():
            seen.update(self._targets(binding.module, binding.attribute, binding.level, path))
        for star in names.star_imports:
            seen.update(self._targets(star.module, "", star.level, path))
        yield from sorted(seen)

    def names_of(self, path: str) -> Names | None:
        """The names of a module; ``None`` if it cannot be read or parsed."""
        if self._linted is not None and self._linted[0] == path:
            self.asked.note(("module", path))
            return self._linted[1]
        module = self.load(path)
        return None if module is None else module.names

    def _targets(self, module: str, attribute: str, level: int, path: str) -> Iterator[str]:
        for dotted in (module, f"{module}.{attribute}" if attribute else ""):
            found = self.find(dotted, level, path) if dotted else None
            if found is not None:
                yield found

    def _files(self, folder: str, deep: bool = True) -> list[str]:
        key = (folder, deep)
        if key not in self._listed:
            self._listed[key] = list(_python_files(folder, deep=deep))
        return self._listed[key]

    # --- noticing changes --------------------------------------------------------------------------

    def answer(self, query: Query) -> str:
        """What a question that was taken down gives now, as a short text to compare.

        Raises:
            ValueError: there is no such question.
        """
        known = self._answers.get(query)
        if known is None:
            with self.asked.aside():
                known = self._answers[query] = self._answer(*query)
        return known

    def _answer(self, kind: str, subject: str, *rest: str) -> str:
        if kind == "find":
            return self._find_from(subject, int(rest[0]), rest[1]) or ""
        if kind == "root":
            return self._root_from(subject)
        if kind in ("content", "module"):
            try:
                size = os.stat(subject).st_size
            except OSError:
                size = -1
            return f"{size} {digest(self.content(subject))}"
        if kind == "dotted":
            return self.dotted(subject)
        lists = {"users": self.users_of, "package": self._package_files, "siblings": self._siblings}
        if kind not in lists:
            raise ValueError(kind)
        return digest("\n".join(lists[kind](subject)).encode("utf-8", "surrogateescape"))


def _size(module: ParsedModule | None) -> int:
    return 0 if module is None else len(module.unit.text)


def digest(data: bytes) -> str:
    """A short text that two contents share only if they are equal."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _python_files(folder: str, *, deep: bool) -> Iterator[str]:
    count = 0
    for current, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if deep and f not in _SKIPPED and not f.startswith("."))
        for name in sorted(files):
            if name.endswith((".py", ".ipynb")):
                count += 1
                if count > MOST_SEARCHED:
                    return
                yield os.path.join(current, name)


def _matches(data: bytes, pattern: re.Pattern[bytes]) -> bool:
    """Whether a text matches outside of comments."""
    return any(
        b"#" not in data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        for match in pattern.finditer(data)
    )


def _ends(path: str) -> frozenset[str]:
    """The dotted names with which a path may end: ``a.b.c``, ``b.c`` and ``c``."""
    parts = os.path.splitext(path)[0].removesuffix(os.sep + "__init__").split(os.sep)
    first = next((at + 1 for at in reversed(range(len(parts))) if "." in parts[at]), 1)
    return frozenset(".".join(parts[start:]) for start in range(first, len(parts)))


def _imported_names(data: bytes) -> Iterator[tuple[str, int]]:
    """The dotted names that a text, a notebook's among them, imports, and how far up each one starts."""
    for match in _IMPORT.finditer(data):
        base, names, plain, called = (group.decode("ascii", "ignore") for group in match.groups(b""))
        module = base.lstrip(".")
        level = len(base) - len(module)
        for each in ("", *_NAME.findall(names)) if base else ():
            dotted = ".".join(filter(None, (module, each)))
            if dotted:
                yield dotted, level
        for each in (*plain.split(","), called):
            if dotted := each.split(" as ")[0].strip():
                yield dotted, 0
