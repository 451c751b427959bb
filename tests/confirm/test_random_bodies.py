"""Random bodies in real workers: correct ones are never confirmed, ones that mix the batch always are."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Inputs, Module, Program, Request, Sample
from tests.confirm.marks import KERAS_3

pytestmark = KERAS_3

TF = "import tensorflow as tf\nfrom keras.layers import Lambda\n"


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as made:
        yield made


STEPS = (
    "x = x * 2.0 + 1.0",
    "x = tf.nn.relu(x)",
    "x = x - tf.reduce_mean(x, axis={axis}, keepdims=True)",
    "x = tf.nn.softmax(x, axis={axis})",
    "x = tf.reverse(x, axis=[{axis}])",
    "x = tf.math.cumsum(x, axis={axis})",
    "x = tf.transpose(x, [0, 2, 1])",
    "x = tf.concat([x, x], axis={axis})",
    "x = tf.reshape(tf.reshape(x, (-1, x.shape[2])), (-1, x.shape[1], x.shape[2]))",
    "x = tf.transpose(tf.transpose(x, [1, 0, 2]) * 0.5, [1, 0, 2])",
    "x = x + tf.random.normal(tf.shape(x))",
)
MIXING = (
    "x = x - tf.reduce_mean(x, axis=0, keepdims=True)",
    "x = tf.nn.softmax(x, axis=0)",
    "x = tf.reverse(x, axis=[0])",
    "x = tf.math.cumsum(x, axis=0)",
    "x = x / (1.0 + tf.reduce_sum(tf.abs(x)))",
    "x = x[:4]",
    "x = x[:64]",
    "x = tf.concat([x, x], axis=0)",
    "x = tf.transpose(x, [1, 0, 2])",
)


def body(steps: list[str]) -> str:
    """A program whose function takes these steps."""
    lines = [f"    {step}" for step in (*steps, "return x")]
    return "\n".join([TF, "", "def body(x):", *lines, ""])


def drawn(count: int, mixing: bool) -> list[Request]:
    """Requests for random bodies: correct ones, and ones with a step that mixes the batch."""
    made = []
    for number in range(count):
        draw = random.Random(number)
        steps = [s.format(axis=draw.choice((1, 2))) for s in draw.choices(STEPS[:-1], k=draw.randint(1, 5))]
        if mixing:
            steps.insert(0, draw.choice(MIXING))
        elif number % 4 == 0:
            steps.append(STEPS[-1])
        program = Program((Module("main", body(steps)),), layer="Lambda(body)", function="body")
        inputs = (Inputs("tensor", (Sample((3, 4)),)),)
        made.append(Request("LL105", 1, "keras", "keras3", program, inputs))
    return made


def test_correct_bodies_are_never_confirmed(driver: Driver) -> None:
    asked = drawn(30, mixing=False)
    said = [answer.status for answer in driver.answers(asked)]
    assert "confirmed" not in said
    assert said.count("refuted") > len(asked) // 2


def test_bodies_that_mix_the_batch_are_confirmed(driver: Driver) -> None:
    asked = drawn(30, mixing=True)
    answers = driver.answers(asked)
    missed = [
        (each.program.modules[0].source, answer.status, answer.reason)
        for each, answer in zip(asked, answers, strict=True)
        if answer.status != "confirmed"
    ]
    assert missed == []
