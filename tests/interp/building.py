"""Building a random body step by step: each step fits what is known of the values so far."""

from __future__ import annotations

from collections.abc import Sequence as Items
from typing import Any, TypeVar

from hypothesis import strategies as st

from lambdalint.interp.values import Tensor
from tests.interp.programs import BatchSize, Case, Program, Ref, perform, start

WIDTHS = (1, 2, 3, 5)
"""Sizes of feature axes: none is the number of samples that are run."""

Step = tuple[str, tuple[Any, ...], dict[str, Any]]
T = TypeVar("T")


class Ended(Exception):
    """A step that cannot run, or whose result is no tensor: the body ends with it."""


class Unfit(Exception):
    """No value so far is a fitting operand of the step."""


class Builder:
    """Draws steps, and interprets each at once."""

    def __init__(self, draw: st.DrawFn, program: Program) -> None:
        self.draw = draw
        self.case: Case = start(program)

    def do(self, step: Step) -> Ref:
        """Add a step; one that cannot run is mostly taken back.

        Raises:
            Unfit: it was taken back.
            Ended: nothing can follow it.
        """
        self.case.program.steps.append(step)
        perform(self.case, step)
        if self.case.failure is not None and not self.chance(4):
            self.case.program.steps.pop()
            self.case.failure = None
            raise Unfit
        if self.case.ended:
            raise Ended
        return Ref(len(self.case.values) - 1)

    def of(self, items: Items[T]) -> T:
        """One of the items."""
        return self.draw(st.sampled_from(items))

    def number(self, low: int, high: int) -> int:
        """A number between two, both included."""
        return self.draw(st.integers(low, high))

    def chance(self, one_in: int = 2) -> bool:
        """True once in so many times."""
        return self.number(1, one_in) == 1

    def tensor(self, least: int = 0, dtypes: tuple[str, ...] = ("float32",)) -> tuple[Ref, Tensor]:
        """A value of known rank with ``least`` axes, the last such most of the time.

        Raises:
            Unfit: there is none.
        """
        values = self.case.values
        fit = [
            i
            for i, v in enumerate(values)
            if isinstance(v, Tensor) and v.dims is not None and len(v.dims) >= least and v.dtype in dtypes
        ]
        if not fit:
            raise Unfit
        index = self.of(fit) if self.chance(4) else fit[-1]
        value = values[index]
        assert isinstance(value, Tensor)
        return Ref(index), value

    def last(self, *dtypes: str) -> Ref | None:
        """The last value of one of these types, if there is one."""
        found = [i for i, v in enumerate(self.case.values) if isinstance(v, Tensor) and v.dtype in dtypes]
        return Ref(found[-1]) if found else None

    def axis(self, x: Tensor) -> int:
        """An axis of a tensor, counted from either end."""
        rank = max(x.rank or 1, 1)
        return self.number(-rank, rank - 1)

    def size(self) -> int:
        """A size of a feature axis."""
        return self.of(WIDTHS)

    def sizes(self, x: Tensor) -> list[Any]:
        """The sizes of a tensor as code writes them: numbers, and the number of samples."""
        return [dim if isinstance(dim, int) else BatchSize() for dim in x.dims or ()]
