"""LL303: variables that change after the function is made."""

from __future__ import annotations

from typing import Any

from lambdalint.confirm.experiments.arrays import ROWS, batch, differ, number
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import Subject
from lambdalint.confirm.request import Answer, Inputs

_LATE = """
function = make_function()
before = flat(function(given(arrays)))
cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
for name, value in ({last}).items():
    if name in cells:
        cells[name].cell_contents = value
    else:
        function.__globals__[name] = value
try:
    after = flat(function(given(arrays)))
    defect = any(a.shape != b.shape or not np.allclose(a, b, 1e-4, 1e-6, True) for a, b in zip(before, after))
    print("first value:", before[0].ravel()[:4], "last value:", after[0].ravel()[:4])
except Exception as error:
    defect = True
    print("with the last value:", said(error))
"""


def run(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL303: the function is called, its variables get their last values, and it is called again."""
    last = subject.session.request.facts.get("last")
    if not last:
        return unconfirmed("the values that the variable takes are not known")
    function = subject.function
    if not hasattr(function, "__code__"):
        return unconfirmed("the function is not written in Python")
    try:
        values = subject.session.evaluate(last)
    except Exception as error:
        return unconfirmed(
            f"the values that the variable takes are not known: {subject.session.describe(error)}"
        )
    if all(repr(_bound(function, name)) == repr(value) for name, value in values.items()):
        return unconfirmed("the variable has its last value when the layer is made")
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        given = subject.tensors(inputs, arrays)
        try:
            before = subject.outputs(function(given))
        except Exception as error:
            failed = subject.session.describe(error)
            continue
        _rebind(function, values)
        witness = _late_witness(subject, function, given, before, values)
        if witness is None:
            return refuted(f"the output is the same with {_values(values)}")
        shown = Shown(witness, _LATE.format(last=last), inputs, arrays, {"variables": sorted(values)})
        return confirmed(subject.session, shown)
    return unconfirmed(failed)


def _late_witness(
    subject: Subject, function: Any, given: Any, before: list[Any], values: dict[str, Any]
) -> str | None:
    told = _values(values)
    try:
        after = subject.outputs(function(given))
    except Exception as error:
        return f"once {told}, the same layer fails: {subject.session.describe(error)}"
    for one, other in zip(before, after):
        if one.shape != other.shape:
            return f"the layer gives shape {one.shape} when it is made, and {other.shape} once {told}"
        index = differ(one, other)
        if index is not None:
            numbers = f"{number(one[index])} when it is made, and {number(other[index])}"
            return f"the layer gives {numbers} once {told}"
    return None


def _values(values: dict[str, Any]) -> str:
    return " and ".join(f"`{name}` is {str(value)[:40]}" for name, value in values.items())


def _bound(function: Any, name: str) -> Any:
    """What a variable of a function holds."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    return cells[name].cell_contents if name in cells else function.__globals__.get(name)


def _rebind(function: Any, values: dict[str, Any]) -> None:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    for name, value in values.items():
        if name in cells:
            cells[name].cell_contents = value
        else:
            function.__globals__[name] = value
