"""A little Keras in NumPy, which runs a script's Lambda layers for real.

It is the judge that says which mutants are defects: it knows nothing of the linter.  What it has not
raises :class:`Unsupported`, and the Lambda is then no subject of the experiment.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .functions import LIBRARIES

BATCH = 7
STEPS = 5
"""The size of a dimension that is `None`."""


class Unsupported(Exception):
    """The little Keras does not have this."""


@dataclass
class Run:
    """One call of a Lambda layer: its row, its function and what it got, declared and gave."""

    row: int
    function: Callable[..., Any]
    inputs: Any
    arguments: Mapping[str, Any]
    declared: Any = None
    result: Any = None
    error: Exception | None = None

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of the result without the batch; ``None`` where the result is no tensor."""
        return self.result.shape[1:] if isinstance(self.result, np.ndarray) and self.result.ndim else None

    @property
    def reads_input(self) -> bool:
        """Whether other data give another result."""
        return self._differs(_changed(self.inputs, lambda data: 1 - data[::-1]))

    @property
    def moves(self) -> bool:
        """Whether data that differ a little give another result: no gradient flows where they do not."""
        return self._differs(_changed(self.inputs, lambda data: data + 1e-3))

    def _of(self, inputs: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(self.function(inputs, **self.arguments))

    def _differs(self, inputs: Any) -> bool:
        try:
            other = self._of(inputs)
        except Exception:
            return True
        return other.shape != np.shape(self.result) or not np.allclose(
            other, self.result, equal_nan=True, rtol=1e-9, atol=1e-9
        )

    @property
    def per_sample(self) -> bool:
        """Whether the result's rows are what the function gives of each sample alone."""
        if not isinstance(self.result, np.ndarray) or self.result.ndim == 0:
            return False
        rows = len(self.inputs[0] if isinstance(self.inputs, list) else self.inputs)
        if len(self.result) != rows:
            return False
        for row in range(rows):
            try:
                alone = self._of(_part(self.inputs, row))
            except Exception:
                return False
            if alone.shape != (1, *self.result.shape[1:]):
                return False
            if not np.allclose(alone[0], self.result[row], equal_nan=True):
                return False
        return True


def _part(inputs: Any, row: int) -> Any:
    if isinstance(inputs, list):
        return [_part(each, row) for each in inputs]
    return inputs[row : row + 1]


def _changed(inputs: Any, change: Callable[[Any], Any]) -> Any:
    return [_changed(each, change) for each in inputs] if isinstance(inputs, list) else change(inputs)


@dataclass
class Session:
    """What happens while one script runs."""

    runs: list[Run] = field(default_factory=list)
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def data(self, shape: Sequence[Any], dtype: str | None) -> Any:
        """A batch of this shape, batch axis included."""
        sizes = tuple(size if isinstance(size, int) else STEPS for size in shape)
        if dtype in ("int32", "int64", "uint8"):
            return self.random.integers(0, 4, sizes)
        if dtype not in (None, "float32", "float64"):
            raise Unsupported(f"inputs of type {dtype}")
        return self.random.normal(size=sizes)

    def input(
        self,
        shape: Any = None,
        batch_shape: Any = None,
        batch_size: Any = None,
        dtype: str | None = None,
        **_: Any,
    ) -> Any:
        """`Input(...)`: a batch of data."""
        if batch_shape is None:
            batch_shape = (batch_size, *([shape] if isinstance(shape, int) else shape))
        rows = batch_shape[0] if isinstance(batch_shape[0], int) else BATCH
        return self.data((rows, *batch_shape[1:]), dtype)

    def weights(self, *shape: int) -> Any:
        """The weights of a layer, always the same for one shape."""
        return np.random.default_rng(sum(shape)).normal(size=shape)


class Layer:
    """A layer that works on each sample by itself."""

    def __init__(self, run: Callable[[Any], Any], options: Mapping[str, Any]) -> None:
        self.run = run
        self.input_shape = options.get("input_shape")
        if "input_dim" in options:
            self.input_shape = (options["input_dim"],)

    def __call__(self, inputs: Any, **_: Any) -> Any:
        return self.run(inputs)


def _layer(session: Session, name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> Layer:
    size: Any = args[0] if args else next((options[k] for k in ("units", "output_dim") if k in options), None)

    def dense(x: Any) -> Any:
        return x @ session.weights(x.shape[-1], size)

    def recurrent(x: Any) -> Any:
        return dense(x) if options.get("return_sequences") else dense(x.mean(axis=1))

    def embedding(x: Any) -> Any:
        return session.weights(size, args[1] if len(args) > 1 else options["output_dim"])[x.astype(int)]

    kinds: dict[str, Callable[[Any], Any]] = {
        "Dense": dense, "LSTM": recurrent, "GRU": recurrent, "SimpleRNN": recurrent, "Embedding": embedding,
        "Flatten": lambda x: x.reshape(len(x), -1), "Reshape": lambda x: x.reshape(len(x), *args[0]),
        "Dropout": lambda x: x, "Activation": lambda x: x, "Masking": lambda x: x, "InputLayer": lambda x: x,
        "Add": sum, "Multiply": lambda xs: np.prod(xs, axis=0),
        "Concatenate": lambda xs: np.concatenate(xs, -1),
    }  # fmt: skip
    if name not in kinds:
        raise Unsupported(f"the layer {name}")
    return Layer(kinds[name], options)


class Lambda(Layer):
    """A Lambda layer, which tells the session of each call."""

    def __init__(
        self,
        session: Session,
        function: Any,
        output_shape: Any = None,
        mask: Any = None,
        arguments: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(self._run, options)
        self.row = _row_of_the_script()
        self.session, self.function = session, function
        self.declared, self.arguments = output_shape, arguments or {}

    def _run(self, inputs: Any) -> Any:
        given = list(inputs) if isinstance(inputs, tuple) else inputs
        run = Run(self.row, self.function, given, self.arguments, self.declared)
        self.session.runs.append(run)
        try:
            run.result = self.function(given, **self.arguments)
        except Exception as error:
            run.error = error
            raise
        return run.result


def _row_of_the_script() -> int:
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename != "<script>":
        frame = frame.f_back
    return frame.f_lineno


class Sequential:
    """A Sequential model, whose layers run as they are added."""

    def __init__(self, layers: Sequence[Any] = (), **_: Any) -> None:
        self.now: Any = None
        for layer in layers:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Run a layer on what the last one gave."""
        if isinstance(layer, np.ndarray):
            self.now = layer
            return
        if self.now is None:
            shape = getattr(layer, "input_shape", None)
            if shape is None:
                raise Unsupported("a Sequential model without an input shape")
            self.now = np.random.default_rng(3).normal(size=(BATCH, *(size or STEPS for size in shape)))
        self.now = layer(self.now)


class Inert:
    """A thing whose use does not matter here: a model, an optimiser, a module."""

    def __getattr__(self, name: str) -> Inert:
        return self

    def __call__(self, *_: Any, **__: Any) -> Inert:
        return self


class Package:
    """A module of a library: functions, classes and modules below it by name."""

    def __init__(self, session: Session, path: str) -> None:
        self._session = session
        self._path = path

    def __getattr__(self, name: str) -> Any:
        path, session = self._path, self._session
        family = path.replace("tensorflow.keras", "keras").replace("tf_keras", "keras")
        library = next((lib for lib in LIBRARIES if family == lib or family.startswith(f"{lib}.")), None)
        if library is not None and name in LIBRARIES[library]:
            return LIBRARIES[library][name]
        if name[0].islower() and name not in ("register_keras_serializable", "shape"):
            if library is not None and name not in _MODULES:
                raise Unsupported(f"{path}.{name}")
            return Package(session, f"{path}.{name}")
        if name == "Input":
            return session.input
        if name == "Lambda":
            return lambda *args, **options: Lambda(session, *args, **options)
        if name == "Sequential":
            return Sequential
        if name == "register_keras_serializable":
            return lambda *_, **__: lambda function: function
        if name in ("Model", "Adam", "SGD"):
            return Inert()
        return lambda *args, **options: _layer(session, name, args, options)


_MODULES = {
    "keras", "math", "nn", "linalg", "random", "layers", "backend", "models", "ops", "saving", "utils",
    "optimizers",
}  # fmt: skip
_REAL = {"numpy", "functools", "operator", "math", "itertools", "threading"}


def run_script(source: str) -> list[Run]:
    """Run a script, statement by statement, and tell what its Lambda layers did.

    A statement that fails is passed over; what needs its result fails in turn.
    """
    session = Session()
    namespace: dict[str, Any] = {"__name__": "script", "__builtins__": _builtins(session)}
    with np.errstate(all="ignore"):
        for statement in ast.parse(source).body:
            try:
                exec(compile(ast.Module([statement], []), "<script>", "exec"), namespace)
            except Exception:
                continue
    return session.runs


def _builtins(session: Session) -> dict[str, Any]:
    def importer(
        name: str, globals: Any = None, locals: Any = None, fromlist: Sequence[str] = (), level: int = 0
    ) -> Any:
        top = name.partition(".")[0]
        if top in ("keras", "tensorflow", "tf_keras") and not level:
            return Package(session, name if fromlist else top)
        if top in _REAL and not level:
            return builtins.__import__(name, globals, locals, fromlist, level)
        return Inert()

    return {**vars(builtins), "__import__": importer, "print": lambda *_, **__: None, "open": Inert()}
