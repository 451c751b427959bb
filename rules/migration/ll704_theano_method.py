"""A Theano-style method is called on a tensor in the function of a Lambda layer.

## What it does

Reports `x.sum()`, `x.mean()`, `x.dimshuffle(...)`, `x.sqrt()` and other methods that Theano's tensors
have and TensorFlow's do not. `advice` in a Keras 1 file, where Theano may well be the backend.

## Why it hurts

On TensorFlow it is an AttributeError, "'Tensor' object has no attribute 'sum'", which Keras 3 hides
behind "We could not automatically infer the shape of the Lambda's output". The code runs on one backend
only.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t - t.mean(axis=1, keepdims=True))(x)
```

## Good

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t - tf.reduce_mean(t, axis=1, keepdims=True))(x)
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

Call the function of the backend or of `keras.ops` instead: `K.sum(x, axis=1)`. None is automatic: several
methods of one expression often change together.

## Known gaps

Files that switch on TensorFlow's NumPy behaviour are left alone; with the JAX or PyTorch backend of Keras
3 some of the methods exist.

## Interaction with other linters

None.

## References

- <https://www.tensorflow.org/api_docs/python/tf/Tensor>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.ops import library
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule

_BACKEND = {"dimshuffle": "permute_dimensions", "astype": "cast", "sqr": "square", "flatten": "batch_flatten"}
_OPS = {"dimshuffle": "transpose", "astype": "cast", "sqr": "square", "flatten": "reshape"}


def check(layer: LayerFacts) -> Iterator[Report]:
    """Theano's methods on tensors; of a chain the first, which is where it fails."""
    found = [event for event in layer.happened(events.METHOD) if event.data.get("theano")]
    if not found or "experimental_enable_numpy_behavior" in layer.file.unit.text:
        return
    nodes = {id(event.at.node) for event in found}
    for event in found:
        if any(id(receiver) in nodes for receiver in _receivers(event)):
            continue
        method = str(event.data["method"])
        yield Report(
            event.at,
            f"`.{method}()` is a method of Theano's tensors: TensorFlow's have none, and the layer raises an "
            f"AttributeError there. Use a function of {_instead(layer, method)}.",
            note=f"no method `{method}`",
            facts={"named": [method]},
            severity=Severity.ADVICE if layer.dialect == "keras1" else None,
        )


def _receivers(event: Event) -> Iterator[ast.AST]:
    """The calls that an event's call is made on, as in ``x.sum().sqrt()``."""
    node: ast.AST = event.at.node
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
        yield node


def _instead(layer: LayerFacts, method: str) -> str:
    modern = layer.dialect == "keras3"
    module, spelled, names = ("keras.ops", "keras.ops", _OPS) if modern else ("keras.backend", "K", _BACKEND)
    name = names.get(method, method)
    known = library.lookup(f"{module}.{name}") is not None
    return f"the backend: `{spelled}.{name}(...)`" if known else "the backend"


RULE = Rule("LL704", "theano-method", Contract.MIGRATION, Severity.ERROR, check_layer=check)
