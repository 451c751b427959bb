"""Sample data, and how results are compared."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from lambdalint.confirm.request import Inputs, Sample

ROWS = 3
"""Samples in the batches that experiments use."""
SIZES = (2, 3, 5)
"""Batch sizes that are tried, smallest first."""


class Unusable(Exception):
    """The sample file of the user's cannot be used; the message says why."""


def batch(inputs: Inputs, rows: int, seed: int, fill: float | None = None) -> list[Any]:
    """One array of ``rows`` samples for each input tensor: drawn, or all entries ``fill``.

    Raises:
        Unusable: a sample file cannot be read or holds too few samples.
    """
    rng = np.random.default_rng(seed)
    return [_drawn(sample, rows, rng, fill) for sample in inputs.samples]


def _drawn(sample: Sample, rows: int, rng: Any, fill: float | None) -> Any:
    if sample.file is not None and fill is None:
        return _from_file(sample, rows)
    shape = (rows, *sample.shape)
    dtype = np.dtype(sample.dtype if sample.dtype != "bfloat16" else "float32")
    if fill is not None:
        return np.full(shape, fill, dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    low = -2.0 if sample.low is None else sample.low
    high = low + 4.0 if sample.high is None else sample.high
    if dtype.kind in "iu":
        low = 0 if sample.low is None else int(sample.low)
        return rng.integers(low, max(int(high), low) + 1, shape).astype(dtype)
    return rng.uniform(low, high, shape).astype(dtype)


def _from_file(sample: Sample, rows: int) -> Any:
    assert sample.file is not None
    name = os.path.basename(sample.file)
    try:
        held = np.load(sample.file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise Unusable(f"{name} cannot be read: {error}") from None
    if not isinstance(held, np.ndarray):
        keys = list(held.files)
        key = sample.key if sample.key in keys else keys[int(sample.key or 0)] if keys else ""
        if not keys:
            raise Unusable(f"{name} holds no array")
        held = held[key]
    if held.ndim == 0 or len(held) < 1:
        raise Unusable(f"{name} holds no samples")
    wanted = (len(held), *sample.shape)
    if held.shape != wanted and held.size == np.prod(wanted):
        # The rows that enter the model, before it reshapes them for the layer.
        held = held.reshape(wanted)
    return held[:rows].astype(np.dtype(sample.dtype))


def tolerance(array: Any) -> float:
    """The relative difference that rounding explains in arrays of this type."""
    kind = np.asarray(array).dtype
    if kind == np.float16:
        return 1e-2
    return 1e-9 if kind == np.float64 else 1e-4


def differ(left: Any, right: Any) -> tuple[int, ...] | None:
    """The index of the entries of two arrays of one shape that differ most; ``None``: none do."""
    a, b = np.asarray(left), np.asarray(right)
    if a.dtype.kind not in "fciub" or b.dtype.kind not in "fciub" or not a.size:
        return None
    with np.errstate(all="ignore"):
        a, b = a.astype("complex128"), b.astype("complex128")
        scale = np.maximum(np.abs(a), np.abs(b))
        gap = np.abs(a - b)
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        excess = np.where(same, 0.0, gap / (scale + 1e-6))
        excess = np.where(np.isnan(excess), np.inf, excess)
    index = np.unravel_index(int(np.argmax(excess)), a.shape)
    return tuple(int(i) for i in index) if excess[index] > tolerance(left) else None


def number(value: Any) -> str:
    """A number as witnesses show it."""
    plain = np.asarray(value)
    if plain.dtype.kind in "iub":
        return str(plain.item())
    size = abs(plain.item())
    return f"{plain.item():.3f}" if 0.001 <= size < 10000 else f"{plain.item():.3g}"


def in_words(count: int) -> str:
    """A small number of samples in words."""
    return {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}.get(count, str(count))


def series(sizes: tuple[int, ...]) -> str:
    """Numbers of samples as a list in a sentence."""
    return f"{', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"
