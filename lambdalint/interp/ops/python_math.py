"""Python's ``math``."""

from __future__ import annotations

from lambdalint.interp.values import Const, Value

ATTRIBUTES: dict[str, Value] = {
    "pi": Const(3.141592653589793),
    "e": Const(2.718281828459045),
    "tau": Const(6.283185307179586),
    "inf": Const(float("inf")),
    "nan": Const(float("nan")),
}

TABLE = """
sqrt, exp, log2, log10, log1p, expm1, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, \
    atanh, floor, ceil, trunc, fabs, degrees, radians, isnan, isinf, isfinite, factorial, gamma, lgamma, \
    erf, erfc, isqrt(x) : python_math
log(x, base=None)                                   : python_math
pow, atan2, fmod, copysign, gcd, hypot(x, y)        : python_math
"""
