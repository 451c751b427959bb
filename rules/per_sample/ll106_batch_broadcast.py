"""The batch axis of one operand lines up with a feature axis of the other.

## What it does

Reports element-wise operations on two tensors whose batch axes stand at different places after
broadcasting: `x / K.sum(x, axis=1)` on rank 2, where `(B, n)` meets `(B,)`, or `weights * x` with `(B,)`
and `(B, n)`.

## Why it hurts

Broadcasting aligns axes from the right, so `(B,)` is laid along the *features* of `(B, n)`. With `B != n`
the operation fails, which is the lucky case. Where the batch size equals the number of features, or one
of them is 1, it runs: `(B, 1) - (B,)` gives `(B, B)`, every sample with every other, and the loss
averages over it in silence.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(4,))
shares = Lambda(lambda t: t / (tf.reduce_sum(t, axis=1) + 1.0))(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(1,))
y = Input(shape=(5,))
distance = Lambda(lambda t: t[0] - tf.reduce_mean(t[1], axis=-1))([x, y])
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(4,))
shares = Lambda(lambda t: t / (tf.reduce_sum(t, axis=1, keepdims=True) + 1.0))(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(5, 4))
centred = Lambda(lambda t: t - tf.reduce_mean(t, axis=1, keepdims=True))(x)
```

## How it is confirmed

The layer runs on batches of several sizes: it fails for some, or the output has another shape than one
row per sample.

## Fix and its safety

None is offered: `keepdims=True` in the reduction is what is meant nearly always.

## Known gaps

Tensors of unknown rank are not aligned, and nothing is claimed of them.

## Interaction with other linters

None that this project knows of.

## References

- <https://numpy.org/doc/stable/user/basics.broadcasting.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule

from ..output_shape.ll205_impossible_shape import impossible_events
from .faults import report_of, reports


def message(event: Event, code: str) -> str:
    """That batch meets features, what follows, and how to keep the ranks equal."""
    return (
        f"{code} lines the batch axis of one operand up with a feature axis of the other: every sample "
        "meets every other, or the shapes do not fit. Keep the ranks equal: keepdims=True in the "
        "reduction, or expand_dims(…, -1)."
    )


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report broadcasts of the batch against features that reach the result, or that cannot run."""
    yield from reports(layer, events.BROADCAST, message)
    for event in impossible_events(layer):
        if event.data.get("crossed"):
            report = report_of(layer, event, message)
            if report is not None:
                yield report


RULE = Rule(
    "LL106",
    "batch-broadcast",
    Contract.PER_SAMPLE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406",),
)
