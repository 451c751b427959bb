"""A variable is created inside the function of a Lambda layer, or captured by it.

## What it does

Reports `K.variable`, `tf.Variable`, `add_weight` and the like in the function of a Lambda, and variables
that the function takes from outside. A constant (`K.constant`, `tf.constant`) is no variable and is left
alone.

## Why it hurts

The variable belongs to no layer of the model: it is neither trained nor saved with it. One created inside
is, in Keras 1 and standalone Keras 2, a new one for each call of the layer; TensorFlow's Keras 2 and
Keras 3 raise a ValueError. One captured from outside is read, and that is all: Keras 3 says nothing, and
the model has no weights where one would expect them.

## Bad

```python
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Input, Lambda

w = K.variable([[0.0, 1.0, 2.0]])
x = Input(shape=(3,))
y = Lambda(lambda t: t * w)(x)
```

## Good

```python
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Input, Lambda

w = K.constant([[0.0, 1.0, 2.0]])
x = Input(shape=(3,))
y = Lambda(lambda t: t * w)(x)
```

## How it is confirmed

The variables that the function touches are counted against the weights of the layer.

## Fix and its safety

A constant for what is never trained; else a Layer that makes the variable with `add_weight` in `build`.
None is automatic.

## Known gaps

Variables in containers, and attributes of objects that are made elsewhere, are not seen.

## Interaction with other linters

None.

## References

- <https://github.com/tensorflow/tensorflow/issues/34815>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Tensor, Value
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.text import written

from ..saving.captures import captures
from ..saving.models import rebuilt_by_class
from .weights import attribute_reads


def check(layer: LayerFacts) -> Iterator[Report]:
    """Variables made in a run of the function, and free names whose value is a variable."""
    for event in layer.happened(events.VARIABLE_MADE):
        yield Report(
            event.at,
            f"`{event.text}` creates a variable inside the function: it belongs to no layer, so it is "
            f"neither trained nor saved{_then(layer)}. Use a constant, or a Layer that calls `add_weight` "
            "in `build`.",
            note="an untracked variable",
        )
    if rebuilt_by_class(layer):
        return
    for capture in captures(layer):
        if _is_variable(capture.value):
            yield _outside(capture.use, capture.name)
    for holder, node, unit in attribute_reads(layer):
        if _is_variable(holder.attributes.get(node.attr)):
            yield _outside(Anchor(unit, node), written(node))


def _is_variable(value: Value | None) -> bool:
    return isinstance(value, Tensor) and value.kind == "variable"


def _outside(at: Anchor, name: str) -> Report:
    return Report(
        at,
        f"`{name}` is a variable from outside: the model does not track it, so it is neither trained nor "
        "saved with the model. Use a constant, or a Layer that calls `add_weight`.",
        note="an untracked variable",
    )


def _then(layer: LayerFacts) -> str:
    if layer.dialect == "keras3":
        return ", and Keras 3 raises a ValueError when the model runs"
    return ", and each call of the layer makes another one or raises an error"


RULE = Rule("LL502", "captured-variable", Contract.STATE, Severity.ERROR, check_layer=check)
