"""In Keras 3, a Lambda layer runs a named function that is not registered for loading.

## What it does

Reports, in code for Keras 3, a `def` without `@register_keras_serializable` as the function of a Lambda
layer. `warning` where the project saves or loads whole models, `advice` elsewhere and where
`custom_objects` are in sight.

## Why it hurts

Keras 3 saves such a function by its name alone. Loading it says "could not be deserialized" or "Could not
locate function", even if the module is importable, unless it is passed in `custom_objects` or registered
by a module that is imported before.

## Bad

```python
import keras
from keras import ops
from keras.layers import Input, Lambda


def centred(t):
    return t - ops.mean(t, axis=-1, keepdims=True)


x = Input(shape=(4,))
y = Lambda(centred)(x)
model = keras.Model(x, y)
model.save("model.keras")
```

## Good

```python
import keras
from keras import ops
from keras.layers import Input, Lambda


@keras.saving.register_keras_serializable(package="mine")
def centred(t):
    return t - ops.mean(t, axis=-1, keepdims=True)


x = Input(shape=(4,))
y = Lambda(centred)(x)
model = keras.Model(x, y)
model.save("model.keras")
```

## How it is confirmed

The model is saved, and loaded in a fresh process; the exception is printed.

## Fix and its safety

Add the decorator `@keras.saving.register_keras_serializable(package=...)`. Safe for programs that load
nothing yet; none is automatic.

## Known gaps

A function that is registered by a call rather than by the decorator.

## Interaction with other linters

E731 turns `f = lambda t: t / 2` into a `def`: Keras 3 then saves a name that must be registered, where it had
saved the code of the lambda.

## References

https://keras.io/api/models/model_saving_apis/serialization_utils/
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .dialects import gives_custom_objects
from .models import is_never_stored, saves_models
from .registered import is_registered


def check(layer: LayerFacts) -> Iterator[Report]:
    """A named function of the project without the decorator."""
    node = layer.function_node
    if layer.dialect != "keras3" or node is None or is_never_stored(layer):
        return
    for value in layer.functions[:1]:
        if (
            isinstance(value, Function)
            and not isinstance(value.node, ast.Lambda)
            and not is_registered(value)
        ):
            loud = saves_models(layer) and not gives_custom_objects(layer)
            yield Report(
                Anchor(layer.unit, node),
                f"Keras 3 saves `{value.name}` by its name alone and cannot find it again: the model does "
                "not load without `custom_objects`. Add "
                "`@keras.saving.register_keras_serializable(package=...)`.",
                note="not registered",
                severity=Severity.WARNING if loud else Severity.ADVICE,
            )


RULE = Rule(
    "LL304",
    "unregistered-function",
    Contract.SAVING,
    Severity.WARNING,
    check_layer=check,
    yields_to=("LL702",),
)
