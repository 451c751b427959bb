"""How far layers are followed: results that are known, and why others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.interp import reasons
from lambdalint.interp.explain import describe
from lambdalint.interp.values import Along, Tensor
from lambdalint.layers.dims import B
from tests.benchmarks.reach import layers_of
from tests.interp.running import facts_of, inputs_of, one

HEAD = (
    "import sys\nfrom keras.layers import *\nfrom keras.models import *\nimport keras.backend as K\n"
    "import numpy as np\nimport tensorflow as tf\n"
)
COUNT = "count = len(sys.argv)\n"


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        (
            "c = int(sys.argv[1])\nx = Input((8, 8, c))\n"
            "def shuffle(t):\n"
            "    h, w, n = K.int_shape(t)[1:]\n"
            "    t = K.reshape(t, (-1, h, w, 4, n // 4))\n"
            "    t = K.permute_dimensions(t, (0, 1, 2, 4, 3))\n"
            "    return K.reshape(t, (-1, h, w, n))\n"
            "y = Lambda(shuffle)(x)\n",
            "(B*, 8, 8, c)",
        ),
        (
            "x = Lambda(lambda t: t[:, :-1])(Input((None, 24)))\n"
            "def heads(t):\n"
            "    s = K.shape(t)\n"
            "    t = K.reshape(t, (s[0], s[1], 4, 6))\n"
            "    t = K.permute_dimensions(t, (0, 2, 1, 3))\n"
            "    return K.reshape(t, (-1, s[1], 6))\n"
            "x = Lambda(heads)(x)\n"
            "y = Lambda(lambda t: K.reshape(t, (-1, 4, K.shape(t)[1], 6)))(x)\n",
            "(B*, 4, -1 + n, 6)",
        ),
    ],
)
def test_sizes_of_reshapes_that_must_fit(code: str, shape: str) -> None:
    assert describe(one(HEAD + code).result) == shape


def test_behind_an_unknown_reshape_the_rows_are_samples() -> None:
    code = HEAD + COUNT + "x = Lambda(lambda t: K.reshape(t, (-1, count + 1, 6)))(Input((4, 9)))\n"
    facts = facts_of(code + "y = Lambda(lambda t: K.mean(t, axis=1))(x)\n")
    assert facts.followed == ((True, ""), (True, ""))
    assert inputs_of(code + "y = Lambda(lambda t: t * 2)(x)\n") == ["(?B, 1 + count, 6)"]


@pytest.mark.parametrize("operands", ["[x, z]", "[z, x]"])
def test_where_samples_meet_an_unknown_reshape_its_rows_are_samples(operands: str) -> None:
    reshaped = "x = Lambda(lambda t: K.reshape(t, (-1, count)))(Input((count, 1)))\nz = Input((1,))\n"
    trace = one(f"{HEAD}{COUNT}{reshaped}y = Lambda(lambda t: t[0] - t[1])({operands})\n")
    assert isinstance(trace.result, Tensor)
    assert trace.result.batch == Along(0)
    assert trace.result.dims is not None
    assert trace.result.dims[0] == B


def test_operands_of_which_one_has_no_known_rank_are_taken_to_fit() -> None:
    code = HEAD + "def f(x):\n    return Lambda(lambda t: t[0] * (t[1] + 1))([x, Input((3,))])\n"
    assert facts_of(code).followed == ((False, ""),)


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("x = concatenate(parts)\n", "(B, 4, ?)"),
        ("x = add(parts)\n", "(B, 4, ?)"),
        ("x = Lambda(lambda t: t[0])(parts)\n", "(B, 4, ?)"),
    ],
)
def test_lists_of_unknown_length(code: str, shape: str) -> None:
    parts = COUNT + "parts = Lambda(lambda t: tf.split(t, [1] * count, axis=-1))(Input((4, 9)))\n"
    facts = facts_of(HEAD + parts + code + "y = Lambda(lambda t: -t)(x)\n")
    assert all(layer == (True, "") for layer in facts.followed)
    assert inputs_of(HEAD + parts + code + "y = Lambda(lambda t: -t)(x)\n") == [shape]


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("np.ones((2, 3))", ""),
        ("Input(batch_shape=(1, 3))", ""),
        ("Lambda(lambda t: K.mean(t))(Input((3,)))", ""),
        ("Lambda(lambda t: K.permute_dimensions(t, (1, 0, 2)))(Input((3, 4)))", reasons.MOVED_BEFORE),
        ("Lambda(lambda t: t[unknown()])(Input((3,)))", "the key is not known"),
    ],
)
def test_where_no_samples_are_nothing_of_them_is_unknown(before: str, reason: str) -> None:
    code = f"{HEAD}x = {before}\ny = Lambda(lambda t: t * 2)(x)\n"
    assert facts_of(code).followed[-1].reason == reason


def test_imports_resolve_from_the_root_of_each_repository(tmp_path: Path) -> None:
    for name, size in (("one", "(4, 2)"), ("two", "None")):
        (tmp_path / name / "models").mkdir(parents=True)
        (tmp_path / name / "sizes.py").write_text(f"SIZE = {size}\n")
        code = "from sizes import SIZE\nfrom keras.layers import Input, Lambda\n"
        (tmp_path / name / "models" / "net.py").write_text(code + "y = Lambda(abs)(Input(SIZE))\n")
    (known,), (unknown,) = (list(layers_of(tmp_path / name)) for name in ("one", "two"))
    assert str(known) == f"{tmp_path}/one/models/net.py:3\trank known\tfollowed"
    assert (unknown.ranked, unknown.reason) == (False, "")


@pytest.mark.parametrize(
    "body",
    [
        "tf.concat([t, t, t], 1)[:, :, 7]",
        "tf.reshape(t, (5, 7, -2))[:, 1] + missing(t)",
        "missing.f(t)",
        "(lambda a, b: a)(t)",
    ],
)
def test_a_function_that_is_known_to_raise_is_followed(body: str) -> None:
    assert facts_of(f"{HEAD}y = Lambda(lambda t: {body})(Input((3,)))\n").followed == ((True, ""),)


def test_a_way_without_a_return_next_to_tensors() -> None:
    code = (
        f"{HEAD}{COUNT}def f(t):\n    if count > 3:\n        return t[:, :2]\n"
        "    elif count > 2:\n        return t[:, 1:]\n"
    )
    assert describe(one(f"{code}y = Lambda(f)(Input((3,)))\n").result) == "(B*, 2)"


def test_what_no_samples_reach_stays_without_them() -> None:
    code = (
        f"{HEAD}x = Lambda(lambda t: tf.random.uniform((2,)))(Input((3,)))\n"
        "x = Lambda(lambda t: tf.cond(t[0] > t[1], lambda: t * 2.0, lambda: t))(x)\n"
        "y = Lambda(lambda t: tf.random.uniform((), maxval=t[0] + 1.0))(x)\n"
    )
    assert all(reason == "" for _, reason in facts_of(code).followed)


def test_masks_of_a_single_sample() -> None:
    code = (
        "def best(parts):\n    boxes, mask, rest = parts\n    kept = tf.boolean_mask(boxes, mask)\n"
        "    return tf.reduce_max(kept[:, 0]) + rest\n"
        "y = Lambda(lambda t: tf.map_fn(best, t, fn_output_signature=tf.float32))(\n"
        "    [Input((5, 4)), Input((5,), dtype='bool'), Input((7,))])\n"
    )
    trace = one(HEAD + code)
    assert describe(trace.result) == "(B*, 7)"


@pytest.mark.parametrize(
    ("module", "call"),
    [("nn", "nn.softmax(t)"), ("nn_ops", "nn_ops.relu(t)"), ("math_ops", "math_ops.exp(t)")],
)
def test_modules_of_tensorflows_own_code(module: str, call: str) -> None:
    code = f"from tensorflow.python.ops import {module}\ny = Lambda(lambda t: {call})(Input((3,)))\n"
    assert describe(one(HEAD + code).result) == "(B*, 3)"
