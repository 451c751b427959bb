"""What flows into a layer: functional graphs, Sequential chains, helpers, classes, loops."""

from __future__ import annotations

import pytest

from lambdalint.interp.explain import describe
from lambdalint.interp.values import Sequence
from tests.interp.running import inputs_of, layers_of, one

FUNCTIONAL = "from keras.layers import *\nfrom keras.models import *\nimport keras.backend as K\n"


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("x = Input(shape=(4, 2))\n", "(B, 4, 2)"),
        ("x = Input((None, 5))\n", "(B, n, 5)"),
        ("x = Input(batch_shape=(8, 3))\n", "(8, 3)"),
        ("x = Dense(7)(Input((4,)))\n", "(B, 7)"),
        ("x = Flatten()(Conv2D(8, 3, padding='same')(Input((28, 28, 1))))\n", "(B, 6272)"),
        ("x = MaxPooling2D()(Input((28, 28, 3)))\n", "(B, 14, 14, 3)"),
        ("x = Embedding(100, 16)(Input((12,)))\n", "(B, 12, 16)"),
        ("x = LSTM(9)(Input((12, 4)))\n", "(B, 9)"),
        ("x = Bidirectional(LSTM(9, return_sequences=True))(Input((12, 4)))\n", "(B, 12, 18)"),
        ("x = concatenate([Input((3,)), Input((4,))])\n", "(B, 7)"),
        ("x = add([Input((3,)), Input((3,))])\n", "(B, 3)"),
        ("x = Reshape((2, -1))(Input((6,)))\n", "(B, 2, 3)"),
        ("x = Permute((2, 1))(Input((6, 5)))\n", "(B, 5, 6)"),
        ("x = RepeatVector(3)(Input((6,)))\n", "(B, 3, 6)"),
        ("x = TimeDistributed(Dense(2))(Input((6, 5)))\n", "(B, 6, 2)"),
        ("x = Lambda(lambda t: t[:, 0])(Input((6, 5)))\n", "(B, 5)"),
        ("size = 16\nx = Dense(size * 2)(Input((4,)))\n", "(B, 32)"),
        ("x = Input((4,))\nfor units in [8, 16]:\n    x = Dense(units)(x)\n", "(B, 16)"),
        ("x = Input((4,))\nfor _ in range(3):\n    x = Dense(5)(x)\n", "(B, 5)"),
        ("def block(t, n):\n    return Dense(n)(t)\nx = block(Input((4,)), n=6)\n", "(B, 6)"),
        ("import sys\nx = Input((4,))\nif len(sys.argv) > 1:\n    x = Dense(4)(x)\n", "(B, 4)"),
        ("m = Sequential([Dense(3, input_shape=(2,)), Dense(4)])\nx = m(Input((2,)))\n", "(B, 4)"),
        ("m = Model(*(lambda i: (i, Dense(4)(i)))(Input((2,))))\nx = m.output\n", "(B, 4)"),
        ("i = Input((2,))\nx = Model([i], [Dense(4)(i)]).output\n", "(B, 4)"),
        ("i = Input((2,))\nx = Model([i], [Dense(4)(i)])(Input((2,)))\n", "(B, 4)"),
        ("i = Input((2,))\nx = Model([i], [Dense(4)(i)]).outputs[0]\n", "(B, 4)"),
        (
            "x = Lambda(lambda t: K.gather(t, anything()), output_shape=(5,))(Input((4,)))\n"
            "x = Dense(3)(x)\n",
            "(B, 3)",
        ),
    ],
)
def test_the_shape_that_flows_in(body: str, shape: str) -> None:
    assert inputs_of(FUNCTIONAL + body + "y = Lambda(lambda t: t * 2.5)(x)\n") == [shape]


@pytest.mark.parametrize(
    ("code", "shapes"),
    [
        ("m = Sequential()\nm.add(Dense(5, input_dim=3))\nm.add(Lambda(lambda t: -t))\n", ["(B, 5)"]),
        ("m = Sequential([InputLayer((7,)), Lambda(lambda t: -t)])\n", ["(B, 7)"]),
        ("m = Sequential([Lambda(lambda t: -t, input_shape=(3, 2))])\n", ["(B, 3, 2)"]),
        ("x = TimeDistributed(Lambda(lambda t: -t))(Input((6, 5)))\n", ["(B, 5)"]),
        ("f = Lambda(lambda t: -t)\na = f(Input((2,)))\nb = f(Input((3,)))\n", ["(B, 2)", "(B, 3)"]),
        ("outs = [Lambda(lambda t: -t)(Input((n,))) for n in (1, 2)]\n", ["(B, 1)", "(B, 2)"]),
        ("x = Lambda(lambda t: t[0] - t[1])([Input((2,)), Input((3, 2))])\n", ["[(B, 2), (B, 3, 2)]"]),
    ],
)
def test_every_use_is_seen(code: str, shapes: list[str]) -> None:
    assert inputs_of(FUNCTIONAL + code) == shapes


def test_a_class_builds_its_layers() -> None:
    code = FUNCTIONAL + (
        "class Net:\n"
        "    def __init__(self, size=8):\n"
        "        self.size = 8\n"
        "        self.crop = Lambda(lambda t: t[:, 1:])\n"
        "    def build(self):\n"
        "        x = Input((self.size, 2))\n"
        "        return self.crop(x)\n"
    )
    assert inputs_of(code) == ["(B, 8, 2)"]
    assert str(one(code).result) == "(B, 7, 2)"


def test_parameters_come_from_the_calls_in_view() -> None:
    code = FUNCTIONAL + (
        "def head(x, n):\n    return Lambda(lambda t: K.reshape(t, (-1, n)))(x)\n"
        "def build():\n    return head(Input((3, 4)), 12)\n"
    )
    assert inputs_of(code) == ["(B, 3, 4)"]
    assert str(one(code).result) == "(B, 12)"


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("from keras.layers.core import Lambda\nx = Lambda(abs)\n", ["Lambda"]),
        ("import tensorflow as tf\nL = tf.keras.layers\nx = L.Lambda(abs)\n", ["Lambda"]),
        ("from sympy import Lambda\nx = Lambda(abs)\n", []),
        ("import pandas as pd\nx = pd.merge(1, 2)\n", []),
        ("from keras.layers import merge\nx = merge([1, 2], mode='sum')\n", ["merge"]),
        ("from keras.layers import Lambda\nclass Lambda:\n    pass\nx = Lambda(abs)\n", []),
        ("import keras\nclass Mine(keras.layers.Lambda):\n    pass\nx = Mine(abs)\n", ["subclass"]),
    ],
)
def test_only_keras_layers_are_ours(code: str, kinds: list[str]) -> None:
    assert [layer.kind for layer in layers_of(code)] == kinds


def test_late_functions_and_unreached_code_are_judged() -> None:
    code = FUNCTIONAL + (
        "import keras\n"
        "def never(x):\n    def inner(t):\n        return t[:, 0]\n    return Lambda(inner)(x)\n"
        "if keras.__version__ == 'x':\n    y = Lambda(lambda t: t[:, 1])\n"
    )
    assert len(layers_of(code)) == 2
    assert all(layer.functions for layer in layers_of(code))


def test_keras_3_keeps_a_list_of_one_output() -> None:
    code = FUNCTIONAL + "i = Input((2,))\nx = Model(i, [Dense(4)(i)]).output\n"
    (layer,) = layers_of(code + "y = Lambda(lambda t: t[0] * 2.5)(x)\n", target="keras3")
    (use,) = layer.applications
    assert str(use.trace.result) == "(B, 4)"
    assert isinstance(use.inputs, Sequence)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        ("build_transformer_model('c', 'w').output", "(B, tokens, features)"),
        ("build_transformer_model('c', return_keras_model=False).model.output", "(B, tokens, features)"),
        ("build_transformer_model('c', model='albert', with_mlm=True).output", "(B, tokens, features)"),
        (
            "build_transformer_model('c', with_pool=False)([Input((9,)), Input((9,))])",
            "(B, tokens, features)",
        ),
        ("build_transformer_model('c', with_pool=True).output", "(batch, ?)"),
        ("build_transformer_model('c', model='t5').output", "(batch, ?)"),
        ("build_transformer_model('c', **options).output", "(batch, ?)"),
        ("load_trained_model_from_checkpoint('c', 'w', seq_len=9).output", "(B, tokens, features)"),
        ("load_trained_model_from_checkpoint('c', 'w').inputs[1]", "(B, tokens)"),
        ("load_trained_model_from_checkpoint('c', 'w', True).output", "(batch, ?)"),
        ("load_trained_model_from_checkpoint('c', 'w', training=flag).output", "(batch, ?)"),
    ],
)
def test_pretrained_encoders_give_a_vector_for_each_token(model: str, shape: str) -> None:
    head = (
        "from bert4keras.models import build_transformer_model\n"
        "from keras_bert import load_trained_model_from_checkpoint\nimport sys\n"
        "options, flag = vars(sys), sys.argv[1]\n"
    )
    assert inputs_of(f"{FUNCTIONAL}{head}y = Lambda(lambda t: -t)({model})\n") == [shape]


def test_the_backend_of_another_library_is_the_backend_of_keras() -> None:
    code = (
        "from bert4keras.backend import K\ny = Lambda(lambda t: K.repeat_elements(t, 3, 1))(Input((2, 4)))\n"
    )
    assert describe(one(FUNCTIONAL + code).result) == "(B*, 6, 4)"


def test_the_model_behind_a_sequential_is_the_model() -> None:
    code = "m = Sequential([Dense(3, input_shape=(2,))])\ny = Lambda(lambda t: -t)(m.model.output)\n"
    assert inputs_of(FUNCTIONAL + code) == ["(B, 3)"]
