"""Keys applied to a tensor axis by axis: indices, slices, new axes, ellipses, lists and masks."""

from __future__ import annotations

from dataclasses import dataclass, field

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.operands import axes_of, broken, moved_to, operand, unsure
from lambdalint.interp.ops.slices import Span, length, read_slice
from lambdalint.interp.tensors import SHAPE_OF_BATCH, Dims, meet_batches, result, with_stride
from lambdalint.interp.values import (
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Constant,
    Number,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, Dim, divide, fresh, mul

KEY_UNKNOWN = "the key is not known"
_BEHIND_ALL = 1 << 20
"""An axis behind all others, where keys count from the end of a tensor of unknown rank."""


def plain_slice(key: SliceValue) -> slice | None:
    """A slice of plain ints; ``None`` where a bound is not known."""
    bounds = []
    for bound in (key.start, key.stop, key.step):
        if not isinstance(bound, Const) or not (bound.value is None or isinstance(bound.value, int)):
            return None
        bounds.append(bound.value)
    return None if bounds[2] == 0 else slice(*bounds)


def inputs_of_key(key: Value) -> frozenset[int]:
    """The layer inputs that a key depends on."""
    if isinstance(key, (Tensor, Unknown)):
        return key.inputs
    parts: list[Value] = []
    if isinstance(key, SliceValue):
        parts = [key.start, key.stop, key.step]
    elif isinstance(key, Sequence):
        parts = key.items or []
    return frozenset().union(*(inputs_of_key(part) for part in parts))


@dataclass(slots=True)
class _Walk:
    """The state while a key is applied, axis by axis."""

    call: OpCall
    x: Tensor
    batch: Batch
    axis: int = 0
    """The next axis of ``x``."""
    dims: list[Dim] = field(default_factory=list)
    known: bool = True
    """Whether ``dims`` will be the result's."""
    lost: str | None = None
    """The kind of event by which the samples are lost."""
    doubt: str | None = None
    before: int = 0
    """How many more axes stand before the batch."""
    arrays: list[tuple[int, Tensor]] = field(default_factory=list)
    """Arrays of indices, and at which axis of the result theirs begin."""
    used: list[Tensor | Unknown] = field(default_factory=list)
    """What the key is made of."""

    @property
    def at_batch(self) -> bool:
        """Whether the next axis is that of the samples."""
        return isinstance(self.x.batch, Along) and self.x.batch.axis == self.axis

    @property
    def before_batch(self) -> bool:
        """Whether the next axis stands before that of the samples."""
        return isinstance(self.x.batch, Along) and self.axis < self.x.batch.axis

    def dim(self) -> Dim:
        """The size of the next axis."""
        return fresh() if self.x.dims is None else self.x.dims[self.axis]


def picked(call: OpCall, x: Tensor, key: Value) -> Tensor:
    """``x[key]``.

    Raises:
        Impossible: the tensor has no such entries.
    """
    if isinstance(key, Sequence) and (key.kind == "tuple" or _stands_for_a_tuple(call, x, key)):
        if key.items is None:
            return result([x], None, unsure(x, KEY_UNKNOWN), dtype=x.dtype, sign=x.sign)
        keys = list(key.items)
    else:
        keys = [key]
    if len(keys) == 1:
        if (entry := _entry(x, keys[0])) is not None:
            return entry
        if _may_be_any_key(keys[0]):
            operands: list[Tensor | Unknown] = [x, *(each for each in keys if isinstance(each, Unknown))]
            return result(operands, None, unsure(x, KEY_UNKNOWN), dtype=x.dtype, sign=x.sign)
    consumed = sum(_consumes(each) for each in keys)
    if x.dims is not None and consumed > len(x.dims):
        call.impossible(f"{consumed} indices, and {axes_of(len(x.dims))}", before=x)
    if sum(isinstance(each, Const) and each.value is Ellipsis for each in keys) > 1:
        call.impossible("more than one ellipsis in an index", before=x)
    walk = _Walk(call, x, x.batch)
    _apply(walk, keys, consumed)
    return _finish(walk)


def _stands_for_a_tuple(call: OpCall, x: Tensor, key: Sequence) -> bool:
    """Whether a list names an entry along each axis, as it does in TensorFlow, and not several along one."""
    items = key.items or []
    plain = all(isinstance(item, (Const, Number, SliceValue)) for item in items)
    return bool(items) and plain and x.kind != "ndarray" and call.machine.dialect != "keras1"


def _may_be_any_key(key: Value) -> bool:
    """Whether it may be an index as well as a slice, a mask or a tuple of these."""
    if isinstance(key, Unknown):
        return key.reason != reasons.LOOP
    return not isinstance(key, (Const, Number, SliceValue, Sequence, Tensor))


def _entry(x: Tensor, key: Value) -> Tensor | None:
    """Entries of a shape, where they are known."""
    content = x.content
    part = plain_slice(key) if isinstance(key, SliceValue) else None
    index = key.value if isinstance(key, Const) and isinstance(key.value, int) else None
    if x.label == SHAPE_OF_BATCH and content is None:
        if index == 0:
            return result([x], (), x.batch, dtype=x.dtype, sign=x.sign, content=B)
        return None if part is None else _start_of_shape(x, part)
    if not isinstance(content, tuple):
        return None
    if index is not None and -len(content) <= index < len(content):
        return result([x], (), x.batch, dtype=x.dtype, sign=x.sign, content=content[index])
    if part is not None:
        entries = content[part]
        return result([x], (len(entries),), x.batch, dtype=x.dtype, sign=x.sign, content=entries)
    return None


def _start_of_shape(x: Tensor, part: slice) -> Tensor | None:
    """The first sizes of a shape of unknown length, which begins with the batch size."""
    if part.start not in (None, 0) or part.step not in (None, 1) or part.stop == 0:
        return None
    if part.stop is None or part.stop < 0:
        return x
    entries = (B, *(fresh(dynamic=True) for _ in range(part.stop - 1)))
    return result([x], (part.stop,), x.batch, dtype=x.dtype, sign=x.sign, content=entries)


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
                walk.axis = _BEHIND_ALL
            else:
                _keep(walk, len(walk.x.dims) - consumed)
        else:
            _step(walk, key)
    if walk.x.dims is None:
        walk.known = False
    else:
        _keep(walk, len(walk.x.dims) - walk.axis)


def _keep(walk: _Walk, count: int) -> None:
    for _ in range(count):
        walk.dims.append(walk.dim())
        walk.axis += 1


def _step(walk: _Walk, key: Value) -> None:
    if key == NONE:
        walk.before += walk.at_batch or walk.before_batch
        walk.dims.append(1)
    elif isinstance(key, SliceValue):
        _slice_step(walk, key)
    elif isinstance(key, Sequence) or (isinstance(key, Tensor) and (key.rank != 0 or key.dtype == "bool")):
        # A single truth value is a mask without axes: it makes one and takes none.
        _array_step(walk, key)
    else:
        _index_step(walk, key)


def _index_step(walk: _Walk, key: Value) -> None:
    """An index takes an axis away: on the batch axis it picks a sample."""
    dim = walk.dim()
    if isinstance(key, Const) and isinstance(key.value, int) and isinstance(dim, int):
        if not -dim <= key.value < dim:
            why = f"index {key.value} is out of range: axis {walk.axis} has {dim} entries"
            walk.call.impossible(why, before=walk.x, axis=walk.axis)
    if isinstance(key, (Tensor, Unknown)):
        walk.used.append(key)
    if walk.at_batch:
        walk.lost = walk.lost or events.INDEXED
    elif walk.before_batch:
        walk.before -= 1
    walk.axis += 1


def _array_step(walk: _Walk, key: Tensor | Sequence) -> None:
    """A mask or a list of indices."""
    made = operand(walk.call, key)
    walk.used.append(made)
    mask = isinstance(made, Tensor) and made.dtype == "bool"
    rank = made.rank if isinstance(made, Tensor) else None
    taken = rank if mask and rank is not None else 1
    carries = isinstance(made, Tensor) and isinstance(made.batch, Along)
    batch = walk.x.batch
    if isinstance(batch, Along):
        if walk.axis <= batch.axis < walk.axis + taken:
            if carries and not mask:
                walk.doubt = "samples are picked by their own indices"
            else:
                walk.lost = walk.lost or events.INDEXED
        elif carries:
            walk.lost = walk.lost or events.MIXED
        elif walk.before_batch or (taken == 0 and walk.at_batch):
            walk.before += (1 if mask or rank is None else rank) - taken
    if isinstance(made, Tensor) and not mask:
        walk.arrays.append((len(walk.dims), made))
    if isinstance(made, Tensor) and made.dims is not None and not mask:
        walk.dims.extend(made.dims)
    else:
        walk.dims.append(fresh())
        walk.known = walk.known and (mask or isinstance(key, Sequence))
    walk.axis += taken


def _slice_step(walk: _Walk, key: SliceValue) -> None:
    dim = walk.dim()
    span = read_slice(walk.call, key)
    if walk.at_batch:
        _batch_slice(walk, key, span, dim)
    else:
        if _takes_back(walk, span, dim):
            walk.batch = Unsure("the first rows of more than there are samples", carries=True)
        walk.dims.append(dim if span.whole else length(span, dim))
    walk.axis += 1


def _takes_back(walk: _Walk, span: Span, dim: Dim) -> bool:
    """Whether it is ``[:batch size]`` of rows that hold the samples and others behind them."""
    batch = walk.batch
    grown = (
        walk.axis == 0
        and isinstance(batch, Broken)
        and all(cause.kind == events.CHANGED for cause in batch.causes)
    )
    return grown and span.from_start and span.step == 1 and span.stop == B and dim != B


def _batch_slice(walk: _Walk, key: SliceValue, span: Span, dim: Dim) -> None:
    """A slice of the batch axis: the whole of it, all in reverse, or some samples."""
    if span.whole or _to_the_end(walk, span, dim):
        walk.dims.append(dim)
        return
    taken = _taken_apart(walk, span)
    if taken is not None:
        walk.batch = taken[0]
        walk.dims.append(taken[1])
        return
    if span.reverses:
        walk.lost = walk.lost or events.MIXED
    elif span.known or all(_is_python(bound) for bound in (key.start, key.stop, key.step)):
        walk.lost = walk.lost or events.INDEXED
    else:
        walk.doubt = reasons.PART_OF_BATCH
    walk.dims.append(dim if span.reverses else length(span, dim))


def _to_the_end(walk: _Walk, span: Span, dim: Dim) -> bool:
    """Whether it is ``[:batch size]``."""
    if not span.from_start or span.step != 1 or span.stop is None:
        return False
    if isinstance(span.stop, int) and isinstance(dim, int):
        return span.stop >= dim
    batch = walk.x.batch
    everything = B if walk.x.dims is None and isinstance(batch, Along) and batch.plain else dim
    return span.stop == everything


def _is_python(bound: Value) -> bool:
    """Whether a bound is a number that the program has before the layer runs, though it may not be known."""
    if isinstance(bound, Unknown):
        return not bound.tensor and not bound.inputs
    return not isinstance(bound, Tensor)


def _taken_apart(walk: _Walk, span: Span) -> tuple[Along, Dim] | None:
    """A slice that takes back what was put into the batch axis: one block, or every n-th row."""
    batch = walk.x.batch
    if not isinstance(batch, Along) or batch.plain:
        return None
    size = walk.x.dims[batch.axis] if walk.x.dims else mul(B, mul(batch.outer, batch.inner))
    samples = divide(size, mul(batch.outer, batch.inner))
    if samples is None:
        return None
    whole = span.stop is None and isinstance(span.start, (int, type(None)))
    if batch.inner != 1 and span.step == batch.inner and whole:
        return _unfolded(walk, batch, batch.outer, 1), mul(batch.outer, samples)
    block = mul(samples, batch.inner)
    first = divide(0 if span.start is None else span.start, block)
    last = divide(size if span.stop is None else span.stop, block)
    if span.step == 1 and isinstance(first, int) and isinstance(last, int) and last - first == 1:
        return _unfolded(walk, batch, 1, batch.inner), block
    return None


def _unfolded(walk: _Walk, batch: Along, outer: Dim, inner: Dim) -> Along:
    walk.call.machine.unfolded(batch.folded)
    plain = outer == 1 and inner == 1
    return Along(batch.axis, outer, inner, batch.moved, None if plain else batch.folded)


def _finish(walk: _Walk) -> Tensor:
    x = walk.x
    if len(walk.arrays) > 1:
        # They are walked in step, and where the result's axes stand depends on the library.
        walk.known, walk.lost = False, None
        walk.doubt = walk.doubt or "several arrays of indices"
    dims: Dims | None = tuple(walk.dims) if walk.known else None
    made = result([x, *walk.used], dims, _batch(walk, dims), dtype=x.dtype, sign=signs.some(x.sign))
    made = made.but(cuts=x.cuts if x.inputs else made.cuts)
    return made if walk.used else with_stride(made, x)


def _batch(walk: _Walk, dims: Dims | None) -> Batch:
    call, x, batch = walk.call, walk.x, walk.batch
    others = [each.batch for each in walk.used if isinstance(each, Tensor)]
    faults = meet_batches([each for each in (batch, *others) if isinstance(each, (Broken, Unsure))])
    if not isinstance(faults, Constant):
        carries = isinstance(batch, Along) and isinstance(faults, Unsure)
        return Unsure(faults.reason, True) if carries and isinstance(faults, Unsure) else faults
    if isinstance(batch, Along):
        if walk.lost is not None:
            return broken(call, walk.lost, x, dims, batch.axis)
        if walk.doubt is not None:
            return unsure(x, walk.doubt)
        if not walk.before:
            return batch
        kind = events.CHANGED if walk.before > 0 else events.MOVED
        return moved_to(call, x.but(batch=batch), batch.axis + walk.before, dims, kind)
    carriers = [(place, made) for place, made in walk.arrays if isinstance(made.batch, Along)]
    if not carriers:
        doubtful = any(isinstance(each, Unknown) and each.inputs for each in walk.used)
        return Unsure(KEY_UNKNOWN) if doubtful else batch
    place, made = carriers[0]
    if len(walk.arrays) > 1 or not isinstance(made.batch, Along):
        return Unsure(walk.doubt or KEY_UNKNOWN, carries=True)
    return moved_to(call, made, place + made.batch.axis, dims, events.MOVED)
