"""Subscripts: ``x[key]`` on tensors, lists, dicts, strings and shapes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lambdalint.interp import events, reasons
from lambdalint.interp.call import Impossible, OpCall
from lambdalint.interp.ops.operands import axes_of, broken, call_at, operand, unsure
from lambdalint.interp.ops.slices import Span, length, read_slice
from lambdalint.interp.tensors import SHAPE_OF_BATCH, Dims, join_values, result
from lambdalint.interp.values import (
    NONE,
    Along,
    Batch,
    Const,
    Dictionary,
    Event,
    Number,
    RangeValue,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, Dim, divide, fresh, mul
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine


def subscript(machine: Machine, value: Value, key: Value, at: Anchor, text: str) -> Value:
    """``value[key]``."""
    if isinstance(value, Sequence):
        return _of_list(machine, value, key, at, text)
    if isinstance(value, Tensor):
        return _of_tensor(machine, value, key, at, text)
    if isinstance(value, Unknown):
        if value.tensor and _shows_tensor(key):
            return _of_tensor(machine, Tensor(None, Along(0), inputs=value.inputs), key, at, text)
        return Unknown(value.reason, tensor=value.tensor, inputs=value.inputs)
    if isinstance(value, Dictionary):
        return _of_dict(machine, value, key, at, text)
    if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
        return _of_string(machine, value.value, key)
    if isinstance(value, RangeValue):
        return value.element
    if isinstance(value, (Const, Number)):
        kind = type(value.value).__name__ if isinstance(value, Const) else "int"
        return _fails(machine, at, text, "TypeError", f"{kind!r} object is not subscriptable", value)
    return Unknown(reasons.ENTRY)


def _shows_tensor(key: Value) -> bool:
    """Whether such a key fits a tensor and no list: a tuple, an ellipsis, a new axis, a mask."""
    if isinstance(key, Sequence):
        return key.kind == "tuple"
    return isinstance(key, Tensor) or (isinstance(key, Const) and (key == NONE or key.value is Ellipsis))


def _fails(machine: Machine, at: Anchor, text: str, error: str, why: str, value: Value) -> Value:
    machine.record(events.FAILS, at, text, {"error": error, "why": why, "operand": value})
    return machine.unknown(reasons.EXCEPTION)


# --- lists, dicts, strings -------------------------------------------------------------------------


def _of_list(machine: Machine, value: Sequence, key: Value, at: Anchor, text: str) -> Value:
    if isinstance(key, Sequence) and value.kind in ("list", "tuple"):
        why = f"{value.kind} indices must be integers or slices, not {key.kind}"
        return _fails(machine, at, text, "TypeError", why, value)
    if isinstance(key, SliceValue):
        return _sliced_list(value, key)
    items = value.items
    if items is None:
        return value.element if value.element is not None else Unknown(reasons.ENTRY)
    if isinstance(key, Const) and isinstance(key.value, int):
        if -len(items) <= key.value < len(items):
            return items[key.value]
        why = f"{value.kind} index {key.value} is out of range: it has {len(items)} items"
        return _fails(machine, at, text, "IndexError", why, value)
    joined = _joined(value)
    return Unknown(reasons.ENTRY) if joined is None else joined


def _joined(value: Sequence) -> Value | None:
    joined = value.element
    for item in value.items or []:
        joined = item if joined is None else join_values(joined, item)
    return joined


def _sliced_list(value: Sequence, key: SliceValue) -> Value:
    bounds = (key.start, key.stop, key.step)
    if value.items is not None and all(_is_bound(bound) for bound in bounds):
        plain = slice(*(bound.value for bound in bounds if isinstance(bound, Const)))
        try:
            return Sequence(value.kind, value.items[plain])
        except ValueError:
            return Unknown(reasons.EXCEPTION)
    return Sequence(value.kind, None, _joined(value))


def _is_bound(value: Value) -> bool:
    return isinstance(value, Const) and (value.value is None or isinstance(value.value, int))


def _of_dict(machine: Machine, value: Dictionary, key: Value, at: Anchor, text: str) -> Value:
    if isinstance(key, Const):
        try:
            found = value.items.get(key.value)
        except TypeError:
            return Unknown(reasons.EXCEPTION)
        if found is not None:
            return found
        if value.complete:
            return _fails(machine, at, text, "KeyError", f"{key.value!r} is not in the dict", value)
    return Unknown(reasons.ENTRY)


def _of_string(machine: Machine, value: str | bytes, key: Value) -> Value:
    try:
        if isinstance(key, Const) and isinstance(key.value, int):
            return Const(value[key.value])
        if isinstance(key, SliceValue):
            bounds = (key.start, key.stop, key.step)
            if all(_is_bound(bound) for bound in bounds):
                return Const(value[slice(*(bound.value for bound in bounds if isinstance(bound, Const)))])
    except (IndexError, ValueError):
        return Unknown(reasons.EXCEPTION)
    return Unknown(reasons.STRING)


# --- tensors ---------------------------------------------------------------------------------------


def _of_tensor(machine: Machine, x: Tensor, key: Value, at: Anchor, text: str) -> Value:
    call = call_at(machine, "operator.[]", at, text, x=x, key=key)
    entry = _entry(x, key)
    if entry is not None:
        return entry
    try:
        made = picked(call, x, key)
    except Impossible:
        return machine.unknown(reasons.IMPOSSIBLE)
    if isinstance(made, Tensor) and x.kind == "ndarray":
        return made.but(kind="ndarray", content=made.content)
    return made


def _entry(x: Tensor, key: Value) -> Tensor | None:
    """Entries of a shape."""
    if x.label == SHAPE_OF_BATCH and key == Const(0):
        return result([x], (), x.batch, dtype="int32", sign=x.sign, content=B)
    content = x.content
    if not isinstance(content, tuple):
        return None
    if isinstance(key, Const) and isinstance(key.value, int) and not isinstance(key.value, bool):
        if not -len(content) <= key.value < len(content):
            return None
        return result([x], (), x.batch, dtype=x.dtype, sign=x.sign, content=content[key.value])
    if isinstance(key, SliceValue):
        bounds = (key.start, key.stop, key.step)
        if all(_is_bound(bound) for bound in bounds):
            part = content[slice(*(bound.value for bound in bounds if isinstance(bound, Const)))]
            return result([x], (len(part),), x.batch, dtype=x.dtype, sign=x.sign, content=part)
    return None


@dataclass(slots=True)
class _Walk:
    """The state while a key is applied, axis by axis."""

    call: OpCall
    x: Tensor
    axis: int = 0
    """The next axis of ``x``."""
    dims: list[Dim] = field(default_factory=list)
    batch: Batch = field(default_factory=lambda: Unsure("not reached"))
    lost: str | None = None
    """The kind of event by which the samples are lost."""
    doubt: str | None = None
    before: int = 0
    """New axes before the batch."""
    known: bool = True

    @property
    def at_batch(self) -> bool:
        return isinstance(self.x.batch, Along) and self.x.batch.axis == self.axis

    def dim(self) -> Dim:
        """The size of the next axis."""
        return fresh() if self.x.dims is None else self.x.dims[self.axis]


def picked(call: OpCall, x: Tensor, key: Value) -> Value:
    """``x[key]`` of a tensor.

    Raises:
        Impossible: the tensor has no such entries.
    """
    keys = list(key.items or []) if isinstance(key, Sequence) and key.kind == "tuple" else [key]
    if isinstance(key, Sequence) and key.items is None:
        return result([x], None, unsure(x, "the key is not known"), dtype=x.dtype, sign=x.sign)
    if len(keys) == 1 and isinstance(keys[0], Unknown) and keys[0].reason != reasons.LOOP:
        return result([x], None, unsure(x, "the key is not known"), dtype=x.dtype, sign=x.sign)
    consumed = sum(_consumes(each) for each in keys)
    if x.dims is not None and consumed > len(x.dims):
        call.impossible(f"{consumed} indices, and {axes_of(len(x.dims))}", before=x)
    walk = _Walk(call, x, batch=x.batch)
    _apply(walk, keys, consumed)
    return _finish(walk)


def _consumes(key: Value) -> int:
    """How many axes a part of a key takes up."""
    if isinstance(key, Const) and (key.value is None or key.value is Ellipsis):
        return 0
    if isinstance(key, Tensor) and key.dtype == "bool" and key.rank is not None:
        return key.rank
    return 1


def _apply(walk: _Walk, keys: list[Value], consumed: int) -> None:
    for key in keys:
        if isinstance(key, Const) and key.value is Ellipsis:
            if walk.x.dims is None:
                # What follows counts from the end, where the samples are not.
                walk.known = False
                walk.axis = 1 << 20
            else:
                for _ in range(len(walk.x.dims) - consumed):
                    _keep(walk)
        else:
            _step(walk, key)
    if walk.x.dims is None:
        walk.known = False
    else:
        while walk.axis < len(walk.x.dims):
            _keep(walk)


def _keep(walk: _Walk) -> None:
    walk.dims.append(walk.dim())
    walk.axis += 1


def _step(walk: _Walk, key: Value) -> None:
    if key == NONE:
        if isinstance(walk.x.batch, Along) and walk.axis <= walk.x.batch.axis:
            walk.before += 1
        walk.dims.append(1)
    elif isinstance(key, SliceValue):
        _slice_step(walk, key)
    elif isinstance(key, (Tensor, Sequence)) and not _is_scalar(key):
        _array_step(walk, key)
    else:
        _index_step(walk, key)


def _is_scalar(key: Tensor | Sequence) -> bool:
    return isinstance(key, Tensor) and key.rank == 0


def _index_step(walk: _Walk, key: Value) -> None:
    """An index takes an axis away: on the batch axis it picks a sample."""
    call, dim = walk.call, walk.dim()
    if isinstance(key, Const) and isinstance(key.value, int) and isinstance(dim, int):
        if not -dim <= key.value < dim:
            call.impossible(
                f"index {key.value} is out of range: axis {walk.axis} has {dim} entries", before=walk.x
            )
    if walk.at_batch:
        walk.lost = walk.lost or events.INDEXED
    elif isinstance(walk.x.batch, Along) and walk.axis < walk.x.batch.axis:
        walk.before -= 1
    walk.axis += 1


def _array_step(walk: _Walk, key: Tensor | Sequence) -> None:
    """A mask or a list of indices."""
    mask = isinstance(key, Tensor) and key.dtype == "bool"
    made = operand(walk.call, key)
    rank = made.rank if isinstance(made, Tensor) else None
    taken = rank if mask and rank is not None else 1
    batch = walk.x.batch
    if isinstance(batch, Along) and walk.axis <= batch.axis < walk.axis + taken:
        per_sample = isinstance(made, Tensor) and not mask and isinstance(made.batch, Along)
        if per_sample:
            walk.doubt = "samples are picked by their own indices"
        else:
            walk.lost = walk.lost or events.INDEXED
    elif isinstance(made, Tensor) and not isinstance(made.batch, type(walk.x.batch)):
        walk.doubt = "entries are picked by an array"
    if mask:
        walk.dims.append(fresh())
        new = 1
    elif isinstance(made, Tensor) and made.dims is not None:
        walk.dims.extend(made.dims)
        new = len(made.dims)
    else:
        walk.dims.append(fresh())
        walk.known = walk.known and isinstance(key, Sequence)
        new = 1
    if isinstance(batch, Along) and walk.axis + taken <= batch.axis:
        walk.before += new - taken
    walk.axis += taken


def _slice_step(walk: _Walk, key: SliceValue) -> None:
    dim = walk.dim()
    span = read_slice(walk.call, key)
    if walk.at_batch:
        _batch_slice(walk, span, dim)
    else:
        walk.dims.append(dim if span.whole else length(span, dim))
    walk.axis += 1


def _batch_slice(walk: _Walk, span: Span, dim: Dim) -> None:
    """A slice of the batch axis: the whole of it, all in reverse, or some samples."""
    if span.whole or (span.from_start and span.step == 1 and span.stop == dim):
        walk.dims.append(dim)
        return
    taken = _taken_apart(walk, span)
    if taken is not None:
        walk.batch = taken[0]
        walk.dims.append(taken[1])
        return
    if span.reverses:
        walk.lost = walk.lost or events.MIXED
    elif not span.known:
        if walk.x.dims is None and span.stop == B:
            walk.dims.append(dim)
            return
        walk.doubt = "the slice is not known"
    elif walk.x.dims is None and span.from_start and span.stop == B:
        pass
    else:
        walk.lost = walk.lost or events.INDEXED
    walk.dims.append(dim if span.reverses else length(span, dim))


def _taken_apart(walk: _Walk, span: Span) -> tuple[Along, Dim] | None:
    """A slice that takes back what was put into the batch axis: one block, or every n-th row."""
    batch = walk.x.batch
    if not isinstance(batch, Along) or walk.x.dims is None or batch.plain:
        return None
    size = walk.x.dims[batch.axis]
    samples = divide(size, mul(batch.outer, batch.inner))
    if samples is None:
        return None
    whole = span.stop is None and isinstance(span.start, (int, type(None)))
    if batch.inner != 1 and span.step == batch.inner and whole:
        walk.call.machine.unfolded(batch.folded)
        return _unfolded(batch, batch.outer, 1), mul(batch.outer, samples)
    block = mul(samples, batch.inner)
    start = 0 if span.start is None else span.start
    stop = size if span.stop is None else span.stop
    first, last = divide(start, block), divide(stop, block)
    if span.step == 1 and isinstance(first, int) and isinstance(last, int) and last - first == 1:
        walk.call.machine.unfolded(batch.folded)
        return _unfolded(batch, 1, batch.inner), block
    return None


def _unfolded(batch: Along, outer: Dim, inner: Dim) -> Along:
    folded: Event | None = None if outer == 1 and inner == 1 else batch.folded
    return Along(batch.axis, outer, inner, batch.moved, folded)


def _finish(walk: _Walk) -> Tensor:
    x, call = walk.x, walk.call
    dims: Dims | None = tuple(walk.dims) if walk.known else None
    batch = walk.batch
    operands: list[Any] = [x]
    if isinstance(batch, Along):
        if walk.lost is not None:
            batch = broken(call, walk.lost, x, dims, batch.axis)
        elif walk.doubt is not None:
            batch = unsure(x, walk.doubt)
        elif walk.before:
            place = batch.axis + walk.before
            kind = events.CHANGED if walk.before > 0 else events.MOVED
            moved = None
            if place:
                moved = batch.moved or call.silent_event(kind, before=x, after=dims, axis=batch.axis)
            batch = Along(place, batch.outer, batch.inner, moved, batch.folded)
    elif walk.doubt is not None and not isinstance(batch, Unsure):
        batch = _of_indices(walk, batch)
    return result(operands, dims, batch, dtype=x.dtype, sign=x.sign)


def _of_indices(walk: _Walk, batch: Batch) -> Batch:
    """A constant indexed by an array that carries samples."""
    key = walk.call.first(1)
    if isinstance(key, Tensor) and isinstance(key.batch, Along) and key.dtype != "bool":
        return key.batch
    return Unsure(walk.doubt or "", carries=True) if not hasattr(batch, "causes") else batch
