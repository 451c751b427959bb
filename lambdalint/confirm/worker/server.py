"""The server of a worker: imports Keras once, has a child do each job and watches over it.

It speaks JSON, one object a line, with the driver: ``{"request": …, "number": 1}`` comes in,
``{"answer": …, "number": 1}`` goes out, when it is known.  It uses neither Keras nor TensorFlow itself, so
that its children start from a clean slate.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import selectors
import socket
import time
from typing import Any, Protocol

from lambdalint.confirm.request import Request
from lambdalint.confirm.worker import channel, launch
from lambdalint.confirm.worker.run import GRACE, Run

_CHUNK = 1 << 20


class Readable(Protocol):
    """A socket, or a pipe that looks like one."""

    def fileno(self) -> int:
        """Its file descriptor."""

    def recv(self, most: int, /) -> bytes:
        """What has arrived; empty at the end."""


class Server:
    """Answers the requests that arrive on ``reading`` on ``writing``, as many at a time as have arrived."""

    def __init__(
        self, surroundings: launch.Surroundings, folder: str, reading: Readable, writing: int
    ) -> None:
        self.surroundings = surroundings
        self.folder = folder
        self.reading = reading
        self.writing = writing
        self.selector = selectors.DefaultSelector()
        self.runs: list[Run] = []
        self.received = b""
        self.count = 0

    def serve(self) -> None:
        """Work until the driver closes the channel, then end all children."""
        self.selector.register(self.reading, selectors.EVENT_READ, None)
        try:
            while True:
                for key, _ in self.selector.select(self.patience()):
                    if key.data is not None:
                        key.data()
                    elif not self.command():
                        return
                self.expire()
        finally:
            self.end_all()

    def patience(self) -> float:
        """Seconds until something may have to be done though no child says anything."""
        if any(run.closed for run in self.runs):
            return 0.005
        first = min((run.deadline for run in self.runs), default=time.monotonic() + 60)
        return max(0.0, first - time.monotonic())

    def command(self) -> bool:
        """Read what the driver asks; false when it has gone."""
        data = self.reading.recv(_CHUNK)
        *lines, self.received = (self.received + data).split(b"\n")
        for line in lines:
            asked = json.loads(line)
            request = Request.from_json(asked["request"])
            job = {"seconds": request.seconds, "megabytes": request.megabytes}
            self.begin({**job, "request": asked["request"]}, asked["number"])
        return bool(data)

    def begin(self, job: dict[str, Any], number: int) -> None:
        """Start an experiment; the driver gets its answer."""
        run = self.start(job)
        run.done = lambda reply: self.tell({**run.answer(reply), "number": number})

    def tell(self, message: dict[str, Any]) -> None:
        """Send the driver a message."""
        data = memoryview(json.dumps(message).encode() + b"\n")
        while data:
            data = data[os.write(self.writing, data) :]

    def start(self, job: dict[str, Any]) -> Run:
        """Have a new child do a job in a folder of its own."""
        self.count += 1
        folder = os.path.join(self.folder, f"{os.getpid()}-{self.count}")
        os.mkdir(folder, 0o700)
        job = {**job, "nonce": secrets.token_hex(16)}
        forks = self.surroundings.loaded is not None
        if forks:
            child = launch.fork(job, self.surroundings, folder, self.own())
        else:
            child = launch.spawn(job, self.surroundings, folder)
        run = Run(child, folder, job, forks)
        self.runs.append(run)
        child.talk.setblocking(False)
        child.output.setblocking(False)
        self.selector.register(child.talk, selectors.EVENT_READ, lambda: self.hear(run))
        self.selector.register(child.output, selectors.EVENT_READ, lambda: self.listen(run))
        return run

    def own(self) -> list[int]:
        """The file descriptors that a child must not have."""
        numbers = [self.reading.fileno(), self.writing, self.selector.fileno()]
        for run in self.runs:
            numbers += [run.child.talk.fileno(), run.child.output.fileno()]
        return [number for number in numbers if number >= 0]

    def hear(self, run: Run) -> None:
        """Take what a child has sent."""
        if run not in self.runs:
            return  # Ended by what arrived with this.
        data = _received(run.child.talk)
        if data is None:
            return
        for message in run.parser.feed(data):
            if "begun" in message:
                run.begin(True)
            elif "fresh" not in message:
                run.message = message
            elif "fresh" not in run.job and run.inner is None:
                self.begin_fresh(run, message)
        if run.message is not None:
            self.finish(run)
        elif not data:
            run.close()
            self.selector.unregister(run.child.talk)

    def listen(self, run: Run) -> None:
        """Take what a child has printed."""
        if run not in self.runs:
            return
        data = _received(run.child.output)
        if data == b"":
            self.selector.unregister(run.child.output)
        run.print(data or b"")

    def begin_fresh(self, run: Run, message: dict[str, Any]) -> None:
        """Start the script that an experiment wants run; it gets the script's end as a reply."""
        left = run.deadline - time.monotonic()
        wanted = message.get("seconds")
        job = {
            **message,
            "request": run.job["request"],
            "megabytes": run.job["megabytes"],
            "from": run.folder,
            "seconds": min(left, wanted) if isinstance(wanted, (int, float)) else left,
        }
        inner = run.inner = self.start(job)

        def done(reply: dict[str, Any]) -> None:
            run.inner = None
            with contextlib.suppress(OSError):
                run.child.talk.settimeout(GRACE)
                run.child.talk.sendall(channel.frame(run.nonce, inner.fresh(reply)))
                run.child.talk.setblocking(False)

        inner.done = done

    def expire(self) -> None:
        """Reap the children that have ended, and end those whose time is over."""
        for run in list(self.runs):
            if run in self.runs and run.over():
                run.late = not run.closed
                self.finish(run)

    def finish(self, run: Run) -> None:
        """End a child and all that it has started, and tell what came of its job."""
        if run.inner is not None:
            run.inner.done = lambda reply: None
            self.finish(run.inner)
        self.runs.remove(run)
        run.alone = run.child.ended()
        status = run.child.end({other.child.pid for other in self.runs})
        for _ in range(16):
            run.print(_received(run.child.output) or b"")
        for each in (run.child.talk, run.child.output):
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(each)
        run.child.close()
        run.remove()
        run.done({**(run.message or {}), "status": status})

    def end_all(self) -> None:
        """End every child, telling nobody."""
        while self.runs:
            self.runs[0].done = lambda reply: None
            self.finish(self.runs[0])


def _received(end: socket.socket) -> bytes | None:
    """What has arrived; empty at the end; ``None`` when nothing has arrived yet."""
    try:
        return end.recv(_CHUNK)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:
        return b""
