"""Settings: the nearest ``lambdalint.toml`` or ``[tool.lambdalint]``, under the command line's options.

Names and meanings follow ruff.  Whatever is unknown or of the wrong type is an error that names
the file and, where it can be told, the line.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from lambdalint.selectors import Choice, NamedRule, UnknownRule, did_you_mean, enabled, resolve
from lambdalint.sources.globs import compiled, escaped

TARGETS = ("keras1", "keras2", "keras3", "auto")
FORMATS = ("text", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit")
CACHE_FOLDER = ".lambdalint_cache"
FILE_NAMES = (".lambdalint.toml", "lambdalint.toml", "pyproject.toml")

_LARGEST = 10_000_000
"""The bytes of a settings file that are read: others have no end, or are none."""
_ANY_SIZE = 1e9
_MOST_WAYS = 6
"""``**/`` and ``{}`` in one glob: each multiplies the ways in which a path may match."""
_HEADER = re.compile(r"^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*lambdalint\b", re.MULTILINE)


class SettingsError(Exception):
    """The settings cannot be used; the message is one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """How findings are confirmed by running the layers.

    ``input_shape`` is the shape of one sample, ``sample`` a file of samples; ``samples`` pairs the name
    of a layer, or a glob of files, with a file of samples.  ``python`` is the interpreter to run them in.
    """

    input_shape: tuple[int, ...] | None = None
    sample: str | None = None
    samples: tuple[tuple[str, str], ...] = ()
    python: str | None = None
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run does.

    ``root`` is the folder that patterns are relative to.  ``codes`` are the rules that are on;
    ``per_file_ignores`` pairs a glob with the codes that are off where it matches.
    ``max_file_size`` is in megabytes, and ``jobs`` 0 means: as many processes as pay off.
    """

    root: str
    codes: frozenset[str]
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    """Whether ``exclude`` holds for files and folders that are named, too."""
    respect_gitignore: bool = True
    target: str = "auto"
    output_format: str = "text"
    max_file_size: float = 20.0
    jobs: int = 0
    source: str | None = None
    """The file these settings were read from."""
    cache_dir: str | None = None
    """The folder where results are kept for later runs; ``None``: nowhere."""
    baseline: str | None = None
    """The file of known findings."""
    confirming: Confirming | None = None
    """Set when layers are run to confirm what is found."""

    @property
    def max_bytes(self) -> int:
        """The size above which a file is passed over, in bytes."""
        return int(min(self.max_file_size, _ANY_SIZE) * 1_000_000)

    def ignored_in(self, filename: str) -> frozenset[str]:
        """The codes that ``per-file-ignores`` turns off in this file."""
        if not self.per_file_ignores:
            return frozenset()
        path = os.path.abspath(filename)
        off: set[str] = set()
        for pattern, codes in self.per_file_ignores:
            negated, glob = pattern.startswith("!"), pattern.removeprefix("!")
            if _matches(glob, path, self.root) != negated:
                off |= codes
        return frozenset(off)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says; ``None`` leaves the file's word or the default.

    ``cache`` is whether results are kept for later runs, in ``cache_dir`` if that is given.
    """

    choice: Choice = field(default_factory=Choice)
    target: str | None = None
    output_format: str | None = None
    jobs: int | None = None
    cache: bool = True
    cache_dir: str | None = None
    force_exclude: bool | None = None
    confirming: Confirming | None = None


def load(
    rules: Mapping[str, NamedRule],
    *,
    config: str | None = None,
    overrides: Overrides | None = None,
    cwd: str | None = None,
) -> Settings:
    """Read the settings that hold for a run started in ``cwd``.

    Args:
        rules: the known rules by code.
        config: the file to read in place of the nearest one; its patterns are relative to ``cwd``.
        overrides: the command line's options, which win over the file.
        cwd: the folder to start from; the current one by default.

    Raises:
        SettingsError: a file that cannot be read, an unknown key, code or name, or a wrong type.
    """
    overrides = overrides or Overrides()
    start = Path(cwd or os.getcwd())
    source = Path(config) if config is not None else find(start)
    table: dict[str, Any] = {}
    root = start
    if source is not None:
        table = _Table.read(source).checked()
        root = start if config is not None else source.parent
        _check_rules(table, source, rules)
    try:
        codes = enabled((_choice(table), overrides.choice), rules)
    except UnknownRule as error:
        raise SettingsError(str(error)) from None
    ignores = table.get("per-file-ignores", {})
    given = {**_given(table, overrides), "baseline": _baseline(table, root, source)}
    return Settings(
        root=str(root),
        codes=codes,
        per_file_ignores=tuple((glob, _codes(words, rules)) for glob, words in ignores.items()),
        exclude=(*table.get("exclude", ()), *table.get("extend-exclude", ())),
        source=None if source is None else str(source),
        confirming=_confirming(overrides.confirming, table, root),
        cache_dir=(overrides.cache_dir or _cache_folder(root)) if overrides.cache else None,
        **{key: value for key, value in given.items() if value is not None},
    )


def _given(table: dict[str, Any], overrides: Overrides) -> dict[str, Any]:
    """The options that the command line or else the file gives; ``None`` for those that neither does."""
    named = {
        "target": overrides.target,
        "output-format": overrides.output_format,
        "max-file-size": None,
        "jobs": overrides.jobs,
        "force-exclude": overrides.force_exclude,
        "respect-gitignore": None,
    }
    return {key.replace("-", "_"): table.get(key) if value is None else value for key, value in named.items()}


def cache_folder(config: str | None, overrides: Overrides) -> str | None:
    """Where the results of a run in the current folder are kept; ``None`` for nowhere."""
    if not overrides.cache or overrides.confirming is not None:
        return None
    start = Path.cwd()
    source = None if config is not None else find(start)
    return overrides.cache_dir or _cache_folder(start if source is None else source.parent)


def _cache_folder(root: Path) -> str | None:
    path = os.path.join(root, CACHE_FOLDER)
    # A link may have come with the project, and lead out of it.
    return None if os.path.islink(path) else path


def _baseline(table: Mapping[str, Any], root: Path, source: Path | None) -> str | None:
    """The path of the baseline that a settings file names: it is written to, so it must not lead elsewhere.

    Raises:
        SettingsError: it lies outside of the folder of the settings.
    """
    name = table.get("baseline")
    if name is None:
        return None
    path = os.path.join(root, name)
    real, inside = os.path.realpath(path), os.path.realpath(root)
    if os.path.isabs(name) or not real.startswith(os.path.join(inside, "")):
        raise SettingsError(f"{source}: baseline must be a file in the folder of the settings, not {name!r}")
    return os.path.relpath(path) if os.path.isabs(path) else path


def _confirming(asked: Confirming | None, table: Mapping[str, Any], root: Path) -> Confirming | None:
    if asked is None:
        return None
    named = table.get("samples", {})
    pairs = tuple((key, os.path.join(root, file)) for key, file in named.items())
    return replace(asked, samples=pairs)


def find(start: Path) -> Path | None:
    """The nearest settings file upward from ``start``; a ``pyproject.toml`` counts if it has our table."""
    for folder in (start, *start.parents):
        for name in FILE_NAMES:
            path = folder / name
            if path.is_file() and (name != "pyproject.toml" or _has_table(path)):
                return path
    return None


def _has_table(path: Path) -> bool:
    # A pyproject.toml that does not name us is none of our business, not even when it is broken.
    try:
        data = _content(path)
        if b"lambdalint" not in data:
            return False
        tool = _toml().loads(data.decode("utf-8-sig").replace("\r\n", "\n")).get("tool")
        return isinstance(tool, dict) and "lambdalint" in tool
    except OSError:
        return False
    except (ValueError, RecursionError):
        return _HEADER.search(data.decode("utf-8", "replace")) is not None


def _content(path: Path) -> bytes:
    """The bytes of a settings file.

    Raises:
        OSError: it cannot be read, or has no end in sight, as a device may.
    """
    with open(path, "rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def _toml() -> Any:
    return import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


def _codes(words: tuple[str, ...], rules: Mapping[str, NamedRule]) -> frozenset[str]:
    return frozenset().union(*(resolve(word, rules).codes for word in words))


def _choice(table: Mapping[str, Any]) -> Choice:
    return Choice(table.get("select"), table.get("ignore", ()), table.get("extend-select", ()))


def _check_rules(table: Mapping[str, Any], source: Path, rules: Mapping[str, NamedRule]) -> None:
    lists = [table.get(key) or () for key in ("select", "ignore", "extend-select")]
    for word in (word for words in (*lists, *table.get("per-file-ignores", {}).values()) for word in words):
        try:
            resolve(word, rules)
        except UnknownRule as error:
            text = _Table.read(source)
            raise text.error(str(error), re.escape(f'"{word}"') + "|" + re.escape(f"'{word}'")) from None


@dataclass(frozen=True, slots=True)
class _Table:
    """The raw table of one file, and the text for finding the line of an error."""

    path: Path
    text: str
    values: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> _Table:
        try:
            text = _content(path).decode("utf-8-sig").replace("\r\n", "\n")
            values = _toml().loads(text)
        except OSError as error:
            raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise SettingsError(f"{path}: is not UTF-8 text") from None
        except ValueError as error:
            raise SettingsError(f"{path}: is not valid TOML: {error}") from None
        except RecursionError:
            raise SettingsError(f"{path}: is nested too deeply") from None
        if path.name == "pyproject.toml":
            tool = values.get("tool", {})
            values = tool.get("lambdalint", {}) if isinstance(tool, dict) else {}
        if not isinstance(values, dict):
            raise SettingsError(f"{path}: tool.lambdalint must be a table")
        return cls(path, text, values)

    def checked(self) -> dict[str, Any]:
        """The values, each of its right type; lists become tuples."""
        found = {}
        for key, value in self.values.items():
            if key not in _KEYS:
                hint = did_you_mean(key, _KEYS)
                if key == "tool":
                    hint = ": outside of pyproject.toml the keys stand at the top"
                raise self.error(f"unknown option {key!r}{hint}", _key(key))
            check, wanted = _KEYS[key]
            good = check(value)
            if good is None:
                hint = did_you_mean(value, _WORDS.get(key, ())) if isinstance(value, str) else ""
                raise self.error(f"{key} must be {wanted}, not {value!r}{hint}", _key(key))
            found[key] = good
        return found

    def error(self, message: str, pattern: str) -> SettingsError:
        """An error at the first line of our table that matches ``pattern``."""
        start = 0
        if self.path.name == "pyproject.toml":
            table = _HEADER.search(self.text)
            start = table.start() if table else 0
        match = re.compile(pattern, re.MULTILINE).search(self.text, start)
        row = "" if match is None else f":{self.text.count(chr(10), 0, match.end()) + 1}"
        return SettingsError(f"{self.path}{row}: {message}")


def _key(key: str) -> str:
    quoted = re.escape(key)
    return rf"^[ \t]*[\"']?{quoted}[\"']?\s*=|^[ \t]*\[.*\b{quoted}[\"']?\s*[\].]"


def _words(value: object) -> tuple[str, ...] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _word_lists(value: object) -> dict[str, tuple[str, ...]] | None:
    if not isinstance(value, dict):
        return None
    lists = {pattern: _words(words) for pattern, words in value.items()}
    good = {pattern: words for pattern, words in lists.items() if words is not None}
    if any(len(_WAYS.findall(pattern)) > _MOST_WAYS for pattern in good):
        return None
    return good if len(good) == len(lists) else None


def _texts(value: object) -> dict[str, str] | None:
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return value
    return None


def _one_of(words: tuple[str, ...]) -> Callable[[object], object]:
    return lambda value: value if value in words else None


def _flag(value: object) -> object:
    return value if isinstance(value, bool) else None


def _path(value: object) -> object:
    return value if isinstance(value, str) and value and "\0" not in value else None


def _megabytes(value: object) -> object:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return value if 0 < value < float("inf") else None


def _count(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


_WAYS = re.compile(r"(?:\*\*/)+|\{")
_WORDS = {"target": TARGETS, "output-format": FORMATS}
_LIST = (_words, "a list of strings")
_KEYS: dict[str, tuple[Callable[[object], object], str]] = {
    "select": _LIST,
    "ignore": _LIST,
    "extend-select": _LIST,
    "per-file-ignores": (
        _word_lists,
        f"a table of globs, each with up to {_MOST_WAYS} `**/` and `{{}}`, and lists of strings",
    ),
    "samples": (_texts, "a table of layer names or file globs, each with a .npy or .npz file"),
    "exclude": _LIST,
    "extend-exclude": _LIST,
    "force-exclude": (_flag, "true or false"),
    "respect-gitignore": (_flag, "true or false"),
    "target": (_one_of(TARGETS), "one of " + ", ".join(TARGETS)),
    "output-format": (_one_of(FORMATS), "one of " + ", ".join(FORMATS)),
    "max-file-size": (_megabytes, "a number of megabytes above 0"),
    "baseline": (_path, "the path of a file"),
    "jobs": (_count, "a number of processes, or 0 for automatic"),
}


def _matches(glob: str, path: str, root: str) -> bool:
    if compiled(glob, crossing=True).fullmatch(os.path.basename(path)):
        return True
    anchored = os.path.normpath(os.path.join(escaped(root), glob)).replace(os.sep, "/")
    return compiled(anchored, crossing=True).fullmatch(path.replace(os.sep, "/")) is not None
