"""Code of other times and other places runs: names that libraries dropped, packages that nobody has here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.confirm.test_seeds import confirm

PROGRAM = """
import numpy as np
import tensorflow as tf
import elsewhere.tools as tools
from elsewhere.layers import Thing
from keras import backend as K
from keras.layers import Input, Lambda

arrays = np.int(2)
unique_name = K.get_graph().unique_name


class Mine(Thing):
    pass


def summed(t):
    assert not isinstance(t, Mine)
    return K.expand_dims(tf.reduce_sum(t * arrays, 0, keep_dims=True), dim=0)[0] + tf.log(t)


def checked(t):
    tools.check(t)
    return tf.reduce_sum(t, 0)


x = Input(shape=(4,))
y = Lambda(summed, name=unique_name("summed"))(x)
z = Lambda(checked)(x)
"""


@pytest.mark.tensorflow
def test_names_that_are_gone_and_packages_that_are_missing(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(PROGRAM, encoding="utf-8")
    options = ("--select", "LL101", "--target", "keras2", "--repro", "shown")
    _, findings, _ = confirm("train.py", *options, cwd=tmp_path)
    verdicts = {each["location"]["row"]: each["verdict"] for each in findings}
    assert {row: verdict["status"] for row, verdict in verdicts.items()} == {
        19: "confirmed", 24: "unconfirmed",
    }  # fmt: skip
    assert verdicts[24]["reason"] == "the layer needs elsewhere, which is not installed"
    script = tmp_path / "shown" / "LL101_train_19.py"
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, "the defect shows" in ran.stdout) == (1, True), ran.stderr


STATEMENTS = """
import keras
from keras.layers import Dense, Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t * 2, output_shape=shape_of)(x)


def halved(t):
    return t / 2


z = Lambda(lambda t: halved(t))(x)
"""


@pytest.mark.tensorflow
def test_what_is_wrong_around_a_function_is_shown(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(STATEMENTS, encoding="utf-8")
    _, findings, _ = confirm("train.py", "--select", "LL409,LL802", cwd=tmp_path)
    witnesses = {each["code"]: each["verdict"]["witness"] for each in findings}
    assert "making the layer fails: NameError: name 'shape_of' is not defined" in witnesses["LL409"]
    assert "`Lambda(halved)` gives the same as the lambda around it" in witnesses["LL802"]
