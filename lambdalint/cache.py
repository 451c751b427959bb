"""Results of earlier runs, kept in a folder of their own: one small file for each judged file.

A result is used again if nothing it was made from has changed: this program, the rules, the
settings, the file, and the answers to all that judging it asked of the project around it.
Anything else in the folder, or a broken entry, is passed over; so is a folder that cannot be written.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lambdalint import __version__
from lambdalint.layers.pins import pins_of
from lambdalint.results import FileResult
from lambdalint.selectors import NamedRule, RuleEntry
from lambdalint.sources.read import content
from lambdalint.stored import Unreadable, from_stored, to_stored
from lambdalint.syntax.project import digest

if TYPE_CHECKING:
    from lambdalint.settings import Settings
    from lambdalint.syntax.asked import Query
    from lambdalint.syntax.project import Project

TAG = "CACHEDIR.TAG"
_MOST_BYTES = 500_000_000
_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55"
_TAG_TEXT = f"{_SIGNATURE}\n# This folder was made by lambdalint.\n"


@dataclass
class Cache:
    """The entries of one run: results made by the same program, rules and settings.

    ``made_by`` is what :func:`fingerprint` gave, ``settings`` tells apart the runs that share a folder.
    """

    folder: str
    made_by: str
    settings: str = ""
    writable: bool = True
    _pins: dict[tuple[str, ...], str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, made_by: str) -> Cache | None:
        """The cache that the settings ask for; ``None`` if they ask for none."""
        if settings.cache_dir is None:
            return None
        told = (
            settings.root, sorted(settings.codes), settings.target, settings.max_file_size, os.getcwd(),
            [(glob, sorted(codes)) for glob, codes in settings.per_file_ignores],
        )  # fmt: skip
        return cls(settings.cache_dir, made_by, repr(told))

    def get(self, path: str, data: bytes, project: Project) -> FileResult | None:
        """The result for a file with this content, if it still holds."""
        try:
            body = _body(self._place(path))
            if body is None:
                return None
            made_by, judged, queries, answers, stored = json.loads(body)
            if made_by != self.made_by or judged != digest(data):
                return None
            if any(self._answer(tuple(q), project) != a for q, a in zip(queries, answers, strict=True)):
                return None
            result = from_stored(stored)
        except (OSError, ValueError, TypeError, LookupError, RecursionError, Unreadable):
            return None
        return result if isinstance(result, FileResult) else None

    def put(
        self, path: str, data: bytes, project: Project, asked: Iterable[Query], result: FileResult
    ) -> None:
        """Keep a result for the next run, unless something failed that may work then."""
        if not self.writable or any(problem.detail for problem in result.problems):
            return
        queries = project.asked.with_modules(asked, [os.path.realpath(path), path])
        answers = [self._answer(query, project) for query in queries]
        entry = [self.made_by, digest(data), queries, answers, to_stored(result)]
        body = json.dumps(entry, separators=(",", ":")).encode("ascii")
        try:
            self._write(self._place(path), digest(body).encode("ascii") + b"\n" + body)
        except OSError:
            self.writable = False

    def rules(self) -> dict[str, RuleEntry] | None:
        """The rules that made these results, by code; ``None`` where that was not kept."""
        try:
            body = _body(self._place_of_rules())
            if body is None:
                return None
            made_by, entries = json.loads(body)
            found = [RuleEntry(str(code), str(name), default is True) for code, name, default in entries]
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        return {rule.code: rule for rule in found} if made_by == self.made_by and found else None

    def keep_rules(self, rules: Iterable[NamedRule]) -> None:
        """Keep the names of the rules next to the results: a later run that has them needs no more."""
        place = self._place_of_rules()
        if not self.writable or not is_cache(self.folder) or self.rules() is not None:
            return
        body = json.dumps([self.made_by, [[r.code, r.name, r.default] for r in rules]]).encode("ascii")
        with suppress(OSError):
            self._write(place, digest(body).encode("ascii") + b"\n" + body)

    def _place_of_rules(self) -> str:
        return os.path.join(self.folder, __version__, "rules", "names")

    def _place(self, path: str) -> str:
        name = digest(f"{self.settings}\0{path}".encode("utf-8", "surrogateescape"))
        return os.path.join(self.folder, __version__, name[:2], name[2:] + ".json")

    def _answer(self, query: Query, project: Project) -> str:
        if query[0] != "pins":
            return project.answer(query)
        if query not in self._pins:
            self._pins[query] = digest(repr([*pins_of(query[1], query[2])]).encode("utf-8", "replace"))
        return self._pins[query]

    def _write(self, place: str, content: bytes) -> None:
        """Write a file that is whole once it can be seen; what a power cut leaves is known by its digest."""
        folder = os.path.dirname(place)
        inside = os.path.join(os.path.realpath(self.folder), *folder.split(os.sep)[-2:])
        if os.path.realpath(folder) != inside:
            raise PermissionError(13, "a link leads out of the folder", folder)
        if not os.path.isdir(folder):
            self._prepare()
            os.makedirs(folder, exist_ok=True)
        temporary = f"{place}.{secrets.token_hex(6)}.tmp"
        try:
            with open(temporary, "xb") as file:
                file.write(content)
            os.replace(temporary, place)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise

    def _prepare(self) -> None:
        """Make the folder, marked so that backups and version control leave it out."""
        os.makedirs(self.folder, exist_ok=True)
        for name, text in ((".gitignore", "# Made by lambdalint.\n*\n"), (TAG, _TAG_TEXT)):
            with suppress(FileExistsError), open(os.path.join(self.folder, name), "x") as file:
                file.write(text)


def _body(place: str) -> bytes | None:
    """What was written to a file, if it is still whole."""
    data = content(place, _MOST_BYTES)
    head, _, body = data.partition(b"\n") if isinstance(data, bytes) else (b"", b"", b"")
    return body if head == digest(body).encode("ascii") else None


def is_cache(folder: str) -> bool:
    """Whether a folder, not a link to one, was made by this program to keep results."""
    tag = content(os.path.join(folder, TAG), 1000)
    return not os.path.islink(folder) and tag == _TAG_TEXT.encode("ascii")


@lru_cache(maxsize=4)
def fingerprint(packages: tuple[str, ...]) -> str:
    """What changes with this program, its interpreter and the named rule packages.

    The files are told apart by size and time of change: to read them all would cost more than
    many a run.
    """
    found = hashlib.blake2b(f"{__version__} {sys.version}".encode(), digest_size=16)
    for package in sorted({name.partition(".")[0] for name in ("lambdalint", *packages)}):
        spec = find_spec(package)
        places = [*(spec.submodule_search_locations or ())] if spec is not None else []
        if spec is not None and spec.origin and not places:
            places = [spec.origin]
        for place in places:
            for line in sorted(_states(place)):
                found.update(line.encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def _states(place: str) -> list[str]:
    """The path, size and time of change of a module, or of each module below a folder."""
    try:
        if not os.path.isdir(place):
            status = os.stat(place)
            return [f"{place}\0{status.st_size}\0{status.st_mtime_ns}\n"]
        found: list[str] = []
        with os.scandir(place) as scan:
            for entry in scan:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        found += _states(entry.path)
                elif entry.name.endswith((".py", ".json", ".toml", ".so", ".pyd")):
                    status = entry.stat()
                    found.append(f"{entry.path}\0{status.st_size}\0{status.st_mtime_ns}\n")
        return found
    except OSError:
        return [f"{place}\0unreadable\n"]
