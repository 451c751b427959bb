"""How likely an operand is to be zero, and where in the body it was made."""

from __future__ import annotations

from lambdalint.findings import Severity
from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.values import Event, Step, Tensor, Unsure

from ..spelling import kept_from_zero


def operand_of(event: Event) -> Tensor | None:
    """The tensor an event speaks of, where it depends on the layer's input."""
    operand = event.data.get("operand")
    return operand if isinstance(operand, Tensor) and operand.inputs else None


def loudness(operand: Tensor) -> Severity | None:
    """How loud to be of an operand that must not be zero, or ``None`` where nothing need be said.

    A warning where an entry is exactly 0 on ordinary inputs: after relu or a mask, a count, a
    difference of two inputs.  What need not carry samples, such as the size of a picture, has no
    ordinary inputs to speak of.
    """
    sign = operand.sign
    if sign.zero == "never" or not sign.tiny:
        return None
    unsure = isinstance(operand.batch, Unsure) and not operand.batch.carries
    often = sign.often_zero and not unsure
    return Severity.WARNING if often else Severity.ADVICE


_CHOICES = frozenset({"switch", "where", "select", "cond"})


def is_chosen_by_entry(trace: Trace, event: Event) -> bool:
    """Whether all that an event makes goes into a choice, such as ``K.switch``, that may leave it out."""
    made = next((step.result for step in trace.steps if step.at.node is event.at.node), None)
    users = [
        step
        for step in trace.steps
        if any(operand is made for operand in step.operands)
        and isinstance(step.result, Tensor)
        and step.result.inputs
    ]
    return made is not None and bool(users) and all(_name(step) in _CHOICES for step in users)


def _name(step: Step) -> str:
    return step.op.rpartition(".")[2]


def maker(trace: Trace, tensor: Tensor) -> Step | None:
    """The operation of the body that gave this tensor."""
    return next((step for step in reversed(trace.steps) if step.result is tensor), None)


def when_zero(severity: Severity) -> str:
    """When the operand is zero, for messages."""
    if severity is Severity.WARNING:
        return "is exactly 0 on ordinary inputs"
    return "may come close to 0"


def kept_under_root(layer: LayerFacts, event: Event) -> str:
    """What to do about a root of what can be zero, for messages."""
    if event.data.get("std"):
        return f"Take the root of the variance yourself, kept away from 0: {kept_from_zero(layer)}"
    if event.data.get("norm"):
        return f"Take the root of the sum of squares yourself, kept away from 0: {kept_from_zero(layer)}"
    return f"Keep it away from 0 inside the root: {kept_from_zero(layer)}"
