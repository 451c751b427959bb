"""Syntax nodes as text, for messages."""

from __future__ import annotations

import ast

_MOST_CHARACTERS = 300
UNPRINTABLE = "…"


def written(node: ast.AST) -> str:
    """The code of a node in one spelling, cut short where it is long; ``…`` where it is too deep."""
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        # A number in hexadecimal digits may have more decimal ones than Python is willing to print.
        return UNPRINTABLE
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + UNPRINTABLE


def shortened(node: ast.AST, limit: int) -> str:
    """The code of a node in one row of at most ``limit`` characters."""
    text = " ".join(written(node).split())
    return text if len(text) <= limit else text[: limit - 1] + UNPRINTABLE


def source_text(node: ast.AST) -> str:
    """A short text of a name or attribute chain, for labels and messages."""
    if type(node) is ast.Name:
        return node.id
    words: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            words.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            break
    if isinstance(node, ast.Name):
        words.append(node.id)
    return ".".join(reversed(words))


def identity(node: ast.AST) -> object:
    """What two nodes share if and only if they are the same code, places aside."""
    try:
        return ast.dump(node)
    except (RecursionError, ValueError):
        return node
