"""Reshapes: where the samples lie when the same entries, in the same order, get other axes."""

from __future__ import annotations

from math import gcd

from lambdalint.interp import events, reasons
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.operands import (
    SHAPE_UNKNOWN,
    broken,
    known_sizes,
    moved_to,
    operand,
    settle_axes,
    shape_of_argument,
    size,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import OWN_ENTRIES, Dims, batch_of_sizes, batch_size, result, with_stride
from lambdalint.interp.values import (
    NONE,
    Along,
    Batch,
    Constant,
    Event,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import (
    BATCH,
    B,
    Dim,
    Sym,
    divide,
    divide_fitting,
    floordiv,
    fresh,
    has_batch,
    mul,
    product,
    show_shape,
)

HOLE = -1


def reshape(call: OpCall) -> Value:
    """The same entries in another shape."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    target = shape_of_argument(call, call.get("shape", "newshape"))
    if target is None:
        return result([x], None, _by_first(call, x), dtype=x.dtype, sign=x.sign)
    return reshaped(call, x, target)


def _by_first(call: OpCall, x: Tensor) -> Batch:
    """Where the samples are in a shape of which the first size alone may be known."""
    shape = call.get("shape", "newshape")
    lead = shape.lead[:1] if isinstance(shape, Sequence) else ()
    first = size(call, lead[0]) if lead else None
    if first is None or not isinstance(x.batch, Along) or x.batch.axis or x.batch.outer != 1:
        return unsure(x, SHAPE_UNKNOWN)
    if first == HOLE:
        # Whole samples, or parts of them.
        call.machine.unfolded(x.batch.folded)
        return Along(0, 1, fresh())
    return x.batch if first == B and x.batch.plain else unsure(x, SHAPE_UNKNOWN)


def reshaped(call: OpCall, x: Tensor, target: list[Dim | None]) -> Tensor:
    """``x`` in a shape of which one entry may be -1.

    Raises:
        Impossible: the numbers of entries differ whatever the symbols are.
    """
    if sum(entry == HOLE for entry in target) > 1:
        call.impossible("a shape can have one -1 only", before=x)
    if x.dims is None:
        return _of_unknown_rank(call, x, target)
    dims, exact = _filled(call, x, target)
    batch = _batch(call, x, dims, target, exact)
    if isinstance(batch, Along) and batch.axis == 0 and target[0] == HOLE:
        dims = (mul(batch_size(x) or B, mul(batch.outer, batch.inner)), *dims[1:])
    if isinstance(x.batch, Along) and isinstance(batch, Along) and batch.plain and not x.batch.plain:
        call.machine.unfolded(x.batch.folded)
    content = None
    if len(dims) <= 1 and x.content is not None:
        entries = x.content if isinstance(x.content, tuple) else (x.content,)
        content = entries if dims else (entries[0] if len(entries) == 1 else None)
    made = result([x], dims, batch, dtype=x.dtype, sign=x.sign, content=content)
    if isinstance(batch, Constant) and not x.inputs and _writes_rows(target):
        made = made.but(made=call.silent_event(events.FIXED, after=dims, of_entries=True), content=content)
    kept = x.label == OWN_ENTRIES and dims[-1:] == x.dims[-1:] and isinstance(made.batch, Along)
    return with_stride(made.but(content=content, label=OWN_ENTRIES) if kept else made, x)


def _writes_rows(target: list[Dim | None]) -> bool:
    """Whether the first size is written as a number of rows."""
    return bool(target) and isinstance(target[0], int) and target[0] not in (HOLE, 0, 1)


def _of_unknown_rank(call: OpCall, x: Tensor, target: list[Dim | None]) -> Tensor:
    """A reshape of a tensor whose rank is not known: only the written sizes tell something."""
    dims = known_sizes([None if entry == HOLE else entry for entry in target])
    batch: Batch = x.batch
    if isinstance(batch, Along):
        first = target[0] if target else None
        if not target:
            batch = unsure(x, SHAPE_UNKNOWN)
        elif batch.axis != 0 or not batch.plain or (len(target) == 1 and first != HOLE):
            batch = unsure(x, "the rank is not known")
        elif first is not None and first == B:
            pass
        elif first == HOLE:
            # Whole samples, or parts of them.
            parts = fresh()
            dims = (mul(B, parts), *dims[1:])
            batch = Along(0, 1, parts)
        elif first == 1 and target[1] == HOLE:
            parts = fresh()
            dims = (1, mul(B, parts), *dims[2:])
            batch = Along(1, 1, parts, call.silent_event(events.CHANGED, before=x, after=dims, axis=0))
        elif isinstance(first, int):
            kind = events.CHANGED if first == 1 else events.FIXED
            batch = broken(call, kind, x, dims, 0, size=first)
        else:
            batch = unsure(x, SHAPE_UNKNOWN)
    return result([x], dims, batch, dtype=x.dtype, sign=x.sign)


# --- sizes -----------------------------------------------------------------------------------------


def _filled(call: OpCall, x: Tensor, target: list[Dim | None]) -> tuple[Dims, bool]:
    """The new shape with its -1 replaced, and whether every size of it is known to fit."""
    total = product(x.dims or ())
    known = [entry for entry in target if entry is not None and entry != HOLE]
    written = product(known)
    if None in target:
        return known_sizes([None if entry == HOLE else entry for entry in target]), False
    if _misfits(total, written, HOLE in target):
        shape = show_shape(tuple(entry for entry in target if entry is not None))
        call.impossible(f"{show_shape(x.dims)} cannot be reshaped to {shape}", before=x)
    if HOLE not in target:
        return tuple(known), total == written
    exact = divide_fitting(total, written) if written != 0 else None
    filler: Dim = exact if exact is not None else (floordiv(total, written) if written != 0 else fresh())
    dims = tuple(filler if entry == HOLE else entry for entry in target if entry is not None)
    only_samples = isinstance(written, int) and isinstance(total, Sym) and total.atoms == {BATCH}
    return dims, exact is not None or only_samples


def _ratio(total: Dim, written: Dim) -> tuple[int, int] | None:
    """The two sizes in lowest terms, where they are the same but for a factor."""
    first, second = _term(total), _term(written)
    if first is None or second is None or first[0] != second[0] or not first[1] or not second[1]:
        return None
    shared = gcd(first[1], second[1])
    return first[1] // shared, second[1] // shared


def _term(dim: Dim) -> tuple[object, int] | None:
    if isinstance(dim, int):
        return (), dim
    return dim.terms[0] if len(dim.terms) == 1 else None


def _misfits(total: Dim, written: Dim, hole: bool) -> bool:
    """Whether the entries cannot fill the new shape, however large the symbols are."""
    ratio, term = _ratio(total, written), _term(total)
    if ratio is not None:
        return ratio[1] != 1 if hole else ratio != (1, 1)
    return (
        not hole and isinstance(written, int) and term is not None and term[1] != 0 and written % term[1] != 0
    )


# --- samples ---------------------------------------------------------------------------------------


def _batch(call: OpCall, x: Tensor, dims: Dims, target: list[Dim | None], exact: bool) -> Batch:
    batch = x.batch
    if isinstance(batch, Constant):
        return batch_of_sizes(dims) if any(has_batch(dim) for dim in x.dims or ()) else batch
    if not isinstance(batch, Along):
        return batch
    samples = batch_size(x)
    if samples is None:
        return _assumed(call, x, dims, target) if target[:1] == [HOLE] else unsure(x, SHAPE_UNKNOWN)
    sizes = x.dims or ()
    before = mul(product(sizes[: batch.axis]), batch.outer)
    after = mul(batch.inner, product(sizes[batch.axis + 1 :]))
    place = _place(dims, before, samples, after)
    if place is not None:
        return _placed(call, x, dims, *place)
    if not exact or _has_free_sizes(x, target):
        return _assumed(call, x, dims, target)
    return _lost(call, x, dims, target, samples)


def _place(dims: Dims, before: Dim, samples: Dim, after: Dim) -> tuple[int, Dim, Dim] | None:
    """The axis of the new shape that holds the samples, with what is folded in around them."""
    found: tuple[int, Dim, Dim] | None = None
    for axis, dim in enumerate(dims):
        outer = divide(before, product(dims[:axis])) if product(dims[:axis]) != 0 else None
        rest = product(dims[axis + 1 :])
        inner = divide(after, rest) if rest != 0 else None
        if inner is None and outer is not None:
            # What stands behind must be the rest of the entries, whatever its sizes are called.
            inner = divide(dim, mul(outer, samples))
        if outer is None or inner is None or mul(mul(outer, samples), inner) != dim:
            continue
        if outer == 1 and inner == 1:
            return axis, outer, inner
        if found is None:
            found = (axis, outer, inner)
    return found


def _placed(call: OpCall, x: Tensor, dims: Dims, axis: int, outer: Dim, inner: Dim) -> Batch:
    batch = moved_to(call, x, axis, dims, events.CHANGED)
    if not isinstance(batch, Along):
        return batch
    folded: Event | None = None
    if outer != 1 or inner != 1:
        # Axes that were in the batch before, or that unknown sizes may have put there, are no news.
        same = isinstance(x.batch, Along) and not x.batch.plain
        folded = batch.folded if same else call.silent_event(events.CHANGED, before=x, after=dims, axis=axis)
    return Along(axis, outer, inner, batch.moved, folded)


def _has_free_sizes(x: Tensor, target: list[Dim | None]) -> bool:
    """Whether the new shape has symbols of its own, which may stand for the sizes of ``x``."""
    own = {atom for dim in x.dims or () if isinstance(dim, Sym) for atom in dim.atoms}
    new = {atom for dim in target if isinstance(dim, Sym) for atom in dim.atoms}
    return bool(new - own - {BATCH})


def _assumed(call: OpCall, x: Tensor, dims: Dims, target: list[Dim | None]) -> Batch:
    """Sizes that are not known: behind a leading -1 stand whole samples, or parts of them."""
    batch = x.batch
    first = target[0] if target else None
    if isinstance(batch, Along) and batch.axis == 0 and len(target) > 1:
        if first == HOLE and batch.outer == 1:
            call.machine.unfolded(batch.folded)
            return Along(0, 1, fresh())
        fixed = all(isinstance(entry, int) and entry != HOLE for entry in target)
        if isinstance(first, int) and (first > 1 or fixed) and has_batch((x.dims or (0,))[0]):
            return broken(call, events.FIXED, x, dims, 0, size=first)
    return unsure(x, "the sizes of the new shape are not known")


def _lost(call: OpCall, x: Tensor, dims: Dims, target: list[Dim | None], samples: Dim) -> Batch:
    """No axis of the new shape holds the samples."""
    batch = x.batch
    axis = batch.axis if isinstance(batch, Along) else 0
    first = target[0] if target else None
    if not has_batch(samples):
        return unsure(x, "the Input fixes the batch")
    if not any(has_batch(dim) for dim in dims) and not dims:
        return broken(call, events.CHANGED, x, dims, axis)
    if axis == 0 and isinstance(first, int) and first not in (HOLE, 1):
        return broken(call, events.FIXED, x, dims, axis, size=first)
    if axis == 0 and first == HOLE:
        return broken(call, events.CHANGED, x, dims, axis)
    return broken(call, events.MIXED, x, dims, axis)


# --- flattening, new axes, dropped axes ------------------------------------------------------------


def flatten(call: OpCall) -> Value:
    """One axis of all entries."""
    x = operand(call, call.first())
    return x if isinstance(x, Unknown) else reshaped(call, x, [HOLE])


def batch_flatten(call: OpCall) -> Value:
    """Axis 0 stays, the others become one."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if x.dims is None:
        leads = isinstance(x.batch, Along) and x.batch.axis == 0 and x.batch.plain
        return reshaped(call, x, [B if leads else fresh(), HOLE])
    if not x.dims:
        call.impossible("a scalar has no axis to keep", before=x)
    return reshaped(call, x, [x.dims[0], HOLE])


def expand_dims(call: OpCall) -> Value:
    """A new axis of size 1."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    numbers = whole_numbers(call.get("axis", "dim"))
    if numbers is None:
        dims = None if x.dims is None else tuple(fresh() for _ in range(len(x.dims) + 1))
        return result([x], dims, unsure(x, "the axis is not known"), dtype=x.dtype, sign=x.sign)
    if len(numbers) > 1:
        rank = None if x.dims is None else len(x.dims) + len(numbers)
        if rank is None and min(numbers) < 0:
            return result([x], None, unsure(x, "the rank is not known"), dtype=x.dtype, sign=x.sign)
        numbers = tuple(sorted(n + rank if rank and -rank <= n < 0 else n for n in numbers))
    for number in numbers:
        x = expanded(call, x, number)
    return x


def expanded(call: OpCall, x: Tensor, number: int) -> Tensor:
    """``x`` with a new axis of size 1 at a place.

    Raises:
        Impossible: there is no such place.
    """
    dims: Dims | None = None
    place = number
    if x.dims is not None:
        rank = len(x.dims)
        if not -rank - 1 <= number <= rank:
            call.impossible(f"a tensor of {rank} axes has no place {number} for a new axis", before=x)
        place = number % (rank + 1)
        dims = (*x.dims[:place], 1, *x.dims[place:])
    batch = x.batch
    if isinstance(batch, Along):
        if x.dims is None and number < 0:
            batch = batch if batch.axis == 0 else unsure(x, "the rank is not known")
        elif place <= batch.axis:
            batch = moved_to(call, x, batch.axis + 1, dims, events.CHANGED)
    content = (x.content,) if x.rank == 0 and x.content is not None else None
    made = result([x], dims, batch, dtype=x.dtype, sign=x.sign, content=content)
    return with_stride(made.but(made=x.made, content=content) if place else made, x)


def squeeze(call: OpCall) -> Value:
    """Axes of size 1 go."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    value = call.get("axis")
    if value == NONE:
        return _squeezed_everywhere(x)
    numbers = whole_numbers(value)
    if numbers is None:
        return result([x], None, unsure(x, "the axis is not known"), dtype=x.dtype, sign=x.sign)
    settled = settle_axes(call, numbers, x)
    return _squeezed(call, x, numbers if settled is None else settled, settled is not None)


def _squeezed_everywhere(x: Tensor) -> Tensor:
    dims: Dims | None = None
    if x.dims is not None and all(isinstance(dim, int) or has_batch(dim) for dim in x.dims):
        dims = tuple(dim for dim in x.dims if dim != 1)
    batch = x.batch
    content = None
    if isinstance(batch, Along):
        return result([x], dims, Unsure(reasons.LOSES_ONE, carries=True), sign=x.sign)
    if dims == () and isinstance(x.content, tuple) and len(x.content) == 1:
        content = x.content[0]
    return result([x], dims, batch, dtype=x.dtype, sign=x.sign, content=content)


def _squeezed(call: OpCall, x: Tensor, axes: tuple[int, ...], settled: bool) -> Tensor:
    dims: Dims | None = None
    if x.dims is not None:
        for axis in axes:
            size = x.dims[axis]
            if isinstance(size, int) and size != 1:
                call.impossible(f"axis {axis} has size {size}, not 1", before=x, axis=axis)
        dims = tuple(dim for axis, dim in enumerate(x.dims) if axis not in axes)
    batch = x.batch
    if isinstance(batch, Along):
        if batch.axis in axes:
            batch = broken(call, events.INDEXED, x, dims, batch.axis)
        elif settled:
            before = sum(axis < batch.axis for axis in axes)
            batch = moved_to(call, x, batch.axis - before, dims, events.MOVED)
        elif batch.axis:
            batch = unsure(x, "the rank is not known")
    content = None
    if dims == () and isinstance(x.content, tuple) and len(x.content) == 1:
        content = x.content[0]
    return result([x], dims, batch, dtype=x.dtype, sign=x.sign, content=content)


FAMILIES: dict[str, Family] = {
    "reshape": reshape,
    "flatten": flatten,
    "batch_flatten": batch_flatten,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
}
