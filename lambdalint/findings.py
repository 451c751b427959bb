"""What a run reports: findings, problems and the data they carry.  Everything here is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Severity(str, Enum):
    """How loud a finding is.

    ``error`` crashes or silently computes the wrong thing, ``warning`` hurts later
    (saving, loading, training, porting), ``advice`` could be simpler.
    """

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Contract(Enum):
    """The seven contracts one Lambda layer is judged against; the value is the contract's number."""

    PER_SAMPLE = 1
    OUTPUT_SHAPE = 2
    SAVING = 3
    CALLING = 4
    STATE = 5
    NUMERICS = 6
    MIGRATION = 7

    @property
    def title(self) -> str:
        """The contract in two or three words, as reports print it."""
        return _CONTRACT_TITLES[self.value]


_CONTRACT_TITLES = {
    1: "per-sample",
    2: "output shape",
    3: "saving",
    4: "calling",
    5: "state",
    6: "numerics",
    7: "migration and simplicity",
}


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A range in one file.

    Rows and columns are 1-based and count characters; the end is exclusive, as in ruff.
    In a notebook ``cell`` is the 1-based number of the cell and rows count within the cell;
    in a script it is ``None``.
    """

    filename: str
    row: int
    column: int
    end_row: int
    end_column: int
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.filename}:{cell}{self.row}:{self.column}"

    def within(self, other: Location) -> bool:
        """Whether the range lies in ``other``, or is the same."""
        return (
            (self.filename, self.cell) == (other.filename, other.cell)
            and (other.row, other.column) <= (self.row, self.column)
            and (self.end_row, self.end_column) <= (other.end_row, other.end_column)
        )


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that belongs to a finding, such as the Lambda call for a fault inside a ``def``."""

    location: Location
    message: str


class Applicability(str, Enum):
    """Whether a fix may be applied unseen (``safe``), on request (``unsafe``) or only shown (``display``)."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at ``location`` by ``content``."""

    location: Location
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Text edits that mend a finding, with what they do in a few words."""

    message: str
    applicability: Applicability
    edits: tuple[Edit, ...] = ()


class Status(str, Enum):
    """The outcome of running the layer; see :class:`Verdict`."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What confirmation found: a status, why, and the witness that shows the defect.

    ``details`` is the witness as data: batch size, index, the numbers that differ, shapes, the exception.
    """

    status: Status
    reason: str = ""
    witness: str = ""
    details: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken contract at one place.

    ``message`` says cause, consequence and what to do.  ``note`` is the few words printed next to
    the caret, such as ``(B, 2, 2) -> (2, 2)``.  ``dialect`` is the Keras generation the message
    speaks of, or ``""`` where all agree.
    """

    code: str
    name: str
    severity: Severity
    contract: Contract
    message: str
    location: Location
    note: str = ""
    dialect: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    verdict: Verdict | None = None

    @property
    def counts(self) -> bool:
        """Whether it counts for the exit code; one that an experiment refuted does not."""
        return self.verdict is None or self.verdict.status is not Status.REFUTED

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str]:
        """Order of reports: file, cell, row, column, code."""
        at = self.location
        return (at.filename, at.cell or 0, at.row, at.column, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that kept the tool from judging (part of) an input: the run ends with exit code 2.

    ``detail`` (a traceback, say) is printed only with ``--verbose``.
    """

    filename: str
    message: str
    row: int | None = None
    column: int | None = None
    cell: int | None = None
    detail: str = ""

    def __str__(self) -> str:
        where = self.filename
        if self.cell is not None:
            where += f":cell {self.cell}"
        if self.row is not None:
            where += f":{self.row}"
            if self.column is not None:
                where += f":{self.column}"
        return f"{where}: {self.message}"

    @property
    def sort_key(self) -> tuple[str, int, int, int, str]:
        """Order of reports: file, cell, row, column, message."""
        return (self.filename, self.cell or 0, self.row or 0, self.column or 0, self.message)
