"""Surroundings that no linter hopes for: streams, folders, settings and what lies beside files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from .conftest import BAD, HEAD, ONLY, Folder, Ran

FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
PYTHON = f"{sys.executable} -m lambdalint"
CHECK = f"{PYTHON} check {' '.join(ONLY)}"


def shell(folder: Folder, command: str, **environment: str) -> Ran:
    """What a command of the shell leaves behind."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder.path,
        env=folder.environment(**environment),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def finds(ran: Ran) -> bool:
    """Whether the finding of ``bad.py`` was printed, and no traceback."""
    assert "Traceback" not in ran.err
    assert "internal error" not in ran.err
    return "bad.py:5:22: LL101" in ran.out


# --- streams -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (f"{CHECK} >&-", "the report cannot be written: standard output is closed"),
        (f"{PYTHON} rule LL101 >&-", "the report cannot be written: standard output is closed"),
        (f"{CHECK} - <&-", "standard input is closed, and the path `-` stands for it"),
        (f"{CHECK} - </dev/zero", "-: is too large: 20.0 MB, the limit is 20.0 MB"),
        pytest.param(f"{PYTHON} --version >/dev/full", "No space left on device", marks=FULL),
        (f"mkdir gone; cd gone; rmdir ../gone; {CHECK} .", "the current folder does not exist any more"),
        (f"{sys.executable} -OO -m lambdalint check", "Python drops them with -OO and PYTHONOPTIMIZE=2"),
    ],
)
def test_what_does_not_work_is_one_line(bad: Folder, command: str, message: str) -> None:
    ran = shell(bad, command)
    assert ran.code == 2
    assert ran.err.startswith("error: ")
    assert ran.err.endswith(f"{message}\n")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "where", ["2>&-", pytest.param("2>/dev/full", marks=FULL), "3>&1 2>&1 >&3 3>&- | true; } 3>&1"]
)
def test_findings_come_though_nobody_hears_of_errors(bad: Folder, where: str) -> None:
    command = f"{CHECK} . gone.py {where}"
    ran = shell(bad, "{ " + command.replace("3>&1 ", "", 1) if "|" in where else f"{command}; exit $?")
    assert finds(ran)
    assert "|" in where or ran.code == 2


@FULL
def test_a_mistaken_option_that_nobody_hears_of(bad: Folder) -> None:
    assert shell(bad, f"{CHECK} --nope 2>/dev/full") == Ran(2, "", "")


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
        {"TERM": "dumb", "COLUMNS": "1"},
        {"PYTHONIOENCODING": "ascii", "COLUMNS": "-5"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "99999999999999999999"},
        {"PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "1"},
    ],
    ids=str,
)
def test_environments(bad: Folder, environment: dict[str, str]) -> None:
    bad.write("a\nä\x1b.py", BAD + "z = 1if x else '\\d'\n")
    ran = bad.run("check", *ONLY, ".", "gone\n.py", **environment)
    assert (ran.code, finds(ran)) == (2, True)
    assert ran.err.count("\n") == 1
    assert ran.err.endswith("does not exist\n")
    assert ran.out.count(" LL101 ") == 2
    assert "\x1b" not in ran.out
    assert ran.out.count("\n") == 3


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_a_name_that_is_no_text(bad: Folder) -> None:
    with open(os.path.join(os.fsencode(bad.path), b"\xff.py"), "w", encoding="utf-8") as file:
        file.write(BAD.lstrip())
    ran = bad.run("check", *ONLY)
    assert (ran.code, ran.out.count(" LL101 "), finds(ran)) == (1, 2, True)


def test_arguments_that_stand_for_the_same_files(bad: Folder) -> None:
    """A glob whose files came before matches; a file that one glob passes over is there for the next."""
    for paths in (("bad.py", "*.py"), ("*.py", "*a*.py"), ("g*.py", "b*.py")):
        ran = bad.run("check", *ONLY, *paths)
        assert (ran.code, ran.out.count(" LL101 "), ran.err) == (1, 1, "")


# --- signals -----------------------------------------------------------------------------------------


def members(session: int) -> set[int]:
    """The processes of a session that have not ended."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, of = place.read_text(encoding="utf-8").rpartition(")")[2].split()[:4]
            if int(of) == session and state != "Z":
                found.add(int(place.parent.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("delay", [0.0, 0.02, 0.5])
@pytest.mark.parametrize(
    ("number", "everybody"), [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGKILL, False)]
)
def test_a_run_that_is_stopped(folder: Folder, number: signal.Signals, everybody: bool, delay: float) -> None:
    """Stopped while its processes start and while they judge, it ends soon and leaves no process behind."""
    loops = "".join(f"{' ' * i}for i{i} in range(10):\n" for i in range(18)) + " " * 18
    for each in range(8):
        folder.write(f"slow{each}.py", HEAD + loops + "y = Lambda(lambda t: t)(x)\n")
    run = subprocess.Popen(
        folder.command("check", *ONLY, "--jobs", "2"),
        cwd=folder.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=folder.environment(),
        start_new_session=True,
    )
    while len(members(run.pid)) < 2:
        assert run.poll() is None
    time.sleep(delay)
    (os.killpg if everybody else os.kill)(run.pid, number)
    out, err = run.communicate(timeout=30)
    assert run.returncode == (130 if number == signal.SIGINT else -number)
    assert (out.strip(), err.strip()) == (b"", b"")
    deadline = time.monotonic() + 10
    while members(run.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not members(run.pid)


def test_ctrl_c_while_modules_are_imported(bad: Folder) -> None:
    """The longest part of a short run: nothing but an exit code, and no traceback."""
    click = bad.write("lib/click/__init__.py", "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    ran = bad.run("check", PYTHONPATH=str(click.parents[1]))
    assert ran == Ran(130, "", "")


# --- settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max-file-size = inf", "max-file-size must be a number of megabytes above 0, not inf"),
        ("max-file-size = nan", "max-file-size must be a number of megabytes above 0, not nan"),
        ("jobs = true", "jobs must be a number of processes"),
        ("x = " + "[" * 100_000, "is nested too deeply"),
        ('[per-file-ignores]\n"' + "{a,aa,a,aa}" * 40 + '" = ["LL1"]', "per-file-ignores must be a table of"),
        ('[per-file-ignores]\n"' + "**/a/" * 40 + '" = ["LL1"]', "per-file-ignores must be a table of"),
    ],
    ids=lambda text: text[:20],
)
def test_settings_that_cannot_be(bad: Folder, text: str, message: str) -> None:
    path = bad.write("lambdalint.toml", text + "\n")
    ran = bad.run("check", *ONLY)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"error: {path}")
    assert message in ran.err


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no file without an end")
def test_settings_without_an_end(bad: Folder) -> None:
    ran = bad.run("check", "--config", "/dev/zero")
    assert (ran.code, ran.err) == (2, "error: /dev/zero: cannot be read: File too large\n")


def test_settings_that_are_large(bad: Folder) -> None:
    bad.write("lambdalint.toml", "max-file-size = 1e300\njobs = 1000000\n")
    assert finds(bad.run("check", *ONLY))


STARS = "*a" * 30 + "b"
LONG = "a" * 200 + ".py"


@pytest.mark.parametrize(
    "text", [f'exclude = ["{STARS}", "{"*" * 2000}b"]', f'[per-file-ignores]\n"{STARS}" = ["LL1"]']
)
def test_stars_in_settings(bad: Folder, text: str) -> None:
    bad.write("lambdalint.toml", text + "\n")
    bad.write(LONG, BAD)
    ran = bad.run("check", *ONLY)
    assert (ran.code, finds(ran), ran.out.count(" LL101 ")) == (1, True, 2)


def test_stars_in_arguments(bad: Folder) -> None:
    bad.write(LONG, BAD)
    ran = bad.run("check", *ONLY, f"{STARS}.py", "bad.py")
    assert (ran.code, finds(ran), ran.err) == (2, True, f"error: {STARS}.py: matches no file\n")


# --- what lies beside files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        f"{STARS}\n{'*' * 2000}b\n{'**/a/' * 30}b\n",
        "[z-a]\n[[q]\n[\n[a\n\\\n!\n/\n//\n" + "[" * 3000 + "\n" + "\\" * 3001 + "\n[[:x:]&&]\n",
        "\x00\x01\udcff" * 1000,
        "a" * 50_000_000,
    ],
    ids=["stars", "brackets", "bytes", "50 MB"],
)
def test_ignore_files(bad: Folder, lines: str) -> None:
    (bad.path / ".git").mkdir()
    (bad.path / ".gitignore").write_bytes(lines.encode("utf-8", "surrogateescape"))
    bad.write(LONG, BAD)
    bad.write("a/" * 60 + "c.py", BAD)
    ran = bad.run("check", *ONLY)
    assert (ran.code, finds(ran), ran.out.count(" LL101 "), ran.err) == (1, True, 3, "")


BESIDE = (
    *("requirements.txt", "environment.yml", "setup.py", "setup.cfg", "Pipfile", "poetry.lock", "uv.lock"),
    *("pyproject.toml", ".gitignore", "helper.py", "pkg/__init__.py", "pkg/sub.py", ".lambdalint.toml"),
)
USER = (
    f"from helper import *\nimport helper\nfrom pkg.sub import g\n{HEAD}Lambda(helper.f)(x)\nLambda(g)(x)\n"
)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("kind", ["pipe", "endless", "circle", "folder", "bytes"])
def test_what_is_read_beside_a_file(bad: Folder, kind: str) -> None:
    """A pipe would keep a reader waiting, and an endless device fill its memory."""
    (bad.path / ".git").mkdir()
    (bad.path / "pkg").mkdir()
    for name in BESIDE:
        path = bad.path / name
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind == "bytes":
            path.write_bytes(b"\0\xff\xfe keras==\n" * 1000)
        else:
            path.symlink_to("/dev/zero" if kind == "endless" else Path(name).name)
    bad.write("user.py", USER)
    if kind == "bytes":
        (bad.path / ".lambdalint.toml").unlink()
    ran = bad.run("check", *ONLY)
    assert (ran.code, finds(ran)) == (1, True)
    assert ran.err == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_what_is_searched_beside_a_file(bad: Folder, kind: str) -> None:
    """Whether models are saved is asked of the whole package."""
    bad.write("own/__init__.py", "")
    bad.write("own/user.py", BAD)
    if kind == "pipe":
        os.mkfifo(bad.path / "own" / "other.py")
    else:
        (bad.path / "own" / "other.py").symlink_to("/dev/zero")
    ran = bad.run("check", "--select", "LL302", "--output-format", "concise", "own/user.py")
    assert (ran.code, ran.out.count(" LL302 "), ran.err) == (1, 1, "")


MANY = 300_000
LAMBDA = f"{HEAD}k = 3\nLambda(lambda t: t * k)(x)\n"
LENGTHY = {
    "a loop that breaks off": {"long.py": f"{HEAD}for a{' ' * MANY}\n"},
    "an indented row that breaks off": {"long.py": f"{HEAD}{' ' * MANY}(a b\n"},
    "saving that breaks off": {"long.py": f"{LAMBDA}'''{'.save(' * MANY}'''\n"},
    "empty rows of a settings file": {"pyproject.toml": "\n" * MANY + "[tool.x\n# lambdalint\n"},
    "empty rows of requirements": {"Pipfile": "\n" * MANY},
    "a pin that breaks off": {"requirements.txt": f"keras{' ' * MANY}\n"},
    "imports that break off": {
        "own/__init__.py": "",
        "own/long.py": LAMBDA,
        "own/other.py": "from a import (\n" * MANY,
    },
}


@pytest.mark.parametrize("files", LENGTHY.values(), ids=LENGTHY)
def test_nothing_is_looked_for_again_and_again(bad: Folder, files: dict[str, str]) -> None:
    """Each took minutes: a search that fails at one place began anew at the next."""
    (bad.path / "lambdalint.toml").unlink()
    for name, text in files.items():
        path = bad.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    ran = bad.run("check", "--select", "LL101,LL302", "--output-format", "concise", "--no-cache")
    assert finds(ran)


def test_star_imports_of_every_module_by_every_other(bad: Folder) -> None:
    stars = "".join(f"from m{number} import *\n" for number in range(60))
    for number in range(60):
        bad.write(f"m{number}.py", stars + BAD)
    ran = bad.run("check", *ONLY)
    assert (ran.code, ran.out.count(" LL101 ")) == (1, 61)
