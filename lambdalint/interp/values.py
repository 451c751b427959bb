"""Abstract values: what the interpreter knows of a Python object without running the program.

Everything but lists, dicts, instances, layers and models is frozen; those five are mutable because
model-building code mutates them.  :class:`Unknown` carries the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

from lambdalint.layers.dims import Dim, show_shape
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.frozen import record

if TYPE_CHECKING:
    from lambdalint.interp.facts import Site
    from lambdalint.interp.frames import Frame, ModuleEnv


@record(frozen=True, slots=True)
class Const:
    """A Python scalar that is known."""

    value: Any


NONE = Const(None)
TRUE = Const(True)
FALSE = Const(False)


@record(frozen=True, slots=True)
class Number:
    """A Python int of symbolic size, such as ``K.int_shape(x)[1]``.

    ``maybe_none`` is set where a Keras shape may hold ``None`` instead.
    """

    dim: Dim
    maybe_none: bool = False


@record(frozen=True, slots=True)
class Unknown:
    """Nothing is known, and why.  ``label`` names the expression for symbols made of it."""

    reason: str
    label: str = "?"
    tensor: bool = False
    """True when it is at least known to be a tensor, or a list or dict of tensors: a layer's input."""
    inputs: frozenset[int] = frozenset()
    """Indices of the layer inputs it may depend on."""


# --- tensors ---------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Along:
    """The samples lie along ``axis``, whose index runs over (outer, sample, inner) in row-major order.

    ``outer`` and ``inner`` are 1 unless other axes have been folded into it.  ``moved`` and
    ``folded`` are the steps that did so.
    """

    axis: int
    outer: Dim = 1
    inner: Dim = 1
    moved: Event | None = None
    folded: Event | None = None

    @property
    def plain(self) -> bool:
        """Whether the axis holds the samples and nothing else."""
        return self.outer == 1 and self.inner == 1


@record(frozen=True, slots=True)
class Constant:
    """The same values whatever the batch: it carries no samples."""


@record(frozen=True, slots=True)
class Broken:
    """Samples are mixed, dropped or multiplied: no axis carries them any more.

    ``causes`` are the events that did it; rules report those that reach the layer's result.
    """

    causes: tuple[Event, ...]


@record(frozen=True, slots=True)
class Unsure:
    """Where the samples are is not known, and why; ``carries`` when it is known that there are some."""

    reason: str
    carries: bool = False


Batch = Union[Along, Constant, Broken, Unsure]
CONSTANT = Constant()


@record(frozen=True, slots=True)
class Sign:
    """The range of a tensor's entries, closed at both ends.

    ``zero`` says how an entry can be 0: ``never``, ``rarely`` (a coincidence of real numbers) or
    ``often`` (exactly 0 on ordinary inputs: after relu, a mask, a count, a difference of inputs);
    ``partly`` where that holds of some entries only, such as those of one part of a concatenation.
    """

    low: float = float("-inf")
    high: float = float("inf")
    zero: str = "rarely"
    tiny: bool = True
    """Whether entries may be arbitrarily close to 0 (False after adding an epsilon)."""
    whole: bool = False
    """Whether entries are whole numbers, as those of masks and counts are."""

    @property
    def often_zero(self) -> bool:
        """Whether some entries are exactly 0 on ordinary inputs."""
        return self.zero in ("often", "partly")


ANY_SIGN = Sign()


@record(frozen=True, slots=True)
class Tensor:
    """A tensor: sizes of its axes, where its samples are, type, range and origin.

    ``dims`` is ``None`` where the rank is unknown.  ``content`` holds the entries of a small
    integer tensor such as ``K.shape(x)``: a size for a scalar, a tuple of sizes for a vector.
    ``inputs`` are the indices of the layer inputs it depends on.  ``kind`` is ``tensor``,
    ``ndarray``, ``variable`` or ``keras`` (a symbolic tensor of the model being built, whose
    ``node`` is the layer call that made it).  ``random`` marks values drawn in this body.
    ``cuts`` are events through which no gradient flows, where they leave it no way to the inputs.
    ``made`` is the event of the operation that created a tensor from a written shape
    (``K.zeros((32, 10))``), kept while the shape stands.  ``rest`` is what the entries are where the
    inputs that it depends on are all 0, as far as arithmetic tells; ``None`` where that is not known.
    ``stride`` says that the entries of sample ``i`` are ``i * stride`` and what is less than ``stride``:
    its rows where so many of each sample lie one after the other.  ``rows`` are the entries of a
    small integer matrix that is written, such as those of paddings.
    """

    dims: tuple[Dim, ...] | None
    batch: Batch = CONSTANT
    dtype: str | None = None
    sign: Sign = ANY_SIGN
    content: Dim | tuple[Dim, ...] | None = None
    inputs: frozenset[int] = frozenset()
    kind: str = "tensor"
    node: GraphNode | None = None
    random: bool = False
    cuts: tuple[Event, ...] = ()
    made: Event | None = None
    label: str = ""
    rest: float | None = 0.0
    stride: Dim | None = None
    rows: tuple[tuple[Dim, ...], ...] | None = None

    @property
    def rank(self) -> int | None:
        """The number of axes, or ``None``."""
        return None if self.dims is None else len(self.dims)

    def but(self, **changes: Any) -> Tensor:
        """A copy with these fields changed; ``content`` and ``rows`` are dropped unless given."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return Tensor(**{**fields, "content": None, "rows": None, **changes})

    def __str__(self) -> str:
        return show_shape(self.dims)


@dataclass(eq=False, repr=False, slots=True)
class GraphNode:
    """One call of a layer or model in the model being built: what it is and what flows in.

    ``trainable`` says that it has trainable weights; ``mask`` is ``produces``, ``passes`` or ``stops``.
    """

    layer: Value
    parents: tuple[Tensor, ...]
    at: Anchor
    mask: str = "passes"
    trainable: bool = False
    masked: bool | None = None
    """Whether a mask is sure to come out, once that was asked."""


# --- containers ------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Sequence:
    """A list or tuple.  ``items`` is ``None`` where the length is unknown; ``element`` is then the join.

    ``among`` are entries that are known to be in a list of unknown length; ``lead`` and ``tail`` those that
    it begins and ends with.
    """

    kind: str
    items: list[Value] | None
    element: Value | None = None
    birth: int = 0
    among: tuple[Value, ...] = ()
    lead: tuple[Value, ...] = ()
    tail: tuple[Value, ...] = ()


@dataclass(eq=False, slots=True)
class Dictionary:
    """A dict: the entries with known keys; ``complete`` is False where there may be others.

    ``others`` is what is kept under keys that are not known.
    """

    items: dict[Any, Value]
    complete: bool = True
    birth: int = 0
    others: Value | None = None


@record(frozen=True, slots=True)
class SliceValue:
    """``slice(start, stop, step)``."""

    start: Value
    stop: Value
    step: Value


@dataclass(eq=False, slots=True)
class RangeValue:
    """``range``, ``enumerate``, ``zip`` and friends over an unknown count: iterates ``element``."""

    element: Value


# --- functions and objects -------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Library:
    """A module, class or function of a library, by canonical dotted name (``keras.backend.sum``).

    ``family`` is which Keras it came from, ``spelling`` how the code wrote it.
    """

    name: str
    family: str | None = None
    spelling: str = ""


@dataclass(eq=False, repr=False, slots=True)
class Function:
    """A ``def`` or ``lambda`` with the frame it closes over and its evaluated defaults."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    env: ModuleEnv
    frame: Frame
    defaults: list[Value] = field(default_factory=list)
    kw_defaults: dict[str, Value] = field(default_factory=dict)
    decorators: tuple[Value, ...] = ()
    owner: ClassValue | None = None

    @property
    def name(self) -> str:
        """Its name, or ``<lambda>``."""
        return getattr(self.node, "name", "<lambda>")

    @property
    def anchor(self) -> Anchor:
        """Where it is written."""
        return Anchor(self.env.unit, self.node)


@record(frozen=True, slots=True)
class Bound:
    """A method of an object, not yet called; ``name`` for methods of library objects."""

    receiver: Value
    name: str
    function: Function | None = None


@record(frozen=True, slots=True)
class Partial:
    """``functools.partial(function, *args, **kwargs)``."""

    function: Value
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value]


@dataclass(eq=False, repr=False, slots=True)
class ClassValue:
    """A class written in the project: its bases and its attributes."""

    node: ast.ClassDef
    env: ModuleEnv
    bases: tuple[Value, ...]
    attributes: dict[str, Value]

    def library_base(self) -> str | None:
        """The canonical name of the nearest base class that is a library's."""
        for base in self.bases:
            if isinstance(base, Library):
                return base.name
            if isinstance(base, ClassValue) and (name := base.library_base()):
                return name
        return None

    def lookup(self, name: str) -> Value | None:
        """The attribute by method resolution over project classes."""
        if name in self.attributes:
            return self.attributes[name]
        for base in self.bases:
            if isinstance(base, ClassValue) and (found := base.lookup(name)) is not None:
                return found
        return None


@dataclass(eq=False, repr=False, slots=True)
class Instance:
    """An object of a project class."""

    cls: ClassValue
    attributes: dict[str, Value] = field(default_factory=dict)
    built: bool = False
    birth: int = 0


@dataclass(eq=False, repr=False, slots=True)
class Layer:
    """A Keras layer object, not a tensor: class, evaluated configuration and its wrapped layer.

    ``site`` gathers the facts of a Lambda or merge layer; ``instance`` is the object of a project class.
    """

    cls: str
    config: dict[str, Value]
    at: Anchor
    family: str | None = None
    inner: Value | None = None
    plain: dict[str, Any] = field(default_factory=dict)
    """The configuration as the layer tables take it."""
    site: Site | None = None
    instance: Instance | None = None
    calls: int = 0
    birth: int = 0
    ends: tuple[Value, Value] | None = None
    """What flowed into the layer at its last call, and what came out."""


@dataclass(eq=False, repr=False, slots=True)
class Model:
    """A Keras model: a functional one with inputs and outputs, or a Sequential with its layers."""

    at: Anchor
    kind: str
    inputs: Value | None = None
    outputs: Value | None = None
    layers: list[Value] = field(default_factory=list)
    known: bool = True
    family: str | None = None
    calls: int = 0
    losses: list[Value] = field(default_factory=list)
    birth: int = 0
    attributes: dict[str, Value] = field(default_factory=dict)
    """What the program keeps in attributes of the object."""


@dataclass(eq=False, repr=False, slots=True)
class ProjectModule:
    """A module of the project, imported by the code under analysis."""

    env: ModuleEnv


@record(frozen=True, slots=True)
class Distribution:
    """A probability distribution over numbers, by its class name and parameters."""

    name: str
    parameters: tuple[Value, ...]


@record(frozen=True, slots=True)
class Opaque:
    """An object of a library that is known by its kind only: a session, generator, lock, open file."""

    kind: str
    at: Anchor | None = None


Value = Union[
    Const, Number, Unknown, Tensor, Sequence, Dictionary, SliceValue, RangeValue, Library, Function,
    Bound, Partial, ClassValue, Instance, Layer, Model, ProjectModule, Distribution, Opaque,
]  # fmt: skip


# --- what happens in a body ------------------------------------------------------------------------


@record(frozen=True, slots=True, eq=False)
class Event:
    """Something a rule may care about, at a syntax node of the body.

    ``kind`` is a word of :mod:`lambdalint.interp.events`; ``text`` is how the code names the
    operation (``K.sum``); ``data`` are facts for the message.
    """

    kind: str
    at: Anchor
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@record(frozen=True, slots=True)
class Step:
    """One operation of a body: the node, how it is written, its tensor operands and its result.

    ``op`` is the canonical name of a modelled operation (``keras.backend.sum``, ``operator.+``,
    ``tensor-method.sum``), ``arguments`` its arguments by parameter name, defaults filled in.
    """

    at: Anchor
    text: str
    operands: tuple[Value, ...]
    result: Value
    op: str = ""
    arguments: Mapping[str, Value] = field(default_factory=dict)


def unknown(reason: str, label: str = "?") -> Unknown:
    """A value of which nothing is known, for a counted reason."""
    return Unknown(reason, label)
