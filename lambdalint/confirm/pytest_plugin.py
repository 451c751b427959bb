"""Fixtures for a test suite: each asserts that a model keeps one of the contracts.

def test_model(assert_per_sample, assert_saves):
    model = build_model()
    assert_per_sample(model)
    assert_saves(model)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Assertion = Callable[..., None]


def _assertion(*contracts: int) -> Assertion:
    def holds(model: Any, input_shape: Any = None, *, dtype: str = "float32") -> None:
        from lambdalint.confirm.live import check_model, none_broken

        none_broken(check_model(model, input_shape, dtype=dtype, contracts=contracts))

    return holds


@pytest.fixture(scope="session")
def assert_per_sample() -> Assertion:
    """``assert_per_sample(model)``: each output depends on its own sample alone."""
    return _assertion(1)


@pytest.fixture(scope="session")
def assert_output_shapes() -> Assertion:
    """``assert_output_shapes(model)``: layers give the shapes that they declare."""
    return _assertion(2)


@pytest.fixture(scope="session")
def assert_saves() -> Assertion:
    """``assert_saves(model)``: layers are saved, and loaded in another process, as what they are."""
    return _assertion(3)


@pytest.fixture(scope="session")
def assert_trains() -> Assertion:
    """``assert_trains(model)``: every variable that layers use is among their weights."""
    return _assertion(5)


@pytest.fixture(scope="session")
def assert_finite() -> Assertion:
    """``assert_finite(model)``: outputs and gradients stay finite on zeros, tiny and huge inputs."""
    return _assertion(6)


@pytest.fixture(scope="session")
def assert_keeps_contracts() -> Assertion:
    """``assert_keeps_contracts(model)``: all of them."""
    return _assertion(1, 2, 3, 4, 5, 6)
