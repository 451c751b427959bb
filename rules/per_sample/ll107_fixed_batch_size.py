"""A written or captured batch size meets a batch whose size is open.

## What it does

Reports shapes inside the function whose batch axis is a number or a captured value instead of the size of
the input: `K.random_normal(shape=(batch_size, 2))`, `tf.zeros((32, n))`, `K.reshape(x, (32, -1))`. Silent
where the `Input` itself fixes that size with `batch_shape` or `batch_size`.

## Why it hurts

The batch of an ordinary `Input` is `None`: it is what `fit` and `predict` pass. With a written size the
layer works for batches of exactly that many samples and fails for all others, first for the last, smaller
batch of an epoch, then for `predict` on a single sample. A reshape to a written batch size may even
succeed and cut the samples anew.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

batch_size = 32


def sampling(parts):
    mean, log_variance = parts
    epsilon = tf.random.normal(shape=(batch_size, 2))
    return mean + tf.exp(log_variance / 2) * epsilon


mean = Input(shape=(2,))
log_variance = Input(shape=(2,))
code = Lambda(sampling)([mean, log_variance])
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf


def sampling(parts):
    mean, log_variance = parts
    epsilon = tf.random.normal(shape=tf.shape(mean))
    return mean + tf.exp(log_variance / 2) * epsilon


mean = Input(shape=(2,))
log_variance = Input(shape=(2,))
code = Lambda(sampling)([mean, log_variance])
```

## How it is confirmed

The layer runs on batches of two sizes; it fails for one of them, or the output has the written number of
rows.

## Fix and its safety

None is offered: `K.shape(x)[0]` (`keras.ops.shape(x)[0]` in Keras 3) takes the size from the input.

## Known gaps

A size that comes from a function the interpreter cannot follow is not judged.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/pull/7716>: Keras's own example did it.
- <https://github.com/keras-team/keras/issues/6375>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import Application, LayerFacts, tensors_of
from lambdalint.interp.values import Event, Tensor
from lambdalint.layers.dims import B
from lambdalint.rule import Report, Rule

from ..spelling import spelled
from .faults import report_of, reports


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report written batch sizes that meet the open batch of the input."""
    shape = f"{spelled(layer, 'shape')}(x)[0]"

    def message(event: Event, code: str) -> str:
        return (
            f"{code} writes the size of the batch, which is open here: batches of any other size, such as "
            f"the last of an epoch, fail. Take it from the input, {shape}, or leave it to -1 in a "
            "reshape."
        )

    yield from reports(layer, events.FIXED, message)
    for use in layer.applications:
        made = _made_for_all(use)
        report = None if made is None else report_of(layer, made, message)
        if report is not None:
            yield report
            return


def _made_for_all(use: Application) -> Event | None:
    """What makes the layer's whole result with a written number of rows, whatever the batch."""
    result, given = use.trace.result, next(tensors_of(use.inputs), None)
    if not isinstance(result, Tensor) or given is None or not given.dims or given.dims[0] != B:
        return None
    rows = result.dims[0] if result.dims and len(result.dims) > 1 else 1
    if result.made is None or result.made.data.get("of_entries"):
        # A table of numbers in another shape, such as anchors, is meant for any batch.
        return None
    return result.made if isinstance(rows, int) and rows > 1 and not result.inputs else None


RULE = Rule(
    "LL107",
    "fixed-batch-size",
    Contract.PER_SAMPLE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406",),
)
