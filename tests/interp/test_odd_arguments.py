"""Every operation, on arguments that no one means: it gives a value or says that it cannot run, and soon."""

from __future__ import annotations

import ast
import signal
from collections.abc import Iterator
from itertools import cycle

import pytest

from lambdalint.interp.call import Op
from lambdalint.interp.facts import Trace
from lambdalint.interp.frames import ModuleEnv
from lambdalint.interp.machine import Machine
from lambdalint.interp.modules import Modules
from lambdalint.interp.ops import library
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    TRUE,
    Along,
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


def machine() -> Machine:
    env = ModuleEnv(AT.unit, ast.parse("pass"))
    made = Machine(Modules(env, Project(), []), "keras2")
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


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("group", range(GROUPS))
def test_every_operation_takes_any_argument(group: int) -> None:
    runner, firsts, count = machine(), cycle(FIRST), 0
    for name in list(library.operation_names())[group::GROUPS]:
        op = library.lookup(name)
        assert op is not None
        for given in calls(op, firsts):
            runner.budget = 100
            made = runner.call_op(Library(name), [], given, AT, name)
            assert str(made)
            assert not runner.failures, (name, given, runner.failures[0].error)
            count += 1
    assert count > 10_000
