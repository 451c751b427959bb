"""From ``FILE:LINE`` to the explanation of the Lambda layer that stands there, or runs what stands there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.findings import Problem

if TYPE_CHECKING:
    from lambdalint.interp.facts import FileFacts, LayerFacts
    from lambdalint.settings import Settings
    from lambdalint.sources.unit import SourceUnit
    from lambdalint.syntax.project import Project

_PLACE = re.compile(r"(?P<file>.+?)(?::cell (?P<cell>\d+))?:(?P<row>\d+)(?::\d+)?", re.DOTALL)
_MOST_USERS = 8
"""Modules that are asked for layers that run the code of another."""


class NothingThere(Exception):
    """The place cannot be explained; the message says why."""


def explain_place(place: str, cell: int | None, settings: Settings, output_format: str = "text") -> str:
    """Explain the layers at ``FILE:LINE`` or ``FILE:cell N:LINE``, as reports print places.

    Where none stands there, the layers that run the code there: a function may be used in another
    row or file.  ``output_format`` is ``text``, ``json`` or ``svg``, a picture of the first layer.

    Raises:
        NothingThere: the place is malformed, the file unreadable, or no Lambda layer there.
    """
    match = _PLACE.fullmatch(place)
    if match is None:
        raise NothingThere(f"{place!r} is not of the form FILE:LINE or FILE:cell N:LINE")
    layers = _layers_at(match["file"], int(match["row"]), int(match["cell"] or 0) or cell, settings)
    if output_format == "svg":
        from lambdalint.report.picture import draw

        return draw(layers[0])
    from lambdalint.interp.explain import explained
    from lambdalint.report.explanation import as_json, as_text

    explanations = [explained(layer) for layer in layers]
    return as_json(explanations) if output_format == "json" else as_text(explanations)


def _layers_at(path: str, row: int, number: int | None, settings: Settings) -> list[LayerFacts]:
    """The layers at a row, of a notebook's cell, or else those that run the code there; at least one."""
    from lambdalint.sources.read import read
    from lambdalint.syntax.project import Project

    unit = read(path, max_bytes=settings.max_bytes)
    if isinstance(unit, Problem):
        raise NothingThere(str(unit))
    project = Project(str(settings.root))
    why = f"{path}: no Lambda or merge layer in this file"
    here: list[LayerFacts] = []
    if unit is not None:
        _check_cell(unit, path, number)
        facts = _facts(unit, settings, project)
        here, why = _inside(facts, row, number), f"{path}: {_none_at(facts, row, number)}"
    here = here or _elsewhere(path, row, project, settings)
    if not here:
        raise NothingThere(why)
    return here


def _check_cell(unit: SourceUnit, path: str, number: int | None) -> None:
    if unit.is_notebook and number is None:
        raise NothingThere(f"{path} is a notebook: give the cell, as in FILE:cell 3:LINE or --cell 3")
    if number is not None and all(known.number != number for known in unit.cells):
        raise NothingThere(f"{path}: no code cell {number}")


def _facts(unit: SourceUnit, settings: Settings, project: Project) -> FileFacts:
    from lambdalint.interp.analyse import analyse
    from lambdalint.syntax.parse import parse

    return analyse(parse(unit), target=settings.target, project=project)


def _inside(facts: FileFacts, row: int, number: int | None) -> list[LayerFacts]:
    from lambdalint.interp.explain import layers_at, layers_through

    return layers_at(facts, row, number) or layers_through(facts, facts.unit.path, row, number)


def _none_at(facts: FileFacts, row: int, number: int | None) -> str:
    from lambdalint.syntax.positions import locate

    if not facts.layers:
        return "no Lambda or merge layer in this file"
    rows = [at.row for at in (locate(each.unit, each.node) for each in facts.layers) if at.cell == number]
    known = f"there are layers at rows {', '.join(map(str, rows))}" if rows else "there is none"
    return f"no Lambda or merge layer at row {row}; {known}"


def _elsewhere(path: str, row: int, project: Project, settings: Settings) -> list[LayerFacts]:
    """The layers of other modules that run what stands in a row of this one."""
    from lambdalint.interp.explain import layers_through
    from lambdalint.sources.read import read
    from lambdalint.sources.unit import SourceUnit

    users = project.users_of(path)
    users += [each for user in users for each in project.users_of(user) if each not in users]
    for user in list(dict.fromkeys(users))[:_MOST_USERS]:
        unit = read(user, max_bytes=settings.max_bytes)
        if isinstance(unit, SourceUnit):
            found = layers_through(_facts(unit, settings, project), path, row, None)
            if found:
                return found
    return []
