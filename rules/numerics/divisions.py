"""Divisions by what can be zero, and the roots among their divisors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from lambdalint.findings import Severity
from lambdalint.interp import events
from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.values import Event, Step, Tensor
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.walk import walk

from ..calling.functions import tree_of
from ..training import is_fed_by_inputs_alone
from .operands import is_chosen_by_entry, loudness, maker, operand_of

_TOTALS = {
    "sum": "sum",
    "reduce_sum": "sum",
    "count_nonzero": "count",
    "norm": "norm",
    "sqrt": "root",
    "std": "deviation",
    "reduce_std": "deviation",
    "var": "variance",
    "reduce_variance": "variance",
}
_ZERO_WITH = frozenset(
    {
        "expand_dims", "reshape", "squeeze", "cast", "repeat", "repeat_elements", "tile", "broadcast_to",
        "transpose", "permute_dimensions", "*", "multiply",
    }
)  # fmt: skip
"""Operations whose result is 0 where their operand is."""


@dataclass(frozen=True, slots=True)
class Division:
    """A division that nothing keeps from a divisor of 0.

    ``what`` says of which kind the divisor is, where it is one that becomes zero.  ``roots`` are the roots
    that make it 0, where a gradient is taken through them, too.
    """

    event: Event
    severity: Severity
    what: str
    roots: tuple[Event, ...]


def unguarded(layer: LayerFacts, trace: Trace) -> Iterator[Division]:
    """The divisions of a run whose divisor can be zero."""
    for event in trace.of_kind(events.DIVISION):
        divisor = operand_of(event)
        severity = None if divisor is None else loudness(divisor)
        if divisor is None or severity is None:
            continue
        step = maker(trace, divisor)
        what = "" if step is None else _what(step)
        if (step is not None and _is_rounded(step)) or _is_asked_first(layer, event):
            continue
        if severity is Severity.ADVICE and (not what or is_chosen_by_entry(trace, event)):
            continue
        yield Division(event, severity, what, tuple(_roots(layer, trace, divisor)))


def steep_roots(layer: LayerFacts, trace: Trace) -> Iterator[tuple[Event, Severity]]:
    """The roots of what can be zero, where a gradient is taken through them, and how loud to be of them."""
    if layer.applications and all(is_fed_by_inputs_alone(layer.file, use) for use in layer.applications):
        return
    for event in trace.of_kind(events.ROOT):
        operand = operand_of(event)
        severity = None if operand is None or operand.cuts else loudness(operand)
        if severity is not None:
            yield event, severity


def _roots(layer: LayerFacts, trace: Trace, divisor: Tensor) -> Iterator[Event]:
    """The roots that are 0 where a divisor is."""
    roots = {id(event.at.node): event for event, _ in steep_roots(layer, trace)}
    stack = [divisor] if roots else []
    while stack:
        step = maker(trace, stack.pop())
        if step is None:
            continue
        if id(step.at.node) in roots:
            yield roots.pop(id(step.at.node))
        elif step.op.rpartition(".")[2] in _ZERO_WITH:
            stack += [operand for operand in step.operands if isinstance(operand, Tensor)]


def _what(step: Step) -> str:
    """What the divisor is, where it is one of the kinds that become zero."""
    if isinstance(step.at.node, ast.BinOp):
        return ", a difference," if isinstance(step.at.node.op, ast.Sub) else ""
    kind = _TOTALS.get(step.text.rpartition(".")[2])
    return f", a {kind}," if kind else ""


def _is_rounded(step: Step) -> bool:
    """Whether the divisor is a rounded number, such as a size in pixels: seldom 0, though it could be."""
    name = step.text.rpartition(".")[2]
    whole = isinstance(step.result, Tensor) and str(step.result.dtype).startswith(("int", "uint"))
    return name in ("round", "rint", "floor", "ceil") or (name == "cast" and whole and _was_float(step))


def _was_float(step: Step) -> bool:
    first = step.operands[0] if step.operands else None
    return isinstance(first, Tensor) and str(first.dtype).startswith("float")


def _is_asked_first(layer: LayerFacts, event: Event) -> bool:
    """Whether it is a branch of ``tf.cond`` or ``K.switch`` whose condition asks for the divisor."""
    node = event.at.node
    tree = tree_of(layer, event.at)
    if tree is None or not isinstance(node, ast.BinOp):
        return False
    choices = [
        outer
        for outer in enclosing(tree, node)
        if isinstance(outer, ast.Call) and ast.unparse(outer.func).endswith(("cond", "switch")) and outer.args
    ]
    return any(_names(node.right) & _names(choice.args[0]) for choice in choices)


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in walk(node) if isinstance(part, ast.Name)}
