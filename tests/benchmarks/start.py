"""One file without a Lambda against importing click."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import CHECK, Row, alternate, run

_TIMES = 5
"""Short runs are repeated this often as much."""


def rows(folders: list[Path], rounds: int) -> Iterator[Row]:
    """By the clock, with the cache as it comes and without."""
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "plain.py").write_text("def double(x):\n    return 2 * x\n")
        for options in ([], ["--no-cache"]):
            ours, theirs = alternate(
                lambda options=options: run([*CHECK, *options, "plain.py"], Path(work)),  # type: ignore[misc]
                lambda: run([sys.executable, "-c", "import click"], Path(work)),
                rounds * _TIMES,
            )
            yield Row("start", " ".join(["check", *options, "plain.py"]), ours.wall, theirs.wall, 3.0)
