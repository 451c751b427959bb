"""A call that fails for another reason than the finding's is no confirmation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Answer, Inputs, Request, Sample
from tests.confirm.marks import KERAS_3
from tests.confirm.requests import request, request_of

pytestmark = KERAS_3

HEAD = """
import keras
import tensorflow as tf
from keras import backend as K, ops
from keras.layers import Conv2D, Dense, Input, Lambda
from keras.models import Model, Sequential
x = Input((4,))
helper = lambda a, b: a
"""

SCRIPTS = {
    "LL405": "y = Lambda(ops.mean(x, axis=1){})(x)",
    "LL406": "y = Lambda(lambda t: {}t[0] * t[1])(x, Input((4,)))",
    "LL408": "y = Lambda(lambda t: {}t[0] + t[1] * t[2])([x, x])",
    "LL412": "z = Lambda(lambda t: t * 2)\ny = Dense(1{})(z)",
    "LL703": "z = Lambda(lambda t: t * 2)(x)\ny = Conv2D(3{}, border_mode='same')",
    "LL708": "z = Lambda(lambda t: t * 2)(x)\ny = tf.math.square(x{})",
}
"""Scripts with a place where something else than the defect may go wrong."""
OTHER = {
    "LL405": ", nonsense=1",
    "LL406": "0 * ",
    "LL408": "helper(1) * ",
    "LL412": ", activation='nonsense'",
    "LL703": "",
    "LL708": ", nonsense=1",
}
"""What goes wrong there."""
ALONE = {"LL703": ", 2"}
"""What stands there otherwise, where that is not nothing."""

CALLED = Inputs("tensor", (Sample((4,)),))
FUNCTIONS = {
    "LL205": ("def f(t):\n    {}\n    return ops.reshape(t, (-1, 3))", "ops.sum(t, axis=3)"),
    "LL402": ("def f(t):\n    {}\n    return Dense(2)", "helper(1)"),
    "LL404": ("def f(t, u{}):\n    return t", "=helper(1)"),
    "LL409": ("def f(t):\n    {}\n    return t * factor", "nonsense"),
    "LL503": ("def f(t):\n    {}\n    return np.sum(t, axis=1)", "helper(1)"),
    "LL504": ("def f(t):\n    {}\n    return t if t[0, 0] > 0 else -t", "helper(1)"),
    "LL702": ("def f(t):\n    {}\n    return K.sum(t, axis=1)", "K.max(t)"),
    "LL704": ("def f(t):\n    {}\n    return t.mean(axis=1)", "t.max()"),
}
"""Functions, the same way, and what goes wrong there; the finding marks the last line."""
FACTS: dict[str, dict[str, Any]] = {
    "LL409": {"named": ["factor"]},
    "LL702": {"named": ["sum"]},
    "LL704": {"named": ["mean"]},
}


def _of_function(code: str, text: str) -> Request:
    """The request for a finding in the last line of a function."""
    source = f"import numpy as np{HEAD}{text}\n"
    rows = len(source.splitlines())
    made = request(source, code=code, candidates=(CALLED,), facts=FACTS.get(code, {}))
    (module,) = made.program.modules
    program = replace(
        made.program,
        modules=(replace(module, lines=tuple(("train.py", row) for row in range(1, rows + 1))),),
        layer="Lambda(f)",
        function="f",
        region=("train.py", rows, rows),
        around=("train.py", rows + 1, rows + 1),
    )
    return replace(made, program=program)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """The answers, by code: for the defect alone, and for what goes wrong besides."""
    asked = {}
    for code, script in SCRIPTS.items():
        for name, inserted in (("alone", ALONE.get(code, "")), ("other", OTHER[code])):
            path = tmp_path_factory.mktemp(f"{code}-{name}") / "train.py"
            asked[f"{code} {name}"] = request_of(path, HEAD + script.format(inserted), code)
    for code, (text, inserted) in FUNCTIONS.items():
        alone = "" if code == "LL404" else "t + 0"
        asked[f"{code} alone"] = _of_function(code, text.format(alone))
        asked[f"{code} other"] = _of_function(code, text.format(inserted))
    with Driver() as driver:
        return dict(zip(asked, driver.answers(list(asked.values())), strict=True))


@pytest.mark.parametrize("code", sorted({**SCRIPTS, **FUNCTIONS}))
def test_another_failure_is_no_confirmation(code: str, told: dict[str, Answer]) -> None:
    assert told[f"{code} alone"].status == "confirmed", told[f"{code} alone"]
    other = told[f"{code} other"]
    assert other.status == "unconfirmed", other
    assert "seen once" not in other.reason
