"""``einsum``: products and sums named by letters, with an ellipsis for axes that are broadcast."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence as Items

from lambdalint.interp import events
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.contraction import Labels, contract, lead, weights_or
from lambdalint.interp.ops.operands import RANK_UNKNOWN, operand, ranked
from lambdalint.interp.tensors import meet_batches, result
from lambdalint.interp.values import Along, Batch, Sequence, Tensor, Unknown, Unsure, Value

EQUATION_UNKNOWN = "the equation is not known"

_TERM = re.compile(r"[A-Za-z]*(?:\.\.\.)?[A-Za-z]*\Z")


def einsum(call: OpCall) -> Value:
    """A product of operands whose axes an equation names."""
    values = _operands(call)
    made = [weights_or(operand(call, value)) for value in values or []]
    tensors = [each for each in made if isinstance(each, Tensor)]
    equation = _equation(call)
    if equation is None or not values:
        return _not_followed(call, made, tensors, EQUATION_UNKNOWN)
    terms, output = equation
    if output is None:
        return _not_followed(call, made, tensors, "the order of the axes differs between the libraries")
    if len(made) > len(terms):
        call.impossible(f"the equation has {len(terms)} operands, and {len(made)} are given")
    if len(tensors) < len(terms):
        return _not_followed(call, made, tensors, "an operand is not known")
    shaped = [x if "..." in term else ranked(x, len(term)) for x, term in zip(tensors, terms)]
    if any(tensor.dims is None for tensor in shaped):
        return _without_rank(call, shaped, terms, output)
    labels = [_labels(call, tensor, term) for tensor, term in zip(shaped, terms)]
    dots = max(sum(isinstance(label, tuple) for label in own) for own in labels)
    target = _spelled(output, lead(dots))
    _check_output(call, output, labels, target)
    lenient = call.op.name.startswith("numpy.")
    return contract(call, shaped, labels, target, events.REDUCED, lenient=lenient)


def _operands(call: OpCall) -> list[Value] | None:
    """The operands; ``None`` where it is not known how many there are."""
    given = call.get("inputs", "operands")
    if not isinstance(given, Sequence):
        return [given]
    if given.items is not None and len(given.items) == 1 and isinstance(given.items[0], Sequence):
        return given.items[0].items
    return given.items


# --- the equation ----------------------------------------------------------------------------------


def _equation(call: OpCall) -> tuple[list[str], str | None] | None:
    """The term of each operand and that of the result; ``None`` where it is no equation."""
    text = call.constant("equation", "subscripts")
    if not isinstance(text, str):
        return None
    left, arrow, output = text.replace(" ", "").partition("->")
    terms = left.split(",")
    if not all(_TERM.match(term) for term in (*terms, output)):
        return None
    return terms, output if arrow else _implicit(call, terms)


def _implicit(call: OpCall, terms: list[str]) -> str | None:
    """The result of an equation without an arrow: the letters that occur once, in alphabetical order.

    ``keras.ops`` takes them as they come on some backends: ``None`` where that is another order.
    """
    counts = Counter(letter for term in terms for letter in term if letter != ".")
    once = [letter for letter, count in counts.items() if count == 1]
    if call.op.name.startswith("keras.ops.") and once != sorted(once):
        return None
    dots = "..." if any("..." in term for term in terms) else ""
    return dots + "".join(sorted(once))


def _spelled(term: str, dots: Labels) -> Labels:
    """The labels of a term, the ellipsis as these."""
    before, ellipsis, after = term.partition("...")
    return (*before, *(dots if ellipsis else ()), *after)


def _labels(call: OpCall, x: Tensor, term: str) -> Labels:
    """A label for each axis.

    Raises:
        Impossible: the operand has another number of axes.
    """
    letters, rank = len(term.replace(".", "")), x.rank or 0
    if rank < letters or (rank > letters and "..." not in term):
        call.impossible(f"the equation gives {term!r} {letters} axes, and the tensor has {rank}", before=x)
    return _spelled(term, lead(rank - letters))


def _check_output(call: OpCall, output: str, labels: list[Labels], target: Labels) -> None:
    known = {label for own in labels for label in own}
    if "..." not in output and any(isinstance(label, tuple) for label in known):
        call.impossible(f"the result {output!r} leaves out the axes of the ellipsis")
    for label in target:
        if label not in known:
            call.impossible(f"{label!r} of the result {output!r} is in no operand")
        if target.count(label) > 1:
            call.impossible(f"{label!r} occurs more than once in the result {output!r}")


# --- what is not followed --------------------------------------------------------------------------


def _without_rank(call: OpCall, tensors: list[Tensor], terms: list[str], output: str) -> Tensor | Unknown:
    """Operands of unknown rank: the samples stay first where every term and the result begin alike."""
    met = meet_batches([tensor.batch for tensor in tensors])
    if not isinstance(met, Along):
        return result(tensors, None, met)
    starts = {term[:1] for x, term in zip(tensors, terms) if isinstance(x.batch, Along)}
    if met.axis == 0 and starts == {output[:1]}:
        return result(tensors, None, met)
    return _not_followed(call, tensors, tensors, RANK_UNKNOWN)


def _not_followed(
    call: OpCall, made: Items[Tensor | Unknown], tensors: list[Tensor], reason: str
) -> Tensor | Unknown:
    call.unknown(reason)
    if not tensors:
        return Unknown(reason, inputs=frozenset().union(*(each.inputs for each in made)))
    met: Batch = meet_batches([tensor.batch for tensor in tensors])
    if isinstance(met, Along) or any(each.inputs for each in made if isinstance(each, Unknown)):
        met = Unsure(reason, carries=True)
    return result(made, None, met)
