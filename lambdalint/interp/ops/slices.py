"""Slices of one axis: which entries, and how many."""

from __future__ import annotations

from dataclasses import dataclass

from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.operands import size
from lambdalint.interp.values import NONE, Const, Number, SliceValue, Tensor, Value
from lambdalint.layers.dims import Dim, Sym, add, ceildiv, fresh, has_batch, minimum, sub


@dataclass(frozen=True, slots=True)
class Span:
    """A slice: ``None`` where a bound is left out; ``known`` is False where one is not known."""

    start: Dim | None
    stop: Dim | None
    step: Dim
    known: bool = True

    @property
    def from_start(self) -> bool:
        """Whether it begins with the first entry."""
        return self.start is None or self.start == 0

    @property
    def whole(self) -> bool:
        """Whether it keeps every entry in order."""
        return self.known and self.from_start and self.stop is None and self.step == 1

    @property
    def reverses(self) -> bool:
        """Whether it keeps every entry, in reverse."""
        return self.known and self.start is None and self.stop is None and self.step == -1


def read_slice(call: OpCall, key: SliceValue) -> Span:
    """The bounds of a slice; bounds that may be anything make it unknown."""
    start, start_known = _bound(call, key.start)
    stop, stop_known = _bound(call, key.stop)
    step, step_known = _bound(call, key.step)
    return Span(start, stop, 1 if step is None else step, start_known and stop_known and step_known)


def _bound(call: OpCall, value: Value) -> tuple[Dim | None, bool]:
    if value == NONE:
        return None, True
    dim = size(call, value)
    certain = isinstance(value, Const) or isinstance(dim, int) or (dim is not None and _from_shapes(value))
    return (fresh(), False) if dim is None else (dim, certain)


def _from_shapes(value: Value) -> bool:
    return isinstance(value, Number) or (isinstance(value, Tensor) and value.content is not None)


def length(span: Span, dim: Dim) -> Dim:
    """How many entries a slice takes of an axis of this size."""
    start, stop, step = span.start, span.stop, span.step
    if isinstance(dim, int) and dim >= 0 and isinstance(step, int) and step:
        if isinstance(start, (int, type(None))) and isinstance(stop, (int, type(None))):
            begin, end, stride = slice(start, stop, step).indices(dim)
            return max(0, -((begin - end) // stride))
    if isinstance(step, int) and step < 0:
        return dim if start is None and stop is None and step == -1 else fresh()
    first = 0 if start is None else _position(start, dim)
    last = dim if stop is None else _position(stop, dim)
    if not isinstance(dim, int) and _from_end(start) and isinstance(stop, int) and stop >= 0:
        return fresh()
    if stop is None and isinstance(start, int) and start > 0 and not has_batch(dim):
        # Nobody drops more entries than there are.
        first = start
    count = sub(last, first)
    if isinstance(count, int) and count < 0:
        count = 0
    return count if step == 1 else ceildiv(count, step)


def _from_end(bound: Dim | None) -> bool:
    """Whether a bound counts from the end: a number below 0, or minus a size."""
    if isinstance(bound, Sym):
        return all(factor < 0 for _, factor in bound.terms)
    return bound is not None and bound < 0


def _position(bound: Dim, dim: Dim) -> Dim:
    """A bound counted from the front and kept within an axis whose size is a symbol."""
    if _from_end(bound):
        found = add(dim, bound)
        return max(found, 0) if isinstance(found, int) else found
    if isinstance(bound, Sym):
        return _kept_within(bound, dim)
    if isinstance(dim, int):
        return min(bound, dim)
    return bound if bound in (0, 1) else minimum(dim, bound)


def _kept_within(bound: Sym, dim: Dim) -> Dim:
    """A symbol as bound: one made of the batch size may lie past the end, others are taken at their word."""
    past = sub(bound, dim)
    if isinstance(past, int):
        return dim if past > 0 else bound
    return minimum(dim, bound) if has_batch(bound) or has_batch(dim) else bound
