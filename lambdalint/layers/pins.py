"""The Keras generation that a project's requirement files pin."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache

from lambdalint.sources.read import content

_FILES = (
    "requirements*.txt", "requirements*.in", "*requirements.txt", "environment*.yml", "environment*.yaml",
    "conda*.yml", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "Pipfile.lock", "poetry.lock",
    "uv.lock",
)  # fmt: skip
_MOST_BYTES = 3_000_000
_NEVER = (1 << 30,)
_SHARED = (2, 6)

_PACKAGE = r"(?P<name>keras|keras-core|tf-keras|theano|tensorflow(?:-(?:gpu|cpu|macos|intel|rocm))?)"
_OPERATOR = r"(?P<operator>===|==|~=|>=|<=|!=|<|>|\^|=)"
_PIN = re.compile(
    rf"(?<![\w./-]){_PACKAGE}(?:\[[\w,\s-]*\])?[\"']?\s{{0,40}}(?:=\s{{0,40}})?[\"'(]?\s{{0,40}}"
    rf"(?P<spec>{_OPERATOR}\s*v?\d[\w.*]*(?:\s*,\s*(?:==|~=|>=|<=|!=|<|>)\s*\d[\w.*]*)*)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"^[ \t]*{_PACKAGE}\s*=\s*[\"'](?P<spec>\d[\w.*]*)[\"']", re.IGNORECASE | re.MULTILINE)
_LOCKED = re.compile(rf"name = \"{_PACKAGE}\"\s*\nversion = \"(?P<spec>\d[\w.]*)\"", re.IGNORECASE)
_OPTIONAL = re.compile(
    r"^\[(?:project\.optional-dependencies|dependency-groups|tool\.[^\]\n]*extras)\].*?(?=^\[[a-z\"]|\Z)",
    re.M | re.S,
)
"""What a project may be installed with says nothing of what its code needs."""
_PART = re.compile(r"(===|==|~=|>=|<=|!=|<|>|\^|=)\s*v?(\d[\w.*]*)")


@dataclass(frozen=True, slots=True)
class Pin:
    """What one requirement file says of a package: the generations it leaves open for each Keras.

    ``standalone`` speaks of ``import keras``, ``bundled`` of ``tf.keras``; empty where the
    package has no say.  ``direct`` is set for a pin of Keras itself.  ``shared`` says whether ``keras``
    and ``tf.keras`` are one package, as they are since version 2.6 of both, where the versions agree on it.
    """

    file: str
    text: str
    direct: bool
    standalone: frozenset[str]
    bundled: frozenset[str]
    shared: bool | None = None


def pins_of(folder: str, root: str) -> Iterator[Pin]:
    """The pins that hold for the files of a real folder, from there upwards to the project's root folder."""
    while True:
        yield from _pins_in(folder)
        above = os.path.dirname(folder)
        if folder == root or above == folder or not folder.startswith(root):
            return
        folder = above


@lru_cache(maxsize=512)
def _pins_in(folder: str) -> tuple[Pin, ...]:
    try:
        names = sorted(name for name in os.listdir(folder) if any(fnmatch(name, each) for each in _FILES))
    except OSError:
        return ()
    found: list[Pin] = []
    for name in names:
        data = content(os.path.join(folder, name), _MOST_BYTES)
        if isinstance(data, bytes) and len(data) <= _MOST_BYTES:
            found += read_pins(name, re.sub("\r\n?", "\n", data.decode("utf-8", "replace")))
    return tuple(found)


def read_pins(file: str, text: str) -> list[Pin]:
    """The pins in the text of one requirement file, in order."""
    if file.endswith(".lock"):
        matches = [(m["name"], "==" + m["spec"]) for m in _LOCKED.finditer(text)]
        matches += [(m["name"], m["spec"]) for m in _PIN.finditer(text)] if file == "Pipfile.lock" else []
    else:
        if file == "pyproject.toml":
            text = _OPTIONAL.sub("\n", text)
        lines = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(("#", "//")))
        matches = [(m["name"], m["spec"]) for m in _PIN.finditer(lines)]
        if file in ("pyproject.toml", "Pipfile"):
            # Poetry reads a bare version as a caret requirement.
            matches += [(m["name"], "^" + m["spec"]) for m in _BARE.finditer(lines)]
    return [pin for name, spec in matches if (pin := _pin(file, name.lower(), spec)) is not None]


def _pin(file: str, name: str, spec: str) -> Pin | None:
    low, high = _interval(spec)
    everything = {"keras1", "keras2", "keras3"}
    text = f"{name}{spec.replace(' ', '')}"
    if name == "keras":
        standalone = _overlap(low, high, (((0,), "keras1"), ((2,), "keras2"), ((3,), "keras3")))
        # TensorFlow 2.16 is the first with Keras 3, 2.15 the last with Keras 2.
        bundled = standalone - {"keras1"} if standalone != everything else frozenset()
    elif name == "tf-keras":
        standalone, bundled = frozenset(), frozenset()
    elif name == "keras-core":
        standalone, bundled = frozenset({"keras3"}), frozenset()
    elif name == "theano":
        standalone, bundled = frozenset({"keras1", "keras2"}), frozenset()
    else:
        bundled = _overlap(low, high, (((0,), "keras2"), ((2, 16), "keras3")))
        standalone = _overlap(low, high, (((0,), "keras1"), ((1, 1), "keras2"), ((2, 16), "keras3")))
    if not standalone and not bundled and name != "tf-keras":
        return None
    told = name not in ("theano", "tf-keras", "keras-core") and (low >= _SHARED or high <= _SHARED)
    shared = low >= _SHARED if told else None
    return Pin(file, text, name.startswith("keras"), standalone, bundled, shared)


def _overlap(
    low: tuple[int, ...], high: tuple[int, ...], starts: tuple[tuple[tuple[int, ...], str], ...]
) -> frozenset[str]:
    """The generations whose versions meet the interval from ``low`` to before ``high``."""
    ends = [start for start, _ in starts[1:]] + [_NEVER]
    return frozenset(name for (start, name), end in zip(starts, ends) if low < end and high > start)


def _interval(spec: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The versions a specifier allows, as a half-open interval; exclusions of single versions are ignored."""
    low, high = (0,), _NEVER
    lows: list[tuple[int, ...]] = [low]
    highs: list[tuple[int, ...]] = [high]
    for operator, version in _PART.findall(spec):
        numbers = tuple(int(part) for part in re.findall(r"\d+", version.partition("*")[0])[:3])
        if not numbers:
            continue
        if operator in ("==", "===", "="):
            lows.append(numbers)
            highs.append(_after(numbers))
        elif operator == "~=":
            lows.append(numbers)
            highs.append(_after(numbers[:-1] or numbers))
        elif operator == "^":
            lows.append(numbers)
            highs.append(_after(numbers[:1] if numbers[0] else numbers[:2]))
        elif operator in (">", ">="):
            lows.append(numbers)
        elif operator == "<":
            highs.append(numbers)
        elif operator == "<=":
            highs.append(_after(numbers))
    return max(lows), min(highs)


def _after(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (*numbers[:-1], numbers[-1] + 1)
