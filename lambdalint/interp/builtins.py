"""Python's builtin functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lambdalint.interp import events, reasons
from lambdalint.interp.machine import inputs_of
from lambdalint.interp.nesting import bounded
from lambdalint.interp.ops import operators
from lambdalint.interp.tensors import LAST_AXIS, RANK, join_values
from lambdalint.interp.truth import static_truth
from lambdalint.interp.values import (
    NONE,
    Bound,
    ClassValue,
    Const,
    Dictionary,
    Function,
    Layer,
    Library,
    Model,
    Number,
    Opaque,
    RangeValue,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

Arguments = list[Value]
Keywords = dict[str, Value]

LONGEST = 256
"""Longest range that is kept item by item."""


def call(machine: Machine, name: str, args: Arguments, kwargs: Keywords, at: Anchor, text: str) -> Value:
    """Call the builtin ``name``."""
    handler = _BUILTINS.get(name)
    if handler is not None:
        return bounded(handler(machine, args, kwargs, at))
    plain = _plain_call(name, args, kwargs)
    if plain is not None:
        return plain
    if name in ("print", "open", "input", "exec", "eval"):
        machine.record(events.SIDE_EFFECT, at, name, {"call": name})
        if name == "open":
            return Opaque("open file", at)
        return NONE if name in ("print", "exec") else Unknown(reasons.UNKNOWN_CALL)
    if name in ("str", "repr"):
        return Unknown(reasons.STRING)
    inputs: frozenset[int] = frozenset()
    for value in [*args, *kwargs.values()]:
        inputs |= inputs_of(value)
    return Unknown(reasons.UNKNOWN_CALL, inputs=inputs)


_PURE: dict[str, Callable[..., object]] = {
    "abs": abs, "bool": bool, "divmod": divmod, "float": float, "int": int, "len": len, "max": max,
    "min": min, "pow": pow, "round": round, "str": str, "sum": sum, "ord": ord, "chr": chr, "repr": repr,
}  # fmt: skip


def _plain_call(name: str, args: Arguments, kwargs: Keywords) -> Value | None:
    function = _PURE.get(name)
    if function is None or kwargs:
        return None
    plain = []
    for value in args:
        if isinstance(value, Const):
            plain.append(value.value)
        elif isinstance(value, Sequence) and value.items is not None:
            if not all(isinstance(item, Const) for item in value.items):
                return None
            plain.append([item.value for item in value.items])  # type: ignore[union-attr]
        else:
            return None
    if not operators.is_quick(function, plain):
        return None
    try:
        result = function(*plain)
    except Exception:
        return None
    if isinstance(result, tuple):
        return Sequence("tuple", [Const(item) for item in result])
    return Const(result)


def items_of(machine: Machine, value: Value) -> list[Value] | Value:
    """The items of an iterable, or what each of them is."""
    if isinstance(value, Sequence):
        if value.items is not None:
            return list(value.items)
        return value.element if value.element is not None else Unknown(reasons.ENTRY)
    if isinstance(value, RangeValue):
        return value.element
    if isinstance(value, Dictionary) and value.complete:
        return [Const(key) for key in value.items]
    if isinstance(value, Const) and isinstance(value.value, str):
        return [Const(letter) for letter in value.value]
    if isinstance(value, Tensor) and isinstance(value.content, tuple):
        return [Const(item) if isinstance(item, int) else Number(item) for item in value.content]
    if isinstance(value, Unknown):
        return Unknown(value.reason, tensor=value.tensor, inputs=value.inputs)
    return Unknown(reasons.ENTRY)


# --- builtins --------------------------------------------------------------------------------------


def _len(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    value = args[0] if args else NONE
    if isinstance(value, Sequence):
        if value.items is None and value.kind == "tuple" and value.element is None:
            # A shape.
            return Unknown(reasons.ENTRY, RANK)
        return Unknown(reasons.ENTRY) if value.items is None else Const(len(value.items))
    if isinstance(value, Dictionary) and value.complete:
        return Const(len(value.items))
    if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
        return Const(len(value.value))
    if isinstance(value, Tensor):
        if isinstance(value.content, tuple):
            return Const(len(value.content))
        if value.inputs and machine.trace is not None:
            machine.record(events.BRANCH, at, "len", {"operand": value, "len": True})
            return Unknown(reasons.ENTRY)
        if value.dims:
            first = value.dims[0]
            return Const(first) if isinstance(first, int) else Number(first)
    return Unknown(reasons.ENTRY)


def _range(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    plain = [value.value for value in args if isinstance(value, Const) and isinstance(value.value, int)]
    if len(plain) == len(args) and 1 <= len(plain) <= 3 and (len(plain) < 3 or plain[2] != 0):
        numbers = range(*plain)[: LONGEST + 1]
        if len(numbers) <= LONGEST:
            return Sequence("range", [Const(number) for number in numbers])
    for value in args:
        if isinstance(value, Tensor) and value.inputs and machine.trace is not None:
            machine.record(events.BRANCH, at, "range", {"operand": value, "range": True})
        if isinstance(value, Number) and value.maybe_none and machine.trace is not None:
            machine.record(events.BRANCH, at, "range", {"operand": value, "range": True})
    number = Unknown(reasons.LOOP, "i")
    if len(args) == 2 and len(plain) == 1 and isinstance(args[1], Unknown) and args[1].label == RANK:
        last = Unknown(reasons.LOOP, LAST_AXIS)
        return Sequence("range", None, number, lead=(args[0],), tail=(last,))
    return RangeValue(number)


def _number(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    value = args[0] if args else Const(0)
    if isinstance(value, Tensor):
        if machine.trace is not None and value.inputs and value.content is None:
            machine.record(events.EAGER, at, "", {"operand": value})
        if value.content is not None and not isinstance(value.content, tuple):
            return Const(value.content) if isinstance(value.content, int) else Number(value.content)
        return Unknown(reasons.ENTRY)
    if isinstance(value, (Number, Unknown)):
        return value
    return Unknown(reasons.ENTRY)


def _sequence(kind: str) -> Callable[[Machine, Arguments, Keywords, Anchor], Value]:
    def make(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
        if not args:
            return Sequence(kind, [], birth=machine.serial())
        if (
            isinstance(args[0], Tensor)
            and args[0].inputs
            and args[0].content is None
            and machine.trace is not None
        ):
            machine.record(events.BRANCH, at, kind, {"operand": args[0], "loop": True})
        items = items_of(machine, args[0])
        if isinstance(items, list):
            return Sequence(kind, items, birth=machine.serial())
        ends = (args[0].lead, args[0].tail) if isinstance(args[0], Sequence) else ((), ())
        return Sequence(kind, None, items, machine.serial(), (), *ends)

    return make


def _zip(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    columns = [items_of(machine, value) for value in args]
    lists = [column for column in columns if isinstance(column, list)]
    if len(lists) == len(columns):
        return Sequence("list", [Sequence("tuple", list(row)) for row in zip(*lists)])
    element = [(column[0] if column else NONE) if isinstance(column, list) else column for column in columns]
    return RangeValue(Sequence("tuple", element))


def _enumerate(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    items = items_of(machine, args[0]) if args else []
    start = args[1] if len(args) > 1 else kwargs.get("start", Const(0))
    if isinstance(items, list) and isinstance(start, Const) and isinstance(start.value, int):
        pairs = enumerate(items, start.value)
        return Sequence("list", [Sequence("tuple", [Const(i), item]) for i, item in pairs])
    element = items if not isinstance(items, list) else Unknown(reasons.LOOP)
    return RangeValue(Sequence("tuple", [Unknown(reasons.LOOP, "i"), element]))


def _reversed(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    items = items_of(machine, args[0]) if args else []
    return Sequence("list", items[::-1]) if isinstance(items, list) else RangeValue(items)


def _sorted(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    items = items_of(machine, args[0]) if args else []
    if isinstance(items, list) and not kwargs and all(isinstance(item, Const) for item in items):
        try:
            return Sequence("list", sorted(items, key=lambda item: item.value))  # type: ignore[union-attr]
        except TypeError:
            return Unknown(reasons.ENTRY)
    element = None
    for item in items if isinstance(items, list) else [items]:
        element = item if element is None else join_values(element, item)
    return Sequence("list", None, element)


def _map(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    if len(args) < 2:
        return Unknown(reasons.ENTRY)
    zipped = _zip(machine, args[1:], {}, at)
    if isinstance(zipped, Sequence) and zipped.items is not None:
        rows = [row.items or [] for row in zipped.items if isinstance(row, Sequence)]
        return Sequence("list", [machine.call(args[0], list(row), {}, at) for row in rows])
    row = zipped.element if isinstance(zipped, RangeValue) else None
    values = row.items if isinstance(row, Sequence) and row.items else []
    return RangeValue(machine.call(args[0], list(values), {}, at))


def _filter(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    items = items_of(machine, args[1]) if len(args) > 1 else []
    if isinstance(items, list):
        kept = []
        for item in items:
            known = static_truth(item if args[0] == NONE else machine.call(args[0], [item], {}, at))
            if known is None:
                return Sequence("list", None, items[0])
            if known:
                kept.append(item)
        return Sequence("list", kept)
    return RangeValue(items)


def _sum(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    items = items_of(machine, args[0]) if args else []
    if not isinstance(items, list):
        if isinstance(items, Unknown):
            return Unknown(items.reason, inputs=items.inputs)
        return Unknown(reasons.ENTRY, inputs=inputs_of(items))
    total: Value = args[1] if len(args) > 1 else Const(0)
    for item in items:
        if total == Const(0):
            total = item
            continue
        before, total = total, operators.binary(machine, "+", total, item, at, "sum")
        machine.step(at, "sum", [before, item], total, "operator.+", {"x": before, "y": item})
    return total


def _reduce(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    items = items_of(machine, args[1]) if len(args) > 1 else []
    if not isinstance(items, list) or not (items or len(args) > 2):
        return Unknown(reasons.ENTRY)
    total = args[2] if len(args) > 2 else items.pop(0)
    for item in items:
        total = machine.call(args[0], [total, item], {}, at)
    return total


def _extreme(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    inputs: frozenset[int] = frozenset()
    for value in args:
        inputs |= inputs_of(value)
    return Unknown(reasons.ENTRY, inputs=inputs)


def _absolute(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    from lambdalint.interp.values import Library as Name

    if args and isinstance(args[0], Tensor):
        return machine.call_op(Name("tensorflow.abs"), args, {}, at, "abs")
    return Unknown(reasons.ENTRY)


def _dict(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    result = Dictionary(dict(kwargs.items()), birth=machine.serial())
    if args and isinstance(args[0], Dictionary):
        result.items = {**args[0].items, **result.items}
        result.complete = args[0].complete
        return result
    pairs = items_of(machine, args[0]) if args else []
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        if (
            isinstance(pair, Sequence)
            and pair.items
            and len(pair.items) == 2
            and isinstance(pair.items[0], Const)
        ):
            result.items[pair.items[0].value] = pair.items[1]
        else:
            result.complete = False
    return result


_ARRAY = "numpy.ndarray"
_NO_TENSORS = frozenset(
    f"builtins.{name}" for name in ("list", "tuple", "dict", "set", "str", "bytes", "int", "float", "bool")
)


def _isinstance(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    if len(args) != 2 or not isinstance(args[1], (Library, Sequence)):
        return Unknown(reasons.ENTRY)
    kinds = args[1].items if isinstance(args[1], Sequence) else [args[1]]
    names = {kind.name for kind in kinds or [] if isinstance(kind, Library)}
    value = args[0]
    actual: set[str] = set()
    if isinstance(value, Sequence):
        actual = {f"builtins.{value.kind}"}
    elif isinstance(value, Dictionary):
        actual = {"builtins.dict"}
    elif isinstance(value, Const):
        actual = {f"builtins.{base.__name__}" for base in type(value.value).__mro__}
    elif isinstance(value, Number) and not value.maybe_none:
        actual = {"builtins.int", "builtins.object"}
    elif isinstance(value, Tensor):
        if names <= (_NO_TENSORS if value.kind == "ndarray" else _NO_TENSORS | {_ARRAY}):
            return Const(False)
        if value.kind == "ndarray" and _ARRAY in names:
            return Const(True)
    if actual and all(name.startswith("builtins.") for name in names):
        return Const(bool(actual & names))
    return Unknown(reasons.ENTRY)


def _getattr(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    if len(args) >= 2 and isinstance(args[1], Const) and isinstance(args[1].value, str):
        from lambdalint.interp import objects

        return objects.attribute(machine, args[0], args[1].value, at, args[1].value)
    return Unknown(reasons.ATTRIBUTE)


def _setattr(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    if len(args) == 3 and isinstance(args[1], Const) and isinstance(args[1].value, str):
        from lambdalint.interp import objects

        objects.set_attribute(machine, args[0], args[1].value, args[2])
    return NONE


def _slice(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    if not 1 <= len(args) <= 3 or kwargs:
        return Unknown(reasons.ENTRY)
    if len(args) == 1:
        return SliceValue(NONE, args[0], NONE)
    return SliceValue(*[*args, NONE][:3])


def _callable(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    if args and isinstance(args[0], (Function, Bound, ClassValue, Layer, Model)):
        return Const(True)
    if args and isinstance(args[0], (Const, Sequence, Dictionary, Tensor, Number)):
        return Const(False)
    return Unknown(reasons.ENTRY)


def _next(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    items = items_of(machine, args[0]) if args else []
    if isinstance(items, list):
        return items[0] if items else Unknown(reasons.ENTRY)
    return items


def _same(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
    return args[0] if args else NONE


def _decorator(name: str) -> Callable[[Machine, Arguments, Keywords, Anchor], Value]:
    """``staticmethod(f)`` in a class body does what it does above a ``def``."""

    def decorated(machine: Machine, args: Arguments, kwargs: Keywords, at: Anchor) -> Value:
        if len(args) != 1 or not isinstance(args[0], Function):
            return args[0] if args else Unknown(reasons.UNKNOWN_CALL)
        mark = Library(f"builtins.{name}")
        return replace(args[0], decorators=(*args[0].decorators, mark))

    return decorated


_BUILTINS: dict[str, Callable[[Machine, Arguments, Keywords, Anchor], Value]] = {
    "len": _len,
    "range": _range,
    "xrange": _range,
    "int": lambda m, a, k, at: _plain_call("int", a, k) or _number(m, a, k, at),
    "float": lambda m, a, k, at: _plain_call("float", a, k) or _number(m, a, k, at),
    "list": _sequence("list"),
    "tuple": _sequence("tuple"),
    "set": _sequence("set"),
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "sorted": _sorted,
    "map": _map,
    "filter": _filter,
    "sum": lambda m, a, k, at: _plain_call("sum", a, k) or _sum(m, a, k, at),
    "reduce": _reduce,
    "max": lambda m, a, k, at: _plain_call("max", a, k) or _extreme(m, a, k, at),
    "min": lambda m, a, k, at: _plain_call("min", a, k) or _extreme(m, a, k, at),
    "abs": lambda m, a, k, at: _plain_call("abs", a, k) or _absolute(m, a, k, at),
    "dict": _dict,
    "isinstance": _isinstance,
    "getattr": _getattr,
    "setattr": _setattr,
    "slice": _slice,
    "callable": _callable,
    "next": _next,
    "iter": _same,
    "staticmethod": _decorator("staticmethod"),
    "classmethod": _decorator("classmethod"),
    "property": _decorator("property"),
}
