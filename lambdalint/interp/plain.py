"""Between abstract values and the plain configurations that the layer tables take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lambdalint.interp.objects import is_keras_class
from lambdalint.interp.values import (
    Const,
    Dictionary,
    Instance,
    Layer,
    Library,
    Model,
    Number,
    Sequence,
    Sign,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.binding import UNKNOWN, ConfigValue, Inner
from lambdalint.layers.shapes_base import Outputs, Shape

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

SIZES = frozenset({"units", "filters", "output_dim", "nb_filter", "n"})
"""Arguments that are one size: an unknown value there becomes a symbol."""


def plain(machine: Machine, value: Value, size: bool = False) -> ConfigValue:
    """An abstract value as a layer configuration; ``size`` makes a symbol of an unknown number."""
    if isinstance(value, Const):
        return None if value.value is Ellipsis else value.value
    if isinstance(value, Number):
        # A size that Keras may know as None stays the symbol it came from.
        return value.dim
    if isinstance(value, Sequence):
        if value.items is None:
            return UNKNOWN
        return [plain(machine, item, size=True) for item in value.items]
    if isinstance(value, Dictionary):
        return {str(key): plain(machine, item) for key, item in value.items.items()}
    if isinstance(value, (Tensor, Unknown)):
        dim = machine.dim(value) if size or isinstance(value, Tensor) else None
        return UNKNOWN if dim is None else dim
    if isinstance(value, Library):
        return value.name.rsplit(".", 1)[-1]
    if isinstance(value, (Layer, Model)):
        return inner(machine, value)
    if isinstance(value, Instance) and is_keras_class(value.cls.library_base() or ""):
        return Inner("", {}, _shape_of(machine, value))
    return UNKNOWN


def inner(machine: Machine, layer: Layer | Model) -> Inner:
    """A wrapped layer, whose shape is found by applying it."""
    if isinstance(layer, Layer) and layer.cls not in ("Lambda", "Merge") and layer.instance is None:
        return Inner(
            layer.cls, {name: plain(machine, value, name in SIZES) for name, value in layer.config.items()}
        )
    return Inner("", {}, _shape_of(machine, layer))


def _shape_of(machine: Machine, layer: Layer | Model | Instance) -> Callable[[Shape], Outputs]:
    def shape_of(shape: Shape) -> Outputs:
        from lambdalint.interp import apply

        result = apply.apply_wrapped(machine, layer, shape)
        return Outputs((result.dims if isinstance(result, Tensor) else None,))

    return shape_of


def sign_of_range(name: str | None) -> Sign:
    """The range of entries that the layer catalogue names."""
    if name == "nonnegative-with-zeros":
        return Sign(0.0, float("inf"), "often")
    if name == "positive":
        return Sign(0.0, float("inf"), "never")
    if name == "unit":
        return Sign(0.0, 1.0, "never")
    return Sign()
