"""Contract 3: a model with the layer is saved, loaded in a fresh process, and gives the same numbers."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from lambdalint.confirm.experiments import repro
from lambdalint.confirm.experiments.arrays import ROWS, batch, differ, number
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import NotRunnable, Subject
from lambdalint.confirm.request import Answer, Inputs
from lambdalint.confirm.worker.session import Session, plain

SAID = """\
    said = " ".join(__import__("re").sub(r"\\x1b\\[[0-9;]*m", "", str(error)).split())
    said = said.rpartition("Exception encountered: ")[2]
    result = {{"error": f"{{type(error).__name__}}: {{said}}"[:1200]}}
"""
"""What a process that loads tells of an error: in one row, without the colours of Keras."""
_LOAD = (
    """
import numpy as _np
import {parent} as _keras
{loader}
arrays = [_np.load(f"input_{{i}}.npy") for i in range({count})]
try:
    model = _keras.models.load_model({name!r}, {options}compile=False)
    outputs = model({given})
    flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    result = {{"outputs": [_np.array(each).tolist() for each in flat]}}
except Exception as error:
    while "could not automatically infer" in str(error) and (error.__cause__ or error.__context__):
        error = error.__cause__ or error.__context__
"""
    + SAID
)
_STANDALONE = """
from tf_keras.src.utils import generic_utils

rebuild = generic_utils.func_load


def func_load(code, defaults=None, closure=None, globs=None):
    # What the loader of Keras 1 and 2 imports: `K` and other modules of Keras, but not {names}.
    offered = {{name: getattr(_keras, name) for name in ("activations", "initializers", "regularizers")}}
    offered = {{"K": _keras.backend, **offered, **globs}}
    kept = {{name: value for name, value in offered.items() if name not in {names}}}
    return rebuild(code, defaults, closure, kept)


generic_utils.func_load = func_load
"""
_CHECK = """
import subprocess
import tempfile

folder = tempfile.mkdtemp()
inputs = {symbols}
listed = inputs if isinstance(inputs, list) else [inputs]
layer = make_layer()
model = keras.Model(inputs, layer(inputs))
for i, array in enumerate(arrays):
    np.save(os.path.join(folder, f"input_{{i}}.npy"), array)
LOAD = {load}
defect = False
try:
    before = flat(model(given(arrays)))
    model.save(os.path.join(folder, {name!r}))
except Exception as error:
    defect = True
    print("saving:", said(error))
else:
    script = LOAD + "\\nimport json\\nprint('RESULT', json.dumps(result))\\n"
    ran = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    told = [line[7:] for line in ran.stdout.splitlines() if line.startswith("RESULT ")]
    import json

    result = json.loads(told[0]) if told else {{"error": ran.stderr.strip().splitlines()[-1:]}}
    if "error" in result:
        defect = True
        print("loading in a fresh process:", result["error"])
    else:
        after = [np.array(each) for each in result["outputs"]]
        pairs = list(zip(before, after))
        defect = any(a.shape != b.shape or not np.allclose(a, b, 1e-4, 1e-6, True) for a, b in pairs)
        print("before", before[0].ravel()[:4], "after loading", after[0].ravel()[:4])
"""
_STARTED = """
import base64
import os
import sys
import types


def started(command, cwd, **_):
    # Where the script starts a process, its files and what that process would run are kept instead.
    global result
    names = os.listdir(cwd)
    small = sum(os.path.getsize(os.path.join(cwd, name)) for name in names) < {most}
    kept = dict()
    for name in names if small else ():
        with open(os.path.join(cwd, name), "rb") as file:
            kept[name] = base64.b64encode(file.read()).decode()
    load = command[2].partition("\\nimport json\\n")[0]
    outputs = [each.tolist() for each in before]
    result = dict(files=kept if small else None, load=load, before=outputs)
    raise SystemExit({code})


sys.modules["subprocess"] = types.SimpleNamespace(run=started)
"""
_NOT_FOUND = re.compile(r"^NameError|Could not locate (function|class)|Unknown function")
_STARTS = 3
_LARGEST_FILES = 8_000_000
"""Bytes of a saved model that processes hand to each other."""


def run(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """Save and load a model that holds the layer alone, in each format of its Keras."""
    if subject.layer is None:
        return unconfirmed("a Keras-1 merge cannot be saved by this Keras")
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        try:
            model, before = _model(subject, inputs)
        except NotRunnable:
            raise
        except Exception as error:
            failed = f"no model with the layer could be built: {subject.session.describe(error)}"
            continue
        formats = _formats(subject.session)
        for name in formats:
            shown = _saved_and_loaded(subject, inputs, model, before, name)
            if isinstance(shown, str):
                return Answer("unconfirmed", shown, details={"settled": True})
            if shown is not None:
                return answer(subject.session, shown)
        listed = " and ".join(os.path.splitext(name)[1] for name in formats)
        return refuted(f"saved as {listed}, loaded in a fresh process, and the outputs are the same")
    described = _described(subject) if subject.session.request.code in _OF_VALUES else None
    return unconfirmed(failed) if described is None else confirmed(subject.session, described)


_OF_VALUES = frozenset({"LL301", "LL306", "LL307"})
"""The rules about what a layer holds, which is written to a file whatever the layer is called on."""
_DESCRIBED = """
defect = False
try:
    print(keras.Sequential([make_layer()]).to_json())
except Exception as error:
    defect = True
    print(said(error))
"""


def _described(subject: Subject) -> Shown | None:
    """What goes wrong when a model is described in JSON, as in every file, before it gets any input."""
    try:
        subject.keras.Sequential([subject.fresh_layer()]).to_json()
    except NotRunnable:
        raise
    except Exception as error:
        return Shown(f"saving fails: {subject.session.describe(error)}", _DESCRIBED)
    return None


def _formats(session: Session) -> tuple[str, ...]:
    """The files that models with the layer are saved to, the usual one first."""
    if session.package != "tf_keras":
        return ("model.keras", "model.h5")
    standalone = session.request.facts.get("family") in (None, "keras")
    return ("model.h5",) if standalone else ("model.h5", "model.keras")


def hidden_names(session: Session) -> list[str]:
    """The globals, said to be missing, that the loader of ``tf_keras`` has by chance: its own imports."""
    if session.package != "tf_keras":
        return []
    module = sys.modules.get(session.keras.layers.Lambda.__module__)
    return [name for name in session.request.facts.get("globals", ()) if hasattr(module, name)]


def answer(session: Session, shown: Shown) -> Answer:
    """The answer for a defect, once the script that shows it has been run in two processes of their own."""
    text = repro.script(session, shown.witness, shown.inputs, shown.arrays, shown.check)
    told = _told_again(session, text) if session.request.replay else None
    if told is not None:
        return unconfirmed(f"seen once ({shown.witness}), but a script of its own did not show it: {told}")
    return Answer("confirmed", witness=shown.witness, details=shown.details, repro=text)


def _told_again(session: Session, text: str) -> str | None:
    """Why a script does not show the defect again; ``None`` where it does.

    The files of a large model are not handed on: of it the first half is run alone.  No worker lets the
    script start a process: what that would run gets its files in another one.
    """
    first = session.fresh(_STARTED.format(most=_LARGEST_FILES, code=_STARTS) + text)
    if first.code != _STARTS:
        return None if first.code == 1 else first.error or f"exit code {first.code}"
    if not isinstance(first.value, dict):
        return "it came to no result"
    if first.value["files"] is None:
        return None
    for name, content in first.value["files"].items():
        with open(os.path.join(session.folder, name), "wb") as file:
            file.write(base64.b64decode(content))
    second = session.fresh(first.value["load"], list(first.value["files"]))
    if not isinstance(second.value, dict):
        return second.error or "the process that loads the model came to no result"
    if "error" in second.value:
        return None
    pairs = zip(first.value["before"], second.value["outputs"])
    same = all(_equal(np.array(one), np.array(other)) for one, other in pairs)
    return "the loaded model gives the same outputs" if same else None


def _equal(one: Any, other: Any) -> bool:
    return one.shape == other.shape and differ(one, other) is None


def _model(subject: Subject, inputs: Inputs) -> tuple[Any, list[Any]]:
    model = subject.model(inputs, names=True)
    subject.seed()
    return model, subject.outputs(model(subject.tensors(inputs, batch(inputs, ROWS, 0))))


def _saved_and_loaded(
    subject: Subject, inputs: Inputs, model: Any, before: list[Any], name: str
) -> Shown | str | None:
    """What goes wrong with a file of one format; as text where the loading came to no result."""
    session = subject.session
    arrays = batch(inputs, ROWS, 0)
    load = _load(session, inputs, name)
    shown = _shown(load, inputs, arrays, name)
    try:
        model.save(os.path.join(session.folder, name))
    except Exception as error:
        failure = f"saving fails: {session.describe(error)}"
        return f"{failure}, before anything is loaded" if session.request.code == "LL302" else shown(failure)
    for i, array in enumerate(arrays):
        np.save(os.path.join(session.folder, f"input_{i}.npy"), array)
    files = [name, *(f"input_{i}.npy" for i in range(len(arrays)))]
    registers = any("register_keras_serializable" in each.source for each in subject.program.modules)
    if registers:
        # As users must: the module that registers the function is imported before the model is loaded.
        load = f"import {subject.program.main}\n" + load
    fresh = session.fresh(load, files, program=registers)
    if not isinstance(fresh.value, dict):
        return f"the process that loads the model came to no result: {fresh.error or fresh.output[-200:]}"
    if "error" in fresh.value:
        return _failing(session, plain(str(fresh.value["error"])), shown)
    after = [np.array(each) for each in fresh.value["outputs"]]
    for one, other in zip(before, after):
        index = differ(one, other) if one.shape == other.shape else ()
        if index is not None:
            numbers = (
                f"{number(one[index])} before, {number(other[index])} after" if index else "other shapes"
            )
            return shown(f"the loaded model gives other outputs: {numbers}")
    return None


def loader(session: Session) -> str:
    """Statements that have ``tf_keras`` load functions as the Keras did that the code was written for."""
    standalone = session.package == "tf_keras" and session.request.facts.get("family") in (None, "keras")
    hidden = hidden_names(session)
    return _STANDALONE.format(names=hidden) if hidden or standalone else ""


def _failing(session: Session, error: str, shown: Callable[[str], Shown]) -> Shown | str:
    """A process that loads the model fails; that must be about what the rule speaks of."""
    code, names = session.request.code, session.request.facts.get("globals", ())
    other = code == "LL302" and not any(f"name '{name}' is not" in error for name in names)
    if code in ("LL301", "LL306") and not session.request.facts.get("probe"):
        # A name that is missing is LL302, a function that is not registered LL304 unless it is the argument.
        passed = session.request.facts.get("functions", ())
        other = _NOT_FOUND.search(error) is not None and not any(f"'{name}'" in error for name in passed)
    if other:
        return f"a fresh process that loads the model fails, but for another reason: {error}"
    return shown(f"{fresh_process(session, 'model')} fails: {error}")


def fresh_process(session: Session, what: str) -> str:
    """What fails, in the words of a witness."""
    return f"a fresh process that loads the {what}{' as Keras 2 did' if hidden_names(session) else ''}"


def _load(session: Session, inputs: Inputs, name: str) -> str:
    given = "arrays[0]" if inputs.structure == "tensor" else "arrays"
    if inputs.structure == "dict":
        given = f"dict(zip({list(inputs.keys)!r}, arrays))"
    # LL305 is about the question that Keras asks before it runs the code inside of a file.
    trusting = session.request.code != "LL305"
    return _LOAD.format(
        parent=session.package,
        loader=loader(session),
        count=len(inputs.samples),
        name=name,
        given=given,
        options="safe_mode=False, " if trusting else "",
    )


def _shown(load: str, inputs: Inputs, arrays: list[Any], name: str) -> Callable[[str], Shown]:
    from lambdalint.confirm.experiments.calling import symbols_text

    check = _CHECK.format(symbols=symbols_text(inputs), load=repro.quoted(load), name=name)
    return lambda witness: Shown(witness, check, inputs, arrays, {"file": name})
