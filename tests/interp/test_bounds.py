"""Code that would run for ever, or fill the memory, ends in little time and in an unknown value at worst."""

from __future__ import annotations

import time

import pytest

from lambdalint.interp import reasons
from lambdalint.interp.explain import describe
from lambdalint.interp.values import Unknown
from tests.interp.running import facts_of, one

HEAD = """
import functools, math
import numpy as np
import tensorflow as tf
from keras import backend as K
from keras.layers import Dense, Input, Lambda
"""
APPLY = "\nLambda(f)(Input((3,)))\n"
SECONDS = 60.0
"""Far more than any of this takes, and far less than it would take if it were not bounded."""

DOUBLING_CALLS = "".join(f"def f{i}(x):\n    return f{i + 1}(x) + f{i + 1}(x)\n" for i in range(20))

ENDLESS = {
    "a tree of calls": DOUBLING_CALLS + "def f20(x):\n    return x\nf = f0",
    "nested loops": """
def f(x):
    for a in range(40):
        for b in range(40):
            for c in range(40):
                for d in range(40):
                    x = x + 1
    return x
""",
    "a comprehension of four clauses": """
def f(x):
    return sum(x for a in range(40) for b in range(40) for c in range(40) for d in range(40))
""",
    "mutual recursion": "def f(x):\n    return g(x) + g(x)\ndef g(x):\n    return f(x) * f(x)\n",
    "recursion that takes too long": """
def f(x, n=30):
    return x if n < 2 else f(x, n - 1) + f(x, n - 2)
""",
    "recursion that does not end": "def f(x):\n    return f(x + 1)\n",
    "a property of itself": """
class A:
    @property
    def p(self):
        return self.p + self.p
f = lambda x: x * A().p
""",
}


@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS)
def test_what_takes_too_long_is_unknown(code: str) -> None:
    start = time.process_time()
    result = one(HEAD + code + APPLY).result
    assert time.process_time() - start < SECONDS
    assert isinstance(result, Unknown)
    assert result.reason in (reasons.BUDGET, reasons.TOO_DEEP)


def test_the_layers_after_one_that_takes_too_long_are_known() -> None:
    code = HEAD + ENDLESS["nested loops"] + APPLY + "Lambda(lambda x: x[:, 0])(Input((3,)))"
    assert describe(one(code).result) == "(B*,)"


LARGE = {
    "a list that doubles": """
def f(x):
    l = [x]
    for i in range(40):
        l = l + l
    return l[0]
""",
    "a list that extends itself": """
def f(x):
    l = [x]
    for i in range(40):
        l.extend(l)
    return l[0]
""",
    "pairs of pairs": """
def f(x):
    l = x
    for i in range(40):
        l = [l, l]
    return K.stack(l)
""",
    "zipped pairs": """
def f(x):
    l = [x, x]
    for i in range(40):
        l = list(zip(l, l))
    return K.stack(l)
""",
    "dicts of dicts": """
def f(x):
    d = {"a": x}
    for i in range(40):
        d = {"a": d, "b": d}
    return K.stack(list(d.values()))
""",
    "a list in itself": "def f(x):\n    l = [x]\n    l.append(l)\n    l[0] = l\n    return K.stack(l)",
    "a repeated list": "def f(x):\n    return K.concatenate([x] * 10**9)",
}


@pytest.mark.parametrize("code", LARGE.values(), ids=LARGE)
def test_containers_stay_small(code: str) -> None:
    start = time.process_time()
    facts = facts_of(HEAD + code + APPLY)
    assert time.process_time() - start < SECONDS
    assert not facts.failures


NUMBERS = {
    "a power": "n = 10 ** 10 ** 10",
    "a NumPy power": "n = np.power(10, 10 ** 10)",
    "squares": "n = 3\nfor i in range(45):\n    n = n * n",
    "NumPy squares": "n = 3\nfor i in range(45):\n    n = np.square(n)",
    "a shift": "n = 1 << 10 ** 12",
    "a factorial": "n = math.factorial(10 ** 7)",
    "a string that doubles": "s = 'a'\nfor i in range(45):\n    s = s + s\nn = len(s)",
    "a wide format": "n = len('{:>9999999999}'.format(1) + '%9999999999d' % 1)",
    "sizes squared": "n = int(input())\nfor i in range(40):\n    n = n * n + int(input())",
    "halves": "n = int(input())\nfor i in range(40):\n    n = max(n // 3, n % 7)",
}


@pytest.mark.parametrize("code", NUMBERS.values(), ids=NUMBERS)
def test_numbers_sizes_and_strings_stay_small(code: str) -> None:
    start = time.process_time()
    trace = one(HEAD + code + "\nf = lambda x: K.reshape(x, (-1, n)) * n" + APPLY)
    assert time.process_time() - start < SECONDS
    assert len(describe(trace.result)) < 2000


def test_many_uses_of_a_layer_take_little_time() -> None:
    loops = "x = Input((3,))\nfor a in range(40):\n  for b in range(40):\n    for c in range(40):\n      "
    start = time.process_time()
    facts_of(HEAD + loops + "x = Lambda(lambda t: K.exp(t + 1))(x)")
    assert time.process_time() - start < 2 * SECONDS


# --- recursion that ends ---------------------------------------------------------------------------


def test_recursion_on_known_values_is_followed() -> None:
    counting = "def f(x, n=12):\n    return x[:, :2] if n == 0 else f(x + 1, n - 1)"
    assert describe(one(HEAD + counting + APPLY).result) == "(B*, 2)"
    folding = "def g(l):\n    return l[0] if len(l) == 1 else g(l[1:]) + l[0]\n"
    body = "f = lambda x: g([x[:, i] for i in range(3)] * 3)"
    assert describe(one(HEAD + folding + body + APPLY).result) == "(B*,)"
