"""``tensorflow_probability``: statistics of tensors."""

from __future__ import annotations

from lambdalint.interp.values import Value

ATTRIBUTES: dict[str, Value] = {}

TABLE = """
stats.percentile(x, q, axis=None, interpolation=None, keepdims=False, validate_args=False, \
    preserve_gradients=True, keep_dims=None, name=None) : quantile
math.log1mexp, math.softplus_inverse(x, name=None) : map sign=any
math.reduce_logmeanexp(input_tensor, axis=None, keepdims=False, name=None) : logsumexp
math.reduce_weighted_logsumexp(logx, w=None, axis=None, keep_dims=False, return_sign=False, name=None; \
    keepdims=keep_dims) : logsumexp
math.clip_by_value_preserve_gradient(t, clip_value_min, clip_value_max, name=None) : clip
math.fill_triangular(x, upper=False, name=None) : last_axis rank=1
"""
