"""What a child does: the experiment of a request, or a script in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from lambdalint.confirm.request import Answer, Request
from lambdalint.confirm.worker.channel import Talk, TooLarge
from lambdalint.confirm.worker.session import Session, install, one_line

Seal = tuple[list[tuple[Mapping[str, Any], str, Any]], list[tuple[FunctionType, Any]]]
"""Where functions, classes and modules are found, and the code of the functions."""


@dataclass(frozen=True)
class Loaded:
    """What a process has imported before it does jobs: Keras, and the modules that judge, under a seal."""

    keras: Any
    seal: Seal


def perform(job: dict[str, Any], loaded: Loaded, folder: str, talk: Talk, protections: list[str]) -> None:
    """Do a job in this process and send what came of it."""
    settle(folder)
    request = Request.from_json(job["request"])
    seed(request.seed, loaded.keras)
    message = script(job, request, folder) if "fresh" in job else experiment(request, loaded, folder, talk)
    message["protections"] = protections
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    try:
        talk(message, False)
    except TooLarge as error:
        talk({"stopped": f"the answer is too large: {error}"}, False)


def settle(folder: str) -> None:
    """Make ``folder`` the place of everything that this process writes."""
    os.chdir(folder)
    for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        os.environ[name] = folder
    tempfile.tempdir = None
    sys.argv = ["main.py"]
    sys.modules["__main__"] = ModuleType("__main__")


def seed(number: int, keras: ModuleType) -> None:
    """Seed every generator of random numbers that a layer may draw from."""
    random.seed(number)
    try:
        keras.utils.set_random_seed(number)
    except AttributeError:
        sys.modules["numpy"].random.seed(number)
        sys.modules["tensorflow"].random.set_seed(number)


def experiment(request: Request, loaded: Loaded, folder: str, talk: Talk) -> dict[str, Any]:
    """Execute the program of a request and judge it."""
    from lambdalint.confirm.experiments import run

    seal = loaded.seal
    session = Session(request, loaded.keras, folder, lambda message: talk(message, True))
    try:
        session.execute()
        answer: Answer = run(request, session)
        sent = {"answer": answer.to_json()}
    except BaseException as error:
        sent = {"stopped": _stopped(error, session)}
    if not _unbroken(seal):
        return {"stopped": "the code changed the modules that judge it"}
    return sent


def _stopped(error: BaseException, session: Session) -> str:
    """Why an experiment has no result, from the exception that ended it."""
    if isinstance(error, SystemExit):
        return f"the code ended the process: sys.exit({error.code!r})"
    if isinstance(error, MemoryError):
        return f"used more than {session.request.megabytes / 1024:g} GB of memory"
    if isinstance(error, KeyboardInterrupt):
        return "the code interrupted itself: KeyboardInterrupt"
    return f"the experiment did not run to its end: {session.describe(error)}"


def sealed() -> Seal:
    """What the modules that judge hold, before any code of a user's has run."""
    places: list[tuple[Mapping[str, Any], str, Any]] = []
    codes: list[tuple[FunctionType, Any]] = []
    for name, module in sys.modules.items():
        if name.startswith("lambdalint.confirm"):
            places.append((sys.modules, name, module))
            for key, value in vars(module).items():
                if isinstance(value, (FunctionType, type, ModuleType)):
                    places.append((vars(module), key, value))
                if isinstance(value, type):
                    places += [(vars(value), part, each) for part, each in vars(value).items()]
    for _, _, value in places:
        if isinstance(value, FunctionType):
            codes.append((value, value.__code__))
    return places, codes


def _unbroken(seal: Seal) -> bool:
    """Whether everything under the seal is still what it was; modules may have been added."""
    places, codes = seal
    return all(holder.get(key) is each for holder, key, each in places) and all(
        function.__code__ is code for function, code in codes
    )


def script(job: dict[str, Any], request: Request, folder: str) -> dict[str, Any]:
    """Run a script as ``__main__``, as :meth:`Session.fresh` asks."""
    path = os.path.join(folder, "script.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(job["fresh"])
    module = sys.modules["__main__"]
    module.__file__ = path
    code, error = 0, ""
    try:
        for name in job["files"]:
            _copy(os.path.join(job["from"], name), os.path.join(folder, name))
        if job["program"]:
            install(request.program, folder)
        exec(compile(job["fresh"], path, "exec"), module.__dict__)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as raised:
        code, error = 1, one_line(raised)
    return {"code": code, "error": error, "value": _plain(module.__dict__.get("result"))}


def _copy(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _plain(value: Any) -> Any:
    """A value where it is JSON, else ``None``."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        return None
