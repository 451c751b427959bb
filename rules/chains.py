"""Which operations of a body work on what others of them have made."""

from __future__ import annotations

from collections.abc import Sequence

from lambdalint.interp.facts import Trace, tensors_of
from lambdalint.interp.values import Event


def first_of_chains(trace: Trace, found: Sequence[Event]) -> list[Event]:
    """The events that no earlier one of them leads to: mending these may mend the others."""
    nodes = {id(event.at.node) for event in found}
    later: set[int] = set()
    made: set[int] = set()
    for step in trace.steps:
        mine = id(step.at.node) in nodes
        follows = any(id(tensor) in made for operand in step.operands for tensor in tensors_of(operand))
        if mine and follows:
            later.add(id(step.at.node))
        if mine or follows:
            made.update(id(tensor) for tensor in tensors_of(step.result))
    return [event for event in found if id(event.at.node) not in later]
