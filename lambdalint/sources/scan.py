"""A tolerant scanner: logical lines and tokens of text that Python's own tokenizer refuses.

It reads Python 2, IPython and broken code alike, never fails and never reads a character twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_TRIPLE = r"(?:{q}{q}{q})(?:[^{q}\\]+|\\(?:.|\n|\Z)|{q}(?!{q}{q}))*(?:{q}{q}{q}|\Z)"
_SINGLE = r"{q}(?:[^{q}\\\n]+|\\(?:.|\n|\Z))*(?:{q}|(?=\n)|\Z)"
_PREFIX = r"(?:[uU][rR]?|[bB][rR]?|[rR][bB]|[rR][fFtT]|[fFtT][rR]?|[rR])?"
_STRINGS = "|".join(kind.format(q=quote) for kind in (_TRIPLE, _SINGLE) for quote in ("'", '"'))

_TOKEN = re.compile(
    rf"""(?P<space>[ \t\f]+|\\\n)
    |(?P<newline>\n)
    |(?P<comment>\#[^\n]*)
    |(?P<string>{_PREFIX}(?:{_STRINGS}))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>0[xX][\da-fA-F_]+[lL]?|0[bBoO][\d_]+[lL]?
        |(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJlL]?)
    |(?P<op><>|->|:=|\*\*=?|//=?|<<=?|>>=?|\.\.\.|[-+*/%&|^@<>=!]=|.)""",
    re.VERBOSE,
)
# These never stand inside an expression: a line that starts with one ends whatever bracket is open.
_STATEMENT = re.compile(
    r"[ \t]*(?:def|class|import|return|raise|while|with|try|assert|del|pass|break|continue|global|"
    r"elif|except|finally)\b(?!\s*=)"
)
OPENING = frozenset("([{")
CLOSING = frozenset(")]}")


class Token(NamedTuple):
    """One token: its kind (``name``, ``number``, ``string``, ``op``), text and offset."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset just behind the token."""
        return self.start + len(self.text)


@dataclass(slots=True)
class Line:
    """A logical line: its tokens, the offset and 1-based row of its first character, its indentation.

    ``end`` is the offset of the line end, ``last_row`` the row it stands in.  ``closed`` is false if a
    bracket or string is still open at the end.
    """

    tokens: list[Token]
    start: int
    indent: str
    row: int
    end: int
    last_row: int
    closed: bool = True

    @property
    def width(self) -> int:
        """The indentation in columns, with tab stops every 8 columns as in Python 2."""
        return indent_width(self.indent)


def indent_width(indent: str, tab: int = 8) -> int:
    """Columns of leading white space; a form feed starts again at 0."""
    column = 0
    for char in indent:
        if char == "\t":
            column = (column // tab + 1) * tab
        elif char == "\f":
            column = 0
        else:
            column += 1
    return column


def logical_lines(text: str, start: int = 0, row: int = 1) -> Iterator[Line]:
    """Read logical lines from offset ``start``, which is the start of row ``row``.

    Blank lines and lines with nothing but a comment are left out.
    """
    while start < len(text):
        line = next_line(text, start, row)
        if line.tokens:
            yield line
        start, row = line.end + 1, line.last_row + 1


def next_line(text: str, start: int, row: int) -> Line:
    """Read one logical line; its tokens are empty if it is blank or a comment."""
    tokens: list[Token] = []
    depth, last_row, position, size = 0, row, start, len(text)
    indent = ""
    # Any character begins a token: the matches follow each other without a gap.
    for match in _TOKEN.finditer(text, start):
        kind, piece, position = match.lastgroup or "op", match.group(), match.start()
        if kind == "newline":
            if depth == 0 or not tokens or _STATEMENT.match(text, position + 1):
                break
            last_row += 1
        elif kind == "space":
            last_row += piece == "\\\n"
            indent += "" if tokens or position != start else piece
        elif kind != "comment":
            tokens.append(Token(kind, piece, position))
            if kind == "string":
                last_row += piece.count("\n")
            elif piece in OPENING:
                depth += 1
            elif piece in CLOSING:
                depth = max(0, depth - 1)
    else:
        position = size
    is_closed = depth == 0 and not (tokens and tokens[-1].kind == "string" and _is_open(tokens[-1].text))
    return Line(tokens, start, indent, row, position, last_row, is_closed)


def _is_open(string: str) -> bool:
    """Whether a triple-quoted string runs to the end of the text."""
    body = string.lstrip("rRuUbBfFtT")
    quotes = body[:3]
    return quotes in ("'''", '"""') and (len(body) < 6 or not body.endswith(quotes))


def statements(tokens: list[Token]) -> Iterator[list[Token]]:
    """Split a logical line into its simple statements; a compound one's header comes first, without colon."""
    begin = depth = lambdas = 0
    compound = tokens[0].text in _COMPOUND
    for index, token in enumerate(tokens):
        text = token.text
        if text in OPENING:
            depth += 1
        elif text in CLOSING:
            depth -= 1
        elif depth > 0:
            continue
        elif text == "lambda":
            lambdas += 1
        elif text == ":" and lambdas:
            lambdas -= 1
        elif text == ";" or (text == ":" and compound):
            if index > begin:
                yield tokens[begin:index]
            begin, compound = index + 1, False
    if begin < len(tokens):
        yield tokens[begin:]


_COMPOUND = frozenset(
    ("if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class", "async")
)
