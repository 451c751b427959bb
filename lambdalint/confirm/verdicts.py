"""Answers remembered from one run to the next, by the content of what was asked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile

from lambdalint.confirm.interpreter import Interpreter
from lambdalint.confirm.request import Answer, Request


class Verdicts:
    """A folder of answers, one file each; what cannot be read counts as not there.

    The key is the content: the request, the bytes of its sample files, the interpreter with the versions
    of its libraries, and the code of lambdalint that asks and judges.
    """

    def __init__(self, folder: str | None, interpreter: Interpreter, backend: str) -> None:
        self._folder = folder
        self._world = json.dumps([interpreter.fingerprint, backend, _own_code()])

    def key(self, request: Request) -> str:
        """The name under which the answer to a request is kept."""
        digest = hashlib.sha256(self._world.encode())
        digest.update(request.to_json().encode())
        for path in sorted({s.file for each in request.candidates for s in each.samples if s.file}):
            digest.update(_content(path))
        return digest.hexdigest()

    def get(self, key: str) -> Answer | None:
        """The answer under a key."""
        if self._folder is None:
            return None
        try:
            with open(self._path(key), encoding="utf-8") as file:
                return Answer.from_json(file.read())
        except (OSError, ValueError):
            return None

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer; a folder that cannot be written to keeps none."""
        if self._folder is None:
            return
        path = self._path(key)
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=os.path.dirname(path))
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(answer.to_json())
            os.replace(draft, path)

    def _path(self, key: str) -> str:
        assert self._folder is not None
        return os.path.join(self._folder, key[:2], f"{key[2:]}.json")


def _content(path: str) -> bytes:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return b"unreadable"
    return digest.digest()


def _own_code() -> str:
    """A hash of the files that workers run: another experiment may give another answer."""
    digest = hashlib.sha256()
    here = os.path.dirname(os.path.abspath(__file__))
    for folder, folders, names in os.walk(here):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".py"):
                digest.update(os.path.relpath(os.path.join(folder, name), here).encode())
                digest.update(_content(os.path.join(folder, name)))
    return digest.hexdigest()
