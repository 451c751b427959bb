"""Starts the child of one experiment: forked from the server where the system can, else a new process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lambdalint.confirm.worker import channel, jobs, limits, sandbox

_CHUNK = 65536


@dataclass
class Surroundings:
    """What a server and all of its children share.

    Attributes:
        package: dotted name of the Keras that they import.
        loaded: what they have loaded; ``None`` where every child does so for itself.
        protections: those that are in force around all of them.
        without: names of those that are left out.
        boot: the script that starts a process of a worker.
    """

    package: str
    loaded: jobs.Loaded | None
    protections: list[str]
    without: list[str]
    boot: str


@dataclass
class Child:
    """A process that does one job, seen from the server.

    Attributes:
        pid: its number; it leads a process group of that number.
        talk: the server's end of the channel.
        output: what it writes on standard output and error arrives here.
    """

    pid: int
    talk: socket.socket
    output: socket.socket

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def end(self, spared: set[int]) -> int:
        """End it and what it has left behind, but for the processes in ``spared``.

        Returns:
            Its exit code where it has ended by itself; a negative number is the signal that ended it.
        """
        return limits.end(self.pid, spared)

    def close(self) -> None:
        """Close the server's ends."""
        self.talk.close()
        self.output.close()


@dataclass
class Spawned(Child):
    """A child that is not a copy of the server."""

    process: subprocess.Popen[bytes]

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self.process.poll() is not None

    def end(self, spared: set[int]) -> int:
        """End it, and its process group where there are such."""
        self.process.kill()
        code = self.process.wait()
        if hasattr(os, "killpg"):
            limits.end(self.pid, spared)
        return code


def fork(job: dict[str, Any], server: Surroundings, folder: str, unwanted: list[int]) -> Child:
    """Fork a child for ``job``; it closes the file descriptors in ``unwanted``, which are the server's."""
    loaded = server.loaded
    assert loaded is not None
    talk, theirs = socket.socketpair()
    output, printed = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        theirs.close()
        printed.close()
        return Child(pid, talk, output)
    code = 1
    try:
        for number in (*unwanted, talk.detach(), output.detach()):
            os.close(number)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        os.setsid()
        limits.die_with_parent()
        for number in (1, 2):
            os.dup2(printed.fileno(), number)
        printed.close()
        number = theirs.detach()
        speak = channel.child_end(number, number, job["nonce"].encode())
        protections = [*server.protections, *sandbox.enter(job, folder, server.without)]
        jobs.perform(job, loaded, folder, speak, protections)
        code = 0
    except BaseException as error:
        os.write(2, f"\n{type(error).__name__}: {error}\n".encode()[-2000:])
    finally:
        os._exit(code)


def spawn(job: dict[str, Any], server: Surroundings, folder: str) -> Spawned:
    """Start a process for ``job``, which imports Keras for itself."""
    configuration = {"package": server.package, "folder": folder, "without": server.without, "job": job}
    process = subprocess.Popen(
        [sys.executable, "-B", server.boot],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        start_new_session=True,
    )
    talk, theirs = socket.socketpair()
    output, printed = socket.socketpair()
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    into, out, err = process.stdin.fileno(), process.stdout.fileno(), process.stderr.fileno()
    # Not every system can wait for a pipe and a socket at once: threads carry what pipes bring.
    carry(lambda: os.read(out, _CHUNK), theirs.sendall, lambda: theirs.shutdown(socket.SHUT_WR))
    carry(lambda: os.read(err, _CHUNK), printed.sendall, printed.close)
    first = [json.dumps(configuration).encode() + b"\n"]
    carry(
        lambda: first.pop() if first else theirs.recv(_CHUNK), lambda data: _write(into, data), theirs.close
    )
    return Spawned(process.pid, talk, output, process)


def carry(read: Callable[[], bytes], write: Callable[[bytes], object], close: Callable[[], None]) -> None:
    """Have a thread write what it reads, until there is no more; then ``close``."""

    def work() -> None:
        try:
            while data := read():
                write(data)
        except OSError:
            pass
        finally:
            close()

    threading.Thread(target=work, daemon=True).start()


def _write(number: int, data: bytes) -> None:
    while data:
        data = data[os.write(number, data) :]
