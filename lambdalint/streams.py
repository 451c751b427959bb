"""The standard streams, each of which may be closed, full, or have nobody at its other end."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress
from typing import IO

import click

_PLAIN = {"…": "...", "─": "-", "•": "*"}
"""What stands for the signs of our own that the encoding of a stream may not have."""


def prepare() -> None:
    """Let no character be an error, and nothing that is said to a closed standard error."""
    codecs.register_error(__name__, _plainly)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=__name__)


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write what a stream cannot show in ASCII: our own signs by others, all else by its number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    shown = (_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in wrong)
    return "".join(shown), error.end


def say(kind: str, message: str) -> None:
    """A line on standard error."""
    tell(f"{kind}: {message}")


def tell(text: str) -> None:
    """Text on standard error; where nobody can hear it, the report and the exit code have to do."""
    try:
        click.echo(text, err=True)
    except OSError:
        _silence(sys.stderr)


def write(text: str) -> None:
    """Text on standard output; a reader that has gone wants no more.

    Raises:
        ClickException: it is closed or cannot take the text.
    """
    if sys.stdout is None:
        raise click.ClickException("the report cannot be written: standard output is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        raise click.ClickException(f"the report cannot be written: {error.strerror}") from None


def read(most: int) -> bytes:
    """What comes over standard input, up to ``most`` bytes and one more.

    Raises:
        ClickException: it is closed.
    """
    if sys.stdin is None:
        raise click.ClickException("standard input is closed, and the path `-` stands for it")
    return sys.stdin.buffer.read(most + 1)


def on_a_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _silence(stream: IO[str]) -> None:
    """Lead a stream nowhere, so that the last flush of the interpreter is quiet too."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
