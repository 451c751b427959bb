"""Random bodies as data, and running them: on abstract values and in TensorFlow."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lambdalint.interp.call import Impossible
from lambdalint.interp.ops import library
from lambdalint.interp.values import Sequence, Tensor, Value
from tests.interp import introspect
from tests.interp.bare import Bench, batch


@dataclass(frozen=True)
class Ref:
    """The result of an earlier step, or an input."""

    index: int

    def __repr__(self) -> str:
        return f"v{self.index}"


@dataclass(frozen=True)
class BatchSize:
    """``tf.shape(x)[0]`` of the first input."""


@dataclass
class Program:
    """Steps over values: first the inputs, then the results."""

    inputs: list[tuple[int, ...]]
    steps: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def __str__(self) -> str:
        from tests.interp.listing import written

        return written(self)

    def behind(self, index: int) -> set[int]:
        """A value and all that it is made of."""
        found = {index}
        for at in range(index, len(self.inputs) - 1, -1):
            if at in found:
                found |= {ref.index for ref in refs(self.steps[at - len(self.inputs)][1:])}
        return found


def refs(value: Any) -> list[Ref]:
    """The results that an operand names, in order."""
    if isinstance(value, Ref):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [ref for each in value for ref in refs(each)] if isinstance(value, (list, tuple)) else []


def filled(value: Any, values: list[Any], size: Any) -> Any:
    """An operand with the values that it names in their places."""
    if isinstance(value, Ref):
        return values[value.index]
    if isinstance(value, BatchSize):
        return size
    if isinstance(value, (list, tuple)):
        return type(value)(filled(each, values, size) for each in value)
    if isinstance(value, slice):
        return slice(*(filled(each, values, size) for each in (value.start, value.stop, value.step)))
    return value


# --- abstractly ------------------------------------------------------------------------------------


def step_abstractly(bench: Bench, name: str, args: list[Any], kwargs: dict[str, Any]) -> Value:
    """One step on abstract values.

    Raises:
        Impossible: it cannot run.
    """
    kind, _, word = name.partition(":")
    before = len(bench.notes.unknowns)
    if kind == "binary":
        made: Value = bench.binary(word, *args)
    elif kind == "unary":
        made = bench.unary(word, *args)
    elif kind == "subscript":
        made = bench.subscript(*args)
    elif kind == "item":
        whole = bench.call(word, *args[1:], **kwargs)
        if not isinstance(whole, Sequence):
            return whole
        if not whole.items:
            return whole.element if whole.element is not None else bench.notes.unknown("an item")
        number: int = args[0]
        part = whole.items[number % len(whole.items)]
        return part.items[0] if isinstance(part, Sequence) and part.items else part
    else:
        made = bench.call(name, *args, **kwargs)
    if bench.notes.unknowns[before:] and bench.notes.unknowns[-1].startswith("the operation cannot run"):
        raise Impossible(bench.notes.events[-1])
    return made


@dataclass
class Case:
    """A program with what the interpreter claims of its values, up to the last."""

    program: Program
    values: list[Value]
    failure: Impossible | None
    bench: Bench
    crash: Exception | None = None
    """What a transfer function raised by mistake."""

    @property
    def ended(self) -> bool:
        """Whether nothing can follow: the last step cannot run, or its result is no tensor."""
        return self.failure is not None or self.crash is not None or not isinstance(self.values[-1], Tensor)


def start(program: Program, *, ranks: bool = True) -> Case:
    """A case that holds the inputs of a program; without ``ranks`` only their batch axis is known."""
    values: list[Value] = []
    for index, shape in enumerate(program.inputs):
        made = batch(*shape, index=index)
        values.append(made if ranks else made.but(dims=None))
    return Case(program, values, None, Bench())


def perform(case: Case, step: tuple[str, tuple[Any, ...], dict[str, Any]]) -> None:
    """Interpret the next step of a case: one value more, or its failure."""
    name, args, kwargs = step
    bench = case.bench
    size = bench.subscript(bench.call("tensorflow.shape", case.values[0]), 0)
    operands = [filled(each, case.values, size) for each in args]
    named = {key: filled(each, case.values, size) for key, each in kwargs.items()}
    try:
        case.values.append(step_abstractly(bench, name, operands, named))
    except Impossible as error:
        case.failure = error
    except Exception as error:
        case.crash = error


def interpreted(program: Program, *, ranks: bool = True) -> Case:
    """Interpret a program, up to the first step that cannot run or gives no tensor."""
    case = start(program, ranks=ranks)
    for done, step in enumerate(program.steps, 1):
        perform(case, step)
        if case.ended:
            case.program = Program(program.inputs, program.steps[:done])
            break
    return case


# --- for real --------------------------------------------------------------------------------------

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "@": operator.matmul,
    ">": operator.gt, "<=": operator.le, "**": operator.pow, "//": operator.floordiv, "%": operator.mod,
}  # fmt: skip


@dataclass
class Run:
    """The values of a program on some inputs as arrays, up to the step that raised."""

    program: Program
    values: list[Any]
    error: Exception | None = None

    def at(self, index: int) -> Any:
        """A value, or the exception that keeps it from being one."""
        return self.values[index] if index < len(self.values) else self.error

    def finite(self, index: int) -> bool:
        """Whether neither this value nor one that it is made of went out of the range of numbers."""
        import numpy as np

        if len(self.values) <= index:
            return False
        known = [self.values[each] for each in self.program.behind(index)]
        return all(np.isfinite(v).all() for v in known if v.dtype.kind == "f")


def run_for_real(program: Program, arrays: list[Any]) -> Run:
    """Run a program in TensorFlow."""
    import tensorflow as tf

    values = [tf.constant(array) for array in arrays]
    size = tf.shape(values[0])[0]
    run = Run(program, list(arrays))
    for name, args, kwargs in program.steps:
        named = {key: filled(each, values, size) for key, each in kwargs.items()}
        try:
            values.append(_step_for_real(name, filled(args, values, size), named))
            if 0 in values[-1].shape:
                # Some kernels divide by an axis of size 0, which ends the process.
                raise ValueError("an empty tensor")
            run.values.append(values[-1].numpy())
        except Exception as error:
            run.error = error
            break
    return run


def fails_in_graph(run: Run) -> bool:
    """Whether the last step of a run fails where TensorFlow traces it, as it does when a model is built.

    Some kernels take without a word what the shapes in a graph refuse.
    """
    import tensorflow as tf

    name, args, kwargs = run.program.steps[-1]
    arrays = run.values[:-1]

    def last(*values: Any) -> Any:
        size = len(arrays[0])
        named = {key: filled(each, list(values), size) for key, each in kwargs.items()}
        return _step_for_real(name, filled(args, list(values), size), named)

    try:
        tf.function(last).get_concrete_function(*map(tf.constant, arrays))
    except Exception:
        return True
    return False


def _step_for_real(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    kind, _, word = name.partition(":")
    if kind == "binary":
        return _BINARY[word](*args)
    if kind == "unary":
        return -args[0]
    if kind == "subscript":
        return args[0][args[1]]
    if kind == "item":
        parts = _resolve(word)(*args[1:], **kwargs)
        return _dense(_first(parts[args[0] % len(parts)]))
    return _dense(_resolve(name)(*_sparse(name, args), **kwargs))


def _first(part: Any) -> Any:
    """A part of a result: of a list of tensors, its first."""
    return part[0] if isinstance(part, list) else part


def _sparse(name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The operands of a function of sparse tensors, made such."""
    import tensorflow as tf

    if "sparse." not in name and not name.endswith("edit_distance"):
        return args
    if name.endswith(("from_dense", "sparse_dense_matmul")):
        return args
    return tuple(tf.sparse.from_dense(each) if tf.is_tensor(each) else each for each in args)


def _dense(made: Any) -> Any:
    import tensorflow as tf

    return tf.sparse.to_dense(made) if isinstance(made, tf.SparseTensor) else made


def _resolve(name: str) -> Callable[..., Any]:
    prefix = library.prefix_of(name)
    found = introspect.real(prefix, name.removeprefix(f"{prefix}."))
    if found is None:
        raise AttributeError(name)
    return found  # type: ignore[no-any-return]
