"""Many files in several processes: order, the choice to start them, and processes that die."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from lambdalint import pool
from lambdalint.engine import Plan
from lambdalint.results import FileResult, Reach
from lambdalint.settings import Settings

PLAN = Plan.make({}, ())


class HerePool:
    """A pool that runs in this process and breaks, for good, on a file called ``deadly``."""

    started = 0

    def __init__(self) -> None:
        self.broken = False
        type(self).started += 1

    def __enter__(self) -> HerePool:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, function: Callable[..., Any], paths: Sequence[str]) -> Future[list[FileResult]]:
        future: Future[list[FileResult]] = Future()
        self.broken = self.broken or "deadly" in paths
        if self.broken:
            future.set_exception(BrokenProcessPool())
        else:
            future.set_result([FileResult(path) for path in paths])
        return future

    def shutdown(self, **_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    HerePool.started = 0
    monkeypatch.setattr(pool, "_pool", lambda jobs, settings, folder: HerePool())
    monkeypatch.setattr(pool, "judge", lambda path, settings, plan: FileResult(path, reach=Reach(7)))


def judged(files: Sequence[str], jobs: int) -> list[FileResult]:
    return pool.judge_all(files, Settings("/", frozenset(), jobs=jobs), PLAN)


FILES = [f"f{number}" for number in range(100)]


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_results_keep_the_order_of_the_files(jobs: int) -> None:
    assert [result.path for result in judged(FILES, jobs)] == FILES
    assert HerePool.started == (jobs > 1)


def test_short_automatic_runs_stay_in_this_process() -> None:
    assert all(result.reach.layers == 7 for result in judged(FILES, 0))


def test_long_automatic_runs_go_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_ALONE_SECONDS", -1.0)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert [result.reach.layers for result in judged(FILES, 0)] == [0] * 100
    # A handful is not worth starting processes for.
    assert [result.reach.layers for result in judged(FILES[:5], 0)] == [7] * 5
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert [result.reach.layers for result in judged(FILES, 0)] == [7] * 100


def test_a_file_that_kills_its_process_is_one_problem() -> None:
    files = [*FILES[:30], "deadly", *FILES[30:]]
    results = judged(files, 2)
    assert [result.path for result in results] == files
    problems = [problem for result in results for problem in result.problems]
    assert [str(problem) for problem in problems] == [
        "deadly: internal error: the process that judged this file died (out of memory?)"
    ]


def test_progress_counts_up_to_all() -> None:
    seen: list[tuple[int, int]] = []
    settings = Settings("/", frozenset(), jobs=2)
    pool.judge_all(FILES, settings, PLAN, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (100, 100)
    assert seen == sorted(seen)
