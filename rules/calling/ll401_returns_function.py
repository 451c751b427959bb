"""The function of a Lambda layer returns another function instead of a tensor.

## What it does

Reports a Lambda whose function returns a function that nobody calls: `lambda x: product`, `lambda x:
lambda y: y + 1`, `lambda x: K.abs`, a method such as `lambda x: x.sum`, or a condition that binds inside
the lambda (`lambda x: x if c else lambda x: -x`).

## Why it hurts

Keras calls the function with the input and takes what comes back for a tensor. A function is none: Keras
2 raises a TypeError about the function's type, and Keras 3 hides that behind "We could not automatically
infer the shape of the Lambda's output". In a `Sequential`, Keras 3 swallows even that, until the model is
called.

## Bad

```python
from keras.layers import Input, Lambda


def product(pair):
    return pair[0] * pair[1]


a = Input(shape=(3,))
b = Input(shape=(3,))
y = Lambda(lambda x: product)([a, b])
```

## Good

```python
from keras.layers import Input, Lambda


def product(pair):
    return pair[0] * pair[1]


a = Input(shape=(3,))
b = Input(shape=(3,))
y = Lambda(product)([a, b])
z = Lambda(lambda x: product(x))([a, b])
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

Pass the function itself, or call it inside the lambda. Either repairs code that never worked.

## Known gaps

A function that comes from a call which is not in view is not seen.

## Interaction with other linters

PLW0108 (unnecessary lambda) speaks of `lambda x: f(x)` only, which is right.

## References

- <https://github.com/keras-team/keras/issues/5987>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule

from .functions import is_callable, outcomes, words


def check(layer: LayerFacts) -> Iterator[Report]:
    """A returned expression whose value is a function."""
    for outcome in outcomes(layer):
        if is_callable(outcome.value):
            node = outcome.at.node
            what = "another lambda" if isinstance(node, ast.Lambda) else f"`{words(node)}`"
            yield Report(
                outcome.at,
                f"The function returns {what} without calling it: Keras gets a function where it needs a "
                f"tensor, and the layer cannot be built. {_remedy(layer, node)}",
                note="a function, not a tensor",
            )


def _remedy(layer: LayerFacts, node: ast.AST) -> str:
    written = layer.function_node
    if isinstance(node, ast.Lambda):
        if isinstance(written, ast.Lambda) and isinstance(written.body, ast.IfExp):
            return "Put each lambda in parentheses, so that the condition chooses between them."
        return "Drop the inner lambda, or call it."
    if isinstance(written, ast.Lambda) and written.body is node and isinstance(node, ast.Name):
        return f"Pass the function itself, `{node.id}`, in place of the lambda."
    return f"Call it: `{words(node)}(...)`."


RULE = Rule("LL401", "returns-function", Contract.CALLING, Severity.ERROR, check_layer=check)
