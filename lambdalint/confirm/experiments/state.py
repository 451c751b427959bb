"""Contract 5: no weights hide inside, gradients pass, and nothing is frozen."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import numpy as np

from lambdalint.confirm.experiments import calling
from lambdalint.confirm.experiments.arrays import ROWS, batch, number
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import NotRunnable, Subject
from lambdalint.confirm.request import Answer, Inputs

_WEIGHTS = """
layer = make_layer()
used = touched(lambda: layer(given(arrays)))
print("touches", used, "variables, tracks", len(layer.weights))
defect = used > len(layer.weights)
"""


_UNTRACKED = re.compile(r"[Vv]ariables? (was|were) created|singleton tf\.Variable|not tracked")
"""What Keras says of a variable that a layer's function creates."""


def weights(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL501, LL502: variables that the layer uses against those that it tracks."""
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        try:
            touched = subject.backend.touched(partial(subject.raw, inputs, arrays))
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            if _UNTRACKED.search(str(error)):
                made = re.findall(r"<(?:tf\.)?Variable '([^']+)'", str(error))
                if made:
                    listed = ", ".join(made[:3]) + (", …" if len(made) > 3 else "")
                    failed = f"the function creates variables that the layer does not track: {listed}"
                shown = Shown(failed, calling.FAILS, inputs, arrays, {"exception": failed})
                return confirmed(subject.session, shown)
            continue
        tracked = 0 if subject.layer is None else len(subject.layer.weights)
        if touched > tracked:
            plural = "variable" if touched == 1 else "variables"
            witness = (
                f"the function uses {touched} {plural}, and the layer tracks {tracked}: 0 weights are saved"
            )
            if tracked:
                witness = f"the function uses {touched} {plural}, and the layer tracks {tracked} of them"
            details = {"touched": touched, "tracked": tracked}
            return confirmed(subject.session, Shown(witness, _WEIGHTS, inputs, arrays, details))
        if touched:
            return refuted(f"the layer tracks all {touched} variables that its function uses")
        failed = _failing(subject, inputs) or ""
        if not failed:
            return Answer("unconfirmed", "no variable was used when the layer ran", details={"touched": 0})
    return unconfirmed(failed)


def _failing(subject: Subject, inputs: Inputs) -> str | None:
    try:
        subject.fresh_layer()(subject.symbols(inputs))
    except Exception as error:
        return subject.session.describe(error)
    return None


_GRADIENT = """
layer = make_layer()
gradients = slopes(lambda tensors: layer(arranged(tensors)), arrays)
print("gradients", [None if each is None else np.array(each).ravel()[:4] for each in gradients])
defect = all(each is None or not np.any(np.array(each)) for each in gradients)
"""


def gradient_cut(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL509: no gradient comes back through the layer."""
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        if any(each.dtype.kind != "f" for each in arrays):
            failed = "the inputs are no floating-point numbers, and carry no gradient anyway"
            continue
        try:
            slopes = gradients(subject, inputs, arrays)
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        if all(each is None or not np.any(each) for each in slopes):
            what = "None" if all(each is None for each in slopes) else "zero in every entry"
            witness = f"the gradient of the output with respect to the input is {what}"
            shown = Shown(witness, _GRADIENT, inputs, arrays, {"gradient": what})
            return confirmed(subject.session, shown)
        return refuted("a gradient comes back through the layer")
    return unconfirmed(failed)


def gradients(subject: Subject, inputs: Inputs, arrays: list[Any]) -> list[Any]:
    """The gradients of the sum of the outputs with respect to each input; ``None`` where there is none."""
    call = subject.function if subject.layer is None else subject.layer
    found: list[Any] = subject.backend.slopes(lambda tensors: call(subject.arranged(inputs, tensors)), arrays)
    return found


_FROZEN = """
inputs = {symbols}
model = keras.Model(inputs, make_layer()(inputs))
first, second = (model.predict({arrays}, verbose=0) for _ in range(2))
print(np.array(first).ravel()[:4], np.array(second).ravel()[:4])
defect = np.array_equal(np.array(first), np.array(second)) is {equal}
"""


def frozen(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL507: two predictions of the same batch give the same random numbers, or, of dropout, others."""
    active = bool(subject.session.request.facts.get("active"))
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        try:
            model = subject.model(inputs)
            given = arrays[0] if inputs.structure == "tensor" else arrays
            first, second = (np.array(model.predict(given, verbose=0)) for _ in range(2))
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        equal = np.array_equal(first, second)
        if equal and active:
            return unconfirmed("two predictions of the same batch are equal: nothing was dropped")
        if not equal and not active:
            return unconfirmed(
                "two predictions of the same batch differ: the layer draws other numbers as well"
            )
        witness = f"two predictions of the same batch are equal: {number(first.ravel()[0])} first in both"
        if active:
            index = tuple(np.argwhere(first != second)[0])
            drawn = f"{number(first[index])} and {number(second[index])}"
            witness = f"two predictions of the same batch differ: {drawn}"
        given_text = "arrays[0]" if inputs.structure == "tensor" else "arrays"
        check = _FROZEN.format(symbols=calling.symbols_text(inputs), arrays=given_text, equal=equal)
        return confirmed(subject.session, Shown(witness, check, inputs, arrays, {}))
    return unconfirmed(failed)


_MASK = """
layer = make_layer()
shape = {shape}
masked = keras.layers.Masking(mask_value=-9.0)(keras.Input(shape))
out = layer(masked)
kept = getattr(out, "_keras_mask", None)
print("mask in:", getattr(masked, "_keras_mask", None) is not None, "mask out:", kept is not None)
defect = getattr(masked, "_keras_mask", None) is not None and kept is None
"""


def mask_dropped(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL508: a mask goes in, and none comes out."""
    failed = "no input with steps is known that the layer takes"
    for inputs in candidates:
        if inputs.structure != "tensor" or len(inputs.samples[0].shape) < 2:
            continue
        shape = inputs.samples[0].shape
        try:
            masked = subject.keras.layers.Masking(mask_value=-9.0)(subject.keras.Input(shape))
            out = subject.fresh_layer()(masked)
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        if getattr(masked, "_keras_mask", None) is None:
            return unconfirmed("this Keras shows no mask on its tensors")
        if getattr(out, "_keras_mask", None) is not None:
            return refuted("the layer passes the mask on")
        witness = f"of a masked sequence of shape {shape} the layer passes no mask on"
        return confirmed(
            subject.session, Shown(witness, _MASK.format(shape=shape), inputs, batch(inputs, 1, 0), {})
        )
    return unconfirmed(failed)
