"""Workers as the driver sees them: a server process in the user's interpreter, asked by several threads."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lambdalint.confirm.request import Answer, Request

STARTING = 300.0
"""Seconds in which a server must have imported its Keras."""

MARGIN = 30.0
"""Seconds after an experiment's time limit in which its server must have answered."""

_KEPT = (
    *("PATH", "LANG", "LANGUAGE", "TZ", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "HOME", "USER", "KERAS_HOME", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
    *("NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "LD_PRELOAD", "MALLOC_ARENA_MAX"),
)

_SET = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a server has to have imported: requests of one kind can share it."""

    package: str
    backend: str
    legacy: bool

    @property
    def needs(self) -> list[str]:
        """The packages without which Keras cannot be imported."""
        needed = [self.package.partition(".")[0], self.backend]
        return [*dict.fromkeys(needed), *(["tf_keras"] if self.legacy else [])]

    @classmethod
    def of(cls, request: Request, backend: str) -> Kind:
        """The kind of worker that can answer a request."""
        keras_2 = request.dialect in ("keras1", "keras2")
        legacy = request.package == "tf_keras" or (request.package == "tensorflow.keras" and keras_2)
        wanted = request.backends[0] if request.backends else backend
        return cls(request.package, wanted if request.package == "keras" else "tensorflow", legacy)

    def environment(self) -> dict[str, str]:
        """The environment of the server: what finding libraries needs, and nothing that is secret."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        kept.update({name: value for name, value in os.environ.items() if name.startswith("LC_")})
        return {
            **kept,
            **_SET,
            "KERAS_BACKEND": self.backend,
            "TF_USE_LEGACY_KERAS": "1" if self.legacy else "0",
        }


class Broken(Exception):
    """The server has ended, or answers no more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server says to a request.

    ``settled`` means that the experiment ran to an end of its own, so that running it again would give
    the same; ``protections`` are those that its child was under, where it lived to tell.
    """

    answer: Answer
    settled: bool
    protections: tuple[str, ...]


class Worker:
    """A running server; safe to use from several threads."""

    def __init__(self, python: str, kind: Kind, folder: str, without: Sequence[str] = ()) -> None:
        """Start it; :meth:`wait_until_ready` before it is asked anything."""
        self.kind = kind
        boot = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker", "boot.py")
        self._log = os.path.join(folder, f"log-{os.urandom(4).hex()}")
        configuration = {"package": kind.package, "folder": folder, "without": list(without)}
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [python, "-B", boot],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=kind.environment(),
                cwd=folder,
                start_new_session=True,
            )
        self._lock = threading.Lock()
        self._asked = 0
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._started = threading.Event()
        self._failed = ""
        self._send(configuration)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process of the server."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Wait until Keras is imported.

        Raises:
            Broken: it cannot be imported; the text is the exception, or what the server said last.
        """
        if not self._started.wait(STARTING):
            raise Broken(f"it did not answer for {STARTING:g} s")
        if self._failed:
            raise Broken(self._failed)

    def _send(self, message: dict[str, Any]) -> None:
        """Write a message; that a server which has ended cannot read it shows when it does not answer."""
        assert self._process.stdin is not None
        with self._lock, contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                told = json.loads(line)
                if "number" not in told:
                    self._failed = str(told.get("failed", ""))
                    self._started.set()
                elif told["number"] in self._waiting:
                    self._waiting[told["number"]].put(told)
            except (ValueError, TypeError, AttributeError):
                break
        with self._lock:
            self._failed = self._failed or self._last_words()
            for each in self._waiting.values():
                each.put(None)
        self._started.set()

    def _last_words(self) -> str:
        with contextlib.suppress(OSError), open(self._log, encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file.read()[-4000:].splitlines() if line.strip()]
            if lines:
                return lines[-1][:300]
        return "it ended without a word"

    def ask(self, request: Request) -> Reply:
        """The answer to a request.

        Raises:
            Broken: the server has ended or hangs.
        """
        told = self._told(request)
        try:
            protections = tuple(str(each) for each in told.get("protections", ()))
            return Reply(Answer.from_json(told["answer"]), told.get("settled") is True, protections)
        except (KeyError, ValueError, TypeError):
            raise Broken("it sent garbage") from None

    def _told(self, request: Request) -> dict[str, Any]:
        said: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        with self._lock:
            self._asked += 1
            number = self._asked
            self._waiting[number] = said
            if self._failed:
                said.put(None)
        seconds = request.seconds + MARGIN
        try:
            self._send({"request": request.to_json(), "number": number})
            told = said.get(timeout=seconds)
        except queue.Empty:
            raise Broken(f"it did not answer for {seconds:g} s") from None
        finally:
            with self._lock:
                del self._waiting[number]
        if told is None:
            raise Broken(self._failed)
        return told

    def close(self) -> None:
        """End the server and the children that it has."""
        with contextlib.suppress(OSError):
            self._process.terminate()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError, AttributeError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
