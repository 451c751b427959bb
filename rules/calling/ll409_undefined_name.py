"""A name used by the function, or as the layer's input, is never defined.

## What it does

Reports names that nothing in the file, no star import and not Python itself defines: in the function of
the layer, in the helpers it calls, in what is passed for `output_shape`, `mask` or `arguments`, and among
the inputs that the layer is called on. A name that equals the `name=` of a layer gets a hint. Calls of a
function that `keras.backend` or `keras.layers` has in no version, such as `K.split`, are reported too.

## Why it hurts

A NameError: where the model is built for an input, and when the layer is applied for a name inside the
function, hidden there in Keras 3 behind "We could not automatically infer the shape of the Lambda's
output". The `name=` of a layer is a label inside the model, no Python variable.

## Bad

```python
from keras.layers import Dense, Input, Lambda

x = Input(shape=(8,))
h = Dense(3, name="hidden")(x)
y = Lambda(lambda t: t[0] * t[1])([h, hidden])
```

## Good

```python
from keras.layers import Dense, Input, Lambda

x = Input(shape=(8,))
hidden = Dense(3, name="hidden")(x)
y = Lambda(lambda t: t[0] * t[1])([hidden, hidden])
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

None is automatic. A missing import is often all that is wrong.

## Known gaps

Files that use `exec`, `globals()` or, in a notebook, `%run` or `%pylab` may get names from anywhere: the
rule is silent there, and where a star import of an unknown module could define the name.

## Interaction with other linters

F821 reports undefined names everywhere; it does not know about layer names.

## References

- <https://docs.python.org/3/reference/executionmodel.html#naming-and-binding>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.guesses import MODULES
from lambdalint.interp.ops.library import lookup
from lambdalint.rule import Report, Rule
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.names import Names

from .functions import names_of, written_functions
from .parameter_use import calls_of, names_given
from .undefined import is_undefined, labels

_INSIDE = "used by the layer's function"


def check(layer: LayerFacts) -> Iterator[Report]:
    """The undefined names of the function and of the inputs, each name once."""
    seen: set[str] = set()
    excerpt = _is_excerpt(layer)
    for names, unit, name, role in _candidates(layer):
        if excerpt and name.id in MODULES:
            continue
        if name.id not in seen and is_undefined(names, unit, name):
            seen.add(name.id)
            yield Report(
                Anchor(unit, name),
                f"`{name.id}` is {role}, but nothing defines it: a NameError {_when(role)}. "
                f"{_hint(layer, name.id)}",
                note="not defined",
                facts={"named": [name.id]},
            )
    yield from _in_no_library(layer)


def _is_excerpt(layer: LayerFacts) -> bool:
    """Whether not even the layer's own name is defined: code cut out of a script, without its imports."""
    if layer.unit is not layer.file.unit or layer.unit.is_notebook:
        return False
    root = layer.node.func
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and is_undefined(layer.names, layer.unit, root)


def _in_no_library(layer: LayerFacts) -> Iterator[Report]:
    """The functions of Keras' modules that these have in no version."""
    for event in layer.happened(events.NO_SUCH_NAME):
        module, _, short = str(event.data["name"]).rpartition(".")
        called = event.at.node.func if isinstance(event.at.node, ast.Call) else event.at.node
        named = any(short == getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(called))
        yield Report(
            Anchor(event.at.unit, called) if named else event.at,
            f"`{module}` has no `{short}`, in any version: an AttributeError {_when(_INSIDE)}. "
            f"{_elsewhere(short, layer.dialect)}",
            note="no such function",
            facts={"named": [short]},
        )


def _elsewhere(short: str, dialect: str) -> str:
    places = ("keras.ops", "tensorflow") if dialect == "keras3" else ("tensorflow",)
    for place in places:
        if lookup(f"{place}.{short}") is not None:
            return f"`{place.replace('tensorflow', 'tf')}.{short}` is a function of that name."
    return "Check the name."


def _when(role: str) -> str:
    if role == _INSIDE:
        return "when the layer is applied, which Keras 3 hides behind a message about shapes"
    return "on this line"


_Candidate = tuple[Names, SourceUnit, ast.Name, str]


def _candidates(layer: LayerFacts) -> Iterator[_Candidate]:
    passed = layer.function_node
    while isinstance(passed, ast.Attribute):
        passed = passed.value
    if isinstance(passed, ast.Name) and layer.unit is layer.file.unit:
        role = "the layer's function" if passed is layer.function_node else "read for the layer's function"
        yield layer.names, layer.unit, passed, role
    for function in written_functions(layer):
        names = names_of(layer, function)
        if names is not None:
            for uses in names.free_variables(function.node).values():
                yield names, function.env.unit, uses[0], _INSIDE
    if layer.unit is layer.file.unit:
        for node, what in names_given(layer):
            yield layer.names, layer.unit, node, what
    for event in layer.happened(events.UNDEFINED):
        if event.at.unit is layer.file.unit and isinstance(event.at.node, ast.Name):
            yield layer.names, layer.file.unit, event.at.node, _INSIDE
    for call in calls_of(layer):
        for argument in call.args:
            for node in [argument, *(argument.elts if isinstance(argument, (ast.List, ast.Tuple)) else ())]:
                if isinstance(node, ast.Name):
                    yield layer.names, layer.unit, node, "an input of the layer"


def _hint(layer: LayerFacts, word: str) -> str:
    if word in labels(layer.names):
        return (
            f'The `name="{word}"` of a layer is a label inside the model, not a Python variable: '
            f"assign the layer's output to `{word}`."
        )
    return "Define or import it."


RULE = Rule("LL409", "undefined-name", Contract.CALLING, Severity.ERROR, check_layer=check)
