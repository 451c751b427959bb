"""What the formats share: how a report is shown, the address of a rule's page, paths and fingerprints."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdalint.findings import Finding
    from lambdalint.results import RunResult

HOME = "https://lambdalint.readthedocs.io/en/stable"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class View:
    """How a report is shown: columns of the terminal, colours, hyperlinks, and problems in JSON."""

    width: int = 80
    color: bool = False
    links: bool = False
    problems: bool = False


def told(finding: Finding) -> str:
    """The message, and what running the layer has shown, for formats that show a single text."""
    verdict = finding.verdict
    if verdict is not None and verdict.witness:
        return f"{finding.message} Witness: {verdict.witness}."
    if verdict is not None and not finding.counts:
        return f"{finding.message} Refuted: {verdict.reason}."
    return finding.message


def rule_url(code: str, name: str) -> str:
    """The address of a rule's page."""
    return f"{HOME}/rules/{code}-{name}"


def relative(path: str, start: str | None = None) -> str | None:
    """``path`` with forward slashes below ``start`` (the current folder by default); ``None`` if outside."""
    try:
        below = os.path.relpath(path, start or os.getcwd())
    except ValueError:
        return None
    below = below.replace(os.sep, "/")
    return None if below == ".." or below.startswith("../") else below


def absolute(path: str) -> str:
    """The absolute path; ``-``, text without a name, and ``<rules>``, no file at all, stay."""
    return path if path == "-" or path.startswith("<") else os.path.abspath(path)


def fingerprints(result: RunResult) -> Iterator[tuple[Finding, str]]:
    """Each finding with a hash that survives moved lines: of its rule, file, text, and place among equals."""
    import hashlib

    seen: Counter[str] = Counter()
    for finding in result.findings:
        path = relative(finding.location.filename) or finding.location.filename
        key = "\0".join((finding.code, path, "".join(result.quote(finding).line.split())))
        seen[key] += 1
        data = f"{key}\0{seen[key]}".encode("utf-8", "surrogateescape")
        yield finding, hashlib.sha256(data).hexdigest()[:32]


def visible(text: str) -> str:
    """``text`` with control characters made visible, so that no source can steer the terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(char) for char in text)


def _visible(char: str) -> str:
    if char in _BIDI or "\ud800" <= char <= "\udfff" or "\x80" <= char <= "\x9f":
        return "\ufffd"
    if char < " ":
        return chr(0x2400 + ord(char))
    return "\u2421" if char == "\x7f" else char


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` fills."""
    return len(text) if text.isascii() else sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    import unicodedata

    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
