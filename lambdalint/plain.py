"""The run over a few named files that hold no layer: most runs of a hook, done before any rule is loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lambdalint.sources.read import content, is_of_interest

if TYPE_CHECKING:
    from lambdalint.results import RunResult
    from lambdalint.settings import Settings

_GROUP = b"[lambdalint.rules]"


def plain_run(paths: Sequence[str], settings: Settings) -> RunResult | None:
    """What :func:`lambdalint.engine.run` would give, or ``None`` if that is not plain to see.

    It is where all paths are files, none of them holds a word of interest, and no rules but the
    built-in ones are installed.
    """
    if settings.force_exclude or settings.baseline is not None:
        return None
    most = settings.max_bytes
    seen: set[str] = set()
    for path in paths:
        data = content(path, most) if path != "-" else None
        seen.add(os.path.realpath(path))
        if not isinstance(data, bytes) or len(data) > most or is_of_interest(data):
            return None
    if len(seen) < len(paths) or _rule_packs() != {"lambdalint"}:
        return None
    from lambdalint.results import RunResult

    return RunResult(paths=tuple(paths))


def _rule_packs() -> set[str]:
    """The installed distributions that have rules: as :mod:`importlib.metadata` tells, but sooner.

    Where distributions may come out of an archive, its path is among them.
    """
    found: set[str] = set()
    for folder in dict.fromkeys(sys.path):
        try:
            with os.scandir(folder or ".") as scan:
                places = [each.path for each in scan if each.name.endswith((".dist-info", ".egg-info"))]
        except NotADirectoryError:
            found.add(folder)
            continue
        except OSError:
            continue
        for place in places:
            try:
                with open(os.path.join(place, "entry_points.txt"), "rb") as file:
                    if _GROUP in file.read():
                        name = os.path.basename(place).removesuffix(".egg-info").partition("-")[0]
                        found.add(name.lower())
            except OSError:
                continue
    return found
