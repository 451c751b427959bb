"""The result of a Lambda layer does not depend on its input, or random numbers are drawn and not used.

## What it does

Reports a function that computes on its input, or reads a variable named like the layer's input instead of
its own parameter, and returns something that depends on neither the values nor the shape of the input.
And random numbers that are put into a variable which nothing reads: a sampling function that multiplies
`exp(z)` by a constant instead of the noise it drew. Selecting one of several inputs is fine, and so is a
function that injects a constant without touching its input.

## Why it hurts

Nothing complains. Measured with Keras 3 and tf_keras: the layers before such a Lambda get no gradient,
and what it gives is the same for every sample. A variational autoencoder whose noise is not used trains
as a plain autoencoder: running the layer twice gives equal results.

## Bad

```python
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense, Input, Lambda


def sample(moments):
    mean, log_var = moments
    noise = K.random_normal(shape=K.shape(mean))
    return mean + K.exp(0.5 * log_var) * 0.1


x = Input(shape=(8,))
z = Lambda(sample)([Dense(2)(x), Dense(2)(x)])
```

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda


def standardize(t):
    centred = t - tf.reduce_mean(t, axis=1, keepdims=True)
    return tf.constant([0.0, 1.0, 2.0])


x = Input(shape=(3,))
y = Lambda(standardize)(x)
```

## Good

```python
import tensorflow as tf
from tensorflow.keras.layers import Dense, Input, Lambda


def sample(moments):
    mean, log_var = moments
    noise = tf.random.normal(shape=tf.shape(mean))
    return mean + tf.exp(0.5 * log_var) * noise


x = Input(shape=(8,))
z = Lambda(sample)([Dense(2)(x), Dense(2)(x)])
```

## How it is confirmed

The layer is run on two different inputs, and the outputs are equal; or twice on the same input, and a
layer that draws random numbers gives the same.

## Fix and its safety

Return what is computed. None is automatic.

## Known gaps

Noise that is read, but multiplied by zero or only printed. Other code that reads no parameter and is not
followed. A captured tensor of the model in place of the parameter is LL510.

## Interaction with other linters

F841 (unused variable) reports the noise too; ARG005 reports every lambda that does not use its parameter
(`lambda t: 1.0`), also those which inject a constant on purpose.

## References

- <https://github.com/keras-team/keras/issues/12776>
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.values import Along, Broken, Function, Sequence, Tensor, Unknown, Unsure, Value
from lambdalint.layers.dims import has_batch
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import walk

from .functions import names_of, written_function


def check(layer: LayerFacts) -> Iterator[Report]:
    """Results that no input reaches in any use of the layer, and noise that nothing reads."""
    if layer.function_node is None or layer.site.in_loss:
        return
    at = Anchor(layer.unit, layer.function_node)
    unused = next(_unused_noise(layer), None)
    if unused is not None:
        name, draw = unused
        yield Report(
            at,
            f"The random numbers in `{name}` are drawn and never used: the layer gives the same result each "
            f"time. Use `{name}` where the noise belongs.",
            note=f"`{name}` is never read",
            related=((draw, "drawn here"),),
        )
        return
    traces = layer.traces
    if traces and all(_ignores(layer, trace) for trace in traces):
        yield Report(at, _said(layer, traces), note="its input does not reach the result")


def _said(layer: LayerFacts, traces: Iterable[Trace]) -> str:
    functions = [function for trace in traces if (function := written_function(trace.function)) is not None]
    names = [_namesake(layer, function) for function in functions]
    if names and all(names):
        return (
            f"The function reads the outer `{names[0]}`, not its parameter: applied to anything else, as in "
            "a model that is nested, cloned or loaded, the layer ignores its input. Read the parameter."
        )
    return (
        "The result does not depend on the layer's input: every sample gets the same, and the layers "
        "before this one are not trained. Return what is computed from the input."
    )


# --- the input -------------------------------------------------------------------------------------


def _ignores(layer: LayerFacts, trace: Trace) -> bool:
    """Whether a run works on the input, or on its namesake, and returns something else."""
    function = written_function(trace.function)
    if function is None:
        return False
    works = any(_is_computed(step.result) for step in trace.steps)
    steered = any(trace.of_kind(events.BRANCH))
    if works and not steered and not trace.unknowns and _is_free(trace.result):
        return True
    return not works and (_namesake(layer, function) is not None or _returns_another_end(function))


def _is_computed(value: Value) -> bool:
    return isinstance(value, Tensor) and bool(value.inputs) and value.content is None


def _is_free(value: Value) -> bool:
    """Whether a result is known, and neither values nor sizes of the input have part in it."""
    if isinstance(value, Sequence):
        return bool(value.items) and all(_is_free(item) for item in value.items or ())
    if not isinstance(value, Tensor) or value.inputs or value.content is not None:
        return False
    sized = value.dims is None or any(has_batch(dim) for dim in value.dims)
    return not sized and not isinstance(value.batch, (Along, Broken, Unsure)) and value.kind != "variable"


def _namesake(layer: LayerFacts, function: Function) -> str | None:
    """The outer variable that the layer is applied to, where the function reads it and not its parameter."""
    names = names_of(layer, function)
    if names is None:
        return None
    free = names.free_variables(function.node)
    parameters = {parameter.arg for parameter in function.node.args.args}
    read = {node.id for node in walk(function.node) if isinstance(node, ast.Name)}
    applied = {
        argument.id
        for use in layer.applications
        if isinstance(use.at.node, ast.Call) and use.how == "called"
        for argument in use.at.node.args
        if isinstance(argument, ast.Name)
    }
    if parameters & read:
        return None
    outer = sorted(applied & set(free))
    return next((name for name in outer if isinstance(function.frame.lookup(name), Unknown)), None)


def _returns_another_end(function: Function) -> bool:
    """Whether a lambda gives a tensor of a layer or model from outside, and reads no parameter."""
    body = function.node.body
    if not isinstance(body, ast.Attribute) or body.attr not in ("output", "outputs"):
        return False
    read = {node.id for node in walk(body) if isinstance(node, ast.Name)}
    return not read & {parameter.arg for parameter in function.node.args.args}


# --- the noise -------------------------------------------------------------------------------------


def _unused_noise(layer: LayerFacts) -> Iterator[tuple[str, Anchor]]:
    """The variables that get random numbers and that nothing reads, each with the draw."""
    drawn = {id(event.at.node): event.at for event in layer.happened(events.RANDOM)}
    for function in filter(None, map(written_function, layer.functions)):
        body = function.node.body
        for statement in body if isinstance(body, list) else ():
            if not isinstance(statement, ast.Assign) or id(statement.value) not in drawn:
                continue
            target = statement.targets[0]
            if isinstance(target, ast.Name) and not _is_read(function, target.id):
                yield target.id, drawn[id(statement.value)]


def _is_read(function: Function, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in walk(function.node)
    ) or name.startswith("_")


RULE = Rule(
    "LL411",
    "ignored-input",
    Contract.CALLING,
    Severity.WARNING,
    check_layer=check,
    yields_to=("LL405", "LL409", "LL510"),
)
