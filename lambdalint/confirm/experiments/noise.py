"""LL109: one draw of noise serves all samples of a batch."""

from __future__ import annotations

import numpy as np

from lambdalint.confirm.experiments.arrays import batch, differ, number
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import Subject
from lambdalint.confirm.request import Answer, Inputs

_CHECK = """
layer = make_layer()
rows = flat(layer(given(arrays)))[0]
other = flat(layer(given(arrays)))[0]
print(rows)
defect = np.allclose(rows, rows[:1], 1e-4, 1e-6) and not np.allclose(rows, other, 1e-4, 1e-6)
"""


def run(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """Equal samples get equal noise in one batch, and other noise in the next."""
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = [np.repeat(each[:1], 3, axis=0) for each in batch(inputs, 1, 0)]
        try:
            subject.seed()
            first = subject.call(inputs, arrays)[0]
            second = subject.call(inputs, arrays)[0]
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        if first.shape[:1] != (3,) or differ(first, second) is None:
            return unconfirmed("two runs of the layer give the same: no noise was seen")
        if differ(first, np.repeat(first[:1], 3, axis=0)) is not None:
            return refuted("three equal samples of one batch got different noise")
        index = (0,) * (first.ndim - 1)
        witness = (
            f"three equal samples of a batch all give {number(first[0][index])}, in the next run "
            f"{number(second[0][index])}: one draw for all"
        )
        return confirmed(subject.session, Shown(witness, _CHECK, inputs, arrays, {"batch": 3}))
    return unconfirmed(failed)
