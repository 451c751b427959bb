"""The command line: arguments to settings, a run, a report, and the exit code.

Exit codes: 0 clean, 1 findings, 2 the tool or an input failed, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lambdalint import __version__, streams
from lambdalint.confirming import confirm, confirmation, options
from lambdalint.selectors import Choice
from lambdalint.settings import CACHE_FOLDER, FORMATS, TARGETS, Overrides, SettingsError, cache_folder, load

if TYPE_CHECKING:
    from lambdalint.engine import Stdin
    from lambdalint.registry import Registry
    from lambdalint.report import View
    from lambdalint.results import RunResult
    from lambdalint.rule import Rule
    from lambdalint.settings import Settings

CLEAN, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_Command = TypeVar("_Command", bound=Callable[..., Any])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    streams.prepare()
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name="lambdalint", standalone_mode=False)
        return code if isinstance(code, int) else CLEAN
    except click.UsageError as error:
        shown = StringIO()
        error.show(shown)
        streams.tell(shown.getvalue().rstrip("\n"))
        return FAILED
    except (click.ClickException, SettingsError) as error:
        streams.say("error", str(error))
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:
        given = sys.argv[1:] if arguments is None else arguments
        if "--verbose" in given or "-v" in given:
            import traceback

            streams.tell(traceback.format_exc().rstrip("\n"))
        streams.say("error", _what_failed(error))
        return FAILED


def _what_failed(error: Exception) -> str:
    """What to say of an error that nothing else has caught: the system's fault or one of ours."""
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    if not isinstance(error, OSError):
        return f"internal error: {type(error).__name__}: {error}"
    try:
        os.getcwd()
    except OSError:
        return "the current folder does not exist any more"
    place = "" if error.filename is None else f"{error.filename}: "
    return f"{place}{error.strerror or type(error).__name__}"


@click.group(context_settings=_CONTEXT)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Find what is wrong with the Lambda layers of Keras scripts and notebooks."""


def _selection(command: _Command) -> _Command:
    for name, text in (
        ("--extend-select", "Rules to add to those that are on."),
        ("--ignore", "Rules to turn off."),
        ("--select", "Rules to turn on in place of the default ones: codes, prefixes, names, or ALL."),
    ):
        command = click.option(name, multiple=True, metavar="RULES", help=f"{text} Comma-separated.")(command)
    return command


_target = click.option(
    "--target", type=click.Choice(TARGETS), help="The Keras to judge for, in place of what a file shows."
)
_config = click.option(
    "--config",
    metavar="FILE",
    help="Settings file to use instead of the nearest pyproject.toml or lambdalint.toml.",
)


class _Check(click.Command):
    """A command whose ``--add-ignore`` takes its reason with ``=`` alone, as ruff's ``--add-noqa`` does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        given = ["--add-ignore=" if word == "--add-ignore" else word for word in args[:end]]
        return super().parse_args(ctx, given + args[end:])


@cli.command(cls=_Check)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@_selection
@_target
@_config
@click.option(
    "--output-format", type=click.Choice(FORMATS), help="How findings are reported. [default: text]"
)
@click.option("-o", "--output-file", metavar="FILE", help="Write the report to FILE, not to standard output.")
@click.option(
    "--stdin-filename", metavar="NAME", help="The name of the file that PATHS `-` reads from stdin."
)
@click.option("--statistics", is_flag=True, help="Show counts by rule instead of findings.")
@click.option("--show-unknown", is_flag=True, help="Show what was not judged: the reasons, counted.")
@click.option(
    "--show-problems", is_flag=True, help="Put problems and notices into json and json-lines reports."
)
@click.option(
    "--force-exclude/--no-force-exclude",
    default=None,
    help="Let `exclude` hold for the files that are named, too.",
)
@click.option("--baseline", metavar="FILE", help="Pass over the findings that are recorded in FILE.")
@click.option("--write-baseline", is_flag=True, help="Record all findings in the baseline.")
@click.option(
    "--add-ignore",
    metavar="=REASON",
    help="Write a suppression comment, with a reason if one is given, for every finding.",
)
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--jobs", type=click.IntRange(0), help="Processes to use; 0, the default: as many as pay off.")
@click.option("--no-cache", is_flag=True, help="Judge every file anew, and keep no results for later runs.")
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="LAMBDALINT_CACHE_DIR",
    help=f"Where results are kept for later runs. [default: {CACHE_FOLDER} next to the settings]",
)
@confirmation
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors, nothing else.")
@click.option("-v", "--verbose", is_flag=True, help="Also print what was read, and the detail of errors.")
def check(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    target: str | None,
    config: str | None,
    output_format: str | None,
    output_file: str | None,
    stdin_filename: str | None,
    jobs: int | None,
    cache_dir: str | None,
    force_exclude: bool | None,
    baseline: str | None,
    add_ignore: str | None,
    sample: str | None,
    input_shape: str | None,
    python: str | None,
    repro: str | None,
    **flags: bool,
) -> int:
    """Check files, folders and globs (default: the current folder; - reads standard input)."""
    confirming = options(flags["confirm"], sample, input_shape, python)
    if confirming is None and (flags["confirmed_only"] or repro):
        raise click.UsageError("--confirmed-only and --repro go with --confirm")
    choice = Choice(_words(select) if select else None, _words(ignore), _words(extend_select))
    cache = not flags["no_cache"]
    overrides = Overrides(choice, target, output_format, jobs, cache, cache_dir, force_exclude, confirming)
    special = baseline is not None or flags["write_baseline"] or add_ignore is not None or stdin_filename
    plain = None if special else _plain(paths, config, overrides)
    settings = _load(config, overrides) if plain is None else plain[0]
    settings = settings if baseline is None else replace(settings, baseline=baseline)
    if flags["statistics"]:
        _check_statistics(settings.output_format)
    if flags["write_baseline"] and add_ignore is not None:
        raise click.UsageError("give --write-baseline or --add-ignore, not both")

    def judge() -> RunResult:
        if plain is not None:
            return plain[1]
        found = _judge(paths or (".",), settings, stdin_filename)
        return _without_known(found, settings, write=flags["write_baseline"], quiet=flags["quiet"])

    result = judge() if add_ignore is None else _suppress(judge, add_ignore, paths, settings, flags["quiet"])
    if confirming is not None:
        result = confirm(result, settings, flags, repro)
    return _tell(result, settings, flags, output_file)


def _tell(result: RunResult, settings: Settings, flags: dict[str, bool], output_file: str | None) -> int:
    """Write the report of a run and what else is to be said of it; the exit code."""
    _complain(result, settings, quiet=flags["quiet"], verbose=flags["verbose"])
    _write(_report(result, settings, flags, output_file), output_file)
    if flags["show_unknown"]:
        from lambdalint.report.summary import unknowns

        for_people = settings.output_format in ("text", "concise") and output_file is None
        click.echo("\n" + unknowns(result.reach), nl=False, err=not for_people)
    if result.problems:
        return FAILED
    counting = any(finding.counts for finding in result.findings)
    return FINDINGS if counting and not flags["exit_zero"] else CLEAN


def _plain(
    paths: tuple[str, ...], config: str | None, overrides: Overrides
) -> tuple[Settings, RunResult] | None:
    """The settings and result of a run that needs no rules; ``None`` for one that may need some."""
    from lambdalint.plain import plain_run

    if not paths or overrides.choice != Choice():
        return None
    try:
        settings = load({}, config=config, overrides=overrides)
    except SettingsError:
        return None
    result = plain_run(paths, settings)
    return None if result is None else (settings, result)


def _words(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for item in given for word in item.split(",") if word.strip())


def _registry() -> Registry:
    from lambdalint.registry import RegistryError, load_rules

    try:
        return load_rules()
    except RegistryError as error:
        raise click.ClickException(str(error)) from None


def _load(config: str | None, overrides: Overrides) -> Settings:
    from lambdalint.registry import RegistryError, known_rules

    try:
        rules = known_rules(cache_folder(config, overrides))
    except RegistryError as error:
        raise click.ClickException(str(error)) from None
    return load(rules, config=config, overrides=overrides)


def _check_statistics(output_format: str) -> None:
    from lambdalint.report.summary import STATISTICS_FORMATS

    if output_format not in STATISTICS_FORMATS:
        listed = ", ".join(STATISTICS_FORMATS)
        raise click.UsageError(
            f"--statistics goes with the output formats {listed}, not with {output_format}"
        )


def _judge(paths: tuple[str, ...], settings: Settings, stdin_filename: str | None) -> RunResult:
    from lambdalint.engine import Stdin, run
    from lambdalint.pool import relax_collector
    from lambdalint.report.progress import ProgressBar

    relax_collector()
    stdin: Stdin | None = None
    if "-" in paths:
        stdin = Stdin(stdin_filename or "-", streams.read(settings.max_bytes))
    elif stdin_filename is not None:
        raise click.UsageError("--stdin-filename goes with the path `-`")
    with ProgressBar() as progress:
        return run(paths, settings, stdin=stdin, progress=progress)


def _without_known(result: RunResult, settings: Settings, *, write: bool, quiet: bool) -> RunResult:
    """The result without what the baseline knows, after writing all of it there if that is asked for."""
    if settings.baseline is None:
        if write:
            raise click.UsageError("--write-baseline goes with --baseline FILE or the setting `baseline`")
        return result
    from lambdalint.baseline import BaselineError, update
    from lambdalint.report.view import visible

    try:
        result, remarks = update(result, settings.baseline, settings.codes, write=write)
    except BaselineError as error:
        raise click.ClickException(str(error)) from None
    for remark in remarks if not quiet else ():
        streams.say("baseline", visible(remark))
    return result


def _suppress(
    judge: Callable[[], RunResult], reason: str, paths: tuple[str, ...], settings: Settings, quiet: bool
) -> RunResult:
    """Write suppressions for what ``judge`` finds; what it finds then."""
    from lambdalint.add_ignore import add_ignores, check_reason

    if "-" in paths:
        raise click.UsageError("--add-ignore goes with files, not with standard input")
    wrong = check_reason(reason)
    if wrong:
        raise click.UsageError(wrong)
    written = add_ignores(judge(), reason, settings.max_bytes)
    if not quiet:
        streams.say("added", f"suppressions for {written.findings} findings in {written.files} files")
    result = judge()
    problems = {*result.problems, *written.problems}
    return replace(result, problems=tuple(sorted(problems, key=lambda problem: problem.sort_key)))


def _complain(result: RunResult, settings: Settings, *, quiet: bool, verbose: bool) -> None:
    from lambdalint.report.view import visible

    for problem in result.problems:
        streams.say("error", visible(str(problem)))
        if verbose and problem.detail:
            streams.tell(problem.detail.rstrip())
    if quiet:
        return
    for notice in result.notices:
        streams.say("warning", visible(str(notice)))
    if not result.files and not result.problems:
        streams.say("warning", "no Python files or notebooks found under the given paths")
    if verbose:
        streams.say("settings", settings.source or "none found, the defaults hold")
        streams.say("checked", f"{result.files} files, {result.layers} Lambda or merge layers")


def _report(result: RunResult, settings: Settings, flags: dict[str, bool], output_file: str | None) -> str:
    from lambdalint.report import render
    from lambdalint.report.summary import statistics, summary

    if flags["statistics"]:
        text = statistics(result, settings.output_format)
    else:
        text = render(settings.output_format, result, _view(output_file, problems=flags["show_problems"]))
    if settings.output_format in ("text", "concise") and not flags["quiet"]:
        gap = "\n" if text and settings.output_format == "text" and not flags["statistics"] else ""
        text += gap + summary(result)
    return text


def _view(output_file: str | None, *, problems: bool) -> View:
    from lambdalint.report import View
    from lambdalint.report.terminal import columns

    terminal = output_file is None and streams.on_a_terminal() and os.environ.get("TERM") != "dumb"
    color = terminal and not os.environ.get("NO_COLOR")
    if output_file is None and os.environ.get("FORCE_COLOR", "0") != "0" and not os.environ.get("NO_COLOR"):
        color = True
    width = columns() if output_file is None else 80
    return View(width=width, color=color, links=terminal and color, problems=problems)


def _write(text: str, output_file: str | None) -> None:
    if output_file is None:
        streams.write(text)
        return
    from lambdalint.atomic import write_atomically

    try:
        write_atomically(output_file, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise click.ClickException(f"{output_file}: cannot be written: {error.strerror}") from None


@cli.command()
@_config
@click.option("--cache-dir", metavar="FOLDER", envvar="LAMBDALINT_CACHE_DIR", help="The folder to remove.")
def clean(config: str | None, cache_dir: str | None) -> int:
    """Remove the results that earlier runs have kept."""
    import shutil

    from lambdalint.cache import is_cache

    folder = _load(config, Overrides(cache_dir=cache_dir)).cache_dir or ""
    if not os.path.lexists(folder):
        return CLEAN
    if not is_cache(folder):
        raise click.ClickException(f"{folder}: is no folder that lambdalint made, and stays")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be removed: {error.strerror}") from None
    click.echo(f"removed {folder}")
    return CLEAN


@cli.command()
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="Print every rule.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="[default: text]")
def rule(code: str | None, every: bool, output_format: str) -> int:
    """Print what a rule (a code or a name) means, with examples."""
    from lambdalint.report.rules import render_rules

    if (code is None) != every:
        raise click.UsageError("give a rule or --all")
    chosen = list(_registry().rules.values()) if code is None else _one_rule(code)
    _write(render_rules(chosen, output_format, terminal=streams.on_a_terminal()), None)
    return CLEAN


def _one_rule(word: str) -> Rule:
    from lambdalint.selectors import UnknownRule, resolve

    rules = _registry().rules
    try:
        resolve(word, rules)
    except UnknownRule as error:
        raise click.ClickException(str(error)) from None
    found = next((known for known in rules.values() if word in (known.code, known.name)), None)
    if found is None:
        raise click.ClickException(f"{word!r} stands for several rules; give one code or name, or --all")
    return found


@cli.command()
@click.argument("place", metavar="FILE:LINE")
@click.option("--cell", type=click.IntRange(1), help="The cell of a notebook; also FILE:cell N:LINE.")
@click.option(
    "--output-format", type=click.Choice(["text", "json", "svg"]), default="text", help="[default: text]"
)
@_target
@_config
def explain(place: str, cell: int | None, output_format: str, target: str | None, config: str | None) -> int:
    """Show the Lambda layer at FILE:LINE: its dialect, input, and trace step by step."""
    from lambdalint.explaining import NothingThere, explain_place

    settings = _load(config, Overrides(target=target))
    try:
        text = explain_place(place, cell, settings, output_format)
    except NothingThere as error:
        raise click.ClickException(str(error)) from None
    _write(text.rstrip("\n") + "\n", None)
    return CLEAN


@cli.command("new-rule")
@click.argument("code")
@click.argument("name")
def new_rule(code: str, name: str) -> int:
    """Write the skeleton of a rule and its fixtures into the checkout in the current folder."""
    from lambdalint.skeleton import SkeletonError, write

    try:
        written = write(code, name, _registry())
    except SkeletonError as error:
        raise click.ClickException(str(error)) from None
    for path in written:
        click.echo(f"wrote {path}")
    return CLEAN
