"""The function of a Lambda layer expects another structure of inputs than it is called with.

## What it does

Reports a function that unpacks or indexes its parameter as a list of inputs while the layer is called on
one tensor, one that treats it as a tensor while the layer is called on a list, and one that unpacks or
indexes another number of inputs than are passed.

## Why it hurts

`t[0] * t[1]` on a single tensor multiplies the first two *samples* of the batch without a word. `t * 2`
on a list of two repeats the list and gives four outputs. `t[:, 0]` on a list, or a third input that is
not there, raises an error, which Keras 3 hides behind "could not automatically infer the shape".

## Bad

```python
from keras.layers import Input, Lambda

a = Input(shape=(3,))
b = Input(shape=(3,))
y = Lambda(lambda t: t[0] + t[1] * t[2])([a, b])
```

## Good

```python
from keras.layers import Input, Lambda

a = Input(shape=(3,))
b = Input(shape=(3,))
c = Input(shape=(3,))
y = Lambda(lambda t: t[0] + t[1] * t[2])([a, b, c])
```

## How it is confirmed

The layer is called on sample inputs of the structure that it is called with.

## Fix and its safety

None is automatic: either the call or the function is wrong.

## Known gaps

Only the function's own parameter is watched, not copies of it; functions that ask for its length or type
are left alone. One index alone, as in `t[0]` on one tensor, picks a sample and is LL104.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/10192>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import Application, LayerFacts
from lambdalint.interp.values import Along, Sequence, Tensor, Value
from lambdalint.rule import Report, Rule

from .functions import words
from .parameter_use import Usage, usage_of

_Problem = tuple[str, str, int]
"""The message, its note, and how many inputs the function takes."""


def check(layer: LayerFacts) -> Iterator[Report]:
    """Compare what each use passes with how the function uses its parameter."""
    seen: set[int] = set()
    for use in layer.applications:
        if use.how == "assumed" or id(use.at.node) in seen:
            continue
        found = usage_of(layer, use.trace.function)
        problem = _mismatch(found, use.inputs) if found is not None else None
        problem = problem or _stacked(use)
        if problem is not None:
            seen.add(id(use.at.node))
            yield Report(use.at, problem[0], note=problem[1], facts={"inputs": problem[2]})


def _stacked(use: Application) -> _Problem | None:
    """Where a function of one tensor takes the whole list: the library stacks it in front of the batch."""
    for event in use.trace.causes(events.CHANGED):
        listed = event.data.get("stacked")
        if isinstance(listed, Sequence) and listed.items and any(listed is a for a in use.trace.arguments):
            code = words(event.at.node) if isinstance(event.at.node, ast.Call) else event.text
            return (
                f"The layer is called on a list of {len(listed.items)} inputs, but `{code}` takes one "
                "tensor: the list is stacked in front of the batch. Index the inputs, or call the layer on "
                "each.",
                f"a list of {len(listed.items)}, used as a tensor",
                1,
            )
    return None


def _mismatch(usage: Usage, inputs: Value) -> _Problem | None:
    if isinstance(inputs, Tensor):
        return _one_tensor(usage) if inputs.dims is not None and isinstance(inputs.batch, Along) else None
    if not isinstance(inputs, Sequence) or inputs.items is None or len(inputs.items) < 2:
        return None
    count = len(inputs.items)
    if usage.as_tensor is not None and not usage.indices and not usage.unpacked:
        return (
            f"The layer is called on a list of {count} inputs, but its function treats `{usage.name}` as one "
            f"tensor: `{words(usage.as_tensor)}` works on the list. Index the inputs: `{usage.name}[0]`, "
            f"`{usage.name}[1]`.",
            f"a list of {count}, used as a tensor",
            1,
        )
    wrong = [n for n in usage.unpacked if n != count] or [
        i + 1 if i >= 0 else -i for i in usage.indices if not -count <= i < count
    ]
    if wrong:
        return (
            f"The function takes {max(wrong)} inputs out of `{usage.name}`, but the layer is called on "
            f"{count}: it fails when it is built. Pass as many inputs as the function takes.",
            f"{count} inputs, the function takes {max(wrong)}",
            max(wrong),
        )
    return None


def _one_tensor(usage: Usage) -> _Problem | None:
    if usage.as_tensor is not None or not (usage.unpacked or len(usage.indices) > 1):
        return None
    how = "unpacks" if usage.unpacked else "indexes"
    feature = f"`{usage.name}[:, {min(usage.indices, default=0)}]`"
    return (
        f"The function {how} `{usage.name}` as a list of inputs, but the layer is called on one tensor: it "
        f"would take samples of the batch for inputs. Call the layer on a list, or take features: {feature}.",
        "one tensor, used as a list",
        max([*usage.unpacked, *(i + 1 if i >= 0 else -i for i in usage.indices)]),
    )


RULE = Rule(
    "LL408",
    "input-structure-mismatch",
    Contract.CALLING,
    Severity.ERROR,
    check_layer=check,
    yields_to=("LL404", "LL406"),
)
