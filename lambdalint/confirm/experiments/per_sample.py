"""Contract 1: each output depends on its own sample alone, and the batch stays on axis 0.

A batch is run whole, each sample of it alone, and with its samples in another order; in a layer that
keeps the contract all three give the same numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lambdalint.confirm.experiments.arrays import SIZES, batch, differ, in_words, number, series
from lambdalint.confirm.experiments.calling import FAILS, about_shapes
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.shrink import smaller, smallest
from lambdalint.confirm.experiments.subject import Subject
from lambdalint.confirm.request import Answer, Inputs

LARGE = 67
"""A batch that a slice such as ``x[:32]`` cuts down, for samples that are not too large for it."""
SEEDS = (0, 1)
_VERY_LARGE = 1031
"""A batch for what is said to drop samples: a slice such as ``x[:500]`` leaves all smaller ones whole."""
_LARGEST = 1_000_000
_VERY_LARGEST = 5_000_000
_MOST_ALONE = 8

_CALL = "layer = make_layer()\ncall = lambda arrays: flat(layer(given(arrays)))\n"
_CALL_FUNCTION = "call = lambda arrays: flat(make_function()(given(arrays)))\n"


@dataclass(frozen=True, slots=True)
class Difference:
    """A batch on which the contract is broken, and how it shows.

    ``kind`` is ``axis`` (the output has no row for each sample), ``alone``, ``order`` or ``size``
    (another number of samples makes the layer fail).
    """

    kind: str
    witness: str
    arrays: list[Any]
    details: dict[str, Any]


def run(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """Confirm or refute that samples of a batch are mixed, moved, dropped or multiplied."""
    failed = ""
    passed: list[Inputs] = []
    for inputs in candidates:
        found = examine(subject, inputs, _sizes(subject, inputs))
        if found is None and subject.session.request.code == "LL104":
            found = dropped_late(subject, inputs)
        if isinstance(found, Difference):
            inputs, found = _shrunk(subject, inputs, found)
            return confirmed(subject.session, _shown(subject, inputs, found))
        if found and _cannot_line_up(subject, inputs, found):
            shown = Shown(found, FAILS, inputs, batch(inputs, SIZES[0], 0), {"exception": found})
            return confirmed(subject.session, shown)
        if found:
            failed = failed or found
        else:
            passed.append(inputs)
            if inputs.samples[0].origin != "fitted" or len(passed) == 3:
                break
    if not passed:
        return unconfirmed(failed or "no input is known that the layer takes")
    if any(sample.origin == "fitted" for sample in passed[0].samples):
        shapes = ", ".join(str(sample.shape) for each in passed for sample in each.samples)
        return unconfirmed(f"the input shape is not known, and samples of shape {shapes} do not show it")
    return refuted(
        f"batches of {series(SIZES)} samples of shape {_shapes(passed[0])}, each sample alone, and the "
        f"batch in another order all gave the same numbers"
    )


def _sizes(subject: Subject, inputs: Inputs) -> tuple[int, ...]:
    """The batch sizes to try: small ones, a large one, and the one that the code writes."""
    written = subject.session.request.facts.get("rows", 0)
    entries = _entries(inputs)
    sizes = (*SIZES, LARGE) if entries * LARGE <= _LARGEST else SIZES
    return (
        (*sizes, written) if written not in (0, 1, *sizes) and entries * written <= _VERY_LARGEST else sizes
    )


def _cannot_line_up(subject: Subject, inputs: Inputs, failed: str) -> bool:
    """Whether no batch runs since axes that do not belong together are lined up, as LL106 says."""
    known = all(sample.origin != "fitted" for sample in inputs.samples)
    return known and subject.session.request.code == "LL106" and about_shapes(failed)


def _entries(inputs: Inputs) -> int:
    return sum(math.prod(sample.shape) for sample in inputs.samples)


def dropped_late(subject: Subject, inputs: Inputs) -> Difference | str | None:
    """The same with a batch that is larger than most slices, of smaller samples where these are too large."""
    fitting = inputs
    while _entries(fitting) * _VERY_LARGE > _VERY_LARGEST:
        fitting = smaller(fitting)[0]
    found = examine(subject, fitting, (_VERY_LARGE,))
    if fitting is not inputs and not isinstance(found, Difference):
        return (
            f"a batch of {SIZES[-1]} keeps its samples; those of shape {_shapes(inputs)} are too large for "
            "the batch that a long slice would cut down"
        )
    return found


def examine(subject: Subject, inputs: Inputs, sizes: tuple[int, ...] = SIZES) -> Difference | str | None:
    """A difference on the smallest batch that shows one; why nothing ran; ``None``: the contract is kept."""
    errors: dict[int, str] = {}
    by_chance: Difference | None = None
    ran: list[int] = []
    random = False
    for rows in (*sizes, 1):
        if rows == 1 and ran:
            break
        for seed in SEEDS:
            arrays = batch(inputs, rows, seed)
            if len(arrays[0]) < rows:
                return (
                    None if ran else f"the sample file holds {len(arrays[0])} samples, and {rows} are needed"
                )
            try:
                whole = _call(subject, inputs, arrays)
                again = _call(subject, inputs, arrays)
            except Exception as error:
                errors[rows] = subject.session.describe(error)
                break
            if rows not in ran:
                ran.append(rows)
            if any(a.shape != b.shape or differ(a, b) is not None for a, b in zip(whole, again)):
                return "the function gives other numbers each time, with the same seed"
            random = _is_random(subject, inputs, arrays, whole)
            found = _compare(subject, inputs, arrays, whole, random)
            if found is not None and found.kind == "alone" and "index" not in found.details:
                # As many rows as samples by chance: another number of samples tells more.
                by_chance = by_chance or found
                break
            if found is not None:
                return _always_as_many(found, by_chance)
    if by_chance is not None and not errors:
        return by_chance
    if random and not errors:
        return "the function draws random numbers, which differ from batch to batch anyway"
    if errors and ran:
        rows, text = min(errors.items())
        witness = f"a batch of {in_words(ran[0])} runs, a batch of {in_words(rows)} fails: {text}"
        return Difference("size", witness, batch(inputs, rows, 0), {"batch": rows, "exception": text})
    return next(iter(errors.values()), None)


def _always_as_many(found: Difference, by_chance: Difference | None) -> Difference:
    """The difference, told from one where the output has a written number of rows whatever the batch."""
    if found.kind != "axis" or by_chance is None or found.details["shape"][:1] != [len(by_chance.arrays[0])]:
        return found
    return _with_rows(found)


def _with_rows(found: Difference) -> Difference:
    return replace(found, details={"batch": found.details["batch"], "rows": found.details["shape"][0]})


def _call(subject: Subject, inputs: Inputs, arrays: list[Any]) -> list[Any]:
    subject.seed()
    return subject.call(inputs, arrays)


def _is_random(subject: Subject, inputs: Inputs, arrays: list[Any], whole: list[Any]) -> bool:
    """Whether the function draws random numbers: another seed gives other outputs."""
    subject.seed(1)
    other = subject.call(inputs, arrays)
    return any(a.shape == b.shape and differ(a, b) is not None for a, b in zip(whole, other))


def _compare(
    subject: Subject, inputs: Inputs, arrays: list[Any], whole: list[Any], random: bool
) -> Difference | None:
    rows = len(arrays[0])
    for output in whole:
        if output.shape[:1] != (rows,):
            witness = (
                f"a batch of {in_words(rows)} gives an output of shape {output.shape}, not one row for each"
            )
            return Difference("axis", witness, arrays, {"batch": rows, "shape": list(output.shape)})
    for row in range(min(rows, _MOST_ALONE)):
        one = [each[row : row + 1] for each in arrays]
        try:
            alone = _call(subject, inputs, one)
        except Exception as error:
            text = subject.session.describe(error)
            witness = f"a batch of {in_words(rows)} runs, sample {row} alone fails: {text}"
            return Difference("size", witness, one, {"batch": 1, "exception": text})
        for number_of, (output, single) in enumerate(zip(whole, alone)):
            if single.shape != (1, *output.shape[1:]):
                witness = (
                    f"sample {row} alone gives shape {single.shape}, in a batch of {in_words(rows)} "
                    f"{(1, *output.shape[1:])}"
                )
                return Difference("alone", witness, arrays, {"batch": rows, "sample": row})
            index = differ(single[0], output[row])
            if index is not None and not random:
                return _alone(arrays, row, number_of, index, single[0][index], output[row][index])
    return None if random else _other_order(subject, inputs, arrays, whole)


def _alone(
    arrays: list[Any], row: int, output: int, index: tuple[int, ...], alone: Any, together: Any
) -> Difference:
    rows = len(arrays[0])
    at = "" if not index else f" at {list(index)}"
    witness = (
        f"sample {row} alone gives {number(alone)}{at}, in a batch of {in_words(rows)} {number(together)}"
    )
    details = {
        "batch": rows, "sample": row, "output": output, "index": list(index),
        "alone": float(np.real(alone)), "together": float(np.real(together)),
    }  # fmt: skip
    return Difference("alone", witness, arrays, details)


def _other_order(subject: Subject, inputs: Inputs, arrays: list[Any], whole: list[Any]) -> Difference | None:
    turned = [each[::-1].copy() for each in arrays]
    for output, other in zip(whole, _call(subject, inputs, turned)):
        index = differ(output, other[::-1])
        if index is not None:
            first, second = number(output[index]), number(other[::-1][index])
            witness = (
                f"sample {index[0]} gives {first}, and {second} when the batch of {in_words(len(output))} "
                "is in another order"
            )
            return Difference("order", witness, arrays, {"batch": len(output), "index": list(index)})
    return None


# --- the smallest batch and shape -------------------------------------------------------------------


def _shrunk(subject: Subject, inputs: Inputs, found: Difference) -> tuple[Inputs, Difference]:
    """Smaller sizes of the axes of a sample, as long as the same kind of difference shows."""
    sizes = (len(found.arrays[0]),) if found.kind != "size" else SIZES

    def shows(candidate: Inputs) -> Difference | None:
        other = examine(subject, candidate, sizes)
        if not isinstance(other, Difference) or other.kind != found.kind or not _as_telling(other, found):
            return None
        return _with_rows(other) if "rows" in found.details else other

    return smallest(inputs, found, shows)


def _as_telling(other: Difference, found: Difference) -> bool:
    """Whether the numbers that differ are not infinite or nan merely because a sample is so small."""
    ends = [[each.details.get(word, 0.0) for word in ("alone", "together")] for each in (other, found)]
    return math.isfinite(sum(ends[0])) or not math.isfinite(sum(ends[1]))


def _shown(subject: Subject, inputs: Inputs, found: Difference) -> Shown:
    call = _CALL if subject.program.layer is not None else _CALL_FUNCTION
    return Shown(found.witness, call + _CHECKS[found.kind], inputs, found.arrays, found.details)


_CHECKS = {
    "axis": """
rows = len(arrays[0])
shapes = [each.shape for each in call(arrays)]
print("a batch of", rows, "gives", shapes)
defect = any(shape[:1] != (rows,) for shape in shapes)
""",
    "alone": """
rows = len(arrays[0])
together = call(arrays)
defect = False
for row in range(rows):
    for whole, alone in zip(together, call([each[row : row + 1] for each in arrays])):
        same = alone.shape == (1, *whole.shape[1:]) and np.allclose(alone[0], whole[row], 1e-4, 1e-6, True)
        if not same:
            defect = True
            print("sample", row, "alone gives")
            print(alone[0] if alone.shape[:1] == (1,) else alone)
            print("and in the batch of", rows)
            print(whole[row])
""",
    "order": """
turned = call([each[::-1].copy() for each in arrays])
defect = False
for first, second in zip(call(arrays), turned):
    if not np.allclose(first, second[::-1], 1e-4, 1e-6, True):
        defect = True
        print(first)
        print("and with the samples in another order, put back:")
        print(second[::-1])
""",
    "size": """
defect = False
try:
    call(arrays)
except Exception as error:
    defect = True
    print("a batch of", len(arrays[0]), "fails:", said(error))
""",
}


def _shapes(inputs: Inputs) -> str:
    return " and ".join(str(sample.shape) for sample in inputs.samples)
