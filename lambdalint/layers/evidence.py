"""What a file's code says of its Keras generation: one vote for each telling name, keyword or text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.syntax.canonical import home, normalise, words
from lambdalint.syntax.stars import LAYER_CLASSES

if TYPE_CHECKING:
    from lambdalint.sources.unit import SourceUnit
    from lambdalint.syntax.names import Names

EVERY = {"1": "keras1", "2": "keras2", "3": "keras3"}


@dataclass(frozen=True, slots=True)
class Vote:
    """One piece of evidence: the generations it fits, how strongly, and what was seen where.

    Weight 5 and more is proof; 1 is a habit.
    """

    fits: frozenset[str]
    weight: int
    text: str


def vote(fits: str, weight: int, text: str) -> Vote:
    """A vote for generations given by their digits, as in ``"12"``."""
    return Vote(frozenset(EVERY[digit] for digit in fits), weight, text)


# Paths within standalone Keras, as prefixes: the generations that have them, and the weight.
_KERAS: dict[str, tuple[str, int]] = {
    "ops": ("3", 6),
    "tree": ("3", 5),
    "config": ("3", 5),
    "distribution": ("3", 5),
    "random": ("3", 5),
    "Variable": ("3", 5),
    "KerasTensor": ("3", 3),
    "saving": ("3", 2),
    "src": ("3", 1),
    "layers.TorchModuleWrapper": ("3", 5),
    "layers.TFSMLayer": ("3", 5),
    "objectives": ("12", 3),
    "engine.topology": ("12", 3),
    "engine": ("12", 3),
    "legacy": ("12", 3),
    "wrappers": ("12", 3),
    "preprocessing.text": ("12", 2),
    "utils.np_utils": ("12", 3),
    "utils.generic_utils": ("12", 3),
    "utils.layer_utils": ("12", 3),
    "utils.visualize_util": ("1", 5),
    "utils.vis_utils": ("2", 4),
    "utils.plot_model": ("23", 3),
    "utils.to_categorical": ("23", 2),
    "utils.Sequence": ("23", 2),
    "utils.multi_gpu_model": ("2", 5),
    "utils.training_utils": ("2", 4),
    "utils.conv_utils": ("2", 3),
    "layers.core": ("12", 3),
    "layers.normalization": ("12", 2),
    "layers.advanced_activations": ("12", 3),
    "layers.convolutional": ("12", 2),
    "layers.recurrent": ("12", 3),
    "layers.embeddings": ("12", 3),
    "layers.pooling": ("12", 2),
    "layers.noise": ("12", 3),
    "layers.wrappers": ("12", 3),
    "layers.local": ("12", 3),
    "layers.merge.merge": ("1", 3),
    "layers.merge.": ("2", 4),
    "layers.containers": ("1", 5),
    "layers.TimeDistributedDense": ("1", 5),
    "layers.MaxoutDense": ("1", 5),
    "layers.Highway": ("1", 5),
    "layers.Merge": ("1", 4),
    "layers.AtrousConvolution2D": ("1", 4),
    "layers.Convolution1D": ("1", 1),
    "layers.Convolution2D": ("1", 1),
    "layers.CuDNNLSTM": ("2", 4),
    "layers.CuDNNGRU": ("2", 4),
    "models.Graph": ("1", 5),
    "optimizers.legacy": ("2", 3),
    "backend.tensorflow_backend": ("12", 5),
    "backend.theano_backend": ("12", 5),
    "backend.common": ("12", 4),
    "backend.tf": ("12", 5),
    "backend.image_dim_ordering": ("1", 3),
    "backend.set_image_dim_ordering": ("12", 3),
    "backend.image_data_format": ("23", 3),
}
# Lower-case layer functions and classes that came with Keras 2.
_MERGES = words("add subtract multiply average maximum minimum concatenate dot")
_MERGE_CLASSES = words("Add Subtract Multiply Average Maximum Minimum Concatenate Dot")
# What keras.backend still has in Keras 3.
_BACKEND_LEFT = words(
    """
    backend clear_session epsilon floatx get_uid image_data_format is_float_dtype is_int_dtype
    is_keras_tensor name_scope reset_uids result_type set_epsilon set_floatx set_image_data_format
    standardize_dtype
    """
)
# Paths within tf.keras that its Keras 3 does not have.
_BUNDLED: dict[str, tuple[str, int]] = {
    "ops": ("3", 5),
    "layers.experimental": ("2", 5),
    "experimental": ("2", 3),
    "optimizers.legacy": ("2", 2),
    "utils.multi_gpu_model": ("2", 5),
    "layers.CuDNNLSTM": ("2", 3),
    "layers.CuDNNGRU": ("2", 3),
    "wrappers": ("2", 3),
    "estimator": ("2", 4),
    "backend.set_session": ("2", 5),
    "backend.get_session": ("2", 5),
    "backend.learning_phase": ("2", 3),
    "layers.LSTMCell.zero_state": ("2", 3),
}
# Names of TensorFlow 1 that TensorFlow 2 does not have, and some that only TensorFlow 2 has.
_TF1 = words(
    """
    contrib Session InteractiveSession ConfigProto GPUOptions placeholder get_variable variable_scope
    global_variables_initializer get_default_graph reset_default_graph get_collection to_float to_int32
    to_int64 random_normal random_uniform set_random_seed log layers app flags logging gfile
    truncated_normal assign GraphKeys Summary summary.FileWriter train.AdamOptimizer depth_to_space
    image.resize_bilinear image.resize_images image.resize_nearest_neighbor nn.dynamic_rnn
    sparse_tensor_to_dense is_nan floor_div div space_to_depth matrix_inverse diag
    """
)
_TF2 = words("function GradientTape distribute config math random keras.mixed_precision RaggedTensor")
_TF0 = words("initialize_all_variables pack unpack batch_matmul mul sub neg")

# Libraries whose names are evidence, and what code usually calls them.
_TELLING = words(
    "tensorflow tensorflow_addons theano keras_contrib keras_applications torch jax keras tf_keras keras_core"
)
_USUAL = words("keras K KB tf layers ops backend models KL L tensorflow T KO")
_CALLED = LAYER_CLASSES | words(
    """
    merge Model load_model SGD Adam RMSprop Adagrad Adadelta Adamax Nadam
    """
)

# Keyword arguments that tell, whatever is called.
_KEYWORDS: dict[str, tuple[str, int]] = dict.fromkeys(
    words(
        """
        nb_epoch nb_worker nb_val_samples nb_val_worker samples_per_epoch border_mode W_regularizer
        b_regularizer U_regularizer W_constraint b_constraint nb_filter nb_row nb_col dim_ordering
        subsample_length filter_length pool_length inner_activation inner_init consume_less dropout_W
        dropout_U show_accuracy
        """
    ),
    ("1", 3),
) | dict.fromkeys(
    words("kernel_initializer kernel_regularizer bias_initializer steps_per_epoch epochs recurrent_dropout"),
    ("23", 2),
)
# Keyword arguments of layers.
_LAYER_KEYWORDS: dict[str, tuple[str, int]] = dict.fromkeys(
    words("init subsample bias p"), ("1", 3)
) | dict.fromkeys(words("units filters kernel_size padding use_bias data_format rate"), ("23", 2))
_METHODS: dict[str, tuple[str, int]] = dict.fromkeys(
    words("fit_generator predict_generator evaluate_generator"), ("12", 3)
)
# The format came with Keras 2.12; few used it with standalone Keras before Keras 3.
_SAVED = re.compile(r"""[\w}]\.keras["']""")
_ENVIRONMENT = re.compile(r"""["'](KERAS_BACKEND|TF_USE_LEGACY_KERAS)["']\]?\s*[=,]\s*["'](\w+)["']""")


def votes_of(names: Names, unit: SourceUnit, paths: Mapping[str, ast.AST]) -> list[Vote]:
    """All evidence in a file, each kind once; ``paths`` are those of :func:`paths_of`."""
    found: dict[tuple[str, ...], Vote] = {}
    for key, each in (
        *_imported(paths, unit),
        *_called(names, unit),
        *_defined(names, unit),
        *_written(unit, any(home(path)[1] == "keras" for path in paths)),
    ):
        found.setdefault(key, each)
    return list(found.values())


def paths_of(names: Names) -> dict[str, ast.AST]:
    """Every library path that the file imports or uses, as imported, with the first node.

    Modules of the project are followed where their usual names promise Keras or TensorFlow.
    """
    found: dict[str, ast.AST] = {}
    followed: dict[str, bool] = {}
    for binding in names.import_bindings():
        outside = normalise(binding.module)[1] is not None or binding.module.partition(".")[0] in _TELLING
        path = f"{binding.module}.{binding.attribute}" if binding.attribute else binding.module
        if outside and not binding.level:
            found.setdefault(path, binding.node)
        followed[binding.name] = outside or binding.name in _USUAL
    for star in names.star_imports:
        if not star.level:
            found.setdefault(star.module, star.node)
    for attribute in _outermost(names.attributes):
        base: ast.expr = attribute
        while isinstance(base, ast.Attribute):
            base = base.value
        if not isinstance(base, ast.Name) or not followed.get(base.id, base.id in _USUAL):
            continue
        if (raw := names.raw(attribute)) is not None:
            found.setdefault(raw, attribute)
    return found


def _outermost(attributes: list[ast.Attribute]) -> Iterator[ast.Attribute]:
    inner: set[int] = set()
    for attribute in attributes:
        if isinstance(attribute.value, ast.Attribute):
            inner.add(id(attribute.value))
        if id(attribute) not in inner:
            yield attribute


def _where(unit: SourceUnit, node: ast.AST) -> str:
    row = getattr(node, "lineno", 1)
    at = unit.location(row, 1, row, 1)
    return f"row {at.row}" if at.cell is None else f"cell {at.cell}, row {at.row}"


_Keyed = tuple[tuple[str, ...], Vote]


def _imported(paths: Mapping[str, ast.AST], unit: SourceUnit) -> Iterator[_Keyed]:
    for raw, node in paths.items():
        path, family = home(raw)
        for key, fits, weight in _path_signs(path, family):
            yield (family or "", key), vote(fits, weight, f"`{raw}` in {_where(unit, node)}")


def _path_signs(path: str, family: str | None) -> Iterator[tuple[str, str, int]]:
    if family == "keras":
        yield from _standalone_signs(path)
    elif family == "keras_core":
        yield "keras_core", "3", 8
    elif family == "tf_keras":
        yield "tf_keras", "2", 8
    elif family == "tensorflow.python.keras":
        yield "python", "2", 5
    elif family == "tf.keras":
        yield from _by_prefix(path, _BUNDLED)
    elif path.startswith("tensorflow."):
        yield from _tensorflow_signs(path.removeprefix("tensorflow."))
    elif path.split(".")[0] in ("theano", "tensorflow_addons", "keras_contrib", "keras_applications"):
        yield path.split(".")[0], "2" if path.startswith("tensorflow_addons") else "12", 3


def _standalone_signs(path: str) -> Iterator[tuple[str, str, int]]:
    yield from _by_prefix(path, _KERAS)
    parts = path.split(".")
    canonical = normalise(f"keras.{path}")[0].split(".")
    if canonical[1:] != parts:
        # An old module of layers says little, what comes out of it may say more.
        yield from _by_prefix(".".join(canonical[1:]), _KERAS)
    if canonical[:2] == ["keras", "backend"] and len(canonical) > 2:
        if canonical[2] not in _BACKEND_LEFT and canonical[2].islower():
            yield "backend", "12", 5
    elif len(parts) > 1 and parts[0] == "layers" and (parts[-1] in _MERGES or parts[-1] in _MERGE_CLASSES):
        yield "merges", "23", 3


def _by_prefix(path: str, table: Mapping[str, tuple[str, int]]) -> Iterator[tuple[str, str, int]]:
    for prefix, (fits, weight) in table.items():
        if path == prefix or (path.startswith(prefix) and (prefix[-1] == "." or path[len(prefix)] == ".")):
            yield prefix, fits, weight


def _tensorflow_signs(rest: str) -> Iterator[tuple[str, str, int]]:
    parts = rest.split(".")
    for name in (parts[0], ".".join(parts[:2])):
        if name in _TF1:
            yield f"tf1 {name}", "12", 2
        elif name in _TF0:
            yield f"tf0 {name}", "1", 2
        elif name in _TF2:
            yield f"tf2 {name}", "23", 1


def _called(names: Names, unit: SourceUnit) -> Iterator[_Keyed]:
    for call in names.calls:
        word = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        keywords = [keyword.arg for keyword in call.keywords if keyword.arg]
        if word not in _METHODS and word not in _CALLED and _KEYWORDS.keys().isdisjoint(keywords):
            continue
        where = f"in {_where(unit, call)}"
        if word in _METHODS:
            yield (word,), vote(*_METHODS[word], f"`{word}` {where}")
        for keyword in keywords:
            if keyword in _KEYWORDS:
                yield (keyword,), vote(*_KEYWORDS[keyword], f"`{keyword}=` {where}")
        if word in _CALLED and (canonical := names.canonical(call.func)) is not None:
            yield from _library_call(names, call, canonical, keywords, where)


def _library_call(
    names: Names, call: ast.Call, canonical: str, keywords: list[str], where: str
) -> Iterator[_Keyed]:
    if canonical == "keras.layers.merge":
        yield ("merge",), vote("1", 5, f"`merge(...)` is called {where}")
    elif canonical in ("keras.Input", "keras.layers.Input") and "type_spec" in keywords:
        yield ("type_spec",), vote("2", 4, f"`type_spec=` {where}")
    elif canonical.startswith("keras.layers."):
        for keyword in keywords:
            if keyword in _LAYER_KEYWORDS:
                yield (canonical, keyword), vote(*_LAYER_KEYWORDS[keyword], f"`{keyword}=` {where}")
        if canonical.endswith("Convolution2D") and len(call.args) > 2 and _is_number(call.args[2]):
            yield ("Convolution2D",), vote("1", 3, f"`Convolution2D(n, rows, columns)` {where}")
    elif canonical == "keras.models.Model":
        for keyword in keywords:
            if keyword in ("input", "output"):
                yield ("Model", keyword), vote("1", 5, f"`Model({keyword}=...)` {where}")
            elif keyword in ("inputs", "outputs"):
                yield ("Model", keyword), vote("23", 4, f"`Model({keyword}=...)` {where}")
    elif canonical.startswith("keras.optimizers."):
        for keyword in keywords:
            if keyword in ("lr", "learning_rate"):
                fits, weight = ("12", 2) if keyword == "lr" else ("23", 2)
                yield (keyword,), vote(fits, weight, f"`{keyword}=` {where}")
    elif canonical.endswith(".load_model") and "safe_mode" in keywords:
        yield ("safe_mode",), vote("3", 4, f"`safe_mode=` {where}")


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.BinOp)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, int)
    )


def _defined(names: Names, unit: SourceUnit) -> Iterator[_Keyed]:
    for node in names.classes:
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                where = f"`{statement.name}` is defined in {_where(unit, statement)}"
                if statement.name == "get_output_shape_for":
                    yield ("get_output_shape_for",), vote("1", 4, where)
                elif statement.name == "compute_output_shape":
                    yield ("compute_output_shape",), vote("23", 3, where)


def backend_set(unit: SourceUnit) -> str:
    """The backend that the file sets in the environment; ``""`` for none, several, or one it cannot be."""
    found = {value for name, value in _ENVIRONMENT.findall(unit.text) if name == "KERAS_BACKEND"}
    value = found.pop() if len(found) == 1 else ""
    return value if value in ("theano", "tensorflow", "torch", "jax") else ""


def _written(unit: SourceUnit, standalone: bool) -> Iterator[_Keyed]:
    if standalone and (match := _SAVED.search(unit.text)):
        yield ("saved",), vote("3", 6, f"`{match.group()[1:-1]}` files are written or read")
    if unit.recovered:
        yield ("python2",), vote("12", 4, "the text is Python 2")
    for match in _ENVIRONMENT.finditer(unit.text):
        name, value = match.groups()
        text = f"{name} is set to {value!r}"
        if name == "TF_USE_LEGACY_KERAS" and value.lower() in ("1", "true"):
            yield (name,), vote("2", 8, text)
        elif name == "KERAS_BACKEND" and value in ("jax", "torch", "openvino", "numpy"):
            yield (name,), vote("3", 5, text)
        elif name == "KERAS_BACKEND" and value in ("theano", "cntk", "mxnet"):
            yield (name,), vote("12", 5, text)
