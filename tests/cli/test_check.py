"""``lambdalint check`` through real processes: output, options, exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import BAD, GOOD, Folder, Ran


def codes(output: str) -> list[str]:
    return [item["code"] for item in json.loads(output)]


def test_findings_exit_with_1(bad: Folder) -> None:
    ran = bad.run("check", "--select", "LL101", "--output-format", "concise")
    assert (ran.code, ran.err) == (1, "")
    first, last = ran.out.splitlines()
    assert first.startswith("bad.py:5:22: LL101 [error] ")
    assert last == "Found 1 error."


def test_text_is_the_default(bad: Folder) -> None:
    ran = bad.run("check", "--select", "LL101", "bad.py")
    lines = ran.out.splitlines()
    assert lines[0] == "bad.py:5:22  LL101 batch-axis-reduction  error"
    assert lines[1] == "    5 | y = Lambda(lambda t: ops.sum(t, axis=0))(x)"
    assert lines[2].startswith("      |                      ^^^^^^^^^^^^^^^^^^")
    assert lines[-2:] == ["", "Found 1 error."]
    assert "\x1b" not in ran.out


def test_clean_exits_with_0(bad: Folder) -> None:
    assert bad.run("check", "--select", "LL101", "good.py", "none.py") == Ran(0, "All checks passed!\n", "")


def test_nothing_to_check_is_not_called_passed(folder: Folder) -> None:
    ran = folder.run("check")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "warning: no Python files or notebooks found under the given paths\n"


def test_a_missing_path_is_a_problem_and_hides_nothing(bad: Folder) -> None:
    ran = bad.run("check", "--select", "LL101", "gone.py", "bad.py", "--output-format", "concise")
    assert ran.code == 2
    assert ran.err == "error: gone.py: does not exist\n"
    assert "bad.py:5:22: LL101" in ran.out


def test_a_problem_without_findings_is_not_called_passed(bad: Folder) -> None:
    ran = bad.run("check", "gone.py", "good.py", "--select", "LL101")
    assert (ran.code, ran.out) == (2, "")


def test_unreadable_text_is_a_problem(bad: Folder) -> None:
    (bad.path / "bytes.py").write_bytes(b"# Lambda\nx = '\xff\xfe'\n")
    ran = bad.run("check", "--select", "LL101", "--output-format", "json")
    assert ran.code == 2
    assert ran.err.startswith("error: bytes.py:2: is not utf-8 text")
    assert codes(ran.out) == ["LL101"]


def test_exit_zero_covers_findings_but_no_problems(bad: Folder) -> None:
    assert bad.run("check", "bad.py", "--exit-zero").code == 0
    assert bad.run("check", "bad.py", "gone.py", "-e").code == 2


def test_select_ignore_and_extend_select(bad: Folder) -> None:
    def run(*options: str) -> list[str]:
        return codes(bad.run("check", "bad.py", "--output-format", "json", *options).out)

    assert run("--select", "LL101") == ["LL101"]
    assert run("--select", "batch-axis-reduction,LL2") == ["LL101"]
    assert run("--select", "LL1", "--ignore", "LL101") == []
    assert run("--select", "LL2", "--extend-select", "LL101") == ["LL101"]
    assert "LL101" in run()
    assert "LL101" not in run("--ignore", "LL101")


def test_an_unknown_rule_is_one_line_with_a_proposal(bad: Folder) -> None:
    ran = bad.run("check", "--select", "batch-axis-reductions")
    assert ran == Ran(
        2, "", "error: unknown rule 'batch-axis-reductions' (did you mean 'batch-axis-reduction'?)\n"
    )


def test_settings_of_the_folder_are_read(bad: Folder) -> None:
    bad.write("lambdalint.toml", 'select = ["LL101"]\noutput-format = "concise"\nexclude = ["good.py"]\n')
    assert bad.run("check").out.startswith("bad.py:5:22: LL101 [error]")
    bad.write("lambdalint.toml", '[per-file-ignores]\n"bad.py" = ["ALL"]\n')
    assert bad.run("check", "bad.py") == Ran(0, "All checks passed!\n", "")


def test_a_wrong_setting_is_one_line(bad: Folder) -> None:
    path = bad.write("lambdalint.toml", '\nselct = ["LL101"]\n')
    ran = bad.run("check")
    assert ran == Ran(2, "", f"error: {path}:1: unknown option 'selct' (did you mean 'select'?)\n")


def test_config_names_another_file(bad: Folder) -> None:
    bad.write("other.toml", 'select = ["LL2"]\n')
    assert bad.run("check", "bad.py", "--config", "other.toml").code == 0


def test_standard_input(folder: Folder) -> None:
    options = ("--select", "LL101", "--output-format", "concise")
    ran = folder.run("check", "-", "--stdin-filename", "some/name.py", *options, stdin=BAD.lstrip())
    assert ran.code == 1
    assert ran.out.startswith("some/name.py:5:22: LL101")
    assert folder.run("check", "-", *options, stdin=BAD.lstrip()).out.startswith("-:5:22: LL101")
    assert folder.run("check", "-", *options, stdin=GOOD).code == 0


def test_a_name_for_standard_input_wants_standard_input(bad: Folder) -> None:
    ran = bad.run("check", "bad.py", "--stdin-filename", "x.py")
    assert ran.code == 2
    assert "--stdin-filename goes with the path `-`" in ran.err


def test_a_report_goes_to_a_file(bad: Folder) -> None:
    ran = bad.run("check", "bad.py", "--select", "LL101", "--output-format", "json", "-o", "report.json")
    assert ran == Ran(1, "", "")
    assert codes((bad.path / "report.json").read_text(encoding="utf-8")) == ["LL101"]
    ran = bad.run("check", "bad.py", "-o", "no/such/folder.txt")
    assert ran.code == 2
    assert ran.err.startswith("error: no/such/folder.txt: cannot be written: ")


def test_statistics(bad: Folder) -> None:
    bad.write("more.py", BAD)
    ran = bad.run("check", "--select", "LL101", "--statistics")
    assert (ran.code, ran.out) == (1, "2\tLL101\tbatch-axis-reduction\nFound 2 errors.\n")
    ran = bad.run("check", "--select", "LL101", "--statistics", "--output-format", "json")
    assert json.loads(ran.out) == [
        {"code": "LL101", "name": "batch-axis-reduction", "severity": "error", "count": 2}
    ]
    assert "--statistics goes with" in bad.run("check", "--statistics", "--output-format", "sarif").err


def test_quiet_says_findings_only(bad: Folder) -> None:
    bad.write("unused.py", GOOD.replace("(x)\n", "(x)  # lambdalint: ignore[LL101]\n"))
    ran = bad.run("check", "--select", "LL101", "--output-format", "concise", "--quiet")
    assert len(ran.out.splitlines()) == 1
    assert ran.err == ""
    assert bad.run("check", "--select", "LL101", "good.py", "-q") == Ran(0, "", "")


def test_verbose_says_what_was_read(bad: Folder) -> None:
    ran = bad.run("check", "good.py", "none.py", "--select", "LL101", "--verbose")
    assert ran.err.splitlines() == [
        f"settings: {bad.path / 'lambdalint.toml'}",
        "checked: 2 files, 1 Lambda or merge layers",
    ]


def test_show_unknown_counts_reasons(bad: Folder) -> None:
    bad.write("opaque.py", "from keras.layers import Lambda\nimport elsewhere\nLambda(elsewhere.f)\n")
    ran = bad.run("check", "--select", "LL101", "good.py", "opaque.py", "--show-unknown")
    assert ran.code == 0
    assert "Followed to the result: 1 of 2 layers (50.0 %)" in ran.out
    assert "Not followed, and why:\n1  elsewhere.f is not modelled\n" in ran.out


def test_suppressions_and_unused_ones(bad: Folder) -> None:
    bad.write("bad.py", BAD.replace("(x)\n", "(x)  # lambdalint: ignore[LL101, LL102]\n"))
    ran = bad.run("check", "--select", "LL1", "bad.py")
    assert (ran.code, ran.out) == (0, "All checks passed!\n")
    assert ran.err == "warning: bad.py:5:46: unused suppression of LL102: nothing is reported here\n"
    assert bad.run("check", "--select", "LL101", "bad.py").err == ""


def test_problems_in_json_on_request(bad: Folder) -> None:
    ran = bad.run(
        "check", "bad.py", "gone.py", "--select", "LL101", "--output-format", "json", "--show-problems"
    )
    whole = json.loads(ran.out)
    assert [len(whole["findings"]), len(whole["problems"]), whole["notices"]] == [1, 1, []]


def test_several_processes_give_the_same_report(bad: Folder) -> None:
    for number in range(12):
        bad.write(f"many/{number}.py", BAD if number % 3 else GOOD)
    bad.write("many/broken.py", "from keras.layers import Lambda\nx = (\n")
    one, two = (bad.run("check", "--output-format", "json", "--jobs", jobs) for jobs in ("1", "2"))
    assert one == two
    assert codes(one.out).count("LL101") == 9


def test_a_reader_that_goes_away_is_no_error(bad: Folder) -> None:
    for number in range(300):
        bad.write(f"many/with_a_rather_long_name_{number}.py", BAD)
    command = bad.command("check", "--select", "LL101", "--output-format", "json", "--jobs", "1")
    process = subprocess.Popen(
        command, cwd=bad.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=bad.environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 1


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_run_exits_with_130(bad: Folder, jobs: str) -> None:
    # Reading standard input waits for ever: there is always something to interrupt.
    process = subprocess.Popen(
        bad.command("check", "-", "--jobs", jobs),
        cwd=bad.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=bad.environment(),
        start_new_session=True,
    )
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.strip(), err.strip()) == (130, b"", b"")


def test_colours_only_on_a_terminal(bad: Folder, in_terminal: Callable[..., Ran]) -> None:
    shown = in_terminal("check", "bad.py", "--select", "LL101")
    assert "\x1b[1;31mLL101\x1b[0m" in shown.out
    assert "\x1b]8;;https://lambdalint.readthedocs.io/en/stable/rules/LL101-batch-axis-reduction" in shown.out
    plain = in_terminal("check", "bad.py", NO_COLOR="1").out
    # A slow run draws its progress and takes it away again.
    assert not re.search(r"\x1b(\[[\d;]+m|\]8)", plain)
    forced = bad.run("check", "bad.py", FORCE_COLOR="1").out
    assert "\x1b[1;31mLL101\x1b[0m" in forced
    assert "\x1b]8" not in forced


def test_the_message_is_wrapped_to_the_terminal(bad: Folder) -> None:
    narrow = bad.run("check", "bad.py", "--select", "LL101", COLUMNS="50").out.splitlines()[3:-2]
    wide = bad.run("check", "bad.py", "--select", "LL101", COLUMNS="300").out.splitlines()[3:-2]
    assert max(map(len, narrow)) <= 50
    assert len(narrow) > len(wide)


HEAVY = ("libcst", "rich", "numpy", "tensorflow", "keras")


@pytest.mark.parametrize(
    "arguments", [("--version",), ("check", "none.py"), ("check", "none.py", "--jobs", "4")]
)
def test_light_runs_import_nothing_heavy(bad: Folder, arguments: tuple[str, ...]) -> None:
    script = (
        "import sys\n"
        "from lambdalint.cli import main\n"
        f"try:\n    main({list(arguments)!r})\n"
        "except SystemExit as stop:\n"
        f"    heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "    sys.exit(f'imported {heavy}' if heavy else stop.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=bad.path,
        env=bad.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_package_imports_nothing_else(folder: Folder) -> None:
    script = f"import sys, lambdalint; print([name for name in {(*HEAVY, 'click')!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder.path,
        env=folder.environment(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.strip() == b"[]"


def test_every_format_runs(bad: Folder) -> None:
    from lambdalint.settings import FORMATS

    for output_format in FORMATS:
        ran = bad.run("check", "--output-format", output_format)
        assert (ran.code, ran.err) == (1, "")
        assert "LL101" in ran.out


def test_an_absolute_path_stays_absolute(bad: Folder, tmp_path: Path) -> None:
    ran = bad.run("check", str(tmp_path / "bad.py"), "--select", "LL101", "--output-format", "concise")
    assert ran.out.startswith(f"{tmp_path / 'bad.py'}:5:22: LL101")


def test_a_float_that_a_helper_of_another_module_refuses(folder: Folder) -> None:
    folder.write(
        "picks.py",
        "import tensorflow as tf\n\n\ndef pick(t):\n    return tf.gather(t[0], t[1], batch_dims=1)\n",
    )
    folder.write(
        "net.py",
        "import keras\nfrom picks import pick\n\nrows = keras.Input((7, 4))\n"
        "ids = keras.Input((3,), dtype='int32')\n"
        "y = keras.layers.Lambda(pick)([rows, ids])\n",
    )
    ran = folder.run("check", "--target", "keras3", "--select", "LL201", "--output-format", "concise")
    assert "net.py:6:5: LL201" in ran.out
    assert "Declare output_shape=(3, 4)" in ran.out
