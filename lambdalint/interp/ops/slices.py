"""Slices of one axis: which entries, and how many."""

from __future__ import annotations

from dataclasses import dataclass

from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.operands import size
from lambdalint.interp.values import NONE, Const, SliceValue, Value
from lambdalint.layers.dims import Dim, Sym, add, ceildiv, fresh, has_batch, maximum, minimum, sub


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
    from lambdalint.interp.values import Number, Tensor

    return isinstance(value, Number) or (isinstance(value, Tensor) and value.content is not None)


def length(span: Span, dim: Dim) -> Dim:
    """How many entries a slice takes of an axis of this size."""
    start, stop, step = span.start, span.stop, span.step
    if isinstance(dim, int) and isinstance(step, int) and step:
        if isinstance(start, (int, type(None))) and isinstance(stop, (int, type(None))):
            return len(range(dim)[start:stop:step])
    if isinstance(step, int) and step < 0:
        return dim if start is None and stop is None and step == -1 else fresh()
    first = _position(0 if start is None else start, dim)
    last = _position(dim if stop is None else stop, dim)
    count = sub(last, first)
    if isinstance(count, int) and count < 0:
        count = 0
    return count if step == 1 else ceildiv(count, step)


def _kept_within(bound: Sym, dim: Dim) -> Dim:
    """A bound that is a symbol: one made of the batch size may lie past the end, others are taken at their word."""
    past = sub(bound, dim)
    if isinstance(past, int):
        return dim if past > 0 else bound
    return minimum(dim, bound) if has_batch(bound) or has_batch(dim) else bound


def _position(bound: Dim, dim: Dim) -> Dim:
    """A bound counted from the front and kept within an axis whose size is a symbol."""
    if not isinstance(bound, int):
        return _kept_within(bound, dim)
    if bound < 0:
        return maximum(add(dim, bound), 0) if isinstance(dim, int) else add(dim, bound)
    if isinstance(dim, int):
        return min(bound, dim)
    return bound if bound in (0, 1) else minimum(dim, bound)
