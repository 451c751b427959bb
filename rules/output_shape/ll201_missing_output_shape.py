"""No `output_shape` is declared where this Keras cannot find it out.

## What it does

Reports a missing `output_shape` in the three places where a Keras generation needs one:

- Keras 1: `merge([...], mode=<function>)` and `Merge(mode=<function>)`.
- Keras 1 and standalone Keras 2 on Theano: a Lambda whose output has another shape than its input.
- Keras 3: a Lambda whose function cannot run on *float32* tensors and `mask=None`, which is what Keras 3
  traces it with whatever the real input is: `tf.one_hot`, `tf.gather` or `ops.take` by an integer input,
  string and bitwise functions, `tf.where` on a boolean input, arithmetic with `mask`.

## Why it hurts

Keras 1 raises for a merge function ("cannot infer its output shape"). On Theano it takes the shape of the
input for the output's, so the next layer is built for the wrong size. Keras 3 raises
`NotImplementedError: We could not automatically infer the shape of the Lambda's output`, which hides the
true exception, here that of a function that was handed floats; with `output_shape` the same function
runs. With TensorFlow, Keras 1 and 2 infer the shape by running the function: there nothing needs to be
declared, and nothing is reported.

## Bad

```python
import keras
import tensorflow as tf
from keras import layers, ops

ids = keras.Input(shape=(4,), dtype="int32")
x = layers.Lambda(lambda t: tf.one_hot(t, 5))(ids)
y = layers.Lambda(lambda t: ops.relu(t))(x)
```

```python
from keras.layers import Input, merge

a = Input(shape=(3,))
b = Input(shape=(3,))
c = merge([a, b], mode=lambda t: t[0] - t[1])
```

## Good

```python
import keras
import tensorflow as tf
from keras import layers, ops

ids = keras.Input(shape=(4,), dtype="int32")
x = layers.Lambda(lambda t: tf.one_hot(t, 5), output_shape=(4, 5))(ids)
y = layers.Lambda(lambda t: ops.relu(t))(x)
```

```python
from keras.layers import Input, merge

a = Input(shape=(3,))
b = Input(shape=(3,))
c = merge([a, b], mode=lambda t: t[0] - t[1], output_shape=(3,))
```

## How it is confirmed

The model is built; the true exception, or the shapes of `model.output_shape` and of a prediction, are
shown.

## Fix and its safety

None is offered; where the shape is known, the message says what to declare.

## Known gaps

Of the functions that refuse floats only the common ones are known. Theano is recognised by imports, by
its tensor methods and by `KERAS_BACKEND` in the file, not by a configuration file.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/1747>
- <https://github.com/keras-team/keras/issues/18797>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import Application, LayerFacts
from lambdalint.interp.values import Bound, Function, Library, Partial, Tensor
from lambdalint.layers.dims import show_shape
from lambdalint.rule import Report, Rule

from .declaration import as_declared, contradict
from .tracing import reason_tracing_fails

_CALLABLE = (Bound, Function, Library, Partial)


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report a layer whose output shape this Keras cannot find out."""
    node = layer.node
    if layer.output_shape_node is not None or any(word.arg is None for word in node.keywords):
        return
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    message = _of_merge(layer) if layer.kind in ("merge", "Merge") else _of_lambda(layer)
    if message:
        yield Report(layer.at, message)


def _of_merge(layer: LayerFacts) -> str:
    functions = layer.functions or layer.site.modes
    if not functions or not all(isinstance(function, _CALLABLE) for function in functions):
        return ""
    return (
        "Keras 1 cannot infer the shape of a merge by a function and raises without output_shape. "
        f"Declare it, without the batch axis{_proposal(layer)}."
    )


def _proposal(layer: LayerFacts) -> str:
    for trace in layer.traces:
        if isinstance(trace.result, Tensor) and trace.result.dims and len(trace.result.dims) > 1:
            return f": output_shape={as_declared(trace.result.dims)}"
    return ""


def _of_lambda(layer: LayerFacts) -> str:
    for application in layer.applications:
        message = _on_theano(layer, application) if _runs_on_theano(layer) else _in_keras3(layer, application)
        if message:
            return message
    return ""


def _runs_on_theano(layer: LayerFacts) -> bool:
    if layer.dialect not in ("keras1", "keras2") or layer.site.family not in ("keras", None):
        return False
    methods = (event.data.get("theano") for event in layer.happened(events.METHOD))
    backend = layer.file.dialect.backend
    return backend == "theano" or (backend == "" and layer.dialect == "keras1" and any(methods))


def _on_theano(layer: LayerFacts, application: Application) -> str:
    given, result = application.inputs, application.trace.result
    if not isinstance(given, Tensor) or not isinstance(result, Tensor):
        return ""
    if given.dims is None or result.dims is None or not contradict(result.dims, given.dims):
        return ""
    return (
        f"On Theano, Keras takes the output for the shape of the input, {show_shape(given.dims)}, but the "
        f"function gives {show_shape(result.dims)}. Declare output_shape={as_declared(result.dims)}."
    )


def _in_keras3(layer: LayerFacts, application: Application) -> str:
    if layer.dialect != "keras3" or application.how != "called" or layer.site.family == "tf_keras":
        return ""
    reason = reason_tracing_fails(layer, application)
    if not reason:
        return ""
    return (
        "Keras 3 infers the output shape by running the function on float32 tensors and mask=None, and "
        f"{reason}: the model fails with 'could not automatically infer the shape'. "
        f"Declare output_shape{_declare(application)}."
    )


def _declare(application: Application) -> str:
    result = application.trace.result
    return f"={as_declared(result.dims)}" if isinstance(result, Tensor) and result.dims else ""


RULE = Rule(
    "LL201",
    "missing-output-shape",
    Contract.OUTPUT_SHAPE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL401", "LL402", "LL403", "LL404", "LL409", "LL503"),
)
