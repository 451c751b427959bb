"""``lambdalint`` and ``python -m lambdalint``: what must be settled before anything else is imported."""

from __future__ import annotations

import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit; Ctrl-C at any moment is an exit code, and no traceback."""
    try:
        _leave_the_current_folder()
        from lambdalint.cli import main as run

        run()
    except KeyboardInterrupt:
        _end_at_once()
    except SystemExit as end:
        if end.code != _INTERRUPTED:
            raise
        _end_at_once()


def _leave_the_current_folder() -> None:
    """``python -m`` puts the current folder first; what is linted there must not pass for a library."""
    try:
        here = os.getcwd()
    except OSError:
        # The folder is gone, and nothing can be imported from it.
        here = ""
    if sys.path and sys.path[0] in ("", here):
        del sys.path[0]


def _end_at_once() -> None:
    """Exit without tidying up, which might wait for processes and threads that were stopped halfway."""
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for child in active_children():
            child.kill()
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
