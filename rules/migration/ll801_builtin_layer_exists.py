"""The function of a Lambda layer is a layer that Keras already has.

## What it does

Reports functions that compute what a built-in layer computes, where the dialect's version has that layer:
Activation, Softmax, Add, Subtract, Multiply, Average, Minimum, Maximum, Concatenate,
GlobalAveragePooling, GlobalMaxPooling, Reshape, Flatten, Permute, RepeatVector, ZeroPadding, UpSampling,
UnitNormalization and Rescaling. It looks at what the function does with its input, not at how that is
written.

## Why it hurts

A built-in layer saves and loads in every version, on every backend, and converters know it. A lambda is
bytecode: bound to one Python version, refused by Keras 3 unless `safe_mode=False`, and unknown to
exporters.

## Bad

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(10, 4))
pooled = Lambda(lambda t: tf.reduce_mean(t, axis=1))(x)
```

## Good

```python
from tensorflow.keras.layers import GlobalAveragePooling1D, Input

x = Input(shape=(10, 4))
pooled = GlobalAveragePooling1D()(x)
```

## How it is confirmed

The Lambda and the built-in layer are run on the same samples; outputs, shapes and dtypes are equal.

## Fix and its safety

The layer that the message names. None is automatic: the layer's import and its `name=` need a look.

## Known gaps

Cropping and resizing are not recognised. Where the rank of the input is not known, the message says for
which the layer fits.

## Interaction with other linters

None.

## References

https://github.com/gmalivenko/onnx2keras/issues/4, https://keras.io/api/layers
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.layers import catalogue
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from ..saving.dialects import in_tensorflow
from .activations import since
from .builtin_layers import Found, recognise


def check(layer: LayerFacts) -> Iterator[Report]:
    """A function that is a built-in layer in all its uses."""
    node = layer.function_node
    if layer.kind in ("merge", "Merge") or node is None or layer.site.in_loss:
        return
    found = recognise(layer)
    if found is not None and _exists(layer, found):
        condition = f"{found.when[:1].upper()}{found.when[1:]}, this" if found.when else "This"
        yield Report(
            Anchor(layer.unit, node),
            f"{condition} is `{found.code}`: a layer that Keras has is saved by name, loads everywhere and "
            "can be exported, where a Lambda is not. Use it.",
            note=f"is {found.code}",
        )


def _exists(layer: LayerFacts, found: Found) -> bool:
    """Whether the version of Keras that the file is written for has the layer."""
    facts = catalogue.facts(found.cls)
    if facts is None or not _in_version(layer, facts.since):
        return False
    return found.cls != "Activation" or _in_version(layer, since(found.code.split('"')[1]))


def _in_version(layer: LayerFacts, first: str) -> bool:
    if layer.dialect == "keras3" or first == "keras1":
        return True
    if layer.dialect == "keras1" or first == "keras3":
        return False
    if first == "keras2":
        return True
    text = layer.file.unit.text
    old = "tf.Session" in text or "tf.placeholder" in text or "tensorflow.contrib" in text
    return in_tensorflow(layer) and not old


RULE = Rule(
    "LL801",
    "builtin-layer-exists",
    Contract.MIGRATION,
    Severity.ADVICE,
    check_layer=check,
    yields_to=("LL604", "LL802"),
)
