"""What a layer declares as its output shape, beside what its function gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lambdalint.findings import Severity
from lambdalint.interp import reasons
from lambdalint.interp.facts import Application, LayerFacts
from lambdalint.interp.values import NONE, Along, Const, Number, Sequence, Tensor, Unknown, Value
from lambdalint.layers.dims import B, Dim, equal, has_batch, is_dynamic, show

Size = Dim | None
"""One declared size; ``None`` where it is left open or not known."""

_IGNORING = ("tf.keras", "tf_keras", "tensorflow.python.keras")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declared shape in one use of a layer.

    ``by_function`` tells a shape function, which includes the batch, from a tuple, which leaves it
    out.  ``sizes`` are as declared; ``first`` is the value of the first one.  ``computed`` are the
    sizes of the function's result, where it is a single tensor with the batch on axis 0.
    """

    by_function: bool
    sizes: tuple[Size, ...]
    first: Value | None
    computed: tuple[Dim, ...] | None
    application: Application

    @property
    def full(self) -> tuple[Size, ...]:
        """The declared shape as Keras takes it, batch included."""
        return self.sizes if self.by_function else (B, *self.sizes)

    @property
    def starts_with_batch(self) -> bool:
        """Whether the first declared size surely is the number of samples."""
        return isinstance(self.first, Number) and has_batch(self.first.dim)


def declarations(layer: LayerFacts) -> Iterator[Declaration]:
    """The declared shapes that are tuples or lists of sizes, one for each use of the layer."""
    for application in layer.applications:
        declared = application.declared
        if not isinstance(declared, Sequence) or declared.items is None:
            continue
        if any(isinstance(item, Sequence) for item in declared.items):
            continue
        by_function = all(declared is not written for written in layer.site.output_shapes)
        sizes = tuple(_size(item) for item in declared.items)
        first = declared.items[0] if declared.items else None
        yield Declaration(by_function, sizes, first, _computed(application.trace.result), application)


def begins_with_batch(layer: LayerFacts) -> bool:
    """Whether a tuple is declared that is the shape of a batch, however many axes that has."""
    return any(
        isinstance(written, Sequence) and written.items is None and _is_rows(written.lead[:1])
        for written in layer.site.output_shapes
    )


def _is_rows(lead: tuple[Value, ...]) -> bool:
    return bool(lead) and isinstance(lead[0], Number) and has_batch(lead[0].dim)


def _size(value: Value) -> Size:
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value
    if isinstance(value, Number):
        return value.dim
    if isinstance(value, Tensor) and not isinstance(value.content, tuple):
        return value.content
    return None


def _computed(result: Value) -> tuple[Dim, ...] | None:
    if not isinstance(result, Tensor) or result.dims is None:
        return None
    batch = result.batch
    if isinstance(batch, Along) and batch.axis == 0 and batch.moved is None and batch.folded is None:
        return result.dims
    return None


def contradict(declared: tuple[Size, ...], computed: tuple[Dim, ...]) -> bool:
    """Whether two shapes surely differ in rank, or in a size behind the batch."""
    if len(declared) != len(computed):
        return True
    pairs = zip(declared[1:], computed[1:])
    return any(size is not None and equal(size, other) is False for size, other in pairs)


def one_for_any(declaration: Declaration) -> str:
    """The name of a function parameter declared as a size that is 1 whatever the parameter is, or ``""``."""
    declared, computed = declaration.application.declared, declaration.computed
    if declaration.by_function or computed is None or len(declaration.full) != len(computed):
        return ""
    items = declared.items if isinstance(declared, Sequence) else None
    for item, size in zip(items or [], computed[1:]):
        if isinstance(item, Unknown) and item.reason == reasons.PARAMETER and size == 1:
            return item.label
    return ""


def is_open(value: Value | None) -> bool:
    """Whether a declared size is written as ``None``."""
    return value is not None and value == NONE


def show_sizes(sizes: tuple[Size, ...]) -> str:
    """A shape as messages print it, ``?`` for what is open or not known."""
    inner = ", ".join("?" if size is None else show(size) for size in sizes)
    return f"({inner},)" if len(sizes) == 1 else f"({inner})"


def as_declared(computed: tuple[Dim, ...]) -> str:
    """The tuple to declare for a computed shape: without the batch, ``None`` for open sizes."""
    inner = ", ".join("None" if is_dynamic(size) else show(size) for size in computed[1:])
    return f"({inner},)" if len(computed) == 2 else f"({inner})"


def is_writable(computed: tuple[Dim, ...]) -> bool:
    """Whether every size of a sample is a number or open, so that the tuple to declare can be written."""
    return all(isinstance(size, int) or is_dynamic(size) for size in computed[1:])


def is_ignored(layer: LayerFacts) -> bool:
    """Whether the layer's Keras surely pays no attention to ``output_shape``: tf.keras 2 and tf_keras."""
    return layer.dialect == "keras2" and layer.site.family in _IGNORING


def severity(layer: LayerFacts) -> Severity | None:
    """A declaration that is ignored hurts when the code is ported."""
    return Severity.WARNING if is_ignored(layer) else None


def belief(layer: LayerFacts) -> str:
    """What the layer's Keras does with a declared shape."""
    if is_ignored(layer):
        return "tf.keras 2 ignores the declaration, Keras 3 will believe it"
    if layer.dialect == "keras3":
        return "Keras 3 believes it without a check, so the next layer is built for a wrong shape"
    if layer.site.family in _IGNORING:
        return "Keras 3 believes it without a check, tf.keras 2 ignores it"
    return "Keras believes it, so the next layer is built for a wrong shape"
