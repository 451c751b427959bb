"""The trace of a Lambda layer as a picture: the shape after each step, its batch axis marked."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import ceil
from typing import TYPE_CHECKING

from lambdalint.interp.values import Along, Broken, Sequence, Tensor, Value
from lambdalint.layers.dims import show
from lambdalint.syntax.text import shortened

if TYPE_CHECKING:
    from lambdalint.interp.facts import Application, LayerFacts

_ROW = 34
_LETTER = 7.8
_LONGEST = 52
_GAP = 4
_STYLE = (
    "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1f2933}"
    ".panel{fill:#fafbfc;stroke:#cbd2d9}.axis{fill:#e4e7eb;stroke:#9aa5b1}"
    ".batch{fill:#bfdbfe;stroke:#2563eb}.mixed{fill:#fecaca;stroke:#dc2626}.quiet{fill:#616e7c}"
)
_Row = tuple[str, Value]


def draw(layer: LayerFacts) -> str:
    """The first use of a layer as an SVG image: one row for its input, each step and the result.

    The batch axis is blue; a tensor whose samples are mixed is red.
    """
    rows = list(_rows(layer.applications[0]))
    left = max(len(text) for text, _ in rows) * _LETTER + 24
    right = max(_width(value) for _, value in rows)
    width, height = ceil(left + right) + 16, len(rows) * _ROW + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img"><style>{_STYLE}</style>',
        f"<title>{escape(shortened(layer.node, _LONGEST))}</title>",
        f'<rect class="panel" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>',
    ]
    for number, (text, value) in enumerate(rows):
        y = 6 + number * _ROW
        parts.append(_text(text, 12, y))
        parts += _boxes(value, left, y)
    image = "\n".join([*parts, "</svg>"]) + "\n"
    # In ASCII it is well-formed in whatever encoding standard output has.
    return image.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _rows(application: Application) -> Iterator[_Row]:
    inputs = application.inputs
    several = inputs.items if isinstance(inputs, Sequence) and inputs.items else None
    for number, value in enumerate(several or [inputs]):
        yield (f"input {number}" if several else "input"), value
    last: Value | None = None
    for step in application.trace.steps[:30]:
        last = step.result
        yield shortened(step.at.node, _LONGEST), step.result
    if application.trace.result is not last:
        yield "returns", application.trace.result
    if application.declared is not None:
        yield "declared", application.declared


def _labels(value: Value) -> list[str] | None:
    """The sizes of a tensor's axes, or ``None`` where they are not known."""
    if not isinstance(value, Tensor) or value.dims is None:
        return None
    return [show(dim) for dim in value.dims]


def _words(value: Value) -> str:
    """What stands for, or next to, the boxes."""
    if isinstance(value, Tensor):
        mixed = "samples mixed" if isinstance(value.batch, Broken) else ""
        return mixed or ("a tensor" if value.dims is None else "a number" if not value.dims else "")
    from lambdalint.interp.explain import describe

    return describe(value)


def _width(value: Value) -> float:
    boxes = sum(_box(label) + _GAP for label in _labels(value) or ())
    return boxes + len(_words(value)) * _LETTER + 12


def _box(label: str) -> float:
    return max(26.0, len(label) * _LETTER + 12)


def _boxes(value: Value, x: float, y: int) -> Iterator[str]:
    batch = value.batch if isinstance(value, Tensor) else None
    for axis, label in enumerate(_labels(value) or ()):
        kind = "axis"
        if isinstance(batch, Broken):
            kind = "mixed"
        elif isinstance(batch, Along) and batch.axis == axis:
            kind = "batch"
        wide = _box(label)
        yield f'<rect class="{kind}" x="{x:.0f}" y="{y + 4}" width="{wide:.0f}" height="26" rx="3"/>'
        yield _text(label, x + wide / 2, y, 'text-anchor="middle"')
        x += wide + _GAP
    words = _words(value)
    if words:
        yield _text(words, x + 6, y, 'class="quiet"')


def _text(text: str, x: float, y: int, attributes: str = "") -> str:
    """A text in the row at ``y``, as wide as was reckoned, whatever font the reader has."""
    wide = f'textLength="{len(text) * _LETTER:.1f}"'
    return f'<text {attributes} x="{x:.1f}" y="{y + 22}" {wide}>{escape(text)}</text>'
