"""Witnesses are shrunk, and what stands for unknown values is what the code around them takes."""

from __future__ import annotations

import ast

import pytest

from lambdalint.confirm.experiments.shrink import smallest
from lambdalint.confirm.request import Inputs, Sample
from lambdalint.confirm.stand_in import KINDS, stand_in


def several(*shapes: tuple[int, ...], file: str | None = None) -> Inputs:
    return Inputs("list", tuple(Sample(shape, file=file) for shape in shapes))


def shapes_of(inputs: Inputs) -> list[tuple[int, ...]]:
    return [sample.shape for sample in inputs.samples]


def test_equal_sizes_stay_equal() -> None:
    inputs, found = smallest(several((32, 8), (8, 32)), 0, lambda each: 1)
    assert (shapes_of(inputs), found) == ([(1, 1), (1, 1)], 1)


def test_what_fails_or_does_not_show_is_not_taken() -> None:
    def shows(inputs: Inputs) -> str | None:
        (shape,) = shapes_of(inputs)
        if shape[1] % 4:
            raise ValueError("the last axis is split into four")
        return "shown" if shape[0] > 2 else None

    inputs, _ = smallest(several((32, 16)), "shown", shows)
    assert shapes_of(inputs) == [(4, 4)]


def test_samples_of_a_file_stay() -> None:
    given = several((32,), file="rows.npy")
    assert smallest(given, 0, lambda each: 1) == (given, 0)


@pytest.mark.parametrize("kind", range(KINDS))
def test_settings_have_numbers_and_shapes(kind: int) -> None:
    code = ast.parse("Dense(settings['units'])(Input(settings['input_shapes'][0]))")
    made = eval(stand_in("settings", code, kind))
    assert isinstance(made["units"], (int, float))
    assert made["input_shapes"][0] == (4,)


def test_each_kind_is_another_value() -> None:
    code = ast.parse("x * factor + sum(sizes)")
    for name in ("factor", "sizes"):
        assert len({stand_in(name, code, kind) for kind in range(KINDS)}) == KINDS
