"""A second run gives the same verdicts, and no worker is started, so nothing imports TensorFlow."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pytest

from lambdalint.confirm import stage
from lambdalint.confirm.driver import Driver
from lambdalint.engine import run
from lambdalint.registry import load_rules
from lambdalint.results import RunResult
from lambdalint.settings import Confirming, Overrides, load
from tests.confirm.test_seeds import pytestmark

__all__ = ["pytestmark"]

SCRIPT = """
from keras import Input, ops
from keras.layers import Lambda
x = Input((3,))
Lambda(lambda t: ops.sum(t, axis=0))(x)
Lambda(lambda t: t - ops.{name}(t))(x)
"""


def test_a_second_run_imports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[int] = []

    class Counting(Driver):
        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            imported.append(self.imported)
            super().__exit__(kind, error, trace)

    def confirmed(name: str) -> RunResult:
        path = tmp_path / "model.py"
        path.write_text(SCRIPT.format(name=name), encoding="utf-8")
        overrides = Overrides(confirming=Confirming(), cache_dir=str(tmp_path / "cache"))
        settings = load(load_rules().rules, overrides=overrides, cwd=str(tmp_path))
        return stage.confirm(run([str(path)], settings), settings).result

    monkeypatch.setattr(stage, "Driver", Counting)
    first, second, third = confirmed("max"), confirmed("max"), confirmed("mean")
    assert [each.verdict for each in first.findings] == [each.verdict for each in second.findings]
    assert {each.verdict.status.value for each in first.findings if each.verdict} == {"confirmed"}
    assert len(third.findings) == len(first.findings)
    assert imported == [1, 0, 1]
