"""The function of a Lambda layer expects another structure of inputs than it is called with.

## What it does

Reports a function that unpacks or indexes its parameter as a list of inputs while the layer is called on
one tensor, one that treats it as a tensor while the layer is called on a list, and one that unpacks or
indexes another number of inputs than are passed.

## Why it hurts

`t[0] * t[1]` on a single tensor multiplies the first two *samples* of the batch without a word. `t * 2`
on a list of two repeats the list and gives four outputs. `t[:, 0]` on a list, or a third input that is
not there, raises an error, which Keras 3 hides behind "could not automatically infer the shape".

## Bad

```python
from keras.layers import Input, Lambda

a = Input(shape=(3,))
b = Input(shape=(3,))
y = Lambda(lambda t: t[0] + t[1] * t[2])([a, b])
```

## Good

```python
from keras.layers import Input, Lambda

a = Input(shape=(3,))
b = Input(shape=(3,))
c = Input(shape=(3,))
y = Lambda(lambda t: t[0] + t[1] * t[2])([a, b, c])
```

## How it is confirmed

The layer is called on sample inputs of the structure that it is called with.

## Fix and its safety

None is automatic: either the call or the function is wrong.

## Known gaps

Only the function's own parameter is watched, not copies of it; functions that ask for its length or type
are left alone. One index alone, as in `t[0]` on one tensor, picks a sample and is LL104.

## Interaction with other linters

None.

## References

https://github.com/keras-team/keras/issues/10192
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Bound, Function, Sequence, Tensor, Value
from lambdalint.rule import Report, Rule

from .functions import names_of, words, written_function

_OF_TENSORS = frozenset({"shape", "dtype", "get_shape", "ndim", "_keras_shape", "sum", "mean", "dimshuffle"})


def check(layer: LayerFacts) -> Iterator[Report]:
    """Compare what each use passes with how the function uses its parameter."""
    seen: set[int] = set()
    for use in layer.applications:
        if use.how == "assumed" or id(use.at.node) in seen:
            continue
        found = _usage(layer, use.trace.function)
        problem = _mismatch(found, use.inputs) if found is not None else None
        if problem is not None:
            seen.add(id(use.at.node))
            yield Report(use.at, problem[0], note=problem[1])


@dataclass(slots=True)
class _Usage:
    """How a function uses its first parameter."""

    name: str
    indices: set[int] = field(default_factory=set)
    unpacked: set[int] = field(default_factory=set)
    as_tensor: ast.expr | None = None


def _usage(layer: LayerFacts, value: Value) -> _Usage | None:
    function = written_function(value)
    names = names_of(layer, function) if function is not None else None
    if function is None or names is None or not isinstance(value, (Function, Bound)):
        return None
    spec = function.node.args
    parameters = [*spec.posonlyargs, *spec.args][1 if isinstance(value, Bound) else 0 :]
    if not parameters:
        return None
    usage = _Usage(parameters[0].arg)
    scope = names.body_scope(function.node)
    if len(scope.bindings.get(usage.name, ())) != 1:
        return None
    for node in ast.walk(function.node):
        if _asks(node, usage.name):
            return None
        _note(node, usage)
    return usage


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _asks(node: ast.AST, name: str) -> bool:
    """Whether the function asks for the length or type of its parameter, or binds the name anew inside."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        asking = node.func.id in ("isinstance", "len", "type", "list", "tuple", "hasattr", "enumerate", "zip")
        return asking and any(_is(argument, name) for argument in node.args)
    if isinstance(node, ast.Call):
        return any(isinstance(argument, ast.Starred) and _is(argument.value, name) for argument in node.args)
    inner = isinstance(node, (ast.Lambda, ast.FunctionDef)) and any(p.arg == name for p in node.args.args[1:])
    return inner or (isinstance(node, ast.comprehension) and _is(node.iter, name))


def _note(node: ast.AST, usage: _Usage) -> None:
    if isinstance(node, ast.Subscript) and _is(node.value, usage.name):
        index = _literal(node.slice)
        if index is not None:
            usage.indices.add(index)
        elif isinstance(node.slice, ast.Tuple):
            usage.as_tensor = usage.as_tensor or node
    elif isinstance(node, ast.Assign) and _is(node.value, usage.name):
        for target in node.targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                if not any(isinstance(part, ast.Starred) for part in target.elts):
                    usage.unpacked.add(len(target.elts))
    elif _on_tensor(node, usage.name):
        usage.as_tensor = usage.as_tensor or node


def _on_tensor(node: ast.AST, name: str) -> TypeGuard[ast.expr]:
    """Whether an expression uses the name as an operand or object in a way that only tensors allow."""
    if isinstance(node, ast.BinOp):
        return not isinstance(node.op, ast.Add) and (_is(node.left, name) or _is(node.right, name))
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.op, ast.Not) and _is(node.operand, name)
    return isinstance(node, ast.Attribute) and _is(node.value, name) and node.attr in _OF_TENSORS


def _literal(node: ast.expr) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _literal(node.operand)
        return None if inner is None else -inner
    plain = isinstance(node, ast.Constant) and type(node.value) is int
    return node.value if plain else None  # type: ignore[attr-defined]


def _mismatch(usage: _Usage, inputs: Value) -> tuple[str, str] | None:
    if isinstance(inputs, Tensor):
        return _one_tensor(usage) if inputs.dims is not None else None
    if not isinstance(inputs, Sequence) or inputs.items is None or len(inputs.items) < 2:
        return None
    count = len(inputs.items)
    if usage.as_tensor is not None and not usage.indices and not usage.unpacked:
        return (
            f"The layer is called on a list of {count} inputs, but its function treats `{usage.name}` as one "
            f"tensor: `{words(usage.as_tensor)}` works on the list. Index the inputs: `{usage.name}[0]`, "
            f"`{usage.name}[1]`.",
            f"a list of {count}, used as a tensor",
        )
    wrong = [n for n in usage.unpacked if n != count] or [
        i + 1 if i >= 0 else -i for i in usage.indices if not -count <= i < count
    ]
    if wrong:
        return (
            f"The function takes {max(wrong)} inputs out of `{usage.name}`, but the layer is called on "
            f"{count}: it fails when it is built. Pass as many inputs as the function takes.",
            f"{count} inputs, the function takes {max(wrong)}",
        )
    return None


def _one_tensor(usage: _Usage) -> tuple[str, str] | None:
    if usage.as_tensor is not None or not (usage.unpacked or len(usage.indices) > 1):
        return None
    how = "unpacks" if usage.unpacked else "indexes"
    return (
        f"The function {how} `{usage.name}` as a list of inputs, but the layer is called on one tensor: it "
        "would take samples of the batch for inputs. Call the layer on a list: `([a, b])`.",
        "one tensor, used as a list",
    )


RULE = Rule(
    "LL408",
    "input-structure-mismatch",
    Contract.CALLING,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406",),
)
