"""A Keras 1 `merge(...)` or `Merge(...)`, which Keras 2 removed.

## What it does

Reports every call of Keras 1's `merge` function and `Merge` layer and names what replaces it. `warning`
in a Keras 1 file and where a version before 2.1.6 is pinned, `error` where the file is written for Keras 2
or 3. Functions and methods of the same name that are not Keras' (`pd.merge`), and branches for one version
(`if hasattr(keras.layers, "Concatenate"): … else: merge(…)`), are left alone.

## Why it hurts

Keras 2.0 deprecated both; Keras 2.1.6 and later, TensorFlow's Keras and Keras 3 do not have them: an
ImportError, or "'module' object is not callable". Replacing one operation by another on the way (a sum by
a concatenation) is a common mistake.

## Bad

```python
from keras.layers import Dense, Input, merge

a = Input(shape=(4,))
b = Input(shape=(4,))
total = merge([a, b], mode="sum")
```

## Good

```python
from keras.layers import Dense, Input, add

a = Input(shape=(4,))
b = Input(shape=(4,))
total = add([a, b])
```

## How it is confirmed

The import is tried; the replacement is compared with Keras 1's formula on random inputs.

## Fix and its safety

By mode: sum -> `add`, mul -> `multiply`, ave -> `average`, max -> `maximum`, concat ->
`concatenate(axis=)`, dot -> `dot(axes=)`, cos -> `dot(axes=, normalize=True)`; a function becomes
`Lambda(f)([...])`. None is automatic.

## Known gaps

A mode that is not known when the file is read gets a message without the replacement.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/14096>
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Const, Sequence, Value
from lambdalint.rule import Report, Rule

from ..calling.functions import is_callable, words
from .versions import is_for_one_version

_DEPRECATED = re.compile(r"pins keras[=~<]+2\.(?:0|1\.[0-5])(?!\d)")
_LAYERS = {
    "sum": "add",
    "mul": "multiply",
    "ave": "average",
    "max": "maximum",
    "min": "minimum",
}


def check(layer: LayerFacts) -> Iterator[Report]:
    """The layer is a merge."""
    if layer.kind not in ("merge", "Merge") or _is_chosen(layer):
        return
    warn = layer.dialect in ("keras1", "unknown") or any(map(_DEPRECATED.search, layer.file.dialect.evidence))
    yield Report(
        layer.at,
        f"`{layer.kind}` is Keras 1: it is gone since Keras 2.1.6, and the import or the call fails. "
        f"{_instead(layer)}",
        note="removed in Keras 2.1.6",
        severity=Severity.WARNING if warn else Severity.ERROR,
    )


def _is_chosen(layer: LayerFacts) -> bool:
    return layer.unit is layer.file.unit and is_for_one_version(layer.file, layer.node)


def _instead(layer: LayerFacts) -> str:
    modes = _modes(layer)
    if len(modes) == 1:
        mode = next(iter(modes))
        if mode in _LAYERS:
            return f"Use `{_LAYERS[mode]}([...])`."
        if mode == "concat":
            axis = _number(layer, "concat_axis", 2)
            return f"Use `concatenate([...]{f', axis={axis}' if axis not in (None, '-1') else ''})`."
        if mode in ("dot", "cos"):
            axes = _number(layer, "dot_axes", 3) or ("-1" if mode == "dot" else "1")
            return f"Use `dot([...], axes={axes}{', normalize=True' if mode == 'cos' else ''})`."
        if mode == "function":
            node = layer.function_node
            return f"Use `Lambda({words(node, 24) if node is not None else 'f'}, ...)([...])`."
    return "Use what its mode asks for: `add`, `multiply`, `concatenate`, `dot`, or a `Lambda` on a list."


def _modes(layer: LayerFacts) -> set[str]:
    if layer.function_node is None:
        complete = all(keyword.arg is not None for keyword in layer.node.keywords)
        return {"sum"} if complete else set()
    return {_mode(value) for value in [*layer.site.modes, *_written(layer)]}


def _written(layer: LayerFacts) -> list[Value]:
    node = layer.function_node
    return [Const(node.value)] if isinstance(node, ast.Constant) and not layer.site.modes else []


def _mode(value: Value) -> str:
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    return "function" if is_callable(value) or isinstance(value, Sequence) else "?"


def _number(layer: LayerFacts, name: str, position: int) -> str | None:
    node = layer.argument(name, position)
    return None if node is None else words(node)


RULE = Rule("LL701", "keras1-merge", Contract.MIGRATION, Severity.WARNING, check_layer=check)
