"""Layers of Keras 3 are judged on JAX and PyTorch, where they are installed, as on TensorFlow."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.experiments import backends
from lambdalint.confirm.request import BACKENDS, Answer, Request
from lambdalint.confirm.workers import Kind
from tests.confirm.requests import judged, request

LAYERS = {
    "LL101": ("lambda t: t / ops.sum(t, axis=0)", "sample 0 alone gives 1.000"),
    "LL501": ("lambda t: dense(t)", "the function uses 2 variables, and the layer tracks 0"),
    "LL509": ("lambda t: ops.round(t)", "gradient"),
    "LL602": ("lambda t: ops.sqrt(ops.sum(ops.square(t), axis=-1, keepdims=True))", "at a batch of zeros"),
    "LL304": ("halved", "fresh process"),
}
"""A function for each kind of experiment, and what its witness holds."""
PROGRAM = """
import keras
from keras import ops

dense = keras.layers.Dense(4)
first = keras.layers.Dense(4)


def halved(t):
    return t / 2


x = keras.Input((4,))
y = keras.layers.Dense(1)(keras.layers.Lambda({function})(first(x)))
model = keras.Model(x, y)
model.compile("sgd", "mse")
model.save("model.keras")
"""


@pytest.mark.tensorflow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_each_experiment_on_another_backend(backend: str, tmp_path: Path) -> None:
    if find_spec(backend) is None or find_spec("keras") is None:
        pytest.skip(f"needs Keras 3 and {backend}")
    asked: list[Request] = []
    for code, (function, _) in LAYERS.items():
        path = tmp_path / code / "train.py"
        path.parent.mkdir()
        found = judged(path, PROGRAM.format(function=function), code).requests
        asked += [each for each in found.values() if isinstance(each, Request)]
    assert [each.code for each in asked] == list(LAYERS)
    with Driver(jobs=1, project=str(tmp_path), backend=backend) as driver:
        answers = driver.answers(asked)
    for each, answer in zip(asked, answers):
        assert (answer.status, LAYERS[each.code][1] in answer.witness) == ("confirmed", True), answer
    _shows_it_alone(answers[2], tmp_path)


def _shows_it_alone(answer: Answer, folder: Path) -> None:
    script = folder / "script.py"
    script.write_text(answer.repro, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    ran = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=180, env=environment
    )
    assert (ran.returncode, "the defect shows" in ran.stdout) == (1, True), ran.stdout + ran.stderr


def test_only_code_of_keras_3_runs_on_another_backend() -> None:
    kinds = [
        Kind.of(request("", package=package), "jax").backend
        for package in ("keras", "tensorflow.keras", "tf_keras")
    ]
    assert kinds == ["jax", "tensorflow", "tensorflow"]


@pytest.mark.tensorflow
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_script_holds_the_functions_that_its_check_calls(backend: str) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"needs {backend}")
    plain, whole = (backends.source(backend, check) for check in ("", "slopes(f, arrays)"))
    assert "def slopes(" in whole
    assert "def slopes(" not in plain
    assert "lambdalint" not in whole
    compile(whole, "script", "exec")
