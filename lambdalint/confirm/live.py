"""The experiments on live Keras objects, for a test suite: :func:`check_layer` and :func:`check_model`.

They run in this process, without the protections that ``lambdalint check --confirm`` puts around code that
nobody has looked at.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from lambdalint.confirm.evidence import PROBES, declares_shape, named
from lambdalint.confirm.request import Answer, Module, Program, Request
from lambdalint.confirm.walk import Place, inputs_of, package_of, parts_of, places
from lambdalint.confirm.worker.session import Fresh, Session, one_line
from lambdalint.findings import Finding, Location, Status, Verdict
from lambdalint.registry import load_rules

CONTRACTS = (1, 2, 3, 4, 5)
"""The contracts that are judged unless others are asked for.  The sixth, numerics, tries inputs that may
never occur."""


class NotJudged(UserWarning):
    """A layer could not be run, so that nothing is known of one of its contracts."""


def check_layer(
    layer: Any,
    input_shape: Any = None,
    *,
    dtype: str = "float32",
    contracts: Collection[int] = CONTRACTS,
) -> list[Finding]:
    """Run the experiments on one layer.

    Args:
        layer: a layer of Keras 3, ``tf.keras`` or ``tf_keras``: a ``Lambda``, or of a class of one's own.
        input_shape: the shape of one sample, without the batch axis; a list, tuple or dict of shapes for
            several inputs; not needed for a layer that was built.
        dtype: the type of the inputs.
        contracts: numbers of the contracts to judge: 1 per-sample, 2 output shape, 3 saving (a process
            that imports Keras for each layer), 4 calling, 5 state, 6 numerics (on zeros and huge numbers,
            which may never occur).

    Returns:
        A finding, with its witness in ``verdict``, for each contract that the layer was seen to break.
        What could not be judged is told by a :class:`NotJudged` warning.

    Raises:
        TypeError: ``layer`` is no layer.
        ValueError: the input shape is not known, or ``contracts`` names one that cannot be judged.
    """
    package_of(layer)
    return _judged([Place(layer, inputs_of(layer, input_shape, dtype))], contracts)


def check_model(
    model: Any,
    input_shape: Any = None,
    *,
    dtype: str = "float32",
    contracts: Collection[int] = CONTRACTS,
) -> list[Finding]:
    """Run the experiments on every layer of a model that has code of one's own in it.

    These are the ``Lambda`` layers, the layers and models of classes that are not Keras's own, and those
    inside of nested models, wrappers and attributes.  The model is called once to learn what each is
    called on.  Arguments, result and exceptions are those of :func:`check_layer`; ``input_shape`` is
    needed for a subclassed model that was never built.
    """
    package_of(model)
    return _judged(places(model, inputs_of(model, input_shape, dtype)), contracts)


def _judged(found: Sequence[Place], contracts: Collection[int]) -> list[Finding]:
    for contract in contracts:
        if contract not in PROBES:
            raise ValueError(f"{contract!r} is none of the contracts {', '.join(map(str, PROBES))}")
    findings: list[Finding] = []
    blamed: dict[int, set[int]] = {}
    with _randomness_kept():
        for place in found:
            inner = {id(part) for part in parts_of(place.layer)} - {id(place.layer)}
            for contract in sorted(contracts):
                # The layer inside is the cause; what is around it shows the same.
                if blamed.get(contract, set()) & inner or not _applies(place.layer, contract):
                    continue
                finding = _experiment(place, contract)
                if finding is not None:
                    findings.append(finding)
                    blamed.setdefault(contract, set()).add(id(place.layer))
    return findings


def _applies(layer: Any, contract: int) -> bool:
    return contract != 2 or declares_shape(layer)


def _experiment(place: Place, contract: int) -> Finding | None:
    """The finding of one experiment on one layer; ``None`` when it shows nothing."""
    from lambdalint.confirm.experiments import run

    layer, name = place.layer, place.layer.name
    if place.inputs is None:
        _not_judged(name, contract, "it was not called, or on a shape that is not known")
        return None
    package, keras = package_of(layer)
    is_lambda = type(layer).__name__ == "Lambda"
    program = Program((Module("main", ""),), layer="layer", function="layer.function" if is_lambda else None)
    facts = {"probe": True}
    request = Request(PROBES[contract], contract, package, "keras3", program, (place.inputs,), facts)
    with tempfile.TemporaryDirectory() as folder, _nodes_kept(layer):
        session = LiveSession(request, keras, folder, layer)
        try:
            answer = run(request, session)
        except Exception as error:
            answer = Answer("unconfirmed", session.describe(error))
    if answer.status == "unconfirmed" and answer.details.get("touched") != 0:
        _not_judged(name, contract, answer.reason)
    return _finding(layer, contract, answer) if answer.status == "confirmed" else None


class LiveSession(Session):
    """The session of a layer that is there already: expressions are evaluated next to it, and scripts that
    show a defect again run in this process, for no other can have the layer."""

    def __init__(self, request: Request, keras: Any, folder: str, layer: Any) -> None:
        super().__init__(request, keras, folder, lambda message: {})
        self.names = {"layer": layer}

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of ``layer``; the layer alone is a copy where it can be copied."""
        if expression == "layer":
            return _copied(self.names["layer"])
        return eval(expression, self.names)

    def fresh(
        self, source: str, files: Sequence[str] = (), *, program: bool = False, seconds: float | None = None
    ) -> Fresh:
        """Run a script: with ``files`` in a process of its own, else here, where it finds ``layer``."""
        if files:
            return _subprocess(source, self.folder, seconds)
        names = {**self.names, "__name__": "__main__", "layer": self.evaluate("layer")}
        code, error, printed = 0, "", io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                exec(compile(source, "<experiment>", "exec"), names)
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            except Exception as raised:
                code, error = 1, one_line(raised)
        return Fresh(code, names.get("result"), printed.getvalue(), error)


def _subprocess(source: str, folder: str, seconds: float | None) -> Fresh:
    text = f"{source}\nimport json\nprint('\\n' + json.dumps(globals().get('result')))\n"
    try:
        done = subprocess.run(
            [sys.executable, "-c", text],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=(seconds or 60.0) + 60.0,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Fresh(None, error=f"ran longer than {seconds or 60.0:g} s")
    output, _, last = done.stdout.rstrip().rpartition("\n")
    if done.returncode == 0:
        return Fresh(0, json.loads(last), output)
    errors = done.stderr.strip().splitlines()
    return Fresh(done.returncode, None, done.stdout + done.stderr, errors[-1] if errors else "")


def _copied(layer: Any) -> Any:
    """A Lambda layer like this one that nothing is connected to; any other layer is what it is."""
    if type(layer).__name__ != "Lambda" or layer.weights:
        return layer
    options = {"output_shape": layer._output_shape, "mask": layer.mask, "arguments": layer.arguments}
    return type(layer)(layer.function, **options, name=layer.name, dtype=layer.dtype_policy)


@contextlib.contextmanager
def _nodes_kept(layer: Any) -> Iterator[None]:
    """Calling a layer on symbolic inputs connects it: afterwards it is connected as it was."""
    names = ("_inbound_nodes", "_outbound_nodes")
    kept = {
        id(nodes): (nodes, list(nodes))
        for part in parts_of(layer)
        for name in names
        if isinstance(nodes := getattr(part, name, None), list)
    }
    try:
        yield
    finally:
        for nodes, before in kept.values():
            nodes[:] = before


@contextlib.contextmanager
def _randomness_kept() -> Iterator[None]:
    """Experiments seed the generators of random numbers: afterwards they go on where they were."""
    import numpy as np

    plain, numbers = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(plain)
        np.random.set_state(numbers)


def _not_judged(name: str, contract: int, reason: str) -> None:
    title = load_rules().rules[PROBES[contract]].contract.title
    warnings.warn(f"{name}: {title} was not judged: {reason}", NotJudged, stacklevel=6)


def _finding(layer: Any, contract: int, answer: Answer) -> Finding:
    code, text = named(layer, contract, answer)
    rule = load_rules().rules[code]
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        contract=rule.contract,
        message=f"{layer.name}: {text}: {answer.witness}",
        location=_location(layer),
        verdict=Verdict(Status.CONFIRMED, answer.reason, answer.witness, answer.details),
    )


def _location(layer: Any) -> Location:
    """Where the function of a Lambda is written, or the class of another layer."""
    code = getattr(getattr(layer, "function", None), "__code__", None)
    if code is not None:
        return Location(code.co_filename, code.co_firstlineno, 1, code.co_firstlineno, 1)
    try:
        lines, row = inspect.getsourcelines(type(layer))
        return Location(str(inspect.getsourcefile(type(layer))), row, 1, row + len(lines) - 1, 1)
    except (OSError, TypeError):
        return Location(f"<{layer.name}>", 1, 1, 1, 1)


def none_broken(findings: Sequence[Finding]) -> None:
    """Pass where there are no findings.

    Raises:
        AssertionError: there are; the text names each with its witness.
    """
    if findings:
        lines = [f"{each.location}: {each.code} {each.name}: {each.message}" for each in findings]
        raise AssertionError("\n".join(lines))
