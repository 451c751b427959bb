"""From ``FILE:LINE`` to the explanation of the Lambda layer that stands there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.findings import Problem

if TYPE_CHECKING:
    from lambdalint.settings import Settings

_PLACE = re.compile(r"(?P<file>.+?)(?::cell (?P<cell>\d+))?:(?P<row>\d+)(?::\d+)?", re.DOTALL)


class NothingThere(Exception):
    """The place cannot be explained; the message says why."""


def explain_place(place: str, cell: int | None, settings: Settings, output_format: str = "text") -> str:
    """Explain the layers at ``FILE:LINE`` or ``FILE:cell N:LINE``, as reports print places.

    ``output_format`` is ``text``, ``json`` or ``svg``, a picture of the first layer there.

    Raises:
        NothingThere: the place is malformed, the file unreadable, or no Lambda layer there.
    """
    match = _PLACE.fullmatch(place)
    if match is None:
        raise NothingThere(f"{place!r} is not of the form FILE:LINE or FILE:cell N:LINE")
    from lambdalint.sources.read import read

    unit = read(match["file"], max_bytes=settings.max_bytes)
    if isinstance(unit, Problem):
        raise NothingThere(str(unit))
    if unit is None:
        raise NothingThere(f"{match['file']}: no Lambda or merge layer in this file")
    number = int(match["cell"]) if match["cell"] else cell
    if unit.is_notebook and number is None:
        raise NothingThere(
            f"{match['file']} is a notebook: give the cell, as in FILE:cell 3:LINE or --cell 3"
        )
    if number is not None and all(known.number != number for known in unit.cells):
        raise NothingThere(f"{match['file']}: no code cell {number}")
    from lambdalint.interp.analyse import analyse
    from lambdalint.interp.explain import explained, layers_at
    from lambdalint.syntax.parse import parse
    from lambdalint.syntax.positions import locate
    from lambdalint.syntax.project import Project

    parsed = parse(unit)
    facts = analyse(parsed, target=settings.target, project=Project(str(settings.root)))
    row = int(match["row"])
    here = layers_at(facts, row, number)
    if not here:
        rows = [at.row for at in (locate(each.unit, each.node) for each in facts.layers) if at.cell == number]
        known = f"there are layers at rows {', '.join(map(str, rows))}" if rows else "there is none"
        raise NothingThere(f"{match['file']}: no Lambda or merge layer at row {row}; {known}")
    if output_format == "svg":
        from lambdalint.report.picture import draw

        return draw(here[0])
    from lambdalint.report.explanation import as_json, as_text

    explanations = [explained(layer) for layer in here]
    return as_json(explanations) if output_format == "json" else as_text(explanations)
