"""The experiments, one module per contract: each turns a request into an answer.

``run(request, session)`` is called in the child of a worker with a
:class:`~lambdalint.confirm.worker.session.Session`: the user's program executed (``session.names``, or
``session.failure`` when it raised), ``session.evaluate(request.program.layer)`` and
``session.fresh(script)``.
"""

from __future__ import annotations

from lambdalint.confirm.request import Answer, Request
from lambdalint.confirm.worker.session import Session


def run(request: Request, session: Session) -> Answer:
    """Judge the finding of a request by running the layer."""
    if session.failure is not None:
        return Answer("unconfirmed", f"the code does not run: {session.describe(session.failure)}")
    return Answer("unconfirmed", f"{request.code} has no experiment")
