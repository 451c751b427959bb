"""Random numbers, and variables: what a function draws or makes each time it runs."""

from __future__ import annotations

from lambdalint.interp import events, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.ops.operands import operand
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.written import (
    SHAPE_UNKNOWN,
    dtype_argument,
    made_of,
    spread,
    variable_of,
    written_shape,
)
from lambdalint.interp.tensors import is_integer, result
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    NONE,
    Along,
    Batch,
    Const,
    Sign,
    Tensor,
    Unknown,
    Unsure,
    Value,
)

# --- random numbers and variables ------------------------------------------------------------------

_PARAMETERS = (
    "mean", "stddev", "minval", "maxval", "p", "alpha", "beta", "lam", "counts", "probabilities",
)  # fmt: skip
_APPENDED = ("random.gamma", "random_gamma", "random.poisson", "random_poisson")
"""TensorFlow's functions that put the written shape in front of that of their parameters."""


def random(call: OpCall) -> Value:
    """Random numbers of a written shape: the same for every sample unless it has the batch axis."""
    shape = call.get("shape")
    dims, batch = written_shape(call, shape)
    dtype = dtype_argument(call, call.option("dtype") or "float32")
    drawn = made_of(call, shape, dims, batch, dtype=dtype, sign=_random_sign(call, dtype)).but(random=True)
    values = [operand(call, call.args[name]) for name in _PARAMETERS if name in call.args]
    tensors = [each for each in values if isinstance(each, Tensor) and (each.rank or each.inputs)]
    if tensors and call.op.name in {f"tensorflow.{name}" for name in _APPENDED}:
        drawn = _in_front(call, drawn, tensors)
    elif tensors:
        drawn = spread(call, drawn, tensors).but(random=True)
    if any(isinstance(each, Unknown) and each.inputs for each in values):
        drawn = result([drawn, *values], None, Unsure(SHAPE_UNKNOWN, carries=True), dtype=dtype)
    event = call.event(events.RANDOM, tensor=drawn)
    return drawn.but(made=event)


def _in_front(call: OpCall, drawn: Tensor, parameters: list[Tensor]) -> Tensor:
    """The written shape before that of the parameters."""
    inner, batch = broadcast(call, parameters)
    dims = None if drawn.dims is None or inner is None else (*drawn.dims, *inner)
    if isinstance(batch, Along):
        if drawn.dims is None:
            batch = Unsure(SHAPE_UNKNOWN, carries=True)
        elif drawn.dims:
            moved = call.silent_event(events.CHANGED, before=parameters[0], after=dims, axis=batch.axis)
            axis = batch.axis + len(drawn.dims)
            batch = Along(axis, batch.outer, batch.inner, batch.moved or moved, batch.folded)
    elif batch == CONSTANT:
        batch = drawn.batch
    made = result([drawn, *parameters], dims, batch, dtype=drawn.dtype, sign=drawn.sign)
    return made.but(random=True)


def _random_sign(call: OpCall, dtype: str | None) -> Sign:
    if "p" in call.args:
        return signs.MASK
    if "lam" in call.args or "counts" in call.args:
        return signs.COUNT
    if "minval" in call.args:
        return _between(call, dtype)
    plain: dict[str, Sign] = {"unit": signs.UNIT, "positive": signs.POSITIVE, "nonneg": signs.NONNEGATIVE}
    return plain.get(call.option("sign"), ANY_SIGN)


def _between(call: OpCall, dtype: str | None) -> Sign:
    low, high = call.constant("minval"), call.constant("maxval")
    if call.get("maxval") == NONE and not is_integer(dtype):
        high = 1.0
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
        return ANY_SIGN
    return signs.make(float(low), float(high), "often" if is_integer(dtype) else "rarely")


def variable(call: OpCall) -> Value:
    """A variable with an initial value, or a shape that an initializer fills."""
    shape, value = call.get("shape"), call.get("initial_value", "value", "initializer")
    initial = _initial(call, value)
    default = initial.dtype if isinstance(initial, Tensor) else None
    if default is None or call.op.name.startswith("keras."):
        default = "float32"
    dtype = dtype_argument(call, default)
    if shape != NONE:
        dims, _ = written_shape(call, shape)
        return variable_of(call, made_of(call, shape, dims, CONSTANT, dtype=dtype))
    if isinstance(initial, Unknown):
        batch: Batch = Unsure(SHAPE_UNKNOWN) if initial.inputs else CONSTANT
        return variable_of(call, result([initial], None, batch, dtype=dtype))
    return variable_of(
        call, result([initial], initial.dims, initial.batch, dtype=dtype).but(made=initial.made)
    )


def _initial(call: OpCall, value: Value) -> Tensor | Unknown:
    """The initial value; an initializer (a name, a function, an object) tells nothing of the shape."""
    if isinstance(value, Const) and (value.value is None or isinstance(value.value, str)):
        return Unknown("an initializer")
    return operand(call, value)


DRAWN: dict[str, Family] = {"random": random, "variable": variable}
