"""In Keras 3, the function of a Lambda layer calls one backend's own library.

## What it does

Reports, in code for the multi-backend `keras` of Keras 3, the first call of TensorFlow, PyTorch or JAX in
the function of a Lambda layer. Opt-in: it is a matter of policy.

## Why it hurts

The layer runs under one backend only, and the model with it: under another, the function gets that
backend's tensors, and what it returns is none of them. The other library may not even be installed.
`keras.ops` has the same functions for all backends.

## Bad

```python
import tensorflow as tf
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: tf.square(ops.abs(t)))(x)
```

## Good

```python
import keras
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: ops.square(t))(x)
```

## How it is confirmed

The layer is run under another backend of Keras 3, JAX or PyTorch (or TensorFlow), where one is installed.

## Fix and its safety

The function of `keras.ops`. None is automatic: default axes and names differ for some.

## Known gaps

Calls in helper functions, and code for `tf.keras`, which is TensorFlow's by its name.

## Interaction with other linters

None.

## References

- <https://keras.io/keras_3>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.ops import library
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

from ..calling.functions import names_of, written_functions

_BACKENDS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


def check(layer: LayerFacts) -> Iterator[Report]:
    """The first call of a backend's library in each function of the layer."""
    if layer.dialect != "keras3" or layer.site.family in ("tf.keras", "tf_keras"):
        return
    for function in written_functions(layer):
        names = names_of(layer, function)
        calls = [node for node in walk(function.node) if isinstance(node, ast.Call)]
        calls.sort(key=lambda node: (node.lineno, node.col_offset))
        for call in calls if names is not None else ():
            name = library.normalize((names.canonical(call.func) if names else None) or "")
            backend = _BACKENDS.get(name.partition(".")[0])
            if backend is not None:
                yield Report(
                    Anchor(function.env.unit, call),
                    f"`{written(call.func)}` binds the layer to {backend}: under another backend of "
                    "Keras 3 it fails. Use `keras.ops`.",
                    note=f"{backend} only",
                    facts={"backend": name.partition(".")[0]},
                )
                break


RULE = Rule("LL706", "backend-bound", Contract.MIGRATION, Severity.ADVICE, check_layer=check, default=False)
