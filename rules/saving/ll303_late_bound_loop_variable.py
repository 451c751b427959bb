"""The function of a Lambda layer reads a loop variable, or a name that is rebound after the layer is made.

## What it does

Reports a free name of the function that the surrounding loop or comprehension changes at each step, or
that is assigned anew later on. `error` in Keras 3 and in TensorFlow's Keras 2, `warning` in Keras 1 and
standalone Keras 2.

## Why it hurts

Python looks the name up when the function runs, and Keras runs it again whenever the model does. In Keras
3 and TensorFlow's Keras 2 every layer then uses the last value, although each was called at once: three
layers that should add 10, 20 and 30 give 30, 30, 30 in `predict`. Keras 1 and standalone Keras 2 build
their graph once and get it right in that process; after saving, cloning or `multi_gpu_model` all layers
use the last value.

## Bad

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(3,))
columns = []
for i in range(3):
    columns.append(Lambda(lambda t: t[:, i : i + 1])(x))
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(3,))
columns = []
for i in range(3):
    columns.append(Lambda(lambda t, i: t[:, i : i + 1], arguments={"i": i})(x))
```

## How it is confirmed

The model is run and compared with what each layer gave when it was made.

## Fix and its safety

Pass the value through `arguments={"i": i}`. Not as a default argument: Keras 3 cannot load it. Unsafe
only in that the result changes, from wrong to right.

## Known gaps

A name that another function rebinds between two calls is not seen. A list of which the function asks the
length alone is left alone.

## Interaction with other linters

B023 reports the same names in loops, without knowing that Keras runs the function again; its remedy, a
default argument, does not survive saving in Keras 3.

## References

- <https://github.com/tensorflow/tensorflow/issues/56169>
- <https://github.com/keras-team/keras/issues/15914>
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule

from .captures import Capture, captures
from .dialects import is_graph_mode
from .lifetime import made_in_call
from .rebinding import changes


def check(layer: LayerFacts) -> Iterator[Report]:
    """The free names that change while or after the layer is made, one report for each function."""
    if layer.site.in_loss or made_in_call(layer):
        return
    graph = is_graph_mode(layer)
    changing: dict[int, list[tuple[Capture, str]]] = {}
    for capture in captures(layer):
        how = changes(layer, capture, graph)
        if how is not None:
            changing.setdefault(id(capture.function.node), []).append((capture, how))
    for found in changing.values():
        yield _report(found, graph)


def _report(found: list[tuple[Capture, str]], graph: bool) -> Report:
    first, how = found[0]
    names = [capture.name for capture, _ in found]
    when = (
        "The graph of this process is right, but every layer uses the last value once the model is saved, "
        "cloned or split over devices."
        if graph
        else "Keras runs the function again in `predict`, and every layer then uses the last value."
    )
    it = "it" if len(names) == 1 else "them"
    entries = ", ".join(f"'{name}': {name}" for name in names)
    return Report(
        first.use,
        f"`{first.name}` {how}, and the function looks it up when it runs. {when} Pass {it} through "
        f"`arguments={{{entries}}}`.",
        note="looked up when the function runs",
        severity=Severity.WARNING if graph else None,
        related=tuple((capture.use, f"`{capture.name}` {why}") for capture, why in found[1:]),
        facts={"variables": names},
    )


RULE = Rule("LL303", "late-bound-loop-variable", Contract.SAVING, Severity.ERROR, check_layer=check)
