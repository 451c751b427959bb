"""Ranges of tensors' entries: what arithmetic does to bounds and to the chance of an exact zero."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from lambdalint.interp.values import ANY_SIGN, Sign

INF = float("inf")
NONNEGATIVE = Sign(0.0, INF, "rarely")
POSITIVE = Sign(0.0, INF, "never")
UNIT = Sign(0.0, 1.0, "never")
MASK = Sign(0.0, 1.0, "often", whole=True)
COUNT = Sign(0.0, INF, "often", whole=True)
CLIPPED = Sign(0.0, INF, "often")
"""What is often 0 and never below, as after relu."""
SIZE = Sign(1.0, INF, "never", tiny=False, whole=True)
"""The size of an axis: at least 1 in every tensor that a layer gets."""

_ORDER = ("never", "rarely", "partly", "often")


def worst(words: Iterable[str]) -> str:
    """The likeliest of some chances of a zero."""
    return max(words, key=_ORDER.index, default="rarely")


def least(words: Iterable[str]) -> str:
    """The unlikeliest of some chances of a zero."""
    return min(words, key=_ORDER.index, default="rarely")


def make(low: float, high: float, zero: str, tiny: bool = True, whole: bool = False) -> Sign:
    """A range in which bounds that exclude 0 settle the rest."""
    if math.isnan(low):
        low = -INF
    if math.isnan(high):
        high = INF
    if low > 0 or high < 0:
        return Sign(low, high, "never", tiny=False, whole=whole)
    return Sign(low, high, zero, tiny, whole)


def exact(value: float) -> Sign:
    """The range of one number."""
    if isinstance(value, complex) or math.isnan(value):
        return ANY_SIGN
    if abs(value) > 1e300:
        return ANY_SIGN if math.isinf(value) else Sign(-INF, INF, "never", tiny=False)
    return make(float(value), float(value), "often", whole=float(value).is_integer())


def union(signs: Iterable[Sign]) -> Sign:
    """The range of entries that come from any of these."""
    known = list(signs)
    if not known:
        return ANY_SIGN
    return make(
        min(sign.low for sign in known),
        max(sign.high for sign in known),
        worst(sign.zero for sign in known),
        any(sign.tiny for sign in known),
        all(sign.whole for sign in known),
    )


def together(signs: Iterable[Sign]) -> Sign:
    """The range of a tensor put together from parts of these ranges."""
    parts = list(signs)
    made = union(parts)
    if made.zero == "often" and any(part.zero != "often" for part in parts):
        return replace(made, zero="partly")
    return made


def some(a: Sign) -> Sign:
    """Some entries of a tensor, or what several of them make: not known to be those that are often 0."""
    return replace(a, zero="rarely") if a.zero == "partly" else a


def largest(a: Sign) -> Sign:
    """The largest of several entries: with one that is 0, one that cannot be positive."""
    return a if a.high <= 0 else some(a)


def smallest(a: Sign) -> Sign:
    """The smallest of several entries."""
    return negate(largest(negate(a)))


def negate(a: Sign) -> Sign:
    """``-a``."""
    return Sign(-a.high, -a.low, a.zero, a.tiny, a.whole)


def add(a: Sign, b: Sign) -> Sign:
    """``a + b``."""
    low, high, whole = a.low + b.low, a.high + b.high, a.whole and b.whole
    if (a.low >= 0 and b.low >= 0) or (a.high <= 0 and b.high <= 0):
        return make(low, high, _both_zero(a, b), a.tiny and b.tiny, whole)
    # A mask meets the far end of its range exactly: 1 - mask.
    meets = whole and (a.often_zero or b.often_zero) and 0 in (low, high)
    return make(low, high, "often" if meets else "rarely", whole=whole)


def _both_zero(a: Sign, b: Sign) -> str:
    """The chance that an entry of each is 0 at one place: parts that are 0 need not meet."""
    return "rarely" if a.zero == b.zero == "partly" else least((a.zero, b.zero))


def subtract(a: Sign, b: Sign, independent: bool = False) -> Sign:
    """``a - b``; two inputs that are ``independent`` of each other are often equal."""
    made = add(a, negate(b))
    if independent and made.zero != "never" and not _excludes(a, b):
        return replace(made, zero="often")
    return made


def _excludes(a: Sign, b: Sign) -> bool:
    return a.low > b.high or b.low > a.high


def _times(x: float, y: float) -> float:
    return 0.0 if x == 0 or y == 0 else x * y


def multiply(a: Sign, b: Sign) -> Sign:
    """``a * b`` of different tensors."""
    ends = [_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return make(min(ends), max(ends), worst((a.zero, b.zero)), a.tiny or b.tiny, a.whole and b.whole)


def reciprocal(a: Sign) -> Sign:
    """``1 / a``."""
    if a.low > 0:
        return make(1 / a.high if a.high else INF, 1 / a.low, "never", a.high == INF)
    if a.high < 0:
        return negate(reciprocal(negate(a)))
    if a.low >= 0:
        return make(1 / a.high if a.high else INF, INF, "never", a.high == INF)
    return Sign(-INF, INF, "never")


def divide(a: Sign, b: Sign) -> Sign:
    """``a / b``."""
    return multiply(a, reciprocal(b))


def maximum(a: Sign, b: Sign) -> Sign:
    """The larger of two entries."""
    if a.low >= b.high or b.low >= a.high:
        return a if a.low >= b.high else b
    low, high = max(a.low, b.low), max(a.high, b.high)
    clips = any(x.low == x.high == 0 and y.low < 0 for x, y in ((a, b), (b, a)))
    zero = "often" if clips else worst((a.zero, b.zero))
    if a.low >= 0 and b.low >= 0:
        zero = _both_zero(a, b)
    return make(low, high, zero, a.tiny or b.tiny, a.whole and b.whole)


def minimum(a: Sign, b: Sign) -> Sign:
    """The smaller of two entries."""
    return negate(maximum(negate(a), negate(b)))


def absolute(a: Sign) -> Sign:
    """``|a|``."""
    if a.low >= 0:
        return a
    if a.high <= 0:
        return negate(a)
    return make(0.0, max(-a.low, a.high), a.zero, a.tiny, a.whole)


def square(a: Sign) -> Sign:
    """``a ** 2``."""
    size = absolute(a)
    return make(_times(size.low, size.low), _times(size.high, size.high), size.zero, size.tiny, a.whole)


def root(a: Sign) -> Sign:
    """``sqrt(a)``, with entries below 0 taken as 0, as Keras does."""
    zero = a.zero if a.low >= 0 else worst((a.zero, "rarely"))
    return make(math.sqrt(max(a.low, 0.0)), math.sqrt(max(a.high, 0.0)), zero, a.tiny)


def where_it(a: Sign, relation: str, bound: Sign) -> Sign:
    """The entries of ``a`` that are ``>``, ``>=``, ``<``, ``<=`` or ``!=`` those of another tensor."""
    if relation in ("<", "<="):
        return negate(where_it(negate(a), relation.replace("<", ">"), negate(bound)))
    if relation == "!=":
        return replace(a, zero="never") if bound.low == bound.high == 0 else a
    if relation not in (">", ">="):
        return a
    low = max(a.low, bound.low)
    zero = "never" if relation == ">" and bound.low >= 0 else a.zero
    return make(low, max(a.high, low), zero, a.tiny, a.whole)


def relu(a: Sign) -> Sign:
    """``max(a, 0)``."""
    return maximum(a, exact(0.0))


def odd(a: Sign) -> Sign:
    """An increasing function that keeps 0 and the sign, and stays within -1 and 1, such as tanh."""
    return make(-1.0 if a.low < 0 else 0.0, 1.0 if a.high > 0 else 0.0, a.zero, a.tiny)


def power(a: Sign, exponent: float | None) -> Sign:
    """``a`` to a number, ``None`` where it is not known."""
    if exponent is None:
        return make(0.0, INF, a.zero) if a.low >= 0 else ANY_SIGN
    if exponent == 2:
        return square(a)
    if exponent < 0:
        return reciprocal(power(a, -exponent))
    if exponent == 0:
        return exact(1.0)
    if float(exponent).is_integer() and int(exponent) % 2 == 0:
        return make(0.0, INF, a.zero)
    return make(0.0, INF, a.zero, a.tiny) if a.low >= 0 else Sign(-INF, INF, a.zero)


def total(a: Sign) -> Sign:
    """A sum of entries."""
    if a.low >= 0:
        return make(a.low, INF, some(a).zero, a.tiny, a.whole)
    if a.high <= 0:
        return negate(total(negate(a)))
    return ANY_SIGN


def average(a: Sign) -> Sign:
    """A mean of entries."""
    if a.low >= 0 or a.high <= 0:
        return some(a)
    return make(a.low, a.high, "rarely")


UNARY: dict[str, Callable[[Sign], Sign]] = {
    "any": lambda a: ANY_SIGN,
    "abs": absolute,
    "sqrt": root,
    "rsqrt": lambda a: reciprocal(root(a)),
    "square": square,
    "odd": odd,
    "positive": lambda a: POSITIVE,
    "nonneg": lambda a: NONNEGATIVE,
    "log": lambda a: ANY_SIGN,
    "log1p": lambda a: make(0.0, INF, a.zero, a.tiny) if a.low >= 0 else ANY_SIGN,
    "reciprocal": reciprocal,
    "unit": lambda a: UNIT,
    "mask": lambda a: MASK,
    "relu": relu,
    "relu6": lambda a: minimum(relu(a), exact(6.0)),
}
"""What the unary functions of the tables do, by the ``sign=`` of their row."""
