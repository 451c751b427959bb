"""The operation tables: readable, complete, and true to the installed libraries."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from importlib import import_module
from typing import Any

import pytest

from lambdalint.interp.call import Op
from lambdalint.interp.ops import keras_backend, library
from lambdalint.interp.values import NONE, Const, Sequence, Unknown, Value
from tests.interp import introspect

LIBRARIES = ("keras.backend", "keras.ops", "keras", "tensorflow")


def operation(name: str) -> Op:
    op = library.lookup(name)
    assert op is not None, name
    return op


def test_every_row_can_be_read() -> None:
    for name in library.operation_names():
        assert operation(name).name == name


def test_no_name_is_listed_twice() -> None:
    for prefix, modules in library.MODULES.items():
        names: Counter[str] = Counter()
        for module in modules:
            for row in import_module(f"lambdalint.interp.ops.{module}").TABLE.splitlines():
                if row and not row.startswith("#"):
                    names.update(name.strip() for name in row.partition("(")[0].split(","))
        assert not [f"{prefix}.{name}" for name, count in names.items() if count > 1]


@pytest.mark.parametrize(
    "name", ["split", "tensorflow.keras.backend.split", "keras.layers.split", "l1_normalize", "ctc_cost_fn"]
)
def test_a_backend_function_that_never_was(name: str) -> None:
    assert library.is_in_no_version(name if "." in name else f"keras.backend.{name}")


@pytest.mark.parametrize(
    "name",
    ["keras.backend.sum", "keras.backend.tf", "keras.backend.tf.split", "keras.backend.result_type",
     "keras.backend.pattern_broadcast", "keras.backend._EPSILON", "keras.layers.add",
     "keras.ops.no_such_function"],
)  # fmt: skip
def test_a_backend_function_of_some_version(name: str) -> None:
    assert not library.is_in_no_version(name)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("tensorflow.compat.v1.reduce_sum", "tensorflow.reduce_sum"),
        ("tensorflow.keras.backend.sum", "keras.backend.sum"),
        ("tensorflow.python.keras.backend.dot", "keras.backend.dot"),
        ("tensorflow.python.ops.math_ops.reduce_mean", "tensorflow.reduce_mean"),
        ("keras.backend.tensorflow_backend.mean", "keras.backend.mean"),
        ("keras.backend.tf.matmul", "tensorflow.matmul"),
        ("keras.ops.numpy.sum", "keras.ops.sum"),
        ("keras.ops.nn.relu", "keras.ops.relu"),
        ("tensorflow.experimental.numpy.sum", "keras.ops.sum"),
        ("keras.objectives.mean_squared_error", "keras.losses.mean_squared_error"),
    ],
)
def test_other_spellings_find_the_same_row(written: str, listed: str) -> None:
    assert operation(written) is operation(listed)


def test_unknown_names_have_no_row() -> None:
    for name in ("keras.backend.no_such_function", "tensorflow.math.reshape", "numpyx.sum", "keras"):
        assert library.lookup(name) is None


def test_attributes_that_are_values() -> None:
    assert library.attribute("numpy.newaxis") == NONE
    assert library.attribute("tensorflow.newaxis") == NONE
    assert library.attribute("tensorflow.compat.v1.float32") == Const("float32")
    assert library.attribute("numpy.float32") == Const("float32")
    assert library.attribute("numpy.inf") == Const(float("inf"))
    assert library.attribute("numpy.sum") is None


# --- binding ---------------------------------------------------------------------------------------


def python_function(op: Op) -> Any:
    """A Python function with the parameters of a row."""
    parameters = []
    for parameter in op.parameters:
        star, default = (
            ("*", "") if parameter.variadic else ("", "" if parameter.default is None else "=None")
        )
        parameters.append(f"{star}{parameter.name}{default}")
    name = op.name.rpartition(".")[2]
    namespace: dict[str, Any] = {}
    exec(f"def {name}({', '.join(parameters)}): return locals()", namespace)
    return namespace[name]


CALLS: list[tuple[str, int, tuple[str, ...]]] = [
    ("keras.backend.sum", 0, ()),
    ("keras.backend.sum", 4, ()),
    ("keras.backend.sum", 1, ("x",)),
    ("keras.backend.sum", 1, ("dim",)),
    ("keras.backend.epsilon", 1, ()),
    ("keras.backend.abs", 2, ()),
    ("keras.backend.switch", 0, ()),
    ("keras.backend.switch", 1, ()),
    ("tensorflow.matmul", 1, ()),
    ("tensorflow.meshgrid", 3, ("size",)),
]


@pytest.mark.parametrize(("name", "positional", "keywords"), CALLS)
def test_a_call_that_does_not_fit_gets_the_text_of_python(
    name: str, positional: int, keywords: tuple[str, ...]
) -> None:
    op = operation(name)
    args: list[Value] = [Const(i) for i in range(positional)]
    with pytest.raises(TypeError) as caught:
        python_function(op)(*args, **dict.fromkeys(keywords, NONE))
    assert library.bind(op, args, dict.fromkeys(keywords, NONE)) == str(caught.value)


def test_binding_fills_defaults_and_tells_what_was_given() -> None:
    bound = library.bind(operation("keras.backend.sum"), [Const(1)], {"axis": Const(2)})
    assert bound == ({"x": Const(1), "axis": Const(2), "keepdims": Const(False)}, frozenset({"x", "axis"}))


def test_binding_knows_old_keywords() -> None:
    bound = library.bind(operation("tensorflow.reduce_sum"), [Const(1)], {"reduction_indices": Const(2)})
    assert not isinstance(bound, str)
    assert bound[0]["axis"] == Const(2)
    assert "axis" in bound[1]


def test_binding_collects_the_rest() -> None:
    bound = library.bind(operation("tensorflow.einsum"), [Const("ij->ji"), Const(1), Const(2)], {})
    assert not isinstance(bound, str)
    rest = bound[0]["inputs"]
    assert isinstance(rest, Sequence)
    assert rest.items == [Const(1), Const(2)]


def test_binding_with_arguments_of_unknown_number_assumes_nothing() -> None:
    bound = library.bind(operation("keras.backend.sum"), [Unknown("spread", "*")], {})
    assert not isinstance(bound, str)
    assert all(isinstance(value, Unknown) for value in bound[0].values())


# --- the Keras generations -------------------------------------------------------------------------


def test_what_keras_3_has_no_longer() -> None:
    assert library.missing_in("keras.backend.sum", "keras3") == "keras.ops.sum"
    assert library.missing_in("keras.backend.permute_dimensions", "keras3") == "keras.ops.transpose"
    assert library.missing_in("keras.backend.epsilon", "keras3") is None
    assert library.missing_in("keras.backend.sum", "keras2") is None
    assert library.missing_in("keras.ops.sum", "keras3") is None


def test_replacements_exist() -> None:
    for replacement in keras_backend.REPLACEMENTS.values():
        if replacement.startswith("keras.ops."):
            assert library.lookup(replacement) is not None, replacement


def test_a_lookup_reads_only_its_library() -> None:
    program = (
        "import sys; from lambdalint.interp.ops import library; library.lookup('keras.backend.sum');"
        "print(*(m for m in sys.modules if m.startswith('lambdalint.interp.ops.tensorflow') or m == 'numpy'))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


# --- against the installed libraries ---------------------------------------------------------------

HISTORIC = {
    "keras.backend": """
        lesser lesser_equal identity logsumexp temporal_1d_padding asymmetric_temporal_padding slice pack
        deconv2d asymmetric_spatial_2d_padding conv3d_transpose separable_conv1d get_variable_shape
        image_dim_ordering set_image_dim_ordering set_session get_session get_graph is_tensor is_placeholder
        is_variable symbolic pattern_broadcast""",
    "keras.ops": "invert",
    "keras": "activations.any losses.cosine_proximity losses.cosine utils.np_utils.to_categorical",
    "tensorflow": """
        split_v unpack concat_v2 pack contrib.eager.defun neg inv sub mul select batch_matmul rfft irfft
        rfft2d irfft2d contrib.signal.stft contrib.signal.frame nn.log_sigmoid image.per_image_whitening
        contrib.losses.metric_learning.pairwise_distance contrib.distributions.percentile contrib.image.rotate
        contrib.image.transform contrib.image.translate contrib.seq2seq.sequence_loss get_global_step""",
}
"""Names that no installed version has: anything else in a table would be a misspelling.

``activations.any`` is in none at all: it stands for an activation that is named elsewhere.
"""


@pytest.mark.tensorflow
@pytest.mark.parametrize("prefix", LIBRARIES)
def test_signatures_are_those_of_the_installed_library(prefix: str) -> None:
    assert list(introspect.differences(prefix)) == []


@pytest.mark.tensorflow
@pytest.mark.parametrize("prefix", LIBRARIES)
def test_names_exist(prefix: str) -> None:
    assert sorted(introspect.historic(prefix)) == sorted(HISTORIC[prefix].split())


@pytest.mark.tensorflow
@pytest.mark.parametrize("prefix", ["keras.backend", "keras.ops"])
def test_every_public_function_has_a_row(prefix: str) -> None:
    assert list(introspect.unmodelled(prefix)) == []


@pytest.mark.tensorflow
@pytest.mark.parametrize("prefix", LIBRARIES)
def test_public_functions_without_a_row_are_listed(prefix: str) -> None:
    new = set(introspect.unmodelled(prefix)) - introspect.listed()
    assert not new, "give them rows, or run `python -m tests.interp.introspect --write`"


def test_what_is_listed_as_without_a_row_has_none() -> None:
    assert [name for name in sorted(introspect.listed()) if library.lookup(name) is not None] == []


@pytest.mark.tensorflow
def test_what_is_left_of_the_backend_in_keras_3() -> None:
    import keras

    left = {
        name
        for name in dir(keras.backend)
        if not name.startswith("_") and callable(getattr(keras.backend, name))
    }
    assert left == keras_backend.KERAS3_NAMES


@pytest.mark.tensorflow
def test_replacements_are_names_of_keras_3() -> None:
    import keras

    for replacement in keras_backend.REPLACEMENTS.values():
        found: Any = keras
        if replacement.startswith("keras."):
            for part in replacement.split(".")[1:]:
                found = getattr(found, part)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("keras.backend.argmax", -1), ("keras.backend.cumsum", 0), ("keras.backend.expand_dims", -1),
        ("keras.backend.l2_normalize", None), ("keras.backend.softmax", -1), ("keras.backend.sum", None),
        ("keras.ops.argmax", None), ("keras.ops.cumsum", None), ("keras.ops.normalize", -1),
        ("keras.ops.softmax", -1), ("keras.ops.flip", None), ("keras.ops.unstack", 0), ("keras.ops.sort", -1),
        ("tensorflow.argmax", 0), ("tensorflow.cumsum", 0), ("tensorflow.nn.softmax", -1),
        ("tensorflow.math.l2_normalize", None), ("tensorflow.unstack", 0), ("tensorflow.reduce_sum", None),
    ],
)  # fmt: skip
def test_default_axes_by_running(name: str, default: int | None) -> None:
    import numpy
    import tensorflow as tf

    prefix = library.prefix_of(name)
    function = introspect.real(prefix, name.removeprefix(f"{prefix}."))
    data = tf.constant([[1.0, 5.0, 2.0], [4.0, 3.0, 6.0]])
    for ours, theirs in zip(as_list(function(data)), as_list(function(data, axis=default))):
        numpy.testing.assert_array_equal(numpy.asarray(ours), numpy.asarray(theirs))
    assert effective_axis(operation(name)) == default


def as_list(result: Any) -> list[Any]:
    """Several results, or one, as a list."""
    return list(result) if isinstance(result, (list, tuple)) else [result]


def effective_axis(op: Op) -> Any:
    """The axis a row stands for where a call names none."""
    axis = next(parameter.default for parameter in op.parameters if parameter.name == "axis")
    assert isinstance(axis, Const)
    if axis.value is None and "default" in op.options:
        return int(op.options["default"])
    return axis.value


@pytest.mark.tensorflow
def test_no_installed_backend_has_a_name_that_never_was() -> None:
    modules = ("keras.backend", "keras._tf_keras.keras.backend", "tf_keras.backend", "tf_keras.src.backend")
    names = {name for module in modules for name in vars(import_module(module)) if not name.startswith("_")}
    assert not [name for name in names if library.is_in_no_version(f"keras.backend.{name}")]
    for layers in ("keras.layers", "tf_keras.layers"):
        assert not [
            name for name in vars(import_module(layers)) if library.is_in_no_version(f"{layers}.{name}")
        ]
