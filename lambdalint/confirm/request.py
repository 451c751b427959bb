"""What a worker is asked and what it answers: plain data that travels as JSON.

This module and everything a worker imports use the standard library alone: a worker may run in the
interpreter of the user's project, where nothing of lambdalint is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from json import dumps, loads
from typing import Any

PROTOCOL = 2
"""Version of the JSON between driver and worker; an answer of another version is garbage."""

BACKENDS = ("tensorflow", "jax", "torch")
"""The backends of Keras 3 that a worker can run on."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One input tensor of the layer.

    ``shape`` is the shape of one sample, without the batch axis.  Entries are drawn between ``low``
    and ``high`` unless ``file`` (``.npy``, or ``.npz`` with ``key``) holds a batch of samples.
    ``origin`` tells where the shape is from: ``graph`` (the model), ``sample`` (a file of the
    user's), ``option`` (``--input-shape``) or ``fitted`` (a guess that fits the body).
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    low: float | None = None
    high: float | None = None
    origin: str = "graph"
    file: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the layer is called on: one ``tensor``, or a ``list``, ``tuple`` or ``dict`` of them.

    ``keys`` name the entries of a dict.  ``positional`` means that the tensors are passed as separate
    arguments.
    """

    structure: str
    samples: tuple[Sample, ...]
    keys: tuple[str, ...] = ()
    positional: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """One module of a sliced program.

    ``lines`` gives for each line of ``source`` the file and row of the user's that it came from, or
    ``None`` for a line that the slicer wrote.
    """

    name: str
    source: str
    package: bool = False
    lines: tuple[tuple[str, int] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """The slice of the user's code that a layer needs: modules in the order of their names, and the
    expressions to evaluate in the namespace of ``main``.

    Attributes:
        modules: the main module, and the project's modules that it imports, each sliced too.
        main: name of the main module.
        layer: the expression that constructs the layer (``Lambda(f, output_shape=…)``); ``None`` for a
            Keras-1 ``merge``.
        function: the expression passed as the layer's function.
        output_shape: the expression passed as ``output_shape``.
        arguments: the expression passed as ``arguments``.
        statement: the statements to execute for a finding about a statement, or ``None``.
        region: file and rows of the user's code that the finding marks.
        around: file and rows of the expression that constructs the layer.
        controls: statements that are the failing one with its defect mended: where they fail the same way,
            the failure has another cause.
    """

    modules: tuple[Module, ...]
    main: str = "main"
    layer: str | None = None
    function: str | None = None
    output_shape: str | None = None
    arguments: str | None = None
    statement: str | None = None
    region: tuple[str, int, int] | None = None
    around: tuple[str, int, int] | None = None
    controls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One experiment: the finding it is about, the program, and inputs to try in this order.

    ``facts`` are what the rule's experiment needs besides (declared and computed shapes, loop
    variable and its values, the built-in layer that would do the same, …).  ``backends`` are those of
    Keras 3 that will do, the best first, each one that is not installed passed over; empty: any.
    ``others`` are the same experiment with other stand-ins; they do not travel with it.  ``replay`` is
    whether the script that shows a defect is run too: not where the answer only backs up another one.
    """

    code: str
    contract: int
    package: str
    dialect: str
    program: Program
    candidates: tuple[Inputs, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 20.0
    megabytes: int = 4096
    seed: int = 0
    backends: tuple[str, ...] = ()
    others: tuple[Request, ...] = ()
    replay: bool = True

    def to_json(self) -> str:
        """The request as one line of JSON with sorted keys: also the content that a cache hashes."""
        fields = asdict(self)
        del fields["others"]
        return dumps({"version": PROTOCOL, **fields}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Request:
        """The inverse of :meth:`to_json`.

        Raises:
            ValueError: the text is no request of this protocol.
        """
        made = loads(text)
        if not isinstance(made, dict) or made.pop("version", None) != PROTOCOL:
            raise ValueError("not a request of this protocol")
        program = made.pop("program")
        modules = tuple(
            Module(
                **{**m, "lines": tuple(line if line is None else (line[0], line[1]) for line in m["lines"])}
            )
            for m in program.pop("modules")
        )
        region, around = program.pop("region"), program.pop("around")
        controls = tuple(program.pop("controls"))
        inputs = tuple(
            Inputs(
                structure=c["structure"],
                samples=tuple(Sample(**{**s, "shape": tuple(s["shape"])}) for s in c["samples"]),
                keys=tuple(c["keys"]),
                positional=c["positional"],
            )
            for c in made.pop("candidates")
        )
        return cls(
            program=Program(
                modules=modules,
                controls=controls,
                region=None if region is None else (*region,),
                around=None if around is None else (*around,),
                **program,
            ),
            candidates=inputs,
            backends=tuple(made.pop("backends")),
            **made,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What an experiment gave.

    Attributes:
        status: ``confirmed``, ``refuted`` or ``unconfirmed``.
        reason: for ``refuted`` what was tried, for ``unconfirmed`` what stood in the way.
        witness: one line with the numbers that show the defect.
        details: the witness as data: batch, shapes, the values that differ, the exception.
        repro: a stand-alone script that shows the defect and ends with exit code 1 when it does.
        seconds: wall time of the experiment.
    """

    status: str
    reason: str = ""
    witness: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    repro: str = ""
    seconds: float = 0.0

    def to_json(self) -> str:
        """The answer as one line of JSON."""
        return dumps({"version": PROTOCOL, **asdict(self)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Answer:
        """The inverse of :meth:`to_json`.

        Raises:
            ValueError: the text is no answer of this protocol.
        """
        try:
            made = loads(text)
            if made.pop("version", None) != PROTOCOL:
                raise ValueError("another protocol")
            answer = cls(**made)
            if answer.status not in ("confirmed", "refuted", "unconfirmed"):
                raise ValueError(f"no status is {answer.status!r}")
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"not an answer: {error}") from None
        return answer
