"""The stage of ``--confirm``: what answers make of findings, and what a run does without Keras."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lambdalint.confirm import stage
from lambdalint.confirm.experiments import repro, saving
from lambdalint.confirm.request import Answer, Request
from lambdalint.engine import run
from lambdalint.findings import Severity, Status
from lambdalint.registry import load_rules
from lambdalint.report.sarif import render as sarif
from lambdalint.report.view import View
from lambdalint.results import RunResult
from lambdalint.settings import Confirming, Overrides, Settings, load
from tests.confirm.fake_python import fake_python

SCRIPT = """
from keras import Input, ops
from keras.layers import Lambda
x = Input((3,))
Lambda(lambda t: ops.sum(t, axis=0))(x)
Lambda(lambda t: ops.max(t, axis=0))(x)  # lambdalint: ignore
"""


class FakeDriver:
    """Gives every request the same answer."""

    answer = Answer("confirmed", witness="1 and 2", repro="print('shown')\n")
    asked: Sequence[Request] = ()
    protections = ("none",)
    jobs = 0

    def __init__(self, **options: Any) -> None:
        FakeDriver.jobs = options["jobs"]

    def __enter__(self) -> FakeDriver:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def answers(
        self, requests: Sequence[Request], progress: Callable[[int, int], None] | None = None
    ) -> list[Answer]:
        FakeDriver.asked = requests
        return [self.answer] * len(requests)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> type[FakeDriver]:
    monkeypatch.setattr(stage, "Driver", FakeDriver)
    return FakeDriver


def judged(folder: Path, script: str = SCRIPT) -> tuple[RunResult, Settings]:
    path = folder / "model.py"
    path.write_text(script)
    overrides = Overrides(cache=False, confirming=Confirming())
    settings = load(load_rules().rules, overrides=overrides, cwd=str(folder))
    return run([str(path)], settings), settings


def confirmed(folder: Path, script: str = SCRIPT) -> stage.Confirmed:
    return stage.confirm(*judged(folder, script))


def test_what_is_suppressed_is_not_run(tmp_path: Path, driver: type[FakeDriver]) -> None:
    found = confirmed(tmp_path).result.findings
    assert [finding.code for finding in found] == [request.code for request in driver.asked]
    assert "max" not in "".join(request.program.layer or "" for request in driver.asked)


@pytest.mark.parametrize(("processors", "jobs"), [(1, 1), (2, 2), (64, 4), (None, 1)])
def test_experiments_run_side_by_side(
    tmp_path: Path,
    driver: type[FakeDriver],
    monkeypatch: pytest.MonkeyPatch,
    processors: int | None,
    jobs: int,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    confirmed(tmp_path)
    assert driver.jobs == jobs


def test_a_confirmed_finding(tmp_path: Path, driver: type[FakeDriver]) -> None:
    done = confirmed(tmp_path)
    (finding,) = [each for each in done.result.findings if each.code == "LL101"]
    assert finding.verdict is not None
    assert (finding.verdict.status, finding.verdict.witness) == (Status.CONFIRMED, "1 and 2")
    assert (finding.counts, finding.severity) == (True, Severity.ERROR)
    names = stage.write_repros(done, str(tmp_path / "shown"))
    assert "LL101_model_5.py" in names
    assert sorted(os.listdir(tmp_path / "shown")) == sorted(names)


def test_a_script_that_shows_a_defect_is_left_alone(tmp_path: Path, driver: type[FakeDriver]) -> None:
    done = confirmed(tmp_path)
    code = (tmp_path / "model.py").read_text(encoding="utf-8")
    shows = replace(done, repros=tuple((finding, code) for finding, _ in done.repros))
    names = stage.write_repros(shows, str(tmp_path / "shown"))
    again = run([str(tmp_path)], judged(tmp_path)[1])
    assert names
    assert {os.path.basename(each.location.filename) for each in again.findings} == {"model.py"}
    assert again.notices == ()


def test_scripts_tell_errors_without_colours() -> None:
    error = ValueError("Exception encountered: \x1b[1mno such\nname\x1b[0m")
    named: dict[str, Any] = {}
    exec(repro.SAID, named)
    assert named["said"](error) == "ValueError Exception encountered: no such\nname"
    loaded: dict[str, Any] = {"error": error}
    exec(textwrap.dedent(saving.SAID.format()), loaded)
    assert loaded["result"] == {"error": "ValueError: no such name"}


def test_a_refuted_finding_does_not_count(
    tmp_path: Path, driver: type[FakeDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "answer", Answer("refuted", "three batches"))
    result = confirmed(tmp_path).result
    assert {(each.severity, each.counts) for each in result.findings} == {(Severity.ADVICE, False)}
    assert '"kind": "pass"' in sarif(result, View())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "def build(n):\n    return Lambda(lambda t: ops.sum(t, axis=0) * n)(x)",
            "with n=3, as its value is not known",
        ),
        (
            "def build(n=5):\n    return Lambda(lambda t: ops.sum(t, axis=0) * n)(x)",
            "with n=5, as its value is not known",
        ),
        (
            "class Net:\n"
            "    def __init__(self, n, m):\n"
            "        self.n, self.m = n, m\n"
            "    def build(self):\n"
            "        return Lambda(lambda t: ops.sum(t, axis=0) * self.n + self.m)(x)",
            "with self.m=3, self.n=3, as their values are not known",
        ),
    ],
    ids=["a parameter", "a default", "attributes that are set"],
)
def test_what_is_assumed_refutes_nothing(
    tmp_path: Path, driver: type[FakeDriver], monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    script = f"from keras import Input, ops\nfrom keras.layers import Lambda\nx = Input((3,))\n{code}\n"
    monkeypatch.setattr(driver, "answer", Answer("refuted", "three batches"))
    (finding,) = [each for each in confirmed(tmp_path, script).result.findings if each.code == "LL101"]
    assert finding.verdict is not None
    assert finding.verdict.status is Status.UNCONFIRMED
    assert finding.verdict.reason == f"{reason}: three batches"


ASSUMING = """
from keras import Input, ops
from keras.layers import Lambda
def build(n):
    return Lambda(lambda t: ops.sum(t, axis=0) * n)(Input((3,)))
"""
SHOWN = Answer("confirmed", witness="1 and 2", repro="print('shown')\n")
FAILED = replace(SHOWN, details={"exception": "ValueError"})
REFUTED = Answer("refuted", "three batches")
NOT_RUN = Answer("unconfirmed", "does not fit")


@pytest.mark.parametrize(
    ("first", "others", "status"),
    [
        (SHOWN, SHOWN, Status.CONFIRMED),
        (SHOWN, NOT_RUN, Status.CONFIRMED),
        (NOT_RUN, SHOWN, Status.CONFIRMED),
        (SHOWN, REFUTED, Status.UNCONFIRMED),
        (REFUTED, NOT_RUN, Status.UNCONFIRMED),
        (FAILED, FAILED, Status.CONFIRMED),
        (FAILED, NOT_RUN, Status.UNCONFIRMED),
    ],
)
def test_a_verdict_does_not_depend_on_values_that_were_made_up(
    tmp_path: Path,
    driver: type[FakeDriver],
    monkeypatch: pytest.MonkeyPatch,
    first: Answer,
    others: Answer,
    status: Status,
) -> None:
    def answers(self: FakeDriver, requests: Sequence[Request], progress: object = None) -> list[Answer]:
        return [first if request.facts.get("assumed") == {"n": "3"} else others for request in requests]

    monkeypatch.setattr(driver, "answers", answers)
    done = confirmed(tmp_path, ASSUMING)
    (finding,) = [each for each in done.result.findings if each.code == "LL101"]
    assert finding.verdict is not None
    assert finding.verdict.status is status
    assert finding.verdict.reason.startswith("with n=")
    assert bool(done.repros) is (status is Status.CONFIRMED)


@pytest.mark.parametrize(
    ("first", "replayed"),
    [
        (SHOWN, [True, False, False]),
        (NOT_RUN, [True, True, True]),
        (replace(SHOWN, details={"independent": True}), [True]),
    ],
)
def test_other_values_are_tried_where_they_matter(
    tmp_path: Path,
    driver: type[FakeDriver],
    monkeypatch: pytest.MonkeyPatch,
    first: Answer,
    replayed: list[bool],
) -> None:
    asked: list[bool] = []

    def answers(self: FakeDriver, requests: Sequence[Request], progress: object = None) -> list[Answer]:
        asked.extend(each.replay for each in requests if each.code == "LL101")
        return [first] * len(requests)

    monkeypatch.setattr(driver, "answers", answers)
    confirmed(tmp_path, ASSUMING)
    assert asked == replayed


def test_without_keras(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(SCRIPT)
    python = fake_python(tmp_path, {})
    command = [sys.executable, "-m", "lambdalint", "check", "--confirm", "--no-cache", "--python", python]
    ran = subprocess.run([*command, "model.py"], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert ran.returncode == 2
    assert "LL101" in ran.stdout
    assert "lambdalint[confirm]" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--sample", "x.npy"],
        ["--input-shape", "(2,)"],
        ["--python", "python"],
        ["--repro", "shown"],
        ["--confirmed-only"],
        ["--confirm", "--sample", "no-such-file.npy"],
        ["--confirm", "--input-shape", "(2, x)"],
    ],
)
def test_options_that_cannot_be_used(tmp_path: Path, options: list[str]) -> None:
    command = [sys.executable, "-m", "lambdalint", "check", *options]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert ran.returncode == 2
    assert "Usage" in ran.stderr or "Error" in ran.stderr
