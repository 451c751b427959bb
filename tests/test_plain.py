"""A run over files without a layer does without the rules, and says what any run says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lambdalint.engine import run
from lambdalint.plain import plain_run
from lambdalint.registry import load_rules
from lambdalint.settings import FORMATS, Overrides, load

SETTINGS = load(load_rules().rules, overrides=Overrides(cache=False))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "plain.py").write_text("x = 1\n")
    (tmp_path / "broken.py").write_text("x = (\n")
    (tmp_path / "layer.py").write_text("from keras.layers import Lambda\nLambda(lambda x: x)\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_plain_runs(folder: Path) -> None:
    for paths in (["plain.py"], ["plain.py", "broken.py"]):
        assert plain_run(paths, SETTINGS) == run(paths, SETTINGS)
    for paths in (["layer.py"], ["."], ["gone.py"], ["plain.py", "./plain.py"], ["plain.py", "-"], ["*.py"]):
        assert plain_run(paths, SETTINGS) is None


def test_other_rules_end_plain_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = folder / "more" / "some_pack-1.0.dist-info"
    pack.mkdir(parents=True)
    (pack / "entry_points.txt").write_text("[lambdalint.rules]\nmore = some_pack\n")
    assert plain_run(["plain.py"], SETTINGS) is not None
    monkeypatch.syspath_prepend(str(folder / "more"))
    assert plain_run(["plain.py"], SETTINGS) is None


def test_no_rule_is_loaded(folder: Path) -> None:
    code = (
        "import sys\nfrom lambdalint.cli import _run\n_run(['check', 'plain.py'])\n"
        "print([m for m in sys.modules if m.startswith(('lambdalint_rules', 'lambdalint.interp', 'libcst'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "All checks passed!\n[]\n"


@pytest.mark.parametrize("output_format", FORMATS)
def test_reports_are_those_of_a_long_run(output_format: str, folder: Path) -> None:
    command = [sys.executable, "-m", "lambdalint", "check", "--output-format", output_format, "plain.py"]
    plain, long = (
        subprocess.run([*command, *more], capture_output=True) for more in ([], ["--ignore", "LL101"])
    )
    assert (plain.returncode, plain.stdout, plain.stderr) == (long.returncode, long.stdout, long.stderr)


def test_settings_are_read_all_the_same(folder: Path) -> None:
    (folder / "lambdalint.toml").write_text('select = ["LL999"]\n')
    command = [sys.executable, "-m", "lambdalint", "check", "plain.py"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "LL999" in done.stderr
