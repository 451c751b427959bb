"""LL410, LL411: outputs that are the same, and inputs that change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdalint.confirm.experiments.arrays import ROWS, batch, differ, number
from lambdalint.confirm.experiments.outcome import Shown, confirmed, unconfirmed
from lambdalint.confirm.experiments.subject import NotRunnable, Subject
from lambdalint.confirm.request import Answer, Inputs

_IGNORED = """
layer = make_layer()
before = flat(layer(given(arrays)))
changed = [np.array(each) for each in arrays]
changed[{index}] = changed[{index}][::-1] + 1
after = flat(layer(given(changed)))
print("before", before[0].ravel()[:4], "after another input {index}", after[0].ravel()[:4])
defect = all(np.allclose(a, b, equal_nan=True) for a, b in zip(before, after))
"""


def ignored(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL411: one of the inputs, or all, changes nothing."""
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        try:
            before = subject.call(inputs, arrays)
            for index in range(len(arrays)):
                changed = [np.array(each) for each in arrays]
                changed[index] = (changed[index][::-1] + 1).astype(changed[index].dtype)
                after = subject.call(inputs, changed)
                if all(a.shape == b.shape and differ(a, b) is None for a, b in zip(before, after)):
                    which = "the input" if len(arrays) == 1 else f"input {index}"
                    value = number(before[0].ravel()[0]) if before[0].size else "the same"
                    witness = (
                        f"{which} changed in every entry, and the output stayed as it was ({value} first)"
                    )
                    shown = Shown(witness, _IGNORED.format(index=index), inputs, arrays, {"input": index})
                    return confirmed(subject.session, shown)
        except NotRunnable:
            raise
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        failed = f"each of the {len(arrays)} inputs changes the output: something else is computed in vain"
        if inputs.samples[0].origin == "fitted":
            failed = "the input shape is not known, and every input changed the output of those tried"
        drawn = _drawn_in_vain(subject, inputs, arrays)
        if drawn is not None:
            return confirmed(subject.session, drawn)
    return unconfirmed(failed if candidates else "no input is known that the layer takes")


_IN_VAIN = """
layer = make_layer()
first, second = flat(layer(given(arrays))), flat(layer(given(arrays)))
print("two runs:", first[0].ravel()[:4], second[0].ravel()[:4])
defect = all(np.array_equal(a, b) for a, b in zip(first, second))
"""


def _drawn_in_vain(subject: Subject, inputs: Inputs, arrays: list[Any]) -> Shown | None:
    """Two runs with different seeds that are equal, of a function that draws random numbers."""
    if not any("random" in module.source for module in subject.program.modules):
        return None
    runs = []
    for seed in (0, 1):
        subject.seed(seed)
        runs.append(subject.call(inputs, arrays))
    if any(differ(a, b) is not None for a, b in zip(*runs)):
        return None
    witness = f"two runs with different seeds are equal ({number(runs[0][0].ravel()[0])} first in both)"
    return Shown(witness, _IN_VAIN, inputs, arrays, {})


_DUPLICATED = """
outputs = flat(make_layer()(given(arrays)))
pairs = [(i, j) for i in range(len(outputs)) for j in range(i) if np.array_equal(outputs[i], outputs[j])]
print("equal outputs:", pairs)
defect = bool(pairs)
"""


def duplicated(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL410: two outputs of one layer are the same tensor, or two columns of one output."""
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        try:
            outputs: list[Any] = subject.call(inputs, arrays)
        except Exception:
            continue
        for i, one in enumerate(outputs):
            for j in range(i):
                if np.array_equal(one, outputs[j]):
                    witness = f"outputs {j} and {i} are equal in every entry ({number(one.ravel()[0])} first)"
                    return confirmed(subject.session, Shown(witness, _DUPLICATED, inputs, arrays, {}))
        return unconfirmed("the outputs of this layer alone differ: the copy is made outside of it")
    return unconfirmed("no input is known that the layer takes")
