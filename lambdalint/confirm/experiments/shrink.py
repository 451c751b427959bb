"""The smallest samples that show a defect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from lambdalint.confirm.request import Inputs

Found = TypeVar("Found")
_MOST_TRIES = 30


def smallest(inputs: Inputs, found: Found, shows: Callable[[Inputs], Found | None]) -> tuple[Inputs, Found]:
    """Inputs of smaller sizes for which ``shows`` still gives something, and that; samples of a file stay."""
    if any(sample.file for sample in inputs.samples):
        return inputs, found
    tries = 0
    shrunk = True
    while shrunk and tries < _MOST_TRIES:
        shrunk = False
        for candidate in smaller(inputs):
            tries += 1
            if tries > _MOST_TRIES:
                break
            try:
                other = shows(candidate)
            except Exception:
                continue
            if other is not None:
                inputs, found, shrunk = candidate, other, True
                break
    return inputs, found


def smaller(inputs: Inputs) -> list[Inputs]:
    """The inputs with one size made smaller wherever it occurs: equal sizes stay equal."""
    sizes = sorted({size for sample in inputs.samples for size in sample.shape if size > 1}, reverse=True)
    made = []
    for size in sizes:
        for less in dict.fromkeys((2, size // 2)):
            if 1 <= less < size:
                samples = tuple(
                    replace(s, shape=tuple(less if each == size else each for each in s.shape))
                    for s in inputs.samples
                )
                made.append(replace(inputs, samples=samples))
    return made
