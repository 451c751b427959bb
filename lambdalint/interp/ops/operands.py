"""What every transfer function needs: its operands, the axes it is told, and where the samples go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lambdalint.interp import events
from lambdalint.interp.call import Op, OpCall, Parameter
from lambdalint.interp.ops import trailing
from lambdalint.interp.tensors import LAST_AXIS, Dims
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import MOST_AXES, B, Dim, fresh
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

AXIS_UNKNOWN = "the axis is not known"
RANK_UNKNOWN = "the rank is not known"
SHAPE_UNKNOWN = "the shape is not known"


def call_at(machine: Machine, name: str, at: Anchor, text: str, **arguments: Value) -> OpCall:
    """A call of an operation that stands in no table: an operator or a subscript."""
    parameters = tuple(Parameter(each) for each in arguments)
    op = Op(name, parameters, {}, lambda call: NONE, {})
    return OpCall(machine, op, at, text, arguments, frozenset(arguments))


def operand(call: OpCall, value: Value) -> Tensor | Unknown:
    """The tensor an operation works on.

    A layer input of unknown structure counts as one tensor; a list of tensors is stacked, which
    puts a new axis before the samples.
    """
    made = trailing.operand(call, value)
    if isinstance(value, Sequence) and isinstance(made, Tensor) and isinstance(made.batch, Along):
        if made.batch.axis and made.batch.moved is None:
            data = {"before": made, "after": made.dims, "axis": 0, "stacked": value}
            event = call.silent_event(events.CHANGED, **data)
            made = made.but(batch=replace(made.batch, moved=event), content=made.content)
    return made


def ranked(x: Tensor, rank: int) -> Tensor:
    """``x`` with a rank that its use shows it to have."""
    if x.dims is not None:
        return x
    dims: list[Dim] = [fresh() for _ in range(rank)]
    if isinstance(x.batch, Along) and 0 <= x.batch.axis < rank and x.batch.plain:
        dims[x.batch.axis] = B
    return x.but(dims=tuple(dims), content=x.content)


# --- axes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes an argument names: every one, these, or (``numbers`` is ``None``) some that are not known.

    ``behind`` is the first of those that are known to be all from there on.
    """

    numbers: tuple[int, ...] | None = None
    every: bool = False
    behind: int = 0


def read_axes(value: Value) -> Axes:
    """The axes that an ``axis`` argument names, as written: ``None`` means every one."""
    if value == NONE:
        return Axes(every=True)
    numbers = whole_numbers(value)
    if isinstance(value, Sequence) and value.items is None and len(value.lead) == len(value.tail) == 1:
        first, last = value.lead[0], value.tail[0]
        if isinstance(first, Const) and isinstance(last, Unknown) and last.label == LAST_AXIS:
            return Axes(None, every=first.value == 0, behind=first.value)
    return Axes(numbers)


def whole_numbers(value: Value) -> tuple[int, ...] | None:
    """The plain ints of a number, a list of numbers or the content of a shape tensor."""
    if isinstance(value, Const):
        return (value.value,) if isinstance(value.value, int) and not isinstance(value.value, bool) else None
    if isinstance(value, Tensor):
        content = value.content if isinstance(value.content, tuple) else (value.content,)
        return content if all(isinstance(each, int) for each in content) else None  # type: ignore[return-value]
    if isinstance(value, Sequence) and value.items is not None:
        found: list[int] = []
        for item in value.items:
            single = None if isinstance(item, Sequence) else whole_numbers(item)
            if single is None or len(single) != 1:
                return None
            found.append(single[0])
        return tuple(found)
    return None


def settle_axes(call: OpCall, numbers: tuple[int, ...], x: Tensor) -> tuple[int, ...] | None:
    """Axes counted from the front; ``None`` where that needs a rank that is not known.

    Raises:
        Impossible: the tensor has no such axis.
    """
    rank = x.rank
    if rank is None:
        for number in numbers:
            if not -MOST_AXES <= number < MOST_AXES:
                call.impossible(f"axis {number} does not exist in any tensor", before=x, axis=number)
        return numbers if all(number >= 0 for number in numbers) else None
    settled = []
    for number in numbers:
        if not -rank <= number < rank:
            call.impossible(f"axis {number} does not exist: {axes_of(rank)}", before=x, axis=number)
        settled.append(number % rank)
    return tuple(settled)


def axes_of(rank: int) -> str:
    """How many axes a tensor has, in words."""
    if rank == 0:
        return "the tensor is a scalar"
    return f"the tensor has {rank} {'axis' if rank == 1 else 'axes'}"


def touches_batch(numbers: tuple[int, ...], x: Tensor) -> bool | None:
    """Whether the axes include the batch axis; a negative one does not, where the rank is not known."""
    if not isinstance(x.batch, Along):
        return False
    if x.dims is not None:
        return x.batch.axis in {number % len(x.dims) for number in numbers} if x.dims else False
    if x.batch.axis in numbers:
        return True
    return None if x.batch.axis and any(number < 0 for number in numbers) else False


def one_axis(call: OpCall, value: Value, x: Tensor) -> int | None:
    """A single axis counted from the front where the rank is known, else as written if not negative.

    Raises:
        Impossible: the tensor has no such axis.
    """
    numbers = whole_numbers(value)
    if numbers is None or len(numbers) != 1:
        return None
    settled = settle_axes(call, numbers, x)
    return None if settled is None else settled[0]


# --- where the samples go --------------------------------------------------------------------------


def broken(call: OpCall, kind: str, x: Tensor, after: Dims | None, axis: int | None, **data: Any) -> Batch:
    """The samples of ``x`` are lost at this call; constants with a row for each sample have none to lose."""
    if not x.inputs and not data.get("pairwise"):
        return CONSTANT
    return Broken((call.silent_event(kind, before=x, after=after, axis=axis, **data),))


def moved_to(call: OpCall, x: Tensor, axis: int, dims: Dims | None, kind: str) -> Batch:
    """The samples of ``x`` on another axis: at the front again they are where they belong."""
    batch = x.batch
    if not isinstance(batch, Along):
        return batch
    moved = batch.moved
    if axis == 0:
        moved = None
    elif moved is None and axis != batch.axis:
        moved = call.silent_event(kind, before=x, after=dims, axis=batch.axis)
    return Along(axis, batch.outer, batch.inner, moved, batch.folded)


def unsure(x: Tensor, reason: str) -> Batch:
    """The batch of a result computed from ``x`` in a way that is not followed."""
    if isinstance(x.batch, Along):
        return Unsure(reason, carries=True)
    return x.batch


def size(call: OpCall, value: Value, label: str = "?") -> Dim | None:
    """An argument as a size; ``None`` where it is none (a list, a tensor of floats)."""
    if (
        isinstance(value, Tensor)
        and value.content is None
        and value.rank in (0, None)
        and value.kind != "keras"
    ):
        return fresh(label)
    return call.machine.dim(value, label)


def shape_of_argument(call: OpCall, value: Value) -> list[Dim | None] | None:
    """The entries of a shape argument (-1 where it says so); ``None`` where its length is not known.

    A single number stands for a vector of that length; an entry is ``None`` where it is no size.
    """
    if isinstance(value, Sequence):
        if value.items is None:
            return None
        return [size(call, item) for item in value.items]
    if isinstance(value, Tensor):
        if isinstance(value.content, tuple):
            return list(value.content)
        if value.rank == 1 and value.dims and isinstance(value.dims[0], int):
            return [fresh() for _ in range(value.dims[0])]
        if value.rank == 0 and value.content is not None:
            return [value.content]
        return None
    if isinstance(value, (Const, Number)) and value != NONE:
        return [size(call, value)]
    return None


def known_sizes(entries: list[Dim | None]) -> Dims:
    """Sizes with a new symbol for each that is not known."""
    return tuple(fresh() if entry is None else entry for entry in entries)
