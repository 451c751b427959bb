"""Every library function the interpreter knows: indexed by library, each row parsed when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from importlib import import_module

from lambdalint.interp import reasons
from lambdalint.interp.binding import SPREAD
from lambdalint.interp.call import Op, OpCall, Parameter
from lambdalint.interp.ops.table import Family, parse_table
from lambdalint.interp.values import NONE, Const, Sequence, Unknown, Value

_PACKAGE = "lambdalint.interp.ops."

MODULES: Mapping[str, tuple[str, ...]] = {
    "keras.backend": ("keras_backend",),
    "keras.ops": ("keras_ops",),
    "keras": ("keras_functions",),
    "tensorflow": ("tensorflow", "tensorflow_math", "tensorflow_nn", "tensorflow_image"),
    "numpy": ("numpy",),
    "math": ("python_math",),
    "random": ("python_random",),
    "theano": ("theano",),
    "tensorflow_probability": ("probability",),
    "tensor-method": ("methods",),
}
"""Library -> the modules that hold its rows (``TABLE``) and its values (``ATTRIBUTES``)."""

# Other spellings of the same place.  The first that fits is replaced, then the name is looked at again.
_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("tensorflow.python.keras._impl.keras.", "keras."),
    ("tensorflow.python.keras.", "keras."),
    ("tensorflow.compat.v1.", "tensorflow."),
    ("tensorflow.compat.v2.", "tensorflow."),
    ("tensorflow.contrib.keras.python.keras.", "keras."),
    ("tensorflow.contrib.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tensorflow.experimental.numpy.", "keras.ops."),
    ("tensorflow.contrib.layers.", "tensorflow.layers."),
    ("tf_keras.", "keras."),
    ("keras.src.", "keras."),
    ("keras.api.", "keras."),
    ("keras._tf_keras.keras.", "keras."),
    ("keras.backend.tensorflow_backend.", "keras.backend."),
    ("keras.backend.theano_backend.", "keras.backend."),
    ("keras.backend.common.", "keras.backend."),
    ("keras.backend.tf.", "tensorflow."),
    ("keras.backend.np.", "numpy."),
    ("keras.backend.T.", "theano.tensor."),
    ("keras.ops.numpy.", "keras.ops."),
    ("keras.ops.nn.", "keras.ops."),
    ("keras.ops.linalg.", "keras.ops."),
    ("keras.objectives.", "keras.losses."),
    ("keras.utils.np_utils.", "keras.utils."),
    ("theano.tensor.basic.", "theano.tensor."),
    ("theano.tensor.nnet.nnet.", "theano.tensor.nnet."),
    ("aesara.", "theano."),
    ("pytensor.", "theano."),
)  # fmt: skip
_PRIVATE_TENSORFLOW = "tensorflow.python."
_PRIVATE_HOMES = {
    "nn": "nn", "nn_ops": "nn", "nn_impl": "nn", "image_ops": "image", "linalg_ops": "linalg",
    "math_ops": "math", "random_ops": "random", "sparse_ops": "sparse", "string_ops": "strings",
    "ctc_ops": "nn", "embedding_ops": "nn", "image_ops_impl": "image", "linalg_impl": "linalg",
    "nest": "nest", "special_math_ops": "math", "stateless_random_ops": "random", "manip_ops": "manip",
    "fft_ops": "signal", "dct_ops": "signal", "spectral_ops": "signal", "shape_ops": "signal",
    "window_ops": "signal", "mel_ops": "signal", "bitwise_ops": "bitwise", "sets_impl": "sets",
}  # fmt: skip
"""Modules of TensorFlow's own code, and the public ones that offer what they define."""

_indexes: dict[str, dict[str, str]] = {}
_parsed: dict[str, Op | None] = {}


@lru_cache(maxsize=8192)
def normalize(canonical: str) -> str:
    """The name under which the tables list a library's object, whatever path the code imports it by."""
    changed = True
    while changed:
        changed = False
        for old, new in _SPELLINGS:
            if canonical.startswith(old):
                canonical = new + canonical[len(old) :]
                changed = True
    if canonical.startswith(_PRIVATE_TENSORFLOW):
        module, _, last = canonical.rpartition(".")
        home = f"{_PRIVATE_HOMES.get(module.rpartition('.')[2], '')}.{last}"
        found = last not in _index("tensorflow") and home in _index("tensorflow")
        canonical = "tensorflow." + (home if found else last)
    return canonical


def lookup(canonical: str) -> Op | None:
    """The operation of this name, or ``None`` where it is not modelled.

    Raises:
        TableError: its row is malformed, a mistake in the tables.
    """
    if canonical not in _parsed:
        name = normalize(canonical)
        prefix = prefix_of(name)
        row = _index(prefix).get(name[len(prefix) + 1 :]) if prefix else None
        if row is None:
            _parsed[canonical] = None
        else:
            for op in parse_table(prefix, row, families()).values():
                _parsed.setdefault(op.name, _with_axis(op))
            _parsed[canonical] = _parsed[name]
    return _parsed[canonical]


def _with_axis(op: Op) -> Op:
    """A row may name its axis: ``axis=1`` always, ``default=-1`` where the call says ``None``."""
    always, otherwise = op.options.get("axis"), op.options.get("default")
    if always is None and otherwise is None:
        return op
    axis, run = Const(int(always or otherwise or 0)), op.run

    def with_axis(call: OpCall) -> Value:
        if always is not None or call.get("axis") == NONE:
            call.args = {**call.args, "axis": axis}
        return run(call)

    return replace(op, run=with_axis)


@lru_cache(maxsize=8192)
def attribute(canonical: str) -> Value | None:
    """The value of a library's attribute, such as ``numpy.pi`` or ``tensorflow.float32``; else ``None``."""
    name = normalize(canonical)
    prefix = prefix_of(name)
    for module in MODULES.get(prefix, ()):
        attributes: Mapping[str, Value] = import_module(_PACKAGE + module).ATTRIBUTES
        if (value := attributes.get(name[len(prefix) + 1 :])) is not None:
            return value
    return None


@lru_cache(maxsize=1024)
def is_module(canonical: str) -> bool:
    """Whether it names a module of a library: ``keras``, or one that holds operations of the tables."""
    name = normalize(canonical)
    prefix = prefix_of(name)
    inner = f"{name[len(prefix) + 1 :]}."
    return name == "keras" or (bool(prefix) and any(each.startswith(inner) for each in _index(prefix)))


def operation_names() -> Iterator[str]:
    """The canonical names of every operation in the tables."""
    for prefix in MODULES:
        for name in _index(prefix):
            yield f"{prefix}.{name}"


def missing_in(canonical: str, dialect: str) -> str | None:
    """What to use instead of a ``keras.backend`` function that ``dialect`` no longer has, else ``None``."""
    name = normalize(canonical)
    if dialect != "keras3" or not name.startswith("keras.backend."):
        return None
    short = name.removeprefix("keras.backend.")
    from lambdalint.interp.ops import keras_backend

    if short in keras_backend.KERAS3_NAMES or (short not in _index("keras.backend")):
        return None
    if (replacement := keras_backend.REPLACEMENTS.get(short)) is not None:
        return replacement
    return f"keras.ops.{short}" if short in _index("keras.ops") else "keras.ops"


def is_in_no_version(canonical: str) -> bool:
    """Whether no version of ``keras.backend`` has this name, or none of ``keras.layers`` this function."""
    module, _, short = normalize(canonical).rpartition(".")
    if module == "keras.layers":
        from lambdalint.layers import catalogue

        elsewhere = short in _index("tensorflow") or short in _index("keras.ops")
        return elsewhere and short not in catalogue.FUNCTIONS
    if module != "keras.backend" or short.startswith("_"):
        return False
    from lambdalint.interp.ops import keras_backend, keras_backend_names

    others = keras_backend_names.OTHER_NAMES | keras_backend.KERAS3_NAMES | keras_backend.ATTRIBUTES.keys()
    return short not in _index(module) and short not in others


def bind(
    op: Op, args: list[Value], kwargs: dict[str, Value]
) -> tuple[dict[str, Value], frozenset[str]] | str:
    """Bind a call's arguments to an operation's parameters: all values by name, and the names it passed.

    Where the call does not fit, the text of the TypeError that Python raises.
    """
    bound: dict[str, Value] = {}
    rest = [value for value in args if not (isinstance(value, Unknown) and value.label == "*")]
    unsure = len(rest) < len(args) or SPREAD in kwargs
    for parameter in op.parameters:
        if parameter.variadic:
            bound[parameter.name] = Sequence("tuple", rest)
            rest = []
        elif rest:
            bound[parameter.name] = rest.pop(0)
    short = op.name.rpartition(".")[2]
    if rest:
        return _too_many(short, op.parameters, len(args))
    known = {parameter.name for parameter in op.parameters if not parameter.variadic}
    for keyword, argument in kwargs.items():
        if keyword == SPREAD:
            continue
        name = op.aliases.get(keyword, keyword)
        if name not in known:
            return f"{short}() got an unexpected keyword argument '{keyword}'"
        if name in bound:
            return f"{short}() got multiple values for argument '{keyword}'"
        bound[name] = argument
    missing: list[str] = []
    complete: dict[str, Value] = {}
    for parameter in op.parameters:
        value: Value | None = bound.get(parameter.name, parameter.default)
        if unsure and parameter.name not in bound:
            value = Unknown(reasons.PARAMETER, parameter.name)
        if value is None:
            missing.append(parameter.name)
        else:
            complete[parameter.name] = value
    return _missing(short, missing) if missing else (complete, frozenset(bound))


def _too_many(name: str, parameters: tuple[Parameter, ...], count: int) -> str:
    required = sum(each.default is None for each in parameters)
    takes = str(len(parameters)) if required == len(parameters) else f"from {required} to {len(parameters)}"
    plural = "" if takes == "1" else "s"
    return f"{name}() takes {takes} positional argument{plural} but {count} {_were(count)} given"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _missing(name: str, missing: list[str]) -> str:
    quoted = [f"'{each}'" for each in missing]
    last = "and " + quoted[-1]
    listed = quoted[0] if len(quoted) == 1 else " ".join([quoted[0], last])
    if len(quoted) > 2:
        listed = ", ".join([*quoted[:-1], last])
    plural = "" if len(missing) == 1 else "s"
    return f"{name}() missing {len(missing)} required positional argument{plural}: {listed}"


@lru_cache(maxsize=8192)
def prefix_of(name: str) -> str:
    """The library of the tables that a normalized name belongs to; ``""`` for none."""
    for prefix in MODULES:
        if name.startswith(prefix) and name[len(prefix) : len(prefix) + 1] == ".":
            return prefix
    return ""


def _index(prefix: str) -> dict[str, str]:
    """The rows of a library by name, unparsed: most runs need a handful of them."""
    index = _indexes.get(prefix)
    if index is None:
        index = _indexes[prefix] = {}
        for module in MODULES[prefix]:
            for row in import_module(_PACKAGE + module).TABLE.splitlines():
                names_of_row = row.partition("(")[0]
                if names_of_row and not row.startswith("#"):
                    for name in names_of_row.split(","):
                        index[name.strip()] = row
    return index


@cache
def families() -> Mapping[str, Family]:
    """Every transfer-function family by the name that rows use."""
    from lambdalint.interp.ops.adaptors import ADAPTORS
    from lambdalint.interp.ops.arrays import ARRAYS
    from lambdalint.interp.ops.choices import CHOICES
    from lambdalint.interp.ops.control import CONTROL
    from lambdalint.interp.ops.ctc import CTC
    from lambdalint.interp.ops.factors import FACTORS
    from lambdalint.interp.ops.families import FAMILIES
    from lambdalint.interp.ops.lookups import LOOKUPS
    from lambdalint.interp.ops.questions import QUESTIONS
    from lambdalint.interp.ops.records import RECORDS
    from lambdalint.interp.ops.several import SEVERAL
    from lambdalint.interp.ops.trailing import TRAILING

    return {
        **FAMILIES, **TRAILING, **SEVERAL, **ADAPTORS, **CONTROL, **QUESTIONS, **ARRAYS, **RECORDS, **CTC,
        **FACTORS, **CHOICES, **LOOKUPS,
    }  # fmt: skip
