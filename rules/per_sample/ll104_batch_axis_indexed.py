"""An index or slice picks samples of the batch where a feature is meant.

## What it does

Reports `x[0]`, `x[-1]`, `x[:4]`, `x[n:]`, `K.gather(x, 0)`, `tf.squeeze(x, 0)`, `tf.unstack(x)` and
boolean masks along axis 0, where `x` is one tensor. A list of inputs is indexed freely: there `x[0]` is
the first input.

## Why it hurts

Axis 0 is the batch, so `x[0]` is the first *sample*, and the others are dropped. The output has one axis
less, or fewer rows than the labels. `tf.squeeze(x, 0)` works with a batch of one, in the test at the
prompt, and fails or drops samples with any other. A call with a one-element list, `Lambda(f)([x])`, is
treacherous: `f` sees a list when the model is built and a bare tensor after it is loaded, so `t[0]`
becomes sample 0.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4, 3))
first = Lambda(lambda t: t[0])(x)
```

```python
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(4, 3))
row = Lambda(lambda t: tf.gather(t, 0))(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4, 3))
first = Lambda(lambda t: t[:, 0])(x)
```

```python
from tensorflow.keras.layers import Input, Lambda

a = Input(shape=(3,))
b = Input(shape=(3,))
product = Lambda(lambda t: t[0] * t[1])([a, b])
```

## How it is confirmed

The layer runs on batches of several sizes: the output has another number of rows than the input, or does
not change when samples that were dropped do.

## Fix and its safety

None is offered: `x[:, 0]` gives what is meant in most cases, and another shape.

## Known gaps

Where no use of the layer is in view, an indexed parameter may be a list of inputs, and nothing is
reported; nor where `t[::2]` and `t[1::2]` part a batch of pairs.

## Interaction with other linters

ruff's FURB118 turns `lambda x: x[:, 0]` into `operator.itemgetter`, which Keras refuses.

## References

- <https://github.com/keras-team/keras/issues/10192>: the one-element list.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Event
from lambdalint.rule import Report, Rule
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

from ..calling.functions import tree_of, written_functions
from .faults import rank_before, reports

_PARTING = frozenset(("split", "unstack", "array_split", "hsplit", "vsplit", "split_v"))
"""Functions that keep all samples, in several tensors."""


def message(event: Event, code: str) -> str:
    """That samples are picked, what follows, and how to pick features."""
    node = event.at.node
    if isinstance(node, ast.Call) and written(node.func).rpartition(".")[2] in _PARTING:
        did = "parts the batch axis: each part holds other samples, not other features."
    else:
        did = "picks from the batch axis: these are samples, not features, and the others are dropped."
    return f"{code} {did} {_advice(event.at.node)}"


def _advice(node: ast.AST) -> str:
    if not isinstance(node, ast.Subscript) or isinstance(node.value, (ast.BinOp, ast.UnaryOp, ast.IfExp)):
        return "Work on a feature axis, such as axis=1, and leave the batch axis as it is."
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    index = ", ".join(written(part) for part in parts)
    right = f"`{written(node.value)}[:, {index}]`"
    return f"Index a feature axis behind the batch, {right}, or pass a list of inputs."


def check(layer: LayerFacts) -> Iterator[Report]:
    """Report what picks samples out of the batch that the layer returns."""
    rows = {id(event.at.node) for event in layer.happened(events.BRANCH)}
    loops = [node for node in _loops(layer) if rows and id(node.iter) in rows]

    def counts(event: Event) -> bool:
        told = id(event.at.node) in rows or _steps(loops, event.at.node)
        return (
            _is_batched(event)
            and not told
            and not _takes_known_rows(layer, event)
            and not _interleaves(layer, event)
        )

    yield from reports(layer, events.INDEXED, message, counts)


def _loops(layer: LayerFacts) -> Iterator[ast.For | ast.comprehension]:
    for function in written_functions(layer):
        for node in walk(function.node):
            if isinstance(node, (ast.For, ast.comprehension)):
                yield node


def _steps(loops: list[ast.For | ast.comprehension], node: ast.AST) -> bool:
    """Whether it is the row of one step of a Python loop over all rows, of which LL504 speaks."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Name):
        return False
    return any(isinstance(loop.target, ast.Name) and loop.target.id == node.slice.id for loop in loops)


def _takes_known_rows(layer: LayerFacts, event: Event) -> bool:
    """Whether one case of the function cuts out row after row, ``t[0:1]``, ``t[1:2]``: it knows the batch."""
    tree = tree_of(layer, event.at)
    around = enclosing(tree, event.at.node) if tree is not None else []
    cases = [node for node in around if isinstance(node, ast.If)]
    if not cases or not isinstance(event.at.node, ast.Subscript):
        return False
    cuts = [_row(node) for node in walk(cases[-1]) if isinstance(node, ast.Subscript)]
    return len({cut for cut in cuts if cut is not None}) > 1 and _row(event.at.node) is not None


def _interleaves(layer: LayerFacts, event: Event) -> bool:
    """Whether all samples are taken in turns, ``t[::2]`` and ``t[1::2]``: the batch holds pairs."""
    functions = [f for f in written_functions(layer) if event.at.node in set(walk(f.node))]
    cuts = {_stride(node) for f in functions for node in walk(f.node) if isinstance(node, ast.Subscript)}
    own = _stride(event.at.node) if isinstance(event.at.node, ast.Subscript) else None
    return own is not None and all((start, own[1]) in cuts for start in range(own[1]))


def _stride(node: ast.Subscript) -> tuple[int, int] | None:
    """Where a slice to the end of the batch begins, and its step of two or more."""
    part = node.slice
    if not isinstance(part, ast.Slice) or part.upper is not None or not isinstance(part.step, ast.Constant):
        return None
    start = 0 if part.lower is None else part.lower.value if isinstance(part.lower, ast.Constant) else None
    step = part.step.value
    known = isinstance(start, int) and isinstance(step, int) and 1 < step <= 8
    return (start, step) if known else None  # type: ignore[return-value]


def _row(node: ast.Subscript) -> int | None:
    """The row that a slice of one row takes."""
    first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
    if not isinstance(first, ast.Slice) or first.step is not None:
        return None
    ends = (first.lower, first.upper)
    values = [end.value for end in ends if isinstance(end, ast.Constant) and isinstance(end.value, int)]
    return values[0] if len(values) == 2 and values[1] == values[0] + 1 else None


def _is_batched(event: Event) -> bool:
    """Whether the operand surely holds more than one sample: ``squeeze`` is meant for a batch of one."""
    return event.text.rpartition(".")[2] != "squeeze" or rank_before(event) is not None


RULE = Rule(
    "LL104",
    "batch-axis-indexed",
    Contract.PER_SAMPLE,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL406", "LL408", "LL707"),
)
