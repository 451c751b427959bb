"""Small scripts through the real command line: what confirms each finding, or leaves it open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.tensorflow

HEAD = """
import functools
import keras
from keras import ops
from keras.layers import Dense, Flatten, Input, Lambda
from keras.applications import MobileNetV2
import tensorflow as tf

"""
CASES: dict[str, tuple[str, str, str]] = {
    "a reshape that fits no small batch": (
        "x = Flatten()(Input((26, 26, 4)))\ny = Lambda(lambda t: tf.reshape(t, (-1, 28, 28, 4)))(x)\n",
        "LL205",
        "a batch of two fails: InvalidArgumentError",
    ),
    "axes that do not line up": (
        "x = Input((20, 16))\ny = Lambda(lambda t: t * ops.sum(t, axis=-1))(x)\n",
        "LL106",
        "Incompatible shapes: [2,20,16] vs. [2,20]",
    ),
    "a partial that is made and not saved": (
        "def scale(t, k):\n    return t * k\n"
        "x = Input((4,))\nm = keras.Model(x, Lambda(functools.partial(scale, k=3))(x))\nm.save('m.keras')\n",
        "LL307",
        "saving fails: TypeError",
    ),
    "a function that is passed and not found again": (
        "def twice(t):\n    return t * 2\n"
        "x = Input((4,))\nm = keras.Model(x, Lambda(lambda t, f: f(t), arguments={'f': twice})(x))\n"
        "m.save('m.keras')\n",
        "LL306",
        "fails: TypeError: Could not locate function 'twice'",
    ),
    "a second input in a function": (
        "a, b = Input((4,)), Input((4,))\n\n\n"
        "def product():\n    return Lambda(lambda t: t[0] * t[1])(a, b)\n\n\n"
        "m = keras.Model([a, b], product())\n",
        "LL406",
        "with 1 added to the second tensor the result stays what it was",
    ),
    "dropout without a phase": (
        "x = Input((4,))\nm = keras.Model(x, Lambda(lambda t: tf.nn.dropout(t, rate=0.5))(x))\n",
        "LL507",
        "two predictions of the same batch differ: ",
    ),
    "one of the calls of a factory": (
        "def pool(kind):\n    fns = {'all': lambda t: ops.mean(t), 'steps': lambda t: ops.max(t, axis=1)}\n"
        "    return Lambda(fns[kind])\n\n\n"
        "x = Input((5, 4))\na, b = pool('all')(x), pool('steps')(x)\n",
        "LL102",
        "a batch of two gives an output of shape (), not one row for each",
    ),
    "a variable that an object keeps": (
        "class Net:\n    def __init__(self):\n        self.heat = tf.Variable(2.0)\n"
        "    def build(self, x):\n        return Lambda(lambda t: t / self.heat)(x)\n\n\n"
        "m = Net().build(Input((4,)))\n",
        "LL502",
        "the function uses 1 variable, and the layer tracks 0",
    ),
    "noise for large samples": (
        "def mix(pair):\n    k = keras.random.uniform((1, 1, 1, 1))\n"
        "    return k * pair[0] + (1 - k) * pair[1]\n\n\n"
        "y = Lambda(mix)([Input((28, 28, 3)), Input((28, 28, 3))])\n",
        "LL109",
        "three equal samples of a batch all give",
    ),
    "pretrained weights": (
        "base = MobileNetV2(weights='imagenet', include_top=False, input_shape=(32, 32, 3))\n"
        "x = Input((32, 32, 3))\nm = keras.Model(x, Lambda(lambda t: base(t))(x))\n",
        "LL501",
        "and the layer tracks 0",
    ),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, str]]:
    """The verdict on each finding, by case and code."""
    folder = tmp_path_factory.mktemp("scripts")
    for name, (script, _, _) in CASES.items():
        (folder / f"{name}.py").write_text(HEAD + script)
    command = [
        sys.executable,
        "-m",
        "lambdalint",
        "check",
        "--confirm",
        "--no-cache",
        "--output-format",
        "json",
        ".",
    ]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr
    return {(Path(each["filename"]).stem, each["code"]): each["verdict"] for each in json.loads(ran.stdout)}


@pytest.mark.parametrize("name", CASES)
def test_the_witness_shows_the_defect(name: str, verdicts: dict[tuple[str, str], dict[str, str]]) -> None:
    _, code, witness = CASES[name]
    verdict = verdicts[name, code]
    assert verdict["status"] == "confirmed", verdict
    assert witness in verdict["witness"]
