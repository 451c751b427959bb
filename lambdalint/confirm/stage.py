"""The last stage of a run with ``--confirm``: has the experiments made and gives findings their verdicts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from lambdalint.atomic import write_atomically
from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Answer, Request
from lambdalint.findings import Finding, Severity, Status, Verdict
from lambdalint.results import RunResult
from lambdalint.settings import Settings

_MOST_ASSUMED = 3
_MOST_JOBS = 4
"""Experiments at a time that pay off: one server starts and ends them all."""
_ON_PURPOSE = "# lambdalint: ignore-file  It shows a defect on purpose."
"""The first line of scripts that are written: the next run over their folder leaves them alone."""
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
    answers: dict[Finding, list[Answer]] = {}
    protections: tuple[str, ...] = ()
    if asked:
        jobs = settings.jobs or min(os.cpu_count() or 1, _MOST_JOBS)
        with Driver(
            python=options.python, jobs=jobs, cache=settings.cache_dir, project=os.getcwd()
        ) as driver:
            answers = dict(zip(asked, answers_to(driver, list(asked.values()), progress)))
            protections = tuple(driver.protections)
    judged: list[Finding] = []
    scripts: list[tuple[Finding, str]] = []
    for finding in result.findings:
        script = ""
        if finding in asked:
            verdict, script = _verdict(asked[finding], answers[finding])
        else:
            verdict = Verdict(Status.UNCONFIRMED, str(_request_of(result, finding)))
        judged.append(_judged(finding, verdict))
        if script:
            scripts.append((judged[-1], script))
    return Confirmed(replace(result, findings=tuple(judged)), tuple(scripts), protections)


def _request_of(result: RunResult, finding: Finding) -> Request | str:
    request = result.requests.get((finding.code, finding.location), NO_LAYER)
    return request if isinstance(request, Request) else str(request)


def _judged(finding: Finding, verdict: Verdict) -> Finding:
    if verdict.status is Status.REFUTED:
        return replace(finding, verdict=verdict, severity=Severity.ADVICE)
    return replace(finding, verdict=verdict)


def answers_to(
    driver: Driver, requests: Sequence[Request], progress: Callable[[int, int], None] | None = None
) -> list[list[Answer]]:
    """The answers for each finding: that to its request, and to those with other stand-ins if they matter.

    Where the first one shows the defect, it is reported, and the others only have to show it too.
    """
    total = sum(1 + len(each.others) for each in requests)
    found = [[each] for each in driver.answers(requests, _part(progress, 0, total))]
    waiting = [
        (several, replace(other, replay=several[0].status != "confirmed"))
        for request, several in zip(requests, found)
        if _assumed(request) and "independent" not in several[0].details
        for other in request.others
    ]
    if waiting:
        others = driver.answers([each for _, each in waiting], _part(progress, total - len(waiting), total))
        for (several, _), answer in zip(waiting, others):
            several.append(answer)
    elif progress is not None:
        progress(total, total)
    return found


def _part(
    progress: Callable[[int, int], None] | None, before: int, total: int
) -> Callable[[int, int], None] | None:
    """What tells the progress of one part of ``total`` experiments, ``before`` of which are done."""
    if progress is None:
        return None
    told = progress
    return lambda done, _: told(before + done, total)


def _verdict(request: Request, answers: Sequence[Answer]) -> tuple[Verdict, str]:
    """What the answers say of a finding, one for each set of stand-ins, and the script that shows it.

    A verdict must not depend on values that were made up.  So a variable whose value is not known is given
    several: what shows with one must not be refuted with another, and a failing call must fail with each, for
    any value may be one that the code was not written for.  Under assumptions nothing is refuted.
    """
    requests = (request, *request.others)
    shown = [i for i, each in enumerate(answers) if each.status == "confirmed"]
    refuted = [i for i, each in enumerate(answers) if each.status == "refuted"]
    first = shown[0] if shown else refuted[0] if refuted else 0
    answer = answers[first]
    assumed = _assumed(requests[first])
    if not assumed or "independent" in answer.details:
        return Verdict(Status(answer.status), answer.reason, answer.witness, _shown(answer)), answer.repro
    value = "its value is" if len(requests[first].facts["assumed"]) == 1 else "their values are"
    reason = f"with {assumed}, as {value} not known"
    if not shown:
        return Verdict(Status.UNCONFIRMED, f"{reason}: {answer.reason}"), ""
    against = refuted or [i for i in range(len(answers)) if "exception" in answer.details and i not in shown]
    if against:
        other = f"with {_assumed(requests[against[0]])} it does not show: {answers[against[0]].reason}"
        return Verdict(Status.UNCONFIRMED, f"{reason}: {answer.witness}; {other}"), ""
    return Verdict(Status.CONFIRMED, reason, answer.witness, _shown(answer)), answer.repro


def _shown(answer: Answer) -> dict[str, Any]:
    """The data of a witness; numbers that JSON does not have as text."""
    return {
        word: str(value) if isinstance(value, float) and not isfinite(value) else value
        for word, value in answer.details.items()
        if word not in ("independent", "settled")
    }


def _assumed(request: Request) -> str:
    """The stand-ins of a request, as text."""
    assumed = request.facts.get("assumed", {})
    shown = [f"{name}={_plain(text)}" for name, text in list(assumed.items())[:_MOST_ASSUMED]]
    return ", ".join(shown) + (", …" if len(assumed) > len(shown) else "")


def _plain(text: str) -> str:
    """A stand-in as one would write it."""
    text = re.sub(r"__import__\('(\w+)'\)\.", "", text.replace("_lambdalint_keras.", ""))
    return re.sub(r"^type\('Settings', .* else (.*)\}\)\(\)$", r"{…: \1}", text)


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
        text = f"{_ON_PURPOSE}\n{script}"
        write_atomically(os.path.join(folder, names[-1]), text.encode("utf-8", "backslashreplace"))
    return names
