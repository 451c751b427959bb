"""A Lambda layer is called with two inputs as two arguments: the second becomes the mask.

## What it does

Reports `layer(a, b)` where the layer is a Lambda whose function has no `mask` parameter.

## Why it hurts

The second positional argument of a layer's call is `mask`, in Keras 2 and Keras 3 alike. Nothing
complains: `lambda t: t[0] * t[1]` then multiplies the first two *samples* of `a`, and `b` is not used at
all.

## Bad

```python
from keras.layers import Input, Lambda

a = Input(shape=(3,))
b = Input(shape=(3,))
y = Lambda(lambda t: t[0] * t[1])(a, b)
```

## Good

```python
from keras.layers import Input, Lambda

a = Input(shape=(3,))
b = Input(shape=(3,))
y = Lambda(lambda t: t[0] * t[1])([a, b])
```

## How it is confirmed

The layer is called with its second input changed; the output does not change.

## Fix and its safety

Put the inputs into a list: `layer([a, b])`. Unsafe only in that the result changes, from wrong to right.

## Known gaps

A layer whose function is not in view is left alone: it may take a mask.

## Interaction with other linters

None.

## References

- <https://keras.io/api/layers/core_layers/lambda>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import Application, LayerFacts
from lambdalint.interp.values import Const, Library, Value
from lambdalint.rule import Report, Rule

from .functions import words, written_function


def check(layer: LayerFacts) -> Iterator[Report]:
    """A call of the layer with more than one positional argument."""
    seen: set[int] = set()
    for use in layer.applications:
        node = use.at.node
        if use.how != "called" or id(node) in seen or not isinstance(node, ast.Call):
            continue
        seen.add(id(node))
        if _has_second_input(use, node) and not _takes_mask(use.trace.function):
            first, second = node.args[:2]
            yield Report(
                use.at,
                f"The second argument of a layer's call is its mask: `{words(second)}` is no input here, "
                f"and the function never gets it. Pass one list: `([{words(first)}, {words(second)}])`.",
                note="the second input becomes the mask",
            )


def _has_second_input(use: Application, node: ast.Call) -> bool:
    starred = any(isinstance(argument, ast.Starred) for argument in node.args[:2])
    return (
        len(node.args) > 1
        and not starred
        and len(use.positional) > 1
        and not isinstance(use.positional[1], Const)
    )


def _takes_mask(value: Value) -> bool:
    """Whether the function has a ``mask`` parameter, or may have one."""
    if isinstance(value, Library):
        return False
    function = written_function(value)
    if function is None:
        return True
    spec = function.node.args
    names = [parameter.arg for parameter in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]]
    return "mask" in names or spec.kwarg is not None


RULE = Rule("LL406", "second-input-as-mask", Contract.CALLING, Severity.ERROR, check_layer=check)
