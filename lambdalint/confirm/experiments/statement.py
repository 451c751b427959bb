"""Findings about a statement of the program: executing it raises the error that the finding foretells."""

from __future__ import annotations

import ast
import re

import numpy as np

from lambdalint.confirm.experiments import control
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.request import Answer
from lambdalint.confirm.worker.session import Session

_FOREIGN = (MemoryError, OSError, KeyboardInterrupt)
_CERTAIN = frozenset({"LL409", "LL412", "LL701", "LL703"})
"""The rules that foretell an exception of Python or Keras, whatever the data."""
_STAND_INS = re.compile(r"(?<='): None(?=[,}])")
"""Values that stand in for those of the code, in the messages of Keras."""
_CHECK = """
defect = False
try:
    exec({statement!r}, globals())
except {kind} as error:
    defect = True
    print(said(error))
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
        other = control.unrelated(session, error)
        if other is not None:
            return unconfirmed(other)
        kind = type(error).__name__ if type(error).__module__ == "builtins" else "Exception"
        check = _CHECK.format(statement=statement, kind=kind)
        witness = _STAND_INS.sub(": …", session.describe(error))
        if isinstance(error, AssertionError):
            witness = f"{_added(session)} gives None"
        if isinstance(error, ImportError) and error.path:
            witness = witness.replace(f" ({error.path})", "")
        shown = Shown(witness, check, details={"exception": kind})
        return _mixed(session, shown) if session.request.code == "LL705" else confirmed(session, shown)
    if session.request.code == "LL406":
        return _second_input(session, statement)
    if session.request.code == "LL705" and (lost := _lost(session, statement)) is not None:
        return lost
    if session.request.code == "LL703" and (strides := _strides(session, statement)) is not None:
        return strides
    text = session.request.facts.get("statement", statement).splitlines()[-1]
    told = f"`{text}` runs in {session.package}"
    if session.request.code in _CERTAIN:
        return refuted(told)
    return unconfirmed(f"{told}; what it does wrong there is not an exception")


def _added(session: Session) -> str:
    """LL407: the call of ``add``, without the layer that it is tried on."""
    statement = ast.parse(session.request.facts["statement"]).body[-1]
    call = next(each for each in ast.walk(statement) if isinstance(each, ast.Call))
    return f"`{ast.unparse(call.func)}(...)`"


_ONE = """
from lambdalint.confirm.worker.one_keras import one_keras

one_keras()
"""


def _mixed(session: Session, shown: Shown) -> Answer:
    """LL705: with one Keras in place of both the program runs; it is the mixture that fails."""
    answer = confirmed(session, shown)
    if answer.status != "confirmed":
        return answer
    alone = session.fresh(_ONE + answer.repro)
    if alone.code != 0:
        return unconfirmed(f"fails with Keras 3 alone as well: {shown.witness}")
    return answer


_LOST = """
layer, made = {layer}, {call}
print(type(layer), "gives", type(made))
defect = type(layer).__module__.partition(".")[0] != type(made).__module__.partition(".")[0]
"""


def _lost(session: Session, statement: str) -> Answer | None:
    """LL705: what the layer of one Keras gives belongs to another, which does not know the layer."""
    call = getattr(ast.parse(statement).body[-1], "value", None)
    if not isinstance(call, ast.Call):
        return None
    texts = {"layer": ast.unparse(call.func), "call": ast.unparse(call)}
    layer, made = (session.evaluate(each) for each in texts.values())
    own, other = (type(each).__module__.partition(".")[0] for each in (layer, made))
    if own == other or not hasattr(made, "_keras_history"):
        return None
    witness = f"`{texts['call']}`, a layer of {own}, gives a tensor of {other}, which knows no such layer"
    return _mixed(session, Shown(witness, _LOST.format(**texts)))


_STRIDES = """
made = {call}
print("kernel_size", made.kernel_size, "strides", made.strides)
defect = set(made.strides) != {{1}} or tuple(made.kernel_size) != {sizes}
"""


def _strides(session: Session, statement: str) -> Answer | None:
    """LL703: the second size of the kernel, given by position, is taken for the stride."""
    written = ast.parse(session.request.facts.get("statement", statement)).body[-1]
    call = written.value if isinstance(written, ast.Expr) else None
    if not isinstance(call, ast.Call) or len(call.args) < 3:
        return None
    text = ast.unparse(ast.parse(statement).body[-1])
    made = session.evaluate(text)
    strides, kernel = getattr(made, "strides", None), getattr(made, "kernel_size", None)
    sizes = tuple(getattr(each, "value", None) for each in call.args[1:3])
    if strides is None or kernel is None or (set(strides) == {1} and tuple(kernel) == sizes):
        return None
    witness = f"`{ast.unparse(call)}` gives kernel_size={kernel} and strides={strides}"
    return confirmed(session, Shown(witness, _STRIDES.format(call=text, sizes=sizes)))


_MASK = """
first, second = {first}, {second}
made = {layer}(first, second)
tensors = [*(first if isinstance(first, (list, tuple)) else [first]), second]
model = keras.Model(tensors, made)
rng = np.random.default_rng(0)
data = [rng.normal(size=[n or 2 for n in each.shape]).astype("float32") for each in tensors]
before = np.array(model(data))
after, other = (np.array(model([each + (i == k) for i, each in enumerate(data)])) for k in (len(data) - 1, 0))
print("before", before.ravel()[:4], "with 1 added to the second tensor", after.ravel()[:4])
print("with 1 added to the first", other.ravel()[:4])
defect = bool(np.allclose(before, after)) and not np.allclose(before, other)
"""


def _second_input(session: Session, statement: str) -> Answer:
    """LL406: the second tensor of the call changes nothing in the result."""
    # Inside of a function the statement that is run calls it; the call may speak of names of the module.
    written = session.request.facts.get("statement", "")
    for call in [*ast.walk(ast.parse(statement)), *ast.walk(ast.parse(written))]:
        if not isinstance(call, ast.Call) or len(call.args) != 2:
            continue
        first, second = (ast.unparse(each) for each in call.args)
        try:
            if not hasattr(session.evaluate(ast.unparse(call.func)), "function"):
                continue
            check = _MASK.format(first=first, second=second, layer=ast.unparse(call.func))
            names = {**session.names, "np": np, "keras": session.keras}
            exec(check.replace("print(", "_ = (", 1), names)
        except Exception as error:
            return unconfirmed(f"the call with two tensors cannot be run: {session.describe(error)}")
        if not np.allclose(names["before"], names["after"]):
            return refuted("the result changes with the second tensor")
        if not names["defect"]:
            return unconfirmed("the result does not change with the first tensor either")
        value = float(names["before"].ravel()[0])
        witness = f"with 1 added to the second tensor the result stays what it was, {value:.3f} first"
        return confirmed(session, Shown(witness, check))
    return unconfirmed("there is no call with two tensors in the statement")
