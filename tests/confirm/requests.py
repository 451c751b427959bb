"""Requests written by hand, and those for the findings of a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lambdalint.confirm.request import Module, Program, Request
from lambdalint.engine import Plan, judge
from lambdalint.registry import load_rules
from lambdalint.results import FileResult
from lambdalint.settings import Confirming, Settings

PACKAGES = ("keras", "tensorflow.keras", "tf_keras")
"""The packages a worker can import Keras from; code of Keras 1 runs on ``tf_keras``."""


def request(source: str, *, package: str = "keras", code: str = "LL101", **options: Any) -> Request:
    """A request whose program is one module and whose experiment judges nothing by itself."""
    dialect = "keras2" if package == "tf_keras" else "keras3"
    program = Program((Module("main", source),))
    return Request(code, int(code[2]), package, dialect, program, **options)


def judged(path: Path, text: str, code: str, target: str = "keras3") -> FileResult:
    """What one rule finds in a script, which is written to ``path`` first, with the requests for it."""
    path.write_text(text, encoding="utf-8")
    codes, root = frozenset({code}), str(path.parent)
    settings = Settings(root=root, codes=codes, confirming=Confirming(), target=target)
    return judge(str(path), settings, Plan.make(load_rules().rules, codes, root))


def request_of(path: Path, text: str, code: str) -> Request:
    """The request for the only finding of a rule in a script."""
    (made,) = judged(path, text, code).requests.values()
    assert isinstance(made, Request), made
    return made
