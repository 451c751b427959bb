"""Ranges hold for every entry that they speak of."""

from __future__ import annotations

import itertools
import operator

import pytest

from lambdalint.interp.signs import make, where_it

ENTRIES = (-2.0, -1.0, 0.0, 1.0, 2.0)
SPANS = [(low, high) for low, high in itertools.product(ENTRIES, ENTRIES) if low <= high]
RELATIONS = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
    "!=": operator.ne, "==": operator.eq,
}  # fmt: skip


@pytest.mark.parametrize("relation", RELATIONS)
def test_what_a_condition_takes_lies_in_its_range(relation: str) -> None:
    for (low, high), (least, most) in itertools.product(SPANS, SPANS):
        taken = where_it(make(low, high, "often"), relation, make(least, most, "often"))
        for entry, bound in itertools.product(ENTRIES, ENTRIES):
            if low <= entry <= high and least <= bound <= most and RELATIONS[relation](entry, bound):
                assert taken.low <= entry <= taken.high
                assert entry != 0 or taken.zero != "never"


def test_a_condition_that_leaves_0_out() -> None:
    nonnegative = make(0.0, 5.0, "often")
    assert where_it(nonnegative, ">", make(0.0, 0.0, "often")).zero == "never"
    assert where_it(nonnegative, ">=", make(0.5, 0.5, "never")).low == 0.5
    assert where_it(nonnegative, "!=", make(0.0, 0.0, "often")).zero == "never"
    assert where_it(nonnegative, ">=", make(0.0, 0.0, "often")).zero == "often"
