"""Files that all hold Lambda layers, against libcst parsing the same files and doing nothing else.

What running the functions of the layers costs of it stands in a row of its own; the rest is what
leads to them: the code that builds the models, the modules around, the rules.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from tests.benchmarks.measure import CHECK, ROOT, Row, alternate, inside, run

if TYPE_CHECKING:
    from lambdalint.interp.facts import Trace

_SMALL_PART = 0.33


def rows(folders: list[Path], rounds: int) -> Iterator[Row]:
    """One process against libcst, and two processes against one."""
    with dense_files(folders) as listing:
        files = json.loads(listing.read_text())
        subject = f"{len(files)} files"
        pairs = [
            (inside("dense", "lambdalint", listing), inside("dense", "libcst", listing))
            for _ in range(rounds)
        ]
        ours = min(pair[0]["seconds"] for pair in pairs)
        theirs = min(pair[1]["seconds"] for pair in pairs)
        yield Row("dense", f"{subject}: lambdalint / libcst", ours, theirs, 1.0, remark="of one processor")
        bodies = min(inside("dense", "bodies", listing)["seconds"] for _ in range(rounds))
        yield Row("dense", f"{subject}: functions of layers / libcst", bodies, theirs, _SMALL_PART)
        two, one = alternate(
            lambda: run([*CHECK, "--no-cache", "--jobs", "2", *files]),
            lambda: run([*CHECK, "--no-cache", "--jobs", "1", *files]),
            rounds,
        )
        remark = f"processors {two.cpu:.2f} / {one.cpu:.2f} s"
        yield Row("dense", f"{subject}: --jobs 2 / --jobs 1", two.wall, one.wall, 0.6, remark=remark)


@contextmanager
def dense_files(folders: list[Path]) -> Iterator[Path]:
    """A JSON list of the files below the folders (else the fixtures) that construct a layer."""
    with tempfile.TemporaryDirectory() as work:
        listing = Path(work) / "files.json"
        found = inside("dense", "find", listing, *(folders or [ROOT / "fixtures"]))
        assert found["files"], "no file of these folders holds a Lambda layer"
        yield listing


def _find(listing: Path, folders: list[str]) -> dict[str, float]:
    from lambdalint.sources.discover import discover
    from lambdalint.sources.read import read
    from lambdalint.sources.unit import SourceUnit
    from lambdalint.syntax.names import Names
    from lambdalint.syntax.parse import parse
    from lambdalint.syntax.project import Project

    project, found = Project(), []
    for path in discover(folders, root=Path.cwd()):
        unit = read(path) if isinstance(path, str) else None
        if isinstance(unit, SourceUnit):
            parsed = parse(unit)
            if Names(parsed.tree, parsed.unit, project).layer_sites():
                found.append(path)
    listing.write_text(json.dumps(found))
    return {"files": len(found)}


def _lambdalint(files: list[str]) -> dict[str, float]:
    from lambdalint.engine import Plan
    from lambdalint.pool import judge_and_tidy, relax_collector
    from lambdalint.registry import load_rules
    from lambdalint.settings import Overrides, load

    relax_collector()
    settings = load(load_rules().rules, overrides=Overrides(cache=False))
    plan = Plan.of(settings)
    begin = time.process_time()
    for path in files:
        judge_and_tidy(path, settings, plan)
    return {"seconds": time.process_time() - begin}


def _bodies(files: list[str]) -> dict[str, float]:
    from lambdalint.interp import lambdas

    spent, depth, run_body = 0.0, 0, lambdas.run_body

    def timed(*given: Any) -> Trace:
        nonlocal spent, depth
        begin, depth = time.process_time(), depth + 1
        try:
            return run_body(*given)
        finally:
            depth -= 1
            spent += 0.0 if depth else time.process_time() - begin

    with patch.object(lambdas, "run_body", timed):
        _lambdalint(files)
    return {"seconds": spent}


def _libcst(files: list[str]) -> dict[str, float]:
    import libcst

    from lambdalint.sources.read import read
    from lambdalint.sources.unit import SourceUnit
    from lambdalint.syntax.parse import parse

    units = [unit for path in files if isinstance(unit := read(path), SourceUnit)]
    texts = [parse(unit).unit.text for unit in units]
    begin = time.process_time()
    for text in texts:
        # It fails on ``0if x else 1``, which Python takes; lambdalint judges such a file.
        with suppress(libcst.ParserSyntaxError, TypeError):
            libcst.parse_module(text)
    return {"seconds": time.process_time() - begin}


if __name__ == "__main__":
    kind, listing, *rest = sys.argv[1:]
    if kind == "find":
        print(json.dumps(_find(Path(listing), rest)))
    else:
        chosen = {"lambdalint": _lambdalint, "bodies": _bodies, "libcst": _libcst}[kind]
        print(json.dumps(chosen(json.loads(Path(listing).read_text()))))
