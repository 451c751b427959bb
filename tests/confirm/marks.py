"""Marks of tests that run experiments."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def _needing(*packages: str) -> list[pytest.MarkDecorator]:
    missing = [name for name in packages if find_spec(name) is None]
    skipped = pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(packages)}")
    return [pytest.mark.tensorflow, skipped]


KERAS_3 = _needing("tensorflow", "keras")
EVERY_KERAS = _needing("tensorflow", "keras", "tf_keras")
