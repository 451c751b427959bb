"""Samples are re-ordered along the batch axis, or multiplied into each other.

## What it does

Reports what mixes the samples of a batch without reducing it: `K.reverse(x, 0)`, `tf.roll`, `sort` and
`shuffle` along axis 0, a reshape that scrambles a transposed batch, a matrix product over the batch axis
such as `tf.matmul(x, tf.transpose(x))` on rank 2, and `K.dot(a, b)` of two batched tensors where
`K.batch_dot` is meant.

## Why it hurts

Output row `i` then belongs to another sample, or to all of them. `K.dot` is the trap that users meet
first: it knows no batch, so of two tensors `(B, 4)` and `(B, 4)` it makes an error when the model runs,
with a transposed second one a matrix `(B, B)`, and of `(B, 4, 3)` and `(B, 3, 5)` a tensor `(B, 4, B, 5)`
of every sample with every other. No message tells of it.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

a = Input(shape=(4,))
similar = Lambda(lambda t: tf.matmul(t, tf.transpose(t)))(a)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(6, 3))
backwards = Lambda(lambda t: tf.reverse(t, axis=[0]))(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

a = Input(shape=(4,))
b = Input(shape=(4,))
similar = Lambda(lambda t: tf.reduce_sum(t[0] * t[1], axis=-1, keepdims=True))([a, b])
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(6, 3))
backwards = Lambda(lambda t: tf.reverse(t, axis=[1]))(x)
```

## How it is confirmed

One sample of a batch is changed; the outputs of others change with it.

## Fix and its safety

None is offered: `K.batch_dot` takes other axes than `K.dot`, and a flip may be meant along any feature
axis.

## Known gaps

In-batch similarity on purpose is recognised by names only: contrastive, triplet, in-batch, pairwise,
ranking, minibatch discrimination. Rows shuffled at random are taken for negatives, and left alone, where
a later layer joins them with the rows themselves.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/5131>: the silent `(batch, batch)`.
- <https://github.com/keras-team/keras/issues/6011>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import FileFacts, LayerFacts, tensors_of
from lambdalint.interp.values import Event, GraphNode
from lambdalint.rule import Report, Rule

from ..graph import parents_of, worked_out
from .faults import batch_axis, reports

_PRODUCTS = ("dot", "matmul", "tensordot", "einsum", "batch_dot", "outer", "inner")


def message(event: Event, code: str) -> str:
    """That samples meet each other, what follows, and what keeps them apart."""
    node = event.at.node
    short = event.text.rpartition(".")[2]
    if short in _PRODUCTS or isinstance(node, ast.BinOp):
        return (
            f"{code} multiplies the samples of the batch into each other, so what a sample gives depends "
            "on the others. Use a batched product: K.batch_dot, the Dot layer, or matmul on tensors of "
            "rank 3 or more."
        )
    return (
        f"{code} re-orders or mixes samples along {batch_axis(event)}, the batch axis, so rows of the "
        "result belong to other samples than rows of the input. Work along a feature axis instead."
    )


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report what mixes the samples that the layer returns."""
    yield from reports(layer, events.MIXED, message, lambda event: not _makes_pairs(layer, event))


def _makes_pairs(layer: LayerFacts, event: Event) -> bool:
    """Whether rows drawn at random meet the rows themselves later on: pairs that are to be told apart."""
    if event.text.rpartition(".")[2] not in ("shuffle", "random_shuffle"):
        return False
    rows = {id(tensor.node) for use in layer.applications for tensor in tensors_of(use.inputs)}
    known: dict[int, tuple[bool, bool]] = {}

    def from_rows_or_drawn(node: GraphNode) -> tuple[bool, bool]:
        before = [known.get(id(each), (False, False)) for each in parents_of(node)]
        is_drawn = getattr(node.layer, "site", None) is layer.site
        return id(node) in rows or any(one for one, _ in before), is_drawn or any(two for _, two in before)

    for node in _meetings(layer.file):
        met = {worked_out(known, each, parents_of, from_rows_or_drawn) for each in parents_of(node)}
        if (True, False) in met and any(is_drawn for _, is_drawn in met):
            return True
    return False


@lru_cache(maxsize=1)
def _meetings(file: FileFacts) -> list[GraphNode]:
    """The calls on several tensors."""
    return [node for node in file.nodes if len(node.parents) > 1]


RULE = Rule(
    "LL105",
    "batch-mixed",
    Contract.PER_SAMPLE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406", "LL707"),
)
