"""A NumPy, SciPy or `math` function is applied to the input tensor of a Lambda layer.

## What it does

Reports functions of NumPy, SciPy, OpenCV, scikit-image and Python's `math` whose operand depends on the
layer's input. On shapes, constants and captured arrays they are fine.

## Why it hurts

While the model is built the input is symbolic: it has no values yet. TensorFlow 2 raises "Cannot convert
a symbolic Tensor to a numpy array", hidden in Keras 3 behind "We could not automatically infer the shape
of the Lambda's output"; TensorFlow 1 and Theano raise an AttributeError or build an array of objects.
Where it does run, no gradient flows through it.

## Bad

```python
import numpy as np
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: np.sqrt(t))(x)
```

## Good

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: tf.sqrt(t))(x)
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

Use the function of `keras.ops`, the backend or TensorFlow. It repairs code that never worked, but default
axes differ, so none is automatic.

## Known gaps

Arrays that code of your own computes from the tensor before NumPy sees them.

## Interaction with other linters

None.

## References

- <https://keras.io/api/ops/numpy>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule


def check(layer: LayerFacts) -> Iterator[Report]:
    """The calls of array functions on a tensor that depends on the input."""
    for event in layer.happened(events.NUMPY):
        text = event.text or str(event.data.get("name", ""))
        yield Report(
            event.at,
            f"`{text}` needs an array, but gets the symbolic tensor that the layer is built on: it raises "
            f"an error, or cuts the gradient where it does run. {_instead(layer, text)}",
            note="needs an array",
        )


def _instead(layer: LayerFacts, text: str) -> str:
    if layer.dialect == "keras3":
        return "Use the function of `keras.ops`."
    return "Use the function of the backend or of TensorFlow."


RULE = Rule("LL503", "numpy-on-tensor", Contract.STATE, Severity.ERROR, check_layer=check)
