"""NumPy and Python's numeric modules: exact on numbers and shapes, an event on tensors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from lambdalint.interp import events, reasons
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.delegate import delegate
from lambdalint.interp.ops.operators import is_quick
from lambdalint.interp.ops.questions import shape_sequence
from lambdalint.interp.ops.table import Family
from lambdalint.interp.values import CONSTANT, NONE, Const, Number, Sequence, Sign, Tensor, Unknown, Value
from lambdalint.layers.dims import MOST_BITS, Dim, add, fresh, product

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp2": lambda x: 2.0**x, "abs": abs, "absolute": abs, "fabs": math.fabs, "square": lambda x: x * x,
    "arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "negative": lambda x: -x,
    "deg2rad": math.radians, "rad2deg": math.degrees, "rint": round, "fix": math.trunc,
    "floor": lambda x: float(math.floor(x)), "ceil": lambda x: float(math.ceil(x)),
    "trunc": lambda x: float(math.trunc(x)),
    "round": round, "around": round, "round_": round, "logical_not": lambda x: not x,
    "add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b, "true_divide": lambda a, b: a / b, "floor_divide": lambda a, b: a // b,
    "mod": lambda a, b: a % b, "remainder": lambda a, b: a % b,
    "power": lambda a, b: a**b if abs(b) < 64 else float(a) ** b,
    "maximum": max, "minimum": min, "arctan2": math.atan2,
    "clip": lambda x, low, high: min(max(x, low), high),
    "reciprocal": lambda x: 1.0 / x,
}  # fmt: skip

_OF_SIZES: dict[str, Callable[..., Any]] = {"prod": math.prod, "sum": sum, "max": max, "min": min}


def _flat(value: Value) -> Iterator[Value]:
    if isinstance(value, Sequence):
        for item in value.items if value.items is not None else [value.element or Unknown("an entry")]:
            yield from _flat(item)
    else:
        yield value


def _inputs(call: OpCall) -> frozenset[int]:
    """The layer inputs among the arguments, lists included."""
    found: frozenset[int] = frozenset()
    for value in call.args.values():
        for item in _flat(value):
            if isinstance(item, (Tensor, Unknown)):
                found |= item.inputs
    return found


def _on_tensor(call: OpCall) -> Unknown | None:
    """The event, and what comes of it, where an argument is a layer's tensor."""
    inputs = _inputs(call)
    values = [item for value in call.args.values() for item in _flat(value)]
    tensor = next((v for v in values if _is_tensor(v)), None)
    if tensor is None:
        return None if not inputs else Unknown("a number made of a tensor", inputs=inputs)
    library = call.op.name.partition(".")[0]
    call.event(events.NUMPY, library=library, name=call.op.name, operand=tensor)
    return Unknown("a NumPy function of a tensor", inputs=inputs)


def _is_tensor(value: Value) -> bool:
    if isinstance(value, Tensor):
        return value.kind == "keras" or (value.kind != "ndarray" and bool(value.inputs))
    return isinstance(value, Unknown) and value.tensor


def _computed(call: OpCall, *values: Value) -> Value | None:
    """The number itself, where every operand is a number that is known."""
    name = call.op.name.rpartition(".")[2]
    function = _FUNCTIONS.get(name) or getattr(math, name, None)
    if function is None or not values or not all(isinstance(value, Const) for value in values):
        return None
    plain = [value.value for value in values if isinstance(value, Const)]
    return _calculated(function, plain)


def _calculated(function: Callable[..., Any], plain: list[Any]) -> Value | None:
    if not all(isinstance(each, (int, float)) for each in plain):
        return None
    if any(isinstance(each, int) and each.bit_length() > MOST_BITS for each in plain):
        return None
    if not is_quick(function, plain):
        return None
    try:
        return Const(function(*plain))
    except (ArithmeticError, TypeError, ValueError):
        return Unknown("a number that is not defined")


def _operands(call: OpCall) -> list[Value]:
    """The positional arguments that carry data: those given, without ``out`` and ``None``."""
    return [value for name, value in call.args.items() if name not in ("out", "dtype") and value != NONE]


def numpy_call(call: OpCall) -> Value:
    """A NumPy function: ``inner`` is what it does to arrays, ``f`` what it does to numbers."""
    problem = _on_tensor(call)
    if problem is not None:
        return problem
    operands = _operands(call)
    if (number := _computed(call, *operands)) is not None:
        return number
    if (exact := _on_sizes(call)) is not None:
        return exact
    if any(isinstance(each, Sequence) and each.items is None for each in operands):
        return Unknown("a list of unknown length")
    if call.option("f") == "shape":
        made = call.tensor(call.first())
        return shape_sequence(made) if isinstance(made, Tensor) else Unknown("the shape is not known")
    inner = call.option("inner")
    if not inner or not (_creates(inner) or any(isinstance(each, (Tensor, Sequence)) for each in operands)):
        return Unknown("a number that is not known")
    options = {key: value for key, value in call.op.options.items() if key not in ("np", "inner", "f")}
    result = delegate(call, inner, call.args, **options)
    return array(result)


def _creates(inner: str) -> bool:
    return inner in ("zeros", "full", "eye", "arange", "linspace")


def array(value: Value) -> Value:
    """A result as the array, or the number, that NumPy returns."""
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence(value.kind, [array(item) for item in value.items])
    if isinstance(value, Tensor) and value.rank != 0:
        return value.but(kind="ndarray", content=value.content)
    if isinstance(value, Tensor) and value.content is None:
        return Unknown("a number that is not known")
    return value


def _on_sizes(call: OpCall) -> Value | None:
    """``np.prod(shape)`` and its like on a flat list of sizes."""
    function, values = call.option("f"), call.first()
    if function not in _OF_SIZES or not isinstance(values, Sequence) or values.items is None:
        return None
    if call.get("axis") not in (NONE, Const(0), Const(-1)):
        return None
    plain = [item.value for item in values.items if isinstance(item, Const)]
    if len(plain) == len(values.items) and all(isinstance(each, (int, float)) for each in plain):
        return Const(_OF_SIZES[function](plain)) if plain or function in ("prod", "sum") else None
    sizes = [call.machine.dim(item) for item in values.items]
    if function not in ("prod", "sum") or any(size is None for size in sizes):
        return None
    dims: list[Dim] = [size for size in sizes if size is not None]
    total: Dim = product(dims)
    if function == "sum":
        total = 0
        for dim in dims:
            total = add(total, dim)
    return Const(total) if isinstance(total, int) else Number(total)


def numpy_number(call: OpCall) -> Value:
    """``np.float32(x)``: a number of that type, or an array."""
    if (problem := _on_tensor(call)) is not None:
        return problem
    x, kind = call.first(), call.option("kind")
    if isinstance(x, Const) and isinstance(x.value, (int, float)):
        try:
            return Const({"float": float, "int": int, "bool": bool}[kind](x.value))
        except (ValueError, OverflowError):
            return call.machine.unknown(reasons.IMPOSSIBLE)
    if isinstance(x, (Tensor, Sequence)):
        return numpy_array(call)
    return x


def numpy_array(call: OpCall) -> Value:
    """``np.array(data)``: an array of constants, its entries kept where they are few integers."""
    if (problem := _on_tensor(call)) is not None:
        return problem
    data = call.first()
    if isinstance(data, (Const, Number)):
        return data
    if isinstance(data, Tensor):
        return data.but(kind="ndarray", content=data.content)
    dims = _nesting(data)
    dtype = call.constant("dtype")
    if dims is None:
        return Unknown("an array of unknown shape")
    content = _content(call, data) if len(dims) == 1 else None
    sign = _sign(data)
    return Tensor(dims, CONSTANT, dtype if isinstance(dtype, str) else None, sign, content, kind="ndarray")


def _nesting(data: Value) -> tuple[Dim, ...] | None:
    if isinstance(data, Tensor):
        return data.dims
    if isinstance(data, Sequence):
        if data.items is None:
            return None
        inner = _nesting(data.items[0]) if data.items else ()
        return None if inner is None else (len(data.items), *inner)
    return None if isinstance(data, Unknown) else ()


def _content(call: OpCall, data: Value) -> tuple[Dim, ...] | None:
    if not isinstance(data, Sequence) or data.items is None or len(data.items) > 64:
        return None
    sizes: list[Dim] = []
    for item in data.items:
        if not isinstance(item, Number) and not (isinstance(item, Const) and type(item.value) is int):
            return None
        size = call.machine.dim(item)
        if size is None:
            return None
        sizes.append(size)
    return tuple(sizes)


def _sign(data: Value) -> Sign:
    plain = [item.value if isinstance(item, Const) else None for item in _flat(data)]
    numbers = [each for each in plain if isinstance(each, (int, float))]
    if not numbers or len(numbers) != len(plain):
        return Sign()
    return Sign(min(numbers), max(numbers), "often" if 0 in numbers else "never", False)


# --- randomness ------------------------------------------------------------------------------------


def numpy_random(call: OpCall) -> Value:
    """``np.random.*``: drawn once, while the function is traced."""
    call.event(events.FROZEN_RANDOM, library="numpy", name=call.op.name)
    shape = call.first() if call.option("spread") else call.get("size")
    if shape == NONE or (isinstance(shape, Sequence) and shape.items == []):
        return Unknown("a random number")
    items = shape.items if isinstance(shape, Sequence) else [shape]
    if items is None:
        return Unknown("a random array of unknown shape")
    sizes = [call.machine.dim(item) for item in items]
    dims = tuple(fresh() if size is None else size for size in sizes)
    return Tensor(dims, CONSTANT, "float64", kind="ndarray", random=True)


def python_random(call: OpCall) -> Value:
    """``random.*``: drawn once, while the function is traced."""
    call.event(events.FROZEN_RANDOM, library="random", name=call.op.name)
    return Unknown("a random number")


def python_math(call: OpCall) -> Value:
    """``math.*``: a number; Python cannot compute it of a tensor."""
    if (problem := _on_tensor(call)) is not None:
        return problem
    number = _exact(call)
    return number if number is not None else Unknown("a number that is not known")


def _exact(call: OpCall) -> Value | None:
    function = getattr(math, call.op.name.rpartition(".")[2])
    values = [value for value in call.args.values() if value != NONE]
    plain = [value.value for value in values if isinstance(value, Const)]
    return _calculated(function, plain) if len(plain) == len(values) else None


ARRAYS: dict[str, Family] = {
    "np": numpy_call,
    "np_number": numpy_number,
    "np_array": numpy_array,
    "np_random": numpy_random,
    "python_random": python_random,
    "python_math": python_math,
}
