"""The None that `model.add(...)` returns is called, assigned or wired on.

## What it does

Reports, in files with a Lambda or merge layer, what treats `model.add(layer)` as if it returned the layer
or its output: `model.add(layer)([a, b])`, `out = model.add(layer)`, `Dense(1)(model.add(layer))`.

## Why it hurts

`Sequential.add` returns None. Calling it raises "'NoneType' object is not callable"; a name bound to it
is None, and fails where it is used as a tensor or layer.

## Bad

```python
from keras.layers import Dense, Lambda
from keras.models import Sequential

model = Sequential()
model.add(Dense(4, input_shape=(8,)))
squared = model.add(Lambda(lambda t: t ** 2))
```

## Good

```python
from keras.layers import Dense, Input, Lambda
from keras.models import Model

x = Input(shape=(8,))
squared = Lambda(lambda t: t ** 2)(Dense(4)(x))
model = Model(x, squared)
```

## How it is confirmed

The statement is run; the exception is printed.

## Fix and its safety

None is automatic: what is meant is mostly a functional model, with each layer called on the output before
it.

## Known gaps

The receiver must be known to be a model.

## Interaction with other linters

Type checkers report the use of a function that returns None.

## References

- <https://keras.io/api/models/sequential>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import FileFacts
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import walk

from .ll403_returns_non_tensor import own_statements

_MODELS = frozenset({"keras.models.Sequential", "keras.Sequential", "keras.models.Model", "keras.Model"})


def check(file: FileFacts) -> Iterator[Report]:
    """Calls of ``add`` on a model whose value is used."""
    if not file.layers:
        return
    adds = {id(node): node for node in _added(file)}
    seen: set[int] = set()
    for add, how in _uses(file, adds):
        if id(add) in seen:
            continue
        seen.add(id(add))
        yield Report(
            Anchor(file.unit, add),
            f"`add` returns None, and that None is {how}. Call layers on tensors, as in `y = layer(x)`, to "
            "go on from a layer's output, or leave the result of `add` alone.",
            note="None",
            severity=Severity.WARNING if how == _ASSIGNED else None,
        )


_ASSIGNED = "assigned to a name"


def _added(file: FileFacts) -> Iterator[ast.Call]:
    """The calls ``model.add(...)`` of models, as the machine or the names show them."""
    known: set[int] = set()
    for layer in file.layers:
        for use in layer.applications:
            if use.how == "add" and use.at.unit is file.unit and isinstance(use.at.node, ast.Call):
                known.add(id(use.at.node))
    for call in file.names.calls:
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr == "add":
            if id(call) in known or _is_model(file, function.value):
                yield call


def _is_model(file: FileFacts, receiver: ast.expr) -> bool:
    if not isinstance(receiver, ast.Name):
        return False
    bindings = file.names.bindings(receiver.id, file.names.scope_of(receiver))
    values = [binding.value for binding in bindings if binding.kind == "assignment" and not binding.path]
    return any(
        isinstance(value, ast.Call) and file.names.canonical(value.func) in _MODELS for value in values
    )


def _uses(file: FileFacts, adds: dict[int, ast.Call]) -> Iterator[tuple[ast.Call, str]]:
    for event in file.events:
        if event.kind == events.ADD_RESULT:
            anchor = event.data.get("add")
            if isinstance(anchor, Anchor) and anchor.unit is file.unit and isinstance(anchor.node, ast.Call):
                called = isinstance(event.at.node, ast.Call) and event.at.node.func is anchor.node
                yield anchor.node, "called" if called else "used as a layer's input"
    if not adds:
        return
    for call in file.names.calls:
        if id(call.func) in adds:
            yield adds[id(call.func)], "called"
        for argument in call.args:
            if id(argument) in adds and isinstance(call.func, ast.Call):
                yield adds[id(argument)], "used as a layer's input"
    yield from _returned(file, adds)
    for scope in file.names.scopes():
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                bound = binding.kind in ("assignment", "walrus") and not name.startswith("_")
                if bound and id(binding.value) in adds:
                    yield adds[id(binding.value)], _ASSIGNED


def _returned(file: FileFacts, adds: dict[int, ast.Call]) -> Iterator[tuple[ast.Call, str]]:
    """The calls of ``add`` that a function returns to callers that use what they get."""
    statements = {id(node.value) for node in walk(file.tree) if isinstance(node, ast.Expr)}
    used = {
        call.func.id
        for call in file.names.calls
        if isinstance(call.func, ast.Name) and id(call) not in statements
    }
    for node in walk(file.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in used:
            for part in own_statements(node):
                if isinstance(part, ast.Return) and id(part.value) in adds:
                    yield adds[id(part.value)], "returned to code that uses it"


RULE = Rule("LL407", "model-add-result-used", Contract.CALLING, Severity.ERROR, check_file=check)
