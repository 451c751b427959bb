"""What the shape rules of all layers share: configurations, results, and the image axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lambdalint.layers.binding import REST, UNKNOWN, ConfigValue, DataFormat, Inner
from lambdalint.layers.dims import B, Dim, Sym, fresh

Shape: TypeAlias = tuple[Dim, ...] | None
"""Sizes of a tensor's axes, the batch axis first; ``None`` where the rank is not known."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The shapes of what a layer returns.

    ``several`` says that it returns a list (``None``: not known).  ``known`` is False for a class
    without rules.  ``problem`` tells why the layer cannot take its input, or is empty.
    """

    shapes: tuple[Shape, ...]
    several: bool | None = False
    known: bool = True
    problem: str = ""

    @property
    def shape(self) -> Shape:
        """The shape of the single tensor it returns; ``None`` where there are several."""
        return self.shapes[0] if self.several is False else None


NOTHING = Outputs((None,), several=None)
"""What is known of the result of a layer whose own number of outputs is not known."""


class Impossible(Exception):
    """The layer cannot take this input; the text says why."""


class Unsure(Exception):
    """Nothing can be said of the result."""


@dataclass(frozen=True, slots=True)
class Config:
    """A layer's arguments by name; ``apply`` gives the result of an inner layer."""

    values: Mapping[str, ConfigValue]
    apply: Callable[[Inner, Shape], Outputs]

    def get(self, name: str, default: ConfigValue = None) -> ConfigValue:
        """The value, the default if it was not given, or ``UNKNOWN``."""
        if name in self.values:
            return self.values[name]
        return UNKNOWN if REST in self.values else default

    def dim(self, name: str, default: ConfigValue = UNKNOWN) -> Dim:
        """A size; a new symbol where it is not known."""
        return as_dim(self.get(name, default), name)

    def flag(self, name: str, default: bool = False) -> bool | None:
        """A truth value; ``None`` where it is not known."""
        value = self.get(name, default)
        return bool(value) if value is None or isinstance(value, (bool, int)) else None

    def sizes(self, name: str, rank: int, default: ConfigValue = UNKNOWN) -> tuple[Dim | None, ...]:
        """One size for each of ``rank`` axes, given as one number or several; ``None`` if not known."""
        value = self.get(name, default)
        if value is None:
            value = default
        if isinstance(value, (list, tuple)):
            if len(value) == 1:
                value = tuple(value) * rank
            if len(value) == rank:
                return tuple(known(size) for size in value)
            return (None,) * rank
        return (known(value),) * rank

    def data_format(self) -> DataFormat | None:
        """Which axis holds the channels; ``None`` where it is not known."""
        value = self.get("data_format")
        if value is None or value == "channels_last":
            return "channels_last"
        return "channels_first" if value == "channels_first" else None


def known(value: object) -> Dim | None:
    """The size a value stands for, or ``None``."""
    if isinstance(value, (int, Sym)):
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None


def as_dim(value: object, label: str = "?") -> Dim:
    """The size a value stands for, or a new symbol."""
    size = known(value)
    return fresh(label) if size is None else size


def need_rank(shape: Shape, rank: int) -> tuple[Dim, ...]:
    """The shape, which must have this rank; symbols where nothing is known of it."""
    if shape is None:
        return (B, *(fresh() for _ in range(rank - 1)))
    if len(shape) != rank:
        raise Impossible(f"needs {rank} axes, gets {len(shape)}")
    return shape


@dataclass(frozen=True, slots=True)
class Image:
    """The axes of a signal, picture or volume by meaning; ``layout`` is ``None`` where it is not known."""

    batch: Dim
    space: tuple[Dim, ...]
    channels: Dim
    layout: DataFormat | None

    def shape(self, space: tuple[Dim, ...], channels: Dim) -> Shape:
        """The shape in the image's own layout."""
        if self.layout is None:
            return (self.batch, *(fresh() for _ in range(len(space) + 1)))
        if self.layout == "channels_first":
            return (self.batch, channels, *space)
        return (self.batch, *space, channels)


def image(shape: Shape, rank: int, layout: DataFormat | None) -> Image:
    """Read a shape with ``rank`` spatial axes.  Raises Impossible if there are too few, Unsure if more."""
    if shape is not None and len(shape) > rank + 2:
        raise Unsure  # some releases take further batch axes
    sizes = need_rank(shape, rank + 2)
    if layout == "channels_first":
        return Image(sizes[0], sizes[2:], sizes[1], layout)
    if layout is None:
        return Image(sizes[0], tuple(fresh() for _ in range(rank)), fresh(), None)
    return Image(sizes[0], sizes[1:-1], sizes[-1], layout)


Result: TypeAlias = Shape | Outputs
Rule: TypeAlias = Callable[[Config, Shape], Result]
"""A layer of one input."""
ManyRule: TypeAlias = Callable[[Config, list[Shape]], Result]
"""A layer of several inputs."""
