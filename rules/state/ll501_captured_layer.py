"""A layer or model with weights is called inside the function of a Lambda layer.

## What it does

Reports calls of layers and models that have weights inside the function: a `Dense` made there, a layer or
model captured from outside, one passed through `arguments=`. A layer that the model being built calls as
well is tracked there and left alone, and so are layers without weights.

## Why it hurts

The Lambda does not know the layer. Its weights are not among the model's: they are not trained, not saved
and not counted, and Keras 3 does not say a word (`len(layer.weights) == 0`). A layer made inside is a new
one, with new random weights, each time the function runs; tf_keras raises a ValueError for that.

## Bad

```python
from tensorflow.keras.layers import Dense, Input, Lambda

score = Dense(1)
x = Input(shape=(5, 8))
y = Lambda(lambda t: t * score(t))(x)
```

## Good

```python
from tensorflow.keras.layers import Dense, Input, Multiply

score = Dense(1)
x = Input(shape=(5, 8))
y = Multiply()([x, score(x)])
```

## How it is confirmed

The variables that the function touches are counted against the weights of the layer.

## Fix and its safety

Call the layer in the model itself and pass its output in, or write a Layer that holds it. None is
automatic.

## Known gaps

A network that is frozen on purpose, as for a perceptual loss, is reported as a warning where it is known
to be a pretrained one. Objects of classes in other packages are left alone.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/9740>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.pretrained import HUB
from lambdalint.interp.values import Const, Layer, Model, Value
from lambdalint.rule import Report, Rule

from ..calling.functions import layer_name
from ..saving.models import rebuilt_by_class
from .weights import hidden_weights


def check(layer: LayerFacts) -> Iterator[Report]:
    """The calls of layers and models whose weights get lost."""
    if layer.site.in_loss or rebuilt_by_class(layer):
        return
    for event in hidden_weights(layer):
        value = event.data["layer"]
        yield Report(
            event.at,
            f"{_what(value)} is called inside the function: its weights are not the model's, so they are "
            "neither trained nor saved. Call it in the model itself, or write a Layer that holds it.",
            note="untracked weights",
            severity=Severity.WARNING if _pretrained(value) else None,
        )


def _what(value: Value) -> str:
    name = layer_name(value)
    if isinstance(value, Model):
        return "A model"
    if not name or not name[:1].isupper():
        return "A layer"
    spoken = name.startswith(("LSTM", "RNN")) or name[0] in "AEIO"
    return f"{'An' if spoken else 'A'} {name} layer"


def _pretrained(value: Value) -> bool:
    if isinstance(value, Model):
        return value.kind in ("application", "loaded", HUB)
    if isinstance(value, Layer) and value.cls == "KerasLayer":
        return value.config.get("trainable") != Const(True)
    return isinstance(value, Layer) and value.cls == "?"


RULE = Rule("LL501", "captured-layer", Contract.STATE, Severity.ERROR, check_layer=check)
