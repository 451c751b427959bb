"""The requests of one call to the driver: which wait, which are answered, who does what next."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lambdalint.confirm.request import Answer, Request
from lambdalint.confirm.verdicts import Verdicts
from lambdalint.confirm.workers import Kind, Reply


@dataclass(frozen=True, slots=True)
class Task:
    """A request that waits for a worker; equal requests share a task.

    ``alone`` means that its worker is to do nothing else: the one that it shared with others has ended.
    """

    key: str
    request: Request
    kind: Kind
    alone: bool = False


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
        """The next task for a thread whose last one was of ``kind``; ``None`` when nothing waits.

        A thread stays with its kind as long as it can; else it takes the kind that the fewest serve.
        """
        with self._lock:
            waiting = [each for each, tasks in self._waiting.items() if tasks]
            if kind is not None and kind not in waiting:
                self._served[kind] -= 1
            if not waiting:
                return None
            if kind is None or kind not in waiting:
                kind = min(waiting, key=lambda each: self._served[each])
                self._served[kind] += 1
            return self._waiting[kind].pop()

    def again(self, task: Task) -> None:
        """Have a task done once more, by a worker that does nothing else."""
        with self._lock:
            self._waiting.setdefault(task.kind, []).append(replace(task, alone=True))

    def put(self, task: Task, reply: Reply) -> None:
        """Take the answer to a task."""
        if reply.settled:
            self._verdicts.put(task.key, reply.answer)
        with self._lock:
            self._answers[task.key] = reply.answer
            self._tell(self._times[task.key])

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
