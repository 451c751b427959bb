"""Shrinking a program whose claims do not hold to a small one that fails in the same way."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.interp.claims import Runs, check_last, parts, without_rank
from tests.interp.programs import Case, Program, Ref, interpreted, refs

MOST_TRIES = 400


@dataclass(frozen=True)
class Disagreement:
    """A claim that does not hold: what the last step is, which check fails, and what it says."""

    step: str
    place: str
    text: str
    program: Program

    @property
    def key(self) -> tuple[str, str]:
        """What tells one fault from another."""
        return self.step, self.place


def disagreement(case: Case | None) -> Disagreement | None:
    """The first claim of a case that does not hold, if there is one."""
    if case is None:
        return None
    runs = Runs(case.program)
    for part in parts(case):
        try:
            check_last(part, runs)
        except Exception as error:
            name = part.program.steps[-1][0]
            frames = traceback.extract_tb(error.__traceback__)
            place = f"{type(error).__name__} in {frames[-1].name}:{frames[-1].lineno}"
            return Disagreement(name, place, str(error).partition("\n")[0][:200], part.program)
    return None


def viewed(program: Program, ranks: bool) -> Case | None:
    """The case of a program, on inputs of known or unknown rank."""
    case = interpreted(program)
    return case if ranks else without_rank(case)


def shrunk(fault: Disagreement, ranks: bool) -> Disagreement:
    """The same disagreement in the smallest program found, a step at a time."""
    tries = MOST_TRIES
    while True:
        for smaller in _smaller(fault.program):
            tries -= 1
            if not tries:
                return fault
            found = _fault_of(smaller, ranks)
            if found is not None and found.key == fault.key:
                fault = found
                break
        else:
            return fault


def _fault_of(program: Program, ranks: bool) -> Disagreement | None:
    try:
        return disagreement(viewed(program, ranks))
    except Exception:
        # A step that does not fit its operands any more.
        return None


def _smaller(program: Program) -> Iterator[Program]:
    """Programs with a step less, an input less, or smaller sizes."""
    count = len(program.inputs)
    for index in range(len(program.steps) - 1, -1, -1):
        name, args, kwargs = program.steps[index]
        for operand in refs((args, kwargs)) or [Ref(0)]:
            steps = program.steps[:index] + program.steps[index + 1 :]
            yield Program(list(program.inputs), [_without(step, count + index, operand) for step in steps])
        for key in kwargs:
            fewer = {other: value for other, value in kwargs.items() if other != key}
            steps = [*program.steps[:index], (name, args, fewer), *program.steps[index + 1 :]]
            yield Program(list(program.inputs), steps)
    for index in range(count - 1, 0, -1):
        inputs = program.inputs[:index] + program.inputs[index + 1 :]
        yield Program(inputs, [_without(step, index, Ref(0)) for step in program.steps])
    yield from _narrower(program)


def _narrower(program: Program) -> Iterator[Program]:
    for index, shape in enumerate(program.inputs):
        for axis, size in enumerate(shape):
            cut: list[tuple[int, ...]] = [(*shape[:axis], *shape[axis + 1 :])]
            cut += [(*shape[:axis], less, *shape[axis + 1 :]) for less in (1, 2, 3) if less < size]
            for smaller in cut:
                inputs = [*program.inputs[:index], smaller, *program.inputs[index + 1 :]]
                yield Program(inputs, list(program.steps))


def _without(step: Any, gone: int, instead: Ref) -> Any:
    """A step where another value stands for one that is gone, and later ones have moved up."""
    if isinstance(step, Ref):
        index = instead.index if step.index == gone else step.index
        return Ref(index - 1 if index > gone else index)
    if isinstance(step, dict):
        return {key: _without(value, gone, instead) for key, value in step.items()}
    if isinstance(step, (list, tuple)):
        return type(step)(_without(each, gone, instead) for each in step)
    return step
