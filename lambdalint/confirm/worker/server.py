"""The server of a worker: imports Keras once, has a child do each job and watches over it.

It speaks JSON, one object a line, with the driver: ``{"request": …}`` comes in, ``{"answer": …}`` goes
out.  It uses neither Keras nor TensorFlow itself, so that its children start from a clean slate.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import secrets
import selectors
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable
from typing import Any

from lambdalint.confirm.request import Answer, Request
from lambdalint.confirm.worker import channel, launch, limits, namespaces

GRACE = 1.0
"""Seconds that a child may take to end after it has sent its result or closed the channel."""


class Run:
    """A child at work: what it has sent and printed, and until when it may go on."""

    def __init__(self, child: launch.Child, nonce: bytes, folder: str, job: dict[str, Any]) -> None:
        self.child = child
        self.parser = channel.Parser(nonce)
        self.nonce = nonce
        self.folder = folder
        self.job = job
        self.started = time.monotonic()
        self.deadline = self.started + job["seconds"]
        self.message: dict[str, Any] | None = None
        self.closed = False
        self.late = False
        self.alone = False
        self.output = b""
        self.inner: Run | None = None
        self.done: Callable[[dict[str, Any]], None] = lambda reply: None


class Server:
    """Answers the requests that arrive on ``reading`` on ``writing``, one at a time."""

    def __init__(self, surroundings: launch.Surroundings, folder: str, reading: int, writing: int) -> None:
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
        os.set_blocking(self.reading, False)
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
        data = os.read(self.reading, 65536)
        *lines, self.received = (self.received + data).split(b"\n")
        for line in lines:
            request = Request.from_json(json.loads(line)["request"])
            job = {
                "request": request.to_json(),
                "seconds": request.seconds,
                "megabytes": request.megabytes,
            }
            self.begin(job)
        return bool(data)

    def begin(self, job: dict[str, Any]) -> None:
        """Start an experiment; the driver gets its answer."""
        run = self.start(job)

        def done(reply: dict[str, Any]) -> None:
            self.tell({"answer": verdict(run, reply).to_json(), **seen(reply)})

        run.done = done

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
        nonce = secrets.token_hex(16).encode()
        unwanted = [self.reading, self.writing, self.selector.fileno()]
        for run in self.runs:
            unwanted += [run.child.talk.fileno(), run.child.output]
        child = launch.fork(job, self.surroundings, folder, nonce, [each for each in unwanted if each >= 0])
        run = Run(child, nonce, folder, job)
        self.runs.append(run)
        self.selector.register(child.talk, selectors.EVENT_READ, lambda: self.hear(run))
        self.selector.register(child.output, selectors.EVENT_READ, lambda: self.listen(run))
        return run

    def hear(self, run: Run) -> None:
        """Take what a child has sent."""
        try:
            data = run.child.talk.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        for message in run.parser.feed(data):
            if "fresh" in message and "fresh" not in run.job:
                if run.inner is None:
                    self.begin_fresh(run, message)
            else:
                run.message = message
        if run.message is not None:
            self.finish(run)
        elif not data and not run.closed:
            run.closed = True
            run.deadline = min(run.deadline, time.monotonic() + GRACE)
            self.selector.unregister(run.child.talk)

    def listen(self, run: Run) -> None:
        """Take what a child has printed; the last of it is kept."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(run.child.output, launch.LOUD)
            run.output = (run.output + data)[-launch.LOUD :]
            if not data:
                self.selector.unregister(run.child.output)

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
        inner = self.start(job)
        run.inner = inner

        def done(reply: dict[str, Any]) -> None:
            run.inner = None
            with contextlib.suppress(OSError):
                run.child.talk.setblocking(True)
                run.child.talk.settimeout(GRACE)
                run.child.talk.sendall(channel.frame(run.nonce, fresh_reply(inner, reply)))
                run.child.talk.setblocking(False)

        inner.done = done

    def expire(self) -> None:
        """Reap the children that have ended, and end those whose time is over."""
        for run in list(self.runs):
            over = time.monotonic() >= run.deadline
            if run in self.runs and (over or (run.closed and ended(run.child.pid))):
                run.late = not run.closed
                self.finish(run)

    def finish(self, run: Run) -> None:
        """End a child and all that it has started, and tell what came of its job."""
        if run.inner is not None:
            run.inner.done = lambda reply: None
            self.finish(run.inner)
        self.runs.remove(run)
        run.alone = ended(run.child.pid)
        status = limits.end(run.child.pid, {other.child.pid for other in self.runs})
        with contextlib.suppress(OSError):
            for _ in range(64):
                data = os.read(run.child.output, launch.LOUD)
                run.output = (run.output + data)[-launch.LOUD :]
                if not data:
                    break
        for each in (run.child.talk, run.child.output):
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(each)
        run.child.close()
        remove(run.folder)
        run.done({"status": status, **(run.message or {})})

    def end_all(self) -> None:
        """End every child, telling nobody."""
        while self.runs:
            self.runs[0].done = lambda reply: None
            self.finish(self.runs[0])


def ended(pid: int) -> bool:
    """Whether a child has ended by itself; it stays to be reaped."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def verdict(run: Run, reply: dict[str, Any]) -> Answer:
    """The answer of an experiment, or why it has none."""
    seconds = round(time.monotonic() - run.started, 3)
    try:
        told = Answer.from_json(reply["answer"])
    except (KeyError, ValueError):
        told = Answer("unconfirmed", str(reply.get("stopped") or why(run, reply["status"])))
    return Answer(told.status, told.reason, told.witness, told.details, told.repro, seconds)


def fresh_reply(run: Run, reply: dict[str, Any]) -> dict[str, Any]:
    """How a script ended, as the experiment that wanted it learns it."""
    output = run.output.decode(errors="replace")
    if "code" in reply:
        return {**{name: reply.get(name) for name in ("code", "value", "error")}, "output": output}
    status = reply["status"]
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) and not run.late else None
    return {"code": code, "error": reply.get("stopped") or why(run, status), "output": output}


def seen(reply: dict[str, Any]) -> dict[str, Any]:
    """What a child tells about itself besides its answer."""
    settled = "answer" in reply or "stopped" in reply
    return {"protections": reply.get("protections", []), "settled": settled}


def why(run: Run, status: int) -> str:
    """Why a child has sent no result."""
    if run.late:
        return f"ran longer than {run.job['seconds']:g} s"
    printed = run.output[-4000:].decode(errors="replace")
    if "bad_alloc" in printed or "MemoryError" in printed or "Cannot allocate memory" in printed:
        return f"used more than {run.job['megabytes'] / 1024:g} GB of memory"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == getattr(signal, "SIGXCPU", None):
            return f"used more processor time than {run.job['seconds']:g} s allow"
        if not run.alone:
            return "the code closed the file descriptors of its process"
        return f"the process crashed: {signal.Signals(number).name}"
    if run.parser.garbage:
        return "the code wrote to the channel of the result"
    return f"the code ended the process: os._exit({os.WEXITSTATUS(status)})"


def remove(folder: str) -> None:
    """Remove an experiment's folder, whatever the code has made of its permissions."""

    def retry(function: Callable[..., Any], path: str, _: Any) -> None:
        with contextlib.suppress(OSError):
            for each in (os.path.dirname(path), path):
                os.chmod(each, stat.S_IRWXU)
            function(path)

    shutil.rmtree(folder, onerror=retry)


def serve(configuration: dict[str, Any]) -> None:
    """Import Keras and answer the driver, whose channel is standard input and output."""
    reading, writing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    without = configuration["without"]
    held = [] if "namespaces" in without else namespaces.enter(configuration["folder"])
    surroundings = launch.Surroundings(None, held, without)
    server = Server(surroundings, configuration["folder"], reading, writing)
    limits.adopt_strays()
    try:
        surroundings.keras = keras = importlib.import_module(configuration["library"])
        importlib.import_module(f"{configuration['library']}.layers")
    except BaseException as error:
        server.tell({"failed": f"{type(error).__name__}: {error}"})
        return
    importlib.import_module("lambdalint.confirm.experiments")
    gc.collect()
    gc.freeze()
    server.tell({"ready": str(getattr(keras, "__version__", ""))})
    server.serve()
