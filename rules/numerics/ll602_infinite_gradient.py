"""A root or norm of something that can be zero: its gradient there is infinite.

## What it does

Reports `sqrt`, `pow` with an exponent between 0 and 1, and `norm` of an operand that can be 0 and that
nothing keeps away from it. Loud where it *is* 0 on ordinary inputs: the squared difference of two inputs,
a sum of squares after relu. Advice otherwise.

## Why it hurts

The slope of a root at 0 is infinite, and infinity times the inner slope 0 is `nan`: one pair of equal
inputs, and the weights are `nan`. The forward pass is right, so the tests pass; training dies later, on a
GPU sooner than on a CPU. `K.sqrt` clips negative values and does not help at 0. An epsilon behind the
root, or in the divisor, is too late.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

a = Input(shape=(4,))
b = Input(shape=(4,))
distance = Lambda(
    lambda t: tf.sqrt(tf.reduce_sum(tf.square(t[0] - t[1]), axis=1, keepdims=True))
)([a, b])
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

a = Input(shape=(4,))
b = Input(shape=(4,))
distance = Lambda(
    lambda t: tf.sqrt(tf.maximum(tf.reduce_sum(tf.square(t[0] - t[1]), axis=1, keepdims=True), 1e-7))
)([a, b])
```

## How it is confirmed

The gradient is taken at equal inputs, at zeros and at tiny ones; it holds `inf` or `nan`.

## Fix and its safety

None is offered: `K.sqrt(K.maximum(s, K.epsilon()))` changes results below the root of the epsilon alone.

## Known gaps

Silent where a compiled model feeds the layer from its own inputs with nothing to train between, as in a
feature computed from two coordinates. Elsewhere whether anything is trained in front is not asked.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/23075>: an epsilon on the wrong side.
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule

from ..spelling import kept_from_zero
from ..training import is_fed_by_inputs_alone
from .operands import loudness, operand_of, when_zero


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report roots of what can be zero, where a gradient is taken through them."""
    if layer.applications and all(is_fed_by_inputs_alone(layer.file, use) for use in layer.applications):
        return
    for trace in layer.traces:
        for event in trace.of_kind(events.ROOT):
            operand = operand_of(event)
            severity = None if operand is None or operand.cuts else loudness(operand)
            if severity is not None:
                yield Report(
                    event.at,
                    f"What stands under this root {when_zero(severity)}, where the gradient is infinite "
                    f"and training gives nan. {_kept(layer, event)}.",
                    severity=severity,
                )


def _kept(layer: LayerFacts, event: Event) -> str:
    if event.data.get("std"):
        return f"Take the root of the variance yourself, kept away from 0: {kept_from_zero(layer)}"
    if event.data.get("norm"):
        return f"Take the root of the sum of squares yourself, kept away from 0: {kept_from_zero(layer)}"
    return f"Keep it away from 0 inside the root: {kept_from_zero(layer)}"


RULE = Rule("LL602", "infinite-gradient", Contract.NUMERICS, Severity.WARNING, check_layer=check)
