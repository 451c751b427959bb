"""A root or norm of something that can be zero: its gradient there is infinite.

## What it does

Reports `sqrt`, `pow` with an exponent between 0 and 1, and `norm` of an operand that can be 0 and that
nothing keeps away from it. Loud where it *is* 0 on ordinary inputs: the squared difference of two inputs,
a sum of squares after relu. Advice otherwise. A root that is divided by is reported as LL601.

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
from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.rule import Report, Rule

from .divisions import steep_roots, unguarded
from .operands import kept_under_root, when_zero


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report roots of what can be zero, where a gradient is taken through them."""
    for trace in layer.traces:
        for event, severity in steep_roots(layer, trace):
            if not _is_told_as_divisor(layer, trace, id(event.at.node), severity):
                yield Report(
                    event.at,
                    f"What stands under this root {when_zero(severity)}, where the gradient is infinite "
                    f"and training gives nan. {kept_under_root(layer, event)}.",
                    severity=severity,
                )


def _is_told_as_divisor(layer: LayerFacts, trace: Trace, node: int, severity: Severity) -> bool:
    """Whether a division by the root is reported, as loud as the root would be."""
    return any(
        id(root.at.node) == node and severity in (division.severity, Severity.ADVICE)
        for division in unguarded(layer, trace)
        for root in division.roots
    )


RULE = Rule("LL602", "infinite-gradient", Contract.NUMERICS, Severity.WARNING, check_layer=check)
