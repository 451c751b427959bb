"""What an experiment gets to work with: the user's program, executed, and the services of the worker."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from lambdalint.confirm.request import Program, Request
from lambdalint.confirm.worker import dated, lacking

PROGRAM = "program"
"""The folder below the experiment's own that holds the modules of the program."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """How a script ended that ran in a process of its own.

    Attributes:
        code: its exit code: 0, 1 after an exception, ``n`` after ``sys.exit(n)``; ``None`` when the
            process was ended from outside (time, memory, a crash).
        value: what the script assigned to the global name ``result``, where that is JSON.
        output: what it printed, standard output and error together (the end of it, when it is long).
        error: the exception in one line (``ValueError: …``), or why the process was ended; else empty.
    """

    code: int | None
    value: Any = None
    output: str = ""
    error: str = ""


class Session:
    """The running program of a request.

    Attributes:
        request: what is asked.
        package: dotted name of the Keras that this worker has imported.
        keras: that module.
        folder: the experiment's own folder: the working directory, the only one that may be written to,
            removed afterwards.
        names: the globals of the program's main module, after it was executed.
        failure: the exception that executing the program raised, or ``None``.  ``names`` then holds what
            was defined before.
        dated: whether the code uses names that the libraries of this interpreter had only once.
        lacking: the packages that the code imports and that are not installed.
    """

    def __init__(
        self,
        request: Request,
        keras: ModuleType,
        folder: str,
        ask: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> None:
        self.request = request
        self.package = request.package
        self.keras = keras
        self.folder = folder
        self.names: dict[str, Any] = {}
        self.failure: Exception | None = None
        self.dated = False
        self.lacking: tuple[str, ...] = ()
        self._ask = ask
        self._evaluated = 0

    def execute(self) -> None:
        """Import the program's main module; an exception of its becomes ``failure``."""
        program = self.request.program
        install(program, self.folder)
        texts = [module.source for module in program.modules]
        self.lacking = _lacking(program)
        lacking.allow(self.lacking)
        texts += [each for each in (program.layer, program.function, program.statement) if each]
        self.dated = dated.restore("\n".join(texts), self.request.package == "tf_keras")
        module = ModuleType(program.main)
        module.__file__ = _path(program, program.main, self.folder)
        sys.modules[program.main] = module
        self.names = module.__dict__
        try:
            with open(module.__file__, encoding="utf-8") as file:
                code = compile(file.read(), module.__file__, "exec")
            exec(code, module.__dict__)
        except MemoryError:
            raise
        except Exception as error:
            self.failure = error

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of the program (``request.program.layer`` and its like).

        Raises:
            Exception: whatever the expression raises.
        """
        return eval(self._compiled(expression, "eval"), self.names)

    def run(self, statements: str) -> None:
        """Execute statements among the program's names.

        Raises:
            Exception: whatever they raise.
        """
        exec(self._compiled(statements, "exec"), self.names)

    def _compiled(self, source: str, mode: str) -> Any:
        # In a file, so that what reads the source of a function (AutoGraph of tf_keras does) finds it.
        self._evaluated += 1
        path = os.path.join(self.folder, PROGRAM, f"_expression_{self._evaluated}.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        return compile(source, path, mode)

    def rows(self, error: BaseException) -> list[tuple[str, int]]:
        """File and row of the user's for the frames of an exception that come from the program,
        outermost first.  Expressions count as the region that the finding marks."""
        program = self.request.program
        tables = {_path(program, m.name, self.folder): m.lines for m in program.modules}
        inside = os.path.join(self.folder, PROGRAM) + os.sep
        found: list[tuple[str, int]] = []
        for frame, row in traceback.walk_tb(error.__traceback__):
            path = frame.f_code.co_filename
            lines = tables.get(path)
            if lines is not None and 0 < row <= len(lines):
                place = lines[row - 1]
            elif path.startswith(inside) and program.region is not None:
                place = (program.region[0], program.region[1])
            else:
                continue
            if place is not None:
                found.append(place)
        return found

    def describe(self, error: BaseException) -> str:
        """An exception in one line, with the user's innermost file and row: ``NameError: name 'prod' is
        not defined (train.py:12)``.  Where Keras hides it behind one of its own, the hidden one.
        """
        error = hidden(error)
        text = one_line(error)
        rows = self.rows(error)
        return f"{text} ({rows[-1][0]}:{rows[-1][1]})" if rows else text

    def fresh(
        self, source: str, files: Sequence[str] = (), *, program: bool = False, seconds: float | None = None
    ) -> Fresh:
        """Run a script in a new process, in which Keras is imported and nothing of the user's has run.

        Args:
            source: the script; it runs as ``__main__`` in a folder of its own, under the same limits.
            files: names of files and folders in this experiment's folder (``model.keras``) that it
                finds in its own.
            program: whether the modules of the program can be imported there.
            seconds: time limit, at most what this experiment has left.
        """
        message = {"fresh": source, "files": list(files), "program": program, "seconds": seconds}
        reply = self._ask(message)
        return Fresh(reply.get("code"), reply.get("value"), reply.get("output", ""), reply.get("error", ""))


_VAGUE = "could not automatically infer the shape"
_AROUND = re.compile(
    "\x1b\\[[0-9;]*m"
    r"|\{\{function_node [^}]*\}\} ?| ?\[Op:\w+\](?: name:)?"
    r"|Exception encountered when calling .*?(?:\(\)|\(type \w+\))\.(?= )"
    r"| (?:Call a|A)rguments received by .*"
    r"| Full object config: .*"
    r"| Make sure custom classes and functions are decorated.*"
    r"| You can attempt the following resolutions.*"
    r"| This error may indicate that you're trying to pass.*"
    r"|<class '[^']*'> could not be deserialized properly\..* Exception encountered: "
)

_MADE = re.compile(r"(?<=<)main\.| at 0x[0-9a-f]+|(?<=class ')main\.")
"""The name that a slice gives to the user's module, and addresses, which are others each time."""
_ARRAY = re.compile(r"(\[+[-+\d.e]+(?:,? [-+\d.e]+)?),? [-+\d.e, \[\]]{24,}(?:…|\.\.\.)?")


def plain(text: str) -> str:
    """The message of an exception in one line, without colours and what Keras puts around it."""
    text = _ARRAY.sub(r"\1 …] ", _MADE.sub("", " ".join(text.split())))
    return " ".join(_AROUND.sub("", text).split())


def hidden(error: BaseException) -> BaseException:
    """The exception behind Keras's message that it could not infer the shape of the output."""
    found = error
    for _ in range(8):
        behind = found.__cause__ or found.__context__
        if behind is None or _VAGUE not in str(found):
            return found
        found = behind
    return error


def one_line(error: BaseException) -> str:
    """The type and the message of an exception in one line."""
    try:
        text = plain(str(error))
    except Exception:
        text = ""
    name = type(error).__name__
    return name if not text else f"{name}: {text[:300]}{'…' if len(text) > 300 else ''}"


def _lacking(program: Program) -> tuple[str, ...]:
    """The packages that a program imports and that are not installed; it may find that out by itself."""
    named: dict[str, None] = {}
    for module in program.modules:
        tree = ast.parse(module.source)
        tried = {id(each) for node in ast.walk(tree) if isinstance(node, ast.Try) for each in ast.walk(node)}
        for node in ast.walk(tree):
            if id(node) in tried:
                continue
            if isinstance(node, ast.Import):
                named.update((each.name.partition(".")[0], None) for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                named[node.module.partition(".")[0]] = None
    return tuple(name for name in named if name not in sys.modules and importlib.util.find_spec(name) is None)


def install(program: Program, folder: str) -> None:
    """Write the modules of a program below ``folder`` and make them importable, before everything else."""
    root = os.path.join(folder, PROGRAM)
    os.makedirs(root, exist_ok=True)
    for module in program.modules:
        path = _path(program, module.name, folder)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(module.source)
        sys.modules.pop(module.name, None)
    sys.path.insert(0, root)
    importlib.invalidate_caches()


def _path(program: Program, name: str, folder: str) -> str:
    """Where a module of the program is written."""
    package = any(module.package for module in program.modules if module.name == name)
    parts = [*name.split("."), "__init__"] if package else name.split(".")
    return os.path.join(folder, PROGRAM, *parts) + ".py"
