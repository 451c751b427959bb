"""A division by a sum, norm, deviation or difference that can be zero.

## What it does

Follows the range of entries through the function and reports divisors that can be 0 and that nothing
keeps away from it: no `+ K.epsilon()`, no `K.maximum(…, eps)`. Loud where the divisor *is* 0 on ordinary
inputs: the count of a mask, a sum after relu, the difference of two inputs. Advice where it is a sum, a
norm, a deviation or a difference otherwise. The root that a divisor is, or is made of, is told of here and
not as LL602: what keeps it away from 0 inside the root mends both.

## Why it hurts

`x / 0` is `inf`, `0 / 0` is `nan`, and one `nan` in a batch makes the loss and all weights `nan`. A
masked mean divides by the number of steps that are not masked: for a row of padding alone that number is
0.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

steps = Input(shape=(5, 8))
words = Input(shape=(5,), dtype="int32")


def masked_mean(t):
    mask = tf.cast(tf.not_equal(t[1], 0), "float32")
    total = tf.reduce_sum(t[0] * mask[:, :, None], axis=1)
    return total / tf.reduce_sum(mask, axis=1, keepdims=True)


y = Lambda(masked_mean)([steps, words])
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

steps = Input(shape=(5, 8))
words = Input(shape=(5,), dtype="int32")


def masked_mean(t):
    mask = tf.cast(tf.not_equal(t[1], 0), "float32")
    total = tf.reduce_sum(t[0] * mask[:, :, None], axis=1)
    return total / tf.maximum(tf.reduce_sum(mask, axis=1, keepdims=True), 1.0)


y = Lambda(masked_mean)([steps, words])
```

## How it is confirmed

The layer runs on zeros, on equal inputs and on tiny and huge ones; the outputs hold `inf` or `nan`.

## Fix and its safety

None is offered: an epsilon that is added shifts the result, `K.maximum` does not; both are right in their
place.

## Known gaps

A divisor that the data keeps away from 0 is reported as advice.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/9097>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule

from ..spelling import kept_from_zero
from .divisions import Division, unguarded
from .operands import kept_under_root, when_zero


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report divisors that can be zero."""
    for trace in layer.traces:
        for division in unguarded(layer, trace):
            yield Report(
                division.event.at,
                f"The divisor{division.what} {when_zero(division.severity)}, and the result is then inf or "
                f"nan{_remedy(layer, division)}.",
                severity=division.severity,
            )


def _remedy(layer: LayerFacts, division: Division) -> str:
    if division.roots:
        return f", as is the gradient of the root. {kept_under_root(layer, division.roots[0])}"
    return f". Keep it away from 0: {kept_from_zero(layer)}, or add an epsilon"


RULE = Rule("LL601", "unguarded-division", Contract.NUMERICS, Severity.WARNING, check_layer=check)
