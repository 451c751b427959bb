"""The experiments, one module per contract: each turns a request into an answer.

``run(request, session)`` is called in the child of a worker with a
:class:`~lambdalint.confirm.worker.session.Session`: the user's program executed (``session.names``, or
``session.failure`` when it raised), ``session.evaluate(request.program.layer)`` and
``session.fresh(script)``.
"""
