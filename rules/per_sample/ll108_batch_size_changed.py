"""The result has more or fewer rows than the input has samples.

## What it does

Reports what changes the number of rows: `concatenate(axis=0)` and `stack(axis=0)` of batched tensors,
`tile`/`repeat_elements` on axis 0, `expand_dims(x, 0)`, which puts a new axis in front of the batch, and
a reshape that folds feature axes into the batch. Folding that the function itself, or a later Lambda,
takes back is silent.

## Why it hurts

The rows of the output no longer pair with those of the labels or of other branches. Keras finds out late:
`fit` complains of the data's cardinality or of shapes in the loss, `predict` returns more or fewer rows
than it was given, or joins its batches into a wrong order.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

a = Input(shape=(4,))
b = Input(shape=(4,))
both = Lambda(lambda t: tf.concat(t, axis=0))([a, b])
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(5, 3))
steps = Lambda(lambda t: tf.reshape(t, (-1, 3)))(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

a = Input(shape=(4,))
b = Input(shape=(4,))
both = Lambda(lambda t: tf.concat(t, axis=1))([a, b])
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf


def per_step(t):
    steps = tf.reshape(t, (-1, 3))
    steps = steps / tf.norm(steps + 1e-3, axis=1, keepdims=True)
    return tf.reshape(steps, (-1, 5, 3))


x = Input(shape=(5, 3))
y = Lambda(per_step)(x)
```

## How it is confirmed

The layer runs on batches of two sizes; the number of output rows is not the number of samples.

## Fix and its safety

None is offered: the axis that was meant is for the author to say.

## Known gaps

Folded rows that go into a layer or model of the project's own, or into code that is not in view, are taken
to be unfolded there; so are those of a Lambda that a layer's class keeps for itself.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/6448>: folding and unfolding, as recommended there, is
  silent.
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule

from .faults import misfit, reports
from .purpose import is_tool_of_a_layer

_ADVICE = {
    "reshape": "Keep the batch: begin with -1 and let the other sizes multiply to those of a sample.",
    "expand_dims": "Put the new axis behind the batch: axis=1 or axis=-1.",
    "stack": "Stack behind the batch: axis=1 or axis=-1.",
}


def message(event: Event, code: str) -> str:
    """That rows and samples part ways, what follows, and where the operation belongs."""
    advice = _ADVICE.get(
        event.text.rpartition(".")[2], "Work along a feature axis, such as axis=1 or axis=-1."
    )
    effect = "changes the number of rows, so the rows of the result are not the samples of the input"
    return f"{code} {effect}. {advice}"


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report what changes the number of rows that the layer returns."""
    yield from reports(
        layer, events.CHANGED, message, lambda event: misfit(event) is None and not is_tool_of_a_layer(layer)
    )


RULE = Rule(
    "LL108",
    "batch-size-changed",
    Contract.PER_SAMPLE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406", "LL408", "LL707"),
)
