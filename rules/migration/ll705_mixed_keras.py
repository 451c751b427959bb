"""Objects of two Keras packages meet in one model.

## What it does

Reports, in files with a Lambda or merge layer, a layer or model of one Keras that gets a tensor, or a
layer, of another, the first in each chain of layers: `keras`, `tf.keras`, `tf_keras` and
`tensorflow.python.keras` have classes of their own. Since version 2.6 `keras` and `tf.keras` are one
package, and may be mixed: silent where the code or the pins show it, `advice` where nothing tells the
version. `advice` too for `tf.keras` with `tensorflow.python.keras`, which were one package up to
TensorFlow 2.5.

## Why it hurts

Each package keeps the graph of a model in attributes of its own tensors. Measured: a Keras 3 `Lambda` on
a tf_keras tensor vanishes without a word (a `TFOpLambda` per operation stands in its place, so its name,
its config and its `mask` are gone), a tf_keras `Dense` on a Keras 3 tensor raises "'tuple' object has no
attribute 'rank'", `keras.Model` says "All `inputs` values must be KerasTensors", and a `Sequential` refuses
layers of the other package: "Only instances of `keras.Layer` can be added".
Standalone Keras 2.3 with `tf.keras` dies with an AttributeError about `_keras_history` or
`_keras_shape`.

## Bad

```python
import keras
from tf_keras.layers import Dense, Input, Lambda

x = Input(shape=(4,))
h = Lambda(lambda t: t * 2)(x)
y = keras.layers.Dense(1)(h)
model = keras.Model(x, y)
```

## Good

```python
from keras import Model
from keras.layers import Dense, Input, Lambda

x = Input(shape=(4,))
h = Lambda(lambda t: t * 2)(x)
y = Dense(1)(h)
model = Model(x, y)
```

## How it is confirmed

The model is built; the exception is printed, or the layers of the model are compared with those that the
code makes.

## Fix and its safety

Import everything from one package. None is automatic: the versions decide which.

## Known gaps

Optimizers, callbacks and losses of another package are not looked at.

## Interaction with other linters

None.

## References

- <https://github.com/tensorflow/probability/issues/478>
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import FileFacts
from lambdalint.interp.values import GraphNode
from lambdalint.rule import Report, Rule

_ONE = frozenset({"keras", "tf.keras"})
"""One package in Keras 3, and before it from version 2.6 on."""
_OLD = re.compile(
    r"fit_generator|keras\.layers\.core|tensorflow_backend|_keras_shape|nb_epoch"
    r"|\btf\.(Session|placeholder|contrib|get_variable|ConfigProto)\b"
)
"""Words of the time before."""
_BUNDLED = frozenset({"tf.keras", "tensorflow.python.keras"})
"""Twins: TensorFlow 2.0-2.5 exports the classes of its private package."""


def check(file: FileFacts) -> Iterator[Report]:
    """The calls where an object of one package gets one of another: the first of each chain."""
    seen: set[int] = set()
    mixed: set[int] = set()
    for event in file.events if file.layers else ():
        if event.kind != events.MIXED_KERAS or event.at.unit is not file.unit:
            continue
        family, other = str(event.data["family"]), str(event.data["other"])
        pair = frozenset({family, other})
        if pair == _ONE and (file.dialect.name == "keras3" or file.dialect.shared):
            continue
        known = id(event.at.node) in seen or _leads_to(event.data["behind"], mixed)
        if event.data["node"] is not None:
            mixed.add(id(event.data["node"]))
        if known:
            continue
        seen.add(id(event.at.node))
        since = {_BUNDLED: "from TensorFlow 2.6 on ", _ONE: "before TensorFlow 2.6 "}.get(pair, "")
        yield Report(
            event.at,
            f"A {event.text} of `{other}` goes into `{family}`: {since}the two packages do not know each "
            "other's objects, so the model is refused or loses layers. Import everything from one of them.",
            note=f"{other} into {family}",
            severity=_severity(pair, file),
        )


def _leads_to(start: GraphNode | None, mixed: set[int]) -> bool:
    """Whether a call, or one in front of it, is among those where packages meet."""
    stack = [start] if mixed else []
    passed: set[int] = set()
    while stack:
        node = stack.pop()
        if node is None or id(node) in passed:
            continue
        if id(node) in mixed:
            return True
        passed.add(id(node))
        stack += [parent.node for parent in node.parents]
    return False


def _severity(pair: frozenset[str], file: FileFacts) -> Severity | None:
    """Less where in some versions both packages share their classes, and nothing says which version it is."""
    if pair == _BUNDLED and file.dialect.name != "keras3":
        return Severity.ADVICE
    old = file.dialect.name == "keras1" or file.dialect.shared is False or _OLD.search(file.unit.text)
    return Severity.ADVICE if pair == _ONE and not old else None


RULE = Rule("LL705", "mixed-keras", Contract.MIGRATION, Severity.ERROR, check_file=check)
