"""Blocks and slices by name, and tensors taken apart along an axis."""

from __future__ import annotations

from itertools import pairwise

from lambdalint.interp import reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.keys import picked
from lambdalint.interp.ops.operands import (
    AXIS_UNKNOWN,
    known_sizes,
    one_axis,
    operand,
    ranked,
    shape_of_argument,
    unsure,
    whole_numbers,
)
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import result
from lambdalint.interp.values import (
    NONE,
    Along,
    Const,
    Number,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import Dim, add, floordiv, fresh, mul, product

MOST_PARTS = 512
"""A list of more parts is kept as what they have in common."""

_WHOLE = SliceValue(NONE, NONE, NONE)
UNTOLD = Unknown(reasons.ENTRY, tensor=True)
"""A bound that only a run can tell."""


def slice_op(call: OpCall) -> Value:
    """``slice(x, begin, size)``: a block, where a size of -1 means the rest of an axis."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    starts, sizes = shape_of_argument(call, call.first(1)), shape_of_argument(call, call.first(2))
    if starts is None and sizes is None:
        dims: tuple[Dim, ...] | None = None if x.dims is None else tuple(fresh() for _ in x.dims)
        if x.batch == Along(0) and _begins(call.first(1), 0) and _begins(call.first(2), -1):
            dims = None if not x.dims or dims is None else (x.dims[0], *dims[1:])
            return result([x], dims, x.batch, dtype=x.dtype, sign=signs.some(x.sign))
        return result([x], dims, unsure(x, "the slice is not known"), dtype=x.dtype, sign=signs.some(x.sign))
    rank = len(starts if starts is not None else sizes or ())
    starts, sizes = starts or [None] * rank, sizes or [None] * rank
    if len(starts) != len(sizes) or x.rank not in (None, rank):
        call.impossible(f"{len(starts)} starts and {len(sizes)} sizes of {x}", before=x)
    x = ranked(x, rank)
    keys = [_block(call, x, axis, *entry) for axis, entry in enumerate(zip(starts, sizes))]
    made = picked(call, x, Sequence("tuple", keys))
    cut: list[Dim] = list(made.dims or ())
    for axis, size in enumerate(sizes):
        cut[axis] = cut[axis] if size is None or size == -1 else size
    return made.but(dims=tuple(cut), content=made.content)


def _begins(value: Value, number: int) -> bool:
    """Whether a list of unknown length is known to begin with a number."""
    return isinstance(value, Sequence) and value.lead[:1] == (Const(number),)


def _block(call: OpCall, x: Tensor, axis: int, start: Dim | None, size: Dim | None) -> Value:
    """One axis of a block as a slice.

    Raises:
        Impossible: it reaches past the end.
    """
    dim = (x.dims or ())[axis]
    if size == -1:
        return SliceValue(_unless_known(start), NONE, NONE)
    if start is None or size is None:
        # A block as long as the axis cannot begin elsewhere.
        return _WHOLE if size == dim else SliceValue(_unless_known(start), UNTOLD, NONE)
    end = add(start, size)
    reach = size if call.op.name.startswith("keras.ops.") else end
    if isinstance(dim, int) and isinstance(reach, int) and reach > dim:
        call.impossible(f"a slice to {reach} of an axis with {dim} entries", before=x, axis=axis)
    return SliceValue(_number(start), _number(end), NONE)


def _unless_known(dim: Dim | None) -> Value:
    return UNTOLD if dim is None else _number(dim)


def _number(dim: Dim) -> Value:
    return Const(dim) if isinstance(dim, int) else Number(dim)


def strided_slice(call: OpCall) -> Value:
    """``strided_slice`` with its bit masks."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    starts, ends = shape_of_argument(call, call.get("begin")), shape_of_argument(call, call.get("end"))
    strides = shape_of_argument(call, call.get("strides")) or [1] * len(starts or ())
    names = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    masks = [call.constant(name, default=0) for name in names]
    if starts is None or ends is None or not all(isinstance(mask, int) for mask in masks):
        return result([x], None, unsure(x, "the slice is not known"), dtype=x.dtype, sign=signs.some(x.sign))
    keys: list[Value] = []
    for position, (start, end, stride) in enumerate(zip(starts, ends, strides)):
        bits = [bool(mask >> position & 1) for mask in masks]
        keys.append(_strided_key(start, end, stride, bits))
    return picked(call, x, Sequence("tuple", keys))


def _strided_key(start: Dim | None, end: Dim | None, stride: Dim | None, bits: list[bool]) -> Value:
    no_start, no_end, ellipsis, new_axis, shrink = bits
    if ellipsis:
        return Const(Ellipsis)
    if new_axis:
        return NONE
    first = _unless_known(start)
    if shrink:
        return first
    return SliceValue(
        NONE if no_start else first, NONE if no_end else _unless_known(end), _unless_known(stride)
    )


# --- one axis apart --------------------------------------------------------------------------------


def unstack(call: OpCall) -> Value:
    """The entries along an axis, one by one."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    axis = _axis(call, call.get("axis"), x)
    if axis is None:
        return Sequence("list", None, result([x], None, unsure(x, AXIS_UNKNOWN), dtype=x.dtype))
    if isinstance(x.content, tuple):
        return Sequence("list", [picked(call, x, Const(index)) for index in range(len(x.content))])
    entry = picked(call, x, _at(axis, Unknown(reasons.LOOP)))
    size = x.dims[axis] if x.dims is not None else None
    count = call.constant("num")
    if isinstance(size, int) and isinstance(count, int) and count != size:
        call.impossible(f"axis {axis} has {size} entries, not {count}", before=x, axis=axis)
    length = size if isinstance(size, int) else count
    if isinstance(length, int) and 0 <= length <= MOST_PARTS:
        return Sequence("list", [entry] * length)
    return Sequence("list", None, entry)


def split(call: OpCall) -> Value:
    """Parts along an axis: so many equal ones, of these sizes, or between these indices."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return Unknown(x.reason, inputs=x.inputs)
    axis = _axis(call, call.get("axis"), x)
    if axis is None:
        return Sequence(
            "list", None, result([x], None, unsure(x, AXIS_UNKNOWN), dtype=x.dtype, sign=signs.some(x.sign))
        )
    if call.first(1) == Const(1):
        return Sequence("list", [picked(call, x, _at(axis, _WHOLE))])
    whole = x.dims[axis] if x.dims is not None else fresh()
    bounds = _bounds(call, x, whole)
    if bounds is None:
        return Sequence("list", None, _some_part(call, x, axis))
    keys = [SliceValue(_number(first), _number(last), NONE) for first, last in bounds]
    return Sequence("list", [picked(call, x, _at(axis, key)) for key in keys])


def _some_part(call: OpCall, x: Tensor, axis: int) -> Tensor:
    """What every part of a split of unknown sizes is."""
    return picked(call, x, _at(axis, SliceValue(NONE, _number(fresh()), NONE)))


def _axis(call: OpCall, value: Value, x: Tensor) -> int | None:
    """An axis counted from the front, or from the back where the rank is not known."""
    settled = one_axis(call, value, x)
    if settled is None and x.dims is None:
        numbers = whole_numbers(value)
        return numbers[0] if numbers is not None and len(numbers) == 1 else None
    return settled


def _at(axis: int, key: Value) -> Sequence:
    """A key that applies ``key`` along one axis."""
    if axis < 0:
        return Sequence("tuple", [Const(Ellipsis), key, *[_WHOLE] * (-axis - 1)])
    return Sequence("tuple", [*[_WHOLE] * axis, key])


def _bounds(call: OpCall, x: Tensor, whole: Dim) -> list[tuple[Dim, Dim]] | None:
    """Where each part begins and ends."""
    value = call.get("num_or_size_splits", "indices_or_sections")
    if isinstance(value, Const) and isinstance(value.value, int):
        return _equal_parts(call, x, whole, value.value)
    entries = shape_of_argument(call, value) if isinstance(value, (Sequence, Tensor)) else None
    if entries is None or None in entries:
        return None
    numbers = known_sizes(entries)
    if "indices_or_sections" in call.args:
        edges: list[Dim] = [0, *numbers, whole]
        return list(pairwise(edges))
    known = [number for number in numbers if number != -1]
    if len(known) == len(numbers) and isinstance(whole, int) and all(isinstance(n, int) for n in numbers):
        if sum(n for n in numbers if isinstance(n, int)) != whole:
            call.impossible(f"the parts do not add up to the {whole} entries of the axis", before=x)
    rest = add(whole, product([-1, _sum(known)]))
    bounds: list[tuple[Dim, Dim]] = []
    at: Dim = 0
    for number in numbers:
        end = add(at, rest if number == -1 else number)
        bounds.append((at, end))
        at = end
    return bounds


def _sum(numbers: list[Dim]) -> Dim:
    total: Dim = 0
    for number in numbers:
        total = add(total, number)
    return total


def _equal_parts(call: OpCall, x: Tensor, whole: Dim, count: int) -> list[tuple[Dim, Dim]] | None:
    if not 0 < count <= MOST_PARTS:
        return None
    if isinstance(whole, int) and whole % count:
        if "array_split" in call.op.name:
            small, more = divmod(whole, count)
            edges = [index * small + min(index, more) for index in range(count + 1)]
            return list(pairwise(edges))
        call.impossible(f"{whole} entries do not part into {count} equal parts", before=x)
    size = floordiv(whole, count)
    return [(mul(size, index), mul(size, index + 1)) for index in range(count)]


FAMILIES: dict[str, Family] = {
    "slice_op": slice_op,
    "strided_slice": strided_slice,
    "unstack": unstack,
    "split": split,
}
