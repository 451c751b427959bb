"""`python -m tests.mutation [NUMBER] [OPERATOR]`: the survivors and the table, NUMBER mutants an operator."""

from __future__ import annotations

import sys

from .corpus import subjects
from .experiment import run, table


def main() -> None:
    """Print the table and the survivors."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    rows = [row for row in run(subjects(), most) if len(sys.argv) < 3 or sys.argv[2] in row.operator.name]
    for row in rows:
        for mutant in row.survivors:
            print(f"--- {row.operator.name} ({mutant.subject.origin})\n{mutant.source}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
