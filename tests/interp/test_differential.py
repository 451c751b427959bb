"""Random bodies, run abstractly and for real: what is claimed of shapes, samples, ranges must hold.

What Hypothesis draws depends on the modules that are loaded, which differ with the tests that ran before:
in a process of their own the same programs are drawn each time.  ``python -m tests.interp.nightly`` runs
many more of them.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("test", ["test_claims_hold_when_run", "test_claims_of_unknown_rank_hold_when_run"])
def test_random_bodies(test: str, pytestconfig: pytest.Config) -> None:
    place = f"tests/interp/differential.py::{test}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", place]
    ran = subprocess.run(command, cwd=pytestconfig.rootpath, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
