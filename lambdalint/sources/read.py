"""From a file to a source unit: byte prefilter, decoding by PEP 263, line ends."""

from __future__ import annotations

import codecs
import os
import re
import stat
from dataclasses import dataclass
from io import FileIO

from lambdalint.findings import Problem
from lambdalint.sources.skim import has_word
from lambdalint.sources.unit import SourceUnit

MAX_BYTES = 20_000_000
_BYTES_PER_COMMA = 40
"""A file may hold as much as one comma for so many bytes of the largest size.  A number in a list takes a
kilobyte once it is parsed, and some ten microseconds; the rest of code is counted by what it takes."""
_WEIGHTS = {
    ",": 1, ";": 2, "\n": 2, ".": 2, "(": 4, "[": 2, "+": 3, "-": 3, "*": 3, "/": 3, "%": 3, "Lambda(": 25,
}  # fmt: skip
_LAMBDA = b"Lambda"
_MERGE = re.compile(rb"\b[mM]erge\b")
_MARK = "lambdalint:"
_LAYERS = frozenset(("Lambda", "merge", "Merge"))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BLANK = rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n)"
_COOKIE = re.compile(rb"(?:" + _BLANK + rb")?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
_BREAK = re.compile(rb"\r\n?|\n")


def read(
    path: str, data: bytes | None = None, *, max_bytes: int = MAX_BYTES, prefilter: bool = True
) -> SourceUnit | Problem | None:
    """Read one script or notebook.

    Args:
        path: the file, and with ``data`` the name that content goes by.
        data: the content, in place of the file's.
        max_bytes: the size above which a file is refused.
        prefilter: whether a file that cannot hold a Lambda or a merge layer is passed over.

    Returns:
        The unit, ``None`` if there is nothing to judge in it, or a ``Problem`` if it cannot be read.
    """
    given = content(path, max_bytes) if data is None else data
    if isinstance(given, Problem):
        return given
    if len(given) > max_bytes:
        return _too_large(path, len(given), max_bytes)
    if prefilter and not is_of_interest(given):
        return None
    if path.endswith(".ipynb"):
        from lambdalint.sources.notebook import notebook_unit

        unit = notebook_unit(path, given)
    else:
        unit = _script(path, given)
    if prefilter and isinstance(unit, SourceUnit) and not _may_hold_a_layer(unit):
        return None
    if isinstance(unit, SourceUnit):
        most, weight = max(max_bytes, MAX_BYTES) // _BYTES_PER_COMMA, _weight(unit.text)
        if weight > most:
            return _too_much(path, weight / most)
    return unit


def _weight(text: str) -> int:
    """What judging a text takes, in commas of a list of numbers."""
    if len(text) * 5 < MAX_BYTES // _BYTES_PER_COMMA:
        # None of them weighs five times its length.
        return 0
    return sum(weight * text.count(sign) for sign, weight in _WEIGHTS.items())


def _too_much(path: str, times: float) -> Problem:
    message = f"holds {times:.1f} times as many rows, calls and operators as one file may: data, it seems, "
    return Problem(path, message + "not code (a larger `max-file-size` raises this limit, too)")


def is_of_interest(data: bytes) -> bool:
    """Whether the word Lambda or, next to Keras, ``merge`` stands anywhere in the bytes of a file."""
    if _LAMBDA in data or (b"keras" in data and _MERGE.search(data) is not None):
        return True
    # In UTF-16 and UTF-32 no word looks like itself.
    return _mark(data)[1] not in ("", "utf-8")


def _may_hold_a_layer(unit: SourceUnit) -> bool:
    """Whether a Lambda or, next to Keras, a ``merge`` may stand in the code, or a comment speaks to us."""
    words = _LAYERS if "keras" in unit.text else _LAYERS - {"merge", "Merge"}
    if not any(word in unit.text for word in words):
        return False
    # The cells of a notebook need not be whole: a string that is open in one would reach into the next.
    return unit.is_notebook or _MARK in unit.text or has_word(unit.text, words)


def content(path: str, max_bytes: int) -> bytes | Problem:
    """The bytes of a regular file, if there are no more than ``max_bytes`` or little more of them."""
    try:
        with _opened(path) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return Problem(path, "is not a regular file")
            if status.st_size > max_bytes:
                return _too_large(path, status.st_size, max_bytes)
            return _bytes(file, status.st_size, max_bytes)
    except IsADirectoryError:
        return Problem(path, "is a folder")
    except FileNotFoundError:
        return Problem(path, "does not exist")
    except (OSError, ValueError) as error:
        return Problem(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")


def beginning(path: str, most: int) -> bytes:
    """The first ``most`` bytes of a regular file; none of what is no file or cannot be read."""
    try:
        with _opened(path) as file:
            status = os.fstat(file.fileno())
            is_file = stat.S_ISREG(status.st_mode)
            return _bytes(file, min(status.st_size, most), most)[:most] if is_file else b""
    except (OSError, ValueError):
        return b""


def _opened(path: str) -> FileIO:
    # Not to wait for the other end, should a pipe have taken the place of the file.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    return open(descriptor, "rb", buffering=0)


def _bytes(file: FileIO, size: int, most: int) -> bytes:
    """All of a file of about ``size`` bytes: mostly one read, more where it grows or comes in pieces."""
    data = file.read(size + 1)
    while len(data) != size and len(data) <= most and (more := file.read(most + 1 - len(data))):
        data += more
    return data


def _too_large(path: str, size: int, limit: int) -> Problem:
    return Problem(path, f"is too large: {size / 1e6:.1f} MB, the limit is {limit / 1e6:.1f} MB")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A script's text with its own line ends, and what it takes to turn such a text into bytes again."""

    text: str
    encoding: str
    mark: bytes
    """The byte order mark, if any."""

    def encode(self, text: str) -> bytes:
        """The bytes of a text in the manner of this one.

        Raises:
            UnicodeEncodeError: the encoding has no such character.
        """
        return self.mark + text.encode(self.encoding)


def decode(path: str, data: bytes) -> Decoded | Problem:
    """Decode a script by its byte order mark or its coding cookie (PEP 263), else as UTF-8."""
    mark, encoding = _mark(data)
    body = data[len(mark) :]
    if not encoding:
        cookie = _COOKIE.match(data)
        encoding = cookie.group(1).decode("ascii", "replace") if cookie else "utf-8"
        row = 1 + len(_BREAK.findall(data, 0, cookie.start(1))) if cookie else 1
        known = _codec(encoding)
        if known is None:
            return Problem(path, f"has the unknown encoding {encoding!r}", row)
        encoding = known
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        row = 1 + len(_BREAK.findall(body, 0, error.start))
        shown = " ".join(f"{byte:02x}" for byte in body[error.start : error.start + 1])
        return Problem(path, f"is not {encoding} text: byte {shown} at offset {error.start}", row)
    except (UnicodeError, LookupError) as error:
        return Problem(path, f"is not {encoding} text: {error}")
    if text.startswith("\ufeff"):
        # A second mark, which Python takes for one too.
        mark, text = mark + "\ufeff".encode(encoding), text[1:]
    return Decoded(text, encoding, mark)


def _mark(data: bytes) -> tuple[bytes, str]:
    return next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), (b"", ""))


def _script(path: str, data: bytes) -> SourceUnit | Problem:
    decoded = decode(path, data)
    if isinstance(decoded, Problem):
        return decoded
    text = decoded.text
    if "\0" in text:
        row = 1 + len(re.findall("\r\n?|\n", text[: text.index("\0")]))
        return Problem(path, "holds a NUL character", row)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return SourceUnit(path, text, text)


def _codec(name: str) -> str | None:
    """Python's name for the encoding of a cookie, ``None`` if it is not a text encoding it knows."""
    lowered = name.lower().replace("_", "-")
    for plain in ("utf-8", "latin-1", "iso-8859-1", "iso-latin-1"):
        # Editors append the line ends: "utf-8-unix".
        if lowered.startswith(plain + "-") and lowered != "utf-8-sig":
            return plain
    try:
        # A codec such as rot13 or hex is known, but not one of text.
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError, TypeError):
        return None
