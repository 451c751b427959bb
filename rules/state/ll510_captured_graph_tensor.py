"""A symbolic tensor of the surrounding model reaches the function past the layer's inputs.

## What it does

Reports a tensor of the model being built (an `Input`, a layer's output) that the function captures, or
that is passed through `arguments=`, instead of being an input of the layer. In TensorFlow's Keras, a
dynamic size such as `tf.shape(x)[1]` is such a tensor too; `K.int_shape(x)` and `x.shape` are not.

## Why it hurts

Keras builds the model from what layers are called on. It does not see this connection: the layers that
make the captured tensor drop out of the model, with their weights; or the model cannot be built ("graph
disconnected"), run eagerly, cloned or saved. A captured size raises "Could not build a TypeSpec" in
tf_keras (measured), and `tf.shape` of an input is refused by Keras 3.

## Bad

```python
from tensorflow.keras.layers import Dense, Input, Lambda

a = Input(shape=(4,))
b = Dense(4)(a)
y = Lambda(lambda t: t * b)(a)
```

## Good

```python
from tensorflow.keras.layers import Dense, Input, Lambda

a = Input(shape=(4,))
b = Dense(4)(a)
y = Lambda(lambda t: t[0] * t[1])([a, b])
```

## How it is confirmed

The model is built; the layers behind the captured tensor are looked for among its layers.

## Fix and its safety

Pass the tensor as a further input: `layer([a, b])`, and index the list. None is automatic.

## Known gaps

Inside an enclosing function the same capture also cannot be saved, and is reported as LL301.

## Interaction with other linters

None.

## References

- <https://github.com/tensorflow/tensorflow/issues/14359>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.graph import is_symbolic
from lambdalint.interp.values import Dictionary, Tensor, Value
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

from ..saving.captures import Capture, captures, stands_for
from ..saving.dialects import in_tensorflow, is_graph_mode


def check(layer: LayerFacts) -> Iterator[Report]:
    """Symbolic tensors among the captured names and the entries of ``arguments=``."""
    if layer.site.in_loss:
        return
    for capture in captures(layer):
        if _is_size(layer, capture.value):
            yield _size_report(capture.use, capture.name)
            continue
        if not _symbolic(capture.value):
            continue
        parameter = stands_for(layer, capture)
        # In the one graph of Keras 1 and 2, the size of an input is right wherever it is read.
        sized = bool(parameter) and is_graph_mode(layer)
        use = next(_computing_uses(capture, {"shape"} if sized else set()), None)
        if use is not None:
            yield _report(Anchor(capture.use.unit, use), capture.name, parameter)
    for value in layer.site.arguments[:1]:
        for name, item in value.items.items() if isinstance(value, Dictionary) else ():
            if _symbolic(item):
                entry = _entry(layer, str(name))
                yield _report(Anchor(layer.unit, entry), written(entry) if _is_short(entry) else str(name))


_FACTS = frozenset({"shape", "get_shape", "dtype", "ndim", "name", "_keras_shape"})
_ASKING = frozenset({"int_shape", "ndim", "dtype"})


def _computing_uses(capture: Capture, more: set[str]) -> Iterator[ast.Name]:
    """The uses that take entries of the tensor, and not only its static shape or type, or ``more`` of it."""
    asked: set[int] = set()
    for node in walk(capture.function.node):
        if isinstance(node, ast.Attribute) and node.attr in _FACTS:
            asked.add(id(node.value))
        elif isinstance(node, ast.Call) and (capture.names.canonical(node.func) or "").split(".")[-1] in {
            *_ASKING,
            *more,
        }:
            asked.update(id(argument) for argument in node.args)
    return (use for use in capture.uses if id(use) not in asked)


def _is_short(node: ast.AST) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute))


def _symbolic(value: Value | None) -> bool:
    return isinstance(value, Tensor) and value.kind == "keras" and value.content is None


def _is_size(layer: LayerFacts, value: Value | None) -> bool:
    """Whether a value is a dynamic size of a tensor of the model, in TensorFlow's Keras."""
    if layer.dialect == "keras3" or not in_tensorflow(layer):
        return False
    if not isinstance(value, Tensor) or value.kind != "keras" or value.content is None:
        return False
    return is_symbolic(value)


def _size_report(at: Anchor, name: str) -> Report:
    return Report(
        at,
        f"`{name}` is a size taken from a tensor of the model outside of the function: it is symbolic, and "
        'the layer fails on it with a TypeError, "Could not build a TypeSpec". Take the size inside, from '
        "the function's own input, or pass the tensor as a further input.",
        note="a symbolic size",
    )


def _report(at: Anchor, name: str, parameter: str = "") -> Report:
    if parameter:
        return Report(
            at,
            f"`{name}` is an input that the layer is called on, but the function reads it from outside: on "
            f"another input, or in a loaded model, it still computes from this one. Use `{parameter}`.",
            note=f"the function's own input is `{parameter}`",
        )
    return Report(
        at,
        f"`{name}` is a tensor of the model, but no input of the layer: Keras does not see the connection, "
        f"and the layers behind `{name}` drop out of the model. Call the layer on a list of its input and "
        f"`{name}`.",
        note="not an input of the layer",
    )


def _entry(layer: LayerFacts, name: str) -> ast.AST:
    node = layer.arguments_node
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            if isinstance(key, ast.Constant) and key.value == name:
                return value
    return node if node is not None else layer.node


RULE = Rule(
    "LL510",
    "captured-graph-tensor",
    Contract.STATE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL301", "LL404"),
)
