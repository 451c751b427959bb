"""The driver and its workers: every request has its answer, whatever the others do."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import LIBRARIES
from tests.confirm.requests import request

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.skipif(
        any(find_spec(name) is None for name in ("tensorflow", "keras", "tf_keras")),
        reason="needs TensorFlow, Keras 3 and tf_keras",
    ),
]

WORKS = """
import numpy as np, os, sys, threading
import tensorflow as tf
from {library} import Input, Model, layers, models

def all_of_it():
    x = Input((4,))
    model = Model(x, layers.Lambda(lambda t: t * 2.0, output_shape=(3,))(layers.Dense(3)(x)))
    data = np.ones((2, 4), "float32")
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(model(data))
    slopes = tape.gradient(total, model.trainable_weights)
    assert [tuple(each.shape) for each in slopes] == [(4, 3), (3,)]
    model.compile("sgd", "mse")
    model.fit(data, np.zeros((2, 3)), verbose=0)
    model.save("model.keras")
    assert model.predict(data, verbose=0).shape == (2, 3)
    assert float(tf.constant([1.0, 2.0])[1]) == 2.0

all_of_it()
other = threading.Thread(target=all_of_it)
other.start()
other.join()
raise ArithmeticError("all of it worked")
"""


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as made:
        yield made


def said(driver: Driver, source: str, **options: object) -> str:
    (answer,) = driver.answers([request(textwrap.dedent(source), **options)])  # type: ignore[arg-type]
    assert answer.status == "unconfirmed"
    return answer.reason


@pytest.mark.parametrize("library", LIBRARIES)
def test_everything_works_in_a_forked_child(driver: Driver, library: str) -> None:
    imported = driver.imported
    for _ in range(2):
        assert "ArithmeticError: all of it worked" in said(
            driver, WORKS.format(library=library), library=library
        )
    assert driver.imported == imported + 1


def test_answers_come_in_the_order_of_requests() -> None:
    sources = [f"import keras\nraise ValueError('number {n % 3}')" for n in range(7)]
    told: list[tuple[int, int]] = []
    with Driver(jobs=2) as driver:
        answers = driver.answers(
            [request(each) for each in sources], progress=lambda done, all_: told.append((done, all_))
        )
    for number, answer in enumerate(answers):
        assert f"ValueError: number {number % 3}" in answer.reason
    assert told[-1] == (7, 7)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_nothing_of_one_experiment_is_left_for_the_next(driver: Driver) -> None:
    said(driver, "import keras, builtins\nbuiltins.left = 1\nkeras.left = 2\nopen('left', 'w').close()")
    reason = said(
        driver,
        """
        import builtins, keras, os
        raise ValueError(hasattr(builtins, "left"), hasattr(keras, "left"), os.path.exists("left"))
        """,
    )
    assert "ValueError: (False, False, False)" in reason


def test_the_environment_holds_no_secret(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    with Driver() as fresh:
        reason = said(
            fresh,
            "import os\nraise ValueError(os.environ.get('MY_TOKEN'), os.environ['HOME'] == os.getcwd())",
        )
    assert "ValueError: (None, True)" in reason


def test_the_folders_of_experiments_are_removed() -> None:
    with Driver() as driver:
        reason = said(
            driver, "import os\nos.mkdir('deep')\nos.chmod('deep', 0)\nraise ValueError(os.getcwd())"
        )
        folder = reason.partition("ValueError: ")[2].split()[0]
        assert os.path.isabs(folder)
        assert not os.path.exists(folder)
        assert os.path.exists(os.path.dirname(folder))
    assert not os.path.exists(os.path.dirname(folder))
