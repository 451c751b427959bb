"""The result carries its samples on another axis than 0.

## What it does

Reports transpositions that take the batch axis away from axis 0, where nothing brings it back before the
function returns: `K.transpose(x)`, `permute_dimensions(x, (1, 0, 2))`, `swapaxes(x, 0, 1)`, `moveaxis`,
`x.T`, an einsum such as `"bij->ijb"`, and `K.dot(w, x)`, which contracts the last axis of `w` with the
second last of `x` and so puts the batch behind.

## Why it hurts

Every layer behind this one, the loss and `predict` take axis 0 for the batch. With a moved batch they
pair sample 0 with feature 0. Where the sizes happen to fit, nothing fails: a Dense layer then mixes
samples. Where they do not, the message speaks of incompatible shapes or of a changed cardinality, far
from the cause. Note that the patterns of `Permute` leave the batch out and count from 1, while those of
`permute_dimensions` and `transpose` include it.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(5, 3))
y = Lambda(lambda t: tf.transpose(t, [1, 0, 2]))(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(3,))
y = Lambda(tf.transpose)(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(5, 3))
y = Lambda(lambda t: tf.transpose(t, [0, 2, 1]))(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf


def per_step(t):
    steps = tf.transpose(t, [1, 0, 2])
    steps = steps * 2.0
    return tf.transpose(steps, [1, 0, 2])


x = Input(shape=(5, 3))
y = Lambda(per_step)(x)
```

## How it is confirmed

The layer runs on batches of two sizes; axis 0 of the output does not follow the batch size.

## Fix and its safety

None is offered: the pattern that was meant cannot be told from the one that is written.

## Known gaps

A time-major tensor that a later Lambda moves back is silent, straight away or behind layers of one input, and
so is one for a recurrent layer with `time_major=True`; one that goes back through a list of inputs is
reported, and so is one for a layer whose class is not known.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/3673>
- <https://github.com/tensorflow/tensorflow/issues/26957>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule

from .faults import reports


def message(event: Event, code: str) -> str:
    """That the batch left axis 0, what follows, and how to keep it there."""
    return (
        f"{code} takes the batch away from axis 0, where Keras expects it, so rows of the result are no "
        "longer samples. Permute the feature axes alone, or move the batch back before the function "
        "returns."
    )


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report the step that moved the batch axis of what the layer returns."""
    yield from reports(layer, events.MOVED, message)


RULE = Rule(
    "LL103",
    "batch-axis-moved",
    Contract.PER_SAMPLE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406",),
)
