"""Starts a worker: ``PYTHON boot.py CONFIGURATION`` in the interpreter of the user's project.

Nothing of lambdalint is installed there, so a stub stands for the package: it knows where the package is
and imports nothing of it.  The folder of this file does not stay on the path of imports.
"""

from __future__ import annotations

import json
import os
import sys
import types


def main() -> None:
    """Serve until the driver closes the channel."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    stub = types.ModuleType("lambdalint")
    stub.__path__ = [os.path.dirname(os.path.dirname(here))]
    sys.modules["lambdalint"] = stub
    configuration = json.loads(sys.argv[1])
    del sys.argv[1:]
    from lambdalint.confirm.worker.server import serve

    serve(configuration)


if __name__ == "__main__":
    main()
