"""How a mutant is made and what it must be found as: the operators, one or more for each code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from .site import Site, Unfit

Edit = Callable[[Site], None]


class Meaning(Enum):
    """How it is known that a mutant is a defect."""

    BY_CONSTRUCTION = "the edit itself is the defect"
    MIXED = "run, the result of a sample depends on the others, or there is none"
    BROKEN = "run, it raises"
    SLOPE = "run, a small change of the input changes the result: there is a gradient"
    SHAPE = "run, the result is not of the declared shape"


@dataclass(frozen=True)
class Operator:
    """One way to break a layer, and the codes that may speak of it."""

    name: str
    codes: frozenset[str]
    edit: Edit
    meaning: Meaning = Meaning.BY_CONSTRUCTION


OPERATORS: list[Operator] = []


def operator(name: str, codes: str, meaning: Meaning = Meaning.BY_CONSTRUCTION) -> Callable[[Edit], Edit]:
    """Register an edit as an operator."""

    def register(edit: Edit) -> Edit:
        OPERATORS.append(Operator(name, frozenset(codes.split()), edit, meaning))
        return edit

    return register


def wrapping(
    name: str, codes: str, *, K: str = "", ops: str = "", meaning: Meaning = Meaning.BY_CONSTRUCTION,
    least_rank: int = 2, needs: str = "",
) -> None:  # fmt: skip
    """Register an operator that replaces the result by an expression of it, written for either library.

    ``least_rank`` is that of the result, batch included; ``needs`` is put at the top of the script.
    """

    @operator(name, codes, meaning)
    def edit(site: Site) -> None:
        template = ops if site.keras3 else K
        shape = site.subject.run.shape if site.subject.run else None
        if not template or shape is None or len(shape) + 1 < least_rank:
            raise Unfit("the result does not fit")
        swapped = (1, 0, *range(2, len(shape) + 1))
        last = shape[-1] if shape else 1
        site.wrap(template.replace("{swapped}", repr(swapped)).replace("{last}", str(last)))
        site.backend()
        if needs:
            site.needs(needs.replace("{family}", site.family))
