"""``python -m lambdalint``."""

import os
import sys

# Python puts the current folder first; what is linted there must not pass for a library.
if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from lambdalint.cli import main

if __name__ == "__main__":
    main()
