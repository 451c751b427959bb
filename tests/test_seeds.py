"""The founding cases: each script gives the findings on its lines, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.testing import check_fixture

SEEDS = sorted((Path(__file__).parent.parent / "fixtures" / "seeds").glob("*.py"))


@pytest.mark.parametrize("script", SEEDS, ids=lambda path: path.stem)
def test_a_founding_case(script: Path) -> None:
    assert check_fixture(script) == []


def test_all_are_there() -> None:
    assert len(SEEDS) == 10
