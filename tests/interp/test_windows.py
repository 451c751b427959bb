"""Convolutions and pooling: shapes, the batch axis and events."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalint.interp import events
from lambdalint.interp.values import (
    Along,
    Unknown,
)
from lambdalint.layers.dims import B, fresh, mul, show_shape, sub

from .single_operations import ANY, NOT_KNOWN, OPS, TF, K, Run, batched, weights


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "shape"),
    [
        (K + "conv2d", [batched(B, 28, 28, 3), weights(5, 5, 3, 8)], {}, "(B, 24, 24, 8)"),
        (
            K + "conv2d",
            [batched(B, 9, 9, 3), weights(5, 5, 3, 8)],
            {"padding": "same", "strides": 2},
            "(B, 5, 5, 8)",
        ),
        (
            K + "conv2d",
            [batched(B, 3, 9, 8), weights(2, 2, 3, 4)],
            {"data_format": "channels_first", "strides": (2, 1)},
            "(B, 4, 4, 7)",
        ),
        (K + "conv2d", [batched(B, 9, 9, 4), weights(3, 3, 2, 6)], {"padding": "same"}, "(B, 9, 9, 6)"),
        (K + "conv1d", [batched(B, 10, 3), weights(3, 3, 4)], {"dilation_rate": 2}, "(B, 6, 4)"),
        (K + "conv1d", [batched(B, 10, 3), weights(3, 3, 4)], {"padding": "causal"}, "(B, 10, 4)"),
        (K + "conv1d", [batched(B, 10, 3), NOT_KNOWN], {"padding": "same"}, "(B, 10, ?)"),
        (K + "conv2d", [ANY, NOT_KNOWN], {}, "(B, ?, ?, ?)"),
        (
            TF + "nn.conv2d",
            [batched(B, 9, 9, 3), weights(3, 3, 3, 8), [1, 2, 1, 1], "VALID"],
            {},
            "(B, 4, 7, 8)",
        ),
        (OPS + "conv", [batched(B, 9, 3), weights(3, 3, 8)], {}, "(B, 7, 8)"),
        (OPS + "depthwise_conv", [batched(B, 9, 3), weights(3, 3, 2)], {}, "(B, 7, 6)"),
        (OPS + "separable_conv", [batched(B, 9, 3), weights(3, 3, 2), weights(1, 6, 5)], {}, "(B, 7, 5)"),
        (OPS + "conv_transpose", [batched(B, 7, 3), weights(3, 8, 3), 2, "valid"], {}, "(B, 15, 8)"),
        (OPS + "conv_transpose", [batched(B, 7, 3), weights(3, 8, 3), 2, "same"], {}, "(B, 14, 8)"),
        (
            K + "conv2d_transpose",
            [batched(B, 7, 7, 3), weights(3, 3, 8, 3), [B, 14, 14, 8], (2, 2), "same"],
            {},
            "(B, 14, 14, 8)",
        ),
        (K + "pool2d", [batched(B, 8, 8, 3), (2, 2)], {}, "(B, 7, 7, 3)"),
        (K + "pool2d", [batched(B, 9, 9, 3), (2, 2), (2, 2), "same"], {}, "(B, 5, 5, 3)"),
        (OPS + "max_pool", [batched(B, 9, 9, 3), 2], {}, "(B, 4, 4, 3)"),
        (TF + "nn.avg_pool", [batched(B, 9, 9, 3), [1, 2, 2, 1], [1, 3, 3, 1], "SAME"], {}, "(B, 3, 3, 3)"),
        (K + "bias_add", [batched(B, 8, 3), weights(3)], {}, "(B, 8, 3)"),
        (K + "bias_add", [batched(B, 3, 8, 7), weights(3), "channels_first"], {}, "(B, 3, 8, 7)"),
    ],
)
def test_windows(name: str, args: list[Any], kwargs: dict[str, Any], shape: str) -> None:
    run = Run(name, *args, **kwargs)
    assert show_shape(run.tensor.dims) == shape
    assert run.tensor.batch == Along(0)
    assert run.kinds == []


def test_windows_of_symbolic_sizes() -> None:
    n = fresh("n")
    x = batched(B, n, 3)
    assert Run(K + "conv1d", x, weights(3, 3, 4)).tensor.dims == (B, sub(n, 2), 4)
    assert Run(K + "conv1d", x, weights(3, 3, 4), padding="same").tensor.dims == (B, n, 4)
    assert Run(OPS + "conv_transpose", x, weights(3, 4, 3), 2, "same").tensor.dims == (B, mul(n, 2), 4)


def test_windows_that_run_over_the_samples() -> None:
    kernel = weights(3, 3, 4)
    assert Run(K + "conv1d", batched(5, B, 3, axis=1), kernel).causes == [events.MIXED]
    assert Run(K + "conv1d", batched(5, 7, B, axis=2), weights(3, B, 4)).causes == [events.MIXED]
    assert Run(OPS + "max_pool", batched(5, B, 3, axis=1), 2).causes == [events.MIXED]
    assert Run(OPS + "max_pool", batched(5, 7, B, axis=2), 2).tensor.batch == Along(2)
    assert Run(K + "conv1d", batched(B, 7, 3), batched(B, 3, 4)).causes == [events.MIXED]


def test_an_output_shape_that_writes_the_number_of_samples() -> None:
    args = [batched(B, 7, 7, 3), weights(3, 3, 8, 3)]
    assert Run(K + "conv2d_transpose", *args, [32, 14, 14, 8], (2, 2), "same").causes == [events.FIXED]
    assert Run(K + "conv2d_transpose", *args, [NOT_KNOWN, 14, 14, 8], (2, 2), "same").causes == [events.FIXED]
    hidden = Unknown("a call", inputs=frozenset({0}))
    dynamic = Run(K + "conv2d_transpose", *args, [hidden, 14, 14, 8], (2, 2), "same")
    assert dynamic.tensor.batch == Along(0)
