"""The declared `output_shape` is not the shape of what the function gives.

## What it does

Compares the declared sizes with those the function gives on the layer's input, and reports sizes or ranks
that surely differ. A tuple leaves the batch axis out, a function includes it. Sizes that are not known
are not compared. A scalar loss may be declared `(1,)`; not so what another loss compares with the truth,
or what a layer with weights works on.

## Why it hurts

Keras 3 never checks a declaration: `output_shape=(7,)` on a result of 3 features gives `(None, 7)`, the
next Dense layer is built for 7 and fails only when the model runs; without a next layer nothing ever
complains, and `model.summary()` lies. Standalone Keras 1 and 2 trust it in the same way. tf.keras 2
ignores `output_shape` altogether, so there the mistake sleeps until the code is ported: it is a warning.

## Bad

```python
from keras.layers import Input, Lambda

x = Input(shape=(4, 2))
column = Lambda(lambda t, index: t[:, :, index], output_shape=(4, 1), arguments={"index": 0})(x)
```

```python
from keras.layers import Input, Lambda

x = Input(shape=(6,))
half = Lambda(lambda t: t[:, :3], output_shape=lambda shape: (shape[0], 6))(x)
```

## Good

```python
from keras.layers import Input, Lambda

x = Input(shape=(4, 2))
column = Lambda(lambda t, index: t[:, :, index], output_shape=(4,), arguments={"index": 0})(x)
```

```python
from keras.layers import Input, Lambda

x = Input(shape=(6,))
half = Lambda(lambda t: t[:, :3], output_shape=lambda shape: (shape[0], shape[1] // 2))(x)
```

## How it is confirmed

The function runs on batches of two sizes; the shapes of the results are compared with the declared one.

## Fix and its safety

None is offered; the message says what to declare.

## Known gaps

Layers with several outputs are not compared, nor are functions whose result the interpreter does not
know.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/19324>: a contradiction is accepted.
- <https://github.com/keras-team/keras/issues/19926>
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import Application, FileFacts, LayerFacts, tensors_of
from lambdalint.layers.catalogue import has_trainable_weights
from lambdalint.rule import Anchor, Report, Rule

from ..per_sample.purpose import mixes_on_purpose
from ..training import layers_of
from .declaration import (
    Declaration,
    as_declared,
    belief,
    contradict,
    declarations,
    one_for_any,
    severity,
    show_sizes,
)

_BROADCAST = "Keras believes it, and the loss broadcasts targets of that shape with this output to (B, B)"


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report the first use in which the declaration contradicts the result."""
    node = layer.output_shape_node
    if node is None or layer.site.in_loss:
        return
    for declaration in declarations(layer):
        computed = declaration.computed
        if computed is None or _is_scalar_loss(layer, declaration):
            continue
        if name := one_for_any(declaration):
            yield Report(
                Anchor(layer.unit, node),
                f"output_shape declares the size `{name}`, but the function gives {show_sizes(computed)} "
                f"whatever `{name}` is. {belief(layer)}. Declare {as_declared(computed)}.",
                note=f"declared {name}, computed 1",
                severity=severity(layer),
            )
            return
        if not contradict(declaration.full, computed):
            continue
        declared = show_sizes(declaration.full)
        shown = show_sizes(computed)
        right = "" if declaration.by_function else f" Declare {as_declared(computed)}."
        if len(computed) == 1:
            right = " Keep an axis behind the batch, as with keepdims=True."
        believed = _BROADCAST if layer.site.compared and len(computed) == 1 else belief(layer)
        yield Report(
            Anchor(layer.unit, node),
            f"output_shape declares {declared}, but the function gives {shown}. {believed}.{right}",
            note=f"declared {declared}, computed {shown}",
            severity=severity(layer),
        )
        return


def _is_scalar_loss(layer: LayerFacts, declaration: Declaration) -> bool:
    """Whether one number per sample is declared as ``(1,)``, as losses in a Lambda do.

    What a layer with weights takes on, or a loss compares with the truth, is no loss itself.
    """
    computed = declaration.computed
    if computed is None or len(computed) != 1 or declaration.full[1:] != (1,):
        return False
    if mixes_on_purpose(layer, layer.at):
        return True
    return not layer.site.compared and not _feeds_weights(layer, declaration.application)


def _feeds_weights(layer: LayerFacts, use: Application) -> bool:
    mine = {id(tensor.node) for tensor in tensors_of(use.output)} if use.output is not None else set()
    return not mine.isdisjoint(_weighted(layer.file))


@lru_cache(maxsize=1)
def _weighted(file: FileFacts) -> frozenset[int]:
    """The ids of the calls whose results a layer with trainable weights takes."""
    return frozenset(
        id(parent.node)
        for node in file.nodes
        if any(has_trainable_weights(part.cls, part.plain) for part in layers_of(node))
        for parent in node.parents
    )


RULE = Rule(
    "LL202",
    "wrong-output-shape",
    Contract.OUTPUT_SHAPE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL203", "LL204", "LL205"),
)
