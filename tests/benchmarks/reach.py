"""How far the layers of real code are followed: ``python -m tests.benchmarks.reach FOLDER…``.

Each folder holds repositories, one a subfolder, from whose roots their imports resolve.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lambdalint.findings import Problem
from lambdalint.interp.analyse import analyse
from lambdalint.report.summary import unknowns
from lambdalint.results import Reach
from lambdalint.sources.discover import discover
from lambdalint.sources.read import read
from lambdalint.syntax.parse import parse
from lambdalint.syntax.project import Project


class Followed(NamedTuple):
    """A layer, and how far it is followed: see :class:`lambdalint.interp.followed.Followed`."""

    path: str
    line: int
    ranked: bool
    reason: str

    def __str__(self) -> str:
        rank = "rank known" if self.ranked else "rank not known"
        return f"{self.path}:{self.line}\t{rank}\t{self.reason or 'followed'}"


def layers_of(repository: Path) -> Iterator[Followed]:
    """The layers of a repository."""
    project = Project(str(repository))
    for path in discover([str(repository)], root=repository):
        unit = None if isinstance(path, Problem) else read(path, Path(path).read_bytes())
        if unit is None or isinstance(unit, Problem):
            continue
        facts = analyse(parse(unit), project=project)
        for layer, (ranked, reason) in zip(facts.layers, facts.followed):
            yield Followed(unit.path, layer.site.node.lineno, ranked, reason)


def main() -> int:
    """Print how many layers were followed, and why the others were not."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.reach", description=__doc__)
    parser.add_argument("folders", nargs="+", metavar="FOLDER", type=Path, help="a folder of repositories")
    parser.add_argument("--list", action="store_true", help="print each layer, too")
    given = parser.parse_args()
    every = Reach()
    for folder in given.folders:
        found: list[Followed] = []
        for repository in sorted(item for item in folder.resolve().iterdir() if item.is_dir()):
            found += layers_of(repository)
        if given.list:
            print(*found, sep="\n", flush=True)
        reach = Reach.of((layer.ranked, layer.reason) for layer in found)
        print(f"{folder}: {unknowns(reach).splitlines()[0]}", flush=True)
        every += reach
    print(unknowns(every), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
