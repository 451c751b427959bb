"""Sums of inputs times numbers: Rescaling, Add, Subtract, Average."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from lambdalint.interp.values import Along, Const, Sequence, Tensor, Unknown, Value

from .body import Body, Call, Found, integers, rank_of
from .scalars import MINUS_ONE, ONE, ZERO, Scalar, captured

_DEPTH = 24
SWAPPED = "the two inputs in reverse order"


@dataclass(frozen=True, slots=True)
class Linear:
    """``factors[0] * input 0 + … + offset``; inputs that are not in it do not occur."""

    factors: dict[int, Scalar]
    offset: Scalar = ZERO

    def plus(self, other: Linear) -> Linear:
        """The sum of both."""
        factors = dict(self.factors)
        for index, factor in other.factors.items():
            factors[index] = factors[index].plus(factor) if index in factors else factor
        return Linear(factors, self.offset.plus(other.offset))

    def times(self, scalar: Scalar) -> Linear:
        """All of it times a number."""
        factors = {index: factor.times(scalar) for index, factor in self.factors.items()}
        return Linear(factors, self.offset.times(scalar))

    def over(self, scalar: Scalar) -> Linear | None:
        """All of it divided by a number."""
        factors = {index: factor.over(scalar) for index, factor in self.factors.items()}
        offset = self.offset.over(scalar)
        if offset is None or None in factors.values():
            return None
        return Linear(factors, offset)  # type: ignore[arg-type]


def linear(body: Body, value: Value, depth: int = 0) -> Linear | None:
    """A value as a sum of inputs times numbers, if it is one."""
    index = body.index(value)
    if index is not None:
        return Linear({index: ONE})
    number = body.number(value)
    if number is not None:
        return Linear({}, Scalar(number))
    call = body.call(value)
    if call is None or depth > _DEPTH:
        return None
    if call.word in ("add", "subtract", "multiply", "divide", "divide_no_nan", "negative"):
        return _operator(body, call, depth + 1)
    if call.word == "cast":
        made = call.step.result
        stays = isinstance(made, Tensor) and made.dtype == "float32"
        return linear(body, call.values[0], depth + 1) if stays else None
    return _of_list(body, call, depth + 1)


def _operator(body: Body, call: Call, depth: int) -> Linear | None:
    sides = list(call.arguments.items())[:2]
    if len(sides) == 1 or call.word == "negative":
        inner = linear(body, sides[0][1], depth)
        if call.word in ("subtract", "negative"):
            return None if inner is None else inner.times(MINUS_ONE)
        return inner
    parts = [_side(body, call, name, value, depth) for name, value in sides]
    left, right = parts
    if left is None or right is None:
        return None
    if call.word == "add":
        return left.plus(right)
    if call.word == "subtract":
        return left.plus(right.times(MINUS_ONE))
    if call.word == "multiply":
        if left.factors and right.factors:
            return None
        return left.times(right.offset) if left.factors else right.times(left.offset)
    return None if right.factors else left.over(right.offset)


def _side(body: Body, call: Call, name: str, value: Value, depth: int) -> Linear | None:
    found = linear(body, value, depth)
    if found is None and (scalar := captured(body.layer, call.step, name)) is not None:
        return Linear({}, scalar)
    return found


def _of_list(body: Body, call: Call, depth: int) -> Linear | None:
    """The sum or mean of a list of tensors: ``tf.add_n``, or over the axis along which they are stacked."""
    items = [] if call.word != "add_n" else listed(call.values[0])
    if call.word in ("sum", "mean"):
        items = stacked(body, call)
    parts = [linear(body, item, depth) for item in items or []]
    if not parts or None in parts:
        return None
    total = Linear({})
    for part in parts:
        total = total.plus(part)  # type: ignore[arg-type]
    return total.over(Scalar(float(len(parts)))) if call.word == "mean" else total


def listed(value: Value) -> list[Value] | None:
    """The items of a list or tuple of known length."""
    return value.items if isinstance(value, Sequence) else None


def stacked(body: Body, call: Call) -> list[Value] | None:
    """The tensors that a reduction takes together: it runs over the axis along which they are stacked."""
    axis = integers(call.get("axis", "axes"))
    if axis is None or len(axis) != 1 or not call.only(keepdims=False):
        return None
    stack = body.call(call.values[0], "stack")
    if stack is not None:
        return listed(stack.values[0]) if integers(stack.get("axis")) == axis else None
    joins = call.step.op.startswith("tensorflow.") or body.dialect != "keras3"
    return listed(call.values[0]) if axis == (0,) and joins and call.word != "mean" else None


# --- the layers ------------------------------------------------------------------------------------


def scaling(body: Body) -> Found | None:
    """Rescaling: one input times a number, plus a number or not; a sum alone scales nothing."""
    if body.listed:
        return None
    found = linear(body, body.result)
    if found is None or set(found.factors) != {0} or found.factors[0] == ZERO:
        return None
    if isinstance(body.input, Unknown) and not _is_one_tensor(body):
        return None
    scale, offset = found.factors[0], found.offset
    if (scale, offset) == (ONE, ZERO):
        return _nothing(body)
    if scale == ONE or not isinstance(body.result, Tensor) or body.result.dtype not in (None, "float32"):
        return None
    inner = str(scale) if offset == ZERO else f"{scale}, offset={offset}"
    return Found("Rescaling", f"Rescaling({inner})")


def _is_one_tensor(body: Body) -> bool:
    """Whether the operations show that the input is no list: lists can be doubled and joined."""
    return isinstance(body.result, Tensor) and isinstance(body.result.batch, Along)


def _nothing(body: Body) -> Found | None:
    """A function that returns its input by way of some library function."""
    if body.trace.result is body.input or any(call.word == "cast" for call in body.calls.values()):
        return None
    if _has_named_number(body):
        return None
    same = (
        isinstance(body.result, Tensor)
        and isinstance(body.input, Tensor)
        and body.result.dtype == body.input.dtype
    )
    if not same and body.result is not body.input:
        return None
    if body.dialect == "keras3":
        return Found("Identity", "Identity()")
    return Found("Activation", 'Activation("linear")')


def _has_named_number(body: Body) -> bool:
    """Whether a number has a name, as in ``x * beta``: it may be another one tomorrow."""
    for step in body.trace.steps:
        node = step.at.node
        sides = {"x": node.left, "y": node.right} if isinstance(node, ast.BinOp) else {}
        for name, side in sides.items():
            if isinstance(side, (ast.Name, ast.Attribute)) and isinstance(step.arguments.get(name), Const):
                return True
    return False


def sums(body: Body) -> Found | None:
    """Add, Subtract and Average of all inputs."""
    count = len(body.inputs)
    if not body.listed or count < 2 or not alike(body):
        return None
    found = linear(body, body.result)
    if found is None or set(found.factors) != set(range(count)) or found.offset != ZERO:
        return None
    factors = [found.factors[index].value for index in range(count)]
    if all(factor == 1 for factor in factors):
        return Found("Add", "Add()")
    if factors in ([1, -1], [-1, 1]):
        return Found(
            "Subtract", "Subtract()", on="" if factors[0] == 1 else "the two inputs in reverse order"
        )
    if all(factor is not None and abs(factor * count - 1) < 1e-9 for factor in factors) and body.floats:
        return Found("Average", "Average()")
    return None


def alike(body: Body) -> bool:
    """Whether nothing keeps the inputs from being merged: the merging layers line ranks up differently."""
    ranks = {rank_of(value) for value in body.inputs} - {None}
    types = {value.dtype for value in body.inputs if isinstance(value, Tensor)} - {None}
    return len(ranks) < 2 and len(types) < 2 and 0 not in ranks


RECOGNISERS = (scaling, sums)
