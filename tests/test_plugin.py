"""The example of a third-party rule pack: installed, found by the command line, and its own tests pass."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACK = Path(__file__).parents[1] / "fixtures" / "plugin"
SCRIPT = """\
from keras.layers import Input, Lambda
x = Input(shape=(4,))
y = Lambda(lambda t: t[0])(x)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for `PYTHONPATH` that holds the built pack, as `pip install --target` leaves it."""
    work = tmp_path_factory.mktemp("pack")
    source, target = work / "source", work / "site"
    shutil.copytree(PACK, source, ignore=shutil.ignore_patterns("*.egg-info", "build", "__pycache__"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--target",
        str(target),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return target


def lint(folder: Path, site: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "lambdalint", "check", "train.py", "--output-format", "json", *options]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_its_finding_comes_through_the_command_line(installed: Path, tmp_path: Path) -> None:
    done = lint(tmp_path, installed, "--select", "HOU001")
    assert [finding["code"] for finding in json.loads(done.stdout)] == ["HOU001"], done.stderr
    assert done.returncode == 1


def test_its_own_tests_pass(installed: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PACK / "tests")]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(command, cwd=installed, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_a_broken_pack_is_one_problem(installed: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    rule = site / "lambdalint_house" / "hou001_unnamed_lambda.py"
    rule.write_text("import what_does_not_exist\n", encoding="utf-8")
    done = lint(tmp_path, site)
    assert done.returncode == 2
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert "'house'" in errors[0]
    assert json.loads(done.stdout) != []
