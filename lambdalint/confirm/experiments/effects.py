"""LL506: what the function does besides happens when the graph is made, and not when it runs."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import subprocess
from collections.abc import Iterator
from functools import partial
from typing import Any

from lambdalint.confirm.experiments.arrays import ROWS, batch
from lambdalint.confirm.experiments.outcome import Shown, confirmed, unconfirmed
from lambdalint.confirm.experiments.subject import Subject
from lambdalint.confirm.request import Answer, Inputs


@contextlib.contextmanager
def programs() -> Iterator[list[str]]:
    """The programs that code would start: they are noted, and seem to end well."""
    noted: list[str] = []

    def noting(result: Any) -> Any:
        def start(command: Any, *_: Any, **__: Any) -> Any:
            noted.append(str(command))
            return result

        return start

    ended = subprocess.CompletedProcess("", 0, b"", b"")
    places = {"call": 0, "check_call": 0, "check_output": b"", "run": ended}
    kept = [(os, "system", os.system), *((subprocess, name, getattr(subprocess, name)) for name in places)]
    for module, name, _ in kept:
        setattr(module, name, noting(places.get(name, 0)))
    try:
        yield noted
    finally:
        for module, name, function in kept:
            setattr(module, name, function)


_CHECK = """
import contextlib
import io
import subprocess
from collections.abc import Iterator


{programs}

layer = make_layer()
function, code = layer.function, layer.function.__code__
seen = {{n: v for n, v in function.__globals__.items() if n in code.co_names}}
seen.update({{n: c.cell_contents for n, c in zip(code.co_freevars, function.__closure__ or ())}})
held = {{n: v for n, v in seen.items() if isinstance(v, (list, dict, set))}}


def happened():
    return {{n: len(v) for n, v in held.items()}}, len(printed.getvalue()), len(started)


with contextlib.redirect_stdout(io.StringIO()) as printed, programs() as started:
    before = happened()
    predict = graph(lambda arrays: layer(given(arrays)))
    predict(list(arrays))
    traced = happened()
    for _ in range(3):
        predict(list(arrays))
    after = happened()
print("before", before, "after one call", traced, "after four", after)
defect = before != traced and traced == after
"""


def run(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """Watch captured lists and what is printed while a graph of the layer is made and run."""
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        held = _held(subject.function)
        with contextlib.redirect_stdout(io.StringIO()) as printed, programs() as started:
            before = {name: len(value) for name, value in held.items()}
            predict = subject.backend.graph(partial(subject.raw, inputs))
            try:
                predict(arrays)
                traced, text = {name: len(value) for name, value in held.items()}, printed.getvalue()
                commands = [*started]
                for _ in range(3):
                    predict(arrays)
            except Exception as error:
                failed = subject.session.describe(error)
                continue
            silent = printed.getvalue() == text and started == commands
        if traced != {name: len(value) for name, value in held.items()} or not silent:
            return unconfirmed("the effect happens in every call")
        grown = next((name for name in held if before[name] != traced[name]), None)
        if grown is not None:
            what = f"`{grown}` has {before[grown]} entries before and {traced[grown]} after the first call"
        elif text:
            what = f"the first call prints {text.strip()[:60]!r}"
        elif commands:
            what = f"the first call starts `{commands[0].strip()[:60]}`"
        else:
            return unconfirmed("nothing was printed or started, and no captured list or dict has changed")
        witness = f"{what}, the next three add nothing"
        check = _CHECK.format(programs=inspect.getsource(programs))
        return confirmed(subject.session, Shown(witness, check, inputs, arrays, {}))
    return unconfirmed(failed)


def _held(function: Any) -> dict[str, Any]:
    """The lists, dicts and sets that a function captures."""
    code = getattr(function, "__code__", None)
    if code is None:
        return {}
    seen = {n: v for n, v in function.__globals__.items() if n in code.co_names}
    seen.update({n: c.cell_contents for n, c in zip(code.co_freevars, function.__closure__ or ())})
    return {name: value for name, value in seen.items() if isinstance(value, (list, dict, set))}
