"""Findings about a statement of the program: executing it raises the error that the finding foretells."""

from __future__ import annotations

from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.request import Answer
from lambdalint.confirm.worker.session import Session

_FOREIGN = (MemoryError, OSError, KeyboardInterrupt)
_CERTAIN = frozenset({"LL409", "LL412", "LL701", "LL703"})
"""The rules that foretell an exception of Python or Keras, whatever the data."""
_CHECK = """
defect = False
try:
    exec({statement!r}, globals())
except {kind} as error:
    defect = True
    print(type(error).__name__, error)
"""


def run(session: Session) -> Answer:
    """Execute the statement: an exception confirms, none refutes where the error was certain."""
    statement = session.request.program.statement or ""
    if session.failure is not None:
        return unconfirmed(f"the code before it does not run: {session.describe(session.failure)}")
    try:
        session.run(statement)
    except _FOREIGN as error:
        return unconfirmed(session.describe(error))
    except Exception as error:
        kind = type(error).__name__ if type(error).__module__ == "builtins" else "Exception"
        check = _CHECK.format(statement=statement, kind=kind)
        witness = session.describe(error)
        if isinstance(error, ImportError) and error.path:
            witness = witness.replace(f" ({error.path})", "")
        return confirmed(session, Shown(witness, check, details={"exception": kind}))
    told = f"`{statement.splitlines()[-1]}` runs in {session.library}"
    if session.request.code in _CERTAIN:
        return refuted(told)
    return unconfirmed(f"{told}; what it does wrong there is not an exception")
