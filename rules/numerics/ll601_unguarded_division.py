"""A division by a sum, norm, deviation or difference that can be zero.

## What it does

Follows the range of entries through the function and reports divisors that can be 0 and that nothing
keeps away from it: no `+ K.epsilon()`, no `K.maximum(…, eps)`. Loud where the divisor *is* 0 on ordinary
inputs: the count of a mask, a sum after relu, the difference of two inputs. Advice where it is a sum, a
norm, a deviation or a difference otherwise.

## Why it hurts

`x / 0` is `inf`, `0 / 0` is `nan`, and one `nan` in a batch makes the loss and all weights `nan`. A
masked mean divides by the number of steps that are not masked: for a row of padding alone that number is
0.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

steps = Input(shape=(5, 8))
words = Input(shape=(5,), dtype="int32")


def masked_mean(t):
    mask = tf.cast(tf.not_equal(t[1], 0), "float32")
    total = tf.reduce_sum(t[0] * mask[:, :, None], axis=1)
    return total / tf.reduce_sum(mask, axis=1, keepdims=True)


y = Lambda(masked_mean)([steps, words])
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

steps = Input(shape=(5, 8))
words = Input(shape=(5,), dtype="int32")


def masked_mean(t):
    mask = tf.cast(tf.not_equal(t[1], 0), "float32")
    total = tf.reduce_sum(t[0] * mask[:, :, None], axis=1)
    return total / tf.maximum(tf.reduce_sum(mask, axis=1, keepdims=True), 1.0)


y = Lambda(masked_mean)([steps, words])
```

## How it is confirmed

The layer runs on zeros, on equal inputs and on tiny and huge ones; the outputs hold `inf` or `nan`.

## Fix and its safety

None is offered: an epsilon that is added shifts the result, `K.maximum` does not; both are right in their
place.

## Known gaps

A divisor that the data keeps away from 0 is reported as advice.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/9097>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event, Step, Tensor
from lambdalint.rule import Report, Rule
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.walk import walk

from ..calling.functions import tree_of
from ..spelling import kept_from_zero
from .operands import is_chosen_by_entry, loudness, maker, operand_of, when_zero

_TOTALS = {
    "sum": "sum",
    "reduce_sum": "sum",
    "count_nonzero": "count",
    "norm": "norm",
    "sqrt": "root",
    "std": "deviation",
    "reduce_std": "deviation",
    "var": "variance",
    "reduce_variance": "variance",
}


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report divisors that can be zero."""
    for trace in layer.traces:
        for event in trace.of_kind(events.DIVISION):
            divisor = operand_of(event)
            severity = None if divisor is None else loudness(divisor)
            if divisor is None or severity is None:
                continue
            step = maker(trace, divisor)
            what = "" if step is None else _what(step)
            if (step is not None and _is_rounded(step)) or _is_asked_first(layer, event):
                continue
            if severity is Severity.ADVICE and (not what or is_chosen_by_entry(trace, event)):
                continue
            yield Report(
                event.at,
                f"The divisor{what} {when_zero(severity)}, and the result is then inf or nan. Keep it "
                f"away from 0: {kept_from_zero(layer)}, or add an epsilon.",
                severity=severity,
            )


def _what(step: Step) -> str:
    """What the divisor is, where it is one of the kinds that become zero."""
    if isinstance(step.at.node, ast.BinOp):
        return ", a difference," if isinstance(step.at.node.op, ast.Sub) else ""
    kind = _TOTALS.get(step.text.rpartition(".")[2])
    return f", a {kind}," if kind else ""


def _is_rounded(step: Step) -> bool:
    """Whether the divisor is a rounded number, such as a size in pixels: seldom 0, though it could be."""
    name = step.text.rpartition(".")[2]
    whole = isinstance(step.result, Tensor) and str(step.result.dtype).startswith(("int", "uint"))
    return name in ("round", "rint", "floor", "ceil") or (name == "cast" and whole and _was_float(step))


def _was_float(step: Step) -> bool:
    first = step.operands[0] if step.operands else None
    return isinstance(first, Tensor) and str(first.dtype).startswith("float")


def _is_asked_first(layer: LayerFacts, event: Event) -> bool:
    """Whether it is a branch of ``tf.cond`` or ``K.switch`` whose condition asks for the divisor."""
    node = event.at.node
    tree = tree_of(layer, event.at)
    if tree is None or not isinstance(node, ast.BinOp):
        return False
    choices = [
        outer
        for outer in enclosing(tree, node)
        if isinstance(outer, ast.Call) and ast.unparse(outer.func).endswith(("cond", "switch")) and outer.args
    ]
    return any(_names(node.right) & _names(choice.args[0]) for choice in choices)


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in walk(node) if isinstance(part, ast.Name)}


RULE = Rule("LL601", "unguarded-division", Contract.NUMERICS, Severity.WARNING, check_layer=check)
