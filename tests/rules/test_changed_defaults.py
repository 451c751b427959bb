"""The table behind LL707 is that of the installed libraries."""

from __future__ import annotations

from importlib import import_module

import pytest

from .changed_defaults import axis_of, signatures

table = import_module("lambdalint_rules.migration.changed_defaults")


def test_every_function_that_changes_silently_has_its_axes() -> None:
    known = {**table.SIGNATURES, **table.RENAMED}
    assert set(table.WORKS_SILENTLY) <= set(known)
    assert table.before("cumsum") == "took axis=0"
    assert table.before("flip") == "required one"
    assert table.before("repeat") == "took none"
    assert table.now("concatenate") == "axis 0"
    assert table.now("take") == "all axes"


@pytest.mark.tensorflow
def test_the_table_is_that_of_the_installed_libraries() -> None:
    assert signatures() == dict(table.SIGNATURES)


@pytest.mark.tensorflow
def test_renamed_functions_have_the_axes_of_the_table() -> None:
    import keras
    import tf_keras

    for name, (former, _, now) in table.RENAMED.items():
        assert axis_of(getattr(tf_keras.backend, former)) == "absent"
        assert axis_of(getattr(keras.ops, name)) == now


@pytest.mark.tensorflow
def test_the_axis_stands_where_the_table_says() -> None:
    import inspect

    import keras

    for name, position in table.WORKS_SILENTLY.items():
        assert list(inspect.signature(getattr(keras.ops, name)).parameters).index("axis") == position
