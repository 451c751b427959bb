"""A layer object is passed on where its output tensor is meant.

## What it does

Reports, in files with a Lambda or merge layer, a layer that stands where a tensor is needed: as the input
of another layer or model, alone or in a list, or among the inputs and outputs of `Model`. Mostly a layer
was made and never called: `x = Lambda(f)`, then `Dense(1)(x)`.

## Why it hurts

A layer has no values and no shape. Measured: Keras 3 raises "Only input tensors may be passed as
positional arguments", or "All `outputs` values must be KerasTensors" in `Model`; tf_keras raises "Inputs
to a layer should be tensors", or hands the layer to the function of a Lambda, which fails with
"unsupported operand type(s) for *: 'Dense' and 'int'".

## Bad

```python
from keras.layers import Dense, Input, Lambda
from keras.models import Model

x = Input(shape=(4,))
scaled = Lambda(lambda t: t * 2)
y = Dense(1)(scaled)
model = Model(x, y)
```

## Good

```python
from keras.layers import Dense, Input, Lambda
from keras.models import Model

x = Input(shape=(4,))
scaled = Lambda(lambda t: t * 2)(x)
y = Dense(1)(scaled)
model = Model(x, y)
```

## How it is confirmed

The model is built; the exception is printed.

## Fix and its safety

Call the layer on its input. None is automatic: which tensor is meant is for the author to say.

## Known gaps

Values that are a layer on one way through the program and a tensor on another are left alone, and so are
layers that `get_layer` gave earlier, and those of other packages, some of which take layers as input.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/pull/7222>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import FileFacts
from lambdalint.interp.values import Event, Layer
from lambdalint.layers import catalogue
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import walk

from .functions import words


def check(file: FileFacts) -> Iterator[Report]:
    """The layers that stand as inputs of layers and models, each place once."""
    seen: set[int] = set()
    for event in file.events if file.layers else ():
        layer, into = event.data.get("layer"), event.data.get("into")
        if event.kind != events.LAYER_AS_TENSOR or event.at.unit is not file.unit:
            continue
        if not isinstance(layer, Layer) or not _is_keras(layer) or not _takes_tensors(into):
            continue
        node = _place(event)
        here = any(part is layer.at.node for part in walk(node))
        if id(node) in seen or (layer.cls == "?" and not here):
            continue
        seen.add(id(node))
        if _is_placeholder(layer.at.node):
            continue
        what = f"a `{layer.cls}` layer" if layer.cls != "?" else "a layer"
        yield Report(
            Anchor(file.unit, node),
            f"`{words(node)}` is {what}, not its output: {_where(into)} needs a tensor and raises an error. "
            f"Call the layer on its input first, as in `{_called(node, layer, here)}(x)`.",
            note="a layer, not a tensor",
            related=() if here else ((layer.at, "the layer is made here"),),
        )


def _is_placeholder(made: ast.AST) -> bool:
    """Whether the code is still to be written: ``Lambda(...)``, with an ellipsis for the function."""
    arguments = made.args if isinstance(made, ast.Call) else []
    return any(isinstance(each, ast.Constant) and each.value is ... for each in arguments)


def _is_keras(layer: Layer) -> bool:
    return layer.cls == "?" or layer.site is not None or catalogue.facts(layer.cls) is not None


def _takes_tensors(into: object) -> bool:
    """Whether what is called takes tensors alone: a model, or a layer of Keras."""
    return not isinstance(into, Layer) or _is_keras(into)


def _where(into: object) -> str:
    if isinstance(into, Layer):
        return f"`{into.cls}`" if into.cls != "?" else "the layer called on it"
    return "the model"


def _place(event: Event) -> ast.AST:
    """The argument, or the entry of its list, where the layer stands."""
    call, argument, index = event.at.node, event.data["argument"], event.data["index"]
    if not isinstance(call, ast.Call):
        return call
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    node: ast.expr | None = named.get(argument)
    if isinstance(argument, int) and argument < len(call.args):
        node = call.args[argument]
    if node is None or isinstance(node, ast.Starred):
        return call
    if isinstance(node, (ast.List, ast.Tuple)) and index is not None and index < len(node.elts):
        starred = any(isinstance(part, ast.Starred) for part in node.elts)
        return node if starred else node.elts[index]
    return node


def _called(node: ast.AST, layer: Layer, here: bool) -> str:
    """What to call: the layer where it is made, since its name may be that of its input as well."""
    if isinstance(node, ast.Name) and not here and layer.cls != "?":
        return f"{layer.cls}(…)"
    return words(node) if isinstance(node, (ast.Name, ast.Attribute, ast.Call)) else "layer"


RULE = Rule("LL412", "layer-not-called", Contract.CALLING, Severity.ERROR, check_file=check)
