"""What library functions mean, whatever library and spelling they come from."""

from __future__ import annotations

import re

from lambdalint.interp.ops.library import normalize

_HOMES = re.compile(
    r"(keras\.(backend|ops(\.image)?|activations|utils)|tensorflow(\.(math|nn|linalg|image|layers|contrib\.layers))?"
    r"|theano\.tensor(\.nnet)?|tensor-method|operator)\.(?P<name>[^.]+)\Z"
)

_SPELLINGS = {
    "abs": "absolute fabs abs_",
    "add": "+",
    "add_n": "accumulate_n",
    "cast": "to_float cast_to_floatx astype",
    "clip": "clip_by_value",
    "concat": "concatenate concat_v2",
    "divide": "/ div truediv true_divide true_div realdiv",
    "exp": "exponential",
    "flatten": "ravel",
    "identity": "copy linear guarantee_const",
    "index": "[]",
    "l2_normalize": "normalize",
    "matmul": "@ batch_matmul",
    "max": "reduce_max amax",
    "maximum": "fmax",
    "mean": "reduce_mean",
    "min": "reduce_min amin",
    "minimum": "fmin",
    "multiply": "* mul scalar_mul",
    "negative": "neg",
    "prod": "reduce_prod",
    "silu": "swish",
    "stack": "pack",
    "subtract": "- sub",
    "sum": "reduce_sum",
    "transpose": "permute_dimensions dimshuffle",
}
_WORDS = {spelling: word for word, spellings in _SPELLINGS.items() for spelling in spellings.split()}


def word_of(operation: str) -> str:
    """The one word for an operation of a trace; ``""`` where it is not one of tensors' own."""
    match = _HOMES.match(normalize(operation))
    return "" if match is None else _WORDS.get(match["name"], match["name"])
