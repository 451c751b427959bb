"""A large tree in which few files hold a Lambda, cold and without cache, against ruff on the same files."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from lambdalint.sources.discover import discover
from tests.benchmarks.measure import CHECK, Row, alternate, run

_RUFF = ("check", "--no-cache", "--isolated", "--exit-zero", "-q")
# Ruff reads stubs too, and leaves out folders that we do not.
_SAME_FILES = ("include = ['*.py', '*.pyw', '*.ipynb']", "exclude = []")


def rows(folders: list[Path], rounds: int) -> Iterator[Row]:
    """The standard library, the site-packages with TensorFlow, both, and each given folder."""
    trees = {"standard library": _standard_library()}
    tensorflow = find_spec("tensorflow")
    if tensorflow is not None and tensorflow.submodule_search_locations:
        trees["site-packages"] = [Path(tensorflow.submodule_search_locations[0]).parent]
        trees["both"] = [*trees["standard library"], *trees["site-packages"]]
    trees |= {folder.name: [folder] for folder in folders}
    for name, paths in trees.items():
        yield measured(name, paths, rounds)


def measured(name: str, paths: list[Path], rounds: int) -> Row:
    """One tree, by the clock."""
    files = sum(isinstance(item, str) for item in discover(map(str, paths), root=Path.cwd()))
    ruff = [os.path.join(sysconfig.get_path("scripts"), "ruff"), *_RUFF]
    for setting in _SAME_FILES:
        ruff += ["--config", setting]
    ours, theirs = alternate(
        lambda: run([*CHECK, "--no-cache", *map(str, paths)]), lambda: run([*ruff, *map(str, paths)]), rounds
    )
    remark = f"{files} files; processors {ours.cpu:.2f} / {theirs.cpu:.2f} s; peak {ours.peak:.0f} MiB"
    return Row("tree", name, ours.wall, theirs.wall, 1.0, remark=remark)


def _standard_library() -> list[Path]:
    folder = Path(sysconfig.get_path("stdlib"))
    left_out = {"site-packages", "dist-packages", "__pycache__"}
    return sorted(
        path
        for path in folder.iterdir()
        if path.name not in left_out and (path.is_dir() or path.suffix == ".py")
    )
