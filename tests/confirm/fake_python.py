"""Interpreters that are none, or not the right one."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path


def fake_python(folder: Path, packages: Mapping[str, str], version: tuple[int, ...] = (3, 11, 7)) -> str:
    """A program that says that it is a Python with these packages."""
    told = json.dumps({"version": list(version), "packages": dict(packages)})
    program = folder / "python"
    program.write_text(f"#!{sys.executable}\nprint({told!r})\n")
    program.chmod(0o755)
    return str(program)
