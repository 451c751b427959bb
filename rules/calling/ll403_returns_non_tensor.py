"""The function of a Lambda layer returns None, a string, a number or a shape instead of a tensor.

## What it does

Reports a Lambda whose function returns something that cannot be a layer's output: nothing at all (no
`return`, a `print`, a single `if` without `else`), a string, a Python number, or a shape such as
`K.int_shape(x)`; and a dict of tensors that is passed whole to a layer with weights, such as `Dense`. A
list, tuple or dict of tensors is fine elsewhere.

## Why it hurts

Keras 3 says that it "could not automatically infer the shape of the Lambda's output"; in a `Sequential`
it says nothing until the model is called. Keras 2 (tf_keras) accepts None, strings and numbers when the
model is built: `predict` then fails for None, and for the others gives the same value once for each batch.

## Bad

```python
from keras.layers import Input, Lambda


def double(t):
    t * 2


x = Input(shape=(4,))
y = Lambda(double)(x)
```

## Good

```python
from keras.layers import Input, Lambda


def double(t):
    return t * 2


x = Input(shape=(4,))
y = Lambda(double)(x)
```

## How it is confirmed

The layer is called on sample data and the type of what it returns is printed.

## Fix and its safety

Add the missing `return`. It repairs code that never worked.

## Known gaps

A dict that is passed to a layer without weights or of the project's own is not reported: some map over
structures. Nor is a number returned by a layer that nothing in view calls: other code may ask it for a
condition.

## Interaction with other linters

None: B018 (useless expression) passes over `t * 2` and over calls.

## References

- <https://github.com/keras-team/keras/issues/10933>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events, reasons
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import NONE, Const, Dictionary, Number, Sequence, Unknown, Value
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import children, walk

from .functions import Outcome, outcomes, words, written_function

_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NUMBER = "a Python number"


def check(layer: LayerFacts) -> Iterator[Report]:
    """A returned value that is known and is no tensor, or a way out of the function without a value."""
    empty = {id(_node(trace.function)) for trace in layer.traces if trace.result == NONE}
    taken = _taken_for_tensor(layer)
    for outcome in outcomes(layer):
        if isinstance(outcome.at.node, _DEFS):
            yield from _without_return(outcome, id(outcome.at.node) in empty)
            continue
        if taken and isinstance(outcome.value, Dictionary):
            yield Report(
                outcome.at,
                f"The function returns a dict, and `{taken}` takes it for a tensor: the model fails when it "
                "is built. Return the tensor, or take it out of the dict before the next layer.",
                note="a dict, not a tensor",
                facts={"taken_by": taken},
            )
            continue
        what = _kind(outcome.value)
        if what == _NUMBER and all(use.how == "assumed" for use in layer.applications):
            continue
        if what is not None:
            named = what if words(outcome.at.node) == what else f"{what}, `{words(outcome.at.node)}`"
            later = "the model fails when it runs" if what == "None" else "it gives no row for each sample"
            yield Report(
                outcome.at,
                f"The function returns {named}, where Keras needs a tensor: the layer fails when it is "
                f"built; in Keras 2 {later}. Return a tensor.",
                note=f"{what}, not a tensor",
            )


def _taken_for_tensor(layer: LayerFacts) -> str:
    """The layer that gets the whole of a returned dict for its tensor."""
    given = {id(use.output) for use in layer.applications if isinstance(use.output, Dictionary)}
    for event in layer.file.events if given else ():
        if event.kind == events.DICT_INPUT and id(event.data["given"]) in given:
            return event.text
    return ""


def _kind(value: Value) -> str | None:
    """What a value that cannot be a layer's output is, in words."""
    if isinstance(value, Const):
        if value.value is None:
            return "None"
        if isinstance(value.value, (str, bytes)):
            return "a string"
        return _NUMBER if isinstance(value.value, (bool, int, float, complex)) else None
    if isinstance(value, Number):
        return _NUMBER
    if isinstance(value, Sequence) and value.items and all(_is_size(item) for item in value.items):
        return "a shape"
    if isinstance(value, Unknown) and value.reason == reasons.STRING:
        return "a string"
    return None


def _is_size(value: Value) -> bool:
    return isinstance(value, Number) or (
        isinstance(value, Const) and isinstance(value.value, (int, float, type(None)))
    )


def _node(value: Value) -> ast.AST | None:
    """The syntax of a function in view."""
    function = written_function(value)
    return None if function is None else function.node


def _without_return(outcome: Outcome, always: bool) -> Iterator[Report]:
    """A function that never returns, that does not where its only ``if`` fails, or not for its arguments."""
    node = outcome.at.node
    assert isinstance(node, _DEFS)
    message = (
        f"`{node.name}` {{}}, so the layer's output is None: it fails when it is built; in Keras 2 "
        f"the model fails when it runs. {{}}"
    )
    header = Anchor(outcome.at.unit, def_line(node))
    if not any(isinstance(part, ast.Return) and part.value is not None for part in own_statements(node)):
        yield Report(header, message.format("returns nothing", "Add the `return`."), note="no return")
    elif always:
        yield Report(
            header,
            message.format("returns nothing for these arguments", "Return a tensor on that path too."),
            note="a path without return",
        )
    elif _bare_if(node):
        when = "returns nothing when its `if` does not hold"
        message = message.format(when, "Return a tensor on that path too.")
        yield Report(header, message, note="a path without return")


def def_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
    """A node that spans the ``def`` and the name, for reports about the function as a whole."""
    end = node.col_offset + len("def ") + len(node.name.encode())
    if isinstance(node, ast.AsyncFunctionDef):
        end += len("async ")
    place = {"lineno": node.lineno, "end_lineno": node.lineno, "col_offset": node.col_offset}
    return ast.Name(node.name, ast.Load(), **place, end_col_offset=end)


def own_statements(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    """The statements of a function, those of functions and classes inside it left out."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        current = stack.pop()
        if isinstance(current, ast.stmt):
            yield current
        if not isinstance(current, (*_DEFS, ast.ClassDef, ast.expr)):
            stack.extend(children(current))


def _bare_if(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the function ends with one ``if`` without ``else``, the only place where it returns."""
    last = node.body[-1]
    if not isinstance(last, ast.If) or last.orelse:
        return False
    inside = {id(part) for part in walk(last)}
    returns = [part for part in own_statements(node) if isinstance(part, ast.Return)]
    asks = any(isinstance(part, ast.Call) for part in walk(last.test))
    return not asks and all(id(part) in inside for part in returns)


RULE = Rule("LL403", "returns-non-tensor", Contract.CALLING, Severity.ERROR, check_layer=check)
