"""Functions of single entries, softmax and unit vectors: Activation, ReLU, LeakyReLU, ELU, Softmax, …"""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Tensor, Value

from .body import Body, Call, Found, integer
from .linear import linear
from .merging import unit_axis
from .scalars import ONE, ZERO, show

# The names that `Activation` takes, and the first version that does.
_NAMES = {
    "relu": "keras1", "sigmoid": "keras1", "tanh": "keras1", "softplus": "keras1", "softsign": "keras1",
    "hard_sigmoid": "keras1", "elu": "keras2", "selu": "keras2", "exp": "keras2", "silu": "2.2",
    "gelu": "2.4", "mish": "2.13", "relu6": "keras3", "log_softmax": "keras3", "log_sigmoid": "keras3",
    "hard_silu": "keras3", "hard_tanh": "keras3", "celu": "keras3", "leaky_relu": "keras3",
    "squareplus": "keras3", "tanh_shrink": "keras3", "sparse_plus": "keras3",
}  # fmt: skip
# The arguments that are as the layer has them, or that say nothing.
_DEFAULTS = {"alpha": 1.0, "beta": 1.0, "b": 4, "axis": -1}


def activation(body: Body) -> Found | None:
    """One activation function of the input, by the name that ``Activation`` takes."""
    call = body.call(body.result)
    if call is None or not call.values or not body.is_input(call.values[0]) or not body.floats:
        return None
    if call.word == "relu":
        return _relu(body, call)
    if call.word in ("leaky_relu", "elu"):
        return _sloped(body, call)
    if call.word in ("softmax", "l2_normalize"):
        return _along(body, call)
    if call.word not in _NAMES or not _usual(call) or call.step.op.startswith("theano"):
        return None
    return named(body, call.word)


def named(body: Body, word: str) -> Found:
    """``Activation`` by name, as the dialect spells it."""
    old = {"silu": "swish", "exp": "exponential"}
    name = word if word == "silu" and body.dialect == "keras3" else old.get(word, word)
    return Found("Activation", f'Activation("{name}")', since=_NAMES[word])


def _usual(call: Call) -> bool:
    """Whether the arguments behind the input are those with which Keras calls the function."""
    return all(_is_usual(name, value) for name, value in list(call.arguments.items())[1:])


def _is_usual(name: str, value: Value) -> bool:
    if name == "approximate":
        return value == Const(False)
    if name in _DEFAULTS:
        return value in (Const(_DEFAULTS[name]), Const(int(_DEFAULTS[name])))
    return name == "name"


def _relu(body: Body, call: Call) -> Found | None:
    slope = body.number(call.get("alpha", "negative_slope")) or 0.0
    threshold = body.number(call.get("threshold")) or 0.0
    most = call.get("max_value")
    known = all(
        value == NONE or body.number(value) is not None
        for value in (call.get("alpha", "negative_slope"), call.get("threshold"), most)
    )
    if not known or threshold:
        return None
    if most == NONE:
        return leaky(body, slope) if slope else named(body, "relu")
    limit = body.number(most)
    return None if slope or limit is None or limit <= 0 else _limited(limit)


def _limited(limit: float) -> Found:
    return Found("ReLU", f"ReLU(max_value={show(limit)})", since="keras2")


def leaky(body: Body, slope: float) -> Found:
    """``LeakyReLU``, whose parameter has another name in Keras 3."""
    name = {"keras3": "negative_slope=", "unknown": ""}.get(body.dialect, "alpha=")
    return Found("LeakyReLU", f"LeakyReLU({name}{show(slope)})")


def _sloped(body: Body, call: Call) -> Found | None:
    """``leaky_relu`` and ``elu`` with their slopes."""
    slope = body.number(call.get("alpha", "negative_slope")) if len(call.arguments) > 1 else 1.0
    if call.word == "elu":
        given = call.get("alpha")
        if given == NONE or body.number(given) == 1:
            return named(body, "elu")
        alpha = body.number(given)
        return None if alpha is None else Found("ELU", f"ELU(alpha={show(alpha)})")
    return None if slope is None or slope < 0 else leaky(body, slope)


def _along(body: Body, call: Call) -> Found | None:
    """``Softmax`` and ``UnitNormalization`` along an axis."""
    axis = unit_axis(call) if call.word == "l2_normalize" else _softmax_axis(call)
    rank = body.rank
    if axis is None or axis == 0 or (rank is not None and (axis == -rank or axis >= rank)):
        return None
    last = axis == -1 or (rank is not None and axis == rank - 1)
    layer = "UnitNormalization" if call.word == "l2_normalize" else "Softmax"
    if last and layer == "Softmax" and body.dialect == "keras1":
        return Found("Activation", 'Activation("softmax")')
    return Found(layer, f"{layer}()" if last else f"{layer}(axis={axis})")


def _softmax_axis(call: Call) -> int | None:
    axis = call.get("axis", "dim")
    return -1 if axis == NONE else integer(axis)


# --- activations that are written out ---------------------------------------------------------------


def clipped(body: Body) -> Found | None:
    """``clip(x, 0, 6)``, ``minimum(maximum(x, 0), 6)``, ``maximum(x, 0)`` and ``maximum(x, 0.2 * x)``."""
    call = body.call(body.result, "clip", "maximum", "minimum")
    if call is None or body.listed or not body.floats:
        return None
    if call.word == "minimum":
        return _capped(body, call)
    if call.word == "clip":
        low, high = call.values[1:3]
        if not body.is_input(call.values[0]) or body.number(low) != 0:
            return None
        if high == NONE or body.number(high) == float("inf"):
            return named(body, "relu")
        limit = body.number(high)
        return _limited(limit) if limit is not None and limit > 0 else None
    sides = [linear(body, value) for value in call.values[:2]]
    if None in sides or any(side.offset != ZERO for side in sides if side is not None):
        return None
    slopes = [side.factors.get(0, ZERO) for side in sides if side is not None]
    if ONE not in slopes:
        return None
    other = slopes[1 - slopes.index(ONE)].value
    if other == 0:
        return named(body, "relu")
    return leaky(body, other) if other is not None and 0 < other < 1 else None


def _capped(body: Body, call: Call) -> Found | None:
    """``minimum(maximum(x, 0), 6)`` and ``minimum(relu(x), 6)``, in any order of the arguments."""
    for inner, limit in (call.values[:2], call.values[1::-1]):
        above, height = body.call(inner, "relu", "maximum"), body.number(limit)
        if above is not None and height is not None and height > 0:
            sides = above.values[:2]
            plain = above.word == "relu" and _relu(body, above) == named(body, "relu")
            zero = plain or any(body.number(side) == 0 for side in sides)
            if zero and any(body.is_input(side) for side in sides):
                return _limited(height)
    return None


def gated(body: Body) -> Found | None:
    """``x * sigmoid(x)``, and ``1 / (1 + exp(-x))``."""
    call = body.call(body.result, "multiply", "divide")
    if call is None or body.listed or not body.floats:
        return None
    if call.word == "divide":
        return _logistic(body, call)
    for one, other in (call.values[:2], call.values[1::-1]):
        gate = body.call(other, "sigmoid")
        if body.is_input(one) and gate is not None and body.is_input(gate.values[0]):
            return named(body, "silu")
    return None


def _logistic(body: Body, call: Call) -> Found | None:
    total = body.call(call.values[1], "add")
    if body.number(call.values[0]) != 1 or total is None:
        return None
    for one, other in (total.values[:2], total.values[1::-1]):
        if body.number(one) == 1 and _is_exp_of_minus(body, other):
            return named(body, "sigmoid")
    return None


def _is_exp_of_minus(body: Body, value: Value) -> bool:
    call = body.call(value, "exp")
    inner = None if call is None else linear(body, call.values[0])
    return (
        inner is not None
        and inner.offset == ZERO
        and {index: factor.value for index, factor in inner.factors.items()} == {0: -1}
    )


def one_hot(body: Body) -> Found | None:
    """Whole numbers as one-hot vectors: ``CategoryEncoding`` of Keras 3."""
    call = body.call(body.result, "one_hot")
    x = body.input
    if call is None or not body.is_input(call.values[0]) or not isinstance(x, Tensor) or x.dims is None:
        return None
    count = integer(call.values[1])
    plain = all(call.get(name) == NONE for name in ("on_value", "off_value")) and call.only(sparse=False)
    last = call.get("axis") in (NONE, Const(-1))
    usual = call.get("dtype") == NONE
    size = x.dims[-1] if x.dims else 1
    if (
        count is None
        or not (plain and last and usual)
        or x.rank != 2
        or size == 1
        or not isinstance(size, int)
    ):
        return None
    return Found("CategoryEncoding", f'CategoryEncoding({count}, output_mode="one_hot")', since="keras3")


RECOGNISERS = (activation, clipped, gated, one_hot)
