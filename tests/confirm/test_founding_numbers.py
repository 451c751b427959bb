"""The numbers that the founding cases print come out, and the experiments name their causes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

SEEDS = Path(__file__).parents[2] / "fixtures" / "seeds"

ROWS = np.array(
    [
        [0.45051384, 0.37288171, 0.09335332, -0.25131994],
        [0.5050748, 0.41509137, 0.17565759, -0.22406566],
        [0.5275144, 0.41552052, 0.17043467, -0.2432026],
        [0.36133763, 0.30445549, 0.01252399, -0.28350455],
        [0.16380723, 0.21955967, -0.23508804, -0.29204607],
        [0.06094129, 0.15145549, -0.38253993, -0.32036814],
        [0.03913406, 0.15407249, -0.30384946, -0.36794421],
        [-0.02219017, 0.11556858, -0.34925568, -0.42189014],
        [-0.01746154, 0.04472642, -0.49445981, -0.61977983],
        [0.01439017, 0.08068967, -0.43265176, -0.51221937],
    ]
).reshape(10, 2, 2)
PRINTED = np.array(
    [
        [0.27375194, 0.25651583, 0.06027256, -0.12025494],
        [0.30690557, 0.28555304, 0.11341141, -0.10721394],
        [0.32054088, 0.28584829, 0.11003929, -0.11637084],
        [0.21956457, 0.20944351, 0.00808598, -0.13565506],
        [0.09953645, 0.15104128, -0.15178204, -0.13974212],
        [0.0370306, 0.1041905, -0.24698275, -0.15329406],
        [0.02377957, 0.10599081, -0.19617711, -0.17605889],
        [-0.01348372, 0.07950288, -0.22549313, -0.20187166],
        [-0.0106104, 0.03076857, -0.3192426, -0.29656059],
        [0.0087441, 0.0555087, -0.2793369, -0.2450936],
    ]
).reshape(10, 2, 2)
"""Ten rows of a larger batch, and what the user's network printed for them."""

COLUMNS = """
from keras.models import Sequential
from keras.layers import Lambda, Reshape

columns = Sequential()
columns.add(Reshape((2, 2), input_shape=(4,)))
columns.add(Lambda(lambda x: (x / ((x**2).sum(axis=AXIS).sqrt()))))
"""


def test_each_printed_output_is_its_input_divided_by_one_constant_per_position() -> None:
    constants = (ROWS * PRINTED).sum(axis=0) / (PRINTED**2).sum(axis=0)
    assert constants == pytest.approx(np.array([[1.645701, 1.453640], [1.548853, 2.089893]]), abs=1e-6)
    assert ROWS / constants == pytest.approx(PRINTED, abs=1e-7)


def test_the_constants_are_norms_over_a_batch_of_which_these_rows_are_a_part() -> None:
    squares = (ROWS**2).sum(axis=0)
    assert squares == pytest.approx(np.array([[0.899982, 0.693443], [0.916361, 1.400687]]), abs=1e-6)


def findings(script: str, folder: Path, *more: str) -> list[dict[str, Any]]:
    (folder / "train.py").write_text(script)
    command = [sys.executable, "-m", "lambdalint", "check", "--confirm", "--no-cache", "--target", "keras1"]
    ran = subprocess.run(
        [*command, "--output-format", "json", *more, "train.py"],
        capture_output=True, text=True, cwd=folder, check=False,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("how", ["--sample", "settings"])
def test_the_ten_rows_show_the_batch_axis(tmp_path: Path, how: str) -> None:
    np.save(tmp_path / "rows.npy", ROWS.reshape(10, 4).astype("float32"))
    more = ("--sample", "rows.npy") if how == "--sample" else ()
    if how == "settings":
        (tmp_path / "lambdalint.toml").write_text('[samples]\n"train.py" = "rows.npy"\n')
    (found,) = findings(COLUMNS.replace("AXIS", "0"), tmp_path, "--select", "LL101", *more)
    assert found["verdict"]["status"] == "confirmed"
    first, second = ROWS[:2, 1, 0]
    together = first / np.hypot(first, second)
    assert found["verdict"]["witness"].startswith("sample 0 alone gives 1.000 at [1, 0]")
    assert f"in a batch of two {together:.3f}" in found["verdict"]["witness"]


def test_axis_one_is_silent_and_gives_columns_of_norm_one_for_each_sample(tmp_path: Path) -> None:
    assert findings(COLUMNS.replace("AXIS", "1, keepdims=True"), tmp_path, "--select", "LL1") == []
    tf = pytest.importorskip("tensorflow")
    keras = pytest.importorskip("tf_keras")
    layer = keras.layers.Lambda(lambda x: x / tf.sqrt(tf.reduce_sum(x**2, axis=1, keepdims=True)))
    norms = np.linalg.norm(np.array(layer(ROWS)), axis=1)
    assert norms == pytest.approx(np.ones((10, 2)), abs=1e-6)


def test_the_tour_of_the_backend() -> None:
    keras = pytest.importorskip("tf_keras")
    K, Lambda = keras.backend, keras.layers.Lambda
    total = Lambda(lambda x: K.abs(x[0]) + K.abs(x[1]))(
        [np.array([[-1.0, -2, 3]], "float32"), np.array([[4.0, -5, -6]], "float32")]
    )
    assert np.array(total).tolist() == [[5, 7, 9]]
    product = Lambda(lambda x: K.dot(K.constant([0, 1]), x))(np.array([[[1.0, 2], [3, 4]]], "float32"))
    assert np.array(product).tolist() == [[3, 4]]


def test_a_tiny_vector_is_normalized_once_it_is_scaled() -> None:
    keras = pytest.importorskip("tf_keras")
    K, Lambda = keras.backend, keras.layers.Lambda
    direction = np.random.default_rng(0).normal(size=(1, 128))
    tiny = (direction / np.linalg.norm(direction) * 3.7e-7).astype("float32")
    plain = Lambda(lambda t: K.l2_normalize(t, axis=1))(tiny)
    assert np.linalg.norm(plain) == pytest.approx(0.37, abs=1e-3)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(np.linalg.norm(plain), 1, rtol=1e-3)
    scaled = Lambda(lambda t: K.l2_normalize(1000 * t, axis=1))(tiny)
    assert np.linalg.norm(scaled) == pytest.approx(1, abs=1e-5)
