"""The experiment: every operator on every subject, and whether the linter finds the defect."""

from __future__ import annotations

import ast
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lambdalint.engine import Plan, judge
from lambdalint.registry import load_rules
from lambdalint.settings import Settings

from . import seeding_calls, seeding_samples, seeding_state
from .corpus import Subject, lambda_calls, runs_of
from .little_keras import Run
from .operators import OPERATORS, Meaning, Operator
from .site import Site, Unfit

SEEDERS = (seeding_samples, seeding_calls, seeding_state)
"""The modules that register operators."""


@dataclass(frozen=True)
class Mutant:
    """A script with one defect."""

    operator: Operator
    subject: Subject
    source: str


@dataclass
class Row:
    """What became of one operator: the mutants made, those found, and those left."""

    operator: Operator
    made: int = 0
    equivalent: int = 0
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def found(self) -> int:
        """The number of mutants of which an expected code speaks."""
        return self.made - len(self.survivors)


def codes_of(source: str) -> Counter[str]:
    """How often each rule speaks of a script; every rule is on.

    Raises:
        RuntimeError: the script cannot be judged.
    """
    return Counter(code for code, _ in findings_of(source))


@cache
def findings_of(source: str) -> tuple[tuple[str, int], ...]:
    """The codes of a script's findings, with their rows."""
    known = load_rules().rules
    plan = Plan.make(known, known)
    result = judge("mutant.py", Settings(root=str(Path()), codes=frozenset(known)), plan, source.encode())
    if result.problems:
        raise RuntimeError(f"{result.problems[0]}\n{result.problems[0].detail}\n{source}")
    return tuple((finding.code, finding.location.row) for finding in result.findings)


def mutate(operator: Operator, subject: Subject) -> Mutant | None:
    """The mutant of a subject, where the operator has something to change there."""
    site = Site(subject)
    try:
        operator.edit(site)
    except Unfit:
        return None
    source = site.source
    return None if source == ast.unparse(ast.parse(subject.source)) else Mutant(operator, subject, source)


def is_defect(mutant: Mutant) -> bool:
    """Whether a mutant does what its operator means to do; told by running it, not by the linter."""
    meaning = mutant.operator.meaning
    if meaning is Meaning.BY_CONSTRUCTION:
        return True
    runs = _runs_of_the_mutant(mutant)
    if meaning is Meaning.BROKEN:
        return any(run.error is not None for run in runs)
    if meaning is Meaning.MIXED:
        return any(run.error is not None or not run.per_sample for run in runs)
    if meaning is Meaning.SLOPE:
        return any(run.moves for run in runs)
    return any(run.result is not None for run in runs)


def _runs_of_the_mutant(mutant: Mutant) -> list[Run]:
    before = len(lambda_calls(ast.parse(mutant.subject.source)))
    after = len(lambda_calls(ast.parse(mutant.source)))
    return runs_of(mutant.source, mutant.subject.number) if before == after else []


def is_found(mutant: Mutant) -> bool:
    """Whether one of the expected codes speaks of the mutant, and did not of the subject."""
    before, after = codes_of(mutant.subject.source), codes_of(mutant.source)
    return any(after[code] > before[code] for code in mutant.operator.codes)


def speaks_already(operator: Operator, subject: Subject) -> bool:
    """Whether an expected code speaks of the subject's own statement as it is."""
    return any(code in operator.codes and row in subject.rows for code, row in findings_of(subject.source))


def run(subjects: Iterable[Subject], most: int, operators: Iterable[Operator] = OPERATORS) -> list[Row]:
    """Try each operator on at most ``most`` subjects that it fits, spread over the corpus."""
    correct = [subject for subject in subjects if subject.fit]
    rows = []
    for operator in operators:
        row = Row(operator)
        for subject in _spread(correct, operator.name):
            if row.made >= most:
                break
            mutant = mutate(operator, subject)
            if mutant is None or speaks_already(operator, subject):
                continue
            if not is_defect(mutant):
                row.equivalent += 1
                continue
            row.made += 1
            if not is_found(mutant):
                row.survivors.append(mutant)
        rows.append(row)
    return rows


def _spread(subjects: list[Subject], salt: str) -> list[Subject]:
    """The subjects in an order that is another for each operator and the same in each run."""
    return sorted(subjects, key=lambda subject: zlib.crc32(f"{salt} {subject.origin}".encode()))


def table(rows: Iterable[Row]) -> str:
    """The experiment as text, one line for each operator."""
    lines = [f"{'operator':48} {'codes':24} {'made':>5} {'found':>6} {'equivalent':>11}"]
    total = found = 0
    for row in rows:
        codes = " ".join(sorted(row.operator.codes))
        lines.append(
            f"{row.operator.name:48} {codes[:24]:24} {row.made:5} {row.found:6} {row.equivalent:11}"
            + ("  <" if row.survivors else "")
        )
        total += row.made
        found += row.found
    share = found / total if total else 0.0
    return "\n".join([*lines, f"{found} of {total} mutants found: {share:.1%}"])
