"""The script of a saved model is run again, in two processes, before its finding is confirmed."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import pytest

from lambdalint.confirm.experiments.saving import _told_again
from lambdalint.confirm.worker.session import Fresh

FILES = {"model.keras": base64.b64encode(b"a model").decode()}
STARTED = Fresh(3, {"files": FILES, "load": "result = 1", "before": [[1.0, 2.0]]})


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([Fresh(1, None, "saving fails")], None),
        ([Fresh(0, None)], "exit code 0"),
        ([Fresh(None, None, error="the time limit")], "the time limit"),
        ([Fresh(3, {"files": None, "load": "", "before": []})], None),
        ([STARTED, Fresh(0, {"error": "NameError: K"})], None),
        ([STARTED, Fresh(0, {"outputs": [[1.0, 3.0]]})], None),
        ([STARTED, Fresh(0, {"outputs": [[1.0, 2.0]]})], "the loaded model gives the same outputs"),
        ([STARTED, Fresh(1, None, error="MemoryError")], "MemoryError"),
    ],
)
def test_what_a_script_tells(tmp_path: Any, answers: list[Fresh], told: str | None) -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def fresh(source: str, files: list[str] | tuple[str, ...] = ()) -> Fresh:
        asked.append((source, tuple(files)))
        return answers[len(asked) - 1]

    session: Any = SimpleNamespace(fresh=fresh, folder=str(tmp_path))
    assert _told_again(session, "print('the script')") == told
    assert asked[0][0].endswith("print('the script')")
    if len(asked) > 1:
        assert asked[1] == ("result = 1", ("model.keras",))
        assert (tmp_path / "model.keras").read_bytes() == b"a model"
