"""The life of a process of a worker: a server, or the one child of a system that cannot fork."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import sys
from typing import Any

from lambdalint.confirm.worker import channel, jobs, limits, namespaces, pretrained, sandbox, warm
from lambdalint.confirm.worker.launch import Surroundings, carry
from lambdalint.confirm.worker.server import Server

_CHUNK = 65536


def main(boot: str) -> None:
    """Do what the first line of standard input says; what is printed goes to standard error."""
    reading, writing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    configuration = json.loads(_line(reading))
    without = configuration["without"]
    held = [] if "namespaces" in without else namespaces.enter(configuration["folder"])
    surroundings = Surroundings(configuration["package"], None, held, without, boot)
    if "job" in configuration:
        _once(configuration, surroundings, reading, writing)
    else:
        _serve(configuration["folder"], surroundings, reading, writing)


def _line(number: int) -> bytes:
    """The first line; nobody sends more before it is answered."""
    line = b""
    while not line.endswith(b"\n"):
        data = os.read(number, _CHUNK)
        if not data:
            sys.exit(0)
        line += data
    return line


def _load(package: str) -> Any:
    """Import a Keras, with what it loads only when it is used, and the experiments."""
    keras = importlib.import_module(package)
    importlib.import_module(f"{package}.layers")
    importlib.import_module("lambdalint.confirm.experiments")
    if importlib.util.find_spec("tensorflow") is not None:
        # Keras imports it, whatever its backend, where random numbers are seeded.
        importlib.import_module("tensorflow")
    pretrained.leave_out()
    return keras


class _Pipe:
    """A pipe that is read as a socket is."""

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        return self._number

    def recv(self, most: int) -> bytes:
        return os.read(self._number, most)


def _serve(folder: str, surroundings: Surroundings, reading: int, writing: int) -> None:
    """Answer the driver until it has gone."""
    forks = hasattr(os, "fork") and sys.platform != "darwin" and "fork" not in surroundings.without
    limits.adopt_strays()
    if forks:
        server = Server(surroundings, folder, _Pipe(reading), writing)
        try:
            keras = _load(surroundings.package)
            warm.warm(keras, surroundings.package)
            surroundings.loaded = jobs.Loaded(keras, jobs.sealed())
        except BaseException as error:
            server.tell({"failed": f"{type(error).__name__}: {error}"})
            return
        gc.collect()
        gc.freeze()
    else:
        # Not every system can wait for a pipe and a socket at once.
        commands, carried = socket.socketpair()
        carry(lambda: os.read(reading, _CHUNK), carried.sendall, carried.close)
        server = Server(surroundings, folder, commands, writing)
    server.tell({"ready": True})
    server.serve()
    shutil.rmtree(folder, ignore_errors=True)


def _once(configuration: dict[str, Any], surroundings: Surroundings, reading: int, writing: int) -> None:
    """Do one job and end."""
    job, folder = configuration["job"], configuration["folder"]
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    limits.die_with_parent()
    talk = channel.child_end(reading, writing, job["nonce"].encode())
    try:
        loaded = jobs.Loaded(_load(surroundings.package), jobs.sealed())
    except BaseException as error:
        talk(
            {"stopped": f"{surroundings.package} cannot be imported: {type(error).__name__}: {error}"}, False
        )
        return
    talk({"begun": True}, False)
    protections = [*surroundings.protections, *sandbox.enter(job, folder, surroundings.without)]
    jobs.perform(job, loaded, folder, talk, protections)
    sys.stdout.flush()
    os._exit(0)
