"""A Lambda layer is given the result of a function call instead of the function.

## What it does

Reports `Lambda(f(x))`, `Lambda(K.mean(x))` or `Lambda(x * 2)`: the argument has already been computed and
is a tensor. A call that gives a function back, such as a factory or `functools.partial(f)`, is fine.

## Why it hurts

The layer calls its function when it is applied. A tensor cannot be called: Keras 3 and tf_keras refuse it
when the layer is made ("unsupported callable"), standalone Keras 1 and 2 when it is applied.

## Bad

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(tf.reduce_mean(x, axis=1))(x)
```

## Good

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda


def scale(factor):
    return lambda t: t * factor


x = Input(shape=(4,))
y = Lambda(lambda t: tf.reduce_mean(t, axis=1))(x)
z = Lambda(scale(3.0))(x)
```

## How it is confirmed

The layer is built; the exception is printed.

## Fix and its safety

Put `lambda t:` before the expression and use `t` in it. It repairs code that never worked.

## Known gaps

A call whose result is not known is left alone.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/13296>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.ops import library
from lambdalint.interp.values import Tensor, Unknown, Value
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .functions import words

_GIVE_FUNCTIONS = frozenset({"decorator", "opaque", "context", "none", "unknown_result", "first_argument"})
"""Transfer functions of library calls whose result may well be a function."""


def check(layer: LayerFacts) -> Iterator[Report]:
    """The function argument is a tensor."""
    node = layer.function_node
    if node is None or not layer.functions:
        return
    if all(_is_tensor(layer, node, value) for value in layer.functions):
        call = isinstance(node, ast.Call)
        done = f"`{words(node)}` is called right here" if call else f"`{words(node)}` is a tensor"
        yield Report(
            Anchor(layer.unit, node),
            f"{done}, so the layer gets a tensor where it needs a function and fails when it is built. "
            "Pass a function of the input: `lambda t: ...`.",
            note="a tensor, not a function",
        )


def _is_tensor(layer: LayerFacts, node: ast.expr, value: Value) -> bool:
    if isinstance(value, Tensor):
        return True
    if not isinstance(node, ast.Call) or not isinstance(value, Unknown):
        return False
    op = library.lookup(layer.names.canonical(node.func) or "")
    return op is not None and op.run.__name__ not in _GIVE_FUNCTIONS


RULE = Rule("LL405", "function-called-early", Contract.CALLING, Severity.ERROR, check_layer=check)
