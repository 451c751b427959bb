"""No code of a linted project runs, and settings and links lead nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from .conftest import HEAD, LAYER, ONLY, Folder

NAMES = (
    *("train.py", "conftest.py", "setup.py", "keras.py", "click.py", "json.py", "libcst.py", "pathspec.py"),
    *("lambdalint_rules.py", "tensorflow/__init__.py", "helper/__init__.py", "multiprocessing.py"),
)
"""Among them libraries that lambdalint imports."""


def test_nothing_runs_while_linting(folder: Folder) -> None:
    """Scripts, the modules they import, settings and odd file names: none of them leaves a trace."""
    mark = folder.path / "ran"
    touch = f"open({str(mark)!r}, 'a').write(__name__)\n"
    layer = HEAD + "from helper import f\ny = Lambda(f)(x)\n" + LAYER
    for name in NAMES:
        folder.write(name, touch + layer)
    folder.write("helper/__init__.py", touch + "def f(t):\n    open('ran', 'a')\n    return t\n")
    folder.write(
        "book.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "!touch ran\n" + touch + layer}]})
    )
    folder.write(
        "pyproject.toml", "[tool.lambdalint]\n[project.entry-points.'lambdalint.rules']\nevil = 'train'\n"
    )
    for command in (["lambdalint"], [sys.executable, "-m", "lambdalint"]):
        ran = subprocess.run(
            [*command, "check", *ONLY, "--jobs", "2"],
            cwd=folder.path,
            env=folder.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ran.returncode == 1, ran.stderr
        assert ran.stdout.count(" LL101 ") >= 5
        assert not mark.exists()
    assert folder.run("explain", "train.py:8").code == 0
    assert folder.run("check", *ONLY, "--baseline", "b.json", "--write-baseline").code == 0
    assert folder.run("check", *ONLY, "--add-ignore").code == 0
    assert folder.run("rule", "LL101").code == 0
    assert not mark.exists()


@pytest.mark.parametrize(
    "key", ["plugins", "rules", "output-file", "cache-dir", "confirm", "jobs-command", "extend"]
)
def test_settings_name_no_code_and_no_other_places(bad: Folder, key: str) -> None:
    bad.write("lambdalint.toml", f'{key} = "x"\n')
    ran = bad.run("check")
    assert ran.code == 2
    assert f"unknown option '{key}'" in ran.err


def test_links_do_not_lead_the_cache_out(bad: Folder) -> None:
    outside = bad.path.parent / "outside"
    outside.mkdir()
    (bad.path / ".lambdalint_cache").symlink_to(outside)
    assert bad.run("check", "--select", "LL101").code == 1
    assert not list(outside.iterdir())
    (bad.path / ".lambdalint_cache").unlink()
    (bad.path / ".lambdalint_cache").mkdir()
    version = bad.run("--version").out.split()[-1]
    (bad.path / ".lambdalint_cache" / version).symlink_to(outside)
    assert bad.run("check", "--select", "LL101").code == 1
    assert not list(outside.iterdir())
