"""Random numbers drawn once are broadcast over the whole batch.

## What it does

Reports random numbers of a shape without a batch axis, or with a batch axis of 1, that are combined with
the samples: `K.random_normal(shape=(1, d))`, `tf.random.uniform((d,))`.

## Why it hurts

Every sample of a batch gets the same noise. A variational autoencoder then samples one point for the
whole batch, the noise of a denoising model is a constant offset that the next bias can learn, and the
gradient's variance does not shrink with the batch size. Shapes fit, nothing fails.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(8,))
noisy = Lambda(lambda t: t + tf.random.normal(shape=(8,)))(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(8,))
noisy = Lambda(lambda t: t + tf.random.normal(shape=tf.shape(t)))(x)
```

## How it is confirmed

The layer runs on a batch of equal samples; the outputs are equal too, though two runs differ.

## Fix and its safety

None is offered: `shape=K.shape(x)` draws for each sample, but one draw per batch is sometimes meant.

## Known gaps

Noise whose shape the interpreter does not know is not judged.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/tensorflow/tensorflow/issues/36715>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event, Tensor
from lambdalint.rule import Report, Rule

from ..spelling import spelled
from .faults import report_of


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report noise drawn in the function and shared by the samples, where it is drawn."""
    if not layer.happened(events.RANDOM):
        return
    shape = f"{spelled(layer, 'shape')}(x)"

    def message(event: Event, code: str) -> str:
        return (
            f"{code} draws once for the whole batch, so every sample gets the same noise. Draw one row per "
            f"sample: shape={shape}, or a shape that begins with the input's batch size."
        )

    # A shape that begins with a written batch size is LL107, even if that size is 1.
    seen = {id(event.at.node) for event in layer.causes(events.FIXED)}
    for shared in layer.happened(events.SHARED_NOISE):
        event = _drawn(shared)
        passed_over = id(event.at.node) in seen or _has_named_row(shared.data.get("tensor"), event.at.node)
        report = None if passed_over else report_of(layer, event, message)
        seen.add(id(event.at.node))
        if report is not None:
            yield report


def _has_named_row(noise: object, call: ast.AST) -> bool:
    """Whether a single row has a name, as in ``shape=(batch_size, n)``: then 1 is a choice."""
    if not (isinstance(call, ast.Call) and isinstance(noise, Tensor) and noise.dims and noise.dims[0] == 1):
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    shapes = [each for each in given if isinstance(each, (ast.Tuple, ast.List)) and each.elts]
    return any(not isinstance(shape.elts[0], ast.Constant) for shape in shapes)


def _drawn(shared: Event) -> Event:
    """The event at the call that draws, where the shape it wrote still stands; else the broadcast itself."""
    noise = shared.data.get("tensor")
    made = noise.made if isinstance(noise, Tensor) else None
    if made is None or made.kind != events.RANDOM:
        return shared
    return Event(shared.kind, made.at, made.text, shared.data)


RULE = Rule("LL109", "shared-noise", Contract.PER_SAMPLE, Severity.WARNING, check_layer=check)
