"""Whether a name that a layer's function reads gets another value after the layer is made."""

from __future__ import annotations

import ast

from lambdalint.interp.facts import LayerFacts
from lambdalint.syntax.names import Binding, Scope
from lambdalint.syntax.text import identity
from lambdalint.syntax.walk import children, walk

from .captures import Capture
from .lifetime import keeps_models_inside, model_is_replaced

_CHANGES = frozenset({"assignment", "augmented", "loop", "with", "walrus"})


def same_constant(bindings: list[Binding]) -> bool:
    """Whether every assignment gives the name the same literal."""
    values = {
        (type(b.value.value), b.value.value)
        if b.kind == "assignment" and not b.path and isinstance(b.value, ast.Constant)
        else id(b)
        for b in bindings
    }
    return len(values) == 1 and len(bindings) > 1


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


def rebound_later(bindings: list[Binding], layer: LayerFacts, capture: Capture) -> bool:
    """Whether code of the same function, on the same path, assigns the name again below the layer."""
    owner = capture.owner
    made = _same_scope(layer.names.scope_of(layer.node))
    if owner is None or _same_scope(capture.names.scope_of(capture.function.node)) is not made:
        return False
    if made is not owner:
        # A counter that is declared `global` or `nonlocal`.
        below = [b for b in bindings if _same_scope(layer.names.scope_of(b.node)) is made]
        bindings = below if capture.name in made.outer else []
    end = (layer.node.end_lineno or layer.node.lineno, layer.node.end_col_offset or 0)
    before = [b for b in bindings if b.position <= end]
    after = [b for b in bindings if b.position > end and b.kind in _CHANGES]
    if (made is owner and not before) or not all(b.kind in (*_CHANGES, "parameter") for b in before):
        return False
    return any(
        not _own_statement(b, layer) and not _exclusive(b, layer) and not _same_text(b, before) for b in after
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


def _same_text(binding: Binding, before: list[Binding]) -> bool:
    """Whether the name is given what it had: a cell or block that was copied."""
    if binding.value is None:
        return False
    text = identity(binding.value)
    return any(b.value is not None and b.path == binding.path and identity(b.value) == text for b in before)


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
    bindings = owner.bindings[capture.name]
    if owner.kind == "comprehension":
        return "changes at each step of the comprehension"
    if same_constant(bindings):
        return None
    loops = [binding.in_loop for binding in bindings if loop_around(binding, layer, capture)]
    if loops:
        local = all(loop is not None and keeps_models_inside(layer.names, loop) for loop in loops)
        return None if local else "changes at each step of the loop"
    if graph or not rebound_later(bindings, layer, capture) or model_is_replaced(layer):
        return None
    return "is assigned anew after this layer is made"
