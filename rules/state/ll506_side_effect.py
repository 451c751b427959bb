"""The function of a Lambda layer does something besides computing its result.

## What it does

Reports `print`, `exec`, `open`, shell commands, changes of lists and dicts from outside, and assignments
to variables in the function. Printing in the graph (`tf.print`, `K.print_tensor`) is left alone.

## Why it hurts

Keras decides when the function runs: once when the model is built, again when it is traced, cloned or
loaded, and never in a compiled `predict`. What it prints or counts says nothing about the data. Code that
a saved model runs on loading is also how harmful models work.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda

shapes = []


def remember(t):
    shapes.append(t.shape)
    return t * 2


x = Input(shape=(4,))
y = Lambda(remember)(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t * 2)(x)
print(y.shape)
```

## How it is confirmed

The layer is run several times; the effects are counted.

## Fix and its safety

Move it out of the function; print tensors with `tf.print`. None is automatic.

## Known gaps

Effects of functions that are not in view.

## Interaction with other linters

None.

## References

- <https://github.com/protectai/modelscan/issues/44>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event, Function
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import walk

from ..calling.functions import names_of, outcomes, words, written_functions
from ..calling.ll403_returns_non_tensor import own_statements

_SYSTEM = (
    "os.system",
    "os.popen",
    "os.remove",
    "os.makedirs",
    "subprocess.",
    "shutil.",
    "urllib.",
    "requests.",
)
_PRINTERS = ("print_tensor", "Print", "print", "Assert", "debugging", "summary")


def check(layer: LayerFacts) -> Iterator[Report]:
    """The effects that a run of the function has, and system calls in its text."""
    seen = {id(outcome.at.node) for outcome in outcomes(layer)}  # of these LL403 says that they are None
    for event in layer.happened(events.SIDE_EFFECT):
        if id(event.at.node) not in seen and not _in_graph(event) and not _own_object(layer, event):
            seen.add(id(event.at.node))
            yield Report(event.at, _message(words(event.at.node)), note="a side effect")
    for function in written_functions(layer):
        names = names_of(layer, function)
        for node in walk(function.node) if names is not None else ():
            if isinstance(node, ast.Call) and id(node) not in seen and names is not None:
                if (names.canonical(node.func) or _imported(node.func)).startswith(_SYSTEM):
                    yield Report(Anchor(function.env.unit, node), _message(words(node)), note="a side effect")
        for statement in _outside_names(function):
            yield Report(
                Anchor(function.env.unit, statement), _message(words(statement)), note="a side effect"
            )


def _outside_names(function: Function) -> Iterator[ast.stmt]:
    """The assignments to names that the function declares ``global`` or ``nonlocal``."""
    if isinstance(function.node, ast.Lambda):
        return
    statements = sorted(own_statements(function.node), key=lambda node: (node.lineno, node.col_offset))
    outside = {
        name for node in statements if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names
    }
    for node in statements:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, (ast.Assign, ast.AugAssign)) and any(
            isinstance(target, ast.Name) and target.id in outside for target in targets
        ):
            yield node


def _message(text: str) -> str:
    return (
        f"`{text}` happens whenever Keras runs the function: when the model is built, traced, cloned or "
        "loaded, and not once per batch. Move it out of the function."
    )


def _imported(function: ast.expr) -> str:
    """What ``__import__('os').system`` calls."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
        call = function.value
        if isinstance(call.func, ast.Name) and call.func.id == "__import__" and call.args:
            if isinstance(call.args[0], ast.Constant):
                return f"{call.args[0].value!s}.{function.attr}"
    return ""


def _in_graph(event: Event) -> bool:
    """Whether it is printing or asserting in the graph, which runs with the data."""
    node = event.at.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr.startswith(_PRINTERS) and event.data.get("call") is None


def _own_object(layer: LayerFacts, event: Event) -> bool:
    """Whether a list that is changed was made by the function itself."""
    node = event.at.node
    if "list" not in event.data or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    receiver = node.func.value
    if not isinstance(receiver, ast.Name):
        return True
    for function in written_functions(layer):
        names = names_of(layer, function)
        if names is not None and function.env.unit is event.at.unit:
            scope = names.scope_of(node)
            owner = names.resolve(receiver.id, scope)
            outside = owner is not None and names.body_scope(function.node).within(owner)
            return not outside or owner is names.body_scope(function.node)
    return True


RULE = Rule("LL506", "side-effect", Contract.STATE, Severity.WARNING, check_layer=check)
