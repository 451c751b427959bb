"""Transfer functions that rewrite the last axes and leave those before them alone.

Matrix functions, transforms along the last axis, image conversions: a batch axis among the leading
ones stays where it is, and one among the rewritten axes is mixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from lambdalint.interp import events
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.table import Family
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    Along,
    Batch,
    Broken,
    Event,
    Sequence,
    Sign,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, divide, floordiv, fresh, mul

Dims = tuple[Dim, ...]


def operand(call: OpCall, value: Value) -> Tensor | Unknown:
    """A value as the one tensor an operation works on; a layer input of unknown structure is one."""
    made = call.tensor(value)
    if isinstance(made, Unknown) and made.tensor:
        return Tensor(None, Along(0), inputs=made.inputs)
    return made


def derived(x: Tensor, dims: Dims | None, batch: Batch, **changes: object) -> Tensor:
    """The result of an operation on ``x`` that computes new entries."""
    changes.setdefault("sign", ANY_SIGN)
    kind = x.kind if x.kind in ("ndarray", "keras") else "tensor"
    return x.but(dims=dims, batch=batch, made=None, kind=kind, label="", **changes)


def trailing(
    call: OpCall, x: Tensor, consumed: int, build: Callable[[Dims], Iterable[Dim]], **changes: object
) -> Tensor:
    """Replace the last ``consumed`` axes by ``build`` of them."""
    batch = x.batch
    if x.dims is None:
        if isinstance(batch, Along) and batch.axis:
            batch = Unsure("the rank is not known", carries=True)
        return derived(x, None, batch, **changes)
    kept = len(x.dims) - consumed
    if kept < 0:
        call.impossible(f"it needs {consumed} axes or more, and the tensor has {len(x.dims)}", before=x)
    dims = (*x.dims[:kept], *build(x.dims[kept:]))
    if isinstance(batch, Along) and batch.axis >= kept:
        event = call.silent_event(events.MIXED, before=x, after=dims, axis=batch.axis)
        batch = Broken((event,))
    return derived(x, dims, batch, **changes)


def meet(batches: Iterable[Batch]) -> Batch:
    """Where the samples are in something computed from all of these, entry by entry along axis 0."""
    result: Batch = CONSTANT
    causes: dict[int, Event] = {}
    for batch in batches:
        if isinstance(batch, Broken):
            causes.update({id(event): event for event in batch.causes})
        elif isinstance(batch, Unsure) or (isinstance(batch, Along) and (batch.axis or not batch.plain)):
            result = Unsure("the operands hold their samples in different places", carries=True)
        elif isinstance(batch, Along) and not isinstance(result, Unsure):
            result = batch
    return Broken(tuple(causes.values())) if causes else result


def tensors_in(call: OpCall) -> list[Tensor]:
    """The tensors among the arguments of a call."""
    found: list[Tensor] = []
    for value in call.args.values():
        items = value.items or [] if isinstance(value, Sequence) else [value]
        for item in items:
            if isinstance(item, Tensor):
                found.append(item)
            elif isinstance(item, Unknown) and item.tensor:
                found.append(Tensor(None, Along(0), inputs=item.inputs))
    return found


def inputs_of(tensors: Iterable[Tensor]) -> frozenset[int]:
    """The layer inputs that these depend on."""
    return frozenset().union(*(tensor.inputs for tensor in tensors))


def combined(call: OpCall, dims: Dims | None, batch: Batch, **changes: object) -> Tensor:
    """A result that depends on every tensor of the call."""
    operands = tensors_in(call)
    cuts = tuple({id(cut): cut for tensor in operands for cut in tensor.cuts}.values())
    keras = next((tensor for tensor in operands if tensor.kind == "keras"), None)
    result = Tensor(
        dims,
        batch,
        inputs=inputs_of(operands),
        kind="keras" if keras else "tensor",
        node=keras.node if keras else None,
        random=any(tensor.random for tensor in operands),
        cuts=cuts,
    )
    return result.but(**changes)


# --- the last axes ---------------------------------------------------------------------------------


def last_two(call: OpCall) -> Value:
    """A matrix function: ``swap`` transposes, ``drop`` gives a number (``drop=1``: a vector)."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    build: Callable[[Dims], Iterable[Dim]] = tuple
    if call.option("swap"):
        build = _swapped
    elif call.option("drop"):
        build = _first if call.option("drop") == "1" else _nothing
    return trailing(call, x, 2, build)


def _swapped(dims: Dims) -> Dims:
    return dims[::-1]


def _first(dims: Dims) -> Dims:
    return dims[:1]


def _nothing(dims: Dims) -> Dims:
    return ()


def last_axis(call: OpCall) -> Value:
    """A transform along the last axis: ``size=`` its new size, ``rank=`` how many axes are added."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    size = call.option("size")
    if size:
        return trailing(call, x, 1, lambda dims: (int(size),))
    added = int(call.option("rank", "0"))
    return trailing(call, x, 1 - min(added, 0), lambda dims: [fresh() for _ in range(1 + max(added, 0))])


def add_last(call: OpCall) -> Value:
    """A new last axis of ``size=`` entries."""
    x = operand(call, call.first())
    size = int(call.option("size", "1"))
    return x if isinstance(x, Unknown) else trailing(call, x, 0, lambda dims: (size,))


def drop_last(call: OpCall) -> Value:
    """The last axis goes."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    return trailing(call, x, 1, _nothing, dtype=call.option("dtype") or x.dtype)


def scaled_last(factor: int, divisor: int) -> Family:
    """The last axis becomes ``factor / divisor`` times as long."""

    def run(call: OpCall) -> Value:
        x = operand(call, call.first())
        if isinstance(x, Unknown):
            return x
        if call.constant("axis", default=-1) != -1:
            return combined(call, None if x.dims is None else tuple(fresh() for _ in x.dims), _kept(x))
        return trailing(call, x, 1, lambda dims: (_scale(dims[0], factor, divisor),))

    return run


def _kept(x: Tensor) -> Batch:
    return x.batch if not isinstance(x.batch, Along) else Unsure("the axis is not known", carries=True)


def _scale(dim: Dim, factor: int, divisor: int) -> Dim:
    longer = mul(dim, factor)
    exact = divide(longer, divisor)
    return floordiv(longer, divisor) if exact is None else exact


def repeat_vector(call: OpCall) -> Value:
    """``K.repeat``: (B, D) to (B, n, D)."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if x.dims is not None and len(x.dims) != 2:
        call.impossible(f"it needs a tensor of two axes, and this one has {len(x.dims)}", before=x)
    count = call.machine.dim(call.get("n"))
    return trailing(call, x, 1, lambda dims: (fresh() if count is None else count, *dims), sign=x.sign)


def diagonal(call: OpCall) -> Value:
    """The diagonal of two axes, the first two unless ``last``; ``sum`` adds it up."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    first, second = call.constant("axis1", default=0), call.constant("axis2", default=1)
    if call.option("last"):
        return trailing(call, x, 2, lambda dims: (dims[0] if dims[0] == dims[1] else fresh(),))
    rank = x.rank
    if rank is None or not isinstance(first, int) or not isinstance(second, int):
        return derived(x, None, _kept(x))
    axes = {first % rank, second % rank} if rank else set()
    if len(axes) < 2:
        call.impossible(f"it needs two axes, and the tensor has {rank}", before=x)
    rest = tuple(dim for axis, dim in enumerate(x.dims or ()) if axis not in axes)
    dims = rest if call.option("sum") else (*rest, fresh())
    batch = x.batch
    if isinstance(batch, Along):
        if batch.axis in axes:
            batch = Broken((call.silent_event(events.MIXED, before=x, after=dims, axis=batch.axis),))
        else:
            batch = replace(batch, axis=batch.axis - sum(axis < batch.axis for axis in axes))
    return derived(x, dims, batch)


def diag_matrix(call: OpCall) -> Value:
    """``tf.linalg.diag``: a square matrix of the last axis."""
    x = operand(call, call.first())
    return x if isinstance(x, Unknown) else trailing(call, x, 1, lambda dims: (*dims, *dims))


def diag_vector(call: OpCall) -> Value:
    """``diag``: a matrix from a vector and a vector from a matrix, so a batch axis is mixed."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if x.rank == 1:
        return trailing(call, x, 1, lambda dims: (*dims, *dims))
    return trailing(call, x, min(x.rank or 2, 2), lambda dims: (fresh(),))


def image_transpose(call: OpCall) -> Value:
    """Height and width change places; the channels stay."""
    x = operand(call, call.first())
    return x if isinstance(x, Unknown) else trailing(call, x, 3, lambda dims: (dims[1], dims[0], dims[2]))


def image_crop(call: OpCall) -> Value:
    """Height and width become other sizes; the channels stay."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    height = call.machine.dim(call.get("target_height"))
    width = call.machine.dim(call.get("target_width"))
    new = (fresh() if height is None else height, fresh() if width is None else width)
    return trailing(call, x, 3, lambda dims: (*new, dims[2]), sign=x.sign)


def noise(call: OpCall) -> Value:
    """A random change of each entry: the shape stays."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    result = derived(x, x.dims, x.batch, random=True)
    call.event(events.RANDOM, tensor=result)
    return result


def pad_ones(call: OpCall) -> Value:
    """Theano's ``shape_padleft`` and ``shape_padright``: axes of size 1 on one side."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    count = call.constant("n_ones", default=1)
    if not isinstance(count, int):
        return call.unknown("the number of axes is not known")
    if call.option("right"):
        return trailing(call, x, 0, lambda dims: (1,) * count, sign=x.sign)
    dims = None if x.dims is None else (1,) * count + x.dims
    batch = x.batch
    if isinstance(batch, Along):
        moved = call.silent_event(events.CHANGED, before=x, after=dims, axis=0)
        batch = replace(batch, axis=batch.axis + count, moved=moved)
    return derived(x, dims, batch, sign=x.sign)


def fftshift(call: OpCall) -> Value:
    """A roll by half along every axis unless ``axes`` names others than the batch."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    axes = call.get("axes")
    named = [axes] if not isinstance(axes, Sequence) else axes.items or []
    numbers = [item.value for item in named if hasattr(item, "value") and isinstance(item.value, int)]
    if isinstance(x.batch, Along) and (not numbers or x.batch.axis in numbers):
        event = call.silent_event(events.MIXED, before=x, after=x.dims, axis=x.batch.axis)
        return derived(x, x.dims, Broken((event,)))
    return derived(x, x.dims, x.batch)


# --- several operands ------------------------------------------------------------------------------


def per_sample(call: OpCall) -> Value:
    """Row ``i`` of the result depends on row ``i`` of the operands; ``rank=`` the result's rank."""
    operands = tensors_in(call)
    if not operands:
        return call.unknown("the operand is not known")
    batch = meet(tensor.batch for tensor in operands)
    lead = operands[int(call.option("operand", "0"))]
    rank = int(call.option("rank", "0")) or lead.rank
    dims = None
    if rank is not None and lead.dims:
        dims = (lead.dims[0], *(fresh() for _ in range(rank - 1)))
    return combined(call, dims, batch, dtype=call.option("dtype") or None)


def whole(call: OpCall) -> Value:
    """A number, or numbers, made of all entries of all operands: no axis survives."""
    operands = tensors_in(call)
    batch = meet(tensor.batch for tensor in operands)
    carrier = next((tensor for tensor in operands if isinstance(tensor.batch, Along)), None)
    if carrier is not None and not isinstance(batch, Broken):
        batch = Broken((call.silent_event(events.REDUCED_ALL, before=carrier, after=None, axis=None),))
    return combined(call, None, batch, dtype=call.option("dtype") or None)


def unknown_result(call: OpCall) -> Value:
    """A result whose shape and samples are not followed; it depends on the operands."""
    call.unknown(f"{call.op.name} is not followed")
    return Unknown(f"{call.op.name} is not followed", inputs=inputs_of(tensors_in(call)))


def solve(call: OpCall) -> Value:
    """A linear system per leading index: the result has the right-hand side's shape."""
    left, right = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_result(call)
    for side in (left, right):
        if isinstance(side.batch, Along) and side.dims is not None and side.batch.axis >= len(side.dims) - 2:
            event = call.silent_event(events.MIXED, before=side, after=right.dims, axis=side.batch.axis)
            return combined(call, right.dims, Broken((event,)))
    return combined(call, right.dims, meet((left.batch, right.batch)))


def cdist(call: OpCall) -> Value:
    """Pairwise distances of the rows of two matrices, per leading index."""
    left, right = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_result(call)
    if left.dims is None or right.dims is None or len(left.dims) < 2 or len(right.dims) < 2:
        return combined(call, None, Unsure("the rank is not known", carries=True))
    dims = (*left.dims[:-1], right.dims[-2])
    for side in (left, right):
        if isinstance(side.batch, Along) and side.batch.axis >= len(side.dims or ()) - 2:
            event = call.silent_event(events.MIXED, before=side, after=dims, axis=side.batch.axis)
            return combined(call, dims, Broken((event,)))
    return combined(call, dims, meet((left.batch, right.batch)), sign=Sign(0.0))


def attention(call: OpCall) -> Value:
    """``dot_product_attention``: the query's shape with the value's last axis."""
    query, value = operand(call, call.first()), operand(call, call.get("value"))
    if isinstance(query, Unknown) or isinstance(value, Unknown):
        return unknown_result(call)
    dims = None
    if query.dims and value.dims:
        dims = (*query.dims[:-1], value.dims[-1])
    return combined(call, dims, meet((query.batch, value.batch)))


def segment(call: OpCall) -> Value:
    """Entries along axis 0 added up by group: the samples of a batch are."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    count = call.machine.dim(call.get("num_segments"))
    dims = None if x.dims is None else (fresh() if count is None else count, *x.dims[1:])
    if isinstance(x.batch, Along):
        if x.batch.axis == 0:
            event = call.silent_event(events.REDUCED, before=x, after=dims, axis=0)
            return combined(call, dims, Broken((event,)))
        return combined(call, dims, x.batch)
    return combined(call, dims, meet(tensor.batch for tensor in tensors_in(call)))


def sparse_loss_last(call: OpCall) -> Value:
    """A loss of integer labels against the last axis of the second operand."""
    labels, scores = operand(call, call.first()), operand(call, call.first(1))
    if isinstance(scores, Unknown):
        return scores
    result = trailing(call, scores, 1, _nothing, sign=Sign(0.0, zero="rarely"))
    batches = [result.batch] if isinstance(labels, Unknown) else [labels.batch, result.batch]
    return combined(call, result.dims, meet(batches), sign=result.sign, dtype="float32")


def ctc_batch_cost(call: OpCall) -> Value:
    """One loss per sample: (B, 1)."""
    operands = tensors_in(call)
    rows = next((tensor.dims[0] for tensor in operands if tensor.dims), None)
    dims = None if rows is None else (rows, 1)
    return combined(call, dims, meet(tensor.batch for tensor in operands), dtype="float32", sign=Sign(0.0))


TRAILING: dict[str, Family] = {
    "last_two": last_two,
    "last_axis": last_axis,
    "add_last": add_last,
    "drop_last": drop_last,
    "reduce_last": drop_last,
    "halve": scaled_last(1, 2),
    "double": scaled_last(2, 1),
    "repeat_vector": repeat_vector,
    "diagonal": diagonal,
    "diag_matrix": diag_matrix,
    "diag_vector": diag_vector,
    "image_transpose": image_transpose,
    "image_crop": image_crop,
    "noise": noise,
    "pad_ones": pad_ones,
    "fftshift": fftshift,
    "per_sample": per_sample,
    "whole": whole,
    "unknown_result": unknown_result,
    "solve": solve,
    "cdist": cdist,
    "attention": attention,
    "segment": segment,
    "sparse_loss_last": sparse_loss_last,
    "ctc_batch_cost": ctc_batch_cost,
}
