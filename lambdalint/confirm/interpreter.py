"""The interpreter of the user's project: whether it can run a worker, and what is installed there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

OLDEST = (3, 10)
"""The oldest Python that a worker runs on."""

DISTRIBUTIONS = {
    "keras": ("keras",),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tensorflow-intel", "tf-nightly"),
    "tf_keras": ("tf_keras",),
    "torch": ("torch",),
    "jax": ("jax",),
}
"""The distributions that bring each package that a worker may need: any of them will do."""

_ASKED = (*(name for names in DISTRIBUTIONS.values() for name in names), "numpy", "h5py")

# Runs in any Python, so that one that is too old can say so.
_PROBE = """
import sys
found = {}
if sys.version_info >= (3, 8):
    from importlib import metadata
    for name in sys.argv[1:]:
        try:
            found[name] = metadata.version(name)
        except Exception:
            pass
import json
print(json.dumps({"version": list(sys.version_info[:3]), "path": sys.executable, "packages": found}))
"""


class Unavailable(Exception):
    """Nothing can be confirmed: the message says, in one line, what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that can run workers, and the versions of the packages that matter to them."""

    path: str
    version: tuple[int, ...]
    packages: tuple[tuple[str, str], ...]

    @property
    def fingerprint(self) -> list[object]:
        """What the answers of experiments depend on besides their requests."""
        return [self.path, list(self.version), [list(pair) for pair in self.packages]]

    def missing(self, packages: Sequence[str]) -> str:
        """What to tell a user whose interpreter lacks some of ``packages``; empty when it has them all."""
        installed = dict(self.packages)
        lacking = [each for each in packages if not installed.keys() & set(DISTRIBUTIONS.get(each, (each,)))]
        if not lacking:
            return ""
        are = f"{' and '.join(lacking)} {'are' if len(lacking) > 1 else 'is'} not installed"
        if not {"torch", "jax"}.isdisjoint(lacking):
            return f"{are}{'' if self.path == sys.executable else f' for {self.path}'}"
        if self.path == sys.executable:
            return f"{are}: pip install 'lambdalint[confirm]'"
        return f"{are} for {self.path}: install it there, or lambdalint[confirm] and leave out --python"


def inspect(path: str | None) -> Interpreter:
    """Ask an interpreter for its version and packages; ``None`` is the one that runs lambdalint.

    Raises:
        Unavailable: it cannot be run, or is too old.
    """
    python = path or sys.executable
    try:
        done = subprocess.run(
            [python, "-c", _PROBE, *_ASKED],
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            cwd=os.path.dirname(os.path.abspath(__file__)),
            check=False,
        )
        told = json.loads(done.stdout)
        version = tuple(int(part) for part in told["version"])
        packages = tuple(sorted((str(k), str(v)) for k, v in told["packages"].items()))
    except OSError as error:
        raise Unavailable(f"cannot run {python}: {error.strerror or error}") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"cannot run {python}: it did not answer for 60 s") from None
    except (ValueError, KeyError, TypeError):
        raise Unavailable(f"cannot run {python}: it is no Python") from None
    if version < OLDEST:
        old = ".".join(map(str, version))
        raise Unavailable(f"{python} is Python {old}: confirming needs Python 3.10 or newer there")
    return Interpreter(python, version, packages)
