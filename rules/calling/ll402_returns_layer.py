"""The function of a Lambda layer returns a layer or model that has not been called.

## What it does

Reports a Lambda whose function returns a layer object, a model or a layer class: `lambda x: Dense(3)`.

## Why it hurts

A layer is not a tensor. Keras 2 raises a TypeError, Keras 3 says that it "could not automatically infer
the shape of the Lambda's output". Calling the layer inside the function is no remedy either: its weights
would belong to no model (LL501).

## Bad

```python
from keras.layers import Dense, Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: Dense(3))(x)
```

## Good

```python
from keras.layers import Dense, Input

x = Input(shape=(4,))
y = Dense(3)(x)
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

Use the layer itself in place of the Lambda. It repairs code that never worked.

## Known gaps

A layer that comes from a call which is not in view is not seen.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/pull/7222>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule

from .functions import layer_name, outcomes, words


def check(layer: LayerFacts) -> Iterator[Report]:
    """A returned expression whose value is a layer, a model or a layer class."""
    for outcome in outcomes(layer):
        name = layer_name(outcome.value)
        if name is not None:
            yield Report(
                outcome.at,
                f"The function returns the {name} object `{words(outcome.at.node)}` without calling it: "
                "Keras gets a layer where it needs a tensor, and the Lambda cannot be built. Use that "
                "layer itself in place of the Lambda.",
                note="a layer, not a tensor",
            )


RULE = Rule("LL402", "returns-layer", Contract.CALLING, Severity.ERROR, check_layer=check)
