"""The function of a Lambda layer takes other arguments than Keras passes.

## What it does

Reports a function that cannot be called as Keras calls it: with the layer's input (a list of inputs is
*one* argument), with `mask` and `training` by name if it has such parameters, and with the entries of
`arguments=` by name. So `lambda x, y: x * y` on a list of two, a function without parameters, a key of
`arguments=` that is no parameter, a required parameter that `arguments=` does not give, and `arguments=`
that is not a dict.

## Why it hurts

Calling the function raises a TypeError; Keras 3 hides it behind "We could not automatically infer the
shape of the Lambda's output".

## Bad

```python
from keras.layers import Input, Lambda

a = Input(shape=(3,))
b = Input(shape=(3,))
y = Lambda(lambda x, y: x * y)([a, b])
```

## Good

```python
from keras.layers import Input, Lambda


def scaled(pair, factor):
    left, right = pair
    return left * right * factor


a = Input(shape=(3,))
b = Input(shape=(3,))
y = Lambda(lambda pair: pair[0] * pair[1])([a, b])
z = Lambda(scaled, arguments={"factor": 2.0})([a, b])
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

Take the list as one parameter and index or unpack it. It repairs code that never worked.

## Known gaps

`arguments=` whose entries are not in view keeps the rule silent about missing parameters.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/7280>
- <https://github.com/keras-team/keras/issues/19926>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Const, Dictionary, Function, Sequence
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor

from .functions import words
from .ll403_returns_non_tensor import def_line
from .signatures import signature_of

_BY_NAME = ("mask", "training")


def check(layer: LayerFacts) -> Iterator[Report]:
    """Compare the parameters of each function with what Keras passes."""
    given = _given(layer)
    if isinstance(given, Report):
        yield given
        return
    keys, complete = given
    seen: set[object] = set()
    for value in layer.functions:
        taken = signature_of(value)
        if taken is None or taken.identity in seen:
            continue
        seen.add(taken.identity)
        missing = [name for name in taken.required[1:] if name not in keys and name not in _BY_NAME]
        stray = [name for name in keys if taken.accepted is not None and name not in taken.accepted]
        if taken.accepted == ():
            problem = "takes no parameter, but Keras passes the layer's input"
            yield _at_function(layer, taken.function, problem)
        elif missing and complete and not stray:
            yield _at_function(layer, taken.function, _missing(len(taken.required), missing))
        for name in stray:
            yield _stray(layer, name, keys[name], taken.accepted or ())


def _given(layer: LayerFacts) -> tuple[dict[str, ast.AST | None], bool] | Report:
    """The keys of ``arguments=`` with their nodes and whether that is all, or what is wrong with it."""
    keys: dict[str, ast.AST | None] = {}
    complete = all(keyword.arg is not None for keyword in layer.node.keywords)
    node = layer.arguments_node
    for value in layer.site.arguments:
        if isinstance(value, Dictionary):
            complete &= value.complete
            keys.update(dict.fromkeys(key for key in value.items if isinstance(key, str)))
        elif isinstance(value, Sequence) or (isinstance(value, Const) and value.value is not None):
            return Report(
                Anchor(layer.unit, node or layer.node),
                "`arguments=` must be a dict from parameter names to values: Keras passes its entries to the "
                "function by name, and anything else fails when the layer is called.",
                note="not a dict",
            )
        else:
            complete &= isinstance(value, Const)
    if isinstance(node, ast.Dict):
        for key in node.keys:
            if isinstance(key, ast.Constant) and key.value in keys:
                keys[key.value] = key
    elif isinstance(node, ast.Call):
        keys.update({k.arg: k for k in node.keywords if k.arg in keys})
    return keys, complete


def _missing(count: int, missing: list[str]) -> str:
    listed = " and ".join(f"`{name}`" for name in missing)
    tail = (
        f"Take one parameter and index or unpack it, or give {listed} through `arguments=`"
        if len(missing) < 3
        else "Take one parameter and index or unpack it"
    )
    return (
        f"needs {count} arguments, but Keras passes one: the input, or the list of all inputs. "
        f"{listed} will be missing. {tail}"
    )


def _at_function(layer: LayerFacts, function: Function | None, problem: str) -> Report:
    if function is None or isinstance(function.node, ast.Lambda):
        unit = layer.unit if function is None else function.env.unit
        node = (layer.function_node or layer.node) if function is None else function.node
        name = "The lambda" if function is not None else f"`{words(layer.function_node or layer.node)}`"
        return Report(Anchor(unit, node), f"{name} {problem}.", note="does not fit what Keras passes")
    at = Anchor(function.env.unit, def_line(function.node))
    return Report(at, f"`{function.name}` {problem}.", note="does not fit what Keras passes")


def _stray(layer: LayerFacts, name: str, node: ast.AST | None, accepted: tuple[str, ...]) -> Report:
    at = Anchor(layer.unit, node or layer.arguments_node or layer.node)
    others = ", ".join(f"`{other}`" for other in accepted[1:]) or "none besides the input"
    return Report(
        at,
        f"`arguments=` passes `{name}`, which is no parameter of the function (it has {others}): the call "
        "raises a TypeError. Correct the key or add the parameter.",
        note="no such parameter",
    )


RULE = Rule("LL404", "wrong-arity", Contract.CALLING, Severity.ERROR, check_layer=check)
