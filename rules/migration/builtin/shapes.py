"""Bodies that only change the shape: Reshape, Flatten, Permute, RepeatVector."""

from __future__ import annotations

import ast

from lambdalint.interp.values import NONE, Along, Const, Number, Sequence, SliceValue, Tensor, Unknown, Value
from lambdalint.layers.dims import B, Dim, equal, is_dynamic, product
from lambdalint.syntax.text import written

from .body import Body, Call, Found, integer, integers, rank_of, show_tuple

_FULL = SliceValue(NONE, NONE, NONE)
_IN_ORDER = ("reshape", "expand_dims", "squeeze", "batch_flatten", "flatten", "index")
_DEPTH = 12


def in_order(body: Body, value: Value) -> list[Call] | None:
    """The operations by which a value is the input's entries in their order; ``None`` where it is not."""
    calls: list[Call] = []
    while not body.is_input(value):
        call = body.call(value, *_IN_ORDER)
        if call is None or len(calls) > _DEPTH or (call.word == "index" and not _adds_axes(call)):
            return None
        calls.append(call)
        value = call.values[0]
    return calls[::-1]


def _adds_axes(call: Call) -> bool:
    """Whether a key is made of full slices, ellipses and new axes."""
    key = call.get("key")
    parts = key.items if isinstance(key, Sequence) else [key]
    return all(part in (NONE, _FULL, Const(Ellipsis)) for part in parts or [key])


def reshaping(body: Body) -> Found | None:
    """Reshape and Flatten: the entries of a sample in their order."""
    if body.listed or not body.whole or not isinstance(body.result, Tensor):
        return None
    calls, after = in_order(body, body.result), body.result.dims
    if not calls or after is None or len(after) < 2:
        return None
    before = body.input.dims if isinstance(body.input, Tensor) else None
    if before is None and not all(_keeps_batch(call) for call in calls):
        return None
    if before is not None and (before == after or not _same_samples(before, after, calls)):
        return None
    if len(after) == 2 and _flattens(before, calls) and not _too_open(body, before):
        return Found("Flatten", "Flatten()")
    target = _target(calls, after[1:])
    return None if target is None else Found("Reshape", f"Reshape({target})")


def _same_samples(before: tuple[Dim, ...], after: tuple[Dim, ...], calls: list[Call]) -> bool:
    if all(_keeps_batch(call) for call in calls):
        return True
    return equal(product(before[1:]), product(after[1:])) is True


def _keeps_batch(call: Call) -> bool:
    """Whether an operation says that there are as many samples as before, whatever the input's shape."""
    if call.word == "reshape":
        shape = call.values[1]
        if isinstance(shape, Sequence) and shape.items:
            return _is_batch(shape.items[0])
        content = shape.content if isinstance(shape, Tensor) else None
        return isinstance(content, tuple) and bool(content) and content[0] == B
    return call.word in ("batch_flatten", "expand_dims", "squeeze", "index")


def _is_batch(value: Value) -> bool:
    if isinstance(value, Tensor):
        return value.content == B
    return isinstance(value, Number) and value.dim == B


def _too_open(body: Body, before: tuple[Dim, ...] | None) -> bool:
    """Whether ``Flatten`` refuses the input: Keras before TensorFlow's own wanted every size known."""
    old = body.dialect == "keras1" or (body.dialect == "keras2" and body.layer.site.family == "keras")
    return old and any(is_dynamic(size) for size in (before or ())[1:])


def _flattens(before: tuple[Dim, ...] | None, calls: list[Call]) -> bool:
    last = calls[-1]
    if before is not None:
        return len(before) > 2
    if last.word == "batch_flatten":
        return True
    shape = last.values[1] if last.word == "reshape" else NONE
    items = shape.items if isinstance(shape, Sequence) else None
    return items is not None and len(items) == 2 and items[1] == Const(-1)


def _target(calls: list[Call], sizes: tuple[Dim, ...]) -> str | None:
    """The target shape as it can be written: numbers, one -1, or what the code says."""
    if all(isinstance(size, int) for size in sizes):
        return show_tuple(sizes)
    free = [size for size in sizes if not isinstance(size, int)]
    if len(free) == 1:
        return show_tuple(tuple(size if isinstance(size, int) else -1 for size in sizes))
    if sum(is_dynamic(size) for size in free) > 1 or len(calls) != 1 or calls[0].word != "reshape":
        return None
    return _written(calls[0], len(sizes))


def _written(call: Call, count: int) -> str | None:
    """All but the first entry of the shape argument of a reshape, as the code has them."""
    node = call.step.at.node
    if not isinstance(node, ast.Call) or len(node.args) != 2 or node.keywords:
        return None
    shape, value = node.args[1], call.values[1]
    items = value.items if isinstance(value, Sequence) else None
    if items is None or len(items) != count + 1:
        return None
    if not all(isinstance(item, (Const, Number, Unknown)) for item in items[1:]):
        return None
    if isinstance(shape, (ast.List, ast.Tuple)) and all(
        isinstance(part, (ast.Name, ast.Constant, ast.UnaryOp)) for part in shape.elts[1:]
    ):
        return show_tuple(tuple(written(part) for part in shape.elts[1:]))
    return f"{shape.id}[1:]" if isinstance(shape, ast.Name) else None


# --- Permute ---------------------------------------------------------------------------------------


def permuting(body: Body) -> Found | None:
    """Permute: axes behind the batch that change places."""
    if body.listed:
        return None
    order, value = None, body.result
    for _ in range(_DEPTH):
        if body.is_input(value):
            break
        call = body.call(value, "transpose", "swapaxes", "moveaxis", "matrix_transpose")
        step = None if call is None else _order(call)
        if call is None or step is None:
            return None
        if order is not None and len(step) != len(order):
            return None
        order = step if order is None else tuple(step[axis] for axis in order)
        value = call.values[0]
    if not body.is_input(value) or not order or order[0] != 0 or order == tuple(range(len(order))):
        return None
    return Found("Permute", f"Permute({show_tuple(order[1:])})")


def _order(call: Call) -> tuple[int, ...] | None:
    """Which axis of the operand stands where in the result."""
    rank = rank_of(call.values[0]) or rank_of(call.step.result)
    if call.word == "transpose":
        order = integers(call.get("pattern", "axes", "perm"))
        if order is None or not call.only(conjugate=False):
            return None
        order = tuple(axis % len(order) for axis in order)
        return order if sorted(order) == list(range(len(order))) else None
    if rank is None:
        return None
    axes = list(range(rank))
    if call.word == "matrix_transpose":
        first, second = (rank - 2, rank - 1) if rank > 1 else (0, 0)
    else:
        pair = [integer(value) for value in call.values[1:3]]
        if pair[0] is None or pair[1] is None:
            return None
        first, second = pair[0] % rank, pair[1] % rank
    if call.word == "moveaxis":
        axes.insert(second, axes.pop(first))
    else:
        axes[first], axes[second] = axes[second], axes[first]
    return tuple(axes)


# --- RepeatVector ----------------------------------------------------------------------------------


def repeating(body: Body) -> Found | None:
    """RepeatVector: a vector for each sample, again and again along a new time axis."""
    call = body.call(body.result, "repeat", "repeat_elements", "tile", "stack")
    if body.listed or call is None:
        return None
    if call.step.op.endswith("backend.repeat"):
        count = integer(call.values[1]) if body.is_input(call.values[0]) else None
    elif body.rank != 2:
        return None
    elif call.word == "stack":
        items = call.values[0].items if isinstance(call.values[0], Sequence) else None
        same = bool(items) and all(body.is_input(item) for item in items or [])
        count = len(items or []) if same and integer(call.get("axis")) in (1, -2) else None
    else:
        count = _copies(call) if _is_one_step(body, call.values[0]) else None
    return Found("RepeatVector", f"RepeatVector({count})") if count else None


def _is_one_step(body: Body, value: Value) -> bool:
    """Whether a value is the input with an axis of size 1 behind the batch."""
    dims = value.dims if isinstance(value, Tensor) else None
    alike = dims is not None and len(dims) == 3 and dims[1] == 1 and isinstance(value, Tensor)
    return (
        alike
        and isinstance(value, Tensor)
        and isinstance(value.batch, Along)
        and (value.batch.axis == 0 and bool(in_order(body, value)))
    )


def _copies(call: Call) -> int | None:
    if call.word == "tile":
        counts = integers(call.values[1])
        alone = counts is not None and len(counts) == 3 and (counts[0], counts[2]) == (1, 1)
        return counts[1] if alone and counts is not None else None
    return integer(call.values[1]) if integer(call.get("axis")) in (1, -2) else None


RECOGNISERS = (reshaping, permuting, repeating)
