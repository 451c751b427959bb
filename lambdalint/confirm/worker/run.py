"""One job at work in a child, and what is told of its end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import time
from collections.abc import Callable
from typing import Any

from lambdalint.confirm.request import Answer
from lambdalint.confirm.worker import channel
from lambdalint.confirm.worker.launch import Child

STARTING = 300.0
"""Seconds in which a child that imports Keras for itself must have begun its job."""

GRACE = 1.0
"""Seconds that a child may take to end after it has closed the channel."""

_LOUD = 65536
"""Bytes of a child's output that are kept: the last ones."""


class Run:
    """A child at work: what it has sent and printed, and until when it may go on."""

    def __init__(self, child: Child, folder: str, job: dict[str, Any], begun: bool) -> None:
        self.child = child
        self.nonce = str(job["nonce"]).encode()
        self.parser = channel.Parser(self.nonce)
        self.folder = folder
        self.job = job
        self.output = b""
        self.begin(begun)
        self.message: dict[str, Any] | None = None
        self.closed = False
        self.late = False
        self.alone = False
        self.inner: Run | None = None
        self.done: Callable[[dict[str, Any]], None] = lambda reply: None

    def begin(self, begun: bool) -> None:
        """The clock starts: that of the job, or before it has begun that of the import.  What was printed
        until then is not of the job."""
        self.output = b""
        self.started = time.monotonic()
        self.deadline = self.started + (self.job["seconds"] if begun else STARTING)

    def close(self) -> None:
        """The child cannot send anything any more: it has to end now."""
        self.closed = True
        self.deadline = min(self.deadline, time.monotonic() + GRACE)

    def print(self, data: bytes) -> None:
        """Keep the end of what the child has printed."""
        self.output = (self.output + data)[-_LOUD:]

    def over(self) -> bool:
        """Whether the child is to be ended: it has ended, or its time is over."""
        return time.monotonic() >= self.deadline or (self.closed and self.child.ended())

    def remove(self) -> None:
        """Remove the folder, whatever the code has made of its permissions."""

        def retry(function: Callable[..., Any], path: str, _: Any) -> None:
            with contextlib.suppress(OSError):
                for each in (os.path.dirname(path), path):
                    os.chmod(each, stat.S_IRWXU)
                function(path)

        shutil.rmtree(self.folder, onerror=retry)

    def answer(self, reply: dict[str, Any]) -> dict[str, Any]:
        """What the driver is told: the answer of an experiment, or why it has none."""
        seconds = round(time.monotonic() - self.started, 3)
        try:
            told = Answer.from_json(reply["answer"])
        except (KeyError, ValueError):
            told = Answer("unconfirmed", str(reply.get("stopped") or self.why(reply["status"])))
        answer = Answer(told.status, told.reason, told.witness, told.details, told.repro, seconds)
        settled = "answer" in reply or "stopped" in reply
        protections = reply.get("protections", [])
        return {"answer": answer.to_json(), "settled": settled, "protections": protections}

    def fresh(self, reply: dict[str, Any]) -> dict[str, Any]:
        """What the experiment is told that wanted a script run: how it ended."""
        output = self.output.decode(errors="replace")
        if "code" in reply:
            return {**{name: reply.get(name) for name in ("code", "value", "error")}, "output": output}
        status = reply["status"]
        code = status if status >= 0 and not self.late else None
        return {"code": code, "error": reply.get("stopped") or self.why(status), "output": output}

    def why(self, status: int) -> str:
        """Why the child has sent no result."""
        if self.late:
            return f"ran longer than {self.job['seconds']:g} s"
        printed = self.output[-4000:].decode(errors="replace")
        if any(text in printed for text in ("bad_alloc", "MemoryError", "Cannot allocate memory")):
            return f"used more than {self.job['megabytes'] / 1024:g} GB of memory"
        if not self.alone:
            return "the code closed the file descriptors of its process"
        if status == -getattr(signal, "SIGXCPU", 0) != 0:
            return f"used more processor time than {self.job['seconds']:g} s allow"
        if status < 0:
            return f"the process crashed: {signal.Signals(-status).name}"
        if self.parser.garbage:
            return "the code wrote to the channel of the result"
        return f"the code ended the process: os._exit({status})"
