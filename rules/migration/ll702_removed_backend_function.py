"""The function of a Lambda layer uses a backend function that Keras 3 does not have.

## What it does

Reports, in code for Keras 3, functions of `keras.backend` that Keras 3 removed, and names what replaces
them. `tf.keras.backend` still has most of them.

## Why it hurts

`keras.backend` of Keras 3 has no tensor functions. `K.sum` raises an AttributeError when the function
runs, and Keras hides it behind "We could not automatically infer the shape of the Lambda's output".

## Bad

```python
import keras
from keras import backend as K
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: K.sum(ops.abs(t), axis=1))(x)
```

## Good

```python
import keras
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: ops.sum(ops.abs(t), axis=1))(x)
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

The function of `keras.ops` that the message names. Default axes differ for some (LL707), so none is
automatic.

## Known gaps

Code for Keras 1 and 2, where these functions are right, is left alone.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/21660>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule


def check(layer: LayerFacts) -> Iterator[Report]:
    """The names that the dialect's library does not have."""
    for event in layer.happened(events.MISSING):
        name = str(event.data.get("name", ""))
        short = event.text or name.removeprefix("keras.")
        instead = event.data.get("replacement")
        yield Report(
            event.at,
            f"Keras 3 has no `{short}`: the call raises an AttributeError, which Keras hides behind a "
            f"message about shapes. Use `{instead}`.",
            note="not in Keras 3",
            facts={"named": [short.rpartition(".")[2]]},
        )


RULE = Rule("LL702", "removed-backend-function", Contract.MIGRATION, Severity.ERROR, check_layer=check)
