"""A reduction or normalisation without an axis takes in the whole batch.

## What it does

Reports reductions of a layer's input that name no axis, or `axis=None`: `K.mean(x)`, `tf.reduce_max(x)`,
`tf.norm(x)`, `K.l2_normalize(x)`, and a function that is passed by name, as in `Lambda(tf.reduce_max)`.

## Why it hurts

The batch is axis 0 of the tensor, so "all axes" means all samples. `K.mean(x)` gives one number for the
whole batch; subtracted from `x` it makes each prediction depend on the other samples. In a dueling
network a row `[1, 2]` gives `[0.5, 1.5]` alone and `[-245.75, -244.75]` next to a row of large values. No
Keras generation says a word: the shape `()` or `(None, n)` is accepted.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

advantage = Input(shape=(4,))
centred = Lambda(lambda a: a - tf.reduce_mean(a))(advantage)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(8,))
y = Lambda(tf.reduce_max)(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

advantage = Input(shape=(4,))
centred = Lambda(lambda a: a - tf.reduce_mean(a, axis=1, keepdims=True))(advantage)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf


def total_loss(t):
    return tf.reduce_mean(tf.square(t[0] - t[1]))


truth = Input(shape=(4,))
guess = Input(shape=(4,))
loss = Lambda(total_loss, name="total_loss")([truth, guess])
```

## How it is confirmed

The layer runs on a batch, on each of its samples alone, and on the batch in another order; the outputs
differ.

## Fix and its safety

None is offered: on a tensor of rank 2 `axis=1, keepdims=True` is what is meant nearly always; with more
axes there is a choice.

## Known gaps

A loss that is neither the model's only output nor passed to `add_loss`, and that no name gives away, is
reported.

## Interaction with other linters

Pylint-style plugins for TensorFlow ask for an explicit axis in `tf.reduce_*`; they do not know the batch
axis.

## References

- <https://github.com/keras-rl/keras-rl/issues/220>
- <https://github.com/tensorflow/similarity/issues/237>: `tf.math.l2_normalize(z)` without an axis.
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule

from .faults import feature_axes, rank_before, reports


def message(event: Event, code: str) -> str:
    """That all axes include the batch, what follows, and which axes to name."""
    rank = rank_before(event)
    axes = (
        feature_axes(event) if rank is None or rank < 3 else f"axis={tuple(range(1, rank))} or some of these"
    )
    return (
        f"{code} runs over all axes, the batch included, so what a sample gives depends on the other "
        f"samples of its batch. Name the feature axes: {axes}."
    )


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report reductions over everything whose result the layer returns."""
    yield from reports(layer, events.REDUCED_ALL, message)


RULE = Rule(
    "LL102",
    "whole-batch-reduction",
    Contract.PER_SAMPLE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406", "LL707"),
)
