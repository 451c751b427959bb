"""`arguments=` of a Lambda layer holds a value that the saved model cannot hold.

## What it does

Reports the entries of `arguments=` that the dialect's format loses. Keras 3: functions that are not
registered, objects and layers of classes of your own. TensorFlow's Keras 2 and standalone Keras: tensors,
functions, layers, models and objects, and NumPy arrays where the format is `.keras`.

## Why it hurts

`arguments=` is written into the layer's config. Measured: Keras 3 brings back tensors, arrays, inline
lambdas and its own functions and layers, but not a `def` of yours; tf_keras refuses to write a tensor to
`.h5`, and calls the function with a config dict in its place after loading `.keras`.

## Bad

```python
import tensorflow as tf
import tf_keras
from tf_keras.layers import Input, Lambda


def clip(t, low):
    return tf.maximum(t, low)


x = Input(shape=(4,))
y = Lambda(clip, arguments={"low": tf.constant(0.5)})(x)
model = tf_keras.Model(x, y)
```

## Good

```python
import tensorflow as tf
import tf_keras
from tf_keras.layers import Input, Lambda


def clip(t, low):
    return tf.maximum(t, low)


x = Input(shape=(4,))
y = Lambda(clip, arguments={"low": 0.5})(x)
model = tf_keras.Model(x, y)
```

## How it is confirmed

The model is saved, and loaded in a fresh process, as `.keras` and as `.h5`; the exception is printed.

## Fix and its safety

Pass numbers, strings or lists, pass tensors as inputs, register functions. None is automatic.

## Known gaps

Entries that are not in view. A symbolic tensor in `arguments=` is LL510: it is no part of the model at all.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/pull/6816>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Dictionary, Function, Instance, Library, Tensor, Value
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .models import is_never_stored, writes_keras_format
from .registered import is_registered, is_registered_class
from .stored import ARRAY, kind_of


def check(layer: LayerFacts) -> Iterator[Report]:
    """The entries of ``arguments=`` that do not come back."""
    if is_never_stored(layer):
        return
    seen: set[str] = set()
    for value in layer.site.arguments:
        for name, item in value.items.items() if isinstance(value, Dictionary) else ():
            kind = _lost(layer, item)
            if kind is None or name in seen:
                continue
            seen.add(str(name))
            yield Report(
                Anchor(layer.unit, _entry(layer, str(name))),
                f"`arguments=` passes `{name}`, {kind}, which the saved model cannot hold: saving it, "
                f"loading it or calling what was loaded fails. {_remedy(kind)}",
                note=kind,
                severity=Severity.WARNING if kind == ARRAY else None,
                facts={"functions": [item.name] if isinstance(item, Function) else []},
            )


def _lost(layer: LayerFacts, value: Value) -> str | None:
    kind = kind_of(value)
    if kind is None or (isinstance(value, Tensor) and value.kind == "keras"):
        return None
    if layer.dialect == "keras3":
        if isinstance(value, Function):
            return None if isinstance(value.node, ast.Lambda) or is_registered(value, layer) else kind
        return kind if isinstance(value, Instance) and not is_registered_class(value.cls) else None
    if kind == ARRAY:
        return kind if writes_keras_format(layer) else None
    return None if isinstance(value, Library) and layer.dialect == "unknown" else kind


def _entry(layer: LayerFacts, name: str) -> ast.AST:
    """The value written for a key of ``arguments=``, else the whole argument."""
    node = layer.arguments_node
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            if isinstance(key, ast.Constant) and key.value == name:
                return value
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == name:
                return keyword.value
    return node if node is not None else layer.node


def _remedy(kind: str) -> str:
    if "tensor" in kind or kind == ARRAY:
        return "Pass a number or a list, or make it an input of the layer."
    if "function" in kind:
        return "Register it with `register_keras_serializable`, or call it inside the layer's function."
    return "Pass plain values, or write a Layer with `get_config`."


RULE = Rule("LL306", "unserializable-argument", Contract.SAVING, Severity.ERROR, check_layer=check)
