"""`l2_normalize` of inputs that can be tiny does not give unit vectors.

## What it does

Reports `l2_normalize` and `ops.normalize` of inputs that can be tiny, as advice. A warning where the
script shows the trouble: a literal factor on the input, as in `l2_normalize(1000 * t)`, or a test that
expects the norm or the sum of the outputs to be 1.

## Why it hurts

`K.l2_normalize(x)` is `x * rsqrt(max(sum(x**2), 1e-12))`: the epsilon stands inside the root, so a vector
shorter than 1e-6 comes out shorter than 1. Measured: a length of 5e-7 gives a norm of 0.5, one of 5e-8
gives 0.05. Untrained networks with small weights, and sums of many damped terms, give such vectors. A
factor of 1000 in front only moves the limit to 1e-9. `keras.ops.normalize` guards the norm itself and has
its limit at 1e-7. Theano's version in Keras 1 had no epsilon, and gave `nan` for zeros.

A unit vector has *squares* that sum to one. Entries that sum to one are what softmax, or a division by
the sum, gives.

## Bad

```python
from tensorflow.keras.layers import Dense, Input, Lambda
import tensorflow as tf

x = Input(shape=(8,))
h = Dense(5)(x)
y = Lambda(lambda t: tf.math.l2_normalize(1000 * t, axis=1))(h)
```

## Good

```python
from tensorflow.keras.layers import Dense, Input, Lambda
import tensorflow as tf

x = Input(shape=(8,))
h = Dense(5)(x)
y = Lambda(lambda t: tf.math.l2_normalize(tf.exp(t) + 1.0, axis=1))(h)
```

## How it is confirmed

The layer runs on vectors of lengths from 1 down to 1e-8; the norms of the outputs are shown.

## Fix and its safety

None is offered: pass a smaller `epsilon` (`tf.math.l2_normalize(x, axis, epsilon=1e-24)`), or bring the
inputs to an ordinary size in front of the layer.

## Known gaps

Whether inputs are tiny is a matter of data; without a sign of it in the script this is advice.

## Interaction with other linters

None that this project knows of.

## References

- <https://www.tensorflow.org/api_docs/python/tf/math/l2_normalize>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.values import Event, Tensor
from lambdalint.rule import Report, Rule
from lambdalint.syntax.text import written

from .expectations import expected_to_be_one
from .operands import maker, operand_of

_LARGE = 10


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report normalisations that the epsilon may spoil."""
    for trace in layer.traces:
        for event in trace.of_kind(events.L2_NORMALIZE):
            operand = operand_of(event)
            if operand is not None:
                yield from _judge(layer, trace, event, operand)


def _judge(layer: LayerFacts, trace: Trace, event: Event, operand: Tensor) -> Iterator[Report]:
    limit = "1e-7" if event.text.rpartition(".")[2] == "normalize" else "1e-6"
    law = f"the epsilon inside {event.text} keeps vectors shorter than {limit} from getting the norm 1"
    factor = _factor(trace, operand)
    if factor:
        told = f"The factor {factor} hides that {law}; tinier inputs still fail. {_mended(layer, event)}."
        yield Report(event.at, told, severity=Severity.WARNING)
        return
    if not operand.sign.tiny:
        return
    expected = expected_to_be_one(layer.file.tree)
    if expected == "sum":
        told = (
            f"The entries of what {event.text} gives do not sum to 1, as a test here expects: their "
            "squares do. For a sum of 1 use softmax, or divide by the sum."
        )
        yield Report(event.at, told, severity=Severity.WARNING)
    elif expected == "norm":
        mended = _mended(layer, event)
        told = f"A test here expects the norm 1, but {law}. {mended}, or test with larger inputs."
        yield Report(event.at, told, severity=Severity.WARNING)
    elif _is_result(trace, event):
        told = f"If the inputs can be tiny: {law}. {_mended(layer, event)} where that matters."
        yield Report(event.at, told, severity=Severity.ADVICE)


def _mended(layer: LayerFacts, event: Event) -> str:
    """What to do: `K.l2_normalize` takes no epsilon."""
    node = event.at.node
    name = layer.names.canonical(node.func) if isinstance(node, ast.Call) else None
    if (name or "").startswith("keras.backend."):
        return "Divide by a norm that a smaller epsilon guards"
    return "Pass a smaller epsilon"


def _is_result(trace: Trace, event: Event) -> bool:
    """Whether the function returns what this call gives: its norm is what the layer is there for."""
    return any(node is event.at.node for node, _ in trace.returns)


def _factor(trace: Trace, operand: Tensor) -> str:
    """The literal by which the operand was multiplied to make it large."""
    step = maker(trace, operand)
    node = None if step is None else step.at.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for side in (node.left, node.right):
            if (
                isinstance(side, ast.Constant)
                and isinstance(side.value, (int, float))
                and side.value >= _LARGE
            ):
                return written(side)
    return ""


RULE = Rule(
    "LL604",
    "epsilon-swallows-norm",
    Contract.NUMERICS,
    Severity.ADVICE,
    check_layer=check,
    yields_to=("LL101", "LL102"),
)
