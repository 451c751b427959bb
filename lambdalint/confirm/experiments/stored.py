"""Contract 3 without inputs: the function alone is stored as its layer's config and rebuilt elsewhere.

Whether a function can be found again by its name, and whether its globals are there when it runs, depends on
nothing that it gets.  So where no input of the layer is known, or what it captures is not, the function as it
is written is stored; the rebuilt one gets, for its input and for all that it captures, objects that can be
used as anything.  Of these only their length and their truth have a say in which code is reached: with both
truths it must be the missing name.
"""

from __future__ import annotations

import copy
import inspect
import json
import os
from dataclasses import replace
from typing import Any

from lambdalint.confirm.experiments import repro, saving
from lambdalint.confirm.experiments.outcome import Shown
from lambdalint.confirm.request import Answer, Module, Program
from lambdalint.confirm.worker.session import Session, plain


class Anything:
    """An object that can be used as anything: a tensor, a function, a list of ``length`` of them."""

    length = 1
    truth = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __bool__(self) -> bool:
        return Anything.truth

    def __len__(self) -> int:
        return Anything.length

    def __iter__(self) -> Any:
        return iter([self] * Anything.length)

    def __int__(self) -> int:
        return Anything.length

    def __float__(self) -> float:
        return 1.0

    def _same(self, *given: Any, **named: Any) -> Any:
        return self

    __index__ = __int__
    __call__ = __getitem__ = __neg__ = __pos__ = __abs__ = __invert__ = _same
    __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _same
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = _same
    __lt__ = __le__ = __gt__ = __ge__ = __and__ = __or__ = __xor__ = __rand__ = __ror__ = _same


def reached(function: Any, captured: list[str], names: list[str]) -> str | None:
    """The error for one of ``names`` that a function meets whatever it gets; ``None`` where it does not."""
    anything = Anything()
    for cell in function.__closure__ or ():
        cell.cell_contents = anything
    for name in captured:
        function.__globals__.setdefault(name, anything)
    code = function.__code__
    taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given, named = [anything] * code.co_argcount, dict.fromkeys(taken[code.co_argcount :], anything)
    told = None
    for Anything.truth in (True, False):
        told = None
        for Anything.length in range(1, 7):
            try:
                function(*given, **named)
            except NameError as error:
                if any(f"name '{name}' is not" in str(error) for name in names):
                    told = f"NameError: {error}"
                    break
            except Exception:
                continue
        if told is None:
            break
    return told


_LOAD = (
    """
from json import load
from typing import Any
import {parent} as _keras
{loader}
{source}

config = load(open("layer.json"))
try:
    layer = _keras.layers.Lambda.from_config(config{options})
    {called}
except Exception as error:
"""
    + saving.SAID
)
_CALLED = """told = reached(layer.function, {captured!r}, {names!r})
    result = {{"error": told}} if told else {{"outputs": []}}"""
_REBUILT = 'result = {"outputs": []}'
_CHECK = """
import json
import subprocess
import tempfile

folder = tempfile.mkdtemp()
before = []
# The function as it is written; the values that it captures do not matter.
{written}

config = keras.layers.Lambda(written()).get_config()
with open(os.path.join(folder, "layer.json"), "w") as file:
    json.dump(config, file)
LOAD = {load}
script = LOAD + "\\nimport json\\nprint('RESULT', json.dumps(result))\\n"
ran = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
told = [line[7:] for line in ran.stdout.splitlines() if line.startswith("RESULT ")]
result = json.loads(told[0]) if told else {{}}
print("in a fresh process:", result or ran.stderr[-500:])
defect = "error" in result
"""


def run(session: Session) -> Answer | None:
    """Store and rebuild the function of LL302 or LL304; ``None`` where that shows nothing."""
    facts, code = session.request.facts, session.request.code
    written = facts.get("written")
    names = list(facts.get("globals", ())) if code == "LL302" else []
    if written is None or (code == "LL302") != bool(names):
        return None
    load = _LOAD.format(
        parent=session.package,
        loader=saving.loader(session),
        source=f"{inspect.getsource(Anything)}\n\n{inspect.getsource(reached)}" if names else "",
        options=", safe_mode=False" if session.package != "tf_keras" else "",
        called=_CALLED.format(captured=list(facts.get("captured", ())), names=names) if names else _REBUILT,
    )
    try:
        places: dict[str, Any] = {"__name__": session.request.program.main}
        exec(written, places)
        config = session.keras.layers.Lambda(places["written"]()).get_config()
        with open(os.path.join(session.folder, "layer.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
    except Exception:
        return None
    fresh = session.fresh(load, ["layer.json"])
    if not isinstance(fresh.value, dict) or "error" not in fresh.value:
        return None
    told = plain(str(fresh.value["error"]))
    if code == "LL302" and not told.startswith("NameError"):
        return None
    witness = f"{saving.fresh_process(session, 'function')} fails: {told}"
    check = _CHECK.format(written=written, load=repro.quoted(load))
    answer = saving.answer(_bare(session), Shown(witness, check, details={"independent": True}))
    return answer if answer.status == "confirmed" else None


def _bare(session: Session) -> Session:
    """The session without the program, which has no part in this."""
    bare = copy.copy(session)
    bare.request = replace(session.request, program=Program((Module("main", ""),)))
    bare.dated, bare.lacking = False, ()
    return bare
