"""The function cannot run on the layer's input: its shapes do not fit.

## What it does

Reports operations that fail for every batch: a reshape to another number of entries, a matrix product
whose inner sizes differ, an axis that the tensor does not have, an index behind the end, a concatenation
or a sum of sizes that differ.

## Why it hurts

The model cannot be built. Keras 2 raises the library's own exception; Keras 3 hides it behind
`NotImplementedError: We could not automatically infer the shape of the Lambda's output`, and a Keras 3
`Sequential.add`, or a Lambda with a declared `output_shape`, lets it slip until the first call.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(10,))
y = Lambda(lambda t: tf.reshape(t, (-1, 3, 4)) + tf.reshape(t, (-1, 5, 2)))(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(10,))
y = Lambda(lambda t: tf.reduce_sum(t, axis=2))(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(12,))
y = Lambda(lambda t: tf.reshape(t, (-1, 3, 4)))(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(10, 4))
y = Lambda(lambda t: tf.reduce_sum(t, axis=2))(x)
```

## How it is confirmed

The function is called on a batch of the input's shape; the library's exception is shown.

## Fix and its safety

None is offered: which of the sizes is wrong is for the author to say.

## Known gaps

Sizes that are not written anywhere are not compared.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/3431>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import Application, LayerFacts
from lambdalint.interp.values import Event, Sequence, Tensor
from lambdalint.layers.dims import has_batch, show_shape
from lambdalint.rule import Report, Rule

from ..per_sample.faults import change, misfit


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report what cannot run: in every use, or in one whose input is known."""
    for event in impossible_events(layer):
        operand = event.data.get("before", event.data.get("operand"))
        note = show_shape(operand.dims) if isinstance(operand, Tensor) and operand.dims is not None else ""
        why = str(event.data.get("why", "the shapes do not fit")).rstrip(".")
        yield Report(event.at, f"This cannot run: {why}. The layer fails as soon as it is called.", note=note)
    for event in layer.causes(events.CHANGED):
        sizes = misfit(event)
        if sizes is not None:
            yield Report(
                event.at,
                f"A sample has {sizes[0]} entries, and the new shape takes {sizes[1]}: the reshape fails, or "
                "cuts samples apart where the batch happens to have a size that fits. The sizes behind the "
                f"batch must multiply to {sizes[0]}.",
                note=change(event),
            )


def impossible_events(layer: LayerFacts) -> Iterator[Event]:
    """What cannot run in every use, or in one whose input is known, each place once."""
    told: set[int] = set()
    for application in layer.applications:
        for event in application.trace.of_kind(events.IMPOSSIBLE):
            node = id(event.at.node)
            if node not in told and (_is_concrete(application) or _is_everywhere(layer, node)):
                told.add(node)
                yield event


def _is_concrete(application: Application) -> bool:
    """Whether the layer is seen at work on tensors of known ranks that hold samples."""
    given = application.trace.arguments[0] if application.trace.arguments else None
    tensors = given.items or [] if isinstance(given, Sequence) else [given]
    known = all(isinstance(each, Tensor) and each.dims and has_batch(each.dims[0]) for each in tensors)
    return application.how != "assumed" and bool(tensors) and known


def _is_everywhere(layer: LayerFacts, node: int) -> bool:
    """Whether it happens in every use, none of which gets a list of unknown length."""
    return all(
        any(id(event.at.node) == node for event in trace.of_kind(events.IMPOSSIBLE))
        and not any(isinstance(given, Sequence) and given.items is None for given in trace.arguments)
        for trace in layer.traces
    )


RULE = Rule(
    "LL205",
    "impossible-shape",
    Contract.OUTPUT_SHAPE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL106", "LL404", "LL406", "LL408"),
)
