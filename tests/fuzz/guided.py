"""Inputs that coverage chooses: what reaches code that no input has reached before is kept and changed on.

libFuzzer, through atheris, which counts the branches of lambdalint's own modules.  Run as a module of
its own, since these have to be counted from their import on.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

_PACKAGES = ("lambdalint", "lambdalint_rules")
_NOT_LINTING = ("lambdalint.confirm", "lambdalint.__main__")
"""What runs in the interpreter of a user's project, or ends this one."""
_LONGEST = 6000


def guided(options: argparse.Namespace) -> int:
    """Run the guided fuzzer in a process of its own; the exit code."""
    command = [sys.executable, "-m", __name__, "--inputs", str(options.inputs), "--seed", str(options.seed)]
    for name in ("keep", "corpus"):
        if getattr(options, name) is not None:
            command += [f"--{name}", str(getattr(options, name))]
    return subprocess.run(command).returncode


def main() -> None:
    """Fuzz until so many inputs are judged, then leave with 1 if there was any fault."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    try:
        import atheris
    except ImportError:
        sys.exit('a guided run needs atheris: pip install "lambdalint[fuzz]"')
    with atheris.instrument_imports(include=[*_PACKAGES]):
        _import_all()
    from tests.fuzz.drawn import first_inputs, words

    with tempfile.TemporaryDirectory() as folder:
        corpus = options.corpus or Path(folder, "corpus")
        corpus.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(first_inputs(options.seed)):
            (corpus / f"first-{number}").write_bytes(data)
        dictionary = Path(folder, "words")
        dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words()))
        artifacts = options.keep or Path(folder)
        artifacts.mkdir(parents=True, exist_ok=True)
        settings = {"seed": options.seed, "max_len": _LONGEST, "dict": dictionary, "rss_limit_mb": 4096}
        settings |= {"timeout": 300, "verbosity": 0, "artifact_prefix": f"{artifacts}/"}
        flags = [f"-{name}={value}" for name, value in settings.items()]
        atheris.Setup([sys.argv[0], *flags, str(corpus)], _judging(options))
        atheris.Fuzz()


def _import_all() -> None:
    for package in _PACKAGES:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not module.name.startswith(_NOT_LINTING):
                importlib.import_module(module.name)


def _judging(options: argparse.Namespace) -> Callable[[bytes], None]:
    from tests.fuzz.campaign import tell
    from tests.fuzz.drawn import drawn
    from tests.fuzz.further import further
    from tests.fuzz.oracle import examine

    faults: Counter[str] = Counter()
    done = 0

    def judge(data: bytes) -> None:
        nonlocal done
        done += 1
        given = drawn(data)
        fault = examine(given, twice=done % 4 == 0, formats=done % 11 == 0)
        if fault is None and done % 11 == 3:
            fault = further(given)
        if fault is not None:
            faults[fault.kind] += 1
            if faults[fault.kind] == 1:
                tell(given, fault, f"guided-{options.seed}-{done}", options.keep)
        if done % 1000 == 0:
            print(f"{done} inputs, faults: {sum(faults.values())}", flush=True)
        if done >= options.inputs:
            print(f"{done} inputs judged; faults: {dict(faults) or 'none'}", flush=True)
            os._exit(1 if faults else 0)

    return judge


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main()
