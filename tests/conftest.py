"""Order and surroundings of the suite: what needs no TensorFlow runs first."""

from __future__ import annotations

import signal

import pytest


def pytest_configure() -> None:
    """Let Ctrl-C be heard, though a shell that started the tests in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow tests last, each part in its own order."""
    items.sort(key=lambda item: item.get_closest_marker("tensorflow") is not None)
