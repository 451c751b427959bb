"""The founding cases come true: each finding gets its verdict through the real command line."""

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

WITNESSES = {
    ("absolute.py", "LL703", 8): "Unrecognized keyword arguments passed to Model",
    ("backend_tour.py", "LL104", 9): "a batch of three gives an output of shape",
    ("backend_tour.py", "LL104", 10): "a batch of ",
    ("backend_tour.py", "LL103", 13): "not one row for each",
    ("column_norm.py", "LL101", 13): "sample 0 alone gives 1.000",
    ("column_norm.py", "LL601", 13): "a batch of zeros gives nan",
    ("column_norm.py", "LL704", 13): "has no attribute 'sum'",
    ("constant_dot.py", "LL502", 7): "the layer does not track: lambda/Variable:0",
    ("constant_dot.py", "LL703", 8): "Unrecognized keyword arguments passed to Model",
    ("constant_weights.py", "LL502", 8): "0 weights are saved",
    ("constant_weights.py", "LL801", 9): "`Multiply()` give equal outputs",
    ("cross_product.py", "LL401", 13): "the function returns a function `product`",
    ("cross_product.py", "LL407", 13): "'NoneType' object is not callable",
    ("cross_product.py", "LL409", 13): "is not defined",
    ("merge_function.py", "LL201", 8): None,
    ("merge_function.py", "LL701", 7): "cannot import name 'merge'",
    ("merge_function.py", "LL701", 8): "cannot import name 'merge'",
    ("merge_function.py", "LL703", 9): "Unrecognized keyword arguments passed to Model",
    ("slices.py", "LL202", 11): "declared (None, 4, 1), but a batch of two gives (2, 4)",
    ("slices.py", "LL202", 12): "declared (None, 4, 1), but a batch of two gives (2, 4)",
    ("slices.py", "LL701", 15): "cannot import name 'merge'",
    ("unit_norm.py", "LL604", 7): "of norm 3.7e-07 comes out with norm 0.37",
    ("unit_norm.py", "LL604", 8): "of norm 3.7e-10 comes out with norm 0.37",
    ("unit_norm.py", "LL801", 9): "`Softmax()` give equal outputs",
}
"""What confirms each finding, in part; ``None`` where only Keras 1 could."""

TRAINING = """
import argparse
import sys
import numpy as np
import keras
from keras import ops
from keras.layers import Input, Lambda

open("ran.txt", "w").write("the script ran")
parser = argparse.ArgumentParser()
parser.add_argument("--needed", required=True)
args = parser.parse_args()
data = np.load("no-such-file.npy")
x = Input((3,))
y = Lambda(lambda t: t / ops.sum(t, axis=0))(x)
z = Lambda(lambda t: ops.sum(t * args.needed, axis=0))(x)
model = keras.Model(x, y)
model.compile("sgd", "mse")
model.fit(data, data)
sys.exit(3)
"""


def confirm(*arguments: str, cwd: Path | None = None) -> tuple[int, list[dict[str, Any]], str]:
    """The exit code, the findings and what went to standard error."""
    command = [sys.executable, "-m", "lambdalint", "check", "--confirm", "--no-cache"]
    ran = subprocess.run(
        [*command, "--output-format", "json", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=600,
    )
    return ran.returncode, json.loads(ran.stdout), ran.stderr


def test_every_seed() -> None:
    code, findings, _ = confirm(str(SEEDS))
    assert code == 1
    seen = set()
    for finding in findings:
        key = (Path(finding["filename"]).name, finding["code"], finding["location"]["row"])
        seen.add(key)
        expected = WITNESSES[key]
        if expected is None:
            assert finding["verdict"]["status"] == "unconfirmed", key
        else:
            assert finding["verdict"]["status"] == "confirmed", (key, finding["verdict"])
            assert expected in finding["verdict"]["witness"], key
    assert seen == set(WITNESSES)


def test_a_theano_style_script_alone(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_bytes((SEEDS / "column_norm.py").read_bytes())
    _, findings, _ = confirm(str(tmp_path), "--select", "LL1,LL6,LL704")
    verdicts = {finding["code"]: finding["verdict"] for finding in findings}
    assert set(verdicts) == {"LL101", "LL601", "LL704"}
    assert {verdict["status"] for verdict in verdicts.values()} == {"confirmed"}
    assert "sample 0 alone gives 1.000" in verdicts["LL101"]["witness"]


def test_nothing_but_the_layer_runs(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAINING)
    code, findings, _ = confirm("train.py", "--select", "LL1", "--repro", "shown", cwd=tmp_path)
    assert code == 1
    verdicts = {finding["location"]["row"]: finding["verdict"] for finding in findings}
    assert verdicts[15]["status"] == "confirmed"
    assert verdicts[16] == {
        "status": "unconfirmed", "reason": "`args` comes from argument parsing", "witness": None,
        "details": {},
    }  # fmt: skip
    assert not (tmp_path / "ran.txt").exists()
    (script,) = sorted((tmp_path / "shown").iterdir())
    assert script.name == "LL101_train_15.py"
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stderr.count("Traceback")) == (1, 0)
    assert "the defect shows" in ran.stdout


def test_options_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        "from keras import ops\nfrom keras.layers import Input, Lambda\n"
        "y = Lambda(lambda t: t / ops.sum(t, axis=0))(Input((None, None)))\n"
    )
    code, findings, _ = confirm("model.py", "--select", "LL101", "--input-shape", "(2, 2)", cwd=tmp_path)
    assert (code, [finding["verdict"]["status"] for finding in findings]) == (1, ["confirmed"])
    np.save(tmp_path / "empty.npy", np.zeros((0, 2, 2), "float32"))
    code, findings, _ = confirm(
        "model.py", "--select", "LL101", "--sample", "empty.npy", "--confirmed-only", cwd=tmp_path
    )
    assert (code, findings) == (0, [])


STANDALONE = """
import tensorflow as tf
from keras import backend as K
from keras.layers import Input, Lambda
from keras.models import Model

x = Input(shape=(4,))
y = Lambda(lambda t: K.abs(t) + {added}, output_shape=(4,))(x)
Model(x, y).save("model.h5")
"""


@pytest.mark.parametrize(
    ("added", "expected"), [("tf.abs(t)", [("LL302", "confirmed")]), ("K.square(t)", [])]
)
def test_globals_are_those_of_the_loader_of_standalone_keras(
    tmp_path: Path, added: str, expected: list[tuple[str, str]]
) -> None:
    (tmp_path / "train.py").write_text(STANDALONE.format(added=added), encoding="utf-8")
    _, findings, _ = confirm(
        "train.py", "--target", "keras2", "--select", "LL302", "--repro", ".", cwd=tmp_path
    )
    assert [(each["code"], each["verdict"]["status"]) for each in findings] == expected
    for each in findings:
        assert "fails: NameError: name 'tf' is not defined" in each["verdict"]["witness"]
        script = tmp_path / "LL302_train_8.py"
        ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
        assert (ran.returncode, "the defect shows" in ran.stdout) == (1, True), ran.stderr


KERAS_1 = """
from keras.layers import Convolution2D, Dense, Input, Lambda
from keras.models import Model

units = int(len(open("data.txt").read()))
x = Input(shape=(8, 8, 3))
y = Lambda(lambda t: t * 2)(x)
y = Convolution2D(units, 3, 3)(y)
y = Dense(units, init="uniform")(y)


def block(width, given):
    return Convolution2D(width, 5, 1)(given)
"""


def test_a_call_of_keras_1_fails_by_its_own_arguments(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(KERAS_1, encoding="utf-8")
    _, findings, _ = confirm("train.py", "--select", "LL703", cwd=tmp_path)
    witnesses = {each["location"]["row"]: each["verdict"]["witness"] for each in findings}
    assert "gives kernel_size=(3, 3) and strides=(3, 3)" in witnesses[8]
    assert "Unrecognized keyword arguments passed to Dense: {'init': 'uniform'}" in witnesses[9]
    assert witnesses[13] == "`Convolution2D(3, 5, 1)` gives kernel_size=(5, 5) and strides=(1, 1)"
