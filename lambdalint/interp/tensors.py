"""Values as tensors, the join of two values, and what a result takes over from its operands."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Items
from typing import Any

from lambdalint.interp import reasons, signs
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    Along,
    Batch,
    Broken,
    Const,
    Constant,
    Dictionary,
    Event,
    Function,
    Library,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, Dim, divide, fresh, has_batch, maximum, mul

Dims = tuple[Dim, ...]

FLOATS = ("bfloat16", "float16", "float32", "float64")
INTEGERS = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
_RANKING = (*INTEGERS, *FLOATS, "complex64", "complex128")
MOST_FUNCTIONS = 4
"""Functions that one name may stand for; of more, none is followed."""
RANK = "the rank of a tensor"
"""The label of a number of axes that is not known."""
LAST_AXIS = "the last axis of a tensor"
"""The label of the number of an axis behind which there is no other."""
OWN_ENTRIES = "positions that begin with the sample's number"
"""The label of index vectors in the last axis whose first entry is the number of their sample."""
SHAPE_OF_BATCH = "shape of a batch"
"""The label of a dynamic shape of unknown length whose first entry is known to be the batch size."""


# --- values as tensors -----------------------------------------------------------------------------


def as_tensor(value: Value) -> Tensor | Unknown:
    """The tensor that a library makes of a value: numbers are constants, lists are stacked."""
    if isinstance(value, (Tensor, Unknown)):
        return value
    if isinstance(value, Const):
        return _number(value.value)
    if isinstance(value, Number):
        return Tensor((), CONSTANT, "int32", signs.SIZE, content=value.dim, kind="ndarray")
    if isinstance(value, Sequence):
        return _stacked(value)
    return Unknown("the value is not a tensor")


def is_size(value: Value) -> bool:
    """Whether it is an entry of a shape, which nothing else is known of."""
    return isinstance(value, Unknown) and "shape[" in value.label and not value.inputs


def _number(plain: Any) -> Tensor | Unknown:
    if isinstance(plain, bool):
        return Tensor((), CONSTANT, "bool", signs.exact(plain), kind="ndarray")
    if isinstance(plain, int):
        return Tensor((), CONSTANT, "int32", signs.exact(plain), content=plain, kind="ndarray")
    if isinstance(plain, float):
        return Tensor((), CONSTANT, "float32", signs.exact(plain), kind="ndarray")
    if isinstance(plain, (str, bytes)):
        return Tensor((), CONSTANT, "string", kind="ndarray")
    return Unknown("the value is not a tensor")


def _stacked(value: Sequence) -> Tensor | Unknown:
    """A list as one tensor, its items along a new axis 0."""
    if value.items is None:
        element = as_tensor(value.element) if value.element is not None else Unknown(reasons.ENTRY)
        if isinstance(element, Unknown):
            return Unknown(element.reason, inputs=element.inputs)
        return stack([element], fresh())
    if not value.items:
        return Tensor((0,), CONSTANT, "float32", content=(), kind="ndarray")
    made = [as_tensor(item) for item in value.items]
    tensors = [item for item in made if isinstance(item, Tensor)]
    if len(tensors) < len(made):
        inputs = frozenset().union(*(item.inputs for item in made))
        if inputs or any(tensor.rank != 0 for tensor in tensors):
            return Unknown(reasons.ENTRY, inputs=inputs)
        # A list of numbers, some of which are not known.
        return Tensor((len(made),), CONSTANT, kind="ndarray")
    return stack(tensors, len(tensors))


def stack(tensors: list[Tensor], count: Dim) -> Tensor:
    """Tensors along a new axis 0 of ``count`` entries; sizes that disagree become the larger."""
    ranks = {tensor.rank for tensor in tensors}
    dims: Dims | None = None
    if len(ranks) == 1 and None not in ranks:
        dims = (count, *(_largest(sizes) for sizes in zip(*(tensor.dims or () for tensor in tensors))))
    batch = meet_batches([tensor.batch for tensor in tensors])
    if isinstance(batch, Along):
        batch = Along(batch.axis + 1, batch.outer, batch.inner, batch.moved, batch.folded)
    content = None
    if all(tensor.rank == 0 and tensor.content is not None for tensor in tensors) and count == len(tensors):
        content = tuple(tensor.content for tensor in tensors)
    sign = signs.together(tensor.sign for tensor in tensors)
    kind = "ndarray" if all(tensor.kind == "ndarray" for tensor in tensors) else "tensor"
    dtype = common_dtype(tensor.dtype for tensor in tensors)
    return result(tensors, dims, batch, dtype=dtype, sign=sign, content=content).but(
        content=content, **({"kind": kind} if kind == "ndarray" else {})
    )


def _largest(sizes: Iterable[Dim]) -> Dim:
    largest: Dim = 0
    for index, size in enumerate(sizes):
        largest = maximum(largest, size) if index else size
    return largest


def common_dtype(dtypes: Iterable[str | None]) -> str | None:
    """The type to which these are promoted, loosely; ``None`` where one is not known."""
    highest: str | None = None
    for dtype in dtypes:
        if dtype is None:
            return None
        if highest is None or highest == dtype:
            highest = dtype
        elif dtype in _RANKING and highest in _RANKING:
            highest = max(highest, dtype, key=_RANKING.index)
        else:
            return None
    return highest


def is_integer(dtype: str | None) -> bool:
    """Whether it is known to be an integer type."""
    return dtype in INTEGERS and dtype != "bool"


# --- what a result takes over ----------------------------------------------------------------------


def result(operands: Iterable[Tensor | Unknown], dims: Dims | None, batch: Batch, **fields: Any) -> Tensor:
    """A tensor computed from operands: it depends on what they depend on."""
    if dims is not None and isinstance(batch, Along) and batch.axis >= len(dims):
        batch = Unsure("the operands do not fit each other", carries=True)
    known = list(operands)
    tensors = [operand for operand in known if isinstance(operand, Tensor)]
    keras = next((tensor for tensor in tensors if tensor.kind == "keras"), None)
    carriers = [operand for operand in known if operand.inputs]
    cuts = passed_cuts(carriers)
    if more := fields.pop("cuts", ()):
        cuts = tuple({id(cut): cut for cut in (*cuts, *more)}.values())
    if "rest" not in fields:
        fields["rest"] = _joint_rest(carriers)
    return Tensor(
        dims,
        batch,
        inputs=frozenset().union(*[operand.inputs for operand in carriers]),
        kind="keras" if keras is not None else "tensor",
        node=keras.node if keras is not None else None,
        random=any(tensor.random for tensor in tensors),
        cuts=cuts,
        **fields,
    )


def with_stride(made: Tensor, x: Tensor) -> Tensor:
    """``made``, whose entries of a sample are those that ``x`` has of it."""
    if x.stride is None or not isinstance(made.batch, Along):
        return made
    return made.but(stride=x.stride, content=made.content)


def _joint_rest(carriers: Items[Tensor | Unknown]) -> float | None:
    """What operands that depend on inputs all are where those are 0; ``None`` where they differ."""
    rests = {operand.rest if isinstance(operand, Tensor) else None for operand in carriers}
    return rests.pop() if len(rests) == 1 else None if rests else 0.0


def passed_cuts(operands: Iterable[Tensor | Unknown]) -> tuple[Event, ...]:
    """The cuts that a result takes over: none while a gradient reaches the input through one operand."""
    carriers = [operand for operand in operands if operand.inputs]
    cuts: dict[int, Event] = {}
    for carrier in carriers:
        if not isinstance(carrier, Tensor) or not carrier.cuts:
            return ()
        cuts.update((id(event), event) for event in carrier.cuts)
    return tuple(cuts.values())


def meet_batches(batches: Items[Batch]) -> Batch:
    """The batch of entries computed from tensors whose axes correspond one to one."""
    causes: dict[int, Event] = {}
    places: list[Along] = []
    unsure: Unsure | None = None
    for batch in batches:
        if isinstance(batch, Broken):
            causes.update((id(event), event) for event in batch.causes)
        elif isinstance(batch, Along):
            places.append(batch)
        elif isinstance(batch, Unsure):
            unsure = unsure or batch
    if causes:
        return Broken(tuple(causes.values()))
    if unsure is not None:
        return Unsure(unsure.reason, unsure.carries or bool(places))
    if not places:
        return CONSTANT
    places = [place for place in places if not _is_loose(place)] or places
    first = places[0]
    if any((p.axis, p.outer, p.inner) != (first.axis, first.outer, first.inner) for p in places):
        return Unsure("the operands hold their samples in different places", carries=True)
    moved = next((p.moved for p in places if p.moved is not None), None)
    return Along(first.axis, first.outer, first.inner, moved, joint_fold(p.folded for p in places))


def _is_loose(place: Along) -> bool:
    """Whether unknown sizes leave it open if anything is folded in: where it meets samples, nothing is."""
    return place.axis == 0 and place.outer == 1 and place.inner != 1 and place.folded is None


def joint_fold(folds: Iterable[Event | None]) -> Event | None:
    """One event for batches folded apart and then joined: what unfolds the result unfolds each of them."""
    known: dict[int, Event] = {}
    for fold in folds:
        if fold is not None:
            known.update((id(each), each) for each in (fold, *fold.data.get("joined", ())))
    if not known:
        return None
    first, *others = known.values()
    if len(others) == len(first.data.get("joined", ())):
        return first
    return Event(first.kind, first.at, first.text, {**first.data, "joined": (first, *others)})


def batch_of_sizes(dims: Dims | None) -> Batch:
    """Where the rows of a tensor made from a shape belong to samples: an axis as long as the batch."""
    for axis, dim in enumerate(dims or ()):
        if has_batch(dim):
            outer = divide(dim, B)
            if outer is None or has_batch(outer):
                return Unsure("an axis is as long as some function of the batch", carries=False)
            return Along(axis, outer)
    return CONSTANT


def batch_size(x: Tensor) -> Dim | None:
    """How many samples lie along the batch axis of ``x``: ``B``, or the size that its Input fixes."""
    if not isinstance(x.batch, Along) or x.dims is None or x.batch.axis >= len(x.dims):
        return B if isinstance(x.batch, Along) else None
    return divide(x.dims[x.batch.axis], mul(x.batch.outer, x.batch.inner))


# --- joins -----------------------------------------------------------------------------------------


def join_values(a: Value, b: Value) -> Value:
    """What is known of a value that is one of these two."""
    if a is b or _same(a, b):
        return a
    if _is_function(a) and _is_function(b):
        return _alternatives(a, b)
    if isinstance(a, Sequence) and isinstance(b, Sequence):
        return _join_sequences(a, b)
    if isinstance(a, Dictionary) and isinstance(b, Dictionary):
        return _join_dictionaries(a, b)
    if isinstance(a, Unknown) and isinstance(b, Unknown):
        label = a.label if a.label == b.label else "?"
        return Unknown(a.reason, label, a.tensor and b.tensor, a.inputs | b.inputs)
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        left, right = _plain_tensor(a), _plain_tensor(b)
        if left is not None and right is not None:
            return _join_tensors(left, right)
    reason = next((v.reason for v in (a, b) if isinstance(v, Unknown)), "one of several values")
    return Unknown(reason, inputs=_inputs(a) | _inputs(b))


def _is_function(value: Value) -> bool:
    return isinstance(value, (Function, Library)) or (
        isinstance(value, Sequence) and value.kind == "alternatives"
    )


def _alternatives(a: Value, b: Value) -> Value:
    """One of several functions, each once."""
    if isinstance(a, Library) and isinstance(b, Library) and (same := _join_libraries(a, b)) is not None:
        return same
    found: list[Value] = []
    for side in (a, b):
        for value in side.items or [] if isinstance(side, Sequence) else [side]:
            if not any(value is known or _same(value, known) for known in found):
                found.append(value)
    return (
        Sequence("alternatives", found) if len(found) <= MOST_FUNCTIONS else Unknown("one of several values")
    )


def _join_libraries(a: Library, b: Library) -> Library | None:
    """One name from two places (``keras`` or ``tensorflow.keras``): the same, of a family not known."""
    if a.name.rpartition(".")[2] != b.name.rpartition(".")[2]:
        return None
    if a.name == b.name:
        return Library(a.name, a.family if a.family == b.family else None, b.spelling)
    return next((each for each in (b, a) if each.name.startswith(("keras.", "tensorflow."))), None)


def _same(a: Value, b: Value) -> bool:
    if isinstance(a, Const) and isinstance(b, Const):
        return type(a.value) is type(b.value) and bool(a.value == b.value)
    if isinstance(a, Sequence) or type(a) is not type(b):
        return False
    return a == b


def _plain_tensor(value: Value) -> Tensor | None:
    if isinstance(value, (Tensor, Number)) or (
        isinstance(value, Const) and isinstance(value.value, (int, float))
    ):
        made = as_tensor(value)
        return made if isinstance(made, Tensor) else None
    return None


def _inputs(value: Value, depth: int = 3) -> frozenset[int]:
    if isinstance(value, (Tensor, Unknown)):
        return value.inputs
    if isinstance(value, Sequence) and depth:
        items = value.items if value.items is not None else [value.element] if value.element else []
        return frozenset().union(*(_inputs(item, depth - 1) for item in items))
    return frozenset()


def _join_tensors(a: Tensor, b: Tensor) -> Tensor:
    dims: Dims | None = None
    if a.dims is not None and b.dims is not None and len(a.dims) == len(b.dims):
        dims = tuple(x if x == y else fresh() for x, y in zip(a.dims, b.dims))
    batch = _join_batches(a, b)
    axis = batch.axis if isinstance(batch, Along) else 0
    if isinstance(batch, Along) and a.dims is not None and b.dims is not None and dims and axis < len(dims):
        leads = isinstance(a.batch, Along) and a.batch.inner == batch.inner
        rows = a.dims[axis] if leads else b.dims[axis]
        dims = (*dims[:axis], rows, *dims[axis + 1 :])
    dtype = a.dtype if a.dtype == b.dtype else None
    content = a.content if a.content == b.content else None
    joined = result([a, b], dims, batch, dtype=dtype, sign=signs.union((a.sign, b.sign)), content=content)
    if a.kind == b.kind:
        joined = joined.but(kind=a.kind, content=content)
    return joined


def _join_batches(a: Tensor, b: Tensor) -> Batch:
    if isinstance(a.batch, Constant) is not isinstance(b.batch, Constant):
        constant, other = (a, b.batch) if isinstance(a.batch, Constant) else (b, a.batch)
        if not isinstance(other, Along):
            return other
        rows = constant.dims[other.axis] if constant.dims and other.axis < len(constant.dims) else None
        if rows is not None and has_batch(rows):
            return other
        return Unsure("one of several values holds no samples", carries=True)
    return meet_batches((a.batch, b.batch))


def _join_sequences(a: Sequence, b: Sequence) -> Sequence:
    kind = a.kind if a.kind == b.kind else "list"
    if a.items is not None and b.items is not None and len(a.items) == len(b.items):
        return Sequence(kind, [join_values(x, y) for x, y in zip(a.items, b.items)])
    element: Value | None = None
    for side in (a, b):
        for item in side.items if side.items is not None else [side.element] if side.element else []:
            element = item if element is None else join_values(element, item)
    return Sequence(kind, None, element)


def _join_dictionaries(a: Dictionary, b: Dictionary) -> Dictionary:
    shared = {key: join_values(value, b.items[key]) for key, value in a.items.items() if key in b.items}
    same_keys = len(shared) == len(a.items) == len(b.items)
    return Dictionary(shared, a.complete and b.complete and same_keys)


__all__ = [
    "ANY_SIGN",
    "as_tensor",
    "batch_of_sizes",
    "batch_size",
    "common_dtype",
    "join_values",
    "joint_fold",
    "meet_batches",
    "passed_cuts",
    "result",
    "stack",
    "with_stride",
]
