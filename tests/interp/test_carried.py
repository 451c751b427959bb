"""Samples in an argument that is not meant for them: no result claims to be free of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lambdalint.interp.call import Impossible, Op
from lambdalint.interp.ops import library
from lambdalint.interp.ops.carried import _ALONE
from lambdalint.interp.values import Along, Broken, Constant, Event, Sequence, Tensor, Unsure, Value
from tests.interp.bare import AT, Bench, batch
from tests.interp.introspect import rows

MIXED = Tensor((), Broken((Event("reduced", AT),)), "float32", inputs=frozenset({7}))
"""The mean of a batch, say."""


def tensors(value: Value) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Sequence):
        for item in value.items or []:
            yield from tensors(item)


def operations(prefix: str) -> Iterator[Op]:
    for name in rows(prefix):
        op = library.lookup(f"{prefix}.{name}")
        if op is not None and getattr(op.run, "__name__", "") not in _ALONE:
            yield op


@pytest.mark.parametrize("prefix", ["keras.backend", "keras.ops", "keras", "tensorflow"])
@pytest.mark.parametrize("features", [(3,), (4, 3), (4, 5, 3)], ids=str)
def test_every_argument_is_looked_at(prefix: str, features: tuple[int, ...]) -> None:
    missed = []
    for op in operations(prefix):
        needed = [each.name for each in op.parameters if each.default is None and not each.variadic]
        for option in op.parameters[1:]:
            given: dict[str, Any] = dict.fromkeys(needed, 1)
            given[op.parameters[0].name] = batch(*features)
            given[option.name] = MIXED
            try:
                made = Bench().call(op.name, *given.values()) if option.variadic else _named(op, given)
            except (Impossible, AssertionError, AttributeError):
                continue
            if any(isinstance(each.batch, (Along, Constant)) for each in tensors(made)):
                missed.append((op.name, option.name))
    assert missed == []


def _named(op: Op, given: dict[str, Any]) -> Value:
    first = op.parameters[0].name
    return Bench().call(op.name, given[first], **{name: given[name] for name in given if name != first})


def test_a_result_says_why_it_claims_nothing() -> None:
    made = Bench().call("keras.activations.elu", batch(3), MIXED)
    assert isinstance(made, Tensor)
    assert isinstance(made.batch, Unsure)
    assert made.inputs == {0, 7}
    assert made.batch.reason == "samples reach an argument that is not meant for them"
