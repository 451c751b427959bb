"""What a child may do: everything that keeps an experiment from harming the user, put on in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambdalint.confirm.worker import guard, landlock, limits, namespaces, seccomp


def enter(job: dict[str, Any], folder: str, without: list[str]) -> list[str]:
    """Restrict this process for good; only ``folder`` may be written to.

    A protection that the system does not have is left out; so are those whose modules ``without`` names.

    Returns:
        The protections that are in force.
    """
    layers: dict[str, Callable[[], str]] = {
        "limits": lambda: limits.limit(job["seconds"], job["megabytes"]),
        "capabilities": namespaces.drop_capabilities,
        "landlock": lambda: landlock.enter(folder),
        "seccomp": seccomp.enter,
        "guard": lambda: guard.enter(folder),
    }
    held = []
    for name, put_on in layers.items():
        if name not in without:
            try:
                held.append(put_on())
            except (OSError, AttributeError):
                continue
    return [each for each in held if each]
