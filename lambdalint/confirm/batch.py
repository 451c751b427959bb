"""The requests of one call to the driver: which wait, which are answered, who does what next."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lambdalint.confirm.request import Answer, Request
from lambdalint.confirm.verdicts import Verdicts
from lambdalint.confirm.workers import Kind, Reply

WORTH_AN_IMPORT = 16
"""Requests that must be waiting before one more worker imports a library that another has imported."""


@dataclass(frozen=True, slots=True)
class Task:
    """A request that waits for a worker; equal requests share a task."""

    key: str
    request: Request
    kind: Kind


class Batch:
    """Safe to use from several threads."""

    def __init__(
        self,
        requests: Sequence[Request],
        verdicts: Verdicts,
        backend: str,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._verdicts = verdicts
        self._progress = progress
        self._lock = threading.Lock()
        self._keys = [verdicts.key(each) for each in requests]
        self._times = Counter(self._keys)
        self._answers: dict[str, Answer] = {}
        self._served: Counter[Kind] = Counter()
        self._waiting: dict[Kind, list[Task]] = {}
        for key, request in zip(self._keys, requests):
            if key in self._answers:
                continue
            known = verdicts.get(key)
            if known is not None:
                self._answers[key] = known
                continue
            self._answers[key] = Answer("unconfirmed", "the run was interrupted")
            task = Task(key, request, Kind.of(request, backend))
            self._waiting.setdefault(task.kind, []).insert(0, task)
        self._done = len(self._keys) - sum(
            self._times[t.key] for each in self._waiting.values() for t in each
        )
        self._tell(0)

    def kinds(self) -> list[Kind]:
        """The kinds of workers that waiting requests need."""
        with self._lock:
            return [kind for kind, tasks in self._waiting.items() if tasks]

    def take(self, kind: Kind | None) -> Task | None:
        """The next task for a thread whose worker is of ``kind``, or has none; ``None`` when others do
        what is left sooner than a library is imported once more."""
        with self._lock:
            chosen = kind if kind is not None and self._waiting.get(kind) else None
            for other, tasks in self._waiting.items():
                worth = len(tasks) >= WORTH_AN_IMPORT * self._served[other]
                if chosen is None and tasks and (worth or not self._served[other]):
                    chosen = other
            if kind != chosen:
                if kind is not None:
                    self._served[kind] -= 1
                if chosen is not None:
                    self._served[chosen] += 1
            return None if chosen is None else self._waiting[chosen].pop()

    def put(self, task: Task, reply: Reply) -> None:
        """Take the answer to a task."""
        if reply.settled:
            self._verdicts.put(task.key, reply.answer)
        with self._lock:
            self._answers[task.key] = reply.answer
            self._tell(self._times[task.key])

    def lost(self, kind: Kind) -> None:
        """A thread has no worker of ``kind`` any more."""
        with self._lock:
            self._served[kind] -= 1

    def fail(self, kind: Kind, reason: str) -> None:
        """Answer all waiting requests of a kind with the reason why no worker can."""
        with self._lock:
            for task in self._waiting.pop(kind, []):
                self._answers[task.key] = Answer("unconfirmed", reason)
                self._tell(self._times[task.key])

    def drop(self) -> None:
        """Forget the requests that wait."""
        with self._lock:
            self._waiting.clear()

    def answers(self) -> list[Answer]:
        """The answers, in the order of the requests."""
        with self._lock:
            return [self._answers[key] for key in self._keys]

    def _tell(self, more: int) -> None:
        self._done += more
        if self._progress is not None:
            self._progress(self._done, len(self._keys))
