"""A Lambda layer below a masking layer drops the mask that a layer behind it needs.

## What it does

Reports a Lambda without `mask=` between a layer that makes a mask, `Embedding(mask_zero=True)` or
`Masking`, and one that uses it, such as an LSTM, an attention layer or GlobalAveragePooling1D, where the
result has the time axis of the input, so that the mask would fit. A function that takes the `mask` itself
is fine, and so is one that returns its input: that is how a mask is dropped on purpose.

## Why it hurts

A Lambda passes no mask on unless it is told to. Measured with an LSTM behind it: in Keras 3 and in
tf_keras alike, changing what stands in the padded steps changes the prediction; with
`mask=lambda x, m: m` it does not. Keras 3 warns that the layer "does not support masking and will
therefore destroy the mask information", tf_keras says nothing.

## Bad

```python
from tensorflow.keras.layers import LSTM, Embedding, Input, Lambda

words = Input(shape=(20,), dtype="int32")
h = Embedding(1000, 16, mask_zero=True)(words)
h = Lambda(lambda t: t * 0.5)(h)
y = LSTM(8)(h)
```

## Good

```python
from tensorflow.keras.layers import LSTM, Embedding, Input, Lambda

words = Input(shape=(20,), dtype="int32")
h = Embedding(1000, 16, mask_zero=True)(words)
h = Lambda(lambda t: t * 0.5, mask=lambda t, m: m)(h)
y = LSTM(8)(h)
```

## How it is confirmed

The padded steps of a sample are changed; the prediction changes.

## Fix and its safety

`mask=lambda x, m: m`. Unsafe: predictions change, to what the mask was meant for.

## Known gaps

A masked sequence that goes straight into the loss, masks through layers of your own, and masking layers
whose `mask_zero` is not known.

## Interaction with other linters

None.

## References

- <https://github.com/tensorflow/tensorflow/issues/28143>
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from heapq import heappop, heappush

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import Application, FileFacts, LayerFacts, tensors_of
from lambdalint.interp.graph import is_masked, mask_word
from lambdalint.interp.values import NONE, Layer, Tensor
from lambdalint.rule import Report, Rule

from ..calling.functions import written_function
from ..graph import parents_of

_USERS = frozenset(
    {
        "LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional",
        "Attention", "AdditiveAttention", "MultiHeadAttention", "GroupedQueryAttention",
        "GlobalAveragePooling1D",
    }
)  # fmt: skip
"""Layers that compute something else where there is a mask."""


def check(layer: LayerFacts) -> Iterator[Report]:
    """Uses of the layer in which a mask comes in, would fit, and is missed behind it."""
    for use in layer.applications:
        if not _can_pass(use) or _has_mask(layer, use):
            continue
        if any(is_masked(tensor) for tensor in tensors_of(use.inputs)):
            user = _user(layer.file, use)
            if user is not None:
                yield Report(
                    layer.at,
                    f"The mask that comes in ends at this Lambda, so `{user.cls}` behind it takes the "
                    "padding for data. Pass it on with `mask=lambda x, m: m`.",
                    note="drops the mask",
                    related=((user.at, "this layer would use the mask"),),
                )
                return


def _has_mask(layer: LayerFacts, use: Application) -> bool:
    """Whether the layer is given a mask function, or its function takes the mask itself."""
    function = written_function(use.trace.function)
    if function is None or any(mask != NONE for mask in layer.site.masks):
        return True
    spec = function.node.args
    return "mask" in [p.arg for p in [*spec.args, *spec.kwonlyargs]] or spec.kwarg is not None


def _can_pass(use: Application) -> bool:
    """Whether the result is another tensor with the time axis of the input."""
    result, inputs = use.trace.result, list(tensors_of(use.inputs))
    if not isinstance(result, Tensor) or not result.dims or len(result.dims) < 3 or len(inputs) != 1:
        return False
    before = inputs[0].dims
    if before is None or len(before) < 2 or before[1] != result.dims[1]:
        return False
    return any(isinstance(step.result, Tensor) for step in use.trace.steps)


def _user(file: FileFacts, use: Application) -> Layer | None:
    """The first layer behind a use that would have worked with the mask."""
    reached = [tensor.node for tensor in tensors_of(use.output)] if use.output is not None else []
    seen = {id(node) for node in reached if node is not None}
    known = _calls_behind(file)
    # In the order of the file, as a call that is reached may come before what is behind another.
    todo = sorted({at for start in seen for at in known.get(start, ())})
    done: set[int] = set()
    while todo:
        at = heappop(todo)
        node = file.nodes[at]
        if at in done or not isinstance(node.layer, Layer):
            continue
        done.add(at)
        if node.layer.cls in _USERS:
            return node.layer
        if mask_word(node) == "passes":
            for behind in known.get(id(node), ()):
                heappush(todo, behind)
    return None


@lru_cache(maxsize=1)
def _calls_behind(file: FileFacts) -> dict[int, list[int]]:
    """By the id of a call in the file's graph: the numbers of the calls that its result flows into."""
    found: dict[int, list[int]] = {}
    for number, node in enumerate(file.nodes):
        for parent in parents_of(node):
            found.setdefault(id(parent), []).append(number)
    return found


RULE = Rule("LL508", "mask-dropped", Contract.STATE, Severity.WARNING, check_layer=check)
