"""Contract 7: the built-in layer gives what the Lambda gave; what Keras 3 has removed does fail there."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdalint.confirm.experiments import control, per_sample
from lambdalint.confirm.experiments.arrays import ROWS, batch, differ, number
from lambdalint.confirm.experiments.calling import FAILS
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import NotRunnable, Subject
from lambdalint.confirm.request import Answer, Inputs
from lambdalint.confirm.worker.session import Session

_EQUAL = """
old = flat(make_layer()(given(arrays)))
new = flat(keras.layers.{replacement}(given(arrays)))
print("Lambda", old[0].ravel()[:4], old[0].shape, "layer", new[0].ravel()[:4], new[0].shape)
defect = all(a.shape == b.shape and np.allclose(a, b, 1e-4, 1e-6, True) for a, b in zip(old, new))
"""


def replaced(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL801: the Lambda and the layer give equal numbers, shapes and types on several batches."""
    replacement = str(subject.session.request.facts.get("replacement", ""))
    try:
        layer = eval(f"layers.{replacement}", {"layers": subject.keras.layers})
    except Exception as error:
        return unconfirmed(
            f"`{replacement}` cannot be made from what is known: {type(error).__name__}: {error}"
        )
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays: list[Any] = []
        try:
            for seed, fill in ((0, None), (1, None), (0, 0.0), (0, 1.0)):
                arrays = batch(inputs, ROWS, seed, fill)
                old = subject.call(inputs, arrays)
                new = subject.outputs(layer(subject.tensors(inputs, arrays)))
                difference = _difference(old, new)
                if difference is not None:
                    return refuted(f"the Lambda and `{replacement}` differ: {difference}")
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        arrays = batch(inputs, ROWS, 0)
        value = number(subject.call(inputs, arrays)[0].ravel()[0])
        witness = f"the Lambda and `{replacement}` give equal outputs on 4 batches ({value} first in one)"
        check = _EQUAL.format(replacement=replacement)
        return confirmed(subject.session, Shown(witness, check, inputs, arrays, {}))
    return unconfirmed(failed)


def _difference(old: list[Any], new: list[Any]) -> str | None:
    for one, other in zip(old, new):
        if one.shape != other.shape:
            return f"shapes {one.shape} and {other.shape}"
        if one.dtype != other.dtype:
            return f"types {one.dtype} and {other.dtype}"
        index = differ(one, other)
        if index is not None:
            return f"{number(one[index])} and {number(other[index])}"
    return None if len(old) == len(new) else f"{len(old)} and {len(new)} outputs"


_SAME = """
outputs = flat(make_layer()(given(arrays)))
print(outputs[0].ravel()[:4], arrays[0].ravel()[:4])
defect = len(outputs) == len(arrays) and all(np.array_equal(a, b) for a, b in zip(outputs, arrays))
"""


_WRAPPED = """
function = make_function()
cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
inner = cells[{inner!r}].cell_contents if {inner!r} in cells else function.__globals__[{inner!r}]
keras.utils.set_random_seed(0)
old = flat(make_layer()(given(arrays)))
keras.utils.set_random_seed(0)
new = flat(keras.layers.Lambda(inner)(given(arrays)))
print("with the lambda", old[0].ravel()[:4], "without", new[0].ravel()[:4])
defect = all(a.shape == b.shape and np.allclose(a, b, 1e-4, 1e-6, True) for a, b in zip(old, new))
"""


def identity(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL802: what comes out is what went in, or what the function called inside gives by itself."""
    inner = subject.session.request.facts.get("inner")
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        try:
            outputs = subject.call(inputs, arrays)
        except NotRunnable:
            raise
        except Exception:
            continue
        if inner is not None:
            value = number(outputs[0].ravel()[0]) if outputs[0].size else "nothing"
            witness = f"`Lambda({inner})` gives the same as the lambda around it ({value} first)"
            return confirmed(
                subject.session, Shown(witness, _WRAPPED.format(inner=inner), inputs, arrays, {})
            )
        if len(outputs) == len(arrays) and all(np.array_equal(a, b) for a, b in zip(outputs, arrays)):
            witness = f"the output is the input, entry for entry ({number(outputs[0].ravel()[0])} first)"
            return confirmed(subject.session, Shown(witness, _SAME, inputs, arrays, {}))
        return unconfirmed("the layer changes its input")
    return unconfirmed("no input is known that the layer takes")


def removed(session: Session, candidates: tuple[Inputs, ...]) -> Answer:
    """LL701 to LL704 and LL707: the code of the layer fails in this Keras."""
    if session.failure is not None:
        error = session.failure
        if isinstance(error, (ImportError, AttributeError)) and control.unrelated(session, error) is None:
            return Answer("confirmed", witness=f"in Keras 3: {session.describe(error)}")
        return unconfirmed(f"the code around the layer does not run: {session.describe(error)}")
    subject = Subject(session)
    failed = ""
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        try:
            outputs = subject.call(inputs, arrays)
        except (AttributeError, TypeError, NotImplementedError) as error:
            other = control.unrelated(session, error)
            if other is not None:
                return unconfirmed(f"the layer {other}")
            witness = f"in Keras 3: {session.describe(error)}"
            return confirmed(session, Shown(witness, FAILS, inputs, arrays, {}))
        except Exception as error:
            failed = session.describe(error)
            continue
        if session.request.code == "LL707":
            return per_sample.run(subject, candidates)
        shape = np.array(outputs[0]).shape
        return unconfirmed(f"the layer runs in Keras 3 and gives shape {shape}")
    return unconfirmed(failed or "no input is known that the layer takes")
