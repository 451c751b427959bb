"""Starts the child of one experiment: forked from the server where the system can, else a new process."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Any

from lambdalint.confirm.worker import channel, jobs, limits, sandbox

LOUD = 65536
"""Bytes of a child's output that are kept: the last ones."""


@dataclass
class Surroundings:
    """What a server and all of its children share: Keras, the protections that are in force around them,
    and the names of those that are left out."""

    keras: Any
    protections: list[str]
    without: list[str]


class Child:
    """A process that does one job, seen from the server.

    Attributes:
        talk: the server's end of the channel.
        output: the read end of the child's standard output and error.
    """

    def __init__(self, pid: int, talk: socket.socket, output: int) -> None:
        self.pid = pid
        self.talk = talk
        self.output = output

    def close(self) -> None:
        """Close the server's ends."""
        self.talk.close()
        with contextlib.suppress(OSError):
            os.close(self.output)


def fork(job: dict[str, Any], server: Surroundings, folder: str, nonce: bytes, unwanted: list[int]) -> Child:
    """Fork a child for ``job``; it closes the file descriptors in ``unwanted``, which are the server's."""
    ours, theirs = socket.socketpair()
    output, printed = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        theirs.close()
        os.close(printed)
        ours.setblocking(False)
        os.set_blocking(output, False)
        return Child(pid, ours, output)
    code = 1
    try:
        for number in (*unwanted, ours.detach(), output):
            os.close(number)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        os.setsid()
        limits.die_with_parent()
        for number in (1, 2):
            os.dup2(printed, number)
        os.close(printed)
        talk = channel.child_end(theirs, nonce)
        protections = [*server.protections, *sandbox.enter(job, folder, server.without)]
        jobs.perform(job, server.keras, folder, talk, protections)
        code = 0
    except BaseException as error:
        os.write(2, f"\n{type(error).__name__}: {error}\n".encode()[-2000:])
    finally:
        os._exit(code)
