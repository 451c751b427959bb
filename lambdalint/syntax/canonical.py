"""One name for every spelling: the many homes of Keras and TensorFlow mapped onto canonical dotted names."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


# Where each Keras lives.  The longest prefix wins; its family says which Keras an object belongs to.
_HOMES: dict[str, str] = {
    "keras": "keras",
    "keras.src": "keras",
    "keras.api": "keras",
    "keras.api.src": "keras",
    "keras.api._v1.keras": "keras",
    "keras.api._v2.keras": "keras",
    "keras._tf_keras.keras": "keras",
    "keras.api._tf_keras.keras": "keras",
    "keras_core": "keras_core",
    "keras_core.src": "keras_core",
    "tf_keras": "tf_keras",
    "tf_keras.src": "tf_keras",
    "tf_keras.api": "tf_keras",
    "tf_keras.api._v1.keras": "tf_keras",
    "tf_keras.api._v2.keras": "tf_keras",
    "tensorflow.keras": "tf.keras",
    "tensorflow.keras.api.keras": "tf.keras",
    "tensorflow.contrib.keras": "tf.keras",
    "tensorflow.contrib.keras.api.keras": "tf.keras",
    "tensorflow.contrib.keras.python.keras": "tf.keras",
    "tensorflow.python.keras": "tensorflow.python.keras",
    "tensorflow.python.keras._impl.keras": "tensorflow.python.keras",
    "tensorflow.python.keras.api._v1.keras": "tf.keras",
    "tensorflow.python.keras.api._v2.keras": "tf.keras",
}
_TENSORFLOW = (
    "tensorflow.compat.v1", "tensorflow.compat.v2", "tensorflow._api.v1", "tensorflow._api.v2",
    "tensorflow_core", "tf",
)  # fmt: skip
_SECTIONS = words(
    """
    activations applications backend callbacks constraints datasets engine initializers layers losses
    metrics models ops optimizers preprocessing random regularizers saving utils Input Model Sequential
    """
)

LAYER_FUNCTIONS = words(
    """
    merge add subtract multiply average maximum minimum concatenate dot serialize deserialize
    """
)
MODEL_FUNCTIONS = words(
    """
    load_model save_model model_from_json model_from_yaml model_from_config clone_model
    clone_and_build_model is_multi_gpu_model
    """
)
_MODELS = frozenset(("Model", "Sequential", "Functional", "Graph"))
_TOP_LEVEL = _MODELS | {"Input", "InputSpec", "Layer", "Lambda", "Merge", "merge"}
_BACKENDS = frozenset(("tensorflow_backend", "theano_backend", "cntk_backend", "mxnet_backend", "common"))
_BACKEND_LIBRARIES = {"tf": "tensorflow", "np": "numpy", "T": "theano.tensor", "theano": "theano"}
_OPS_FOLDERS = frozenset(("numpy", "nn", "linalg", "core", "math"))
_PASSING_ON = words("backend backends compat proto deps _deps")
"""What packages call the module through which they hand out the Keras in use."""
_CLASS_SECTIONS = words(
    """
    callbacks optimizers initializers regularizers constraints losses metrics
    """
)

_known: dict[str, tuple[str, str | None]] = {}


def normalise(dotted: str) -> tuple[str, str | None]:
    """The canonical form of a dotted name as imported, and the Keras family it belongs to.

    ``tensorflow.keras.layers.Lambda`` and ``keras.layers.core.Lambda`` are both
    ``keras.layers.Lambda``, of the families ``tf.keras`` and ``keras``.  The family is ``None``
    for what is not Keras, and for a Keras that some other library passes on.
    """
    found = _known.get(dotted)
    if found is None:
        found = _known[dotted] = _normalise(dotted)
    return found


def home(dotted: str) -> tuple[str, str | None]:
    """Where in its Keras a name was taken from, as written, and the family of that Keras.

    ``keras.layers.core.Lambda`` gives ``layers.core.Lambda`` and ``keras``.  What is not Keras
    comes back whole, with TensorFlow's compatibility folders dropped, and ``None``.
    """
    plain = _plain_tensorflow(dotted)
    parts = plain.split(".")
    for length in range(min(len(parts), 6), 0, -1):
        family = _HOMES.get(".".join(parts[:length]))
        if family is not None:
            return ".".join(parts[length:]), family
    return plain, None


def _normalise(dotted: str) -> tuple[str, str | None]:
    path, family = home(dotted)
    parts = path.split(".") if path else []
    return _passed_on(parts) if family is None else (_within_keras(parts), family)


def _plain_tensorflow(dotted: str) -> str:
    again = True
    while again:
        again = False
        for prefix in _TENSORFLOW:
            if dotted == prefix or dotted.startswith(prefix + "."):
                dotted, again = "tensorflow" + dotted[len(prefix) :], True
    return dotted


def _passed_on(parts: list[str]) -> tuple[str, str | None]:
    """Keras or TensorFlow as an attribute of another library, such as ``bert4keras.backend.keras``.

    ``another.keras.layers`` is most often an interface of its own: layers that only resemble those of Keras.
    """
    for index in range(1, len(parts)):
        rest = parts[index + 1 :]
        passed = parts[index] == "keras" and parts[index - 1] in _PASSING_ON
        if passed and (not rest or rest[0] in _SECTIONS):
            return _within_keras(rest), None
        if parts[index - 1 : index + 1] == ["backend", "K"]:
            return _backend(rest), None
        if parts[index] == "tensorflow" and parts[0] != "tensorflow":
            return normalise(".".join(parts[index:]))
    return ".".join(parts), None


def _within_keras(rest: list[str]) -> str:
    if not rest:
        return "keras"
    if "K" in rest[1:] or rest[0] == "K":
        return _backend(rest[rest.index("K") + 1 :])
    section = rest[0]
    if section == "backend":
        return _backend(rest[1:])
    if section == "ops" and len(rest) > 2 and rest[1] in _OPS_FOLDERS:
        return _join("ops", rest[2:])
    if section in ("layers", "engine", "legacy", "models") or section in _TOP_LEVEL:
        return _layer_or_model(rest)
    if section in _CLASS_SECTIONS:
        start = _first_class(rest, 1)
        return _join(section, rest[start:] if start is not None else rest[1:])
    if rest[-1] == "register_keras_serializable":
        return "keras.saving.register_keras_serializable"
    return ".".join(["keras", *rest])


def _backend(rest: list[str]) -> str:
    while rest and rest[0] in _BACKENDS:
        rest = rest[1:]
    if rest and rest[0] in _BACKEND_LIBRARIES:
        return ".".join([_BACKEND_LIBRARIES[rest[0]], *rest[1:]])
    return _join("backend", rest)


def _layer_or_model(rest: list[str]) -> str:
    """Classes and functions of layers and models, whichever module they were taken from."""
    start = _first_class(rest, 0)
    if start is not None:
        return _join("models" if rest[start] in _MODELS else "layers", rest[start:])
    last = rest[-1]
    if last in LAYER_FUNCTIONS and rest[0] in ("layers", "engine", "legacy"):
        return f"keras.layers.{last}"
    if last == "merge" and len(rest) == 1:
        return "keras.layers.merge"
    if last in MODEL_FUNCTIONS and rest[0] in ("models", "engine"):
        return f"keras.models.{last}"
    return ".".join(["keras", *rest])


def _first_class(rest: list[str], start: int) -> int | None:
    for index in range(start, len(rest)):
        if rest[index][:1].isupper():
            return index
    return None


def _join(section: str, rest: list[str]) -> str:
    return ".".join(["keras", section, *rest])
