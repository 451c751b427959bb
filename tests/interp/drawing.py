"""A strategy that draws random bodies."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.interp import drawn_calls, drawn_steps
from tests.interp.building import WIDTHS, Builder, Ended, Unfit
from tests.interp.programs import Case, Program

DEEPEST = 8
STEPS = (*drawn_steps.STEPS, *drawn_calls.STEPS)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Bodies of one to eight drawn steps on one to three inputs of up to five axes.

    Their steps fit what is known of their operands, more or less.
    """
    builder = Builder(draw, Program(_inputs(draw)))
    for _ in range(draw(st.integers(1, DEEPEST))):
        try:
            builder.do(draw(st.sampled_from(STEPS))(builder))
        except Unfit:
            continue
        except Ended:
            break
    return builder.case


def _inputs(draw: st.DrawFn) -> list[tuple[int, ...]]:
    """Feature sizes of the inputs: often the same, or the same but for an axis."""
    first = draw(st.lists(st.sampled_from(WIDTHS), min_size=0, max_size=4))
    shapes = [tuple(first)]
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        kind = draw(st.integers(0, 3))
        if kind == 0:
            shapes.append(tuple(draw(st.lists(st.sampled_from(WIDTHS), min_size=0, max_size=4))))
        elif kind == 1 and first:
            shapes.append((*first[:-1], draw(st.sampled_from(WIDTHS))))
        else:
            shapes.append(tuple(first))
    return shapes
