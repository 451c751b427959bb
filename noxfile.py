"""The tests that need no TensorFlow, on every CPython of this machine and with the lowest dependencies."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

VERSIONS = ("3.10", "3.11", "3.12", "3.13")
FAST = ("-m", "pytest", "-q", "-n", "2", "-m", "not tensorflow")


def interpreters() -> list[str]:
    """The CPythons that are here: those of pyenv, whose shims may be inactive, before those on PATH."""
    found = []
    for version in VERSIONS:
        own = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
        place = str(own[-1]) if own else shutil.which(f"python{version}")
        if place:
            found.append(place)
    return found


@nox.session(python=interpreters())
def tests(session: nox.Session) -> None:
    """Today's dependencies, as CI pins them."""
    session.install("-c", "constraints/ci.txt", "-e", ".[dev]")
    session.run("python", *FAST)


@nox.session(python=interpreters()[:1])
def lowest(session: nox.Session) -> None:
    """The oldest Python with the lowest versions that are allowed."""
    session.install("-c", "constraints/lowest.txt", "-e", ".[dev]")
    session.run("python", *FAST)
