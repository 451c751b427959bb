"""Commands for which the permissions of files hold, even where the tests run as the superuser."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_POWERS = "-dac_override,-dac_read_search,-fowner"
_DROPPING = ("setpriv", "--bounding-set", _POWERS, "--inh-caps", _POWERS)


def unprivileged() -> list[str]:
    """What to put before a command; the test is skipped where the superuser cannot let go of its powers."""
    if os.geteuid() != 0:
        return []
    if not _works():
        pytest.skip("root may read everything, and setpriv does not change that here")
    return list(_DROPPING)


@cache
def _works() -> bool:
    if shutil.which(_DROPPING[0]) is None:
        return False
    with TemporaryDirectory() as folder:
        closed = Path(folder) / "closed"
        closed.touch(mode=0)
        reading = subprocess.run([*_DROPPING, "cat", str(closed)], capture_output=True, check=False)
        return b"denied" in reading.stderr
