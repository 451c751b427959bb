"""The explanation of a layer as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from io import StringIO
from typing import TYPE_CHECKING, Any

from lambdalint.report.terminal import columns

if TYPE_CHECKING:
    from lambdalint.interp.explain import Explanation, UseOf

_HEADS = ("row", "expression", "shape", "what happens")
_NARROWEST = 60


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
    yield from _table(use)
    if use.declared:
        yield f"  declared: {use.declared}"
    for reason in use.unknown:
        yield f"  not known: {reason}"


def _table(use: UseOf) -> Iterator[str]:
    """The steps, within the width of the terminal: long expressions and remarks go on in the next row."""
    from rich import box
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column(_HEADS[0], justify="right", no_wrap=True)
    table.add_column(_HEADS[1], overflow="fold")
    shapes = max(len(line.gives) for line in (*use.steps, use.result))
    table.add_column(_HEADS[2], overflow="fold", no_wrap=shapes <= _NARROWEST // 2)
    table.add_column(_HEADS[3])
    for line in use.steps:
        cells = (str(line.row), line.expression, line.gives, line.happens)
        table.add_row(*(Text(cell) for cell in cells))
    table.add_row("", "returns", Text(use.result.gives), "")
    page = StringIO()
    width = max(columns(), _NARROWEST)
    console = Console(file=page, width=width, color_system=None, legacy_windows=False)
    console.print(Padding(table, (0, 0, 0, 2)))
    yield from (line.rstrip() for line in page.getvalue().rstrip().split("\n"))


def as_json(explanations: Iterable[Explanation]) -> str:
    """A list of layers, each with its uses and their steps."""
    return json.dumps([_plain(each) for each in explanations], indent=2) + "\n"


def _plain(explanation: Explanation) -> dict[str, Any]:
    at = explanation.at
    place = {"row": at.row, "column": at.column}
    data = {"filename": at.filename, "cell": at.cell, "location": place, **asdict(explanation)}
    del data["at"]
    return data
