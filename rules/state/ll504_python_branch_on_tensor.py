"""Python control flow in the function of a Lambda layer depends on a tensor's value.

## What it does

Reports `if`, `while`, `and`, `or`, `not` and loops on a tensor that depends on the input, `len(x)` on it
and `range` over a size that is only known when the model runs. Asking for a known static size, or for
`None`, is fine.

## Why it hurts

While the model is built there is no value to ask for: "Using a symbolic `tf.Tensor` as a Python `bool` is
not allowed", hidden in Keras 3 behind "We could not automatically infer the shape of the Lambda's
output". AutoGraph does not come to the rescue inside a Lambda. Eagerly, one answer would hold for the
whole batch.

## Bad

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda


def clip(t):
    if tf.reduce_max(t) > 1.0:
        return t / 2.0
    return t


x = Input(shape=(4,))
y = Lambda(clip)(x)
```

## Good

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda


def clip(t):
    return tf.where(t > 1.0, t / 2.0, t)


x = Input(shape=(4,))
y = Lambda(clip)(x)
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

`where`, `K.switch` or `tf.cond` in place of `if`; `map_fn` or an operation on the whole axis in place of
a loop. None is automatic.

## Known gaps

Conditions on values that are not known to be tensors. Functions under `tf.function` or AutoGraph are left
alone.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/8630>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event, Function, Tensor
from lambdalint.rule import Report, Rule
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

from ..calling.functions import written_functions
from ..spelling import spelled


def check(layer: LayerFacts) -> Iterator[Report]:
    """The places where Python asks a tensor for its value."""
    if any(_is_converted(function) for function in written_functions(layer)):
        return
    told: set[int] = set()
    for event in layer.happened(events.BRANCH):
        condition = _condition(layer, event)
        if not _is_certain(event) or id(condition) in told:
            continue
        told.add(id(condition))
        what, instead = _words(event, layer)
        yield Report(
            event.at,
            f"{what} while the model is built, when the tensor has no value yet: an error. {instead}",
            note="no value yet",
        )


def _condition(layer: LayerFacts, event: Event) -> ast.AST:
    """The outermost ``and``, ``or`` or ``not`` that an operand belongs to, else the node itself."""
    for function in written_functions(layer):
        for node in walk(function.node):
            joins = isinstance(node, ast.BoolOp) or (
                isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
            )
            if joins and any(part is event.at.node for part in walk(node)):
                return node
    return event.at.node


def _is_converted(function: Function) -> bool:
    """Whether a decorator such as ``tf.function`` turns Python's control flow into operations."""
    decorators = [] if isinstance(function.node, ast.Lambda) else function.node.decorator_list
    return any(word in written(each) for each in decorators for word in ("autograph", "function"))


def _is_certain(event: Event) -> bool:
    """Whether what is looped over or measured is one tensor: an input of unknown rank may be a list."""
    operand = event.data.get("operand")
    if not (event.data.get("loop") or event.data.get("len")):
        return True
    return isinstance(operand, Tensor) and operand.dims is not None


def _words(event: Event, layer: LayerFacts) -> tuple[str, str]:
    if event.data.get("len"):
        return (
            "`len` asks a tensor for its size",
            f"Use `{spelled(layer, 'shape')}(x)[0]`, or `x.shape[1]` for a fixed axis.",
        )
    if event.data.get("range"):
        return (
            "`range` counts up to a size that is not known",
            "Use an operation on the whole axis, or `map_fn`.",
        )
    if event.data.get("loop"):
        return "Python loops over a tensor", "Use an operation on the whole axis, or `map_fn`."
    return "Python asks a tensor for its truth", f"Use `{spelled(layer, 'where')}` to choose per entry."


RULE = Rule(
    "LL504",
    "python-branch-on-tensor",
    Contract.STATE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406", "LL408"),
)
