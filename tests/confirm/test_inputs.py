"""Which inputs an experiment tries, from what is known of a layer's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.confirm.inputs import Given, candidates
from lambdalint.confirm.unsliceable import Unsliceable
from tests.confirm.slices import layers_of

SCRIPT = """
from keras.layers import Input, Lambda
x = Input((3, 4))
picked = Lambda(lambda t: t[1, 1])(x)
y = Lambda(lambda t: t * 2)(picked)
"""


def test_shapes_come_from_the_model_or_from_the_user(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    first, _ = layers_of(tmp_path / "train.py")
    for given, shape in ((Given(), (3, 4)), (Given(shape=(5, 6)), (5, 6))):
        assert [[sample.shape for sample in each.samples] for each in candidates(first, given)] == [[shape]]


def test_what_has_no_samples_cannot_be_tried(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    _, second = layers_of(tmp_path / "train.py")
    with pytest.raises(Unsliceable, match="no axis of samples"):
        candidates(second, Given())
