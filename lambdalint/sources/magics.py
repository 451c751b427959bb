"""IPython's additions to Python: magics, shell lines and help, replaced row for row by plain Python."""

from __future__ import annotations

import ast
import re
import warnings

from lambdalint.sources.scan import CLOSING, OPENING, Line, next_line

_CODE_CELLS = frozenset(
    ("capture", "debug", "ipytest", "memit", "notify", "prun", "pypy", "python", "python2", "python3", "time",
     "timeit")
)  # fmt: skip
_CODE_LINE = re.compile(
    r"%(?:time|timeit|prun|memit|mprun|lprun)\b[ \t]*(?:-(?:[fsDTl][ \t]+\S+|\w+(?:[ \t]+\d+)?)[ \t]+)*"
)
_COMPOUND = re.compile(r"(?:for|while|if|with|try)\b")
_MAGIC = re.compile(r"[%!?/]|[,;](?=\w)")
_AUTOMAGIC = re.compile(
    r"(?:pip3?|conda|ls|cd|cat|cp|mv|rm|mkdir|rmdir|load_ext|matplotlib|run)[ \t]+(?=[-\w./~\"'*])"
    r"(?!(?:in|is|and|or|if|not|for)\b)"
)
_HELP = re.compile(r"(?:[ \t]*\?\??)?[ \t]*%{0,2}[\w.*\[\]\"']+[ \t]*\?\??[ \t]*(?:;|#.*)?\Z")
_CONTINUED = re.compile(r"(?:[^\\\n]|\\(?:\n|.|\Z))*")
_FROM_IPYTHON = re.compile(r"[ \t]*[%!]")
_UNKNOWN = "get_ipython()"


def to_python(cell: str) -> tuple[str, frozenset[int]]:
    """Turn the text of one cell into Python.

    Lines for IPython become ``pass`` at their indentation, ``x = !ls`` keeps its target, and ``%time f()``
    and the body of ``%%time`` stay as code.

    Returns:
        The text, with as many rows, and the 1-based rows that changed.
    """
    if _parses(cell):
        return cell, frozenset()
    text = _lines_to_python(_dedented(_cell_magic(cell)))
    before, after = cell.split("\n"), text.split("\n")
    return text, frozenset(row for row, (old, new) in enumerate(zip(before, after), start=1) if old != new)


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _cell_magic(cell: str) -> str:
    """Blank ``%%magic`` at the head of a cell, and with it the whole cell unless it holds Python."""
    rows = cell.split("\n")
    for index, row in enumerate(rows):
        if row.startswith("%%"):
            word = re.match(r"\w*", row[2:])
            if word is None or word.group() not in _CODE_CELLS:
                return "\n" * (len(rows) - 1)
            rows[index] = ""
        elif row.strip() and not row.lstrip().startswith("#"):
            break
    return "\n".join(rows)


def _dedented(cell: str) -> str:
    """Without the indentation of the first line of code, which IPython takes away too."""
    first = re.search(r"^([ \t]*)[^\s#]", cell, re.MULTILINE)
    if first is None or not first.group(1):
        return cell
    return re.sub("^" + first.group(1), "", cell, flags=re.MULTILINE)


def _lines_to_python(text: str) -> str:
    pieces, start, row = [], 0, 1
    while start < len(text):
        stop = _magic_end(text, start)
        piece = _magic_line(text[start:stop])
        if piece is None:
            line = next_line(text, start, row)
            stop = line.end
            piece = _logical_line(text, line)
        pieces.append(piece)
        row += text.count("\n", start, stop)
        start = stop + 1
        row += 1
    # A string or bracket that is left open has taken the last line end with it.
    return "\n".join(pieces) + ("\n" if start == len(text) and text.endswith("\n") else "")


def _magic_end(text: str, start: int) -> int:
    """Where a magic that starts here would end: at the first line end without a backslash."""
    match = _CONTINUED.match(text, start)
    return match.end() if match else len(text)


def _magic_line(line: str) -> str | None:
    """The Python for a line that starts as a magic, or ``None`` if it does not."""
    code = line.lstrip(" \t")
    indent = line[: len(line) - len(code)]
    timed = _CODE_LINE.match(code)
    if timed:
        return indent + _timed(code, timed.end())
    if _MAGIC.match(code) or _AUTOMAGIC.match(code) or _HELP.match(line):
        return _passing(indent, line)
    return None


def _timed(code: str, width: int) -> str:
    """The statement behind ``%time`` and its like, in its own columns where Python allows."""
    statement = code[width:]
    if _COMPOUND.match(statement):
        return statement
    return "pass;" + " " * (width - len("pass;")) + statement


def _passing(indent: str, line: str) -> str:
    return indent + "pass" + "\n" * line.count("\n")


def _logical_line(text: str, line: Line) -> str:
    """A line that starts as Python: it may still assign from a magic or ask for help."""
    depth = 0
    for token in line.tokens:
        if token.text in OPENING:
            depth += 1
        elif token.text in CLOSING:
            depth -= 1
        elif depth == 0 and token.text == "=":
            behind = _FROM_IPYTHON.match(text, token.end)
            if behind:
                rest = text[behind.end() : line.end]
                return text[line.start : behind.end() - 1] + _UNKNOWN + "\n" * rest.count("\n")
    if line.tokens and line.tokens[-1].text == "?":
        return _passing(line.indent, text[line.start : line.end])
    return text[line.start : line.end]
