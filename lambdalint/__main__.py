"""``python -m lambdalint``."""

import os
import sys

# Python puts the current folder first; what is linted there must not pass for a library.
try:
    _HERE = os.getcwd()
except OSError:
    # The folder is gone, and nothing can be imported from it.
    _HERE = ""
if sys.path and sys.path[0] in ("", _HERE):
    del sys.path[0]

from lambdalint.cli import main

if __name__ == "__main__":
    main()
