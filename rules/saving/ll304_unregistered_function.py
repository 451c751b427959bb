"""In Keras 3, a Lambda layer runs a named function that is not registered for loading.

## What it does

Reports, in code for Keras 3, a `def` without `@register_keras_serializable` as the function of a Lambda
layer. `warning` where the project saves or loads whole models, `advice` elsewhere and where
`custom_objects` are in sight. A function of a library, such as `keras.ops.flip` or `preprocess_input`, is
reported where whole models are saved or loaded: Keras finds its activations, losses and metrics alone.

## Why it hurts

Keras 3 saves such a function by its name alone. Loading it says "could not be deserialized" or "Could not
locate function", even if the module is importable, unless it is passed in `custom_objects` or registered
by a module that is imported before. A `def` that is called like an activation, a loss or a metric of Keras
is worse: Keras puts its own function in its place, and the loaded model computes something else.

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

```python
import keras
from keras.applications.vgg16 import preprocess_input
from keras.layers import Input, Lambda

x = Input(shape=(32, 32, 3))
y = Lambda(preprocess_input)(x)
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

```python
import keras
from keras.applications import vgg16
from keras.layers import Input, Lambda


@keras.saving.register_keras_serializable(package="mine")
def prepared(t):
    return vgg16.preprocess_input(t)


x = Input(shape=(32, 32, 3))
y = Lambda(prepared)(x)
model = keras.Model(x, y)
model.save("model.keras")
```

## How it is confirmed

The model is saved, and loaded in a fresh process; the exception is printed.

## Fix and its safety

Add the decorator `@keras.saving.register_keras_serializable(package=...)`. Safe for programs that load
nothing yet; none is automatic.

## Known gaps

Where some dict of custom objects is not written out, any function may be in it, and this is advice.

## Interaction with other linters

E731 turns `f = lambda t: t / 2` into a `def`: Keras 3 then saves a name that must be registered, where it had
saved the code of the lambda.

## References

- <https://keras.io/api/models/model_saving_apis/serialization_utils/>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.ops import library
from lambdalint.interp.values import Function, Library
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .handed import may_give
from .models import is_never_stored, saves_models
from .registered import is_registered

_FOUND_IN = ("activations", "losses", "metrics")
"""Modules of Keras whose functions its loader finds by their names, whoever wrote the function."""


def check(layer: LayerFacts) -> Iterator[Report]:
    """A named function of the project without the decorator, or one of a library that Keras does not find."""
    node = layer.function_node
    if layer.dialect != "keras3" or node is None or is_never_stored(layer):
        return
    for value in layer.functions[:1]:
        if isinstance(value, Function):
            if isinstance(value.node, ast.Lambda) or is_registered(value, layer):
                continue
            loud = _is_loud(layer, value.name)
            yield Report(
                Anchor(layer.unit, node),
                f"Keras 3 saves `{value.name}` by its name alone and {_lost(value.name)}. Add "
                "`@keras.saving.register_keras_serializable(package=...)`.",
                note="not registered",
                severity=Severity.WARNING if loud else Severity.ADVICE,
            )
        elif isinstance(value, Library) and _is_not_found(value):
            name, shown = value.name.rpartition(".")[2], value.spelling or value.name
            if not _is_loud(layer, name):
                continue
            yield Report(
                Anchor(layer.unit, node),
                f"Keras 3 saves `{shown}` by its name alone and {_lost(name)}. Call it "
                "in a function of your own that is registered.",
                note="not found on loading",
            )


def _is_loud(layer: LayerFacts, name: str) -> bool:
    """Whether models are saved whole, and nothing hands their loader this name."""
    return saves_models(layer) and not may_give(layer, name)


def _lost(name: str) -> str:
    """What becomes of a function that is saved by its name."""
    place = _namesake(name)
    if place:
        return f"loads `{place}` in its place, without a word"
    return "cannot find it again: the model does not load without `custom_objects`"


def _namesake(name: str) -> str:
    """The function of Keras that its loader finds by this name, or nothing."""
    places = (f"keras.{module}.{name}" for module in _FOUND_IN)
    return next((place for place in places if library.lookup(place) is not None), "")


def _is_not_found(function: Library) -> bool:
    known = function.name.startswith(("keras.ops.", "keras.backend.", "keras.applications.", "tensorflow."))
    return (
        known
        and library.lookup(function.name) is not None
        and not _namesake(function.name.rpartition(".")[2])
    )


RULE = Rule(
    "LL304",
    "unregistered-function",
    Contract.SAVING,
    Severity.WARNING,
    check_layer=check,
    yields_to=("LL702",),
)
