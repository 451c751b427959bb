"""A layer's arguments by name: positional ones in each dialect's order, Keras 1 names as Keras 2 ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from lambdalint.layers.catalogue import ALIASES, FUNCTIONS
from lambdalint.layers.dims import B, Dim, Sym, fresh
from lambdalint.layers.parameters import keras1_layers, parameters

if TYPE_CHECKING:
    from lambdalint.layers.shapes_base import Outputs, Shape


class Unknown(Enum):
    """The type of :data:`UNKNOWN`, an argument whose value is not known."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
REST: Final = "**"
"""A key of a configuration whose presence says that any unmentioned argument may have been given."""


@dataclass(frozen=True, slots=True)
class Inner:
    """A layer inside a wrapper: its class and configuration.

    ``shape_of`` answers instead where the class is not in the tables (a model, a Lambda, a class of
    the project).
    """

    layer: str
    config: Mapping[str, ConfigValue]
    shape_of: Callable[[Shape], Outputs] | None = None


ConfigValue: TypeAlias = (
    int | float | str | bool | Sym | Unknown | Inner | Sequence[Any] | Mapping[str, Any] | None
)
DataFormat = Literal["channels_last", "channels_first"]
Bound = dict[str, ConfigValue]

_RENAMED = {
    "output_dim": "units",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample_length": "strides",
    "subsample": "strides",
    "stride": "strides",
    "pool_length": "pool_size",
    "border_mode": "padding",
    "atrous_rate": "dilation_rate",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "p": "rate",
    "sigma": "stddev",
    "length": "size",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "input_dtype": "dtype",
}
_RENAMED_HERE = {
    "Embedding": {
        "output_dim": "output_dim",
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "PReLU": {"init": "alpha_initializer"},
}
_KERNEL = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_FORMATS = {"th": "channels_first", "tf": "channels_last", "default": None}
_COMMON1 = {"input_dtype", "dim_ordering", *(name for names in _KERNEL for name in names)}
_IMAGE = frozenset(("data_format", "dim_ordering"))


def canonical(layer: str) -> str:
    """The name under which the tables list a layer: ``Conv2D`` for ``Convolution2D``, ``Add`` for ``add``."""
    return ALIASES.get(layer) or FUNCTIONS.get(layer, layer)


def bind(
    layer: str,
    args: Sequence[ConfigValue],
    kwargs: Mapping[str, ConfigValue],
    dialect: str = "keras2",
    data_format: ConfigValue = None,
) -> Bound | None:
    """The arguments of ``layer(*args, **kwargs)`` by Keras 2 name, or ``None`` where they do not fit.

    ``dialect`` is ``keras1``, ``keras2`` or ``keras3``; a class of which the parameters are not
    known takes keywords alone.  ``data_format`` is the session's setting where the program makes
    one; without it an unset ``dim_ordering`` of Keras 1, whose default changed, is ``UNKNOWN``.
    """
    name = canonical(layer)
    spelled = layer if layer in ("merge", "AtrousConvolution1D", "AtrousConvolution2D") else name
    old = _is_keras1(spelled, kwargs, dialect)
    order = parameters(spelled, "keras1" if old else "keras3" if dialect == "keras3" else "keras2")
    if order is None:
        return dict(kwargs) if not args else None
    if layer in FUNCTIONS and layer != "merge":
        order = ("inputs", *order)
    if len(args) > len(order) or any(word in kwargs for word in order[: len(args)]):
        return None
    bound: Bound = {**dict(zip(order, args)), **kwargs}
    if not old:
        _early_keras2(name, args, bound, dialect)
    elif not _modernise(name, bound):  # not Keras 1 after all, or nonsense
        return bind(layer, args, kwargs, "keras2", data_format) if dialect == "keras1" else None
    if _IMAGE & set(order) and name[-2:] != "1D" and bound.get("data_format") is None:
        if data_format is not None:
            bound["data_format"] = data_format
        elif old:
            bound["data_format"] = UNKNOWN
    return bound


def _is_keras1(layer: str, kwargs: Mapping[str, ConfigValue], dialect: str) -> bool:
    if layer in keras1_layers(only=True):
        return True
    old, new = _telling(layer)
    if not new.isdisjoint(kwargs):
        return False
    if not old.isdisjoint(kwargs):
        return True
    return dialect == "keras1" and layer in keras1_layers()


@lru_cache(maxsize=1024)
def _telling(layer: str) -> tuple[frozenset[str], frozenset[str]]:
    """The arguments that only Keras 1 has, and those that only later ones have."""
    first = frozenset(parameters(layer, "keras1") or ())
    later = frozenset(parameters(layer, "keras2") or ())
    return (first | _COMMON1) - later - {"weights", "input_dim", "input_length", "name"}, later - first


def _early_keras2(name: str, args: Sequence[ConfigValue], bound: Bound, dialect: str) -> None:
    """Hide what the releases of Keras 2 read differently from the same positions."""
    if dialect == "keras3" or name not in ("Conv1D", "Conv2D", "Conv3D"):
        return
    rank = int(name[-2])
    if len(args) > 6:  # tf.keras put ``groups`` before ``activation``
        bound.update(dict.fromkeys(("groups", "activation"), UNKNOWN))
    legacy = rank > 1 and len(args) in (3, rank + 1) and all(isinstance(size, int) for size in args[1:])
    if legacy and len(args) == 3:  # Conv2D(32, 3, 3): a kernel of 3 x 3, or a stride of 3
        bound.update(kernel_size=args[1] if args[1] == args[2] else UNKNOWN, strides=UNKNOWN)


def _modernise(name: str, bound: Bound) -> bool:
    for words in _KERNEL:
        if given := [word for word in words if word in bound]:
            if len(given) != len(words) or any(isinstance(bound[word], (list, tuple)) for word in words):
                return False
            bound["kernel_size"] = tuple(bound.pop(word) for word in words)
    if "dim_ordering" in bound:
        ordering = bound.pop("dim_ordering")
        bound["data_format"] = _FORMATS.get(ordering, UNKNOWN) if isinstance(ordering, str) else UNKNOWN
    renamed = {**_RENAMED, **_RENAMED_HERE.get(name, {})}
    for word in [word for word in bound if word in renamed]:
        value = bound.pop(word)
        bound[renamed[word]] = value
    return True


def declared_input(layer: str, config: Mapping[str, ConfigValue]) -> Shape:
    """The shape, with the batch axis, that a first layer's own arguments give its model's input.

    ``None`` where it declares none or the declaration is not known.
    """
    for word in ("batch_input_shape", "batch_shape"):
        if (given := config.get(word)) is not None:
            return _sizes(given, batch=True)
    batch = _size(config["batch_size"], B) if config.get("batch_size") is not None else B
    for word in ("input_shape", "shape"):
        if (given := config.get(word)) is not None:
            rest = _sizes(given, batch=False)
            return None if rest is None else (batch, *rest)
    return _from_input_dim(canonical(layer), config, batch)


_SEQUENCES = (
    *("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU", "RNN", "Conv1D", "LocallyConnected1D"),
    *("TimeDistributedDense", "Bidirectional", "TimeDistributed"),
)


def _from_input_dim(name: str, config: Mapping[str, ConfigValue], batch: Dim) -> Shape:
    length = config.get("input_length")
    if name == "Embedding":
        if length is UNKNOWN:
            return None
        sizes = tuple(length) if isinstance(length, (list, tuple)) else (length,)
        return (batch, *(_size(size, None) for size in sizes))
    if (width := config.get("input_dim")) is None:
        return None
    if name in _SEQUENCES:
        return (batch, _size(length, None), _size(width, None))
    return (batch, _size(width, None))


def _size(value: object, none: Dim | None) -> Dim:
    if isinstance(value, (int, Sym)):
        return value
    if value is None:
        return none if none is not None else fresh("n", dynamic=True)
    return fresh()


def _sizes(value: object, batch: bool) -> Shape:
    if not isinstance(value, (list, tuple)):
        return None
    return tuple(_size(size, B if batch and not index else None) for index, size in enumerate(value))
