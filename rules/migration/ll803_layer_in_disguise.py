"""The function of a Lambda layer is so long that a Layer class would serve better.

## What it does

Reports functions of more than five statements, and functions of more than three that also capture values
or come with a shape function. Opt-in: it is a matter of taste.

## Why it hurts

A Lambda has no constructor, no config, no weights and no place for a mask; what a long function captures
is lost or in the way when the model is saved. A registered Layer subclass has all of it.

## Bad

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda


def attend(args):
    query, key, value = args
    scores = tf.matmul(query, key, transpose_b=True)
    scale = tf.sqrt(tf.cast(tf.shape(key)[-1], tf.float32))
    scores = scores / scale
    weights = tf.nn.softmax(scores, axis=-1)
    result = tf.matmul(weights, value)
    return result


x = Input(shape=(5, 4))
y = Lambda(attend)([x, x, x])
```

## Good

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Layer


class Attend(Layer):
    def call(self, args):
        query, key, value = args
        scores = tf.matmul(query, key, transpose_b=True)
        scale = tf.sqrt(tf.cast(tf.shape(key)[-1], tf.float32))
        weights = tf.nn.softmax(scores / scale, axis=-1)
        return tf.matmul(weights, value)


x = Input(shape=(5, 4))
y = Attend()([x, x, x])
```

## How it is confirmed

Not at all: it is a remark about style.

## Fix and its safety

A registered Layer subclass with `get_config`. None is automatic.

## Known gaps

Long expressions in an inline lambda count as one statement.

## Interaction with other linters

None.

## References

- <https://keras.io/api/layers/core_layers/lambda>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import walk

from ..calling.functions import written_functions
from ..saving.captures import captures

MANY = 5
"""More statements than this are too much for a Lambda in any case."""
SEVERAL = 3


def check(layer: LayerFacts) -> Iterator[Report]:
    """A function that is long, or of middling length with captures or a shape function."""
    node = layer.function_node
    for function in written_functions(layer) if node is not None and not layer.site.in_loss else ():
        if node is None or isinstance(function.node, ast.Lambda):
            continue
        count = _statements(function.node)
        state = any(capture.closure for capture in captures(layer)) or layer.output_shape_node is not None
        if count > MANY or (count > SEVERAL and state):
            yield Report(
                Anchor(layer.unit, node),
                f"`{function.name}` has {count} statements{' and state of its own' if state else ''}: a "
                "registered Layer subclass, with a config and a place for masks, would serve better than "
                "a Lambda.",
                note=f"{count} statements",
            )


def _statements(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The statements of a function, nested ones included, docstrings and imports left out."""
    count = 0
    for part in walk(node):
        docstring = isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
        if (
            isinstance(part, ast.stmt)
            and not docstring
            and not isinstance(part, (ast.Import, ast.ImportFrom))
        ):
            count += 1
    return count - 1


RULE = Rule(
    "LL803", "layer-in-disguise", Contract.MIGRATION, Severity.ADVICE, check_layer=check, default=False
)
