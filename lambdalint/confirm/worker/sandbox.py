"""What a child may do: everything that keeps an experiment from harming the user, put on in order."""

from __future__ import annotations

from typing import Any

from lambdalint.confirm.worker import limits


def enter(job: dict[str, Any], folder: str) -> list[str]:
    """Restrict this process for good; only ``folder`` may be written to.

    Returns:
        The names of the protections that are in force.
    """
    return limits.limit(job["seconds"], job["megabytes"])
