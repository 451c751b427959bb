"""Contract 3: a model with the layer is saved, loaded in a fresh process, and gives the same numbers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from lambdalint.confirm.experiments.arrays import ROWS, batch, differ, number
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import NotRunnable, Subject
from lambdalint.confirm.request import Answer, Inputs
from lambdalint.confirm.worker.session import plain

_LOAD = """
import numpy as np
import {parent} as keras

arrays = [np.load(f"input_{{i}}.npy") for i in range({count})]
try:
    model = keras.models.load_model({name!r}, {options}compile=False)
    outputs = model({given})
    flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    result = {{"outputs": [np.array(each).tolist() for each in flat]}}
except Exception as error:
    while "could not automatically infer" in str(error) and (error.__cause__ or error.__context__):
        error = error.__cause__ or error.__context__
    result = {{"error": f"{{type(error).__name__}}: {{' '.join(str(error).split())}}"[:1200]}}
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
LOAD = {load!r}
defect = False
try:
    before = flat(model(given(arrays)))
    model.save(os.path.join(folder, {name!r}))
except Exception as error:
    defect = True
    print("saving:", type(error).__name__, error)
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


def run(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """Save and load a model that holds the layer alone."""
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
        shown = _saved_and_loaded(subject, inputs, model, before)
        if isinstance(shown, str):
            return unconfirmed(shown)
        if shown is None:
            offered = _offered(subject)
            if offered:
                return unconfirmed(
                    f"tf_keras holds {offered} where it loads a function, as the Keras 2 of this code did not"
                )
            return refuted("saved, loaded in a fresh process, and the outputs are the same")
        return _answer(subject, shown)
    return unconfirmed(failed)


def _offered(subject: Subject) -> str:
    """The globals, said to be missing, that the loader of tf_keras has by chance: its own imports."""
    names = subject.session.request.facts.get("globals", ())
    if subject.session.library != "tf_keras" or not names:
        return ""
    loader = sys.modules.get(type(subject.layer).__module__)
    return " and ".join(f"`{name}`" for name in names if hasattr(loader, name))


def _answer(subject: Subject, shown: Shown) -> Answer:
    # The script starts a process of its own, which the worker does not allow: what it does was just done.
    from lambdalint.confirm.experiments import repro

    text = repro.script(subject.session.request, shown.witness, shown.inputs, shown.arrays, shown.check)
    return Answer("confirmed", witness=shown.witness, details=shown.details, repro=text)


def _model(subject: Subject, inputs: Inputs) -> tuple[Any, list[Any]]:
    symbols = subject.symbols(inputs, names=True)
    model = subject.keras.Model(symbols, subject.fresh_layer()(symbols))
    subject.seed()
    return model, subject.outputs(model(subject.tensors(inputs, batch(inputs, ROWS, 0))))


def _saved_and_loaded(subject: Subject, inputs: Inputs, model: Any, before: list[Any]) -> Shown | str | None:
    session = subject.session
    name = "model.keras" if session.library != "tf_keras" else "model.h5"
    arrays = batch(inputs, ROWS, 0)
    shown = _shown(session.library, session.request.code, inputs, arrays, name)
    try:
        model.save(os.path.join(session.folder, name))
    except Exception as error:
        return shown(f"saving fails: {session.describe(error)}")
    for i, array in enumerate(arrays):
        np.save(os.path.join(session.folder, f"input_{i}.npy"), array)
    files = [name, *(f"input_{i}.npy" for i in range(len(arrays)))]
    registers = any("register_keras_serializable" in each.source for each in subject.program.modules)
    load = _load(session.library, session.request.code, inputs, name)
    if registers:
        # As users must: the module that registers the function is imported before the model is loaded.
        load = f"import {subject.program.main}\n" + load
    fresh = session.fresh(load, files, program=registers)
    if not isinstance(fresh.value, dict):
        return f"the process that loads the model came to no result: {fresh.error or fresh.output[-200:]}"
    if "error" in fresh.value:
        return shown(f"a fresh process that loads the model fails: {plain(str(fresh.value['error']))}")
    after = [np.array(each) for each in fresh.value["outputs"]]
    for one, other in zip(before, after):
        index = differ(one, other) if one.shape == other.shape else ()
        if index is not None:
            numbers = (
                f"{number(one[index])} before, {number(other[index])} after" if index else "other shapes"
            )
            return shown(f"the loaded model gives other outputs: {numbers}")
    return None


def _load(library: str, code: str, inputs: Inputs, name: str) -> str:
    given = "arrays[0]" if inputs.structure == "tensor" else "arrays"
    if inputs.structure == "dict":
        given = f"dict(zip({list(inputs.keys)!r}, arrays))"
    # LL305 is about the question that Keras asks before it runs the code inside of a file.
    options = "" if code == "LL305" or library == "tf_keras" else "safe_mode=False, "
    return _LOAD.format(parent=library, count=len(inputs.samples), name=name, given=given, options=options)


def _shown(library: str, code: str, inputs: Inputs, arrays: list[Any], name: str) -> Callable[[str], Shown]:
    from lambdalint.confirm.experiments.calling import symbols_text

    check = _CHECK.format(symbols=symbols_text(inputs), load=_load(library, code, inputs, name), name=name)
    return lambda witness: Shown(witness, check, inputs, arrays, {"file": name})


# --- LL303: variables that change after the function is made -----------------------------------------

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
    print("with the last value:", type(error).__name__, error)
"""


def late(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL303: the function is called, its variables get their last values, and it is called again."""
    last = subject.session.request.facts.get("last")
    if not last:
        return unconfirmed("the values that the variable takes are not known")
    function = subject.function
    if not hasattr(function, "__code__"):
        return unconfirmed("the function is not written in Python")
    values = subject.session.evaluate(last)
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


def _rebind(function: Any, values: dict[str, Any]) -> None:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    for name, value in values.items():
        if name in cells:
            cells[name].cell_contents = value
        else:
            function.__globals__[name] = value
