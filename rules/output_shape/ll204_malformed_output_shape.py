"""The `output_shape` is not a tuple of sizes or a function of the input's shape.

## What it does

Reports an `int` (all but tf.keras 2), a list of sizes (Keras 3), a float among the sizes, as in
`(height / 2, width / 2)`, and a tensor, such as `K.shape(x)`.

## Why it hurts

Keras 3 adds the declared tuple to the batch: `output_shape=3`, `[3]` and `(3.0,)` raise `TypeError: can
only concatenate tuple` when the layer is called. A list of *tuples* is right there for a layer with
several outputs, and a shape function may return a list. Standalone Keras 1 and 2 raise for an int when the
layer is made, take lists, and believe a float, which fails in the next layer. tf.keras 2 takes anything
and ignores it: there a float or a tensor is a warning, since it fails when the code is ported, and an int
or a list is silent.

## Bad

```python
import keras
from keras import layers, ops

x = keras.Input(shape=(6,))
y = layers.Lambda(lambda t: ops.relu(t), output_shape=6)(x)
```

```python
import keras
from keras import layers, ops

x = keras.Input(shape=(6,))
y = layers.Lambda(lambda t: ops.relu(t)[:, :3], output_shape=(6 / 2,))(x)
```

## Good

```python
import keras
from keras import layers, ops

x = keras.Input(shape=(6,))
y = layers.Lambda(lambda t: ops.relu(t), output_shape=(6,))(x)
z = layers.Lambda(lambda t: [ops.relu(t), t[:, :3]], output_shape=[(6,), (6 // 2,)])(y)
```

## How it is confirmed

The model is built; the exception is shown.

## Fix and its safety

None is offered: `3` becomes `(3,)`, `[3]` becomes `(3,)`, and `/` becomes `//`.

## Known gaps

In code that may be Python 2, where `/` of two ints is an int, only literal floats are reported.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/19926>
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Const, Sequence, Tensor, Value
from lambdalint.rule import Anchor, Report, Rule
from lambdalint.syntax.text import written

from .declaration import is_ignored, severity


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report a declaration that is of a wrong type in this Keras."""
    node = layer.output_shape_node
    if node is None:
        return
    for value in layer.site.output_shapes:
        message = _whole(layer, value) or _entries(layer, value, node)
        if message:
            yield Report(Anchor(layer.unit, node), message, severity=severity(layer))
            return


def _whole(layer: LayerFacts, value: Value) -> str:
    if isinstance(value, Tensor):
        return "output_shape is a tensor; declare a tuple of ints without the batch axis, or a function."
    if isinstance(value, Const) and isinstance(value.value, (int, float)) and not is_ignored(layer):
        if layer.dialect == "unknown" and layer.site.family != "keras":
            return ""
        finite = isinstance(value.value, int) or math.isfinite(value.value)
        shown = f"({int(value.value)},)" if finite else "a tuple of ints"
        return f"output_shape is a number, not a tuple, which raises a TypeError; declare {shown}."
    if (
        not isinstance(value, Sequence)
        or value.kind != "list"
        or layer.dialect != "keras3"
        or not value.items
    ):
        return ""
    if all(isinstance(item, Const) and item.value is not None for item in value.items):
        shown = ", ".join(str(item.value) for item in value.items if isinstance(item, Const))
        end = "," if len(value.items) == 1 else ""
        right = f"({shown}{end})"
        return (
            f"Keras 3 cannot add a list to the batch axis and raises a TypeError; declare the tuple {right}."
        )
    return ""


def _entries(layer: LayerFacts, value: Value, node: ast.expr) -> str:
    if not isinstance(value, Sequence):
        return ""
    for item in value.items or []:
        if isinstance(item, Const) and isinstance(item.value, float):
            return f"output_shape holds {item.value}, a float; sizes are ints: divide with //."
        if isinstance(item, Tensor) and item.kind != "ndarray":
            return "output_shape holds a tensor; sizes are ints: take them from K.int_shape(x) or x.shape."
    elements = node.elts if isinstance(node, (ast.Tuple, ast.List)) else []
    divided = [each for each in elements if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div)]
    if divided and not _may_be_python2(layer):
        return f"`{written(divided[0])}` is a float, and sizes are ints: divide with //."
    return ""


def _may_be_python2(layer: LayerFacts) -> bool:
    return layer.dialect == "keras1" or layer.unit.recovered


RULE = Rule(
    "LL204",
    "malformed-output-shape",
    Contract.OUTPUT_SHAPE,
    Severity.ERROR,
    check_layer=check,
)
