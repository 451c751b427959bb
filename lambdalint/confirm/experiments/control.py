"""Controls: a failing call shows a defect only where the same call, made valid, does not fail that way.

Three questions are asked of an exception, each where it can be: does it say what the rule foretells, does it
come from the code that the finding marks, and is it gone once that code is mended (``program.controls``).
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np

from lambdalint.confirm.worker.session import Session, hidden, one_line

_ABOUT_SHAPES = (
    r"(?s)^(InvalidArgument|Value|Index|Type)Error.*([Ss]hape|rank|[Dd]imension|axis|axes|range|size)"
)
_ABOUT_SYMBOLS = r"(?i)symbolic|tensor|numpy|tracer|concret|truth value|\bbool\b|proxy"
_FORETOLD = {
    "LL205": _ABOUT_SHAPES,
    **dict.fromkeys(("LL401", "LL402", "LL403"), "no tensor"),
    "LL404": r"^TypeError.*(argument|mapping)",
    "LL407": r"NoneType|AssertionError",
    "LL409": r"^(NameError|UnboundLocalError|AttributeError|ImportError)",
    "LL412": r"[Ll]ayer|Lambda|[Mm]erge|KerasTensor|tensor",
    "LL503": _ABOUT_SYMBOLS,
    "LL504": rf"{_ABOUT_SYMBOLS}|NoneType",
    "LL505": _ABOUT_SYMBOLS,
    "LL701": r"[Mm]erge",
    "LL702": r"^(AttributeError|ImportError|ModuleNotFoundError|NotImplementedError|TypeError)",
    "LL703": r"^(ImportError|ModuleNotFoundError|AttributeError)|nexpected keyword|nrecognized keyword"
    r"|required positional|positional argument",
    "LL704": r"^AttributeError",
    "LL708": r"KerasTensor",
}
"""What the exception says that a rule foretells; another one is about something else."""
_MARKS = frozenset({"LL205", "LL503", "LL504", "LL505", "LL702", "LL704"})
"""The rules that mark the code that fails, not the layer or a call of it."""
_COUNTED = re.compile(r"0x[0-9a-f]+|\d+")


def unrelated(session: Session, error: BaseException) -> str | None:
    """Why an exception does not show the defect that a finding is about; ``None``: it does."""
    if session.request.facts.get("probe"):
        return None
    told = session.describe(error)
    code, text = session.request.code, one_line(hidden(error))
    names = session.request.facts.get("named", ())
    foretold = re.search(_FORETOLD.get(code, ""), text) is not None
    if not foretold or (names and not any(_mentions(text, name) for name in names)):
        return f"fails for another reason: {told}"
    if _elsewhere(session, error):
        return f"fails before the code that is marked: {told}"
    failing = _failing_controls(session)
    if failing and all(same(error, each) for each in failing):
        return f"fails the same way without what the finding is about: {told}"
    return None


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _elsewhere(session: Session, error: BaseException) -> bool:
    """Whether an exception comes from rows of the user's that the finding does not mark.

    Expressions that were written anew for the slice stand for the rows of the layer.
    """
    program = session.request.program
    rows = session.rows(hidden(error))
    if session.request.code not in _MARKS or program.region is None or program.around is None or not rows:
        return False
    return not any(
        file == place and first <= row <= last
        for file, row in rows
        for place, first, last in (program.region, program.around)
    )


def _failing_controls(session: Session) -> list[BaseException]:
    """How the controls of a program fail; none, where there are no controls or one runs."""
    failing: list[BaseException] = []
    session.names["_lambdalint_numbers"] = numbers
    for statement in session.request.program.controls:
        try:
            session.run(statement)
        except Exception as error:
            failing.append(error)
        else:
            return []
    return failing


def same(one: BaseException, other: BaseException) -> bool:
    """Whether two exceptions say the same but for addresses and counted names."""
    said, told = (_COUNTED.sub("#", one_line(hidden(each))) for each in (one, other))
    return said == told


def numbers(value: Any) -> Any:
    """Arrays of ones in place of the symbolic tensors of a value."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(numbers, value))
    if not hasattr(value, "_keras_history"):
        return value
    return np.ones([size or 2 for size in value.shape], str(getattr(value.dtype, "name", value.dtype)))


def binds(function: Any, arguments: dict[str, Any]) -> bool:
    """Whether a function can be called as Keras calls it: on one input, and ``arguments`` by name."""
    try:
        signature = inspect.signature(function)
        by_name = {name: None for name in ("mask", "training") if name in signature.parameters}
        signature.bind(None, **{**by_name, **arguments})
    except TypeError:
        return False
    except ValueError:
        return True
    return True
