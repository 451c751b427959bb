"""``python -m tests.mutation --most 30``: break correct layers; print what is not found, and a table.

Each operator seeds one kind of defect into the good examples of the rules' pages and the silent lines
of their fixtures, into as many as ``--most`` says.
"""

from __future__ import annotations

import argparse

from .corpus import subjects
from .experiment import run, table
from .operators import OPERATORS


def main() -> None:
    """Print the survivors and the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="OPERATOR", help="part of a name; default: all")
    parser.add_argument("--most", type=int, default=30, help="how many mutants of each operator")
    parser.add_argument("--list", action="store_true", help="print the operators' names")
    given = parser.parse_args()
    chosen = [each for each in OPERATORS if not given.names or any(name in each.name for name in given.names)]
    if not chosen:
        parser.error(f"no operator is called {' or '.join(map(repr, given.names))}")
    if given.list:
        print(*(each.name for each in chosen), sep="\n")
        return
    rows = run(subjects(), given.most, chosen)
    for row in rows:
        for mutant in row.survivors:
            print(f"--- {row.operator.name} ({mutant.subject.origin})\n{mutant.source}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
