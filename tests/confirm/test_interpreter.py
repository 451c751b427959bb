"""What a user is told whose interpreter cannot confirm anything: one line that says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lambdalint.confirm.driver import Driver, Unavailable
from lambdalint.confirm.interpreter import inspect
from tests.confirm.fake_python import fake_python
from tests.confirm.requests import request

REQUEST = request("import keras\n")


def test_the_own_interpreter_is_known() -> None:
    found = inspect(None)
    assert found.path == sys.executable
    assert found.version == tuple(sys.version_info[:3])


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ({}, "keras and tensorflow are not installed for"),
        ({"tensorflow-cpu": "2.17.0"}, "keras is not installed for"),
        ({"keras": "3.4.1"}, "tensorflow is not installed for"),
    ],
)
def test_a_missing_package_is_named(tmp_path: Path, packages: dict[str, str], said: str) -> None:
    with (
        Driver(python=fake_python(tmp_path, packages)) as driver,
        pytest.raises(Unavailable, match=said) as told,
    ):
        driver.answers([REQUEST])
    assert "lambdalint[confirm]" in str(told.value)
    assert "\n" not in str(told.value)


def test_another_backend_needs_no_tensorflow(tmp_path: Path) -> None:
    python = fake_python(tmp_path, {"keras": "3.4.1"})
    with Driver(python=python, backend="torch") as driver, pytest.raises(Unavailable, match=r"^torch is not"):
        driver.answers([REQUEST])


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"is Python 3\.8\.1: .* 3\.10"):
        Driver(python=fake_python(tmp_path, {}, (3, 8, 1)))


def test_what_cannot_be_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        Driver(python=str(tmp_path / "nowhere"))
    (tmp_path / "text").write_text("hello")
    with pytest.raises(Unavailable, match=r"cannot run .*ermission"):
        Driver(python=str(tmp_path / "text"))
    with pytest.raises(Unavailable, match="it is no Python"):
        Driver(python="/bin/true")


def test_no_requests_need_no_package(tmp_path: Path) -> None:
    with Driver(python=fake_python(tmp_path, {})) as driver:
        assert driver.answers([]) == []
