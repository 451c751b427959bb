"""A logarithm of something that can be zero.

## What it does

Reports `log` of an operand that can be 0 and that nothing keeps away from it. Loud where it *is* 0 on
ordinary inputs, as after relu or a mask; advice otherwise, as of uniform random numbers, which begin with 0.
`log(1 + x)`, `log(x + eps)`, and the log of a softmax or of an exponential are silent.

## Why it hurts

`log(0)` is `-inf`; times a weight of 0 it is `nan`, and one `nan` in a batch spoils all weights. Of
negative values the logarithm is `nan` at once.

## Bad

```python
from tensorflow.keras.layers import Dense, Input, Lambda
import tensorflow as tf

x = Input(shape=(4,))
h = Dense(8, activation="relu")(x)
y = Lambda(lambda t: tf.math.log(t))(h)
```

## Good

```python
from tensorflow.keras.layers import Dense, Input, Lambda
import tensorflow as tf

x = Input(shape=(4,))
h = Dense(8, activation="relu")(x)
y = Lambda(lambda t: tf.math.log(t + 1e-6))(h)
z = Lambda(lambda t: tf.math.log1p(t))(h)
```

## How it is confirmed

The layer runs on zeros and tiny inputs; the outputs or gradients hold `inf` or `nan`.

## Fix and its safety

None is offered: `log(x + eps)` and `log1p(x)` are other functions.

## Known gaps

Data that is positive by its nature is not known to be so: the finding is advice then.

## Interaction with other linters

None that this project knows of.

## References

- <https://keras.io/api/utils/backend_utils/#epsilon-function>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.values import Event, Tensor
from lambdalint.rule import Report, Rule

from ..spelling import kept_from_zero
from .operands import is_chosen_by_entry, loudness, maker, operand_of, when_zero


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report logarithms of what can be zero."""
    for trace in layer.traces:
        for event in trace.of_kind(events.LOG):
            if _is_of_uniform(trace, event):
                yield Report(
                    event.at,
                    "Uniform random numbers include the lower bound 0: now and then one is exactly 0, where "
                    f"the logarithm is -inf. Draw from a bound above 0, or {kept_from_zero(layer)}.",
                    severity=Severity.ADVICE,
                )
            operand = operand_of(event)
            severity = None if operand is None else loudness(operand)
            if severity is Severity.ADVICE and is_chosen_by_entry(trace, event):
                continue
            if severity is not None:
                yield Report(
                    event.at,
                    f"The operand of this logarithm {when_zero(severity)}, where it is -inf and spoils "
                    f"the loss. Keep it away from 0: {kept_from_zero(layer)}, or log1p.",
                    severity=severity,
                )


def _is_of_uniform(trace: Trace, event: Event) -> bool:
    """Whether the operand is drawn from the numbers of [0, 1), as for Gumbel noise: `-log(-log(u))`."""
    operand = event.data.get("operand")
    if not isinstance(operand, Tensor) or not operand.random or operand.sign.low != 0:
        return False
    made = maker(trace, operand)
    return made is not None and made.op.endswith("uniform")


RULE = Rule("LL603", "unguarded-log", Contract.NUMERICS, Severity.WARNING, check_layer=check)
