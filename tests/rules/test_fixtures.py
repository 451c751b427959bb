"""Every fixture of every rule is judged as its lines say; and the harness that says so can fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lambdalint.registry import load_rules
from lambdalint.testing import check_fixture

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules"
CASES = sorted(case for folder in FIXTURES.iterdir() if folder.is_dir() for case in folder.iterdir())

SCRIPT = """\
from tensorflow.keras.layers import Input, Lambda
import tensorflow as tf

x = Input(shape=(4,))
y = Lambda(lambda t: t - tf.reduce_mean(t))(x){mark}
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(FIXTURES)))
def test_fixture(case: Path) -> None:
    assert check_fixture(case) == []


def test_every_rule_has_fixtures() -> None:
    names = {rule.name for rule in load_rules().rules.values()}
    assert names == {folder.name for folder in FIXTURES.iterdir() if folder.is_dir()}


def test_every_rule_is_expected_in_its_fixtures_and_silent_in_them() -> None:
    lacking = []
    for rule in load_rules().rules.values():
        files = [file for file in (FIXTURES / rule.name).rglob("*") if file.is_file()]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        if f"# expect: {rule.code}" not in text and f", {rule.code}" not in text:
            lacking.append(f"{rule.code}: no line expects it")
        if "# ok" not in text:
            lacking.append(f"{rule.code}: no line is silent")
    assert lacking == []


def write(tmp_path: Path, mark: str, first: str = "") -> Path:
    path = tmp_path / "script.py"
    path.write_text(first + SCRIPT.format(mark=f"  {mark}"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "mark",
    ["# expect: LL102", "# expect: LL102@26-43", "# expect: LL102 (error)", "# expect: LL102@26-43 (error)"],
)
def test_an_expectation_is_met(tmp_path: Path, mark: str) -> None:
    assert check_fixture(write(tmp_path, mark)) == []


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("# ok", "LL102@26-43 (error) is reported, which is not expected"),
        ("# expect: LL101", "expected LL101, which is not reported"),
        ("# expect: LL102@1-2", "expected LL102@1-2, which is not reported"),
        ("# expect: LL102 (advice)", "expected LL102 (advice), which is not reported"),
        ("# expect: LL102, LL102", "expected LL102, which is not reported"),
        ("# expect: 102", "cannot read the expectation"),
        ("# expects: LL102", "cannot read the expectation"),
        ("# expect LL102", "cannot read the expectation"),
        ("", "no line says what is expected"),
    ],
)
def test_a_disagreement_is_told(tmp_path: Path, mark: str, told: str) -> None:
    assert any(told in line for line in check_fixture(write(tmp_path, mark)))


def test_only_looks_at_the_codes_named(tmp_path: Path) -> None:
    assert check_fixture(write(tmp_path, "# ok", first="# only: LL101\n")) == []
    assert check_fixture(write(tmp_path, "# ok", first="# only: LL101, LL102\n")) != []


def test_a_file_that_cannot_be_judged_disagrees(tmp_path: Path) -> None:
    path = write(tmp_path, "# expect: LL102")
    path.write_text(path.read_text(encoding="utf-8") + "x = = 3\n", encoding="utf-8")
    assert len(check_fixture(path)) == 1


def test_cells_of_a_notebook(tmp_path: Path) -> None:
    lines = SCRIPT.format(mark="  # expect: LL102").splitlines(keepends=True)
    cells: list[object] = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for source in (lines[:3], lines[3:])
    ]
    path = tmp_path / "book.ipynb"
    path.write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}), encoding="utf-8"
    )
    assert check_fixture(path) == []


def test_a_folder_is_one_case(tmp_path: Path) -> None:
    (tmp_path / "bodies.py").write_text(
        "import tensorflow as tf\n\n\ndef centre(t):\n    return t - tf.reduce_mean(t)  # expect: LL102\n",
        encoding="utf-8",
    )
    (tmp_path / "main.py").write_text(
        "from tensorflow.keras.layers import Input, Lambda\n\nfrom bodies import centre\n\n"
        "y = Lambda(centre)(Input(shape=(4,)))\n",
        encoding="utf-8",
    )
    assert check_fixture(tmp_path) == []


def test_a_folder_without_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no script or notebook"):
        check_fixture(tmp_path)
