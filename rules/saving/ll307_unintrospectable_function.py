"""The function of a Lambda layer is an object that Keras cannot inspect, name or save.

## What it does

Reports `operator.itemgetter`, `attrgetter` and `methodcaller` and builtins without a signature; and,
where the project saves or loads whole models, `functools.partial`, callable objects, bound methods and
the other builtins.

## Why it hurts

Keras asks the function for its parameters: `operator.itemgetter` raises "unsupported callable" on Python
up to 3.12, and fails on saving from 3.13. Measured in Keras 3 and tf_keras: a partial and an object are
refused when the model is saved ("Cannot serialize object functools.partial(...)", "'functools.partial'
object has no attribute '__name__'"); a bound method and a builtin such as `abs` are saved, by a name that
is not found again, and fail when the model is loaded.

## Bad

```python
import operator

from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(operator.itemgetter(0))([x, x])
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t[0])([x, x])
```

## How it is confirmed

The layer is built, saved, and loaded in a fresh process; the exception is printed.

## Fix and its safety

A function or lambda, with `arguments=` in place of a partial. None is automatic.

## Known gaps

Callables of other packages. Which models are saved is read as for LL302.

## Interaction with other linters

FURB118 turns `lambda x: x[0]` into `operator.itemgetter(0)`: do not let it, in a Lambda layer.

## References

- <https://docs.python.org/3/library/inspect.html#inspect.getfullargspec>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Bound, Instance, Library, Partial, Value
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .models import is_never_stored, saves_models

_GETTERS = ("operator.itemgetter", "operator.attrgetter", "operator.methodcaller")
_UNSIGNED = frozenset(
    f"builtins.{name}"
    for name in ("max", "min", "map", "filter", "zip", "iter", "next", "range", "slice", "type")
)


def check(layer: LayerFacts) -> Iterator[Report]:
    """A function argument that is no plain function."""
    node = layer.function_node
    if node is None or layer.kind in ("merge", "Merge") or layer.site.in_loss:
        return
    getter = _getter(layer, node)
    if getter is not None:
        yield _report(layer, node, f"`{getter}` has no signature that Keras could read", "Write a lambda.")
        return
    for value in layer.functions[:1]:
        if isinstance(value, Library) and value.name in _UNSIGNED:
            yield _report(
                layer, node, "This builtin has no signature that Keras could read", "Write a lambda."
            )
        elif (kind := _unsaved(value)) and not is_never_stored(layer) and saves_models(layer):
            what = f"{kind}, which a saved model cannot bring back"
            yield _report(layer, node, what, _REMEDY, "saving the model, or loading it,")


_REMEDY = "Use a function, and `arguments=` for further values."


def _report(
    layer: LayerFacts, node: ast.expr, what: str, remedy: str, where: str = "building or saving the layer"
) -> Report:
    return Report(Anchor(layer.unit, node), f"{what}: {where} fails. {remedy}", note="no function")


def _getter(layer: LayerFacts, node: ast.expr) -> str | None:
    call: ast.expr | None = node
    if isinstance(node, ast.Name):
        bindings = layer.names.bindings(node.id, layer.names.scope_of(node))
        call = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assignment" else None
    if not isinstance(call, ast.Call):
        return None
    name = layer.names.canonical(call.func)
    return name if name in _GETTERS else None


def _unsaved(value: Value) -> str:
    if isinstance(value, Partial):
        return "The function is a `functools.partial`"
    if isinstance(value, Library) and value.name.startswith(("builtins.", "operator.")):
        return f"`{value.name.removeprefix('builtins.')}` is a builtin"
    if isinstance(value, Instance):
        return f"The function is an object of class {value.cls.node.name}"
    if isinstance(value, Bound) and value.function is not None:
        return f"The function is the bound method `{value.name}`"
    return ""


RULE = Rule("LL307", "unintrospectable-function", Contract.SAVING, Severity.ERROR, check_layer=check)
