"""What it costs to run the experiments behind findings: ``python -m tests.benchmarks confirm``.

The import of Keras, once in a run for each kind of worker, is left out.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lambdalint.confirm.driver import Driver
from lambdalint.confirm.request import Request
from lambdalint.confirm.stage import answers_to
from lambdalint.engine import run
from lambdalint.registry import load_rules
from lambdalint.settings import Confirming, Overrides, load
from tests.benchmarks.measure import Row

_PER_FINDING = 0.3
"""Seconds by the clock, on two processors with as many jobs."""
_HEAD = """
import numpy as np
from keras import backend as K
from keras.layers import Input, Lambda
from keras.models import Model
"""
_LAYERS = (
    *(
        "lambda t: K.sum(t, axis=1) * np.sqrt({n})",
        "lambda t: K.abs(t) + {n}",
        "lambda t: K.reshape(t, (-1, 4))",
    ),
    *("lambda t: K.mean(t, axis=0) + {n}", "lambda t: np.pi * K.square(t)", "lambda t: t * scale + K.exp(t)"),
    *("lambda t: t / K.sqrt(K.sum(t * t, axis=1, keepdims=True)) + {n}", "lambda t: K.log(t) * {n}"),
)
"""Functions with which most goes wrong that experiments show: when saved, above all."""
_TIMES = 3


def _requests(folder: str) -> list[Request]:
    """The requests for the findings in a folder that can be run."""
    settings = load(load_rules().rules, overrides=Overrides(confirming=Confirming(), cache=False), cwd=folder)
    result = run([folder], settings)
    return [each for each in result.requests.values() if isinstance(each, Request)]


def _written(folder: Path) -> None:
    """A project whose layers are saved, each of them with something wrong."""
    for number in range(_TIMES):
        lines = [f"x = Input((4, 3))\nscale = K.constant({number}.5)"]
        lines += [f"y{i} = Lambda({text.format(n=number + 2)})(x)" for i, text in enumerate(_LAYERS)]
        lines.append(f"Model(x, [{', '.join(f'y{i}' for i in range(len(_LAYERS)))}]).save('model.h5')")
        (folder / f"model_{number}.py").write_text(_HEAD + "\n".join(lines) + "\n")


def _processors(driver: Driver) -> float:
    """Seconds of all processors that the workers and their children have used, where the system tells."""
    ticks = 0
    for worker in driver.workers:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _row(subject: str, requests: list[Request]) -> Row:
    jobs = os.cpu_count() or 1
    with Driver(jobs=jobs) as driver:
        # One of each kind, so that everything is imported.
        driver.answers(list({(each.package, each.dialect): each for each in requests}.values()))
        before, begin = _processors(driver), time.perf_counter()
        told = answers_to(driver, requests)
        seconds, spent = time.perf_counter() - begin, _processors(driver) - before
    confirmed = sum(several[0].status == "confirmed" for several in told)
    remark = f"seconds a finding, {jobs} jobs; processors {spent / len(told):.2f} s; {confirmed} confirmed"
    return Row("confirm", subject, seconds, len(told), _PER_FINDING, "", remark)


def rows(folders: list[Path], rounds: int) -> Iterator[Row]:
    """By the clock; the repositories of a folder, one a subfolder, are one row."""
    with tempfile.TemporaryDirectory() as work:
        _written(Path(work))
        requests = _requests(work)
        yield min((_row(f"{len(requests)} findings, written", requests) for _ in range(rounds)), key=_ratio)
    for folder in folders:
        found = [each for item in sorted(folder.iterdir()) if item.is_dir() for each in _requests(str(item))]
        if found:
            yield _row(f"{len(found)} findings in {folder.name}", found)


def _ratio(row: Row) -> float:
    return row.ratio
