"""The function of a Lambda layer asks the input tensor for its numbers.

## What it does

Reports `K.eval(x)`, `x.numpy()`, `K.get_value(x)`, `session.run(x)`, `float(x)` and `x.eval()` on a
tensor that depends on the input. On constants and variables from outside they are fine.

## Why it hurts

The function is run on a symbolic tensor when the model is built: it has no numbers. `.numpy()` raises an
AttributeError, `float` a TypeError, and Keras 3 hides either behind "We could not automatically infer the
shape of the Lambda's output".

## Bad

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t * float(t[0, 0]))(x)
```

## Good

```python
from tensorflow.keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t * t[:, :1])(x)
```

## How it is confirmed

The layer is called on sample data; the exception that Keras hides is printed.

## Fix and its safety

Compute on the tensor itself. None is automatic.

## Known gaps

Values read through objects that are not known to be sessions.

## Interaction with other linters

None.

## References

- <https://www.tensorflow.org/guide/function>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.names import Names
from lambdalint.syntax.walk import walk

from ..calling.functions import names_of, words, written_functions

_SESSIONS = frozenset({"Session", "InteractiveSession", "get_session", "get_default_session"})


def check(layer: LayerFacts) -> Iterator[Report]:
    """The places where a number is asked of a tensor that depends on the input."""
    for event in layer.happened(events.EAGER):
        yield Report(
            event.at,
            f"`{words(event.at.node)}` asks a tensor for its numbers while the model is built, when it has "
            "none: an error. Compute on the tensor itself.",
            note="no numbers yet",
        )
    for function in written_functions(layer):
        names = names_of(layer, function)
        for node in walk(function.node) if names is not None else ():
            if names is not None and isinstance(node, ast.Call) and _runs_session(names, node):
                yield Report(
                    Anchor(function.env.unit, node),
                    f"`{words(node)}` runs the graph while it is being built, when the input has no numbers: "
                    "an error. Compute on the tensor itself.",
                    note="no numbers yet",
                )


def _runs_session(names: Names, call: ast.Call) -> bool:
    """Whether it is ``run`` of a session, made on the spot or bound to a name before."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "run":
        return False
    receiver = call.func.value
    makers: list[ast.expr | None] = [receiver]
    if isinstance(receiver, ast.Name):
        makers = [b.value for b in names.bindings(receiver.id, names.scope_of(receiver)) if not b.path]
    return any(
        isinstance(made, ast.Call) and (names.canonical(made.func) or "").split(".")[-1] in _SESSIONS
        for made in makers
    )


RULE = Rule("LL505", "eager-evaluation", Contract.STATE, Severity.ERROR, check_layer=check)
