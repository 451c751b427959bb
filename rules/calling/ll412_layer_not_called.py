"""A layer object is passed on where its output tensor is meant.

## What it does

Reports, in files with a Lambda or merge layer, a layer that is called on another layer object instead of
on a tensor: `h = Lambda(f)` and then `Dense(1)(h)`.

## Why it hurts

The layer was made and never called. Keras 2 says that the layer "was called with an input that isn't a
symbolic tensor", Keras 3 that only tensors may be passed as positional arguments.

## Bad

```python
from tensorflow.keras.layers import Dense, Input, Lambda

x = Input(shape=(4,))
h = Lambda(lambda t: t * 2)
y = Dense(1)(h)
```

## Good

```python
from tensorflow.keras.layers import Dense, Input, Lambda

x = Input(shape=(4,))
h = Lambda(lambda t: t * 2)(x)
y = Dense(1)(h)
```

## How it is confirmed

The statement is run; the exception is printed.

## Fix and its safety

Call the layer on its input: `Lambda(f)(x)`. None is automatic: only the author knows on which.

## Known gaps

Layers that come from calls which are not in view.

## Interaction with other linters

None.

## References

https://github.com/keras-team/keras/issues/5739
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import FileFacts
from lambdalint.interp.values import Event, Layer
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .functions import words


def check(file: FileFacts) -> Iterator[Report]:
    """The layer objects among the arguments of layer calls."""
    seen: set[int] = set()
    for event in file.events if file.layers else ():
        value = event.data.get("layer")
        known = isinstance(value, Layer) and value.cls not in ("?", "Input", "InputLayer")
        if event.kind != events.LAYER_AS_TENSOR or not known or event.at.unit is not file.unit:
            continue
        node = _argument(event)
        if node is not None and id(node) not in seen:
            seen.add(id(node))
            yield Report(
                Anchor(file.unit, node),
                f"`{words(node)}` is a layer that has not been called, where its output tensor is meant: "
                "an error. Call it on its input first: `layer(x)`.",
                note="a layer, not a tensor",
            )


def _argument(event: Event) -> ast.expr | None:
    """The argument that is the layer: a name, an attribute, or its construction."""
    node, value = event.at.node, event.data["layer"]
    if not isinstance(node, ast.Call):
        return None
    flat: list[ast.expr] = []
    for argument in node.args:
        flat += argument.elts if isinstance(argument, (ast.List, ast.Tuple)) else [argument]
    if len(flat) == 1:
        return flat[0]
    made = next((argument for argument in flat if argument is value.at.node), None)
    return made if made is not None else node


RULE = Rule("LL412", "layer-not-called", Contract.CALLING, Severity.ERROR, check_file=check)
