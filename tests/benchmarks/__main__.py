"""Run benchmarks and print a table: what was measured, the ratio, its target, and whether it is met."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import bodies, confirm, dense, growth, start, tree, warm
from tests.benchmarks.measure import Row

BENCHMARKS: dict[str, Callable[[list[Path], int], Iterator[Row]]] = {
    "start": start.rows,
    "tree": tree.rows,
    "dense": dense.rows,
    "warm": warm.rows,
    "growth": growth.rows,
    "bodies": bodies.rows,
    "confirm": confirm.rows,
}


def main() -> int:
    """Run the benchmarks named on the command line; 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} or all (default)")
    parser.add_argument("--folder", action="append", default=[], type=Path, help="real code to measure on")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side is run; the least counts")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON lines")
    given = parser.parse_args()
    names = [*BENCHMARKS] if not given.names or "all" in given.names else given.names
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"no benchmark is called {name!r}")
    missed = False
    for name in names:
        for row in BENCHMARKS[name](given.folder, given.rounds):
            missed |= not row.met
            print(json.dumps(asdict(row) | {"met": row.met}) if given.json else row, flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
