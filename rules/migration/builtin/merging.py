"""Several inputs made one entry by entry, end to end, or by products: the merging layers."""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Value

from .body import Body, Call, Found, integer, integers, rank_of, show_tuple
from .linear import SWAPPED, alike, listed, stacked

_ENTRYWISE = {"multiply": "Multiply", "maximum": "Maximum", "minimum": "Minimum"}
_REDUCED = {"prod": "multiply", "max": "maximum", "min": "minimum"}


def entrywise(body: Body) -> Found | None:
    """Multiply, Maximum and Minimum of all inputs."""
    if not body.listed or len(body.inputs) < 2 or not alike(body):
        return None
    call = body.call(body.result)
    word = "" if call is None else _REDUCED.get(call.word, call.word)
    if word not in _ENTRYWISE:
        return None
    leaves = _leaves(body, body.result, word, 0)
    if leaves is None or sorted(leaves) != list(range(len(body.inputs))):
        return None
    return Found(_ENTRYWISE[word], f"{_ENTRYWISE[word]}()")


def _leaves(body: Body, value: Value, word: str, depth: int) -> list[int] | None:
    """The inputs that a nest of one operation combines."""
    index = body.index(value)
    if index is not None:
        return [index]
    call = body.call(value)
    if call is None or depth > 24:
        return None
    if call.word == word:
        parts: list[Value] | None = list(call.values[:2])
    else:
        parts = stacked(body, call) if _REDUCED.get(call.word) == word else None
    leaves: list[int] = []
    for part in parts or []:
        inner = _leaves(body, part, word, depth + 1)
        if inner is None:
            return None
        leaves += inner
    return leaves or None


def concatenation(body: Body) -> Found | None:
    """Concatenate of all inputs in their order."""
    call = body.call(body.result, "concat")
    axis = None if call is None else integer(call.get("axis"))
    if call is None or axis is None or axis == 0:
        return None
    joined = call.values[0]
    if joined is not body.input:
        parts = listed(joined)
        if parts is None or len(parts) < 2 or not body.listed:
            return None
        if [body.index(part) for part in parts] != list(range(len(body.inputs))):
            return None
    ranks = {rank_of(part) for part in body.inputs} - {None}
    if len(ranks) > 1 or any(axis == -rank for rank in ranks if rank is not None):
        return None
    return Found("Concatenate", "Concatenate()" if axis == -1 else f"Concatenate(axis={axis})")


# --- Dot -------------------------------------------------------------------------------------------


def dot(body: Body) -> Found | None:
    """Dot of two inputs: a batch product, or their entries multiplied and summed up."""
    if not body.listed or len(body.inputs) != 2 or not body.floats:
        return None
    call = body.call(body.result, "batch_dot", "matmul", "sum")
    if call is None:
        return None
    if call.word == "sum":
        return _summed(body, call)
    axes = _batch_axes(call) if call.word == "batch_dot" else _matrix_axes(call)
    factors = [_factor(body, value) for value in call.values[:2]]
    order = [index for index, _ in factors]
    if axes is None or sorted(order, key=str) != [0, 1] or len({unit for _, unit in factors}) > 1:
        return None
    unit = factors[0][1]
    if unit is not None and any(axis != unit and axis != unit % 3 for axis in axes):
        return None
    return _dot(axes, unit is not None, order == [1, 0])


def _dot(axes: tuple[int, ...], normalized: bool, swapped: bool) -> Found:
    shown = str(axes[0]) if len(set(axes)) == 1 else show_tuple(axes)
    normalize = ", normalize=True" if normalized else ""
    return Found("Dot", f"Dot(axes={shown}{normalize})", on=SWAPPED if swapped else "")


def _batch_axes(call: Call) -> tuple[int, ...] | None:
    """The axes of ``K.batch_dot``: those given, or its default for tensors of known rank."""
    ranks = [rank_of(value) for value in call.values[:2]]
    axes = call.get("axes")
    if axes != NONE:
        found = integers(axes)
        if found is None or 0 in found:
            return None
        return found * 2 if len(found) == 1 else found
    if None in ranks or ranks[1] == 2 or ranks[0] != ranks[1]:
        return (1, 1) if ranks == [2, 2] else None
    return (2, 1) if ranks == [3, 3] else None


def _matrix_axes(call: Call) -> tuple[int, ...] | None:
    """The axes that a matrix product of two tensors of rank 3 sums over."""
    if [rank_of(value) for value in call.values[:2]] != [3, 3]:
        return None
    flags = ("adjoint_a", "adjoint_b", "a_is_sparse", "b_is_sparse", "transpose_a", "transpose_b")
    given = {name: call.arguments.get(name, Const(False)) for name in flags}
    if not call.only(output_type=None) or any(given[name] != Const(False) for name in flags[:4]):
        return None
    transposed = [given[name] for name in flags[4:]]
    if any(flag not in (Const(True), Const(False)) for flag in transposed):
        return None
    return (1 if transposed[0] == Const(True) else 2, 2 if transposed[1] == Const(True) else 1)


def _summed(body: Body, call: Call) -> Found | None:
    """``sum(x * y, axis=1, keepdims=True)`` of two matrices."""
    product = body.call(call.values[0], "multiply")
    axis = integers(call.get("axis"))
    if product is None or axis not in ((1,), (-1,)) or call.get("keepdims") != Const(True):
        return None
    factors = [_factor(body, value) for value in product.values[:2]]
    if sorted((index for index, _ in factors), key=str) != [0, 1]:
        return None
    units = {unit for _, unit in factors}
    if any(rank_of(value) != 2 for value in body.inputs) or (units != {None} and not units <= {1, -1}):
        return None
    return _dot((1, 1), units != {None}, swapped=False)


def _factor(body: Body, value: Value) -> tuple[int | None, int | None]:
    """Which input a factor is, and the axis along which it has been made a unit vector before."""
    unit = body.call(value, "l2_normalize")
    if unit is None:
        return body.index(value), None
    return body.index(unit.values[0]), unit_axis(unit)


def unit_axis(call: Call) -> int | None:
    """The axis along which a call makes unit vectors in the way of the built-in layers."""
    axis = integers(call.get("axis"))
    usual = call.get("epsilon") in (NONE, Const(1e-12)) and call.only(order=2)
    return axis[0] if axis is not None and len(axis) == 1 and usual else None


RECOGNISERS = (entrywise, concatenation, dot)
