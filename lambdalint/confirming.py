"""``--confirm`` on the command line: its options, and what it does to the result of a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lambdalint import streams
from lambdalint.findings import Problem
from lambdalint.settings import Confirming

if TYPE_CHECKING:
    from lambdalint.results import RunResult
    from lambdalint.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])


def confirmation(command: _Command) -> _Command:
    """Add the options of ``--confirm`` to a command."""
    for option in (
        click.option(
            "--repro",
            metavar="FOLDER",
            help="With --confirm: write a script for each confirmed finding that shows it.",
        ),
        click.option(
            "--python",
            metavar="PATH",
            help="With --confirm: the interpreter to run layers in, such as the project's own.",
        ),
        click.option(
            "--input-shape",
            metavar="SHAPE",
            help="With --confirm: the shape of one sample, such as (28, 28, 1), in place of what is known.",
        ),
        click.option(
            "--sample",
            metavar="FILE",
            help="With --confirm: a .npy or .npz file of samples to run layers on.",
        ),
        click.option(
            "--confirmed-only", is_flag=True, help="With --confirm: report the confirmed findings alone."
        ),
        click.option(
            "--confirm",
            is_flag=True,
            help="Run the layers, in processes of their own, to prove or refute findings. This runs code.",
        ),
    ):
        command = option(command)
    return command


def options(
    asked: bool, sample: str | None, input_shape: str | None, python: str | None
) -> Confirming | None:
    """What the options of ``--confirm`` say; ``None`` without it.

    Raises:
        UsageError: an option without ``--confirm``, or one that cannot be used.
    """
    if not asked:
        if sample or input_shape or python:
            raise click.UsageError("--sample, --input-shape and --python go with --confirm")
        return None
    if sample is not None and not os.path.isfile(sample):
        raise click.UsageError(f"--sample: {sample} is no file")
    return Confirming(_shape(input_shape), sample and os.path.abspath(sample), python=python)


def _shape(text: str | None) -> tuple[int, ...] | None:
    """The sizes of ``(28, 28, 1)``, ``28,28,1`` or ``28``."""
    if text is None:
        return None
    words = text.strip().strip("()[]").replace(",", " ").split()
    if any(not word.isdecimal() for word in words):
        raise click.UsageError(f"--input-shape: {text!r} is no shape such as (28, 28, 1)")
    return tuple(int(word) for word in words)


def confirm(result: RunResult, settings: Settings, flags: dict[str, bool], repro: str | None) -> RunResult:
    """The result with verdicts; as it is, with a problem, where no experiment can be made."""
    from lambdalint.confirm import stage
    from lambdalint.confirm.driver import Unavailable
    from lambdalint.report.progress import ProgressBar

    try:
        with ProgressBar("Confirming") as progress:
            confirmed = stage.confirm(result, settings, progress)
        if repro is not None:
            names = stage.write_repros(confirmed, repro)
            if not flags["quiet"]:
                plural = "" if len(names) == 1 else "s"
                streams.say("repro", f"{len(names)} script{plural} written to {repro}")
    except Unavailable as error:
        return replace(result, problems=(*result.problems, Problem("--confirm", str(error))))
    except OSError as error:
        return replace(
            result, problems=(*result.problems, Problem(str(repro), f"cannot be written: {error}"))
        )
    if flags["verbose"]:
        named = ", ".join(confirmed.protections) or "no experiment was run"
        streams.say("protections", named)
    if flags["confirmed_only"]:
        return replace(
            confirmed.result, findings=tuple(filter(stage.is_confirmed, confirmed.result.findings))
        )
    return confirmed.result
