"""Programs that once showed a fault of the interpreter: what is claimed of them now, and that it holds.

After a change that is meant, ``python -m tests.interp.test_found`` writes the claims anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.interp.explain import describe
from lambdalint.interp.values import ANY_SIGN, Tensor
from tests.interp.claims import check, without_rank
from tests.interp.listing import programs_in, read, written
from tests.interp.programs import Case, Program, interpreted

LISTING = Path(__file__).with_name("found.txt")
FOUND = list(programs_in(LISTING.read_text()))
GIVES = ", gives: "


def claim(case: Case) -> str:
    """What is claimed of the last value of a program."""
    if case.failure is not None:
        return f"impossible, {case.failure}"
    value = case.values[-1]
    sign = value.sign if isinstance(value, Tensor) else ANY_SIGN
    span = "" if sign == ANY_SIGN else f"; from {sign.low:g} to {sign.high:g}, {sign.zero} 0"
    return describe(value) + span


@pytest.mark.parametrize(("comment", "program"), FOUND, ids=[comment for comment, _ in FOUND])
def test_what_is_claimed(comment: str, program: Program) -> None:
    assert claim(interpreted(program)) == comment.partition(GIVES)[2]


@pytest.mark.parametrize("program", [program for _, program in FOUND])
def test_programs_are_read_as_they_are_written(program: Program) -> None:
    assert written(read(written(program))) == written(program)


@pytest.mark.tensorflow
@pytest.mark.parametrize(("comment", "program"), FOUND, ids=[comment for comment, _ in FOUND])
def test_the_claims_hold_when_run(comment: str, program: Program) -> None:
    check(interpreted(program))
    blind = without_rank(interpreted(program))
    if blind is not None:
        check(blind)


def main() -> None:
    """Write the claims of all programs anew."""
    head = LISTING.read_text().partition("\n\n")[0]
    blocks = [
        f"# {comment.partition(GIVES)[0]}{GIVES}{claim(interpreted(program))}\n{written(program)}"
        for comment, program in FOUND
    ]
    LISTING.write_text("\n\n".join([head, *blocks]) + "\n")


if __name__ == "__main__":
    main()
