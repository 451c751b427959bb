"""A progress bar on standard error for runs that take more than a moment."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE_SECONDS = 1.0


class ProgressBar:
    """Shows how many files are done, once a run takes longer than about a second.

    Use as a context manager and call it with the number done and the total; it only ever draws on
    a terminal.
    """

    def __init__(self, doing: str = "Checking") -> None:
        self._doing = doing
        self._started = time.monotonic()
        self._bar: Progress | None = None
        self._drawing = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        if not self._drawing:
            return
        if self._bar is None and time.monotonic() - self._started > _PATIENCE_SECONDS:
            self._bar = _start(self._doing, total)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _start(doing: str, total: int) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task(doing, total=total)
    bar.start()
    return bar
