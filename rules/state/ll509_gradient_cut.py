"""No gradient flows through a Lambda layer, and layers before it are not trained.

## What it does

Reports `argmax`, `round`, a cast to an integer, a comparison, `numpy_function`, `stop_gradient` and their
like in the function of a Lambda, where they leave the gradient no way to the input, the model is compiled
with a loss, and there are layers with trainable weights which reach its outputs through this Lambda alone.

## Why it hurts

The gradient of such an operation is zero or missing. Measured in Keras 3 and tf_keras: where nothing else
is trainable, `fit` raises "No gradients provided for any variable"; with another trainable layer behind
the Lambda it prints "Gradients do not exist for variables ..." once and trains only that one; after
`tf.sign`, whose gradient is zero, `fit` says nothing and the weights stay as they were.

## Bad

```python
import tensorflow as tf
from tensorflow.keras.layers import Dense, Input, Lambda
from tensorflow.keras.models import Model

x = Input(shape=(4,))
h = Dense(3)(x)
y = Lambda(lambda t: tf.round(t))(h)
model = Model(x, y)
model.compile(optimizer="sgd", loss="mse")
```

## Good

```python
import tensorflow as tf
from tensorflow.keras.layers import Dense, Input, Lambda
from tensorflow.keras.models import Model

x = Input(shape=(4,))
h = Dense(3)(x)
y = Lambda(lambda t: t + tf.stop_gradient(tf.round(t) - t))(h)
model = Model(x, y)
model.compile(optimizer="sgd", loss="mse")
```

## How it is confirmed

The gradient of the sum of the outputs with respect to each weight before the layer is computed: all are
zero or missing.

## Fix and its safety

A soft function in place of the hard one (softmax for argmax), a straight-through estimator as in the
example above, or two models: one to train, and one with the Lambda to predict with. None is automatic.

## Known gaps

Models that are compiled elsewhere, losses that are added by hand, files that freeze layers or define
gradients of their own, and outputs that are the loss itself.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/11157>
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import Application, FileFacts, LayerFacts, tensors_of
from lambdalint.interp.values import Event, GraphNode, Layer, Model
from lambdalint.layers.catalogue import has_trainable_weights
from lambdalint.rule import Report, Rule

from ..chains import first_of_chains
from ..graph import parents_of, worked_out
from ..training import behind, ends, layers_of

_OWN_WAYS = re.compile(r"\btrainable\s*=\s*False|custom_gradient|gradient_override_map|add_loss\(")
"""Frozen layers, gradients and losses of the code's own: what is trained, and how, is then not known."""


@lru_cache(maxsize=1)
def _has_own_ways(text: str) -> bool:
    return _OWN_WAYS.search(text) is not None


def check(layer: LayerFacts) -> Iterator[Report]:
    """The operations that stop the gradient in uses on which the training of other layers hangs."""
    if layer.site.in_loss or _has_own_ways(layer.file.unit.text):
        return
    seen: set[int] = set()
    for use in layer.applications:
        for event in _cuts(use):
            starved = _starved(layer.file, use)
            if starved is None or id(event.at.node) in seen:
                continue
            seen.add(id(event.at.node))
            yield Report(
                event.at,
                f"No gradient flows through {_what(event)}, and `{starved.cls}` reaches the model's "
                "output through this Lambda alone: it is not trained. Use a soft function, or apply this one "
                "outside of the model that is trained.",
                note="no gradient",
                related=((starved.at, "this layer is not trained"),),
            )


def _what(event: Event) -> str:
    return f"`{event.text}`" if event.text else "this operation"


def _cuts(use: Application) -> list[Event]:
    """What stops the gradient of a use, where there is no way past it."""
    tensors = use.trace.result_tensors
    if not tensors or not all(tensor.cuts and tensor.inputs for tensor in tensors):
        return []
    return first_of_chains(use.trace, [event for tensor in tensors for event in tensor.cuts])


def _starved(file: FileFacts, use: Application) -> Layer | None:
    """A layer before a use that some compiled model holds and that no gradient reaches."""
    mine = {id(tensor.node) for tensor in tensors_of(use.output)} if use.output is not None else set()
    for held in _compiled(file):
        for node in sorted((held.calls[each] for each in mine if each in held.calls), key=held.order):
            for before in reversed(parents_of(node)):
                part = worked_out(held.starved, before, _ahead, held.starved_at)
                if part is not None:
                    return part
    return None


class _Held:
    """A compiled model: its calls by id, the layers that a gradient reaches, and what none reaches."""

    def __init__(self, model: Model, dead: set[int]) -> None:
        self.calls = {id(node): node for node in behind(ends(model), set())}
        self._numbers = {each: number for number, each in enumerate(self.calls)}
        self._alive = {id(part) for node in behind(ends(model), dead) for part in layers_of(node)}
        self.starved: dict[int, Layer | None] = {}
        """By call: the layer at it or the nearest in front of it that no gradient reaches."""

    def order(self, node: GraphNode) -> int:
        """The place of a call on the way back from the outputs."""
        return self._numbers[id(node)]

    def starved_at(self, node: GraphNode) -> Layer | None:
        """The layer that no gradient reaches at a call, else the first in front of it."""
        for part in layers_of(node):
            if id(part) not in self._alive and has_trainable_weights(part.cls, part.plain):
                return part
        found = (self.starved.get(id(each)) for each in reversed(_ahead(node)))
        return next((part for part in found if part is not None), None)


@lru_cache(maxsize=1)
def _compiled(file: FileFacts) -> list[_Held]:
    dead = _dead_nodes(file)
    return [_Held(model, dead) for model in file.compiled]


def _ahead(node: GraphNode) -> list[GraphNode]:
    inner = ends(node.layer) if isinstance(node.layer, Model) else ()
    return [*parents_of(node), *(tensor.node for tensor in inner if tensor.node is not None)]


def _dead_nodes(file: FileFacts) -> set[int]:
    """The calls of Lambda layers through which no gradient flows."""
    return {
        id(tensor.node)
        for layer in file.layers
        for use in layer.applications
        if use.output is not None and _cuts(use)
        for tensor in tensors_of(use.output)
    }


RULE = Rule(
    "LL509",
    "gradient-cut",
    Contract.STATE,
    Severity.WARNING,
    check_layer=check,
    yields_to=("LL503",),
)
