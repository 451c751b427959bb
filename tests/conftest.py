"""Order of the suite: what needs no TensorFlow runs first."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow tests last, each part in its own order."""
    items.sort(key=lambda item: item.get_closest_marker("tensorflow") is not None)
