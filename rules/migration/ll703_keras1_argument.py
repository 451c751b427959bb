"""A Keras 1 argument, layer or import next to a Lambda or merge layer.

## What it does

Reports, in files with a Lambda or merge layer, calls that use what Keras 2 renamed or removed:
`Model(input=, output=)`, `nb_epoch`, `samples_per_epoch`, `border_mode`, `W_regularizer`, `init`,
`Dense(output_dim=)`, `Convolution2D(64, 3, 3)`, `AtrousConvolution2D`, and imports such as
`keras.utils.visualize_util`. One report per call, with the new names. Code that asks for the version of Keras
first, or catches the ImportError, is left alone.

## Why it hurts

Standalone Keras 2 still translated most of these arguments with a warning; TensorFlow's Keras and Keras 3
raise a TypeError, ValueError or ImportError. A file that mixes both styles leaves open which Keras its
Lambda layers are written for.

## Bad

```python
from keras.layers import Input, Lambda
from keras.models import Model

x = Input(shape=(4,))
y = Lambda(lambda t: t ** 2)(x)
model = Model(input=x, output=y)
```

## Good

```python
from keras.layers import Input, Lambda
from keras.models import Model

x = Input(shape=(4,))
y = Lambda(lambda t: t ** 2)(x)
model = Model(inputs=x, outputs=y)
```

## How it is confirmed

The call is run with the Keras that is installed; the exception is printed.

## Fix and its safety

Rename the arguments as the message says. `nb_row` and `nb_col` become one `kernel_size`,
`samples_per_epoch` counts samples where `steps_per_epoch` counts batches: these need a look, so none is
automatic.

## Known gaps

Arguments passed through `**kwargs` are not seen.

## Interaction with other linters

None.

## References

- <https://github.com/keras-team/keras/releases/tag/2.0.0>
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import FileFacts
from lambdalint.rule import Report, Rule
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import walk

from .keras1 import METHODS, MODEL, MODULES, MOVED, REMOVED, renamed_argument
from .versions import is_for_one_version

_KERNEL = "kernel_size=(rows, columns)"


def check(file: FileFacts) -> Iterator[Report]:
    """Calls with Keras 1 arguments, removed layers and removed modules, each call once."""
    if not file.layers:
        return
    for call in file.names.calls:
        canonical = file.names.canonical(call.func) or ""
        gone, renamed = _removed(canonical), _renamed(file, call, canonical)
        said = gone or ", ".join(f"`{old}` became `{new}`" for old, new in renamed.items())
        if said and not is_for_one_version(file, call):
            instead = "take the number of columns for the stride" if _KERNEL in said else "refuse it"
            yield Report(
                Anchor(file.unit, call),
                f"Keras 1 style: {said}. TensorFlow's Keras and Keras 3 {instead}.",
                note="Keras 1",
                facts={"named": [canonical.rpartition(".")[2]]} if gone else {"renamed": renamed},
            )
    yield from _imports(file)


def _removed(canonical: str) -> str | None:
    instead = REMOVED.get(canonical.removeprefix("keras.layers."))
    if instead is None or not canonical.startswith("keras.layers."):
        return None
    return f"`{canonical.rsplit('.', 1)[-1]}` became `{instead}`"


def _renamed(file: FileFacts, call: ast.Call, canonical: str) -> dict[str, str]:
    """The old arguments of a call with their new names."""
    given = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    pairs: list[tuple[str, str]] = []
    if canonical.startswith("keras.layers."):
        cls = canonical.rsplit(".", 1)[-1]
        pairs = [(name, new) for name in given if (new := renamed_argument(cls, name))]
        if not pairs and _has_kernel_sizes(file, call) and _sized_by_position(cls, call):
            pairs = [("nb_row, nb_col", _KERNEL)]
    elif canonical in ("keras.models.Model", "keras.Model", "keras.models.Graph"):
        pairs = [(name, MODEL[name]) for name in given if name in MODEL]
    elif isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
        table = METHODS[call.func.attr]
        pairs = [(name, table[name]) for name in given if name in table]
    return dict(pairs)


def _has_kernel_sizes(file: FileFacts, call: ast.Call) -> bool:
    """Whether a third number may be a size of the kernel: elsewhere it is the stride."""
    return file.names.family(call.func) == "keras" and file.dialect.name != "keras3"


def _sized_by_position(cls: str, call: ast.Call) -> bool:
    """Whether a 2D convolution gets the two sizes of its kernel as separate arguments."""
    if cls not in ("Convolution2D", "Conv2D", "AtrousConvolution2D", "Deconvolution2D"):
        return False
    sizes = call.args[1:3]
    values = [a.value for a in sizes if isinstance(a, ast.Constant) and type(a.value) is int]
    return len(values) == 2 and values != [1, 1]


def _imports(file: FileFacts) -> Iterator[Report]:
    not_3 = file.dialect.name != "keras3"
    told: set[tuple[int, str]] = set()
    statements: dict[int, ast.AST] | None = None
    for binding in file.names.import_bindings():
        dotted = f"{binding.module}.{binding.attribute}" if binding.attribute else binding.module
        found = next((m for m in MODULES if binding.module == m or dotted == m), None)
        if found is None or binding.level:
            continue
        statements = _statements(file) if statements is None else statements
        statement = statements.get(id(binding.node), binding.node)
        if (id(statement), found) in told or is_for_one_version(file, statement):
            continue
        told.add((id(statement), found))
        if file.dialect.name in MODULES[found][1]:
            yield Report(
                Anchor(file.unit, binding.node),
                f"Keras 1 style: `{found}` became `{MODULES[found][0]}`. TensorFlow's Keras and "
                "Keras 3 do not have it.",
                note="Keras 1",
                facts={"named": [found.rpartition(".")[2], *dotted.split(".")[-1:]]},
                severity=Severity.ADVICE if found in MOVED and not_3 else None,
            )


def _statements(file: FileFacts) -> dict[int, ast.AST]:
    """By the names that imports bind: the import statements."""
    return {
        id(alias): node
        for node in walk(file.tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }


RULE = Rule("LL703", "keras1-argument", Contract.MIGRATION, Severity.WARNING, check_file=check)
