"""The differential tests themselves; ``test_differential.py`` runs them, in a process of their own."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, note, settings

from tests.interp.claims import check, without_rank
from tests.interp.drawing import cases
from tests.interp.programs import Case

pytestmark = pytest.mark.tensorflow


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cases())
def test_claims_hold_when_run(case: Case) -> None:
    """Shapes, samples, types and ranges are as the interpreter says."""
    note(str(case.program))
    check(case)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cases())
def test_claims_of_unknown_rank_hold_when_run(case: Case) -> None:
    """What is claimed where only the batch axis of the inputs is known holds for two axes or more."""
    blind = without_rank(case)
    if blind is not None:
        note(str(case.program))
        check(blind)
