"""LL801's promise: the layer that it names gives what the Lambda gives: values, shapes and types."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambdalint.interp.analyse import analyse
from lambdalint.registry import load_rules
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse

FOLDER = Path(__file__).parents[2] / "fixtures" / "rules" / "builtin-layer-exists"
STEPS, SAMPLES = 5, 3

# The fixture, the words of it that are exchanged, the Keras to run it with, the least number of layers.
CASES = [
    ("keras3.py", {}, "keras", 60),
    ("backend.py", {}, "tensorflow.keras", 50),
    ("backend.py", {"tensorflow.keras": "tf_keras"}, "tf_keras", 45),
]


def suggestions(code: str) -> dict[int, tuple[str, bool]]:
    """The layer named for the Lambda of each row, and whether its inputs change places."""
    rule = load_rules().rules["LL801"]
    assert rule.check_layer is not None
    found = {}
    for layer in analyse(parse(SourceUnit("script.py", code, code))).layers:
        for report in rule.check_layer(layer):
            found[layer.node.lineno] = (report.note.removeprefix("is "), "reverse" in report.message)
    return found


def run(code: str, package: str) -> list[tuple[int, Any, Any]]:
    """Build the fixture's graph; the row, the layer and the inputs of each Lambda that was called."""
    layers: Any = importlib.import_module(f"{package}.layers")
    calls: list[tuple[int, Any, Any]] = []

    class Recording(layers.Lambda):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.row = sys._getframe(1).f_lineno

        def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
            if hasattr(self, "row"):
                calls.append((self.row, self, inputs))
            return super().__call__(inputs, *args, **kwargs)

    silent = [line if "# ok" not in line or "pooled" in line else "" for line in code.split("\n")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layers, "Lambda", Recording)
        exec(compile("\n".join(silent), "script.py", "exec"), {"__name__": "script"})
    return list(calls)


def sample(inputs: Any, numpy: Any) -> Any:
    """Random entries for a symbolic input, or for each of a list of them."""
    if isinstance(inputs, (list, tuple)):
        return [sample(each, numpy) for each in inputs]
    shape = [SAMPLES, *(STEPS if size is None else size for size in inputs.shape[1:])]
    dtype = getattr(inputs.dtype, "name", inputs.dtype)
    generator = numpy.random.default_rng(len(shape))
    if "int" in dtype:
        return generator.integers(0, 9, shape).astype(dtype)
    return (3 * generator.standard_normal(shape)).astype(dtype)


def compared(
    code: str, package: str, named: dict[int, tuple[str, bool]] | None = None
) -> Iterator[tuple[str, str]]:
    """Each layer that was run, and how it differs from the Lambda; ``""`` where it does not."""
    numpy: Any = importlib.import_module("numpy")
    layers: Any = importlib.import_module(f"{package}.layers")
    named = suggestions(code) if named is None else named
    for row, old, inputs in run(code, package):
        if row not in named:
            continue
        call, swapped = named[row]
        new = eval(call, vars(layers))
        data = sample(inputs, numpy)
        wanted = numpy.asarray(old(data))
        given = numpy.asarray(new(data[::-1] if swapped else data))
        symbolic = new(inputs[::-1] if swapped else inputs)
        where = f"{package}, row {row}: {call}"
        if (given.dtype, given.shape) != (wanted.dtype, wanted.shape):
            yield where, f"{given.dtype} {given.shape}, the Lambda {wanted.dtype} {wanted.shape}"
        elif not numpy.allclose(given, wanted, rtol=1e-4, atol=1e-5):
            yield where, f"values differ by {numpy.abs(given - wanted).max()}"
        else:
            fits = all(size in (None, other) for size, other in zip(symbolic.shape, wanted.shape))
            yield where, "" if fits else f"the model sees {symbolic.shape}"


@pytest.mark.tensorflow
@pytest.mark.parametrize(("name", "words", "package", "least"), CASES, ids=lambda value: str(value))
def test_the_layer_gives_what_the_lambda_gives(
    name: str, words: dict[str, str], package: str, least: int
) -> None:
    code = (FOLDER / name).read_text(encoding="utf-8")
    for old, new in words.items():
        code = code.replace(old, new)
    results = dict(compared(code, package))
    assert {where: why for where, why in results.items() if why} == {}
    assert len(results) >= least


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (("Rescaling(1 / 254)", False), "values differ"),
        (("Flatten()", False), "float32 (3, 24), the Lambda float32 (3, 4, 6)"),
        (("Rescaling(1 / 255, dtype='float16')", False), "float16 (3, 4, 6), the Lambda float32 (3, 4, 6)"),
    ],
)
def test_the_comparison_sees_a_difference(wrong: tuple[str, bool], why: str) -> None:
    code = "from keras.layers import Input, Lambda\ny = Lambda(lambda t: t / 255.0)(Input((4, 6)))\n"
    assert suggestions(code) == {2: ("Rescaling(1 / 255)", False)}
    assert dict(compared(code, "keras")) == {"keras, row 2: Rescaling(1 / 255)": ""}
    ((_, told),) = compared(code, "keras", {2: wrong})
    assert why in told


def test_numbers_have_no_more_digits_than_a_float32() -> None:
    code = (
        "import keras\nfrom keras.layers import Lambda\nx = keras.Input((4,))\n"
        "y = Lambda(lambda t: (t - 0.5) / (2.0 + 1e-7))(x)\nz = Lambda(lambda t: t / 127.5 - 1)(x)\n"
    )
    assert {row: text for row, (text, _) in suggestions(code).items()} == {
        4: "Rescaling(0.499999975, offset=-0.249999988)",
        5: "Rescaling(1 / 127.5, offset=-1)",
    }
