"""Compare the operation tables with the installed libraries: ``python -m tests.interp.introspect``.

Prints the rows whose signature differs from the real one, and the public functions that no row models
(``--write`` puts these into ``coverage.txt``); with ``--seen FOLDER``, those that Keras code there calls.
"""

from __future__ import annotations

import argparse
import inspect
import os
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from lambdalint.interp.call import Op
from lambdalint.interp.ops import library
from lambdalint.interp.values import Const, Sequence, Value

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "keras.backend": ("",),
    "keras.ops": ("", "image."),
    "keras": ("activations.", "losses.", "metrics.", "random."),
    "tensorflow": (
        "", "math.", "linalg.", "nn.", "image.", "signal.", "random.", "strings.", "sets.", "bitwise.",
        "debugging.",
    ),
}  # fmt: skip
"""The parts of each library that its table is meant to cover."""


@cache
def installed() -> Mapping[str, tuple[ModuleType, ...]]:
    """The modules behind each table; where two hold a name, the first counts."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow
    import tf_keras.backend

    return {
        "keras.backend": (tf_keras.backend,),
        "keras.ops": (keras.ops, tensorflow.experimental.numpy),
        "keras": (keras, tf_keras),
        "tensorflow": (tensorflow, tensorflow.compat.v1),
    }


def real(prefix: str, name: str) -> Any:
    """The installed function of this dotted name, or ``None``."""
    for module in installed()[prefix]:
        found: Any = module
        for part in name.split("."):
            found = getattr(found, part, None)
        if callable(found):
            return found
    return None


def rows(prefix: str) -> Iterator[str]:
    """The names in a library's table, without the library's own."""
    for canonical in library.operation_names():
        if library.prefix_of(canonical) == prefix:
            yield canonical.removeprefix(f"{prefix}.")


def value_of(value: Value | None) -> Any:
    """The Python value of a default in a table."""
    if isinstance(value, Sequence):
        return tuple(value_of(item) for item in value.items or [])
    return value.value if isinstance(value, Const) else value


def plain(default: Any) -> Any:
    """A real default as tables write it: types by name, lists as tuples, other objects as ``None``."""
    if type(default).__name__ == "DType":
        return default.name
    if isinstance(default, (list, tuple)):
        return tuple(plain(item) for item in default)
    return default if isinstance(default, (int, float, str, bool, type(None))) else None


def signature_problem(op: Op, function: Any) -> str:
    """How a row's parameters differ from those of the installed function; ``""`` where they agree.

    A row may have more parameters than the function, after its own, if they have defaults: those of
    other versions.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ""
    expected = [each for each in parameters if each.kind is not each.VAR_KEYWORD]
    if [each.kind for each in expected] == [inspect.Parameter.VAR_POSITIONAL] and not op.parameters[
        0
    ].variadic:
        return ""
    lacking = [each.name for each in expected[len(op.parameters) :] if each.name not in op.aliases]
    if lacking:
        return f"lacks {', '.join(lacking)}"
    for ours, theirs in zip(op.parameters, expected):
        if ours.name != theirs.name and op.aliases.get(theirs.name) != ours.name:
            return f"has {ours.name} where the library has {theirs.name}"
        if ours.variadic != (theirs.kind is theirs.VAR_POSITIONAL):
            return f"{ours.name} is variadic in one of the two"
        problem = default_problem(value_of(ours.default), ours.default is None, theirs)
        if problem and not ours.variadic:
            return f"{ours.name} {problem}"
    extra = op.parameters[len(expected) :]
    required = [each.name for each in extra if each.default is None and not each.variadic]
    return f"requires {', '.join(required)}, which the library does not have" if required else ""


def default_problem(ours: Any, required: bool, theirs: inspect.Parameter) -> str:
    """How a default differs; a row may be more lenient than the library."""
    if theirs.default is theirs.empty or theirs.name == "name":
        return ""
    if required:
        return "is required, and has a default in the library"
    default = plain(theirs.default)
    if ours == default or (ours is False and default is None):
        return ""
    return f"is {ours!r}, and {default!r} in the library"


def differences(prefix: str) -> Iterator[str]:
    """The rows of a library whose signature differs from the installed one."""
    for name in rows(prefix):
        function, op = real(prefix, name), library.lookup(f"{prefix}.{name}")
        if function is not None and op is not None and (problem := signature_problem(op, function)):
            yield f"{prefix}.{name}: {problem}"


def historic(prefix: str) -> Iterator[str]:
    """The rows of a library that no installed version has: the names of older ones."""
    return (name for name in rows(prefix) if real(prefix, name) is None)


@dataclass
class Part:
    """A part of a library, such as ``tensorflow.math``: its public functions, and those without a row."""

    name: str
    functions: int = 0
    without: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.name}: {self.functions - len(self.without)} of {self.functions}"
        if not self.without:
            return text
        return "\n".join([text, *textwrap.wrap(", ".join(self.without), 104, **_INDENTED)])


_INDENTED: Any = {"initial_indent": "  - ", "subsequent_indent": "    ", "break_on_hyphens": False}


def parts(prefix: str) -> Iterator[Part]:
    """The parts of a library, its version-1 names last; a function of several names counts by its first."""
    known = {id(real(prefix, name)) for name in rows(prefix)}
    seen: set[int] = set()
    for version, module in zip(("", "compat.v1."), installed()[prefix]):
        if version and prefix != "tensorflow":
            return
        for folder in FOLDERS[prefix]:
            part = Part(f"{prefix}.{version}{folder}".removesuffix("."))
            for name, value in _public(getattr(module, folder[:-1]) if folder else module):
                if id(value) not in seen:
                    seen.add(id(value))
                    part.functions += 1
                    if id(value) not in known and library.lookup(f"{prefix}.{folder}{name}") is None:
                        part.without.append(name)
            yield part


def _public(module: Any) -> Iterator[tuple[str, Any]]:
    for name, value in sorted(vars(module).items()):
        if not name.startswith("_") and callable(value) and not inspect.isclass(value):
            if not inspect.ismodule(value):
                yield name, value


def coverage() -> str:
    """All parts of all libraries, with the functions that no transfer function models."""
    lines = [f"{part}\n" for prefix in installed() for part in parts(prefix) if part.functions]
    return _HEAD.format(", ".join(_versions())) + "\n" + "\n".join(lines)


def _versions() -> Iterator[str]:
    import keras
    import tensorflow
    import tf_keras

    for module in (tensorflow, keras, tf_keras):
        yield f"{module.__name__} {module.__version__}"


_HEAD = """\
# How many public functions of each part of a library have a transfer function, and which have none.
# Written by `python -m tests.interp.introspect --write` with {}.
"""

COVERAGE = Path(__file__).with_name("coverage.txt")


def listed() -> set[str]:
    """The functions without a transfer function that ``coverage.txt`` lists."""
    found: set[str] = set()
    part = ""
    for line in COVERAGE.read_text().splitlines():
        if line.startswith("  "):
            found.update(f"{part}.{name}" for name in line.strip(" -,").split(", "))
        else:
            part = line.partition(":")[0]
    return found


def unmodelled(prefix: str) -> Iterator[str]:
    """The public functions of a library that have no row under any name."""
    return (f"{part.name}.{name}" for part in parts(prefix) for name in part.without)


_TF_CALL = re.compile(r"\b(?:tf|tensorflow)\.((?:compat\.v[12]\.)?(?:[a-z_0-9]+\.){0,2}[a-z_0-9]+)\(")
_NO_TENSORS = re.compile(
    r"(compat\.v[12]\.)?(keras|data|train|io|saved|config|app|test|logging|summary|estimator|flags|gfile|feature"
    r"|distribute|profiler|autograph|nest|python|tpu|__|experimental|(enable|disable|reset)_|.*(initializer|collection))"
)


def seen(folder: Path) -> Counter[str]:
    """The functions of ``tf`` that files with a Lambda layer call and no row models, by number of calls."""
    found: Counter[str] = Counter()
    for path in (*folder.rglob("*.py"), *folder.rglob("*.ipynb")):
        text = path.read_text(errors="replace") if path.is_file() else ""
        if re.search(r"Lambda *\(", text):
            found.update(name for name in _TF_CALL.findall(text) if not _NO_TENSORS.match(name))
    return Counter({n: count for n, count in found.items() if library.lookup(f"tensorflow.{n}") is None})


def main() -> None:
    """Print differences and gaps, library by library; ``--seen FOLDER``: those that real code meets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seen", type=Path, metavar="FOLDER", help="only what is called in these files")
    parser.add_argument("--write", action="store_true", help="write coverage.txt")
    options = parser.parse_args()
    folder = options.seen
    if options.write:
        COVERAGE.write_text(coverage())
        return
    if folder is not None:
        print("\n".join(f"{count:5} {name}" for name, count in seen(folder).most_common()) or "none")
        return
    for prefix in installed():
        for line in differences(prefix):
            print("differs:", line)
        print(f"{prefix}, only in older versions: {', '.join(historic(prefix))}")
    print(coverage())


if __name__ == "__main__":
    main()
