"""A Lambda layer, or the lambda in it, does nothing.

## What it does

Reports a Lambda whose function returns its input unchanged, and a `lambda x: f(x)` around a function of
the project that takes exactly that argument.

## Why it hurts

The layer costs a place in the model and, being stored as bytecode, makes the model hard to load, for
nothing. In Keras 3 a registered `f` is stored by its name where the lambda around it is not. A layer that
is only there to name a tensor can be an `Activation("linear")` or, where Keras has it, an `Identity`.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t, name="features")(x)
```

## Good

```python
from tensorflow.keras.layers import Activation, Input

x = Input(shape=(4,))
y = Activation("linear", name="features")(x)
```

## How it is confirmed

The layer is run: what comes out is what went in; or a `Lambda` of the function itself gives the same.

## Fix and its safety

Drop the layer, or pass the function itself. None is automatic: a name may be used elsewhere.

## Known gaps

A lambda around a library function is left alone: what Keras saves differs. So is an identity that a mask
reaches, or that stands in a function with a parameter `mask`: it is where the mask ends.

## Interaction with other linters

PLW0108 says the same of `lambda t: f(t)` everywhere; its fix changes what Keras saves: a name in place of
the code.

## References

- <https://github.com/keras-team/keras/issues/2486>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts, tensors_of
from lambdalint.interp.graph import is_masked
from lambdalint.interp.values import Function
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.names import Names, Scope

from ..calling.functions import written_functions


def check(layer: LayerFacts) -> Iterator[Report]:
    """A function that hands its input on, or hands it to one other function."""
    node = layer.function_node
    functions = written_functions(layer)
    if node is None or len(functions) != 1 or len(layer.functions) != 1 or layer.kind in ("merge", "Merge"):
        return
    function = functions[0]
    if _is_identity(function):
        if _drops_a_mask(layer) or _bears_a_loss(layer):
            return
        yield Report(
            Anchor(layer.unit, node),
            "The function returns its input unchanged: the layer does nothing, and a lambda makes the "
            "model hard to load. Leave it out, or use `Activation('linear')` to name a tensor.",
            note="returns its input",
        )
        return
    inner = _wrapped(layer, function)
    if inner is not None:
        yield Report(
            Anchor(layer.unit, node),
            f"The lambda only calls `{inner}`: pass `{inner}` itself.",
            note=f"is `{inner}`",
            facts={"inner": inner},
        )


def _drops_a_mask(layer: LayerFacts) -> bool:
    """Whether a mask comes, or may come, with what the layer is called on: the layer is where it ends."""
    scope: Scope | None = layer.names.scope_of(layer.node)
    while scope is not None:
        node = scope.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(each.arg == "mask" for each in [*node.args.args, *node.args.kwonlyargs]):
                return True
        scope = scope.parent
    return any(is_masked(tensor) for use in layer.applications for tensor in tensors_of(use.inputs))


def _bears_a_loss(layer: LayerFacts) -> bool:
    """Whether a variable holds the layer and its ``add_loss`` or ``add_metric`` is called."""
    losing = _losing(layer.names)
    return bool(losing) and any(
        isinstance(target, ast.Name) and target.id in losing
        for node in enclosing(layer.file.tree, layer.node)
        if isinstance(node, ast.Assign) and node.value is layer.node
        for target in node.targets
    )


@lru_cache(maxsize=1)
def _losing(names: Names) -> frozenset[str]:
    """The variables of a file whose ``add_loss`` and the like is called."""
    return frozenset(
        call.func.value.id
        for call in names.calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("add_loss", "add_metric", "add_update")
        and isinstance(call.func.value, ast.Name)
    )


def _is_identity(function: Function) -> bool:
    node = function.node
    spec = node.args
    parameters = [*spec.posonlyargs, *spec.args]
    if len(parameters) != 1 or spec.vararg or spec.kwarg or spec.kwonlyargs:
        return False
    if isinstance(node, ast.Lambda):
        result: ast.expr | None = node.body
    else:
        body = [part for part in node.body if not _is_docstring(part)]
        only = body[0] if len(body) == 1 else None
        result = only.value if isinstance(only, ast.Return) else None
    return isinstance(result, ast.Name) and result.id == parameters[0].arg


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _wrapped(layer: LayerFacts, function: Function) -> str | None:
    """The project function that a lambda calls with its one parameter and nothing else."""
    node = function.node
    if not isinstance(node, ast.Lambda) or not isinstance(node.body, ast.Call):
        return None
    call, parameters = node.body, node.args.args
    if len(parameters) != 1 or node.args.defaults or call.keywords or len(call.args) != 1:
        return None
    argument, called = call.args[0], call.func
    if (
        not isinstance(argument, ast.Name)
        or argument.id != parameters[0].arg
        or not isinstance(called, ast.Name)
    ):
        return None
    value = function.frame.lookup(called.id)
    if not isinstance(value, Function) or isinstance(value.node, ast.Lambda):
        return None
    spec = value.node.args
    takes_one = len(spec.args) == 1 and not spec.posonlyargs and not spec.kwonlyargs
    return (
        called.id
        if takes_one and len(layer.names.bindings(called.id, layer.names.scope_of(called))) == 1
        else None
    )


RULE = Rule("LL802", "redundant-lambda", Contract.MIGRATION, Severity.ADVICE, check_layer=check)
