"""The explanation of a layer as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lambdalint.interp.explain import Explanation, Line, UseOf

_HEADS = ("row", "expression", "shape", "what happens")


def as_text(explanations: Iterable[Explanation]) -> str:
    """Tables for people; ``*`` marks the batch axis."""
    return "\n\n".join("\n".join(_layer(each)) for each in explanations) + "\n"


def _layer(explanation: Explanation) -> Iterator[str]:
    yield f"{explanation.at}  {explanation.source}"
    yield f"  dialect   {explanation.dialect}"
    for evidence in explanation.evidence:
        yield f"            {evidence}"
    yield f"  function  {explanation.function}"
    if explanation.declared:
        yield f"  declared  {explanation.declared}"
    if explanation.loss:
        yield "  purpose   it is a loss: mixing samples is meant"
    for use in explanation.uses:
        yield ""
        yield from _use(use)


def _use(use: UseOf) -> Iterator[str]:
    yield f"  row {use.row}: {use.how} {use.given}"
    yield ""
    rows = [_cells(line) for line in use.steps]
    rows.append(("", "returns", use.result.gives, ""))
    widths = [max(len(row[column]) for row in (_HEADS, *rows)) for column in range(4)]
    for row in (_HEADS, tuple("─" * width for width in widths), *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        cells[0] = "  " + row[0].rjust(widths[0])
        yield "  ".join(cells).rstrip()
    if use.declared:
        yield f"  declared: {use.declared}"
    for reason in use.unknown:
        yield f"  not known: {reason}"


def _cells(line: Line) -> tuple[str, str, str, str]:
    return str(line.row), line.expression, line.gives, line.happens


def as_json(explanations: Iterable[Explanation]) -> str:
    """A list of layers, each with its uses and their steps."""
    return json.dumps([_plain(each) for each in explanations], indent=2, ensure_ascii=False) + "\n"


def _plain(explanation: Explanation) -> dict[str, Any]:
    at = explanation.at
    place = {"row": at.row, "column": at.column}
    data = {"filename": at.filename, "cell": at.cell, "location": place, **asdict(explanation)}
    del data["at"]
    return data
