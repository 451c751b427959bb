"""What a run hands to its reports: findings with the lines they quote, problems, notices and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lambdalint.findings import Finding, Location, Problem, Related, Severity
from lambdalint.suppress import Notice, Outcome, unused

_LOUDNESS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Quote:
    """The text of a finding's first line, and the row where a comment that suppresses it belongs.

    ``scope`` names the classes and functions around it, outermost first, as in ``Net.build``.
    """

    line: str
    noqa_row: int
    scope: str = ""


Requests = dict[tuple[str, Location], object]
"""By code and place of a finding: the request for the experiment that confirms it, or why there is none."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many layers were followed to their result: of all, and of those whose input has a known rank.

    ``reasons`` counts why the others were not.
    """

    layers: int = 0
    followed: int = 0
    ranked: int = 0
    ranked_followed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, layers: Iterable[tuple[bool, str]]) -> Reach:
        """Count layers by whether the rank of their input is known, and why they were not followed."""
        known = list(layers)
        ranked = [reason for has_rank, reason in known if has_rank]
        why = Counter(reason for _, reason in known if reason)
        return cls(len(known), len(known) - why.total(), len(ranked), ranked.count(""), why)

    def __add__(self, other: Reach) -> Reach:
        return Reach(
            self.layers + other.layers,
            self.followed + other.followed,
            self.ranked + other.ranked,
            self.ranked_followed + other.ranked_followed,
            self.reasons + other.reasons,
        )


@dataclass(frozen=True, slots=True)
class FileResult:
    """What judging one input gave.  ``outcomes`` tell what its suppression comments did."""

    path: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    quotes: dict[Location, Quote] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)
    requests: Requests = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a whole run gave, sorted by file, cell, row, column and code.

    ``paths`` are the files that were looked at, ``reach`` counts the layers in them.  ``requests`` are the
    experiments that confirm findings, where asked for.
    """

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    quotes: dict[Location, Quote] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    reach: Reach = field(default_factory=Reach)
    requests: Requests = field(default_factory=dict)

    @property
    def layers(self) -> int:
        """The number of layers that were looked at."""
        return self.reach.layers

    @property
    def files(self) -> int:
        """How many files were looked at."""
        return len(self.paths)

    def quote(self, finding: Finding) -> Quote:
        """The quote of a finding, with an empty line where the source is not known."""
        return self.quotes.get(finding.location, Quote("", finding.location.row))


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each code and place: the loudest, with the related places of all, sorted."""
    groups: dict[tuple[str, Location], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.location), []).append(finding)
    merged = []
    for group in groups.values():
        loudest = min(group, key=lambda finding: _LOUDNESS[finding.severity])
        related: dict[Location, Related] = {}
        for place in (*loudest.related, *(place for finding in group for place in finding.related)):
            related.setdefault(place.location, place)
        merged.append(replace(loudest, related=tuple(related.values())) if len(group) > 1 else loudest)
    return sorted(merged, key=lambda finding: finding.sort_key)


def gather(results: Sequence[FileResult], problems: Iterable[Problem] = ()) -> RunResult:
    """Join the results of all files, and ``problems`` that belong to none."""
    found = {problem for result in results for problem in result.problems} | set(problems)
    quotes: dict[Location, Quote] = {}
    for result in results:
        quotes.update(result.quotes)
    return RunResult(
        findings=tuple(merge(finding for result in results for finding in result.findings)),
        problems=tuple(sorted(found, key=lambda problem: problem.sort_key)),
        notices=tuple(unused([outcome for result in results for outcome in result.outcomes])),
        quotes=quotes,
        paths=tuple(result.path for result in results),
        reach=sum((result.reach for result in results), Reach()),
        requests={key: request for result in results for key, request in result.requests.items()},
    )
