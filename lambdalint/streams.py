"""The standard streams, each of which may be closed, full, or have nobody at its other end."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import IO

import click


def prepare() -> None:
    """Let no character be an error, and nothing that is said to a closed standard error."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


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
