"""The cost of one more file, line and finding, at 1, 4 and 16 times as many; memory for very many files."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.measure import CHECK, Row, inside, run

_FLAT = 1.3
_MANY = 100_000
_MOST_MEMORY = 200.0
_HEAD = (
    "from keras import backend as K\nfrom keras.layers import Dense, Input, Lambda\nx = Input(shape=(8,))\n"
)
_LAYER = "x = Lambda(lambda t: t / (1 + K.sum(K.square(t), axis=1, keepdims=True)))(x)\nx = Dense(8)(x)\n"
_FINDING = "x = Lambda(lambda t: t - K.mean(t, axis=0))(x)\n"


def _files(folder: Path, times: int) -> None:
    for number in range(20 * times):
        (folder / f"m{number}.py").write_text(_HEAD + _LAYER * 5 + _FINDING)


def _body(folder: Path, times: int) -> None:
    steps = "    t = t + K.abs(t) * 0.5\n" * (25 * times)
    for number in range(8):
        (folder / f"m{number}.py").write_text(f"{_HEAD}def f(t):\n{steps}    return t\nx = Lambda(f)(x)\n")


def _findings(folder: Path, times: int) -> None:
    for number in range(4):
        (folder / f"m{number}.py").write_text(_HEAD + _FINDING * (20 * times))


_KINDS: dict[str, Callable[[Path, int], None]] = {"files": _files, "body": _body, "findings": _findings}


def rows(folders: list[Path], rounds: int) -> Iterator[Row]:
    """The cost of one unit at 4 and 16 times against once, and the peak memory of a process."""
    for kind in _KINDS:
        costs = {}
        for times in (1, 4, 16):
            with tempfile.TemporaryDirectory() as work:
                _KINDS[kind](Path(work), times)
                costs[times] = min(inside("growth", work)["seconds"] for _ in range(rounds)) / times
        for times in (4, 16):
            ours, theirs = 1000 * costs[times], 1000 * costs[1]
            yield Row("growth", f"{kind}: {times}x / 1x", ours, theirs, _FLAT, "ms")
    with tempfile.TemporaryDirectory() as work:
        for number in range(_MANY):
            if number % 1000 == 0:
                folder = Path(work) / str(number)
                folder.mkdir()
            (folder / f"m{number}.py").write_text(f"def f{number}(x):\n    return x + {number}\n")
        cost = run([*CHECK, "--no-cache", work])
        remark = f"{cost.wall:.1f} s"
        yield Row("growth", f"memory for {_MANY} files", cost.peak, _MOST_MEMORY, 1.0, "MiB", remark)


def _seconds(folder: str) -> float:
    from lambdalint.engine import run
    from lambdalint.pool import relax_collector
    from lambdalint.registry import load_rules
    from lambdalint.settings import Overrides, load

    relax_collector()
    settings = load(load_rules().rules, overrides=Overrides(cache=False, jobs=1))
    with tempfile.TemporaryDirectory() as first:
        _files(Path(first), 1)
        run([first], settings)
    begin = time.process_time()
    run([folder], settings)
    return time.process_time() - begin


if __name__ == "__main__":
    print(json.dumps({"seconds": _seconds(sys.argv[1])}))
