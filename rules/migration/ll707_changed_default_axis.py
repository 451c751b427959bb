"""Code ported from the backend to `keras.ops` relies on a default axis that is another one there.

## What it does

Reports, in the function of a Lambda layer, calls without an axis of the functions of `keras.ops` whose
default differs from that of their counterpart in `keras.backend`: `concatenate` (-1, now 0), `argmax` and
`argmin` (-1, now all axes), `cumsum` and `cumprod` (0, now all axes), `take`, which was `gather` (0, now
all axes), `flip`, which was `reverse` (required, now all axes), and `repeat` (a new axis 1, now all axes).
The code is taken for a port where `keras.ops` goes under the backend's name: `from keras import ops as K`.
`expand_dims` without an axis (-1, now required) is reported anywhere.

## Why it hurts

Measured in Keras 3 on an input of shape `(None, 4)`: `ops.concatenate([t, t])` puts the second batch under
the first, `ops.argmax(t)` gives one number of shape `()` for the whole batch, `ops.cumsum(t)` and
`ops.repeat(t, 2)` flatten the batch to `(None,)`, and none of them says a word. `ops.expand_dims(t)` fails
with "We could not automatically infer the shape of the Lambda's output", behind which stands a TypeError.

## Bad

```python
from keras import ops as K
from keras.layers import Input, Lambda

a = Input(shape=(4,))
b = Input(shape=(4,))
y = Lambda(lambda pair: K.concatenate([pair[0], pair[1]]))([a, b])
```

```python
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: ops.expand_dims(t))(x)
```

## Good

```python
from keras import ops as K
from keras.layers import Input, Lambda

a = Input(shape=(4,))
b = Input(shape=(4,))
y = Lambda(lambda pair: K.concatenate([pair[0], pair[1]], axis=-1))([a, b])
```

## How it is confirmed

The call is run with the old default and without an axis; shapes or values differ.

## Fix and its safety

Write the axis that the backend took. Unsafe: it changes what the code does now, back to what it did.

## Known gaps

Without the backend's name the other functions are left to the rules of contract 1, which see what becomes
of the batch.

## Interaction with other linters

None.

## References

- <https://keras.io/api/ops/numpy>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.ops import library
from lambdalint.interp.values import Sequence, Step, Tensor, Value
from lambdalint.rule import Report, Rule

from .changed_defaults import WORKS_SILENTLY, before, now

_EXPAND = "expand_dims() missing"


def check(layer: LayerFacts) -> Iterator[Report]:
    """The calls without an axis whose meaning the port has changed, and those that lack a required one."""
    for event in layer.happened(events.FAILS):
        if str(event.data.get("why", "")).startswith(_EXPAND) and _from_ops(layer, event.at.node):
            yield Report(
                event.at,
                "`expand_dims` of `keras.ops` needs an axis, where the backend took the last: the call "
                "raises a TypeError, which Keras hides behind a message about shapes. Write `axis=-1`.",
                note="no axis",
            )
    seen: set[int] = set()
    for step in (step for trace in layer.traces for step in trace.steps):
        name = library.normalize(step.op).removeprefix("keras.ops.")
        if name in WORKS_SILENTLY and id(step.at.node) not in seen and _is_ported(step, name):
            seen.add(id(step.at.node))
            yield Report(
                step.at,
                f"`{name}` without an axis works on {now(name)} in `keras.ops`; the backend "
                f"{before(name)}. The port has changed what is computed. Write the axis that is meant.",
                note=f"{now(name)} by default",
            )


def _from_ops(layer: LayerFacts, node: ast.AST) -> bool:
    called = layer.names.canonical(node.func) if isinstance(node, ast.Call) else None
    return library.normalize(called or "").startswith("keras.ops.")


def _is_ported(step: Step, name: str) -> bool:
    """Whether a call of the library under the backend's name leaves the axis open where it matters."""
    node = step.at.node
    if not step.op.startswith("keras.ops.") or not isinstance(node, ast.Call):
        return False
    alias = step.text.partition(".")[0]
    if alias != "K" and "backend" not in alias.lower():
        return False
    given = {keyword.arg for keyword in node.keywords} & {"axis", None}
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    if given or starred or len(node.args) > WORKS_SILENTLY[name]:
        return False
    ranks = [tensor.rank for tensor in _operands(step.operands[0])] if step.operands else []
    return any(rank is None or rank > 1 for rank in ranks)


def _operands(value: Value) -> Iterator[Tensor]:
    """The tensors that a call joins or works on."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Sequence):
        for item in value.items or ():
            yield from _operands(item)


RULE = Rule("LL707", "changed-default-axis", Contract.MIGRATION, Severity.ERROR, check_layer=check)
