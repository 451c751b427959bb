"""The function of a Lambda layer captures a value that a saved model cannot hold.

## What it does

Reports values that the function takes from an enclosing function, as a default argument, or through the
function given as `mask=`, and that do not survive saving: tensors, layers, models, sessions, generators,
locks, open files, `self` and other objects, helper functions, modules imported inside the enclosing
function, slices and, where the dialect cannot load them, NumPy arrays. In Keras 3 also every default
argument of an inline lambda. Python numbers, strings, and lists and dicts of them are fine.

## Why it hurts

Keras stores a lambda as its bytecode plus the values of its closure. Measured: a tensor in the closure
makes `.h5` refuse to save, and makes `.keras` fail when it is loaded (Keras 3) or called (tf_keras);
`self` fails when saved; a helper function comes back as a string or dict; a module comes back as a dict,
and `.h5` dies with "cannot pickle 'module' object"; an array loads from `.h5` but not from `.keras`. A
default argument comes back as a list in Keras 3: "arg 4 (defaults) must be None or tuple". A callback
that saves the model finds this out at the end of an epoch.

## Bad

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda
from tensorflow.keras.models import Model


def build():
    scale = tf.constant([1.0, 2.0, 3.0])
    x = Input(shape=(3,))
    y = Lambda(lambda t: t * scale)(x)
    return Model(x, y)


model = build()
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
from tensorflow.keras.models import Model


def build():
    scale = [1.0, 2.0, 3.0]
    x = Input(shape=(3,))
    y = Lambda(lambda t: t * scale)(x)
    return Model(x, y)


model = build()
```

## How it is confirmed

The model is saved, and loaded in a fresh process, as `.keras` and as `.h5`; the exception is printed.

## Fix and its safety

Bind the number or list that is needed to a local variable (`k = self.k`), pass values through
`arguments=`, pass tensors as inputs, or write a layer with `get_config`. None is automatic.

## Known gaps

Values that come from calls which are not in view are left alone, and so are Lambdas made inside a Layer
or Model class, which rebuilds them itself. What a module's globals hold is LL302; a captured variable is
LL502. Helper functions and modules are left alone where the project neither saves nor loads whole models.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/7304>
- <https://github.com/keras-team/keras/issues/12081>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function, Tensor, Value
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.text import written

from ..state.weights import attribute_reads, hidden_weights
from ..training import may_be_trained
from .captures import Capture, captures, functions_of, stands_for
from .dialects import stored_as_bytecode
from .models import is_never_stored, saves_models, writes_keras_format
from .stored import ARRAY, FUNCTION, MODULE, SYMBOLIC, kind_of

_SELF = "the object whose method this is"


def check(layer: LayerFacts) -> Iterator[Report]:
    """Captured values and default arguments that do not come back from a file."""
    if is_never_stored(layer):
        return
    called = {id(event.data["layer"]) for event in hidden_weights(layer)}
    for capture in captures(layer):
        if (
            capture.closure
            and id(capture.value) not in called
            and not _leads_to_weights(layer, capture, called)
            and stored_as_bytecode(layer, capture.function)
        ):
            kind = _SELF if _is_self(capture) else kind_of(capture.value)
            if kind is not None:
                parameter = stands_for(layer, capture)
                lost = kind == SYMBOLIC and not parameter and _has_weights_behind(layer, capture.value)
                yield from _report(layer, capture.use, capture.name, kind, parameter, lost)
    for function in functions_of(layer):
        if stored_as_bytecode(layer, function):
            yield from _defaults(layer, function)


def _leads_to_weights(layer: LayerFacts, capture: Capture, called: set[int]) -> bool:
    """Whether every use of an object reads a layer or variable of it, of which LL501 or LL502 speaks."""
    held = {
        id(node.value): holder.attributes.get(node.attr)
        for holder, node, _ in attribute_reads(layer, every=True)
        if holder is capture.value
    }
    return bool(capture.uses) and all(
        id(value := held.get(id(use))) in called or (isinstance(value, Tensor) and value.kind == "variable")
        for use in capture.uses
    )


def _has_weights_behind(layer: LayerFacts, value: Value | None) -> bool:
    return isinstance(value, Tensor) and may_be_trained(layer.file, [value])


def _report(
    layer: LayerFacts, at: Anchor, name: str, kind: str, parameter: str = "", lost: bool = False
) -> Iterator[Report]:
    if kind == ARRAY and layer.dialect != "keras3" and not writes_keras_format(layer):
        return
    if kind in (MODULE, FUNCTION) and not saves_models(layer):
        return
    besides = " The layers behind it drop out of the model besides." if lost else ""
    yield Report(
        at,
        f"The function captures `{name}`, {kind}, which a saved model cannot hold: saving or loading the "
        f"model fails.{besides} {_remedy(name, kind, parameter)}",
        note=kind,
    )


def _remedy(name: str, kind: str, parameter: str) -> str:
    if parameter:
        return f"It is the layer's own input: read the parameter `{parameter}` instead."
    if kind == _SELF:
        return "Bind what is needed to a local variable before the lambda, as in `k = self.k`."
    if "tensor" in kind:
        return f"Pass `{name}` as a second input of the layer."
    if kind == MODULE:
        return "Import it inside a `def` that the layer runs."
    if kind == ARRAY:
        return f"Pass it through `arguments=`, or as a list: `{name}.tolist()`."
    return "Write a Layer with `get_config` instead."


def _is_self(capture: Capture) -> bool:
    """Whether the name is the first parameter of an enclosing method."""
    owner = capture.owner
    if owner is None or owner.kind != "function" or owner.parent is None or owner.parent.kind != "class":
        return False
    node = owner.node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    first = [*node.args.posonlyargs, *node.args.args][:1]
    return not static and bool(first) and first[0].arg == capture.name


def _defaults(layer: LayerFacts, function: Function) -> Iterator[Report]:
    spec = function.node.args
    nodes = [*spec.defaults, *(node for node in spec.kw_defaults if node is not None)]
    values: list[Value] = [*function.defaults, *function.kw_defaults.values()]
    if layer.dialect == "keras3" and nodes:
        yield Report(
            Anchor(function.env.unit, nodes[0]),
            "A default argument of a lambda comes back from a saved Keras 3 model as a list: loading "
            "raises a TypeError. Pass the value through `arguments=` instead.",
            note="default argument",
        )
        return
    for node, value in zip(nodes, values):
        kind = kind_of(value)
        if kind is not None:
            yield from _report(layer, Anchor(function.env.unit, node), written(node), kind)


RULE = Rule("LL301", "unserializable-capture", Contract.SAVING, Severity.ERROR, check_layer=check)
