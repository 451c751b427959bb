"""Framed messages between a server and the child that runs an experiment.

The user's code lives in the same process as the child's end, so a message counts only when it carries
the nonce of its experiment; whatever else arrives, such as the text of code that writes to every file
descriptor, is skipped.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from json import dumps, loads
from typing import Any

LARGEST = 16 * 1024 * 1024
"""Most bytes of one message; a larger one is no message."""

_DIGITS = 8

Talk = Callable[[dict[str, Any], bool], dict[str, Any]]


class TooLarge(ValueError):
    """A message that exceeds :data:`LARGEST`."""


def frame(nonce: bytes, message: dict[str, Any]) -> bytes:
    """The bytes of a message: nonce, length in hexadecimal digits, JSON.

    Raises:
        TooLarge: the message is over the limit.
    """
    payload = dumps(message).encode()
    if len(payload) > LARGEST:
        raise TooLarge(f"the message has {len(payload)} bytes")
    return nonce + b"%08x" % len(payload) + payload


class Parser:
    """Finds the messages of one experiment in a stream of bytes that others may have written to."""

    def __init__(self, nonce: bytes) -> None:
        self._nonce = nonce
        self._buffer = b""
        self.garbage = False

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The messages that are complete with ``data``, in order."""
        self._buffer += data
        found: list[dict[str, Any]] = []
        while True:
            start = self._buffer.find(self._nonce)
            if start < 0:
                keep = min(len(self._buffer), len(self._nonce) - 1)
                self.garbage |= len(self._buffer) > keep
                self._buffer = self._buffer[len(self._buffer) - keep :]
                return found
            self.garbage |= start > 0
            body = start + len(self._nonce) + _DIGITS
            length = _hexadecimal(self._buffer[body - _DIGITS : body])
            if len(self._buffer) < body:
                self._buffer = self._buffer[start:]
                return found
            if length is None or length > LARGEST:
                self.garbage = True
                self._buffer = self._buffer[start + 1 :]
                continue
            if len(self._buffer) < body + length:
                self._buffer = self._buffer[start:]
                return found
            message = _object(self._buffer[body : body + length])
            self._buffer = self._buffer[body + length :]
            if message is None:
                self.garbage = True
            else:
                found.append(message)


def _hexadecimal(digits: bytes) -> int | None:
    try:
        return int(digits, 16)
    except ValueError:
        return None


def _object(payload: bytes) -> dict[str, Any] | None:
    try:
        made = loads(payload)
    except (ValueError, RecursionError):
        return None
    return made if isinstance(made, dict) else None


def child_end(reading: int, writing: int, nonce: bytes) -> Talk:
    """How a child speaks to its server: ``talk(message, wait)`` sends a message and, with ``wait``,
    returns the server's reply.  It raises an ``OSError`` when the user's code has closed the channel.

    The functions that it needs are bound here, before the user's code can replace them, and the file
    descriptors are moved away from the low numbers that code tries first.
    """
    source = _moved(reading)
    target = source if reading == writing else _moved(writing)
    send, receive, framed, parser = os.write, os.read, frame, Parser(nonce)

    def talk(message: dict[str, Any], wait: bool) -> dict[str, Any]:
        data = memoryview(framed(nonce, message))
        while data:
            data = data[send(target, data) :]
        while wait:
            chunk = receive(source, 65536)
            if not chunk:
                raise OSError("the server has closed the channel")
            for reply in parser.feed(chunk):
                return reply
        return {}

    return talk


def _moved(number: int) -> int:
    """The file descriptor under a number that is hard to guess."""
    try:
        import fcntl
        import resource
    except ImportError:
        return number
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096)
    least = most // 2 + int.from_bytes(os.urandom(2), "big") % (most // 2 - 8)
    moved = int(fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, least))
    os.close(number)
    return moved
