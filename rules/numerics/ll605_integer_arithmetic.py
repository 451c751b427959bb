"""Arithmetic on an integer input overflows or truncates, or a float goes where integers must.

## What it does

Reports `+`, `-`, `*`, powers, sums and products of an input of 8 or 16 bits, such as pixels in `uint8`,
the mean of an integer input, and `one_hot` of a float input that is not cast. `keras.ops`, which takes sums
in 32 bits, means as floats and casts for `one_hot`, is left alone there.

## Why it hurts

Integer arithmetic wraps around: of a `uint8` input, `x * 2` turns 200 into 144 and `x - 128` turns 0 into
128. `tf.reduce_sum` of four pixels of 200 gives 32, and `tf.reduce_mean` of 1 and 2 gives 1. A division is
safe: `x / 255` is a float. The inputs of a Keras model are float32 unless told otherwise, and `tf.one_hot`
and `K.one_hot` refuse them.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda

pixels = Input(shape=(28, 28), dtype="uint8")
y = Lambda(lambda t: t * 2)(pixels)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

ids = Input(shape=(4,))
y = Lambda(lambda t: tf.one_hot(t, 10))(ids)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

pixels = Input(shape=(28, 28), dtype="uint8")
y = Lambda(lambda t: tf.cast(t, "float32") * 2)(pixels)
z = Lambda(lambda t: t / 255)(pixels)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

ids = Input(shape=(4,))
y = Lambda(lambda t: tf.one_hot(tf.cast(t, "int32"), 10))(ids)
```

## How it is confirmed

The layer runs on the largest and smallest values of the type, once as integers and once as floats; the
results differ.

## Fix and its safety

None is offered: a cast to float changes the type of the output.

## Known gaps

Types of 32 and 64 bits are taken to be wide enough.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/6594>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.ops.arithmetic import NARROW
from lambdalint.interp.values import Event, Sign, Step, Tensor
from lambdalint.rule import Report, Rule

from ..chains import first_of_chains
from .operands import operand_of

_WRAPPING = ("add", "sub", "mul", "pow", "sum", "prod")
_ONE_HOT = ("tensorflow.one_hot", "keras.backend.one_hot")


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report integer arithmetic that wraps or truncates, and floats that are no indices."""
    for trace in layer.traces:
        messages = [(event, _told(event)) for event in trace.of_kind(events.INTEGER)]
        loud = [(event, message) for event, message in messages if message]
        first = first_of_chains(trace, [event for event, _ in loud])
        yield from (Report(event.at, message) for event, message in loud if event in first)
        yield from _one_hot(layer, trace)


def _stays(event: Event) -> bool:
    """Whether the result surely lies in the range of its type, as in ``255 - x``."""
    sign, bounds = event.data.get("sign"), NARROW.get(event.data.get("dtype", ""))
    return isinstance(sign, Sign) and bounds is not None and bounds[0] <= sign.low and sign.high <= bounds[1]


def _told(event: Event) -> str:
    operand = operand_of(event)
    return "" if operand is None or _stays(event) else _message(operand, event.data["operator"])


def _message(operand: Tensor, operator: str) -> str:
    if operator == "mean":
        return "The mean of integers is truncated to an integer. Cast the input to float32 first."
    if operator in _WRAPPING and operand.dtype in NARROW:
        return f"Arithmetic in {operand.dtype} wraps around on overflow. Cast the input to float32 first."
    return ""


def _one_hot(layer: LayerFacts, trace: Trace) -> Iterator[Report]:
    if layer.file.dialect.backend == "theano":
        return
    for step in trace.steps:
        if _is_one_hot(layer, step) and step.operands:
            ids = step.operands[0]
            if isinstance(ids, Tensor) and ids.inputs and (ids.dtype or "").startswith("float"):
                told = (
                    f"{step.text} takes integers, but its operand is {ids.dtype}, as inputs are by default."
                )
                yield Report(step.at, f"{told} Cast it to int32, or declare the input's dtype.")


def _is_one_hot(layer: LayerFacts, step: Step) -> bool:
    node = step.at.node
    return isinstance(node, ast.Call) and layer.names.canonical(node.func) in _ONE_HOT


RULE = Rule("LL605", "integer-arithmetic", Contract.NUMERICS, Severity.WARNING, check_layer=check)
