"""Which names nothing defines; what a whole file says about its names is found once."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.names import Names, is_builtin

_FROM_ANYWHERE = re.compile(r"^[ \t]*%[ \t]*(pylab|run|load|store|edit)\b", re.MULTILINE)
_OF_NOTEBOOKS = frozenset({"get_ipython", "display", "In", "Out", "exit", "quit"})
_DYNAMIC = frozenset({"exec", "execfile", "eval", "globals", "locals", "vars"})


def is_undefined(names: Names, unit: SourceUnit, name: ast.Name) -> bool:
    """Whether a name has no value in its file, as far as can be seen."""
    word = name.id
    if is_builtin(word, python2=True) or names.resolve(word, names.scope_of(name)) is not None:
        return False
    if names.may_come_from_star(word) or names.canonical(name) is not None:
        return False
    if unit.is_notebook:
        if word in _OF_NOTEBOOKS or word.startswith("_") or _gets_more_names(unit.original):
            return False
    if _is_dynamic(names):
        return False
    touched = [line for line in _lines(unit.original, unit.touched_rows) if word in line]
    lost = re.compile(rf"\b{word}\b\s*(,[^=]*)?=[^=]|\b(import|def|class|for|as)\b.*\b{word}\b")
    return not any(lost.search(line) for line in touched)


@lru_cache(maxsize=1)
def _gets_more_names(text: str) -> bool:
    return _FROM_ANYWHERE.search(text) is not None


@lru_cache(maxsize=1)
def _is_dynamic(names: Names) -> bool:
    return any(isinstance(call.func, ast.Name) and call.func.id in _DYNAMIC for call in names.calls)


@lru_cache(maxsize=1)
def _lines(text: str, rows: frozenset[int]) -> list[str]:
    lines = text.split("\n")
    return [lines[row - 1] for row in rows if row <= len(lines)]


@lru_cache(maxsize=1)
def labels(names: Names) -> frozenset[object]:
    """What calls are given as ``name``."""
    return frozenset(
        keyword.value.value
        for call in names.calls
        for keyword in call.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    )
