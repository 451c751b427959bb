"""The function of a Lambda layer reads a loop variable, or a name that is rebound after the layer is made.

## What it does

Reports a free name of the function that the surrounding loop or comprehension changes at each step, or
that is assigned anew later on. `error` in Keras 3 and in TensorFlow's Keras 2, `warning` in Keras 1 and
standalone Keras 2.

## Why it hurts

Python looks the name up when the function runs, and Keras runs it again whenever the model does. In Keras
3 and TensorFlow's Keras 2 every layer then uses the last value, although each was called at once: three
layers that should add 10, 20 and 30 give 30, 30, 30 in `predict`. Keras 1 and standalone Keras 2 build
their graph once and get it right in that process; after saving, cloning or `multi_gpu_model` all layers
use the last value.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(3,))
columns = []
for i in range(3):
    columns.append(Lambda(lambda t: t[:, i : i + 1])(x))
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(3,))
columns = []
for i in range(3):
    columns.append(Lambda(lambda t, i: t[:, i : i + 1], arguments={"i": i})(x))
```

## How it is confirmed

The model is run and compared with what each layer gave when it was made.

## Fix and its safety

Pass the value through `arguments={"i": i}`. Not as a default argument: Keras 3 cannot load it. Unsafe
only in that the result changes, from wrong to right.

## Known gaps

A name that another function rebinds between two calls is not seen.

## Interaction with other linters

B023 reports the same names in loops, without knowing that Keras runs the function again; its remedy, a
default argument, does not survive saving in Keras 3.

## References

https://github.com/tensorflow/tensorflow/issues/56169, https://github.com/keras-team/keras/issues/15914
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule
from lambdalint.syntax.names import Binding, Scope

from .captures import Capture, captures
from .dialects import is_graph_mode
from .lifetime import keeps_models_inside, made_in_call, model_is_replaced

_CHANGES = frozenset({"assignment", "augmented", "loop", "with", "walrus"})


def check(layer: LayerFacts) -> Iterator[Report]:
    """The free names that change while or after the layer is made, one report for each function."""
    if layer.site.in_loss or made_in_call(layer):
        return
    graph = is_graph_mode(layer)
    changing: dict[int, list[tuple[Capture, str]]] = {}
    for capture in captures(layer):
        how = _changes(layer, capture, graph)
        if how is not None:
            changing.setdefault(id(capture.function.node), []).append((capture, how))
    for found in changing.values():
        yield _report(found, graph)


def _report(found: list[tuple[Capture, str]], graph: bool) -> Report:
    first, how = found[0]
    names = [capture.name for capture, _ in found]
    when = (
        "The graph of this process is right, but every layer uses the last value once the model is saved, "
        "cloned or split over devices."
        if graph
        else "Keras runs the function again in `predict`, and every layer then uses the last value."
    )
    it = "it" if len(names) == 1 else "them"
    entries = ", ".join(f"'{name}': {name}" for name in names)
    return Report(
        first.use,
        f"`{first.name}` {how}, and the function looks it up when it runs. {when} Pass {it} through "
        f"`arguments={{{entries}}}`.",
        note="looked up when the function runs",
        severity=Severity.WARNING if graph else None,
        related=tuple((capture.use, f"`{capture.name}` {why}") for capture, why in found[1:]),
    )


def _changes(layer: LayerFacts, capture: Capture, graph: bool) -> str | None:
    owner = capture.owner
    if owner is None or capture.names is not layer.names:
        return None
    bindings = owner.bindings[capture.name]
    if owner.kind == "comprehension":
        return "changes at each step of the comprehension"
    if _same_constant(bindings):
        return None
    loops = [binding.in_loop for binding in bindings if _loop_around(binding, layer, capture)]
    if loops:
        local = all(loop is not None and keeps_models_inside(layer.names, loop) for loop in loops)
        return None if local else "changes at each step of the loop"
    if graph or not _rebound_later(bindings, layer, capture) or model_is_replaced(layer):
        return None
    return "is assigned anew after this layer is made"


def _same_constant(bindings: list[Binding]) -> bool:
    """Whether every assignment gives the name the same literal."""
    texts = {
        ast.dump(b.value)
        if b.kind == "assignment" and not b.path and isinstance(b.value, ast.Constant)
        else id(b)
        for b in bindings
    }
    return len(texts) == 1 and len(bindings) > 1


def _loop_around(binding: Binding, layer: LayerFacts, capture: Capture) -> bool:
    """Whether a loop that holds the function or the layer changes the name at each step."""
    loop = binding.in_loop
    if binding.kind not in _CHANGES or loop is None:
        return False
    if binding.kind == "assignment" and isinstance(binding.value, ast.Constant):
        return False
    return _holds(loop, capture.function.node) or _holds(loop, layer.node)


def _holds(outer: ast.AST, inner: ast.AST) -> bool:
    first, last = getattr(outer, "lineno", 0), getattr(outer, "end_lineno", 0) or 0
    row = getattr(inner, "lineno", -1)
    begins = (first, getattr(outer, "col_offset", 0))
    return first <= row <= last and begins <= (row, getattr(inner, "col_offset", 0))


def _rebound_later(bindings: list[Binding], layer: LayerFacts, capture: Capture) -> bool:
    """Whether code of the same scope, on the same path, assigns the name again below the layer."""
    owner = capture.owner
    made = _same_scope(layer.names.scope_of(layer.node))
    if (
        owner is None
        or made is not owner
        or _same_scope(capture.names.scope_of(capture.function.node)) is not owner
    ):
        return False
    end = (layer.node.end_lineno or layer.node.lineno, layer.node.end_col_offset or 0)
    before = [b for b in bindings if b.position <= end]
    after = [b for b in bindings if b.position > end and b.kind in _CHANGES]
    if not before or not all(b.kind in (*_CHANGES, "parameter") for b in before):
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
    text = ast.dump(binding.value)
    return any(b.value is not None and b.path == binding.path and ast.dump(b.value) == text for b in before)


RULE = Rule("LL303", "late-bound-loop-variable", Contract.SAVING, Severity.ERROR, check_layer=check)
