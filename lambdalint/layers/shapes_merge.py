"""Output shapes of layers that merge several inputs, and of Keras 1's ``merge``."""

from __future__ import annotations

from lambdalint.layers.binding import UNKNOWN
from lambdalint.layers.dims import Dim, add, equal, fresh
from lambdalint.layers.shapes_base import Config, Impossible, ManyRule, Result, Shape

ELEMENTWISE = ("Add", "Multiply", "Average", "Maximum", "Minimum")
"""Layers that combine any number of inputs entry by entry."""


def _broadcast_dim(a: Dim, b: Dim) -> Dim:
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if isinstance(a, int) and isinstance(b, int):
        raise Impossible(f"sizes {a} and {b} differ")
    if isinstance(a, int):
        return a
    return b if isinstance(b, int) else fresh()


def _elementwise(config: Config, shapes: list[Shape]) -> Result:
    """Keras aligns the batch axes and puts the missing axes of the shorter input behind them."""
    if any(shape is None for shape in shapes):
        return None
    known = [shape for shape in shapes if shape]
    if len(known) < len(shapes):
        return None
    rank = max(map(len, known))
    result = known[0][:1] + (1,) * (rank - len(known[0])) + known[0][1:]
    for shape in known[1:]:
        padded = shape[:1] + (1,) * (rank - len(shape)) + shape[1:]
        result = tuple(map(_broadcast_dim, result, padded))
    return result


def _subtract(config: Config, shapes: list[Shape]) -> Result:
    if len(shapes) != 2:
        raise Impossible(f"Subtract needs 2 inputs, gets {len(shapes)}")
    return _elementwise(config, shapes)


def _joined_dim(a: Dim, b: Dim) -> Dim:
    if equal(a, b) is False:
        raise Impossible(f"sizes {a} and {b} differ on an axis that is not joined")
    return b if isinstance(b, int) else a


def _join(axis: object, shapes: list[Shape]) -> Shape:
    known = [shape for shape in shapes if shape is not None]
    if not known:
        return None
    if len({len(shape) for shape in known}) > 1:
        raise Impossible("the inputs have different numbers of axes")
    rank = len(known[0])
    if not isinstance(axis, int):
        return None if len(known) < len(shapes) else tuple(fresh() for _ in range(rank))
    if not -rank <= axis < rank:
        raise Impossible(f"there is no axis {axis}")
    axis %= rank
    result = list(known[0])
    for shape in known[1:]:
        for index, size in enumerate(shape):
            result[index] = (add if index == axis else _joined_dim)(result[index], size)
    if len(known) < len(shapes):
        result[axis] = fresh()
    return tuple(result)


def _concatenate(config: Config, shapes: list[Shape]) -> Result:
    return _join(config.get("axis", -1), shapes)


def _dot_axes(axes: object, first: tuple[Dim, ...], second: tuple[Dim, ...]) -> tuple[int, int] | None:
    pair = axes if isinstance(axes, (list, tuple)) else (axes, axes)
    if len(pair) != 2 or not all(isinstance(axis, int) for axis in pair):
        return None
    a, b = pair
    if not (-len(first) <= a < len(first) and -len(second) <= b < len(second)):
        raise Impossible("there is no such axis")
    return a % len(first), b % len(second)


def _contract(axes: object, shapes: list[Shape], batch: bool = False) -> Shape:
    """The sizes that are not contracted; ``batch`` says that the batch axis may be, as Keras 1 has it."""
    if len(shapes) != 2:
        raise Impossible(f"needs 2 inputs, gets {len(shapes)}")
    first, second = shapes
    if first is None or second is None or (pair := _dot_axes(axes, first, second)) is None:
        return None
    a, b = pair
    if (a == 0 or b == 0) and not batch:
        return None
    if equal(first[a], second[b]) is False:
        raise Impossible(f"contracted sizes {first[a]} and {second[b]} differ")
    left = first[:a] + first[a + 1 :]
    right = second[:b] + second[b + 1 :]
    result = left + right[1:]
    return result if len(result) > 1 else (*result, 1)


def _dot(config: Config, shapes: list[Shape]) -> Result:
    return _contract(config.get("axes", UNKNOWN), shapes)


def _merge(config: Config, shapes: list[Shape]) -> Result:
    """Keras 1.  ``cos`` has one shape declared and another at run time, so none is claimed."""
    mode = config.get("mode", "sum")
    if mode in ("sum", "mul", "ave", "max"):
        return _same(shapes)
    if mode == "concat":
        return _join(config.get("concat_axis", -1), shapes)
    if mode != "dot":
        return None
    axes = config.get("dot_axes", -1)
    if isinstance(axes, (list, tuple)) and len(axes) == 2 and all(map(_is_single, axes)):
        # One list of axes for each side, as versions before 1.0 have it.
        axes = tuple(each[0] for each in axes)
    return _contract(axes, shapes, batch=True)


def _is_single(axes: object) -> bool:
    return isinstance(axes, (list, tuple)) and len(axes) == 1


def _same(shapes: list[Shape]) -> Shape:
    known = [shape for shape in shapes if shape is not None]
    if not known:
        return None
    if len({len(shape) for shape in known}) > 1:
        raise Impossible("the inputs have different numbers of axes")
    result = known[0]
    for shape in known[1:]:
        result = tuple(map(_joined_dim, result, shape))
    return result


MANY_RULES: dict[str, ManyRule] = {
    **dict.fromkeys(ELEMENTWISE, _elementwise),
    "Subtract": _subtract,
    "Concatenate": _concatenate,
    "Dot": _dot,
    "Merge": _merge,
    "merge": _merge,
}
