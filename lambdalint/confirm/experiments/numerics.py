"""Contract 6: finite inputs give finite outputs and gradients, tiny vectors keep their direction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lambdalint.confirm.experiments import state
from lambdalint.confirm.experiments.arrays import batch, differ, number
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.shrink import smallest
from lambdalint.confirm.experiments.subject import NotRunnable, Subject
from lambdalint.confirm.request import Answer, Inputs

_FILLS = {"zeros": 0.0, "1e-8": 1e-8, "1e-20": 1e-20, "1e20": 1e20, "-1": -1.0, "ones": 1.0}
"""Probes: batches all of whose entries are one number."""
_TINY = (3.7e-7, 3.7e-10, 3.7e-14)
"""Norms of tiny vectors; a factor in the body may hide the first."""

_OUTPUT = """
outputs = flat(make_layer()(given(arrays)))
print(outputs[0])
defect = not all(np.isfinite(each).all() for each in outputs)
"""
_GRADIENT = """
layer = make_layer()
gradients = [each for each in slopes(lambda tensors: layer(arranged(tensors)), arrays) if each is not None]
print("output", flat(layer(given(arrays)))[0].ravel()[:4], "gradient", gradients[0].ravel()[:4])
defect = not all(np.isfinite(each).all() for each in gradients)
"""
_NORM = """
layer = make_layer()
small = flat(layer(given(arrays)))[0]
scale = 1e3 / np.linalg.norm(arrays[0][0])
large = flat(layer(given([(each * scale).astype(each.dtype) for each in arrays])))[0]
short, long = (np.linalg.norm(each.reshape(len(each), -1), axis=1) for each in (small, large))
print("norms", short, "norms of the same vectors, longer", long)
defect = not np.allclose(short, long, 1e-2, 1e-12)
"""


def _probes(inputs: Inputs) -> list[tuple[str, list[Any]]]:
    """Named batches of two samples, those within the range that the inputs are known to have."""
    made: list[tuple[str, list[Any]]] = []
    for name, fill in _FILLS.items():
        if all(_allowed(s.low, s.high, fill) for s in inputs.samples):
            arrays = batch(inputs, 2, 0, fill)
            if all(np.isfinite(each).all() for each in arrays if each.dtype.kind == "f"):
                made.append((name, arrays))
    return made


def _allowed(low: float | None, high: float | None, fill: float) -> bool:
    return (low is None or fill >= low) and (high is None or fill <= high)


def finite_output(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL601, LL603: some finite batch gives inf or nan."""
    ran, failed = 0, "no input is known that the layer takes"
    for inputs in candidates:
        try:
            probes = _probes(inputs)
            for name, _ in probes:
                found = _infinite(subject, inputs, name)
                if found is not None:
                    return _confirmed(subject, inputs, found, partial(_infinite, subject, name=name))
            ran += len(probes)
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        if inputs.samples[0].origin != "fitted":
            break
    if ran:
        return unconfirmed("zeros, tiny, huge and negative entries all gave finite outputs: others may not")
    return unconfirmed(failed)


def _confirmed(
    subject: Subject, inputs: Inputs, found: Shown, shows: Callable[[Inputs], Shown | None]
) -> Answer:
    """The answer for what shows on the smallest samples."""
    _, least = smallest(inputs, found, shows)
    return confirmed(subject.session, least)


def _infinite(subject: Subject, inputs: Inputs, name: str) -> Shown | None:
    """What is not finite in the output for a probe."""
    arrays = batch(inputs, 2, 0, _FILLS[name])
    for output in subject.call(inputs, arrays):
        if output.dtype.kind == "f" and not np.isfinite(output).all():
            bad = output[~np.isfinite(output)].ravel()[0]
            return Shown(
                f"a batch of {_entries(name)} gives {number(bad)}", _OUTPUT, inputs, arrays, {"fill": name}
            )
    return None


def _steep(subject: Subject, inputs: Inputs, name: str) -> Shown | None:
    """What is not finite in the gradient for a probe."""
    arrays = batch(inputs, 2, 0, _FILLS[name])
    for slope in state.gradients(subject, inputs, arrays):
        if slope is not None and not np.isfinite(slope).all():
            bad = slope[~np.isfinite(slope)].ravel()[0]
            witness = f"the gradient at a batch of {_entries(name)} is {number(bad)}"
            return Shown(witness, _GRADIENT, inputs, arrays, {"fill": name})
    return None


def finite_gradient(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL602: some finite batch has an infinite or undefined gradient."""
    ran, failed = 0, "no input is known that the layer takes"
    for inputs in candidates:
        try:
            for name, arrays in _probes(inputs):
                if any(each.dtype.kind != "f" for each in arrays):
                    continue
                found = _steep(subject, inputs, name)
                ran += 1
                if found is not None:
                    return _confirmed(subject, inputs, found, partial(_steep, subject, name=name))
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
    if ran:
        return unconfirmed("zeros, tiny, huge and equal entries all gave finite gradients: others may not")
    return unconfirmed(failed)


def direction_kept(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL604: a tiny vector comes out with another norm than a long one of the same direction."""
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = batch(inputs, 2, 0)
        if any(each.dtype.kind != "f" for each in arrays):
            continue
        file_given = any(sample.file for sample in inputs.samples)
        tried = [arrays] if file_given else [[_of_norm(a, n) for a in arrays] for n in _TINY]
        try:
            alike = True
            for small in tried:
                tiny = subject.call(inputs, small)[0]
                large = subject.call(inputs, [_of_norm(each, 1e3) for each in small])[0]
                alike = alike and np.allclose(tiny, large, 1e-3, 1e-6)
                lengths = [np.linalg.norm(each.reshape(len(each), -1), axis=1) for each in (tiny, large)]
                if not np.isfinite(lengths).all() or np.allclose(lengths[0], lengths[1], 1e-2, 1e-12):
                    continue
                norms = [float(np.linalg.norm(each[0])) for each in (small[0], tiny, large)]
                witness = (
                    f"a sample of norm {norms[0]:.2g} comes out with norm {norms[1]:.2g}, one of norm 1000 "
                    f"in the same direction with {norms[2]:.2g}"
                )
                return confirmed(subject.session, Shown(witness, _NORM, inputs, small, {"norms": norms}))
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        if alike:
            return refuted("tiny vectors and long ones of the same direction come out alike")
        failed = (
            "tiny samples and long ones come out with the same norms: what is divided may be tiny for others"
        )
    return unconfirmed(failed)


def _of_norm(array: Any, norm: float) -> Any:
    """Samples of the same directions and this norm."""
    flat = array.reshape(len(array), -1).astype("float64")
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    scaled = flat / np.where(lengths == 0, 1, lengths) * norm
    return scaled.reshape(array.shape).astype(array.dtype)


_INTEGERS = """
defect = False
try:
    whole = flat(make_layer()(given(arrays)))
    real = flat(make_layer()(given([each.astype("float32") for each in arrays])))
    print("integers", whole[0].ravel()[:4], "the same as floating-point numbers", real[0].ravel()[:4])
    defect = any(not np.allclose(a.astype("float64"), b.astype("float64")) for a, b in zip(whole, real))
except Exception as error:
    defect = True
    print(said(error))
"""


def integers(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL605: integers overflow, are cut, or do not fit an operation that wants the other kind of number."""
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = batch(inputs, 2, 0)
        whole = all(each.dtype.kind in "iu" for each in arrays)
        if whole:
            arrays = [np.full_like(each, min(200, np.iinfo(each.dtype).max)) for each in arrays]
        try:
            given = subject.call(inputs, arrays)
        except NotRunnable:
            raise
        except Exception as error:
            witness = f"{arrays[0].dtype} entries: {subject.session.describe(error)}"
            return confirmed(subject.session, Shown(witness, _INTEGERS, inputs, arrays, {}))
        if not whole:
            failed = f"{arrays[0].dtype} entries run through the layer"
            continue
        try:
            real = subject.call(inputs, [each.astype("float32") for each in arrays])
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        for one, other in zip(given, real):
            index = differ(one, other) if one.shape == other.shape else None
            if index is not None:
                numbers = f"{number(one[index])} as {arrays[0].dtype}, {number(other[index])} as float32"
                witness = f"an entry of {arrays[0].ravel()[0]} gives {numbers}"
                return confirmed(subject.session, Shown(witness, _INTEGERS, inputs, arrays, {}))
        failed = "integers and the same floating-point numbers gave the same"
    return unconfirmed(failed)


def _entries(name: str) -> str:
    return name if name in ("zeros", "ones") else f"entries {name}"
