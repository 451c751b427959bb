"""Random numbers in the function of a Lambda layer are drawn once, or dropout never stops.

## What it does

Reports random functions of NumPy and Python in the function, and `dropout` of the backend where nothing
asks whether the model is training. Noise from `K.random_normal`, `tf.random` or `keras.random`, as in the
sampling of a VAE, is right and left alone.

## Why it hurts

NumPy and Python draw when the function is traced: the numbers become constants of the graph, the same for
every batch. Backend dropout in a Lambda knows no training phase: it drops entries in `predict` too,
unless that is what is wanted.

## Bad

```python
import numpy as np
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t + np.random.normal(size=4))(x)
```

## Good

```python
import tensorflow as tf
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t + tf.random.normal(tf.shape(t)))(x)
```

## How it is confirmed

The model is called twice on the same input; equal results show that the numbers are frozen.

## Fix and its safety

Draw with the backend's random functions; use GaussianNoise or Dropout layers, which know the phase. None
is automatic.

## Known gaps

A table of numbers drawn once on purpose, as for a fixed projection, belongs outside of the function.

## Interaction with other linters

None.

## References

- <https://github.com/tensorflow/tensorflow/issues/36715>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event, Value
from lambdalint.rule import Report, Rule
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.walk import walk

from ..calling.functions import written_function

_IN_VIEW = frozenset({"tensorflow", "keras", "numpy", "tf_keras", "random", "math", "builtins"})
_PHASES = ("in_train_phase", "in_test_phase", "learning_phase", "smart_cond")


def check(layer: LayerFacts) -> Iterator[Report]:
    """The draws that are made once, and the dropout that knows no phase."""
    keras3 = layer.dialect == "keras3"
    like = "keras.random.normal(keras.ops.shape(x))" if keras3 else "K.random_normal(K.shape(x))"
    phase = "a parameter `training`" if keras3 else "`K.in_train_phase`"
    for event in layer.happened(events.FROZEN_RANDOM):
        if _is_initial_value(layer, event) or _goes_elsewhere(layer, event):
            continue
        yield Report(
            event.at,
            f"`{event.text}` draws when the function is traced: the numbers become constants, the same for "
            f"every batch. Draw with the backend, as in `{like}`.",
            note="drawn once",
        )
    for trace in layer.traces:
        if any(step.text.endswith(_PHASES) for step in trace.steps) or _asks_phase(trace.function):
            continue
        for step in trace.steps:
            if step.text.endswith(".dropout"):
                yield Report(
                    step.at,
                    f"`{step.text}` knows no training phase here: it drops entries in `predict` as well. "
                    f"Use a Dropout layer, or {phase}.",
                    note="active in predict",
                    facts={"active": True},
                )
        break


def _is_initial_value(layer: LayerFacts, event: Event) -> bool:
    """Whether a variable is made of what is drawn, of which LL502 speaks."""
    made = layer.happened(events.VARIABLE_MADE)
    return any(node is event.at.node for variable in made for node in walk(variable.at.node))


def _goes_elsewhere(layer: LayerFacts, event: Event) -> bool:
    """Whether a package that is not in view takes the numbers, which may be weights or a seed there."""
    if event.at.unit is not layer.file.unit:
        return False
    for around in enclosing(layer.file.tree, event.at.node)[:-1]:
        name = layer.names.canonical(around.func) if isinstance(around, ast.Call) else None
        if name is not None and name.partition(".")[0] not in _IN_VIEW:
            return True
    return False


def _asks_phase(value: Value) -> bool:
    """Whether the function has a ``training`` parameter, which Keras passes, and reads it."""
    function = written_function(value)
    if function is None:
        return False
    spec = function.node.args
    return any(each.arg == "training" for each in (*spec.args, *spec.kwonlyargs)) and any(
        isinstance(node, ast.Name) and node.id == "training" for node in walk(function.node)
    )


RULE = Rule("LL507", "frozen-randomness", Contract.STATE, Severity.WARNING, check_layer=check)
