"""The last stage of a run with ``--confirm``: has the experiments made and gives findings their verdicts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from lambdalint.atomic import write_atomically
from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Answer, Request
from lambdalint.findings import Finding, Severity, Status, Verdict
from lambdalint.results import RunResult
from lambdalint.settings import Settings

_MOST_ASSUMED = 3
NO_LAYER = "the finding is not about one layer that could be run"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A run whose findings have verdicts, and what went on meanwhile.

    ``repros`` are stand-alone scripts by the finding that they show; ``protections`` name what kept the
    experiments from doing harm.
    """

    result: RunResult
    repros: tuple[tuple[Finding, str], ...] = ()
    protections: tuple[str, ...] = ()


def confirm(
    result: RunResult, settings: Settings, progress: Callable[[int, int], None] | None = None
) -> Confirmed:
    """Run the experiment of each finding.

    Refuted findings become advice, which does not count for the exit code.

    Raises:
        Unavailable: there is no interpreter, or no Keras in it, to run experiments with.
    """
    options = settings.confirming
    assert options is not None
    asked = {
        finding: request
        for finding in result.findings
        if isinstance(request := _request_of(result, finding), Request)
    }
    answers: dict[Finding, Answer] = {}
    protections: tuple[str, ...] = ()
    if asked:
        jobs = settings.jobs or 1
        with Driver(
            python=options.python, jobs=jobs, cache=settings.cache_dir, project=os.getcwd()
        ) as driver:
            answers = dict(zip(asked, driver.answers(list(asked.values()), progress), strict=True))
            protections = tuple(driver.protections)
    judged = {each: _judged(each, answers.get(each), result) for each in result.findings}
    scripts = tuple((judged[each], a.repro) for each, a in answers.items() if a.repro)
    return Confirmed(replace(result, findings=tuple(judged.values())), scripts, protections)


def _request_of(result: RunResult, finding: Finding) -> Request | str:
    request = result.requests.get((finding.code, finding.location), NO_LAYER)
    return request if isinstance(request, Request) else str(request)


def _judged(finding: Finding, answer: Answer | None, result: RunResult) -> Finding:
    if answer is None:
        reason = _request_of(result, finding)
        return replace(finding, verdict=Verdict(Status.UNCONFIRMED, str(reason)))
    verdict = _verdict(answer, _request_of(result, finding))
    if verdict.status is Status.REFUTED:
        return replace(finding, verdict=verdict, severity=Severity.ADVICE)
    return replace(finding, verdict=verdict)


def _verdict(answer: Answer, request: Request | str) -> Verdict:
    """What an answer says of the finding; under assumptions it cannot refute it."""
    assumed = request.facts.get("assumed", {}) if isinstance(request, Request) else {}
    if not assumed or answer.details.get("alone"):
        return Verdict(Status(answer.status), answer.reason, answer.witness)
    shown = list(assumed.items())[:_MOST_ASSUMED]
    names = ", ".join(f"{name}={text}" for name, text in shown) + (", …" if len(assumed) > len(shown) else "")
    status, reason = Status(answer.status), f"with {names}, which nothing in view gives"
    if status is Status.CONFIRMED:
        return Verdict(status, reason, answer.witness)
    return Verdict(Status.UNCONFIRMED, f"{reason}: {answer.reason}", answer.witness)


def is_confirmed(finding: Finding) -> bool:
    """Whether the experiment showed the defect."""
    return finding.verdict is not None and finding.verdict.status is Status.CONFIRMED


def write_repros(confirmed: Confirmed, folder: str) -> list[str]:
    """Write one script for each confirmed finding into ``folder``; returns their names.

    Raises:
        OSError: the folder or a file cannot be written.
    """
    os.makedirs(folder, exist_ok=True)
    names: list[str] = []
    for finding, script in confirmed.repros:
        at = finding.location
        stem = re.sub(r"\W+", "_", os.path.splitext(os.path.basename(at.filename))[0]).strip("_") or "code"
        cell = "" if at.cell is None else f"_cell{at.cell}"
        name = f"{finding.code}_{stem}{cell}_{at.row}"
        while f"{name}.py" in names:
            name += "_"
        names.append(f"{name}.py")
        write_atomically(os.path.join(folder, names[-1]), script.encode("utf-8", "backslashreplace"))
    return names
