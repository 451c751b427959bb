"""How experiments end: with a defect that a script reproduces, with nothing found, or without a result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lambdalint.confirm.experiments import repro
from lambdalint.confirm.request import Answer, Inputs
from lambdalint.confirm.worker.session import Session


@dataclass(frozen=True, slots=True)
class Shown:
    """A defect that was seen.

    Attributes:
        witness: one line with the numbers.
        check: statements of the script that show it again, see :func:`repro.script`.
        inputs: the structure of the inputs, ``None`` where the check needs none.
        arrays: the batch.
        details: the witness as data.
    """

    witness: str
    check: str
    inputs: Inputs | None = None
    arrays: list[Any] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


def confirmed(session: Session, shown: Shown) -> Answer:
    """The answer for a defect, once a script of its own has shown it again."""
    text = repro.script(session, shown.witness, shown.inputs, shown.arrays, shown.check)
    if not session.request.replay:
        return Answer("confirmed", witness=shown.witness, details=shown.details, repro=text)
    again = session.fresh(text)
    if again.code == 1 and "the defect shows" in again.output:
        return Answer("confirmed", witness=shown.witness, details=shown.details, repro=text)
    told = again.error or again.output.strip().rpartition("\n")[2] or f"exit code {again.code}"
    return Answer(
        "unconfirmed", f"seen once ({shown.witness}), but a script of its own did not show it: {told}"
    )


def refuted(tried: str) -> Answer:
    """The answer where the defect did not show; ``tried`` says what was run."""
    return Answer("refuted", tried)


def unconfirmed(reason: str) -> Answer:
    """The answer where the experiment came to no result."""
    return Answer("unconfirmed", reason)
