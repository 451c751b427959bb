"""Python 2 text rewritten so that Python 3 parses it, row for row and, where possible, column for column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from lambdalint.sources.scan import CLOSING, OPENING, Line, Token, indent_width, logical_lines, statements

_ESCAPE = re.compile(
    r"\\(?:u[\da-fA-F]{4}|U00(?:0[\da-fA-F]|10)[\da-fA-F]{4}|N\{[^{}\n]+\}|[^uUN])|(?P<bad>\\[uUN])",
    re.DOTALL,
)
_INFIX = frozenset(("in", "is", "and", "or", "if", "else", "for", "as", "import"))
_STRING_PREFIX = re.compile(r"[a-zA-Z]*")


def recover(text: str) -> tuple[str, frozenset[int]] | None:
    """Rewrite what only Python 2 accepts.

    Rows stay as they are; in rows that are not returned columns do too.  Names that a tuple
    parameter binds are rewritten to elements of the parameter.

    Returns:
        The new text and the 1-based rows that changed, or ``None`` if there is nothing of Python 2
        in it.  The new text may still not parse.
    """
    rewriter = _Rewriter(text, list(logical_lines(text)))
    edits = rewriter.run()
    if not edits:
        return None
    return _apply(text, edits)


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    start: int
    end: int
    text: str


def _apply(text: str, edits: list[_Edit]) -> tuple[str, frozenset[int]]:
    pieces, position = [], 0
    for edit in sorted(edits):
        if edit.start >= position:
            pieces += [text[position : edit.start], edit.text]
            position = edit.end
    new = "".join((*pieces, text[position:]))
    pairs = enumerate(zip(text.split("\n"), new.split("\n")), start=1)
    return new, frozenset(row for row, (old_line, new_line) in pairs if old_line != new_line)


class _Rewriter:
    """Collects the edits of one text."""

    def __init__(self, text: str, lines: list[Line]) -> None:
        self.text = text
        self.lines = lines
        self.edits: list[_Edit] = []
        names = [token.text for line in lines for token in line.tokens if token.kind == "name"]
        pairs = set(pairwise(names))
        self.print_is_name = any(_is_print_import(line.tokens) for line in lines)
        self.has_async = ("async", "def") in pairs
        self.names = frozenset(names)

    def run(self) -> list[_Edit]:
        """Rewrite every line."""
        for number, line in enumerate(self.lines):
            self._tokens(line.tokens)
            for statement in statements(line.tokens):
                handler = _HANDLERS.get(statement[0].text)
                if handler is not None:
                    handler(self, statement)
            if line.tokens[0].text == "def":
                self._def(number)
        if _tabs_clash(self.lines):
            self._expand_tabs()
        return self.edits

    def replace(self, start: int, end: int, text: str) -> None:
        """Note that the text between two offsets becomes ``text``."""
        self.edits.append(_Edit(start, end, text))

    def fit(self, start: int, end: int, text: str) -> None:
        """Like ``replace``, keeping the line breaks and, if there is room, the width."""
        old = self.text[start:end]
        at = min(len(text), len(old.partition("\n")[0].rstrip("\\")))
        self.replace(start, end, text + re.sub(r"\\(?!\n)|[^\\\n]", " ", old[at:]))

    # -- tokens -----------------------------------------------------------------------------

    def _tokens(self, tokens: list[Token]) -> None:
        ticks = 0
        for index, token in enumerate(tokens):
            if token.kind == "number":
                self._number(token)
            elif token.kind == "string":
                self._string(token)
            elif token.text == "<>":
                self.replace(token.start, token.end, "!=")
            elif token.text == "`":
                ticks += 1
                self.replace(token.start, token.end, "repr(" if ticks % 2 else ")")
            elif token.text in ("async", "await"):
                self._async(token, tokens[index + 1 : index + 2])
            elif token.text == "lambda":
                self._lambda(tokens, index)
            elif token.text == "for" and index:
                self._comprehension(tokens, index)

    def _number(self, token: Token) -> None:
        text = token.text.rstrip("lL")
        if re.fullmatch(r"0[0-7]*[1-7][0-7]*", text):
            text = str(int(text, 8))
        if text != token.text:
            self.replace(token.start, token.end, text.ljust(len(token.text)))

    def _string(self, token: Token) -> None:
        match = _STRING_PREFIX.match(token.text)
        prefix = match.group().lower() if match else ""
        if prefix == "ur" or ("b" in prefix and not token.text.isascii()):
            # The letter is made up for behind the string, so that the string still starts in its column.
            letters = token.text[: len(prefix)]
            kept = "".join(letter for letter in letters if letter not in "uUbB")
            self.replace(token.start, token.start + len(prefix), kept)
            self.replace(token.end, token.end, " " * (len(letters) - len(kept)))
        elif not prefix and "\\" in token.text:
            # Python 2 reads "C:\\Users" as it stands, Python 3 wants the backslash doubled.
            for escape in _ESCAPE.finditer(token.text):
                if escape.lastgroup == "bad":
                    self.replace(token.start + escape.start(), token.start + escape.start(), "\\")

    def _async(self, token: Token, following: list[Token]) -> None:
        after = following[0] if following else None
        if token.text == "async":
            genuine = after is not None and after.text in ("def", "for", "with")
        else:
            genuine = self.has_async or (after is not None and _starts_operand(after))
        if not genuine:
            self.replace(token.start, token.end, token.text.capitalize())

    def _comprehension(self, tokens: list[Token], index: int) -> None:
        """Put brackets around the values of ``[x for x in 1, 2]``."""
        begin = next((i for i in range(index, len(tokens)) if tokens[i].text == "in"), len(tokens))
        depth, comma = 0, False
        for token in tokens[begin + 1 :]:
            depth += _step(token)
            if depth < 0 or (depth == 0 and token.text in ("for", "if", ":")):
                break
            comma = comma or (depth == 0 and token.text == ",")
            last = token
        else:
            return
        if comma:
            opening, first = tokens[begin].end, tokens[begin + 1].start
            self.replace(opening, opening + (first > opening), "(")
            self.replace(last.end, last.end, ")")

    # -- statements -------------------------------------------------------------------------

    def _print(self, tokens: list[Token]) -> None:
        if self.print_is_name or len(tokens) < 2:
            return
        first = tokens[1]
        if _starts_operand(first) or first.text in ("`", "{", "[", "~"):
            self._call(tokens)

    def _call(self, tokens: list[Token]) -> None:
        keyword, first = tokens[0], tokens[1]
        gap = 1 if first.start > keyword.end else 0
        self.replace(keyword.end, keyword.end + gap, "(")
        self.replace(tokens[-1].end, tokens[-1].end, ")")

    def _exec(self, tokens: list[Token]) -> None:
        if len(tokens) < 2 or not (_starts_operand(tokens[1]) or tokens[1].text == "`"):
            return
        for token in _outer(tokens):
            if token.text == "in":
                self.replace(token.start, token.end, ", ")
                break
        self._call(tokens)

    def _raise(self, tokens: list[Token]) -> None:
        comma = next((token for token in _outer(tokens) if token.text == ","), None)
        if comma is not None:
            self.replace(comma.start, comma.end, "(")
            self.replace(tokens[-1].end, tokens[-1].end, ")")

    def _except(self, tokens: list[Token]) -> None:
        commas = [token for token in _outer(tokens) if token.text == ","]
        if len(commas) != 1:
            return
        target = [token for token in tokens if token.start > commas[0].start]
        if len(target) == 1 and target[0].kind == "name":
            self.fit(commas[0].start, target[0].start, " as ")
        elif target:
            self.fit(commas[0].start, target[-1].end, "")

    # -- tuple parameters -------------------------------------------------------------------

    def _lambda(self, tokens: list[Token], index: int) -> None:
        depth, colon = 0, index + 1
        while colon < len(tokens) and (depth or tokens[colon].text != ":"):
            depth += _step(tokens[colon])
            colon += 1
        if colon - index < 3:
            return
        renamed = self._parameters(tokens[index + 1 : colon])
        if renamed:
            self._rename(_lambda_body(tokens, colon + 1), renamed)

    def _def(self, number: int) -> None:
        line = self.lines[number]
        opening = next((i for i, token in enumerate(line.tokens) if token.text == "("), None)
        if opening is None:
            return
        depth, closing = 1, opening + 1
        while closing < len(line.tokens) and depth:
            depth += _step(line.tokens[closing])
            closing += 1
        renamed = self._parameters(line.tokens[opening + 1 : closing - 1])
        if not renamed:
            return
        self._rename(line.tokens[closing:], renamed)
        for inner in self.lines[number + 1 :]:
            if inner.width <= line.width:
                break
            self._rename(inner.tokens, renamed)

    def _parameters(self, tokens: list[Token]) -> dict[str, str]:
        """Replace each tuple parameter by one name; give what its names are called now."""
        renamed: dict[str, str] = {}
        depth, is_first = 0, True
        opening: int | None = None
        for index, token in enumerate(tokens):
            if is_first and token.text == "(":
                opening = index
            depth += _step(token)
            is_first = depth == 0 and token.text == ","
            if depth == 0 and opening is not None:
                self._parameter(tokens[opening : index + 1], renamed)
                opening = None
        return renamed

    def _parameter(self, tokens: list[Token], renamed: dict[str, str]) -> None:
        words = [token.text for token in tokens if token.kind == "name"]
        if any(token.text in "[]{}" for token in tokens):
            return
        start, end = tokens[0].start, tokens[-1].end
        if not any(token.text == "," for token in tokens):
            self.replace(start, tokens[0].end, " ")
            self.replace(tokens[-1].start, end, " ")
            return
        name = "_".join(words)
        while name in self.names:
            name += "_"
        self.fit(start, end, name)
        path: list[int] = []
        for token in tokens:
            if token.text == "(":
                path.append(0)
            elif token.text == ")":
                path.pop()
            elif token.text == ",":
                path[-1] += 1
            else:
                renamed[token.text] = name + "".join(f"[{index}]" for index in path)

    def _rename(self, tokens: list[Token], renamed: dict[str, str]) -> None:
        depth = 0
        for index, token in enumerate(tokens):
            depth += _step(token)
            if token.kind != "name" or token.text not in renamed:
                continue
            is_attribute = index > 0 and tokens[index - 1].text == "."
            is_keyword = depth > 0 and index + 1 < len(tokens) and tokens[index + 1].text == "="
            if not is_attribute and not is_keyword:
                self.replace(token.start, token.end, renamed[token.text])

    # -- indentation ------------------------------------------------------------------------

    def _expand_tabs(self) -> None:
        for line in self.lines:
            if "\t" in line.indent:
                self.replace(line.start, line.start + len(line.indent), " " * line.width)


_HANDLERS = {
    "print": _Rewriter._print,
    "exec": _Rewriter._exec,
    "raise": _Rewriter._raise,
    "except": _Rewriter._except,
}


def _is_print_import(tokens: list[Token]) -> bool:
    words = [token.text for token in tokens]
    return words[:2] == ["from", "__future__"] and "print_function" in words


def _starts_operand(token: Token) -> bool:
    return token.kind != "op" and token.text not in _INFIX


def _step(token: Token) -> int:
    if token.text in OPENING:
        return 1
    return -1 if token.text in CLOSING else 0


def _outer(tokens: list[Token]) -> list[Token]:
    """The tokens outside all brackets."""
    depth, found = 0, []
    for token in tokens:
        depth += _step(token)
        if depth == 0:
            found.append(token)
    return found


def _lambda_body(tokens: list[Token], begin: int) -> list[Token]:
    depth = 0
    for index in range(begin, len(tokens)):
        token = tokens[index]
        depth += _step(token)
        if depth < 0 or (depth == 0 and token.text in (",", ";", ":", "for")):
            return tokens[begin:index]
    return tokens[begin:]


def _tabs_clash(lines: list[Line]) -> bool:
    """Whether Python 3 would refuse the mixture of tabs and blanks."""
    stack = [(0, 0)]
    for line in lines:
        here = (line.width, indent_width(line.indent, 1))
        while len(stack) > 1 and here[0] < stack[-1][0]:
            stack.pop()
        top = stack[-1]
        if (here[0] > top[0]) != (here[1] > top[1]) or (here[0] == top[0]) != (here[1] == top[1]):
            return True
        if here[0] > top[0]:
            stack.append(here)
    return False
