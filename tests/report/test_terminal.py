"""The width of the terminal that a report goes to."""

from __future__ import annotations

import os
import shutil

import pytest

from lambdalint.report.terminal import columns


@pytest.mark.parametrize(("said", "width"), [(0, 80), (132, 132)])
def test_a_terminal_that_says_nothing_is_80_wide(
    said: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda fallback: os.terminal_size((said, 24)))
    assert columns() == width
