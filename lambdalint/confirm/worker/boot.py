"""Starts a process of a worker: ``PYTHON boot.py`` in the interpreter of the user's project.

Nothing of lambdalint is installed there, so a stub stands for the package: it knows where the package is
and imports nothing of it.  The folder of this file does not stay on the path of imports.
"""

from __future__ import annotations

import os
import sys
import types


def main() -> None:
    """Do what the first line of standard input says."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    stub = types.ModuleType("lambdalint")
    stub.__path__ = [os.path.dirname(os.path.dirname(here))]
    sys.modules["lambdalint"] = stub
    from lambdalint.confirm.worker.process import main as work

    work(os.path.abspath(__file__))


if __name__ == "__main__":
    main()
