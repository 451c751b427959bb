"""What it costs to run a layer's function on abstract tensors: ``python -m tests.benchmarks.bodies``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lambdalint.interp.analyse import analyse
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import ParsedUnit, parse
from lambdalint.syntax.project import Project
from tests.benchmarks.measure import Row

_FLAT = 1.3
_PER_PARSE = 15.0
"""How many times as long as parsing it running a function may take; the remark says how many a second."""
_LAYERS = 200
_HEAD = "from keras import backend as K\nfrom keras.layers import Input, Lambda\nx = Input(shape=(4, 8))\n"
_STEPS = {
    "arithmetic": "    t = t + K.abs(t) * 0.5\n",
    "reductions": "    t = t - K.mean(t, axis=1, keepdims=True)\n",
    "shapes": "    t = K.permute_dimensions(K.reshape(t, (-1, K.int_shape(t)[1] * 2, 4)), (0, 2, 1))\n"
    "    t = K.reshape(t, (-1, 4, 8))\n",
    "loops": "    for i in range(3):\n        t = K.concatenate([t[:, :1], t[:, 1:]], axis=1)\n",
    "helpers": "    t = scaled(t, 0.5)\n",
}
_HELPER = "def scaled(t, by):\n    if by > 1:\n        return t\n    return t * by\n"


def _unit(text: str) -> SourceUnit:
    return SourceUnit("model.py", text, text)


def _least(work: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def _analysed(parsed: ParsedUnit) -> Callable[[], None]:
    def work() -> None:
        facts = analyse(parsed, project=Project("/nowhere"))
        # A function that is too long to be followed would be cheap.
        assert not any(reason for _, reason in facts.followed)

    return work


def _of_steps(kind: str, count: int) -> ParsedUnit:
    """A file with one layer whose function takes so many steps."""
    body = _STEPS[kind] * count
    return parse(_unit(f"{_HEAD}{_HELPER}def f(t):\n{body}    return t\nx = Lambda(f)(x)\n"))


def rows(folders: list[Path], rounds: int) -> Iterator[Row]:
    """The cost of a step in functions of 4 and 16 times as many; that of a function against parsing it."""
    for kind in _STEPS:
        costs = {n: _least(_analysed(_of_steps(kind, 10 * n)), rounds) / n for n in (1, 4, 16)}
        for times in (4, 16):
            ours, theirs = 1000 * costs[times] / 10, 1000 * costs[1] / 10
            yield Row("bodies", f"{kind}: a step at {times}x / 1x", ours, theirs, _FLAT, "ms")
    body = "".join(_STEPS.values())
    uses = "".join(f"def f{n}(t):\n{body}    return t\nx{n} = Lambda(f{n})(x)\n" for n in range(_LAYERS))
    text = _HEAD + _HELPER + uses
    parsing = _least(lambda: parse(_unit(text)), rounds)
    running = _least(_analysed(parse(_unit(text))), rounds)
    remark = f"{_LAYERS / running:.0f} bodies a second"
    ours, theirs = 1000 * running / _LAYERS, 1000 * parsing / _LAYERS
    yield Row("bodies", "a function of 14 operations / parsing it", ours, theirs, _PER_PARSE, "ms", remark)


def main() -> int:
    """Print the rows; 1 if a target is missed."""
    found = list(rows([], 3))
    print("\n".join(map(str, found)))
    return int(any(not row.met for row in found))


if __name__ == "__main__":
    sys.exit(main())
