"""Shapes, sizes and types as arguments write them, and the tensors that are made of a written shape."""

from __future__ import annotations

from typing import Any

from lambdalint.interp import events
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.tensors import FLOATS, INTEGERS, SHAPE_OF_BATCH, Dims, batch_of_sizes, result
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    NONE,
    Along,
    Batch,
    Const,
    Event,
    Library,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, fresh

SHAPE_UNKNOWN = "the shape is not known"
_PYTHON_TYPES = {"builtins.int": "int32", "builtins.float": "float32", "builtins.bool": "bool"}


# --- arguments -------------------------------------------------------------------------------------


def dtype_argument(call: OpCall, default: str | None = "float32") -> str | None:
    """The type that the ``dtype`` argument names; ``default`` where it is left out, ``None`` if unknown."""
    value = call.get("dtype", "dtype_hint")
    if value == NONE:
        return default
    if isinstance(value, Const):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Library):
        last = value.name.rpartition(".")[2]
        return last if last in FLOATS + INTEGERS else _PYTHON_TYPES.get(value.name)
    return None


def dim_argument(call: OpCall, value: Value) -> Dim:
    """A number as a size; one that only a run can tell becomes a symbol that differs from run to run."""
    if isinstance(value, Tensor) and value.content is None:
        return fresh("?", dynamic=True)
    if isinstance(value, Unknown) and value.inputs and not value.tensor:
        if not call.machine.tied(value):
            call.machine.tie(value, fresh("?", dynamic=True))
    dim = call.machine.dim(value)
    return fresh() if dim is None else dim


def written_shape(call: OpCall, value: Value) -> tuple[Dims | None, Batch]:
    """The sizes a shape argument names, and where a tensor of that shape holds its samples.

    Raises:
        Impossible: an entry is negative or ``None``.
    """
    if isinstance(value, Sequence) and value.items is not None:
        dims = tuple(_entry(call, item) for item in value.items)
    elif isinstance(value, (Const, Number)):
        dims = (_entry(call, value),)
    elif isinstance(value, Tensor):
        return _shape_tensor(value)
    elif isinstance(value, Unknown) and not value.tensor and not value.inputs:
        return None, CONSTANT
    else:
        return None, Unsure(SHAPE_UNKNOWN)
    return dims, batch_of_sizes(dims)


def _entry(call: OpCall, value: Value) -> Dim:
    if value == NONE:
        call.impossible("a size of the shape is None")
    dim = dim_argument(call, value)
    if isinstance(dim, int) and dim < 0:
        call.impossible(f"a size of the shape is negative: {dim}")
    return dim


def _shape_tensor(shape: Tensor) -> tuple[Dims | None, Batch]:
    content = shape.content
    if content is not None:
        dims = content if isinstance(content, tuple) else (content,)
        return dims, batch_of_sizes(dims)
    if shape.label == SHAPE_OF_BATCH:
        return None, Along(0)
    if shape.rank == 1 and shape.dims and isinstance(shape.dims[0], int):
        unknown = tuple(fresh("?", dynamic=True) for _ in range(shape.dims[0]))
        return unknown, Unsure(SHAPE_UNKNOWN)
    return None, Unsure(SHAPE_UNKNOWN)


def sources_of(*values: Value) -> list[Tensor | Unknown]:
    """The tensors that a result depends on, those inside of lists among them."""
    found: list[Tensor | Unknown] = []
    for value in values:
        if isinstance(value, (Tensor, Unknown)):
            found.append(value)
        elif isinstance(value, Sequence):
            items = value.items if value.items is not None else [value.element] if value.element else []
            found += sources_of(*items)
    return found


def made_of(
    call: OpCall, shape: Value, dims: Dims | None, batch: Batch, event: Event | None = None, **fields: Any
) -> Tensor:
    """A tensor of a written shape: it remembers where the shape was written."""
    written = event or call.silent_event(events.FIXED, after=dims)
    sources = [source for source in sources_of(shape) if source.inputs]
    made = result(sources, dims, batch, **fields)
    # The shape of an input, unlike what is computed from its entries, says nothing of them.
    inputs = made.inputs if isinstance(batch, Unsure) else frozenset()
    return made.but(inputs=inputs, cuts=(), random=False, made=written, content=fields.get("content"))


# --- made
def spread(call: OpCall, made: Tensor, parameters: list[Tensor]) -> Tensor:
    """What is made of a shape together with tensors that take part in each entry."""
    dims, batch = broadcast(call, [made, *parameters])
    both = result([made, *parameters], dims, batch, dtype=made.dtype, sign=made.sign)
    return both.but(random=made.random or both.random, made=made.made)


def variable_of(call: OpCall, initial: Tensor) -> Tensor:
    """The variable of this initial value; that it is made is recorded."""
    made = initial.but(kind="variable", sign=ANY_SIGN, random=False, node=None)
    event = call.event(events.VARIABLE_MADE, tensor=made)
    return made if initial.made is None else made.but(made=event)
