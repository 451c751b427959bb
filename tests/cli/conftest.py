"""Running ``python -m lambdalint`` as users do: in its own process and folder."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Ran:
    """What one run left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Folder:
    """A folder to run in."""

    path: Path

    def write(self, name: str, text: str) -> Path:
        """Write a file, its text dedented."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def command(self, *arguments: str) -> list[str]:
        """The command line of a run."""
        return [sys.executable, "-m", "lambdalint", *arguments]

    def environment(self, **changes: str) -> dict[str, str]:
        """The environment of a run, without what would change its output."""
        unwanted = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI_PROJECT_DIR")
        return {key: value for key, value in os.environ.items() if key not in unwanted} | changes

    def run(
        self, *arguments: str, stdin: str | None = None, before: Sequence[str] = (), **environment: str
    ) -> Ran:
        """Run lambdalint here, by way of the command ``before``."""
        done = subprocess.run(
            [*before, *self.command(*arguments)],
            cwd=self.path,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            env=self.environment(**environment),
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


BAD = """
from keras import ops
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: ops.sum(t, axis=0))(x)
"""
GOOD = BAD.replace("axis=0", "axis=1, keepdims=True")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty folder, out of reach of anybody's settings."""
    (tmp_path / "lambdalint.toml").write_text("", encoding="utf-8")
    return Folder(tmp_path)


@pytest.fixture
def bad(folder: Folder) -> Folder:
    """A folder with ``bad.py``, where LL101 stands on row 5, ``good.py`` and ``none.py``."""
    folder.write("bad.py", BAD)
    folder.write("good.py", GOOD)
    folder.write("none.py", "print('no such layer')\n")
    return folder


@pytest.fixture
def in_terminal(folder: Folder) -> Callable[..., Ran]:
    """Run with standard output and error on a terminal; its output is one stream."""
    pty = pytest.importorskip("pty")

    def run(*arguments: str, **environment: str) -> Ran:
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            folder.command(*arguments),
            cwd=folder.path,
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=follower,
            env=folder.environment(TERM="xterm-256color", **environment),
        )
        # The end of the follower stays open: what a terminal has not passed on when its last user
        # goes may be lost.
        chunks = []
        while process.poll() is None or select.select([leader], [], [], 0.5)[0]:
            if select.select([leader], [], [], 0.1)[0]:
                chunks.append(os.read(leader, 65536))
        os.close(leader)
        os.close(follower)
        return Ran(process.wait(timeout=60), b"".join(chunks).decode(), "")

    return run


HEAD = BAD.rpartition("y = ")[0]
LAYER = "y = Lambda(lambda t: ops.sum(t, axis=0))(x)\n"
ONLY = ("--select", "LL101", "--output-format", "concise", "--no-cache")


def found(ran: Ran, name: str = "bad.py") -> int:
    return sum(line.startswith(name + ":") and " LL101 " in line for line in ran.out.splitlines())


def check(folder: Folder, *more: str) -> Ran:
    """Check the folder; the finding of ``bad.py`` must be there whatever else is."""
    ran = folder.run("check", *ONLY, *more)
    assert found(ran) == 1
    assert "Traceback" not in ran.err
    assert "internal error" not in ran.err
    return ran
