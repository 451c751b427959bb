"""The stored function of a Lambda layer uses a global that is missing where the model is loaded.

## What it does

Reports the globals, such as `tf`, `K`, `ops`, a constant or a helper, that the function reads and that
the loader of the dialect does not happen to offer. `warning` where the project saves or loads whole
models, `advice` elsewhere and where all models that are saved are known not to hold the layer.

## Why it hurts

A lambda is saved as bytecode, without the globals around it. Loaded in another process it runs with the
globals of Keras' own module: standalone Keras 1 and 2 have `K` and `np` there, TensorFlow's Keras 2 has
`tf` and `np`, Keras 3 has none of them. Every other name is a NameError, which Keras 3 hides behind "We
could not automatically infer the shape of the Lambda's output". Keras 1 and 2 store a named `def` in the
same way; in Keras 3 `custom_objects` does not help a lambda's globals.

## Bad

```python
import keras
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: ops.abs(t))(x)
model = keras.Model(x, y)
model.save("model.keras")
```

## Good

```python
import keras
from keras.layers import Input, Lambda


@keras.saving.register_keras_serializable(package="mine")
def absolute(t):
    return keras.ops.abs(t)


x = Input(shape=(4,))
y = Lambda(absolute)(x)
model = keras.Model(x, y)
model.save("model.keras")
```

## How it is confirmed

The model is saved, and loaded in a fresh process; the exception that Keras hides is printed.

## Fix and its safety

In Keras 1 and 2 a `def` that imports what it needs inside, in Keras 3 a `def` that is registered; or pass
constants through `arguments=`. None is automatic.

## Known gaps

A named `def` of Keras 1 and 2, stored as bytecode too, is not reported: its module is usually at hand
where the model is loaded. Whether models are saved is read from the file, the modules around it and its
package; those saved in the layer's own file are followed. What `.save(path)` is asked of counts where it is
known or used as a Keras model, or the file ends as a model's does: a parameter of a function that does
nothing else with it does not. In TensorFlow's Keras 2 the globals of a module that the loading process has
imported are found as well.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/issues/20074>
- <https://github.com/tensorflow/tensorflow/issues/47556>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Layer, Model, Tensor
from lambdalint.rule import Report, Rule

from .captures import Capture, captures
from .dialects import is_graph_mode, resolved_by_loader, stored_as_bytecode
from .handed import gives_custom_objects
from .models import is_never_stored, saves_models
from .rebinding import changes

_READERS = {
    "keras1": "Keras 1",
    "keras2": "Keras 2",
    "keras3": "Keras 3",
}
_REGISTERED = "`@keras.saving.register_keras_serializable()`"
_INSTEAD = {
    "keras1": "Use a `def` that imports what it needs",
    "keras2": "Use a `def` that imports what it needs",
    "keras3": f"Use a `def` with {_REGISTERED}",
}


def check(layer: LayerFacts) -> Iterator[Report]:
    """The module globals of each stored function that its loader does not offer."""
    if is_never_stored(layer):
        return
    offered = resolved_by_loader(layer)
    missing: dict[int, list[Capture]] = {}
    for capture in captures(layer):
        if not capture.closure and capture.name not in offered and _counts(layer, capture):
            missing.setdefault(id(capture.function.node), []).append(capture)
    if not missing:
        return
    saved = saves_models(layer)
    for found in missing.values():
        if isinstance(found[0].function.node, ast.Lambda):
            loud = saved and (layer.dialect == "keras3" or not gives_custom_objects(layer))
            yield _report(layer, found, Severity.WARNING if loud else Severity.ADVICE)


def _counts(layer: LayerFacts, capture: Capture) -> bool:
    """Whether a name is a defined global of a stored function, and neither a weight nor a loop's variable."""
    if not stored_as_bytecode(layer, capture.function):
        return False
    if capture.owner is None and not capture.names.may_come_from_star(capture.name):
        if capture.names.canonical(capture.uses[0]) is None:
            return False
    value = capture.value
    if isinstance(value, (Layer, Model)) or changes(layer, capture, is_graph_mode(layer)) is not None:
        return False
    return not (isinstance(value, Tensor) and value.kind in ("variable", "keras"))


def _report(layer: LayerFacts, found: list[Capture], severity: Severity) -> Report:
    listed = ", ".join(f"`{capture.name}`" for capture in found)
    loader = _READERS.get(layer.dialect, "Keras")
    instead = _INSTEAD.get(layer.dialect, f"{_INSTEAD['keras2']}, in Keras 3 with {_REGISTERED}")
    return Report(
        found[0].use,
        f"The saved lambda does not carry the {'globals' if len(found) > 1 else 'global'} {listed}: {loader} "
        f"loads the model elsewhere and fails with a NameError. {instead}, or pass values through "
        "`arguments=`.",
        note="not saved with the function",
        severity=severity,
        facts={"globals": [capture.name for capture in found]},
    )


RULE = Rule(
    "LL302",
    "global-missing-on-load",
    Contract.SAVING,
    Severity.WARNING,
    check_layer=check,
    yields_to=("LL401", "LL402", "LL409"),
)
