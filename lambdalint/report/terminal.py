"""What is known of the terminal that a report goes to."""

from __future__ import annotations

import shutil

_USUAL = 80


def columns() -> int:
    """How many letters a row holds; 80 where that is not known.

    A terminal may say 0, as those of CI systems do, and CPython 3.10 believes it.
    """
    return shutil.get_terminal_size((_USUAL, 24)).columns or _USUAL
