"""Project layers and models, names from several places, and code that cannot be followed to its end."""

from __future__ import annotations

import pytest

from lambdalint.interp.values import Unknown
from tests.interp.running import inputs_of, layers_of, one

HEAD = (
    "import tensorflow as tf\nfrom tensorflow.keras.layers import *\nfrom tensorflow.keras.models import *\n"
)
USE = "y = Lambda(lambda t: t * 2.5)(x)\n"


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        (
            "class Mix(Layer):\n    def build(self, shape):\n"
            "        self.w = self.add_weight(shape=(shape[-1], 9))\n"
            "    def call(self, t):\n        return tf.matmul(t, self.w)\nx = Mix()(Input((4, 6)))\n",
            "(B, 4, 9)",
        ),
        (
            "class Two(Layer):\n    def __init__(self, n):\n        super().__init__()\n"
            "        self.inner = Dense(n)\n    def call(self, t):\n        return self.inner(t)\n"
            "x = Two(7)(Input((4,)))\n",
            "(B, 7)",
        ),
        (
            "class Told(Layer):\n    def call(self, t):\n        return elsewhere(t)\n"
            "    def compute_output_shape(self, shape):\n        return (shape[0], 5)\n"
            "x = Told()(Input((4,)))\n",
            "(B, 5)",
        ),
        (
            "class Both(Layer):\n    def call(self, a, b, training=None):\n"
            "        return tf.concat([a, b], 1)\n"
            "x = Both()(Input((4,)), Input((3,)))\n",
            "(B, 7)",
        ),
        (
            "class Gate(Layer):\n    def build(self, shape):\n        self.g = Dense(shape[-1] + 1)\n"
            "    def call(self, t):\n        return self.g(t)\nx = TimeDistributed(Gate())(Input((6, 4)))\n",
            "(B, 6, 5)",
        ),
        (
            "class Last(Layer):\n    def call(self, t):\n        return t[:, -1]\n"
            "x = TimeDistributed(layer=Last())(Input((6, 4, 3)))\n",
            "(B, 6, 3)",
        ),
        ("class Mine(Dense):\n    pass\nx = Mine(3)(Input((4,)))\n", "(B, 3)"),
        (
            "class Mine(Conv2D):\n    def __init__(self, n):\n        super().__init__(n, 3)\n"
            "    def call(self, t):\n        return super().call(t) * 2.0\nx = Mine(5)(Input((8, 8, 1)))\n",
            "(B, 6, 6, 5)",
        ),
        (
            "class Net(Model):\n    def __init__(self):\n        i = Input((4,))\n"
            "        super().__init__(inputs=i, outputs=Dense(6)(i))\nx = Net().output\n",
            "(B, 6)",
        ),
        (
            "class Loop(Layer):\n    def call(self, t):\n        return Loop()(t)\nx = Loop()(Input((4,)))\n",
            "(batch, ?)",
        ),
        (
            "i = Input((4,))\nm = Model(i, Dense(2)(Dense(6, name='h')(i)))\nx = m.get_layer('h').output\n",
            "(B, 6)",
        ),
        ("i = Input((4,))\nm = Model(i, Dense(2)(Dense(6)(i)))\nx = m.layers[-2].output\n", "(B, 6)"),
        ("d = Dense(6)\nd(Input((4,)))\nx = d.output\n", "(B, 6)"),
        ("layers = anything()\nx = layers.Dense(3)(Input((4,)))\n", "(B, 3)"),
        ("K = anything()\nx = Input((4,))\nx = Dense(K.int_shape(x)[1] * 2)(x)\n", "(B, 8)"),
        (
            "import nowhere\nx = nowhere.deep.Conv1D(3, 1)(Input((4, 2)))\n",
            "unknown (the layer's input is not known)",
        ),
        ("import sys\nop = add if sys.argv else multiply\nx = op([Input((4,)), Input((4,))])\n", "(B, 4)"),
        (
            "import sys\nif sys.argv:\n    from keras.layers import Dense as D\nelse:\n"
            "    from tensorflow.keras.layers import Dense as D\nx = D(3)(Input((4,)))\n",
            "(B, 3)",
        ),
        ("size = ...\nx = Dense(size)(Input((4,)))\n", "(B, size)"),
    ],
)
def test_what_project_code_passes_on(code: str, shape: str) -> None:
    assert inputs_of(HEAD + code + USE) == [shape]


def test_a_layer_inside_a_call_sees_the_real_input() -> None:
    code = (
        "class Own(Layer):\n    def call(self, t):\n        return Lambda(lambda u: u + 1.0)(t)\n"
        "Own()(Input((4, 2)))\n"
    )
    assert inputs_of(HEAD + code) == ["(B, 4, 2)"]


def test_an_error_is_caught() -> None:
    code = (
        "def total(t):\n    try:\n        return tf.reduce_sum(t, axis=1, keep_dim=True)\n"
        "    except TypeError:\n        return tf.reduce_sum(t, axis=1, keepdims=True)\n"
        "Lambda(total)(Input((4,)))\n"
    )
    trace = one(HEAD + code)
    assert (str(trace.result), trace.events) == ("(B, 1)", [])


def test_an_error_of_another_kind_is_not_caught() -> None:
    code = (
        "def total(t):\n    try:\n        return tf.reduce_sum(t, axis=1, keep_dim=True)\n"
        "    except KeyError:\n        return t\nLambda(total)(Input((4,)))\n"
    )
    trace = one(HEAD + code)
    assert isinstance(trace.result, Unknown)
    assert [event.kind for event in trace.events] == ["fails"]


def test_an_unknown_part_of_a_list_is_any_element() -> None:
    code = "Lambda(lambda t: t[0])([*anything(), Input((4, 2))])\n"
    trace = one(HEAD + code)
    assert "4" not in str(trace.result)


def test_names_of_a_broken_statement_are_unknown() -> None:
    code = "x = Input((4, 2))\nx = Conv2D(3 3)(x)\nLambda(lambda t: t[:, 0, 0, 0])(x)\n"
    (layer,) = layers_of(HEAD + code)
    assert not layer.happened("impossible")
