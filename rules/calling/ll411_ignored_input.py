"""The function of a Lambda layer draws random numbers and does not use them.

## What it does

Reports a random tensor that the function assigns to a name and never reads, as when a VAE's sampling
multiplies by a constant instead of by its `epsilon`.

## Why it hurts

The layer is deterministic: the sampling of a VAE becomes a plain function and the model an ordinary
autoencoder. Nothing complains.

## Bad

```python
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Input, Lambda


def sampling(args):
    mean, log_var = args
    epsilon = K.random_normal(shape=K.shape(mean))
    return mean + K.exp(log_var / 2) * 0.1


mean = Input(shape=(2,))
log_var = Input(shape=(2,))
z = Lambda(sampling)([mean, log_var])
```

## Good

```python
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Input, Lambda


def sampling(args):
    mean, log_var = args
    epsilon = K.random_normal(shape=K.shape(mean))
    return mean + K.exp(log_var / 2) * epsilon


mean = Input(shape=(2,))
log_var = Input(shape=(2,))
z = Lambda(sampling)([mean, log_var])
```

## How it is confirmed

The model is called twice on the same input; the outputs are equal.

## Fix and its safety

Use the drawn tensor. None is automatic.

## Known gaps

A function that does not use its input is left alone: it may inject a constant on purpose. One that
captures another tensor of the model instead is LL510.

## Interaction with other linters

F841 reports the unused variable, without what it means.

## References

https://github.com/tensorflow/tensorflow/issues/36715
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .functions import names_of, written_functions


def check(layer: LayerFacts) -> Iterator[Report]:
    """Names that get a random tensor and are never read."""
    drawn = {id(event.at.node) for event in layer.happened(events.RANDOM)}
    node = layer.function_node
    for function in written_functions(layer) if drawn else ():
        names = names_of(layer, function)
        if names is None or node is None:
            continue
        scope = names.body_scope(function.node)
        read = {name.id for name in ast.walk(function.node) if isinstance(name, ast.Name) and _reads(name)}
        for name, bindings in scope.bindings.items():
            if name not in read and any(id(binding.value) in drawn for binding in bindings):
                yield Report(
                    Anchor(layer.unit, node),
                    f"The function draws `{name}` and never uses it: the layer is deterministic. "
                    f"Multiply by `{name}`, or do not draw it.",
                    note=f"`{name}` is not used",
                )


def _reads(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


RULE = Rule("LL411", "ignored-input", Contract.CALLING, Severity.WARNING, check_layer=check)
