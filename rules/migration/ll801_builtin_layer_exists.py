"""The function of a Lambda layer is a layer that Keras already has.

## What it does

Reports functions that compute what a built-in layer computes, where the dialect's version has that layer:

- of one input: Activation, ReLU, LeakyReLU, ELU, Softmax, UnitNormalization, Rescaling, Identity, Reshape,
  Flatten, Permute, RepeatVector, GlobalAveragePooling, GlobalMaxPooling, AveragePooling, MaxPooling,
  Cropping, ZeroPadding, UpSampling, Resizing and CategoryEncoding;
- of several: Add, Subtract, Multiply, Average, Minimum, Maximum, Concatenate and Dot.

It looks at what the function does with its input, through helpers and local variables, not at how that is
written. A function that calls a built-in layer without weights on its input, and does no more, is that layer.

## Why it hurts

A built-in layer is saved by its name and configuration, loads in every version and on every backend, and
converters know it. A lambda is bytecode: bound to one Python version, refused by Keras 3 unless
`safe_mode=False`, and unknown to exporters.

## Bad

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(10, 4))
pooled = Lambda(lambda t: tf.reduce_mean(t, axis=1))(x)
```

```python
from tf_keras.layers import Input, Lambda

image = Input(shape=(64, 64, 3))
scaled = Lambda(lambda t: (t - 127.5) / 127.5)(image)
```

## Good

```python
from tensorflow.keras.layers import GlobalAveragePooling1D, Input

x = Input(shape=(10, 4))
pooled = GlobalAveragePooling1D()(x)
```

```python
from tf_keras.layers import Input, Rescaling

image = Input(shape=(64, 64, 3))
scaled = Rescaling(1 / 127.5, offset=-1)(image)
```

## How it is confirmed

The Lambda and the built-in layer are run on the same samples; outputs, shapes and dtypes are equal.

## Fix and its safety

The layer that the message names. None is automatic: the layer's import and its `name=` need a look, and a
model that was saved with the Lambda has another layer in its place.

## Known gaps

Noise and dropout that are switched by the learning phase, and formulas such as `x / norm(x)` that differ
from the layer at 0, are left alone. So are layers whose input carries a mask: it ends at a Lambda, but not
at most other layers. A captured factor counts as a number where its default, annotation or docstring says
so.

## Interaction with other linters

None.

## References

- <https://github.com/gmalivenko/onnx2keras/issues/4>
- <https://keras.io/api/layers>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule

from .builtin.recognise import recognise


def check(layer: LayerFacts) -> Iterator[Report]:
    """A function that is one built-in layer in all its uses."""
    recognised = recognise(layer)
    if recognised is None:
        return
    found, versions = recognised
    condition = f"On {found.on}, this" if found.on else "This"
    yield Report(
        layer.at,
        f"{condition} is what `{found.call}` does: use the layer; it saves, loads and exports without "
        f"custom code. {versions}".rstrip(),
        note=f"is {found.call}",
        facts={"replacement": found.call},
    )


RULE = Rule(
    "LL801",
    "builtin-layer-exists",
    Contract.MIGRATION,
    Severity.ADVICE,
    check_layer=check,
    yields_to=(
        *("LL101", "LL102", "LL103", "LL104", "LL105", "LL106", "LL108"),
        *("LL205", "LL303", "LL401", "LL402", "LL403", "LL404", "LL405", "LL406", "LL408", "LL409"),
        *("LL501", "LL502", "LL510", "LL701", "LL702", "LL802"),
    ),
)
