"""``--add-ignore``: comments for all findings, the code as it was, nothing left to find."""

from __future__ import annotations

import ast
import json
import os
import shutil
from pathlib import Path

import pytest

from .conftest import BAD, Folder

ROOT = Path(__file__).parents[2]
ONLY = ("--select", "LL101")
HEAD = "from keras import ops\nfrom keras.layers import Input, Lambda\nx = Input(shape=(4,))\n"


def added(folder: Folder, text: str, reason: str = "") -> str:
    """The text of a file after ``--add-ignore``, which leaves nothing to find, once and again."""
    path = folder.path / "bad.py"
    path.write_text(HEAD + text, encoding="utf-8")
    before = ast.dump(ast.parse(path.read_text(encoding="utf-8")))
    ran = folder.run("check", *ONLY, f"--add-ignore={reason}" if reason else "--add-ignore", "bad.py")
    assert (ran.code, ran.out) == (0, "All checks passed!\n")
    after = path.read_text(encoding="utf-8")
    assert ast.dump(ast.parse(after)) == before
    assert folder.run("check", *ONLY, "--add-ignore", "bad.py").err == (
        "added: suppressions for 0 findings in 0 files\n"
    )
    assert path.read_text(encoding="utf-8") == after
    return after.removeprefix(HEAD)


SUM = "y = Lambda(lambda t: ops.sum(t, axis=0))(x)"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SUM, SUM + "  # lambdalint: ignore[LL101] why"),
        (SUM + "  \n", SUM + "  # lambdalint: ignore[LL101] why\n"),
        (SUM + "  # sums\n", SUM + "  # sums  # lambdalint: ignore[LL101] why\n"),
        (SUM + "  # noqa: E501\n", SUM + "  # noqa: E501  # lambdalint: ignore[LL101] why\n"),
        (SUM + "  # lambdalint: ignore[LL3]\n", SUM + "  # lambdalint: ignore[LL3, LL101] why\n"),
        (SUM + " # lambdalint:ignore[LL3] old # x\n", SUM + " # lambdalint:ignore[LL3, LL101] old # x\n"),
        (SUM + "  # lambdalint: gnore\n", SUM + "  # lambdalint: ignore[LL101] why  # lambdalint: gnore\n"),
        (SUM + "; z = '''\na'''\n", SUM + "; z = '''\na'''  # lambdalint: ignore[LL101] why\n"),
        (SUM[:-3] + "\\\n(x)\n", SUM[:-3] + "\\\n(x)  # lambdalint: ignore[LL101] why\n"),
        (SUM[:-1] + "\n)\n", SUM[:-1] + "  # lambdalint: ignore[LL101] why\n)\n"),
        ("s = '# x'; " + SUM, "s = '# x'; " + SUM + "  # lambdalint: ignore[LL101] why"),
        ("if x:\n\t" + SUM + "\n", "if x:\n\t" + SUM + "  # lambdalint: ignore[LL101] why\n"),
    ],
)
def test_where_the_comment_goes(folder: Folder, before: str, after: str) -> None:
    assert added(folder, before, "why") == after


def test_without_a_reason_and_without_eating_a_path(folder: Folder) -> None:
    assert added(folder, SUM + "\n") == SUM + "  # lambdalint: ignore[LL101]\n"


def test_encoding_and_line_ends_are_kept(folder: Folder) -> None:
    text = "# coding: latin-1\r\n" + (HEAD + SUM).replace("\n", "\r\n") + "  # \xe9\r\nz = 1\n"
    path = folder.path / "bad.py"
    path.write_bytes(text.encode("latin-1"))
    assert folder.run("check", *ONLY, "--add-ignore=\xe0 voir", "bad.py").code == 0
    wanted = text.replace("\xe9", "\xe9  # lambdalint: ignore[LL101] \xe0 voir").encode("latin-1")
    assert path.read_bytes() == wanted
    path.write_bytes(text.encode("latin-1"))
    ran = folder.run("check", *ONLY, "--add-ignore=\N{SNOWMAN}", "bad.py")
    assert ran.code == 2
    assert "bad.py: got no suppressions: '\N{SNOWMAN}' does not exist in iso8859-1" in ran.err
    assert path.read_bytes() == text.encode("latin-1")


def test_mark_mode_link_and_a_missing_line_end_are_kept(folder: Folder) -> None:
    text = (HEAD + SUM).replace("\n", "\r\n")
    path = folder.write("real.txt", "")
    path.write_bytes(text.encode("utf-8-sig"))
    path.chmod(0o640)
    (folder.path / "bad.py").symlink_to("real.txt")
    assert folder.run("check", *ONLY, "--add-ignore=why").code == 0
    assert path.read_bytes() == (text + "  # lambdalint: ignore[LL101] why").encode("utf-8-sig")
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.readlink(folder.path / "bad.py") == "real.txt"


def test_a_notebook_changes_in_its_rows_alone(folder: Folder) -> None:
    cells = [
        {"cell_type": "markdown", "source": [SUM]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", *HEAD.splitlines(keepends=True)]},
        {"cell_type": "code", "outputs": [{"png": "é"}], "source": ["%time " + SUM + "\n", "z = 1"]},
    ]
    text = json.dumps({"metadata": {}, "cells": cells, "nbformat": 4}, indent=1, ensure_ascii=False) + "\n"
    path = folder.path / "book.ipynb"
    path.write_text(text, encoding="utf-8")
    assert folder.run("check", *ONLY, "--add-ignore=why").code == 0
    wanted = text.replace(SUM + "\\n", SUM + "  # lambdalint: ignore[LL101] why\\n")
    assert path.read_text(encoding="utf-8") == wanted
    assert folder.run("check", *ONLY).code == 0


def test_another_module_is_changed_if_it_was_looked_at(folder: Folder) -> None:
    folder.write("sums.py", "from keras import ops\n\ndef over(t):\n    return ops.sum(t, axis=0)\n")
    folder.write("net.py", HEAD + "from sums import over\ny = Lambda(over)(x)\n")
    ran = folder.run("check", *ONLY, "--add-ignore", "net.py")
    assert ran.code == 1
    assert "lambdalint" not in (folder.path / "sums.py").read_text(encoding="utf-8")
    assert folder.run("check", *ONLY, "--add-ignore").code == 0
    assert "axis=0)  # lambdalint: ignore[LL101]" in (folder.path / "sums.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", ["a\nb", "a # b", "[x]", "\x1b[0m"])
def test_reasons_that_do_not_fit(bad: Folder, reason: str) -> None:
    assert bad.run("check", f"--add-ignore={reason}").code == 2
    assert (bad.path / "bad.py").read_text(encoding="utf-8") == BAD.lstrip("\n")


def test_what_does_not_go_together(bad: Folder) -> None:
    assert bad.run("check", "--add-ignore", "-", stdin=BAD).code == 2
    assert bad.run("check", "--add-ignore", "--write-baseline", "--baseline", "b.json").code == 2


def test_every_fixture(folder: Folder) -> None:
    """All rules at once, over everything they are tried on: suppressed, with the code as it was."""
    shutil.copytree(ROOT / "fixtures", folder.path / "fixtures")
    scripts = sorted(path for path in folder.path.rglob("*.py"))
    before = {path: tree(path) for path in scripts}
    folder.run("check", "--select", "ALL", "--add-ignore=known")
    assert {path: tree(path) for path in scripts} == before
    ran = folder.run("check", "--select", "ALL", "--output-format", "concise")
    assert [line for line in ran.out.splitlines() if ": LL" in line] == []
    assert "unused" not in ran.err


def tree(path: Path) -> str:
    try:
        return ast.dump(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError):
        return ""
