"""The function of a Lambda layer returns the same tensor twice.

## What it does

Reports a returned list or tuple in which one tensor stands twice: `return [x, x]`.

## Why it hurts

Mostly one of the two should have been another tensor. Measured in Keras 3 and tf_keras: the model is
built, trained and saved without a message, with two outputs that are always equal.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda


def moments(t):
    mean = t * 0.5
    spread = t * t
    return [mean, mean]


x = Input(shape=(4,))
mean, spread = Lambda(moments)(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda


def moments(t):
    mean = t * 0.5
    spread = t * t
    return [mean, spread]


x = Input(shape=(4,))
mean, spread = Lambda(moments)(x)
```

## How it is confirmed

The outputs are compared on sample data.

## Fix and its safety

Return the tensor that was meant. None is automatic.

## Known gaps

Two tensors that are equal without being one object.

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

from .functions import outcomes


def check(layer: LayerFacts) -> Iterator[Report]:
    """A returned list or tuple, written as such, with one name twice."""
    for outcome in outcomes(layer):
        node = outcome.at.node
        if not isinstance(node, (ast.List, ast.Tuple)):
            continue
        seen: set[str] = set()
        for element in node.elts:
            if isinstance(element, ast.Name) and element.id in seen:
                yield Report(
                    Anchor(outcome.at.unit, element),
                    f"`{element.id}` is returned twice: one of the outputs is a copy. Return the tensor "
                    "that was meant, or one output only.",
                    note="returned twice",
                )
                break
            if isinstance(element, ast.Name):
                seen.add(element.id)


RULE = Rule("LL410", "duplicated-output", Contract.CALLING, Severity.WARNING, check_layer=check)
