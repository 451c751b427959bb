"""Programs that a function starts are noted, not started."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Inputs, Request, Sample
from tests.confirm.marks import KERAS_3
from tests.confirm.requests import request

pytestmark = KERAS_3

HEAD = "import os, subprocess\nimport keras\nimport tensorflow as tf\nfrom keras.layers import Lambda\n"
BODIES = {
    "traced": "lambda t: os.system('curl https://example.org') or t",
    "captured": "lambda t: t if subprocess.run(['git', 'status']).returncode == 0 else -t",
    "each call": "lambda t: tf.py_function(lambda u: (os.system('ls'), u)[1], [t], tf.float32)",
    "none": "lambda t: t * 2",
}


def _asked(body: str) -> Request:
    made = request(HEAD, code="LL506", candidates=(Inputs("tensor", (Sample((3,)),)),))
    return replace(made, program=replace(made.program, layer=f"Lambda({body})", function=body))


@pytest.fixture(scope="module")
def told() -> dict[str, tuple[str, str]]:
    with Driver(jobs=2) as driver:
        answers = driver.answers([_asked(each) for each in BODIES.values()])
    return {name: (each.status, each.witness or each.reason) for name, each in zip(BODIES, answers)}


def test_a_program_that_is_started_once(told: dict[str, tuple[str, str]]) -> None:
    rest = "the next three add nothing"
    assert told["traced"] == ("confirmed", f"the first call starts `curl https://example.org`, {rest}")
    assert told["captured"] == ("confirmed", f"the first call starts `['git', 'status']`, {rest}")


def test_no_program_or_one_in_each_call(told: dict[str, tuple[str, str]]) -> None:
    assert told["each call"] == ("unconfirmed", "the effect happens in every call")
    assert told["none"][0] == "unconfirmed"
