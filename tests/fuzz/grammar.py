"""Programs of what Python's own grammar generates, with Lambda layers around it (hypothesmith)."""

from __future__ import annotations

import re
import warnings
from contextlib import suppress
from functools import lru_cache
from random import Random

from tests.fuzz.oracle import Input

_DRAWN = 15
"""How many pieces of each kind of node one pool has."""
_KINDS = 4
"""Of how many kinds of nodes a pool is made: drawing is slow, and what is drawn is often the simplest."""
_USES = 3000
"""How many inputs are made of one pool."""
_EXPRESSIONS = (
    "Attribute", "BinaryOperation", "BooleanOperation", "Call", "Comparison", "Dict", "DictComp",
    "FormattedString", "GeneratorExp", "IfExp", "Lambda", "List", "ListComp", "NamedExpr", "Set", "SetComp",
    "Subscript", "Tuple", "UnaryOperation",
)  # fmt: skip
_STATEMENTS = (
    "AnnAssign", "Assert", "Assign", "AugAssign", "ClassDef", "Del", "For", "FunctionDef", "Global", "If",
    "Import", "ImportFrom", "Match", "Nonlocal", "Raise", "Return", "Try", "While", "With",
)  # fmt: skip
_NAMES = ("t", "x", "K.sum(t)", "K", "f", "Lambda", "Input", "Model", "t.shape", "self", "None", "3", "A")
_HEAD = (
    "from keras import backend as K\nfrom keras.layers import *\nfrom keras.models import *\n"
    "import tensorflow as tf\nimport numpy as np\nx = Input(shape=(4, 8))\n"
)


def grammatical(random: Random, pool: int) -> Input:
    """Statements and expressions that the grammar derives, in modules and in the functions of layers."""
    statements, expressions = _pool(pool)
    parts = [_named(random, random.choice(expressions)) for _ in range(5)]
    bodies = [_named(random, random.choice(statements)) for _ in range(4)]
    inside = "".join(f"    {row}\n" for body in bodies[:2] for row in body.splitlines())
    layers = [
        f"x = Lambda(lambda t: ({parts[0]}\n))(x)",
        f"y = Lambda(lambda t, A=0: K.sum(t, ({parts[1]}\n)), output_shape=({parts[2]}\n))(x)",
        f"def f(t, A=1):\n{inside}    return {parts[3]}\n"
        "z = Lambda(f, output_shape=f, arguments=dict(A=x))(x)",
        f"z = Lambda(f, mask={parts[4]})([x, x])\nModel(x, z).compile('sgd', 'mse')",
    ]
    pieces = [*bodies[2:], *random.sample(layers, random.randint(1, 4))]
    if random.random() < 0.3:
        random.shuffle(pieces)
    return Input("grammar.py", "\n".join([_HEAD, *pieces]).encode("utf-8", "surrogatepass"))


def pool_of(seed: int, number: int) -> int:
    """The pool that an input is made of."""
    return seed * 1_000_000 + number // _USES


def _named(random: Random, text: str) -> str:
    """A text whose simplest names, ``A`` all of them, are some that mean something."""
    return re.sub(r"\bA\b", lambda _: random.choice(_NAMES), text.strip() or "A")


@lru_cache(maxsize=1)
def _pool(seed: int) -> tuple[list[str], list[str]]:
    """The statements and the expressions of some kinds of nodes."""
    random = Random(seed)
    pools = []
    for kinds in (_STATEMENTS, _EXPRESSIONS):
        chosen = random.sample(kinds, _KINDS)
        drawn = {text for kind in chosen for text in _drawn(kind, random.randrange(1 << 30))}
        pools.append(sorted(drawn) or ["A"])
    return pools[0], pools[1]


def _drawn(kind: str, seed: int) -> list[str]:
    import hypothesmith
    import libcst
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis.errors import Unsatisfiable

    found: list[str] = []

    @seeded(seed)
    @settings(
        max_examples=_DRAWN,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(hypothesmith.from_node(getattr(libcst, kind), auto_target=False))
    def collect(text: str) -> None:
        found.append(text)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Of some kinds hardly any draw is valid Python.
        with suppress(Unsatisfiable):
            collect()
    return found
