"""What tokenizing would tell, at a tenth of its cost: words of the code, and rows that belong together."""

from __future__ import annotations

import re

_STRINGS = (
    r'"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""',
    r"'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''",
    r'"(?!"")[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"',
    r"'(?!'')[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'",
)
_CODE = re.compile("|".join(("#[^\n]*", *_STRINGS, "[\"']", r"Lambda(?!\w)", r"merge(?!\w)", r"Merge(?!\w)")))
_ROWS = re.compile("|".join(("#[^\n]*", *_STRINGS, "[\"']", r"\\\n")))
_FORMATTED = re.compile(r"(?<!\w)(?:[rR]?[fFtT]|[fFtT][rR])\Z")


def has_word(text: str, words: frozenset[str]) -> bool:
    """Whether one of the words ``Lambda``, ``merge`` and ``Merge`` may stand in the code of a text.

    Words in comments and strings do not count.  Where a string is open to its end, or holds code of
    its own, the answer is yes: nothing is known of what stands in it.
    """
    for match in _CODE.finditer(text):
        piece, start = match.group(), match.start()
        if piece in words:
            before = text[start - 1 : start]
            if not (before.isalnum() or before == "_"):
                return True
        elif piece in ("'", '"'):
            return True
        elif piece[0] in "\"'" and _is_formatted(text, start):
            if piece.count("{") != piece.count("}") or any(word in piece for word in words):
                return True
    return False


def joined_rows(text: str) -> list[tuple[int, int]] | None:
    """The first and last rows of strings and backslashed lines that span several rows, in order.

    ``None`` where only a tokenizer can tell: a string is open to its end, or holds code of its own.
    """
    found: list[tuple[int, int]] = []
    row, done = 1, 0
    for match in _ROWS.finditer(text):
        piece = match.group()
        if piece in ("'", '"'):
            return None
        if piece[0] == "#":
            continue
        if piece[0] != "\\" and _is_formatted(text, match.start()) and _holds_code(piece):
            return None
        rows = piece.count("\n")
        if rows:
            row += text.count("\n", done, match.start())
            found.append((row, row + rows))
            row, done = row + rows, match.end()
    return found


def _is_formatted(text: str, start: int) -> bool:
    return _FORMATTED.search(text[max(0, start - 3) : start]) is not None


def _holds_code(piece: str) -> bool:
    return piece.count("{") != piece.count("}") or (piece[:3] in ('"""', "'''") and "{" in piece)
