"""What `keras.backend`, `keras.ops` and `tensorflow` compute, in NumPy: enough for the fixtures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Function = Callable[..., Any]


def reduction(function: Function) -> Function:
    """A reduction with the argument names of all three libraries; no axis means every axis."""

    def reduce(x: Any, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
        over = tuple(axis) if isinstance(axis, (list, tuple, np.ndarray)) else axis
        return function(np.asarray(x), axis=over, keepdims=keepdims)

    return reduce


def along(function: Function, default: int | None) -> Function:
    """A function of one axis, which differs by library where it is not written."""

    def run(x: Any, axis: Any = default, **options: Any) -> Any:
        return function(np.asarray(x), axis=axis, **options)

    return run


def elementwise(function: Function) -> Function:
    """A function of each entry."""
    return lambda x, **_: function(np.asarray(x))


def binary(function: Function) -> Function:
    """A function of two tensors that broadcast."""
    return lambda x, y, **_: function(np.asarray(x), np.asarray(y))


def softmax(x: Any, axis: Any) -> Any:
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def unit(x: Any, axis: Any) -> Any:
    return x / np.sqrt(np.maximum(np.sum(x**2, axis=axis, keepdims=True), 1e-12))


def log_sum_exp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


def squeeze(x: Any, axis: int | None = None) -> Any:
    return np.squeeze(np.asarray(x), axis)


def dot(x: Any, y: Any) -> Any:
    """`K.dot`: the last axis of one with the last but one of the other."""
    return np.dot(x, y)


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, **_: Any) -> Any:
    left, right = np.asarray(a), np.asarray(b)
    return np.matmul(
        np.swapaxes(left, -1, -2) if transpose_a else left,
        np.swapaxes(right, -1, -2) if transpose_b else right,
    )


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """`K.batch_dot`: contract one axis of each, sample by sample."""
    first, second = axes if isinstance(axes, (list, tuple)) else (axes, axes)
    if axes is None:
        first, second = x.ndim - 1, max(1, y.ndim - 2)
    if len(x) != len(y):
        raise ValueError("batch sizes differ")
    rows = [
        np.tensordot(a, b, axes=(first % x.ndim - 1, second % y.ndim - 1)) for a, b in zip(x, y, strict=True)
    ]
    out = np.stack(rows)
    return out[:, None] if out.ndim == 1 else out


def cast(x: Any, dtype: Any = "float32", **_: Any) -> Any:
    name = getattr(dtype, "name", dtype)
    return np.asarray(x).astype({"float32": "float64"}.get(str(name), str(name)))


def one_hot(indices: Any, num_classes: Any = None, depth: Any = None, axis: int = -1, **_: Any) -> Any:
    size = num_classes if depth is None else depth
    picked = np.asarray(indices).astype(int)
    return np.moveaxis(np.where(picked[..., None] == np.arange(size), 1.0, 0.0), -1, axis)


def where(condition: Any, x: Any = None, y: Any = None, **_: Any) -> Any:
    return np.where(condition, x, y)


def reshape(x: Any, shape: Any, **_: Any) -> Any:
    return np.reshape(np.asarray(x), tuple(int(size) for size in np.asarray(shape)))


def permute(x: Any, axes: Any = None, perm: Any = None, **_: Any) -> Any:
    return np.transpose(np.asarray(x), axes if perm is None else perm)


def reverse(x: Any, axes: Any = None, axis: Any = None, **_: Any) -> Any:
    over = axes if axis is None else axis
    return np.flip(np.asarray(x), tuple(over) if isinstance(over, (list, tuple)) else over)


def join(values: Sequence[Any], axis: int) -> Any:
    return np.concatenate([np.asarray(value) for value in values], axis=axis)


def stack(x: Sequence[Any], axis: int = 0, **_: Any) -> Any:
    return np.stack([np.asarray(value) for value in x], axis=axis)


def gather(x: Any, indices: Any, axis: int = 0, **_: Any) -> Any:
    return np.take(np.asarray(x), indices, axis=axis)


def take(x: Any, indices: Any, axis: int | None = None, **_: Any) -> Any:
    return np.take(np.asarray(x), indices, axis=axis)


def tile(x: Any, n: Any = 1, multiples: Any = None, **_: Any) -> Any:
    return np.tile(np.asarray(x), n if multiples is None else multiples)


def repeat(x: Any, repeats: Any = None, axis: int | None = None, rep: Any = None, **_: Any) -> Any:
    return np.repeat(np.asarray(x), repeats if rep is None else rep, axis=axis)


def noise(shape: Any, *_: Any, **__: Any) -> Any:
    """Random numbers, always the same: noise alone must not look like mixed samples."""
    return np.full(tuple(int(size) for size in np.asarray(shape)), 0.5)


def like(value: float) -> Function:
    return lambda x, *_, **__: np.full(np.shape(x), value)


def filled(value: float) -> Function:
    return lambda shape, *_, **__: np.full(tuple(np.atleast_1d(np.asarray(shape)).astype(int)), value)


def constant(value: Any, *_: Any, **__: Any) -> Any:
    return np.asarray(value)


def relu(x: Any, *_: Any, **__: Any) -> Any:
    return np.maximum(x, 0)


def clip(x: Any, low: Any = None, high: Any = None, **_: Any) -> Any:
    return np.clip(x, low, high)


def einsum(subscripts: str, *operands: Any) -> Any:
    return np.einsum(subscripts, *operands)


def map_fn(fn: Function, elems: Any, **_: Any) -> Any:
    return np.stack([fn(row) for row in elems])


def sort(x: Any, axis: int = -1, **_: Any) -> Any:
    return np.sort(np.asarray(x), axis=axis)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return np.sqrt(np.sum(np.square(x), axis=axis, keepdims=keepdims))


def spread(function: Function) -> Function:
    return reduction(lambda x, axis, keepdims: function(x, axis=axis, keepdims=keepdims))


_REDUCTIONS: dict[str, Function] = {
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod, "std": np.std,
    "var": np.var, "any": np.any, "all": np.all, "logsumexp": log_sum_exp, "variance": np.var,
}  # fmt: skip
_ELEMENTWISE: dict[str, Function] = {
    "abs": np.abs, "square": np.square, "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "log1p": np.log1p,
    "sign": np.sign, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "round": np.round, "rint": np.rint,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "softplus": lambda x: np.log1p(np.exp(x)),
    "identity": np.array,
    "negative": np.negative, "stop_gradient": np.array, "floor": np.floor, "expm1": np.expm1,
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)), "rsqrt": lambda x: 1 / np.sqrt(x),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x), "gelu": lambda x: x / (1 + np.exp(-1.702 * x)),
}  # fmt: skip
_BINARY: dict[str, Function] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "pow": np.power,
    "maximum": np.maximum, "minimum": np.minimum, "equal": np.equal, "not_equal": np.not_equal,
    "greater": np.greater, "less": np.less, "greater_equal": np.greater_equal, "power": np.power,
    "divide_no_nan": lambda x, y: np.divide(x, y, out=np.zeros(np.broadcast(x, y).shape), where=y != 0),
}  # fmt: skip

_SHARED: dict[str, Any] = {
    **{name: spread(function) for name, function in _REDUCTIONS.items()},
    **{f"reduce_{name}": spread(function) for name, function in _REDUCTIONS.items()},
    **{name: elementwise(function) for name, function in _ELEMENTWISE.items()},
    **{name: binary(function) for name, function in _BINARY.items()},
    "softmax": along(softmax, -1), "normalize": along(unit, -1), "l2_normalize": along(unit, None),
    "squeeze": squeeze, "dot": dot, "matmul": matmul, "batch_dot": batch_dot, "cast": cast,
    "one_hot": one_hot,
    "where": where, "reshape": reshape, "permute_dimensions": permute, "transpose": permute, "relu": relu,
    "reverse": reverse, "flip": reverse, "stack": stack, "gather": gather, "take": take, "tile": tile,
    "repeat": repeat, "clip": clip, "clip_by_value": clip, "einsum": einsum, "map_fn": map_fn,
    "repeat_elements": repeat, "sort": sort, "norm": norm, "zeros": filled(0.0), "ones": filled(1.0),
    "zeros_like": like(0.0), "ones_like": like(1.0), "constant": constant, "convert_to_tensor": constant,
    "eye": lambda n, *_, **__: np.eye(n), "arange": np.arange, "range": np.arange, "shape": np.shape,
    "int_shape": np.shape, "ndim": np.ndim, "rank": np.ndim, "epsilon": lambda: 1e-7,
    "floatx": lambda: "float32",
    "random_normal": noise, "random_uniform": noise, "normal": noise, "uniform": noise, "pi": np.pi,
    "flatten": lambda x: np.reshape(x, -1), "add_n": sum, "image_data_format": lambda: "channels_last",
    "moveaxis": lambda x, source, destination: np.moveaxis(x, source, destination),
    "swapaxes": lambda x, axis1, axis2: np.swapaxes(x, axis1, axis2),
    "pad": lambda x, width, **_: np.pad(x, width),
    "batch_flatten": lambda x: np.reshape(x, (len(x), -1)),
    "roll": lambda x, shift, axis=None: np.roll(x, shift, axis),
    "expand_dims": along(np.expand_dims, -1), "float32": "float32", "int32": "int32", "newaxis": None,
    "concatenate": lambda values, axis=-1: join(values, axis),
    "concat": lambda values, axis: join(values, axis),
}  # fmt: skip
_DEFAULTS: dict[str, dict[str, int | None]] = {
    "keras.backend": {"argmax": -1, "argmin": -1, "cumsum": 0, "cumprod": 0},
    "keras.ops": {"argmax": None, "argmin": None, "cumsum": None, "cumprod": None},
    "tensorflow": {"argmax": 0, "argmin": 0, "cumsum": 0, "cumprod": 0},
}

LIBRARIES: dict[str, dict[str, Any]] = {
    library: {
        **_SHARED,
        **{name: along(getattr(np, name), axis) for name, axis in defaults.items()},
    }
    for library, defaults in _DEFAULTS.items()
}
LIBRARIES["keras.ops"]["concatenate"] = lambda values, axis=0: join(values, axis)
"""Library -> name (its last part) -> function or value."""
