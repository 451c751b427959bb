"""Whether a name that a layer's function reads gets another value after the layer is made."""

from __future__ import annotations

import ast
import sys
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import islice

from lambdalint.interp.facts import LayerFacts
from lambdalint.syntax.names import Binding, Scope
from lambdalint.syntax.scopes import Path, Position
from lambdalint.syntax.text import identity
from lambdalint.syntax.walk import children, walk

from .captures import Capture
from .lifetime import keeps_models_inside, model_is_replaced

_CHANGES = frozenset({"assignment", "augmented", "loop", "with", "walrus"})
_END = (sys.maxsize, 0)


class _History:
    """The bindings of a name in a scope, in order of the text: many layers may ask about one name."""

    def __init__(self, bindings: list[Binding]) -> None:
        self.bindings = sorted(bindings, key=lambda binding: binding.position)
        self.positions = [binding.position for binding in self.bindings]
        self.in_loops = [b for b in bindings if b.kind in _CHANGES and b.in_loop is not None]
        kinds = (*_CHANGES, "parameter")
        self.first_other = min((b.position for b in bindings if b.kind not in kinds), default=_END)
        """Where something that is neither a change nor a parameter binds the name first."""

    @cached_property
    def is_one_constant(self) -> bool:
        """Whether every assignment gives the name the same literal."""
        values = {
            (type(b.value.value), b.value.value)
            if b.kind == "assignment" and not b.path and isinstance(b.value, ast.Constant)
            else id(b)
            for b in self.bindings
        }
        return len(values) == 1 and len(self.bindings) > 1

    def has_same_text(self, binding: Binding, end: Position) -> bool:
        """Whether the name is given what it had up to ``end``: a cell or block that was copied."""
        if binding.value is None:
            return False
        return self._first_with_text.get((binding.path, identity(binding.value)), _END) <= end

    @cached_property
    def _first_with_text(self) -> dict[tuple[Path, object], Position]:
        found: dict[tuple[Path, object], Position] = {}
        for binding in self.bindings:
            if binding.value is not None:
                found.setdefault((binding.path, identity(binding.value)), binding.position)
        return found


@lru_cache(maxsize=8)
def _history(owner: Scope, name: str) -> _History:
    return _History(owner.bindings[name])


def loop_around(binding: Binding, layer: LayerFacts, capture: Capture) -> bool:
    """Whether a loop that holds the function or the layer changes the name at each step."""
    loop = binding.in_loop
    if binding.kind not in _CHANGES or loop is None:
        return False
    if binding.kind == "assignment" and not binding.path and capture.owner is not None:
        if binding.value is not None and _never_changes(binding.value, capture.owner):
            return False
    return _holds(loop, capture.function.node) or _holds(loop, layer.node)


def _never_changes(value: ast.expr, owner: Scope) -> bool:
    """Whether numbers, lists and names that are set in no loop make up a value."""
    if isinstance(value, ast.Name):
        return all(binding.in_loop is None for binding in owner.bindings.get(value.id, ()))
    if isinstance(value, ast.Constant):
        return True
    return isinstance(value, (ast.List, ast.Tuple, ast.BinOp, ast.UnaryOp)) and all(
        _never_changes(part, owner) for part in children(value) if isinstance(part, ast.expr)
    )


def _holds(outer: ast.AST, inner: ast.AST) -> bool:
    first, last = getattr(outer, "lineno", 0), getattr(outer, "end_lineno", 0) or 0
    row = getattr(inner, "lineno", -1)
    begins = (first, getattr(outer, "col_offset", 0))
    return first <= row <= last and begins <= (row, getattr(inner, "col_offset", 0))


def rebound_later(history: _History, layer: LayerFacts, capture: Capture) -> bool:
    """Whether code of the same function, on the same path, assigns the name again below the layer."""
    owner = capture.owner
    made = _same_scope(layer.names.scope_of(layer.node))
    if owner is None or _same_scope(capture.names.scope_of(capture.function.node)) is not made:
        return False
    if made is not owner:
        # A counter that is declared `global` or `nonlocal`.
        below = [b for b in history.bindings if _same_scope(layer.names.scope_of(b.node)) is made]
        history = _History(below if capture.name in made.outer else [])
    end = (layer.node.end_lineno or layer.node.lineno, layer.node.end_col_offset or 0)
    begin = bisect_right(history.positions, end)
    if (made is owner and not begin) or history.first_other <= end:
        return False
    return any(
        b.kind in _CHANGES
        and not _own_statement(b, layer)
        and not _exclusive(b, layer)
        and not history.has_same_text(b, end)
        for b in islice(history.bindings, begin, None)
    )


def _same_scope(scope: Scope) -> Scope:
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def _own_statement(binding: Binding, layer: LayerFacts) -> bool:
    """Whether the assignment is the one that holds the layer's call: its result takes the name over."""
    return binding.value is not None and _holds(binding.value, layer.node)


def _exclusive(binding: Binding, layer: LayerFacts) -> bool:
    """Whether the layer and the assignment stand in one ``if`` or ``try``, perhaps on different paths."""
    return binding.branch is not None and _holds(binding.branch, layer.node)


def _is_only_counted(capture: Capture) -> bool:
    """Whether the function asks for nothing but the length, which the lists of all steps tend to share."""
    counted = {
        id(call.args[0])
        for call in walk(capture.function.node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "len"
        and call.args
    }
    return bool(capture.uses) and all(id(use) in counted for use in capture.uses)


def changes(layer: LayerFacts, capture: Capture, graph: bool) -> str | None:
    """How a captured name changes while or after the layer is made, or ``None`` where it does not."""
    owner = capture.owner
    if owner is None or capture.names is not layer.names or _is_only_counted(capture):
        return None
    history = _history(owner, capture.name)
    if owner.kind == "comprehension":
        return "changes at each step of the comprehension"
    if history.is_one_constant:
        return None
    loops = [binding.in_loop for binding in history.in_loops if loop_around(binding, layer, capture)]
    if loops:
        local = all(loop is not None and keeps_models_inside(layer.names, loop) for loop in loops)
        return None if local else "changes at each step of the loop"
    if graph or not rebound_later(history, layer, capture) or model_is_replaced(layer):
        return None
    return "is assigned anew after this layer is made"
