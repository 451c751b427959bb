"""In Keras 3, a Lambda layer holds an inline lambda, which is stored as bytecode.

## What it does

Reports, in code for Keras 3, every Lambda layer around an inline `lambda`. Opt-in: it is a matter of
policy.

## Why it hurts

A saved lambda is Python bytecode. Loading is refused unless `safe_mode=False`, since it would run any
code that the file brings, and bytecode of one Python version does not run under another: it fails, or
does something else.

## Bad

```python
import keras
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: ops.abs(t))(x)
```

## Good

```python
import keras
from keras import ops
from keras.layers import Input, Lambda


@keras.saving.register_keras_serializable(package="mine")
def absolute(t):
    return ops.abs(t)


x = Input(shape=(4,))
y = Lambda(absolute)(x)
```

## How it is confirmed

The model is saved and loaded with the default `safe_mode`; the exception is printed.

## Fix and its safety

A registered function, a registered Layer, or the built-in layer. None is automatic.

## Known gaps

Lambdas that reach the layer through a variable are reported at the layer.

## Interaction with other linters

PLW0108 turns `lambda t: ops.abs(t)` into `ops.abs`, which Keras 3 saves by a name that it
does not find again.

## References

- <https://github.com/keras-team/keras/issues/14875>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .models import is_never_stored


def check(layer: LayerFacts) -> Iterator[Report]:
    """An inline lambda as the layer's function."""
    node = layer.function_node
    if layer.dialect != "keras3" or node is None or is_never_stored(layer):
        return
    if any(isinstance(value, Function) and isinstance(value.node, ast.Lambda) for value in layer.functions):
        yield Report(
            Anchor(layer.unit, node),
            "Keras 3 stores a lambda as bytecode: loading it is refused by default, and bound to this "
            "Python version. Use a function registered with `register_keras_serializable`.",
            note="stored as bytecode",
        )


RULE = Rule("LL305", "lambda-bytecode", Contract.SAVING, Severity.ADVICE, check_layer=check, default=False)
