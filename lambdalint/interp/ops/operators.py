"""Python's operators on abstract values: exact on numbers, sizes, strings and lists."""

from __future__ import annotations

import math
import operator as python
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import Impossible
from lambdalint.interp.nesting import MOST_LEAVES, bounded
from lambdalint.interp.ops.arithmetic import zip_values
from lambdalint.interp.ops.operands import call_at, operand
from lambdalint.interp.tensors import as_tensor, join_values, result
from lambdalint.interp.values import (
    NONE,
    Const,
    Dictionary,
    Number,
    Sequence,
    Sign,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers import dims
from lambdalint.layers.dims import MOST_BITS, Dim
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.call import OpCall
    from lambdalint.interp.machine import Machine

_PYTHON: dict[str, Callable[[Any, Any], Any]] = {
    "+": python.add, "-": python.sub, "*": python.mul, "/": python.truediv, "//": python.floordiv,
    "%": python.mod, "**": python.pow, "&": python.and_, "|": python.or_, "^": python.xor,
    "<<": python.lshift, ">>": python.rshift, "==": python.eq, "!=": python.ne, "<": python.lt,
    "<=": python.le, ">": python.gt, ">=": python.ge,
}  # fmt: skip

_UNARY: dict[str, Callable[[Any], Any]] = {"-": python.neg, "+": python.pos, "~": python.invert}
_ENTRYWISE = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "**": "pow",
    "<<": "bitwise", ">>": "bitwise",
}  # fmt: skip
_SET_OPERATORS = frozenset("-&|^")
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_SIZES: dict[str, Callable[[Dim, Dim], Dim]] = {
    "+": dims.add, "-": dims.sub, "*": dims.mul, "//": dims.floordiv, "%": dims.mod,
}  # fmt: skip

_LONGEST = 10_000
"""Entries of a list, or characters of a string, that are computed."""
_LARGEST_POWER = 512
_LARGEST_FACTORIAL = 1000
_LARGEST_FACTOR = 4096
WIDE = re.compile(r"\d{4}|\*")
"""A width in a format string that would make a large string, or one that an argument gives."""


def binary(machine: Machine, operator: str, left: Value, right: Value, at: Anchor, text: str) -> Value:
    """``left operator right``, where the operator is spelled as in Python."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _on_tensors(machine, operator, left, right, at, text)
    if isinstance(left, Const) and isinstance(right, Const):
        return _constants(operator, left.value, right.value)
    if isinstance(left, (Const, Number)) and isinstance(right, (Const, Number)):
        return _sizes(operator, left, right)
    if isinstance(left, Const) and isinstance(left.value, str) and operator == "%":
        return _formatted(left.value, right)
    if isinstance(left, Sequence) or isinstance(right, Sequence):
        return _lists(machine, operator, left, right, at, text)
    if isinstance(left, Dictionary) and isinstance(right, Dictionary) and operator == "|":
        return Dictionary({**left.items, **right.items}, left.complete and right.complete)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        if any(isinstance(side, Unknown) and side.tensor for side in (left, right)):
            return _on_tensors(machine, operator, left, right, at, text)
        return _unknown(left, right)
    if operator in ("==", "!="):
        return Const((left is right) is (operator == "=="))
    return Unknown(reasons.ENTRY)


def unary(machine: Machine, operator: str, value: Value, at: Anchor, text: str) -> Value:
    """``-x``, ``+x`` or ``~x``."""
    if isinstance(value, Const):
        try:
            plain = _UNARY[operator](value.value)
        except TypeError:
            return Unknown(reasons.EXCEPTION)
        return Const(plain)
    if isinstance(value, Number):
        negated = dims.neg(value.dim)
        return {"-": Number(negated), "+": value, "~": Number(dims.sub(negated, 1))}[operator]
    if isinstance(value, Unknown) and (not value.tensor or operator == "+"):
        return Unknown(value.reason, inputs=value.inputs, tensor=value.tensor)
    call = call_at(machine, f"operator.{operator}", at, text, x=value)
    x = operand(call, value)
    if isinstance(x, Unknown):
        return x
    if operator == "+":
        return x
    if operator == "~":
        return _array_like(result([x], x.dims, x.batch, dtype=x.dtype, sign=Sign(zero="often")), [x])
    negative = _negated(x.content)
    made = result([x], x.dims, x.batch, dtype=x.dtype, sign=signs.negate(x.sign), content=negative)
    rest = None if x.rest is None else -x.rest
    return _array_like(made.but(content=negative, rest=rest), [x])


def _negated(content: Dim | tuple[Dim, ...] | None) -> Dim | tuple[Dim, ...] | None:
    if content is None:
        return None
    return tuple(dims.neg(each) for each in content) if isinstance(content, tuple) else dims.neg(content)


def _array_like(made: Value, operands: list[Value]) -> Value:
    """What Python operators make of arrays are arrays."""
    tensors = [as_tensor(each) for each in operands]
    if isinstance(made, Tensor) and all(isinstance(t, Tensor) and t.kind == "ndarray" for t in tensors):
        return made.but(kind="ndarray", content=made.content)
    return made


# --- tensors ---------------------------------------------------------------------------------------


def _on_tensors(machine: Machine, operator: str, left: Value, right: Value, at: Anchor, text: str) -> Value:
    left, right = _next_to_sizes(machine, left, right), _next_to_sizes(machine, right, left)
    call = call_at(machine, f"operator.{operator}", at, text, x=left, y=right)
    if left == NONE or right == NONE or _is_text(left) or _is_text(right):
        if operator in ("==", "!="):
            return Const(operator == "!=")
        return _unknown(left, right)
    try:
        made = _tensor_operator(call, operator, left, right)
    except Impossible:
        return machine.unknown(reasons.IMPOSSIBLE)
    return _array_like(made, [left, right])


def _next_to_sizes(machine: Machine, value: Value, other: Value) -> Value:
    """A value that is not known as a number, where it is reckoned with sizes."""
    sizes = isinstance(other, Tensor) and other.content is not None
    if not sizes or not isinstance(value, Unknown) or value.tensor or value.inputs:
        return value
    dim = machine.dim(value)
    return value if dim is None else Number(dim)


def _is_text(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str)


def _tensor_operator(call: OpCall, operator: str, left: Value, right: Value) -> Value:
    if operator == "@":
        from lambdalint.interp.ops.contract import matmul

        return matmul(call)
    if operator in _COMPARISONS:
        from lambdalint.interp.ops.elementwise import compared

        return compared(call, [left, right])
    made = zip_values(call, _ENTRYWISE.get(operator, "bitwise"), [left, right])
    if operator in ("&", "|", "^") and isinstance(made, Tensor):
        masks = all(isinstance(side, Tensor) and side.dtype == "bool" for side in (left, right))
        return made.but(sign=signs.MASK, dtype="bool") if masks else made
    return made


# --- numbers, strings, lists -----------------------------------------------------------------------


def _constants(operator: str, left: Any, right: Any) -> Value:
    function = _PYTHON.get(operator)
    if function is None or not _affordable(operator, left, right):
        return Unknown(reasons.ENTRY)
    try:
        return Const(function(left, right))
    except (ArithmeticError, TypeError, ValueError, KeyError):
        return Unknown(reasons.EXCEPTION)


def _affordable(operator: str, left: Any, right: Any) -> bool:
    """Whether the result is of a sane size."""
    if operator in ("**", "<<"):
        return all(not isinstance(each, int) or abs(each) <= _LARGEST_POWER for each in (left, right)) or (
            isinstance(left, float)
            or isinstance(right, float)
            or (isinstance(right, int) and 0 <= right <= 4 and _small(left))
        )
    if operator == "*" and (isinstance(left, (str, bytes)) or isinstance(right, (str, bytes))):
        count = right if isinstance(right, int) else left
        return isinstance(count, int) and count <= _LONGEST and _small(left) and _small(right)
    if operator == "%" and isinstance(left, (str, bytes)):
        return isinstance(left, str) and _small(left) and not WIDE.search(left)
    return _small(left) and _small(right)


def is_quick(function: Callable[..., object], plain: list[Any]) -> bool:
    """Whether a function of numbers gives its result at once, not a number of a million digits."""
    if function is round:
        return all(not isinstance(digits, int) or abs(digits) <= _LARGEST_POWER for digits in plain[1:])
    if function is math.factorial:
        return all(not isinstance(number, int) or number <= _LARGEST_FACTORIAL for number in plain)
    large = (isinstance(each, int) and abs(each) > _LARGEST_FACTOR for each in plain)
    return function is not pow or not any(large)


def _small(plain: Any) -> bool:
    """Whether a number or string is of a size that results may be computed from."""
    if isinstance(plain, int):
        return plain.bit_length() <= MOST_BITS
    return not isinstance(plain, (str, bytes)) or len(plain) <= _LONGEST


def _sizes(operator: str, left: Const | Number, right: Const | Number) -> Value:
    first, second = _size(left), _size(right)
    if first is None or second is None:
        if operator in ("==", "!=") and NONE in (left, right):
            maybe = any(isinstance(side, Number) and side.maybe_none for side in (left, right))
            return Unknown(reasons.ENTRY) if maybe else Const(operator == "!=")
        return Unknown(reasons.ENTRY)
    if operator in _COMPARISONS:
        return _compared(operator, first, second)
    if operator == "/":
        exact = dims.divide(first, second)
        return _value(dims.floordiv(first, second) if exact is None else exact)
    if operator == "**" and isinstance(second, int) and 0 <= second <= 8:
        return _value(dims.product([first] * second))
    function = _SIZES.get(operator)
    return Unknown(reasons.ENTRY) if function is None else _value(function(first, second))


def _size(value: Const | Number) -> Dim | None:
    if isinstance(value, Number):
        return value.dim
    plain = value.value
    return plain if isinstance(plain, int) else None


def _value(dim: Dim) -> Value:
    return Const(dim) if isinstance(dim, int) else Number(dim)


def _compared(operator: str, first: Dim, second: Dim) -> Value:
    difference = dims.sub(first, second)
    if isinstance(difference, int):
        return Const(_PYTHON[operator](difference, 0))
    return Unknown(reasons.ENTRY)


def _formatted(template: str, value: Value) -> Value:
    plain: Any = None
    if isinstance(value, Sequence) and value.items is not None:
        if all(isinstance(item, Const) for item in value.items):
            plain = tuple(item.value for item in value.items if isinstance(item, Const))
    elif isinstance(value, Const):
        plain = value.value
    if plain is None or len(template) > _LONGEST or WIDE.search(template):
        return Unknown(reasons.STRING)
    try:
        return Const(template % plain)
    except (TypeError, ValueError, KeyError):
        return Unknown(reasons.STRING)


def _lists(machine: Machine, operator: str, left: Value, right: Value, at: Anchor, text: str) -> Value:
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        if operator == "+":
            return _concatenated(left, right)
        if operator in _COMPARISONS:
            return _compared_lists(operator, left, right)
        if operator in _SET_OPERATORS and left.kind == right.kind == "set":
            return _sets(operator, left, right)
    listed, other = (left, right) if isinstance(left, Sequence) else (right, left)
    if not isinstance(listed, Sequence):
        return _unknown(left, right)
    if operator == "*" and isinstance(other, Const) and isinstance(other.value, int):
        times = min(max(other.value, 0), MOST_LEAVES + 1)
        if listed.items is not None and len(listed.items) * times <= MOST_LEAVES:
            return bounded(Sequence(listed.kind, listed.items * times))
    if operator in ("==", "!=") and isinstance(other, (Const, Number)):
        return Const(operator == "!=")
    if operator in ("*", "+") and isinstance(other, (Unknown, Number)):
        ends = tuple(listed.items or ()) if operator == "+" else ()
        first, last = (ends, ()) if listed is left else ((), ends)
        return Sequence(listed.kind, None, _element(listed), lead=first, tail=last)
    if isinstance(other, Unknown) or listed.kind not in ("list", "tuple"):
        return _unknown(left, right)
    why = f"unsupported operand types for {operator}: {_type(left)} and {_type(right)}"
    machine.record(events.FAILS, at, text, {"error": "TypeError", "why": why, "operand": listed})
    return machine.unknown(reasons.BAD_ARGUMENTS)


def _sets(operator: str, left: Sequence, right: Sequence) -> Value:
    """An operator on two sets, in the order of the operands where their members are known."""
    if left.items is None or right.items is None:
        return Sequence("set", None, _element(left) if operator in "-&" else None)
    if not all(isinstance(item, Const) for item in (*left.items, *right.items)):
        return Sequence("set", None, None)
    first, second = (
        {item.value: item for item in side.items or [] if isinstance(item, Const)} for side in (left, right)
    )
    kept = _PYTHON[operator](first.keys(), second.keys())
    return Sequence("set", [item for key, item in {**first, **second}.items() if key in kept])


def _type(value: Value) -> str:
    if isinstance(value, Sequence):
        return value.kind
    return type(value.value).__name__ if isinstance(value, Const) else type(value).__name__.lower()


def _element(value: Sequence) -> Value | None:
    element = value.element
    for item in value.items or []:
        element = item if element is None else join_values(element, item)
    return element


def _concatenated(left: Sequence, right: Sequence) -> Value:
    if left.items is not None and right.items is not None:
        if len(left.items) + len(right.items) <= MOST_LEAVES:
            return bounded(Sequence(left.kind, [*left.items, *right.items]))
    first, second = _element(left), _element(right)
    element = join_values(first, second) if first is not None and second is not None else first or second
    lead = left.lead if left.items is None else (*left.items, *(right.items or right.lead))
    tail = right.tail if right.items is None else (*(left.items or left.tail), *right.items)
    return Sequence(left.kind, None, element, lead=lead, tail=tail)


def _compared_lists(operator: str, left: Sequence, right: Sequence) -> Value:
    if left.items is None or right.items is None or operator not in ("==", "!="):
        return Unknown(reasons.ENTRY)
    if len(left.items) != len(right.items):
        return Const(operator == "!=")
    if all(isinstance(item, Const) for item in (*left.items, *right.items)):
        same = all(x == y for x, y in zip(left.items, right.items))
        return Const(same is (operator == "=="))
    return Unknown(reasons.ENTRY)


def _unknown(left: Value, right: Value) -> Unknown:
    inputs: frozenset[int] = frozenset()
    reason = reasons.ENTRY
    for side in (right, left):
        if isinstance(side, (Unknown, Tensor)):
            inputs |= side.inputs
        if isinstance(side, Unknown):
            reason = side.reason
    return Unknown(reason, inputs=inputs)
