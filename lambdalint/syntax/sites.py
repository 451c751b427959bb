"""Which calls of a file construct a Lambda or merge layer of Keras."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from lambdalint.syntax.canonical import normalise, words
from lambdalint.syntax.enclosing import enclosing

if TYPE_CHECKING:
    from lambdalint.syntax.names import Names
    from lambdalint.syntax.scopes import Binding, Scope, StarImport

_KINDS = {
    "keras.layers.Lambda": "Lambda",
    "keras.layers.Merge": "Merge",
    "keras.layers.merge": "merge",
}
_WORDS = frozenset(_KINDS.values())
_LAYER_MODULES = frozenset(("layers", "keras_layers", "klayers", "KL", "kl", "tfkl", "core"))
_EVIDENCE = words(
    """
    Dense Sequential Input Conv2D Conv1D Convolution2D Convolution1D Embedding LSTM GRU Flatten Dropout
    Activation TimeDistributed Concatenate Reshape BatchNormalization Model
    """
)


def find(names: Names) -> Iterator[tuple[ast.Call, str]]:
    """The calls with their kind: ``Lambda``, ``subclass``, ``Merge`` or ``merge``; in order."""
    spellings = _interesting(names)
    subclasses = _subclasses(names, spellings)
    evidence: bool | None = None
    for call in names.calls:
        word = _last_word(call.func)
        if word not in spellings:
            continue
        kind = _KINDS.get(names.canonical(call.func) or "")
        if kind is None and subclasses and _own_class(names, call.func) in subclasses:
            kind = "subclass"
        if kind is None and _nameless(names, call, word):
            evidence = keras_evidence(names) if evidence is None else evidence
            kind = word if evidence else None
        if kind is not None and not _is_switched_off(names, call):
            yield call, kind


def _is_switched_off(names: Names, call: ast.Call) -> bool:
    """Whether a call stands in an ``if False:``, which no Python runs."""
    chain = enclosing(names.tree, call)
    return any(
        isinstance(outer, ast.If)
        and isinstance(outer.test, ast.Constant)
        and inner in (outer.orelse if outer.test.value else outer.body)
        for outer, inner in pairwise(chain)
    )


def keras_evidence(names: Names) -> bool:
    """Whether a file speaks of Keras at all: an import of it, or typical calls without any import."""
    for scope in names.scopes():
        for bindings in scope.bindings.values():
            if any(_is_keras(binding) for binding in bindings):
                return True
    if any(normalise(star.module)[0].startswith("keras") for star in names.star_imports):
        return True
    if any(_has_layers(names, star) for star in names.star_imports):
        return False
    for call in names.calls:
        word = _last_word(call.func)
        if word in _EVIDENCE and names.canonical(call.func) is None and not _is_own(names, call.func):
            return True
        base = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(base, ast.Name) and base.id in ("K", "keras") and not _is_own(names, base):
            return True
    return False


def _has_layers(names: Names, star: StarImport) -> bool:
    """Whether a module, not of the project, is by its name where another library keeps its own layers."""
    if star.level or "layers" not in star.module.split(".")[1:]:
        return False
    if names.project is None or names.unit is None:
        return True
    return names.project.module(star.module, 0, names.unit.path) is None


def _is_keras(binding: Binding) -> bool:
    if binding.kind != "import":
        return False
    dotted = f"{binding.module}.{binding.attribute}" if binding.attribute else binding.module
    return normalise(dotted)[0].startswith("keras") or dotted in ("tensorflow", "tensorflow.compat.v1")


def _interesting(names: Names) -> frozenset[str]:
    """The last words of calls worth a closer look: Lambda and merge, and what this file calls them."""
    found = set(_WORDS)
    links = [
        (binding.name, word)
        for scope in names.scopes()
        for bindings in scope.bindings.values()
        for binding in bindings
        for word in _sources(binding)
    ]
    links += [(node.name, _last_word(base) or "") for node in names.classes for base in node.bases]
    grown = True
    while grown:
        grown = False
        for name, source in links:
            if source in found and name not in found:
                found.add(name)
                grown = True
    return frozenset(found)


def _sources(binding: Binding) -> Iterator[str]:
    if binding.kind == "import":
        yield binding.attribute or binding.module
        return
    value = binding.value
    if binding.kind not in ("assignment", "parameter", "walrus") or value is None:
        return
    todo: list[ast.expr] = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, (ast.Tuple, ast.List)) and binding.path:
            todo.extend(item.elts)
        elif isinstance(item, ast.IfExp):
            todo.extend((item.body, item.orelse))
        elif word := _last_word(item):
            yield word


def _subclasses(names: Names, spellings: frozenset[str]) -> set[int]:
    """The file's own classes that inherit from Keras' Lambda, by id of their node."""
    found: set[int] = set()
    grown = True
    while grown:
        grown = False
        for node in names.classes:
            if id(node) in found:
                continue
            for base in node.bases:
                if _last_word(base) not in spellings:
                    continue
                canonical = names.canonical(base)
                if canonical == "keras.layers.Lambda" or _own_class(names, base) in found:
                    found.add(id(node))
                    grown = True
    return found


def _own_class(names: Names, func: ast.expr) -> int | None:
    if not isinstance(func, ast.Name):
        return None
    for binding in names.bindings(func.id, names.scope_of(func)):
        if binding.kind == "class":
            return id(binding.node)
    return None


def _is_own(names: Names, func: ast.expr) -> bool:
    return isinstance(func, ast.Name) and bool(names.bindings(func.id, names.scope_of(func)))


def _nameless(names: Names, call: ast.Call, word: str | None) -> bool:
    """Whether nothing in sight says what is called, and it looks like Keras'.

    A bare name no import provides, or an attribute of a variable called ``layers`` and the like
    whose value is not known.
    """
    if word not in _WORDS or names.canonical(call.func) is not None:
        return False
    func = call.func
    if isinstance(func, ast.Attribute):
        if _last_word(func.value) not in _LAYER_MODULES or _imports_project(names, func.value):
            return False
    elif not isinstance(func, ast.Name) or names.resolve(func.id, names.scope_of(func)) is not None:
        return False
    return word == "Lambda" or any(keyword.arg == "mode" for keyword in call.keywords)


def _imports_project(names: Names, module: ast.expr) -> bool:
    """Whether a name is an import that was followed into the project, where it turned out not to be Keras."""
    if not isinstance(module, ast.Name):
        return False
    scope: Scope = names.scope_of(module)
    return any(binding.kind == "import" for binding in names.bindings(module.id, scope))


def _last_word(expr: ast.expr) -> str | None:
    if isinstance(expr, ast.Name):
        return expr.id
    return expr.attr if isinstance(expr, ast.Attribute) else None
