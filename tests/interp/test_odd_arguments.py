"""Arguments that no one means: whatever is called gives a value or says that it cannot run, and soon."""

from __future__ import annotations

import ast
import builtins
import signal
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle

import pytest

from lambdalint.interp.call import Op
from lambdalint.interp.expressions import OPERATORS
from lambdalint.interp.facts import Trace
from lambdalint.interp.frames import ModuleEnv
from lambdalint.interp.machine import Machine, OutOfBudget
from lambdalint.interp.modules import Modules
from lambdalint.interp.ops import index, library, operators
from lambdalint.interp.tensors import join_values
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    TRUE,
    Along,
    Bound,
    Broken,
    Const,
    Dictionary,
    Event,
    Library,
    Number,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers import applications, catalogue, parameters
from lambdalint.layers.dims import B, Dim, fresh
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.project import Project

AT = Anchor(SourceUnit("script.py", "pass", "pass"), ast.parse("pass").body[0])
SECONDS = 60
"""What no file of operations comes near, unless one counts to a number that it is given."""
GROUPS = 8


def samples(*features: Dim, dtype: str = "float32") -> Tensor:
    return Tensor((B, *features), Along(0), dtype, inputs=frozenset({0}))


def listed(*items: object) -> Sequence:
    return Sequence("list", [item if not isinstance(item, PLAIN) else Const(item) for item in items])  # type: ignore[misc]


PLAIN = (int, float, str, bytes, complex, type(None), type(Ellipsis))
OPEN_RANK = Tensor(None, Along(0), None, inputs=frozenset({0}))
SIZE = Number(fresh("n"))

ODD: tuple[Value, ...] = (
    *map(Const, (None, "a", b"a", "", True, -3, 10**9, -(10**9), 2**70, 0, 2, 2.5, 1j, ...)),
    *map(Const, (float("nan"), float("inf"), -float("inf"))),
    *(listed(), listed(None), listed("a"), listed(2.5), listed(listed()), listed(listed(1, "a"))),
    *(listed(*range(1, 8)), listed(-9), listed(2**70), listed(SIZE), listed(TRUE), listed(0, 0)),
    *(listed(samples(3)), listed(samples(3), samples(4)), listed(samples(3), None)),
    *(Sequence("list", None, Const(1)), Sequence("list", None, None), Sequence("tuple", [])),
    *(Dictionary({}), Dictionary({"a": Const(1), 3: samples(2)}, complete=False)),
    *(Unknown("?"), Unknown("?", tensor=True, inputs=frozenset({0})), SIZE, Number(B)),
    *(Tensor((), CONSTANT, "int32", content=3), Tensor((2,), CONSTANT, "int32", content=(1, B))),
    *(samples(), samples(3, dtype="int32"), samples(2, 3, 4, 5), samples(3, dtype="bool"), samples(0)),
    *(samples(dtype="string"), OPEN_RANK, Tensor((3,), Broken((Event("reduced", AT),)), "float32")),
    *(SliceValue(NONE, Const("a"), NONE), Library("tensorflow.reduce_sum")),
)
FIRST: tuple[Value, ...] = (
    samples(4, 5, 3),
    OPEN_RANK,
    samples(3),
    listed(samples(3), samples(4)),
    samples(4, 5, 3, dtype="int32"),
    Tensor((), CONSTANT, "float32"),
    Tensor((3, 4), CONSTANT, "float32"),
)


def machine(dialect: str = "keras2") -> Machine:
    env = ModuleEnv(AT.unit, ast.parse("pass"))
    made = Machine(Modules(env, Project(), []), dialect)
    made.trace = Trace(Const(None), ())
    return made


def calls(op: Op, firsts: Iterator[Value]) -> Iterator[dict[str, Value]]:
    """Each argument odd in every way, next to a tensor in the first and in what must be given."""
    names = [parameter.name for parameter in op.parameters]
    for name in names:
        for odd in ODD:
            first = next(firsts)
            given = {names[0]: first, name: odd}
            for other in ["", *names]:
                if other:
                    given.setdefault(other, first)
                if not isinstance(library.bind(op, [], given), str):
                    yield given
                    break


def _stop(*_: object) -> None:
    raise TimeoutError


@pytest.fixture
def in_time() -> Iterator[None]:
    """An operation that never ends fails its test instead of holding up all others."""
    before = signal.signal(signal.SIGALRM, _stop)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def copied(value: Value) -> Value:
    """Lists and dicts as they are before a method changes them."""
    if isinstance(value, Sequence):
        return Sequence(value.kind, None if value.items is None else list(value.items), value.element)
    return Dictionary(dict(value.items), value.complete) if isinstance(value, Dictionary) else value


def survives(runner: Machine, what: object, work: Callable[[], Value | None]) -> None:
    """Some work ends in a value, or with its share of the budget; nothing is noted as an internal error."""
    runner.budget = 2000
    try:
        str(work())
    except OutOfBudget:
        runner.reset()
    except Exception as error:
        raise AssertionError(what) from error
    runner.trace = Trace(Const(None), ())
    assert not runner.failures, (what, runner.failures[0].error)


METHODS = (
    *("append", "extend", "insert", "pop", "copy", "as_list", "index", "count", "reverse", "sort", "remove"),
    *(
        "clear",
        "get",
        "items",
        "keys",
        "values",
        "update",
        "setdefault",
        "popitem",
        "format",
        "join",
        "split",
    ),
    *("lower", "upper", "replace", "strip", "startswith", "zfill", "rjust", "bit_length", "add", "union"),
)
OF_MODELS = (
    *("add", "save", "fit", "compile", "add_loss", "add_metric", "get_layer", "pop", "call", "predict"),
    *("get_output_at", "summary", "load_weights", "__call__", "build", "compute_output_shape"),
)
PICTURE_OPTIONS = ("input_shape", "input_tensor", "include_top", "pooling", "classes", "weights", "alpha")


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("group", range(GROUPS))
def test_every_operation_takes_any_argument(group: int) -> None:
    runner, firsts, count = machine(), cycle(FIRST), 0
    for name in list(library.operation_names())[group::GROUPS]:
        op = library.lookup(name)
        assert op is not None
        for given in calls(op, firsts):
            survives(runner, (name, given), partial(runner.call_op, Library(name), [], given, AT, name))
            count += 1
    assert count > 10_000


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("group", range(2))
def test_every_operator_takes_any_operands(group: int) -> None:
    runner = machine()
    values = (*ODD, *FIRST)
    for left in values[group::2]:
        for right in values:
            pair = (left, right)
            for symbol in sorted(set(OPERATORS.values()) - {"~"}):
                work = partial(operators.binary, runner, symbol, left, right, AT, symbol)
                survives(runner, (symbol, *pair), work)
            for key in (right, SliceValue(right, NONE, NONE), SliceValue(NONE, Const(1), right)):
                survives(runner, (left, key), partial(index.subscript, runner, left, key, AT, "x"))
            survives(runner, pair, partial(join_values, left, right))
    for symbol in "+-~":
        for value in values:
            survives(runner, (symbol, value), partial(operators.unary, runner, symbol, value, AT, symbol))


@pytest.mark.usefixtures("in_time")
def test_every_builtin_and_method_takes_any_arguments() -> None:
    runner, others = machine(), cycle(ODD[1:])
    for name in [word for word in dir(builtins) if word.islower() and not word.startswith("_")]:
        function = Library(f"builtins.{name}")
        for odd in ODD:
            for given in ([odd], [odd, next(others)], [next(others), odd, next(others)]):
                args = [*map(copied, given)]
                survives(runner, (name, args), partial(runner.call, function, args, {}, AT, name))
    for name in METHODS:
        for receiver in ODD:
            for odd in ODD:
                for given in ([odd], [odd, next(others)]):
                    method, args = Bound(copied(receiver), name), [*map(copied, given)]
                    survives(
                        runner, (name, receiver, given), partial(runner.call, method, args, {}, AT, name)
                    )


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("dialect", ["keras1", "keras2", "keras3"])
def test_every_layer_takes_any_setting(dialect: str) -> None:
    runner, firsts = machine(dialect), cycle(FIRST)

    def run(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
        layer = runner.call(Library(f"keras.layers.{name}"), args, kwargs, AT, name)
        return runner.call(layer, [next(firsts)], {}, AT, name)

    classes = {
        *catalogue.known_layers(),
        *catalogue.ALIASES,
        *catalogue.FUNCTIONS,
        "Lambda",
        "Merge",
        "Input",
    }
    others = cycle(ODD[1:])
    for name in sorted(classes):
        words = (*(parameters.parameters(name, dialect) or ()), "input_shape", "batch_input_shape", "name")
        for odd in ODD:
            for word in words:
                survives(runner, (name, word, odd), partial(run, name, [], {word: copied(odd)}))
            pair = [copied(odd), copied(next(others))]
            survives(runner, (name, pair), partial(run, name, pair, {}))


@pytest.mark.usefixtures("in_time")
def test_every_method_of_a_model_takes_any_arguments() -> None:
    runner, others = machine(), cycle(ODD[1:])

    def run(name: str, first: Value, second: Value) -> Value:
        four = Sequence("tuple", [Const(4)])
        model = runner.call(Library("keras.models.Sequential"), [], {}, AT, "Sequential")
        dense = runner.call(Library("keras.layers.Dense"), [Const(3)], {"input_shape": four}, AT, "Dense")
        runner.call(Bound(model, "add"), [dense], {}, AT, "add")
        runner.call(Bound(model, name), [first, second], {}, AT, name)
        runner.call(Bound(model, name), [], {"loss": first, "callbacks": second}, AT, name)
        begin = runner.call(Library("keras.layers.Input"), [four], {}, AT, "Input")
        other = runner.call(Library("keras.models.Model"), [begin, first], {}, AT, "Model")
        runner.call(Bound(other, name), [second], {}, AT, name)
        return runner.call(other, [second], {}, AT, "model")

    for name in OF_MODELS:
        for odd in ODD:
            pair = (copied(odd), copied(next(others)))
            survives(runner, (name, *pair), partial(run, name, *pair))
    for name in sorted(applications.TABLE):
        function = Library(f"keras.applications.{name}")
        for word in PICTURE_OPTIONS:
            for odd in ODD:
                given = {word: copied(odd)}
                survives(runner, (name, given), partial(runner.call, function, [], given, AT, name))
