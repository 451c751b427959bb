"""Contract 2: the declared output shape is that of the output, for every batch size."""

from __future__ import annotations

from typing import Any

from lambdalint.confirm.experiments import calling
from lambdalint.confirm.experiments.arrays import batch
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import NotRunnable, Subject
from lambdalint.confirm.request import Answer, Inputs

Shape = tuple[Any, ...]

_DECLARED = """
layer = make_layer()
shapes = {symbols_shapes}
declared = layer.compute_output_shape(shapes)
listed = list(declared) if isinstance(declared, list) else [declared]
listed = [tuple(getattr(each, "as_list", lambda: each)()) for each in listed]
actual = [each.shape for each in flat(layer(given(arrays)))]
print("declared", listed, "actual", actual)
defect = len(listed) != len(actual) or any(
    len(a) != len(b) or any(x is not None and x != y for x, y in zip(a, b)) for a, b in zip(listed, actual)
)
"""


def declared(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL202, LL203, LL204: what ``output_shape`` says, against what comes out of two batches."""
    if subject.layer is None:
        return unconfirmed("the shape that a Keras-1 merge declares is not used by this Keras")
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        try:
            actual = [_actual(subject, inputs, rows) for rows in (2, 3)]
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        try:
            said = _declared(subject, inputs)
        except Exception as error:
            text = subject.session.describe(error)
            witness = f"computing the declared shape fails: {text}; the output has shape {_batchless(actual)}"
            check = _symbolic_check(inputs)
            return confirmed(subject.session, Shown(witness, check, inputs, batch(inputs, 2, 0), {}))
        wrong = _wrong(said, actual)
        if wrong is not None:
            details = {"declared": [list(s) for s in said], "actual": [list(s) for s in actual[0]]}
            check = _DECLARED.format(symbols_shapes=_shapes_text(inputs))
            return confirmed(subject.session, Shown(wrong, check, inputs, batch(inputs, 2, 0), details))
        if inputs.samples[0].origin != "fitted":
            return refuted(f"declared {_batchless([said])} and computed {_batchless(actual)} agree")
        failed = "the input shape is not known; for those tried the declared shape is true"
    return unconfirmed(failed)


def _symbolic_check(inputs: Inputs) -> str:
    return f"""
defect = False
try:
    make_layer().compute_output_shape({_shapes_text(inputs)})
except Exception as error:
    defect = True
    print(said(error))
"""


def _shapes_text(inputs: Inputs) -> str:
    shapes = [(None, *sample.shape) for sample in inputs.samples]
    return repr(shapes[0] if inputs.structure == "tensor" else shapes)


def _actual(subject: Subject, inputs: Inputs, rows: int) -> list[Shape]:
    return [tuple(each.shape) for each in subject.call(inputs, batch(inputs, rows, 0))]


def _declared(subject: Subject, inputs: Inputs) -> list[Shape]:
    shapes = [(None, *sample.shape) for sample in inputs.samples]
    said = subject.fresh_layer().compute_output_shape(shapes[0] if inputs.structure == "tensor" else shapes)
    listed = list(said) if isinstance(said, list) else [said]
    return [tuple(getattr(each, "as_list", lambda each=each: each)()) for each in listed]


def _wrong(said: list[Shape], actual: list[list[Shape]]) -> str | None:
    for rows, shapes in zip((2, 3), actual):
        if len(said) != len(shapes):
            return f"{len(said)} shapes are declared, and {len(shapes)} tensors come out"
        for one, other in zip(said, shapes):
            if len(one) != len(other) or any(a is not None and a != b for a, b in zip(one, other)):
                return f"declared {one}, but a batch of {'two' if rows == 2 else 'three'} gives {other}"
    return None


def _batchless(shapes: list[list[Shape]]) -> str:
    return " and ".join(str(shape) for shape in shapes[0])


def missing(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL201: the function runs on a batch, and Keras cannot tell the shape of what it gives."""
    if subject.layer is None or subject.session.request.dialect == "keras1":
        return unconfirmed("only Keras 1 on Theano needs this shape, which cannot be run here")
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        try:
            shapes = _actual(subject, inputs, 2)
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        try:
            subject.fresh_layer()(subject.symbols(inputs))
        except Exception as error:
            witness = (
                f"a batch of two gives {_batchless([shapes])}, an Input: {subject.session.describe(error)}"
            )
            check = calling._SYMBOLIC.format(symbols=calling.symbols_text(inputs))
            return confirmed(subject.session, Shown(witness, check, inputs, batch(inputs, 2, 0), {}))
        if inputs.samples[0].origin != "fitted":
            return refuted(f"Keras infers the shape of the output for samples of {inputs.samples[0].shape}")
    return unconfirmed(failed)
