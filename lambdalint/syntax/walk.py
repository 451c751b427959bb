"""Walking syntax trees: as :func:`ast.walk`, several times as fast, without operators and contexts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_LEAVES = frozenset(
    ("ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment", "module", "level", "lineno", "asname",
     "is_async", "simple", "conversion", "type_ignores", "rest", "kwd_attrs", "tag", "n", "s", "name")
)  # fmt: skip
"""Fields that hold no node, or an operator or context, which are shared and have no place."""
_WITHOUT_NODES: tuple[type[ast.AST], ...] = (ast.Constant, ast.Global, ast.Nonlocal, ast.MatchSingleton)
_WITH_GAPS: tuple[type[ast.AST], ...] = (ast.Dict, ast.arguments)
"""Nodes whose lists hold ``None`` where there is no key or default."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each type of node that may hold other nodes, in order."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = kind._fields if not issubclass(kind, _WITHOUT_NODES) else ()
        alias = kind.__name__ == "TypeAlias"
        self[kind] = found = tuple(f for f in fields if f not in _LEAVES or (alias and f == "name"))
        return found


_FIELDS = _Fields()


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below a node, in order, without operators and contexts."""
    found: list[ast.AST] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            found += value
        elif value is not None:
            found.append(value)
    return [child for child in found if child is not None] if isinstance(node, _WITH_GAPS) else found


def parts(node: ast.AST) -> Iterator[list[ast.AST]]:
    """The children of a node by field, each in the order of the text."""
    for name in _FIELDS[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            yield [child for child in value if child is not None] if isinstance(node, _WITH_GAPS) else value
        elif value is not None:
            yield [value]


def walk(node: ast.AST) -> list[ast.AST]:
    """A node and all nodes below it, nearer ones first, without operators and contexts."""
    fields, gaps = _FIELDS, _WITH_GAPS
    found = [node]
    for item in found:
        kind = type(item)
        for name in fields[kind]:
            value = getattr(item, name, None)
            if type(value) is list:
                found += [child for child in value if child is not None] if kind in gaps else value
            elif value is not None:
                found.append(value)
    return found
