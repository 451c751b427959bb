"""Has workers answer requests, several at a time, and remembers what they say."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType

from lambdalint.confirm import interpreter
from lambdalint.confirm.batch import Batch, Task
from lambdalint.confirm.interpreter import Unavailable
from lambdalint.confirm.request import Answer, Request
from lambdalint.confirm.verdicts import Verdicts
from lambdalint.confirm.workers import Broken, Kind, Reply, Worker

__all__ = ["Driver", "Unavailable"]


class Driver:
    """Answers requests by running them; a context manager, which ends its workers.

    Attributes:
        protections: the names of what kept the experiments from doing harm, for ``--verbose``.
        imported: how many workers were started: none when every answer was remembered.
        folder: where the workers write; empty until the first is started.
    """

    def __init__(
        self,
        *,
        python: str | None = None,
        jobs: int = 1,
        cache: str | None = None,
        project: str = ".",
        seconds: float | None = None,
        backend: str | None = None,
        without: Sequence[str] = (),
    ) -> None:
        """Look at the interpreter; nothing is imported yet.

        Args:
            python: the interpreter of the user's project; ``None`` is the one that runs lambdalint.
            jobs: how many workers may run at a time.
            cache: the folder of the tool's cache, below which answers are kept; ``None`` keeps none.
            project: the folder that relative names of sample files start from.
            seconds: time limit of one experiment, instead of the request's own.
            backend: the backend of Keras 3: ``tensorflow``, ``torch`` or ``jax``; ``None`` takes that of
                the environment (``KERAS_BACKEND``), else TensorFlow.
            without: protections to leave out where they stand in the way: ``limits``, ``capabilities``,
                ``landlock``, ``seccomp``, ``namespaces``, ``guard``; ``fork`` gives each experiment a process
                that imports Keras for itself.

        Raises:
            Unavailable: the interpreter cannot be run or is too old.
        """
        self.protections: list[str] = []
        self.imported = 0
        self._python = interpreter.inspect(python)
        self._jobs = max(1, jobs)
        self._backend = backend or os.environ.get("KERAS_BACKEND") or "tensorflow"
        self._project = os.path.abspath(project)
        self._seconds = seconds
        self._without = tuple(without)
        folder = None if cache is None else os.path.join(cache, "confirm")
        self._verdicts = Verdicts(folder, self._python, self._backend)
        self.folder = ""
        self._lock = threading.Lock()
        self._workers: list[Worker] = []
        self._shared: dict[Kind, Worker] = {}
        self._closed = False
        self._able = False

    def __enter__(self) -> Driver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers and remove what they have written."""
        with self._lock:
            self._closed = True
            for worker in self._workers:
                worker.close()
            self._workers.clear()
            self._shared.clear()
            if self.folder:
                shutil.rmtree(self.folder, ignore_errors=True)
                self.folder = ""

    @property
    def workers(self) -> list[Worker]:
        """The workers that run."""
        with self._lock:
            return [*self._workers]

    def answers(
        self, requests: Sequence[Request], progress: Callable[[int, int], None] | None = None
    ) -> list[Answer]:
        """The answers to ``requests``, in their order.  ``progress`` is told how many of how many are done.

        What a request does to its worker costs its own answer, which is then ``unconfirmed``, and no other.

        Raises:
            Unavailable: no package that the requests need is installed.
        """
        batch = Batch([self._settled(each) for each in requests], self._verdicts, self._backend, progress)
        self._check(batch)
        threads = [threading.Thread(target=self._work, args=(batch,), daemon=True) for _ in range(self._jobs)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            batch.drop()
            self.close()
            raise
        return batch.answers()

    def _settled(self, request: Request) -> Request:
        """A request with the driver's time limit, and sample files under their absolute names."""
        candidates = tuple(
            replace(
                each,
                samples=tuple(
                    replace(sample, file=os.path.join(self._project, sample.file)) if sample.file else sample
                    for sample in each.samples
                ),
            )
            for each in request.candidates
        )
        here = [each for each in request.backends if not self._python.missing([each])]
        backends = (*here, *request.backends)[:1]
        seconds = self._seconds or request.seconds
        return replace(request, candidates=candidates, seconds=seconds, backends=backends)

    def _check(self, batch: Batch) -> None:
        """Answer what needs a package that is not installed.

        Raises:
            Unavailable: nothing is left, and nothing was answered before.
        """
        missing = {kind: self._python.missing(kind.needs) for kind in batch.kinds()}
        for kind, text in missing.items():
            if text:
                batch.fail(kind, text)
        ours = any(kind.backend in ("tensorflow", self._backend) for kind in missing)
        self._able |= any(not text for text in missing.values())
        if missing and ours and not self._able:
            raise Unavailable(next(iter(missing.values())))

    def _work(self, batch: Batch) -> None:
        """Answer requests of a batch, one after the other, until none is left for this thread."""
        kind: Kind | None = None
        while (task := batch.take(kind)) is not None:
            kind = task.kind
            worker = self._worker(task)
            if worker is None:
                continue
            try:
                worker.wait_until_ready()
            except Broken as error:
                self._end(worker)
                text = f"{kind.package} cannot be imported: {error}"
                batch.put(task, Reply(Answer("unconfirmed", text), False, ()))
                batch.fail(kind, text)
                continue
            try:
                reply = worker.ask(task.request)
            except Broken as error:
                self._end(worker)
                if not task.alone:
                    # It may have been another request that ended it.
                    batch.again(task)
                    continue
                reply = Reply(Answer("unconfirmed", f"the worker ended: {error}"), False, ())
            if task.alone:
                self._end(worker)
            if reply.protections:
                self.protections = list(reply.protections)
            batch.put(task, reply)

    def _worker(self, task: Task) -> Worker | None:
        """The worker for a task: the one of its kind, which all threads share; ``None`` after the end."""
        with self._lock:
            if self._closed:
                return None
            if not task.alone and task.kind in self._shared:
                return self._shared[task.kind]
            if not self.folder:
                self.folder = os.path.realpath(tempfile.mkdtemp(prefix="lambdalint-"))
            worker = Worker(self._python.path, task.kind, self.folder, self._without)
            self._workers.append(worker)
            if not task.alone:
                self._shared[task.kind] = worker
            self.imported += 1
            return worker

    def _end(self, worker: Worker) -> None:
        with self._lock:
            self._workers = [each for each in self._workers if each is not worker]
            if self._shared.get(worker.kind) is worker:
                del self._shared[worker.kind]
        worker.close()
