"""A slice of the batch that leaves small batches whole is not refuted by them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lambdalint.confirm.experiments import per_sample
from lambdalint.confirm.request import Inputs, Sample


def sliced(code: str, keep: int) -> Any:
    """A layer that drops all but ``keep`` samples, as far as the experiment asks about it."""
    return SimpleNamespace(
        session=SimpleNamespace(request=SimpleNamespace(code=code, facts={}), describe=str),
        seed=lambda value=0: None,
        call=lambda inputs, arrays: [np.asarray(arrays[0])[:keep]],
    )


@pytest.mark.parametrize(("keep", "kind"), [(40, "axis"), (500, "axis"), (2000, None)])
def test_a_larger_batch_shows_a_longer_slice(keep: int, kind: str | None) -> None:
    inputs = Inputs("tensor", (Sample((4,)),))
    found = per_sample.examine(sliced("LL104", keep), inputs, (2, 67))
    if found is None:
        found = per_sample.dropped_late(sliced("LL104", keep), inputs)
    assert getattr(found, "kind", found) == kind


LARGE = Inputs("tensor", (Sample((100, 100)),))


def test_smaller_samples_are_taken_where_such_a_batch_is_too_large() -> None:
    found = per_sample.dropped_late(sliced("LL104", 500), LARGE)
    assert getattr(found, "kind", found) == "axis"


def test_samples_too_large_for_such_a_batch_refute_nothing() -> None:
    layer = sliced("LL104", 500)
    layer.call = lambda inputs, arrays: [np.reshape(arrays[0], (-1, 10_000))]
    answer = per_sample.run(layer, (LARGE,))
    assert answer.status == "unconfirmed"
    assert "too large" in answer.reason


def test_other_findings_are_refuted_as_before() -> None:
    answer = per_sample.run(sliced("LL105", 500), (Inputs("tensor", (Sample((100, 100)),)),))
    assert answer.status == "refuted"
