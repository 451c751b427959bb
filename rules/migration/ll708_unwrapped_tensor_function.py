"""In Keras 3, a TensorFlow or NumPy function is applied to a tensor of the model outside of any layer.

## What it does

Reports, in code for Keras 3 with a Lambda layer, calls of `tf.*`, `np.*` and `tf.keras.backend.*` in
model-building code whose argument is a symbolic tensor of the model: `tf.reduce_sum(x, axis=1)` on the
output of a layer. Operators and subscripts (`x + 1`, `x[:, 0]`), `keras.ops` and questions about the shape
are fine, and so is all that runs inside a layer.

## Why it hurts

In tf.keras 2 such a call was turned into a layer. Measured in Keras 3: "A KerasTensor cannot be used as
input to a TensorFlow function" for `tf.*`, "A KerasTensor is symbolic ... You cannot convert it to a NumPy
array" for `np.*`; tf_keras accepts all of TensorFlow's.

## Bad

```python
import keras
import tensorflow as tf
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
h = Lambda(lambda t: ops.abs(t))(x)
y = tf.reduce_sum(h, axis=1)
model = keras.Model(x, y)
```

## Good

```python
import keras
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
h = Lambda(lambda t: ops.abs(t))(x)
y = ops.sum(h, axis=1)
model = keras.Model(x, y)
```

## How it is confirmed

The statement is run; the exception is printed.

## Fix and its safety

The function of `keras.ops`, or a Lambda layer around the call. None is automatic: default axes differ
(LL707).

## Known gaps

Tensors whose origin is not in view, such as the output of a loaded model, are left alone.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/19314>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import FileFacts
from lambdalint.interp.graph import family_of, is_symbolic
from lambdalint.interp.ops import library
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule
from lambdalint.syntax.walk import walk

_FINE = frozenset(
    {
        "numpy.shape", "numpy.ndim", "numpy.squeeze", "tensorflow.is_tensor", "tensorflow.print",
        "tensorflow.get_static_value", "keras.backend.int_shape", "keras.backend.is_keras_tensor",
        "keras.backend.name_scope", "keras.backend.function", "tensorflow.gradients",
        "keras.backend.gradients", "tensorflow.function",
    }
)  # fmt: skip
"""Measured to accept a symbolic tensor, or to fail for another reason."""


def check(file: FileFacts) -> Iterator[Report]:
    """The innermost of the calls that Keras 3 refuses, each once."""
    if file.dialect.name != "keras3" or not file.layers:
        return
    found = {id(e.at.node): e for e in file.events if e.at.unit is file.unit and _is_refused(e)}
    for key, event in found.items():
        inside = walk(event.at.node)
        if any(id(part) in found and id(part) != key for part in inside):
            continue
        yield Report(
            event.at,
            f"Keras 3 does not let `{event.text}` have a symbolic tensor: the call raises a ValueError. "
            f"{_instead(event)}",
            note="a symbolic tensor",
        )


def _is_refused(event: Event) -> bool:
    if event.kind != events.GRAPH_OP:
        return False
    name, operand = str(event.data["name"]), event.data["operand"]
    known = name not in _FINE and not name.startswith("tensorflow.debugging.") and library.lookup(name)
    if name.startswith("keras.backend.") and event.data["family"] != "tf.keras":
        return False
    return bool(known) and family_of(operand) != "tf_keras" and is_symbolic(operand)


def _instead(event: Event) -> str:
    name = "keras.ops." + str(event.data["name"]).rpartition(".")[2].removeprefix("reduce_")
    instead = f"Use `{name}`, or put" if library.lookup(name) is not None else "Put"
    return f"{instead} the call into a Lambda or another layer."


RULE = Rule(
    "LL708",
    "unwrapped-tensor-function",
    Contract.MIGRATION,
    Severity.ERROR,
    check_file=check,
    yields_to=("LL405",),
)
