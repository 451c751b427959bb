"""A reduction, scan or normalisation runs over the batch axis.

## What it does

Follows the tensors through the function of a Lambda layer and reports `sum`, `mean`, `max`, `argmax`,
`cumsum`, `softmax`, `l2_normalize` and their like when the axis they name, or take by default, is the one
that carries the samples: `axis=0`, `axis=[0, 1]`, `axis=-2` on a tensor of rank 2, `K.cumsum(x)`,
`tf.argmax(x)`.

## Why it hurts

Keras hands the function the whole batch, so axis 0 holds samples, not features. The result mixes them:
what a sample gives depends on its neighbours, on the batch size, and on the order of the data. Every
Keras generation accepts it without a message (shape `(None, 3)` and silence), training even works, and
predictions change with the batch: in the first example below a sample alone gives columns of norm 1, and
in a batch of two it does not.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(2, 2))
y = Lambda(lambda t: t / tf.sqrt(tf.reduce_sum(t ** 2, axis=0) + 1e-6))(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(10,))
y = Lambda(lambda t: tf.math.cumsum(t))(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(2, 2))
y = Lambda(lambda t: t / tf.sqrt(tf.reduce_sum(t ** 2, axis=1, keepdims=True) + 1e-6))(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

a = Input(shape=(4,))
b = Input(shape=(4,))
y = Lambda(lambda pair: tf.reduce_sum(tf.stack(pair), axis=0))([a, b])
```

## How it is confirmed

The layer runs on a batch, on each of its samples alone, and on the batch in another order; the outputs
differ.

## Fix and its safety

None is offered: which feature axis was meant is for the author to say. On a tensor of rank 2 it can only
be `axis=1`.

## Known gaps

An axis that is computed from values unknown to the interpreter is not judged, nor is a negative axis on a
tensor of unknown rank.

## Interaction with other linters

None that this project knows of looks at the axis.

## References

- <https://github.com/keras-team/keras/issues/5739>: the crash is mended, `axis=0` stays.
- <https://github.com/keras-rl/keras-rl/issues/220>: a mean over the batch in a released library.
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule

from .faults import batch_axis, feature_axes, names_axis, reports


def message(event: Event, code: str) -> str:
    """What the axis is, what follows, and which to name."""
    if event.text.rpartition(".")[2] == "einsum":
        return (
            f"{code} sums over the letter of the batch axis, so what a sample gives depends on the other "
            "samples of its batch. Keep this letter in the result."
        )
    default = "" if names_axis(event.at.node) else " by default"
    return (
        f"{code} runs over {batch_axis(event)}{default}, the batch axis, so what a sample gives depends "
        f"on the other samples of its batch. Name a feature axis: {feature_axes(event)}."
    )


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report reductions over the batch axis whose result the layer returns."""
    yield from reports(layer, events.REDUCED, message)


RULE = Rule(
    "LL101",
    "batch-axis-reduction",
    Contract.PER_SAMPLE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406", "LL707"),
)
