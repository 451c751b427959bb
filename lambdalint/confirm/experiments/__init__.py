"""The experiments, one module per contract: each turns a request into an answer.

``run(request, session)`` is called in the child of a worker with a
:class:`~lambdalint.confirm.worker.session.Session`: the user's program executed (``session.names``, or
``session.failure`` when it raised), ``session.evaluate(request.program.layer)`` and
``session.fresh(script)``.
"""

from __future__ import annotations

from collections.abc import Callable

from lambdalint.confirm.request import Answer, Inputs, Request
from lambdalint.confirm.worker import lacking
from lambdalint.confirm.worker.session import Session

PER_SAMPLE = ("LL101", "LL102", "LL103", "LL104", "LL105", "LL106", "LL107", "LL108")


def run(request: Request, session: Session) -> Answer:
    """Judge the finding of a request by running the layer."""
    from lambdalint.confirm.experiments import stored

    answer = _judged(request, session)
    if lacking.USED:
        answer = Answer("unconfirmed", f"the layer needs {lacking.USED[0]}, which is not installed")
    if answer.status == "unconfirmed" and "settled" not in answer.details:
        answer = stored.run(session) or answer
    return answer


def _judged(request: Request, session: Session) -> Answer:
    from lambdalint.confirm.experiments import calling, equality, statement
    from lambdalint.confirm.experiments.arrays import Unusable
    from lambdalint.confirm.experiments.subject import NotRunnable, Subject

    if "unsliceable" in request.facts:
        return Answer("unconfirmed", request.facts["unsliceable"])
    try:
        if request.program.statement is not None:
            return statement.run(session)
        if request.code in ("LL307", "LL405"):
            return calling.constructed(session, request.candidates)
        if request.code == "LL409":
            return calling.undefined(session, request.candidates)
        if request.code in ("LL701", "LL702", "LL703", "LL704", "LL707"):
            return equality.removed(session, request.candidates)
        experiment = _experiment(request.code)
        if experiment is None:
            style = "a remark about style, which no run can show"
            return Answer("unconfirmed", style if request.code == "LL803" else "no run of the layer shows it")
        return experiment(Subject(session), request.candidates)
    except (NotRunnable, Unusable) as error:
        return Answer("unconfirmed", str(error))


def _experiment(code: str) -> Callable[..., Answer] | None:
    """The experiment for a rule: a function of a subject and inputs to try."""
    from lambdalint.confirm.experiments import (
        calling,
        captured,
        effects,
        equality,
        late,
        noise,
        numerics,
        outputs,
        per_sample,
        saving,
        shape,
        state,
    )

    by_code: dict[str, Callable[..., Answer]] = {
        **dict.fromkeys(PER_SAMPLE, per_sample.run),
        "LL109": noise.run,
        "LL201": shape.missing,
        **dict.fromkeys(("LL202", "LL203", "LL204"), shape.declared),
        "LL205": calling.run,
        **dict.fromkeys(("LL301", "LL302", "LL304", "LL305", "LL306"), saving.run),
        "LL303": late.run,
        **dict.fromkeys(("LL401", "LL402", "LL403", "LL404", "LL408"), calling.run),
        "LL410": outputs.duplicated,
        "LL411": outputs.ignored,
        **dict.fromkeys(("LL501", "LL502"), state.weights),
        "LL506": effects.run,
        "LL510": captured.run,
        **dict.fromkeys(("LL503", "LL504", "LL505"), calling.run),
        "LL507": state.frozen,
        "LL508": state.mask_dropped,
        "LL509": state.gradient_cut,
        **dict.fromkeys(("LL601", "LL603"), numerics.finite_output),
        "LL602": numerics.finite_gradient,
        "LL604": numerics.direction_kept,
        "LL605": numerics.integers,
        "LL706": calling.elsewhere,
        "LL801": equality.replaced,
        "LL802": equality.identity,
    }
    return by_code.get(code)


__all__ = ["Inputs", "run"]
