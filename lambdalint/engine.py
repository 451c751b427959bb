"""The way of one file: read, parse, analyse, judge, suppress; and of many: in order, one after the other.

Every stage and every (rule, layer) call is guarded: what crashes becomes one Problem and hides
nothing else.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lambdalint.findings import Finding, Location, Problem, Related
from lambdalint.results import FileResult, Quote, Reach, Requests, RunResult, gather, merge
from lambdalint.suppress import Outcome, apply

if TYPE_CHECKING:
    from lambdalint.cache import Cache
    from lambdalint.interp.facts import FileFacts, LayerFacts
    from lambdalint.rule import Anchor, Report, Rule
    from lambdalint.settings import Settings
    from lambdalint.sources.unit import SourceUnit
    from lambdalint.syntax.project import Project

_Subject = TypeVar("_Subject")
Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""

_CALLER = "the layer this is about"


@dataclass(frozen=True, slots=True)
class Stdin:
    """Text that came over standard input, and the name it is judged and reported under."""

    filename: str
    data: bytes


_Ruled = tuple[tuple["Rule", ...], Mapping[str, "Rule"]]


@dataclass(frozen=True)
class Plan:
    """The rules of a run, its project and its cache.

    ``ruled`` gives the rules that are on, those that others yield to first, and all known rules by
    code: it is asked for the first file that is judged, which takes none where all results are known.
    """

    ruled: Callable[[], _Ruled]
    root: str = "."
    cache: Cache | None = None

    @cached_property
    def _ruled(self) -> _Ruled:
        return self.ruled()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are on, in the order in which they speak."""
        return self._ruled[0]

    @property
    def known(self) -> Mapping[str, Rule]:
        """All known rules by code."""
        return self._ruled[1]

    @cached_property
    def project(self) -> Project:
        """The modules around the judged files, remembered from file to file."""
        from lambdalint.syntax.project import Project

        return Project(self.root)

    @classmethod
    def of(cls, settings: Settings) -> Plan:
        """The plan of a run, in this process or in another one that has part in it."""
        from lambdalint.cache import Cache, fingerprint
        from lambdalint.registry import load_rules, rule_packages

        root = str(settings.root)
        if settings.cache_dir is None or settings.confirming is not None:
            return cls.make(load_rules().rules, settings.codes, root)
        cache = Cache.of(settings, fingerprint(rule_packages()))
        return cls(lambda: _in_order(load_rules().rules, settings.codes), root, cache)

    @classmethod
    def make(cls, known: Mapping[str, Rule], codes: Iterable[str], root: str = ".") -> Plan:
        """A plan of rules that are loaded, without a cache."""
        ruled = _in_order(known, codes)
        return cls(lambda: ruled, root)


def _in_order(known: Mapping[str, Rule], codes: Iterable[str]) -> _Ruled:
    """Order the rules that are on; rules that yield to each other in a circle stand by code."""
    chosen = {code: known[code] for code in sorted(codes) if code in known}
    before = {code: [c for c in rule.yields_to if c in chosen] for code, rule in chosen.items()}
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError:
        order = sorted(chosen)
    return tuple(chosen[code] for code in order), known


def run(
    paths: Sequence[str],
    settings: Settings,
    *,
    stdin: Stdin | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Judge all files under ``paths``.

    Args:
        paths: files, folders or globs; ``-`` stands for ``stdin``.
        settings: the rules and options.
        stdin: what ``-`` means.
        progress: told after each file.

    Raises:
        RegistryError: the built-in rules are not installed.
    """
    from lambdalint.pool import judge_all
    from lambdalint.registry import load_rules, loaded_rules
    from lambdalint.sources.discover import is_excluded

    plan = Plan.of(settings)
    problems: list[Problem] = []
    files = _files([path for path in paths if path != "-"], settings, problems)
    if stdin is not None and settings.force_exclude:
        if is_excluded(stdin.filename, settings.exclude, Path(settings.root)):
            stdin = None
    results = [judge(stdin.filename, settings, plan, stdin.data)] if stdin is not None else []
    results += judge_all(files, settings, plan, progress)
    registry = load_rules() if plan.cache is None else loaded_rules()
    if registry is not None:
        problems += registry.problems
        if plan.cache is not None and not registry.problems:
            plan.cache.keep_rules(registry.rules.values())
    return gather(results, problems)


def _files(paths: Sequence[str], settings: Settings, problems: list[Problem]) -> list[str]:
    """The files under some paths, each once; what goes wrong is added to ``problems``."""
    from lambdalint.sources.discover import discover

    files: dict[str, None] = {}
    with _guard(problems, "<paths>", "looking for files"):
        for item in discover(
            paths,
            exclude=settings.exclude,
            force_exclude=settings.force_exclude,
            respect_gitignore=settings.respect_gitignore,
            root=Path(settings.root),
        ):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                files[item] = None
    return list(files)


def judge(path: str, settings: Settings, plan: Plan, data: bytes | None = None) -> FileResult:
    """Judge one file, or ``data`` under the name ``path``.  Never raises: what fails is a Problem."""
    problems: list[Problem] = []
    given: bytes | Problem | None = data
    most = settings.max_bytes
    with _guard(problems, path, "reading this file"):
        from lambdalint.sources.read import content, is_of_interest

        if given is None:
            given = content(path, most)
        if isinstance(given, bytes) and len(given) <= most and not is_of_interest(given):
            return FileResult(path)
    if not isinstance(given, bytes):
        return FileResult(path, problems=(*problems, *([given] if given is not None else ())))
    cache = plan.cache if data is None else None
    if cache is None:
        return _judge(path, given, settings, plan)
    known = cache.get(path, given, plan.project)
    if known is None:
        with plan.project.asked.recording() as queries:
            known = _judge(path, given, settings, plan)
        cache.put(path, given, plan.project, queries, known)
    return known


def _judge(path: str, data: bytes, settings: Settings, plan: Plan) -> FileResult:
    problems: list[Problem] = []
    unit = None
    with _guard(problems, path, "reading this file"):
        from lambdalint.sources.read import read

        unit = read(path, data, max_bytes=settings.max_bytes)
    if isinstance(unit, Problem):
        problems.append(unit)
    if unit is None or isinstance(unit, Problem):
        return FileResult(path, problems=tuple(problems))
    facts = _facts(unit, settings, plan, problems)
    if facts is None:
        return _finish(unit, [], settings, plan, FileResult(path, problems=tuple(problems)))
    asked: Requests = {}
    placed = _apply_rules(facts, plan, problems, _asker(settings, asked))
    reach = Reach.of(facts.followed)
    with _guard(problems, path, "letting go of this file"):
        facts.release()
    result = FileResult(path, problems=tuple(problems), reach=reach, requests=asked)
    return _finish(facts.unit, placed, settings, plan, result)


class _Names:
    """Sources under the names that reports use: another module is named in the manner of the file itself."""

    def __init__(self, main: SourceUnit) -> None:
        self._main = main
        self._renamed: dict[int, SourceUnit] = {id(main): main}

    def of(self, unit: SourceUnit) -> SourceUnit:
        """The same source, renamed if the project found it by a path that the user did not write."""
        if id(unit) not in self._renamed:
            self._renamed[id(unit)] = self._rename(unit)
        return self._renamed[id(unit)]

    def _rename(self, unit: SourceUnit) -> SourceUnit:
        path = os.path.abspath(unit.path)
        if path == os.path.abspath(self._main.path):
            return self._main
        if not os.path.isabs(self._main.path):
            here = os.path.join(os.getcwd(), "")
            path = path.removeprefix(here)
        return unit if path == unit.path else replace(unit, path=path)


@contextmanager
def _guard(problems: list[Problem], at: str | Anchor, doing: str) -> Iterator[None]:
    """Turn what crashes inside into a Problem at a file or a node."""
    try:
        yield
    except Exception as error:
        problems.append(_internal(error, at, doing))


def _internal(error: Exception, at: str | Anchor, doing: str) -> Problem:
    """An internal error as a Problem at a file or a node."""
    detail = "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=-20))
    message = f"internal error while {doing}: {type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, MemoryError):
        message = f"there is not enough memory for {doing}"
    if isinstance(at, str):
        return Problem(at, message, detail=detail)
    place = at.unit.location(at.row, 1, at.row, 1)
    return Problem(place.filename, message, row=place.row, cell=place.cell, detail=detail)


def _facts(unit: SourceUnit, settings: Settings, plan: Plan, problems: list[Problem]) -> FileFacts | None:
    with _guard(problems, unit.path, "parsing this file"):
        from lambdalint.syntax.parse import parse

        parsed = parse(unit)
        problems.extend(parsed.problems)
        with _guard(problems, unit.path, "analysing this file"):
            from lambdalint.interp.analyse import analyse

            facts = analyse(parsed, target=settings.target, project=plan.project)
            problems.extend(_internal(f.error, f.at, "analysing this code") for f in facts.failures)
            return facts
    return None


_Placed = tuple[Finding, "SourceUnit"]


_Ask = Callable[["Rule", "Report", Finding, "LayerFacts | FileFacts"], None]


def _asker(settings: Settings, asked: Requests) -> _Ask | None:
    """What prepares the experiment for a finding at a layer; ``None`` where nothing is to be confirmed."""
    confirming = settings.confirming
    if confirming is None:
        return None

    def ask(rule: Rule, report: Report, finding: Finding, subject: LayerFacts | FileFacts) -> None:
        from lambdalint.confirm.plan import request

        key = (finding.code, finding.location)
        if not isinstance(asked.get(key, ""), str):
            return
        try:
            asked[key] = request(rule, report, finding, subject, confirming)
        except Exception as error:
            asked[key] = f"internal error while preparing the experiment: {type(error).__name__}: {error}"

    return ask


def _apply_rules(facts: FileFacts, plan: Plan, problems: list[Problem], ask: _Ask | None) -> list[_Placed]:
    """Run each rule on each layer, then on the file; a rule is silent where one it yields to spoke."""
    placed: list[_Placed] = []
    names = _Names(facts.unit)
    for layer in facts.layers:
        spoke: set[str] = set()
        for rule in plan.rules:
            if rule.check_layer is not None:
                found = _check(rule, rule.check_layer, layer, problems, layer.at, layer.dialect, names, ask)
                if found:
                    if spoke.isdisjoint(rule.yields_to):
                        placed += found
                    spoke.add(rule.code)
    for rule in plan.rules:
        if rule.check_file is not None:
            named = [finding.location for finding, _ in placed if finding.code in rule.yields_to]
            found = _check(
                rule, rule.check_file, facts, problems, facts.unit.path, facts.dialect.name, names, ask
            )
            placed += [each for each in found if not any(each[0].location.within(one) for one in named)]
    return placed


def _check(
    rule: Rule,
    check: Callable[[_Subject], Iterable[Report]],
    subject: _Subject,
    problems: list[Problem],
    at: Anchor | str,
    dialect: str,
    names: _Names,
    ask: Callable[[Rule, Report, Finding, _Subject], None] | None = None,
) -> list[_Placed]:
    """The findings of one rule on one layer or file, up to the point where the rule crashes, if it does."""
    placed: list[_Placed] = []
    call = None if isinstance(at, str) else at
    try:
        for report in check(subject):
            finding = _finding(rule, report, call, dialect, names)
            placed.append((finding, names.of(report.at.unit)))
            if ask is not None:
                ask(rule, report, finding, subject)
    except Exception as error:
        problems.append(_internal(error, at, f"applying the rule {rule.code} {rule.name}"))
    return placed


def _finding(rule: Rule, report: Report, call: Anchor | None, dialect: str, names: _Names) -> Finding:
    from lambdalint.syntax.positions import locate

    location = locate(names.of(report.at.unit), report.at.node)
    related = [Related(locate(names.of(at.unit), at.node), message) for at, message in report.related]
    if call is not None:
        caller = locate(names.of(call.unit), call.node)
        if not location.within(caller) and all(place.location != caller for place in related):
            related.append(Related(caller, _CALLER))
    speaks_of = dialect if report.dialect is None else report.dialect
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=report.severity or rule.severity,
        contract=rule.contract,
        message=report.message,
        location=location,
        note=report.note,
        dialect="" if speaks_of == "unknown" else speaks_of,
        related=tuple(related),
        fix=report.fix,
    )


def _finish(
    unit: SourceUnit, placed: list[_Placed], settings: Settings, plan: Plan, result: FileResult
) -> FileResult:
    """Apply per-file ignores and suppression comments, in the file itself and in those it reaches."""
    units = {unit.path: unit} | {other.path: other for _, other in placed}
    findings: list[Finding] = []
    outcomes: list[Outcome] = []
    quotes: dict[Location, Quote] = {}
    problems = list(result.problems)
    for path, source in units.items():
        off = settings.ignored_in(path)
        here = merge(f for f, other in placed if other.path == path and f.code not in off)
        outcome = Outcome(tuple(here), noqa_rows=tuple(finding.location.row for finding in here))
        judged = settings.codes - off if source is unit and not problems else frozenset()
        with _guard(problems, path, "reading its suppression comments"):
            outcome = apply(source, here, plan.known, judged)
        findings += outcome.kept
        for finding, noqa_row in zip(outcome.kept, outcome.noqa_rows):
            row = source.row_of(finding.location)
            line = source.lines[row - 1] if row <= len(source.lines) else ""
            quotes[finding.location] = Quote(line, noqa_row, source.scope_at(row))
        outcomes.append(replace(outcome, kept=(), noqa_rows=()))
    return replace(
        result,
        findings=tuple(findings),
        problems=tuple(problems),
        outcomes=tuple(outcomes),
        quotes=quotes,
    )
