"""Code that means harm costs its own finding an answer and nothing else: the next answer is right."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Request
from tests.confirm.marks import KERAS_3
from tests.confirm.requests import request

pytestmark = KERAS_3

FOLDER = Path(__file__).parents[2] / "fixtures" / "confirm" / "hostile"
FIXTURES = sorted(FOLDER.glob("*.py"))
LINUX = pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="needs Linux")


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as made:
        yield made


@pytest.fixture(scope="module")
def unguarded() -> Iterator[Driver]:
    """A driver whose children may start processes, as on a system without Landlock and seccomp."""
    with Driver(without=("landlock", "seccomp", "guard")) as made:
        yield made


def hostile(name: str, **places: object) -> Request:
    """The request whose program is a fixture, with the places that it attacks."""
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    for place, value in places.items():
        text = text.replace(f"{{{place}!r}}", repr(value)).replace(f"{{{place}}}", str(value))
    megabytes = 256 if "0.25 GB" in text else 4096
    return request(text, seconds=1.0 if "longer than 1 s" in text else 20.0, megabytes=megabytes)


def expected(name: str) -> str:
    found = re.search("^# expect: (.*)$", (FOLDER / f"{name}.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def sane(driver: Driver) -> bool:
    """Whether an experiment works as it should."""
    (answer,) = driver.answers(
        [request("import keras\nraise ArithmeticError(keras.ops.sum([1, 2]).numpy())")]
    )
    return "ArithmeticError: 3" in answer.reason


def looks(folder: Path) -> list[tuple[str, str, int, float]]:
    """Name, content, mode and age of the files of a folder."""
    return [(p.name, p.read_text(), p.stat().st_mode, p.stat().st_mtime) for p in sorted(folder.iterdir())]


def processes_in(folder: str) -> list[str]:
    """The processes that work in a folder."""
    found = []
    for pid in os.listdir("/proc"):
        try:
            where = os.readlink(f"/proc/{pid}/cwd") if pid.isdigit() else ""
        except OSError:
            continue
        if where.startswith(folder + os.sep):
            found.append(pid)
    return found


@pytest.mark.parametrize("name", [path.stem for path in FIXTURES])
def test_hostile_code_harms_nobody(driver: Driver, tmp_path: Path, name: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "model.py").write_text("x = 1\n")
    before = looks(project)
    with socket.create_server(("127.0.0.1", 0)) as home:
        home.settimeout(0.01)
        port = home.getsockname()[1]
        (answer,) = driver.answers([hostile(name, outside=str(project), port=port)])
        assert answer.status == "unconfirmed"
        assert re.search(expected(name), answer.reason), answer.reason
        with pytest.raises(TimeoutError):
            home.accept()
    assert looks(project) == before
    assert sane(driver)
    assert driver.imported == 1


@LINUX
@pytest.mark.parametrize("name", ["daemon", "fork_bomb"])
def test_processes_left_behind_are_ended(unguarded: Driver, name: str) -> None:
    started = hostile(name)
    (answer,) = unguarded.answers([request(started.program.modules[0].source, seconds=2.0)])
    assert re.search("left|ran longer than 2 s", answer.reason), answer.reason
    assert unguarded.folder
    assert processes_in(unguarded.folder) == []
    assert sane(unguarded)


@LINUX
def test_every_protection_is_named(driver: Driver) -> None:
    assert sane(driver)
    text = "\n".join(driver.protections)
    assert "limits: memory, processor time, file size, core dumps" in text
    assert "audit hook" in text
