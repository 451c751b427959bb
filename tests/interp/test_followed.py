"""How far layers are followed: results that are known, and why others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.interp import reasons
from lambdalint.interp.analyse import analyse
from lambdalint.interp.explain import describe
from lambdalint.interp.values import Along, Tensor
from lambdalint.layers.dims import B
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse
from lambdalint.syntax.project import Project
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


OWN_ENTRIES = [
    "tf.concat([tf.expand_dims(tf.range(0, tf.shape(t[0])[0]), 1), t[1]], 1)",
    "tf.concat([tf.reshape(tf.range(tf.shape(t[0])[0]), (-1, 1)), t[1]], axis=-1)",
    "tf.stack([tf.range(tf.shape(t[0])[0]), t[1][:, 0]], axis=1)",
    "tf.concat([tf.range(tf.shape(t[0])[0])[:, None], t[1]], 1)",
]
OTHER_ENTRIES = [
    "tf.stack([tf.range(tf.shape(t[0])[0])[::-1], t[1][:, 0]], axis=1)",
    "tf.stack([t[1][:, 0], tf.range(tf.shape(t[0])[0])], axis=1)",
    "tf.stack([tf.range(tf.shape(t[0])[0]) // 2, t[1][:, 0]], axis=1)",
    "tf.stack([tf.range(1, tf.shape(t[0])[0] + 1) - 1, t[1][:, 0]], axis=1)[::-1]",
    "tf.stack([tf.range(tf.shape(t[0])[0]), t[1][:, 0]], axis=1)[::-1]",
]


@pytest.mark.parametrize("pairs", [*OWN_ENTRIES, *OTHER_ENTRIES])
def test_entries_picked_by_the_number_of_their_sample(pairs: str) -> None:
    inputs = "[Input((5, 8)), Input((1,), dtype='int32')]"
    trace = one(f"{HEAD}y = Lambda(lambda t: tf.gather_nd(t[0], {pairs}))({inputs})\n")
    assert isinstance(trace.result, Tensor)
    assert (trace.result.batch == Along(0)) is (pairs in OWN_ENTRIES)
    assert pairs not in OWN_ENTRIES or describe(trace.result) == "(B*, 8)"


@pytest.mark.tensorflow
@pytest.mark.parametrize("pairs", [*OWN_ENTRIES, *OTHER_ENTRIES])
def test_they_are_those_of_the_sample(pairs: str) -> None:
    import numpy as np
    import tensorflow as tf

    rows = np.arange(120.0).reshape(3, 5, 8)
    places = np.array([[2], [0], [1]], "int32")
    pick = eval(f"lambda *t: tf.gather_nd(t[0], {pairs})", {"tf": tf})
    alone = [
        pick(rows[i : i + 1], places[i : i + 1])[0] if pairs in OWN_ENTRIES else rows[i, places[i, 0]]
        for i in range(3)
    ]
    assert np.array_equal(pick(rows, places), np.stack(alone)) is (pairs in OWN_ENTRIES)


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("tf.slice(t, [0] + sizes + [0], [-1] + sizes + [-1])", "(B*, ?, ?)"),
        ("tf.slice(t, tf.constant([0] + sizes), tf.convert_to_tensor([-1] + sizes))", "(B*, ?, ?)"),
        ("K.reshape(t, [-1] + sizes)", "(?)"),
        ("t * sizes[0]", "(B*, 4, 9)"),
        ("t + ([7] + sizes)[0]", "(B*, 4, 9)"),
    ],
)
def test_lists_of_unknown_length_with_a_known_beginning(body: str, shape: str) -> None:
    sizes = f"{COUNT}sizes = [int(each) for each in sys.argv]\n"
    trace = one(f"{HEAD}{sizes}y = Lambda(lambda t: {body})(Input((4, 9)))\n")
    assert isinstance(trace.result, Tensor)
    assert isinstance(trace.result.batch, Along)
    assert trace.result.batch.axis == 0
    if "reshape" not in body:
        assert describe(trace.result) == shape


@pytest.mark.parametrize("begin", ["sizes", "[1] + sizes", "sizes + [0]"])
def test_lists_of_another_beginning_tell_nothing(begin: str) -> None:
    sizes = f"{COUNT}sizes = [int(each) for each in sys.argv]\n"
    body = f"tf.slice(t, {begin}, [-1] + sizes)"
    trace = one(f"{HEAD}{sizes}y = Lambda(lambda t: {body})(Input((4, 9)))\n")
    assert isinstance(trace.result, Tensor)
    assert not isinstance(trace.result.batch, Along)


def test_a_slice_for_a_device_is_followed() -> None:
    code = (
        f"{HEAD}def part(t, at, parts):\n    shape = tf.shape(t)\n"
        "    size = tf.concat([shape[:1] // parts, shape[1:]], axis=0)\n"
        "    return tf.slice(t, tf.concat([shape[:1] // parts, shape[1:] * 0], axis=0) * at, size)\n"
        "def spread(count):\n    x = Input((8, 3))\n    for at in range(count):\n"
        "        y = Lambda(part, arguments={'at': at, 'parts': count})(x)\n"
    )
    assert facts_of(code).followed == ((True, ""),)


def test_where_a_test_of_constants_leads_elsewhere_they_have_other_values() -> None:
    code = (
        f"{HEAD}def build(scale=None):\n    x = Input((4, 9))\n    if scale:\n"
        "        x = Lambda(lambda t: t * scale)(x)\n    return x\nbuild()\n"
    )
    assert facts_of(code).followed == ((True, ""),)


def test_features_of_a_single_example() -> None:
    code = (
        f"{HEAD}def read(line):\n    parts = tf.io.parse_single_example(line, {{\n"
        "        'image': tf.io.FixedLenFeature((), tf.string),\n"
        "        'boxes': tf.io.VarLenFeature(dtype=tf.float32),\n"
        "        'size': tf.io.FixedLenFeature((2,), dtype=tf.int64)})\n"
        "    image = Lambda(lambda t: tf.io.decode_jpeg(t, channels=3))(parts['image'])\n"
        "    boxes = Lambda(lambda t: tf.reshape(tf.sparse.to_dense(t), (-1, 4)))(parts['boxes'])\n"
        "    both = [image, parts['size']]\n"
        "    return Lambda(lambda t: tf.image.resize(t[0], tf.cast(t[1], tf.int32)))(both)\n"
    )
    assert facts_of(code).followed == ((True, ""),) * 3
    assert inputs_of(code) == ["[(?, ?, 3) uint8, (2,) int64]"]


@pytest.mark.parametrize(
    ("made", "shape"),
    [
        ("tf.keras.losses.BinaryCrossentropy(from_logits=True, reduction='none')(t[0], t[1])", "(B*, 4)"),
        (
            "tf.keras.losses.MeanSquaredError(reduction=tf.keras.losses.Reduction.NONE)(t[0], t[1])",
            "(B*, 4)",
        ),
        ("tf.keras.activations.get('relu')(t[0])", "(B*, 4, 9)"),
        ("tf.keras.activations.get(tf.nn.tanh)(t[0])", "(B*, 4, 9)"),
    ],
)
def test_losses_and_activations_by_object(made: str, shape: str) -> None:
    trace = one(f"{HEAD}y = Lambda(lambda t: {made})([Input((4, 9)), Input((4, 9))])\n")
    assert describe(trace.result) == shape


def test_losses_that_are_summed_up_are_not_followed() -> None:
    trace = one(f"{HEAD}y = Lambda(lambda t: tf.keras.losses.BinaryCrossentropy()(t, t))(Input((4,)))\n")
    assert not isinstance(trace.result, Tensor)


@pytest.mark.parametrize(
    ("axes", "known"),
    [
        ("list(range(1, K.ndim(t)))", True),
        ("range(1, len(K.int_shape(t)))", True),
        ("tuple(range(1, len(t.shape)))", True),
        ("range(2, t.shape.ndims)", True),
        ("range(1, K.ndim(t) - 1)", False),
        ("range(count, K.ndim(t))", False),
    ],
)
def test_all_axes_behind_the_batch_of_a_tensor_of_unknown_rank(axes: str, known: bool) -> None:
    code = f"{HEAD}{COUNT}x = Input(sys.argv)\ny = Lambda(lambda t: K.sum(t, axis={axes}))(x)\n"
    trace = one(code)
    assert isinstance(trace.result, Tensor)
    assert (trace.result.batch == Along(0)) is known


def test_all_axes_of_a_tensor_of_unknown_rank() -> None:
    code = f"{HEAD}x = Input(sys.argv)\ny = Lambda(lambda t: K.sum(t, axis=list(range(K.ndim(t)))))(x)\n"
    assert isinstance(one(code).result, Tensor)
    code = f"{HEAD}x = Input(sys.argv)\ny = Lambda(lambda t: K.sum(t, axis=list(range(0, K.ndim(t)))))(x)\n"
    assert [event.kind for event in one(code).causes("reduced-all")] == ["reduced-all"]


def test_attributes_that_a_model_is_given() -> None:
    code = (
        f"{HEAD}def build():\n    model = Sequential([Dense(3, input_shape=(4,))])\n"
        "    model.shorter = lambda n: n // 2\n    return model\n"
        "y = Lambda(build().shorter)(Input((7,)))\n"
    )
    assert describe(one(code).result) == "(B*, 7)"


def test_what_a_module_brings_by_a_star(tmp_path: Path) -> None:
    (tmp_path / "compat.py").write_text("from tensorflow.compat.v1 import *\n")
    code = (
        "import compat as tf\nfrom keras.layers import Input, Lambda\n"
        "y = Lambda(lambda t: tf.nn.tanh(tf.split(t, 2, axis=-1)[0]))(Input((4, 6)))\n"
        "z = Lambda(lambda t: tf.no_such_thing(t))(Input((4, 6)))\n"
    )
    (tmp_path / "net.py").write_text(code)
    known, unknown = layers_of(tmp_path)
    assert (known.reason, unknown.reason) == ("", reasons.ATTRIBUTE)


def test_a_starred_keras_is_that_of_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "compat.py").write_text("from tensorflow.compat.v1 import *\n")
    code = (
        "import compat as tf\nfrom tensorflow.keras.layers import Input, Lambda\n"
        "x = Input((4,))\nmodel = tf.keras.Model(x, Lambda(lambda t: 2.0 * t)(x))\n"
    )
    unit = SourceUnit(str(tmp_path / "net.py"), code, code)
    facts = analyse(parse(unit), project=Project(str(tmp_path)))
    assert [event.kind for event in facts.events] == []


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("t.to_tensor() if isinstance(t, tf.RaggedTensor) else t", "(B*, 4, 9)"),
        ("tf.nest.pack_sequence_as(t, [2.0 * each for each in tf.nest.flatten(t)])", "(B*, 4, 9)"),
        ("hub.Module('url')(t[:, 0, 0], as_dict=True)['elmo']", "(B*, features, features)"),
        ("hub.Module('url')(t[:, 0, 0])", "(B*, features)"),
        ("kept(t)", "(B*, 4, 9)"),
    ],
)
def test_objects_of_other_libraries(body: str, shape: str) -> None:
    kept = (
        "import tensorflow_hub as hub\ncache = {}\n"
        "def kept(t):\n    cache[tuple(sys.argv)] = t\n    return cache[tuple(sys.argv)]\n"
    )
    code = f"{HEAD}{kept}y = Lambda(lambda t: {body})(Input((4, 9)))\n"
    assert describe(one(code).result) == shape
    assert facts_of(code).followed == ((True, ""),)


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("tf.image.combined_non_max_suppression(t[0], t[1][..., None], 10, 20)[0]", "(B*, ?, 4)"),
        ("tf.image.combined_non_max_suppression(t[0], t[1][..., None], 10, 20)[3]", "(B*,) int32"),
        (
            "tf.map_fn(lambda s: tf.gather(s[0], tf.image.non_max_suppression(s[0][:, 0], s[1], 9)), t)",
            "(B*, ?, 1, 4)",
        ),
        (
            "tf.map_fn(lambda s: tf.image.non_max_suppression_with_scores(s[0][:, 0], s[1], 10)[1], t)",
            "(B*, ?)",
        ),
    ],
)
def test_boxes_that_are_left(body: str, shape: str) -> None:
    trace = one(f"{HEAD}y = Lambda(lambda t: {body})([Input((50, 1, 4)), Input((50,))])\n")
    assert describe(trace.result) == shape


def test_boxes_of_the_whole_batch_are_compared() -> None:
    body = "tf.image.non_max_suppression(t[0], t[1], 10)"
    trace = one(f"{HEAD}y = Lambda(lambda t: {body})([Input((4,)), Input(())])\n")
    assert isinstance(trace.result, Tensor)
    assert not isinstance(trace.result.batch, Along)


def test_an_entry_of_a_shape_is_a_size() -> None:
    data = f"{HEAD}data = np.load(sys.argv[1])\n"
    code = f"{data}y = Lambda(lambda t: t[:, :tf.constant(data.shape[1])])(Input((9,)))\n"
    assert describe(one(code).result) == "(B*, data.shape[1])"


def test_behind_unknown_rows_a_reshape_gives_rows() -> None:
    code = (
        f"{HEAD}{COUNT}x = Lambda(lambda t: K.reshape(t, (-1, count, 6)))(Input((4, 9)))\n"
        "y = Lambda(lambda t: K.reshape(t, (-1, count + 1, count + 2)))(x)\n"
    )
    assert facts_of(code).followed == ((True, ""), (True, ""))
