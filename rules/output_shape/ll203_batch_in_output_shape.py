"""The declared tuple includes the batch axis, or the declared function leaves it out.

## What it does

Keras puts the batch axis in front of a declared *tuple* and takes the result of a declared *function* as
it is. Reports a tuple that includes the batch, such as `(None, 3)` for a result of rank 2,
`K.int_shape(x)` or `x.shape` of a symbolic tensor; and a function that returns the sizes behind the batch
alone. `(None, 3)` for a result of rank 3 says that the time axis is open, and is right.

## Why it hurts

`output_shape=(None, 3)` becomes `(None, None, 3)` in Keras 3, standalone Keras 1 and 2 do the same: one
axis too many, and the next layer is built for it. A function that returns `(4,)` makes the features the
batch. tf.keras 2 ignores both, so there it is a warning.

## Bad

```python
from keras.layers import Input, Lambda

x = Input(shape=(3,))
y = Lambda(lambda t: t * 2, output_shape=(None, 3))(x)
```

```python
from keras.layers import Input, Lambda

x = Input(shape=(5, 3))
y = Lambda(lambda t: t[:, 0], output_shape=lambda shape: (shape[2],))(x)
```

## Good

```python
from keras.layers import Input, Lambda

x = Input(shape=(3,))
y = Lambda(lambda t: t * 2, output_shape=(3,))(x)
```

```python
from keras.layers import Input, Lambda

x = Input(shape=(None, 3))
y = Lambda(lambda t: t * 2, output_shape=(None, 3))(x)
z = Lambda(lambda t: t[:, 0], output_shape=lambda shape: (shape[0], shape[2]))(y)
```

## How it is confirmed

The model is built; the shape that Keras gives the output has another rank than the result.

## Fix and its safety

None is offered: dropping the first size of the tuple is what is meant.

## Known gaps

Where the result's rank is not known, a tuple that begins with `None` is not judged.

## Interaction with other linters

None that this project knows of.

## References

- <https://github.com/keras-team/keras/issues/2547>
- <https://github.com/keras-team/keras/pull/2680>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Anchor, Report, Rule
from lambdalint.syntax.text import written

from .declaration import (
    Declaration,
    as_declared,
    begins_with_batch,
    belief,
    contradict,
    declarations,
    is_open,
    is_writable,
    severity,
    show_sizes,
)


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report the first use in which the batch axis is declared once too often or not at all."""
    node = layer.output_shape_node
    if node is None:
        return
    for declaration in declarations(layer):
        if declaration.by_function:
            message = _function_without_batch(declaration)
        else:
            message = _tuple_with_batch(declaration, node)
        if message:
            note = "" if declaration.computed is None else f"computed {show_sizes(declaration.computed)}"
            yield Report(
                Anchor(layer.unit, node), f"{message} {belief(layer)}.", note=note, severity=severity(layer)
            )
            return
    if begins_with_batch(layer):
        message = f"{_LAW} {written(node)}; leave the first size out."
        yield Report(Anchor(layer.unit, node), f"{message} {belief(layer)}.", severity=severity(layer))


_LAW = "A declared tuple is the shape of one sample: Keras puts the batch in front of"


def _tuple_with_batch(declaration: Declaration, node: ast.expr) -> str:
    computed, sizes = declaration.computed, declaration.sizes
    same_rank = computed is not None and len(sizes) == len(computed)
    suspicious = is_open(declaration.first) or _named_batch(node)
    if not (declaration.starts_with_batch or (same_rank and suspicious)):
        return ""
    right = "leave the first size out"
    if computed is not None and is_writable(computed) and not contradict(sizes, computed):
        right = f"declare {as_declared(computed)}"
    return f"{_LAW} {written(node)}; {right}."


def _named_batch(node: ast.expr) -> bool:
    """Whether the first size is written as a variable called after the batch."""
    if not isinstance(node, (ast.Tuple, ast.List)) or not node.elts:
        return False
    first = node.elts[0]
    name = first.id if isinstance(first, ast.Name) else first.attr if isinstance(first, ast.Attribute) else ""
    return "batch" in name.lower()


def _function_without_batch(declaration: Declaration) -> str:
    computed, sizes = declaration.computed, declaration.sizes
    if computed is None or declaration.starts_with_batch or len(sizes) != len(computed) - 1 or not sizes:
        return ""
    if is_open(declaration.first) or contradict((None, *sizes), computed):
        return ""
    return (
        f"The declared function gives {show_sizes(sizes)} and leaves the batch out, so the first of these "
        "is taken for the batch; begin with the input's, as in (shape[0], …)."
    )


RULE = Rule(
    "LL203",
    "batch-in-output-shape",
    Contract.OUTPUT_SHAPE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL204",),
)
