"""``python -m tests.fuzz --inputs 200000 --seed 1``: judge that many inputs, report each kind of fault.

Every input follows from the seed and its number, so that ``--only NUMBER`` repeats one; inputs with
a fault are shrunk and kept in ``--keep``.  With ``--guided`` coverage chooses the inputs: those are
changed on that reach code which none has reached before (atheris, of the extra ``fuzz``).  Exits with
1 if there was any fault.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.campaign import campaign
from tests.fuzz.guided import guided
from tests.fuzz.inputs import KINDS, WITH_HYPOTHESMITH, make
from tests.fuzz.oracle import examine
from tests.fuzz.sweep import sweep


def main() -> int:
    """Run the fuzzer."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=2000, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="the number of the first input")
    known = ", ".join((*KINDS, WITH_HYPOTHESMITH))
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"which generators: {known}")
    parser.add_argument("--only", type=int, help="judge this one and print it")
    parser.add_argument("--keep", type=Path, help="a folder for shrunk inputs that show a fault")
    parser.add_argument("--guided", action="store_true", help="let coverage choose the inputs")
    parser.add_argument("--corpus", type=Path, help="a folder for what a guided run has learnt")
    parser.add_argument(
        "--real", nargs="+", metavar="FOLDER", help="judge the files in these folders instead"
    )
    options = parser.parse_args()
    if options.real is not None:
        return sweep(options.real)
    if options.guided:
        return guided(options)
    kinds = tuple(options.kinds.split(","))
    if options.only is not None:
        given = make(options.seed, options.only, kinds)
        sys.stdout.buffer.write(given.data + b"\n")
        print(given.name, examine(given, formats=True))
        return 0
    return campaign(options, kinds)


if __name__ == "__main__":
    sys.exit(main())
