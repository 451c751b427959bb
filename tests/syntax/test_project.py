"""Modules of the project: found by name, followed through re-exports, searched for words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lambdalint.syntax.project import ParsedModule, Project

PROJECTS = Path(__file__).parents[2] / "fixtures" / "projects"


def load(path: Path) -> ParsedModule:
    module = Project(str(PROJECTS)).load(str(path))
    assert module is not None
    return module


def kinds(path: Path) -> list[tuple[int, str | None, str | None]]:
    names = load(path).names
    return [(node.lineno, names.site_kind(node), names.family(node.func)) for node in names.layer_sites()]


def test_layers_through_reexports() -> None:
    assert kinds(PROJECTS / "reexport" / "zoo" / "blocks" / "head.py") == [
        (7, "Lambda", "tf.keras"),
        (8, "Lambda", "keras"),
    ]


def test_layers_through_a_star_import_of_a_package() -> None:
    assert kinds(PROJECTS / "reexport" / "train.py") == [(4, "Lambda", "keras")]


def test_star_imports_in_a_circle() -> None:
    names = load(PROJECTS / "cycle" / "left.py").names
    assert not names.may_come_from_star("missing")
    assert names.export("Lambda") is None


@pytest.mark.parametrize(
    ("dotted", "level", "origin", "expected"),
    [
        ("zoo.backend", 0, "reexport/train.py", "reexport/zoo/backend.py"),
        ("zoo", 0, "reexport/train.py", "reexport/zoo/__init__.py"),
        ("zoo.backend", 0, "reexport/zoo/blocks/head.py", "reexport/zoo/backend.py"),
        ("backend", 2, "reexport/zoo/blocks/head.py", "reexport/zoo/backend.py"),
        ("", 1, "reexport/zoo/blocks/head.py", "reexport/zoo/blocks/__init__.py"),
        ("own", 1, "reexport/zoo/blocks/head.py", "reexport/zoo/blocks/own.py"),
        ("own", 0, "reexport/zoo/blocks/head.py", "reexport/zoo/blocks/own.py"),
        ("shapes.functions", 0, "srclayout/run.py", "srclayout/src/shapes/functions.py"),
        ("cycle.left", 0, "reexport/train.py", None),
        ("backend", 9, "reexport/zoo/blocks/head.py", None),
        ("numpy", 0, "reexport/train.py", None),
    ],
)
def test_find(dotted: str, level: int, origin: str, expected: str | None) -> None:
    found = Project(str(PROJECTS)).find(dotted, level, str(PROJECTS / origin))
    assert found == (None if expected is None else str((PROJECTS / expected).resolve()))


def test_modules_are_parsed_once_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("raise SystemExit('must not run')")
    (tmp_path / "main.py").write_text("import other")
    (tmp_path / "other.py").write_text("open('trace', 'w')\n")
    project = Project(str(tmp_path))
    module = project.module("other", 0, str(tmp_path / "main.py"))
    assert module is not None
    assert project.module("other", 0, str(tmp_path / "main.py")) is module
    assert not (tmp_path / "trace").exists()


def test_modules_outside_of_the_project_are_not_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "pyproject.toml").write_text("")
    (inside / "main.py").write_text("from ..secret import x")
    (tmp_path / "secret.py").write_text("x = 1")
    (inside / "linked.py").symlink_to(tmp_path / "secret.py")
    project = Project(str(tmp_path))
    assert project.module("secret", 2, str(inside / "main.py")) is None
    assert project.module("linked", 0, str(inside / "main.py")) is None


def test_too_large_and_broken_modules(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("")
    (tmp_path / "large.py").write_text("x = 1\n" * 400_000)
    (tmp_path / "broken.py").write_text("x = 1\ndef f(:\ny = 2\n")
    project = Project(str(tmp_path))
    assert project.module("large", 0, str(tmp_path / "main.py")) is None
    broken = project.module("broken", 0, str(tmp_path / "main.py"))
    assert broken is not None
    assert set(broken.names.module.bindings) == {"x", "f", "y"}


def test_mentions_and_users() -> None:
    project = Project(str(PROJECTS))
    head = str(PROJECTS / "reexport" / "zoo" / "blocks" / "head.py")
    assert [Path(path).name for path in project.users_of(head)] == ["train.py"]
    assert project.mentions(head, re.compile(rb"\.save\(|save_model"))
    assert project.mentions(head, re.compile(rb"ZOO_BUNDLED"))
    assert not project.mentions(head, re.compile(rb"load_model"))
    assert not project.mentions(str(PROJECTS / "srclayout" / "run.py"), re.compile(rb"\.save\("))


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("import models", True),
        ("import nets.models as m, os", True),
        ("from nets.models import build", True),
        ("from .nets import (\n    blocks,\n    models,\n)", True),
        ("m = import_module('nets.models')", True),
        ("from keras.models import Model", False),
        ("import keras.models", False),
        ("from nets.old.models import build", False),
        ("from nets import layers as models", False),
        ("models = []  # the import of no module", False),
    ],
)
def test_users_of_a_module_that_is_called_like_another(text: str, uses: bool, tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("")
    (tmp_path / "nets").mkdir()
    models = tmp_path / "nets" / "models.py"
    models.write_text("build = None\n")
    (tmp_path / "main.py").write_text(text + "\n")
    (tmp_path / "book.ipynb").write_text(
        json.dumps({"cells": [{"source": text.splitlines(keepends=True)}]}, indent=1)
    )
    users = Project(str(tmp_path)).users_of(str(models))
    assert [Path(user).name for user in users] == (["book.ipynb", "main.py"] if uses else [])


def test_a_notebook_is_no_part_of_the_package_around_it(tmp_path: Path) -> None:
    for name in ("__init__.py", "setup.cfg"):
        (tmp_path / name).write_text("")
    (tmp_path / "one.ipynb").write_text('{"cells": []}')
    (tmp_path / "two.ipynb").write_text('{"cells": [{"source": "model.save(path)"}]}')
    (tmp_path / "layers.py").write_text("pass  # model.save(path)\n")
    project, saves = Project(str(tmp_path)), re.compile(rb"model\.save\(")
    assert not any(project.mentions(str(tmp_path / name), saves) for name in ("one.ipynb", "layers.py"))
    assert project.mentions(str(tmp_path / "two.ipynb"), saves)


def test_dotted() -> None:
    project = Project(str(PROJECTS))
    assert project.dotted(str(PROJECTS / "reexport" / "zoo" / "blocks" / "head.py")) == "zoo.blocks.head"
    assert project.dotted(str(PROJECTS / "reexport" / "zoo" / "blocks" / "__init__.py")) == "zoo.blocks"
    assert project.dotted(str(PROJECTS / "reexport" / "train.py")) == "train"


def test_of_many_large_modules_the_last_ones_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(f"{name} = 1\n")
    monkeypatch.setattr("lambdalint.syntax.project.MOST_TEXT", 15)
    project = Project(str(tmp_path))
    loaded = [project.load(str(tmp_path / f"{name}.py")) for name in "abc"]
    again = [project.load(str(tmp_path / f"{name}.py")) for name in "cba"]
    assert again[0] is loaded[2]
    assert again[2] is not loaded[0]
