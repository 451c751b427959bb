"""A second run with the cache against the first, on files that all hold Lambda layers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.dense import dense_files
from tests.benchmarks.measure import CHECK, Row, least, run


def rows(folders: list[Path], rounds: int) -> Iterator[Row]:
    """By the clock, in one process; the reports must be the same."""
    with dense_files(folders) as listing, tempfile.TemporaryDirectory() as work:
        files = json.loads(listing.read_text())
        reports = [Path(work) / name for name in ("cold.json", "warm.json")]
        first, second = [], []
        for number in range(rounds):
            cache = Path(work) / f"cache{number}"
            command = [*CHECK, "--jobs", "1", "--cache-dir", cache, "--output-format", "json", *files]
            first.append(run(command, output=reports[0]))
            second.append(run(command, output=reports[1]))
            assert reports[0].read_bytes() == reports[1].read_bytes(), "the reports differ"
        cold, warm = least(first), least(second)
        remark = f"processors {warm.cpu:.2f} / {cold.cpu:.2f} s"
        yield Row("warm", f"{len(files)} files: second run / first", warm.wall, cold.wall, 0.2, remark=remark)
