"""Requests written by hand."""

from __future__ import annotations

from typing import Any

from lambdalint.confirm.request import Module, Program, Request


def request(source: str, *, library: str = "keras", code: str = "LL101", **options: Any) -> Request:
    """A request whose program is one module and whose experiment judges nothing by itself."""
    dialect = "keras2" if library == "tf_keras" else "keras3"
    program = Program((Module("main", source),))
    return Request(code, int(code[2]), library, dialect, program, **options)
