"""Tensors on which transfer functions are tried, and what tests look at in a result."""

from __future__ import annotations

from lambdalint.interp.values import (
    Along,
    Broken,
    Constant,
    Event,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import B, fresh, mul, show_shape
from tests.interp.bare import AT, batch

FIRST, SECOND = frozenset({0}), frozenset({1})
N = fresh("n")
K = "keras.backend."
TF = "tensorflow."
OPS = "keras.ops."

X = batch(4, 6)
ROWS = batch(6)
TIMES = batch(N, 6)
WEIGHTS = Tensor((9, 5), dtype="float32")
ANY_RANK = Tensor(None, Along(0), "float32", inputs=FIRST)
CAPTURED = Unknown("a captured value")
MIXED_BEFORE = Event("mixed", AT)
MIXED = Tensor((B, 4), Broken((MIXED_BEFORE,)), "float32", inputs=FIRST)
LABELS = Tensor((B,), Along(0), "int32", inputs=SECOND)
SHAPE = Tensor((3,), dtype="int32", content=(B, 4, 6))


def samples(x: Value) -> str:
    """Where the samples of a tensor are, in a word or two."""
    assert isinstance(x, Tensor), x
    if isinstance(x.batch, Broken):
        return " ".join(event.kind for event in x.batch.causes)
    if isinstance(x.batch, Along):
        return _place(x.batch)
    return "constant" if isinstance(x.batch, Constant) else "unsure"


def _place(place: Along) -> str:
    words = [f"axis {place.axis}"]
    if not place.plain:
        words.append(f"x {mul(place.outer, place.inner)}")
    words += [event.kind for event in (place.moved, place.folded) if event is not None]
    return " ".join(words)


def shape(x: Value) -> str:
    """The shape of a tensor as messages print it."""
    assert isinstance(x, Tensor), x
    return show_shape(x.dims)
