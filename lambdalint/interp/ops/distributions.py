"""Distributions of TensorFlow Probability: what sampling and scoring do to shapes and samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.interp import events, reasons
from lambdalint.interp.call import Impossible
from lambdalint.interp.ops.arithmetic import zip_values
from lambdalint.interp.ops.operands import call_at
from lambdalint.interp.tensors import as_tensor, stack
from lambdalint.interp.values import (
    NONE,
    Along,
    Const,
    Distribution,
    Event,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

SCALAR = frozenset(
    {"Normal", "Laplace", "Beta", "Gamma", "Uniform", "Logistic", "TruncatedNormal", "Poisson"}
)
"""Distributions over numbers whose shape is that of their parameters together."""

_LIKE_PARAMETERS = frozenset({"mean", "mode", "stddev", "variance", "entropy"})
_LIKE_VALUE = frozenset({"log_prob", "prob", "cdf", "log_cdf", "survival_function"})


def make(name: str, args: list[Value], kwargs: dict[str, Value]) -> Distribution | None:
    """The distribution that a class of the library makes, where it is one over numbers."""
    if name not in SCALAR:
        return None
    given = [
        value for key, value in kwargs.items() if key not in ("name", "validate_args", "allow_nan_stats")
    ]
    return Distribution(name, (*args, *given))


def method(
    machine: Machine,
    receiver: Distribution,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    at: Anchor,
    text: str,
) -> Value:
    """Call a method of a distribution."""
    values = list(receiver.parameters)
    if name in _LIKE_VALUE:
        values += args[:1] or [kwargs.get("value", NONE)]
    elif name != "sample" and name not in _LIKE_PARAMETERS:
        return machine.unknown(reasons.ATTRIBUTE)
    call = call_at(machine, f"tensorflow_probability.{name}", at, text)
    try:
        result = zip_values(call, "add", values)
    except Impossible:
        return machine.unknown(reasons.IMPOSSIBLE)
    if isinstance(result, Unknown) or name != "sample":
        return result
    result = as_tensor(result)
    if isinstance(result, Unknown):
        return result
    count = args[0] if args else kwargs.get("sample_shape", NONE)
    return _drawn(machine, result, count, at, text)


def _drawn(machine: Machine, result: Tensor, count: Value, at: Anchor, text: str) -> Value:
    """Samples of a distribution: ``sample(n)`` puts an axis of n draws in front."""
    event = machine.record(events.RANDOM, at, text, {"tensor": result})
    if count == NONE or (isinstance(count, Const) and count.value == ()):
        return result.but(made=event, content=None)
    size = machine.dim(count, "n")
    if size is None:
        return machine.unknown(reasons.ENTRY)
    drawn = stack([result], size)
    if isinstance(drawn.batch, Along) and drawn.batch.axis == 1 and drawn.batch.moved is None:
        moved = Event(events.CHANGED, at, text, {"before": result, "after": drawn.dims, "axis": 0})
        batch = drawn.batch
        return drawn.but(batch=Along(1, batch.outer, batch.inner, moved, batch.folded))
    return drawn
