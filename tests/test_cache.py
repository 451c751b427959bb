"""Results of earlier runs: used again where nothing changed, never where something did."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from lambdalint import findings, stored
from lambdalint.cache import Cache, fingerprint
from lambdalint.engine import Plan, run
from lambdalint.findings import Location, Problem
from lambdalint.layers.pins import _pins_in
from lambdalint.registry import load_rules
from lambdalint.results import FileResult, Quote, Reach, RunResult
from lambdalint.settings import CACHE_FOLDER, FORMATS, Overrides, Settings, load
from tests.unprivileged import unprivileged

MAIN = """from keras.layers import Lambda
from helpers import norm, scale  # lambdalint: ignore[LL101] unused
layer = Lambda(norm)
other = Lambda(lambda x: x / x.sum(axis=0))
"""
HELPERS = """from keras import backend as K
from deep import axis
def norm(x):
    return x / K.sum(x, axis=axis)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "main.py").write_text(MAIN)
    (tmp_path / "helpers.py").write_text(HELPERS)
    (tmp_path / "deep.py").write_text("axis = 0\n")
    (tmp_path / "broken.py").write_text(
        "from keras.layers import Lambda\nLambda(lambda x: )\nx = Lambda(abs)\n"
    )
    (tmp_path / "requirements.txt").write_text("keras==2.2.4\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str, before: Sequence[str] = (), **environment: str) -> tuple[int, str, str]:
    command = [*before, sys.executable, "-m", "lambdalint", "check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    return done.returncode, done.stdout, done.stderr


def codes(result: RunResult) -> list[tuple[str, str, int]]:
    return [(finding.code, finding.location.filename, finding.location.row) for finding in result.findings]


def settings(**overrides: object) -> Settings:
    return load(load_rules().rules, overrides=Overrides(jobs=1, **overrides))  # type: ignore[arg-type]


class Counting(Cache):
    """A cache that counts what it could tell."""

    hits = misses = 0

    def get(self, *arguments: Any) -> FileResult | None:
        found = super().get(*arguments)
        Counting.hits += found is not None
        Counting.misses += found is None
        return found


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> type[Counting]:
    Counting.hits = Counting.misses = 0
    monkeypatch.setattr("lambdalint.cache.Cache", Counting)
    return Counting


def judge(
    counting: type[Counting], paths: tuple[str, ...] = (".",), **overrides: object
) -> tuple[RunResult, int]:
    """A run, and how many of its results were judged anew."""
    counting.misses = 0
    _pins_in.cache_clear()
    result = run(paths, settings(**overrides))
    return result, counting.misses


def test_a_second_run_judges_nothing_anew(project: Path, counting: type[Counting]) -> None:
    first, judged = judge(counting)
    assert judged == 2
    assert ("LL101", "main.py", 4) in codes(first)
    assert judge(counting) == (first, 0)
    assert first.problems
    assert first.notices


CHANGES = {
    "the file": ("main.py", MAIN.replace("axis=0", "axis=1"), 1),
    "an imported module": ("helpers.py", HELPERS.replace("axis=axis", "axis=1"), 1),
    "a module imported by that one": ("deep.py", "axis = 1\n", 1),
    "a module that was not there": ("deep/__init__.py", "axis = 1\n", 0),
    "one that is found first": ("src/helpers.py", "", 0),
    "a pin": ("requirements.txt", "keras==3.1\n", 1),
    "a pin that was not there": ("environment.yml", "- keras==3.1\n", 1),
    "a neighbour": ("train.py", "import main\nmain.model.save('m.h5')\n", 1),
    "the root of the project": ("setup.py", "", 0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_change_the_result_is_that_of_a_run_without_cache(
    name: str, project: Path, counting: type[Counting]
) -> None:
    before, _ = judge(counting)
    file, text, least = CHANGES[name]
    (project / file).parent.mkdir(exist_ok=True)
    (project / file).write_text(text)
    after, judged = judge(counting)
    assert judged >= least
    assert after == judge(counting, cache=False)[0]
    if name in ("the file", "an imported module", "a module imported by that one"):
        assert codes(after) != codes(before)


def test_a_module_that_goes_away(project: Path, counting: type[Counting]) -> None:
    judge(counting)
    (project / "deep.py").unlink()
    after, judged = judge(counting)
    assert judged
    assert after == judge(counting, cache=False)[0]


def test_what_a_module_was_asked_for_an_earlier_file_counts_too(
    project: Path, counting: type[Counting]
) -> None:
    for name in "ab":
        (project / f"{name}.py").write_text(
            "from keras.layers import Lambda\nfrom helpers import norm\nLambda(norm)\n"
        )
    judge(counting, ("a.py", "b.py"))
    (project / "deep.py").write_text("axis = 1\n")
    after, judged = judge(counting, ("b.py",))
    assert (codes(after), judged) == ([("LL601", "helpers.py", 4)], 1)


def test_other_settings_have_results_of_their_own(project: Path, counting: type[Counting]) -> None:
    judge(counting)
    assert judge(counting, target="keras3")[1] == 2
    assert judge(counting)[1] == 0
    assert judge(counting, cache=False)[1] == 0
    assert not counting.misses


def test_results_of_another_program_are_not_used(project: Path, counting: type[Counting]) -> None:
    judge(counting)
    plan = dataclasses.replace(Plan.of(settings()), cache=None)
    cache = Cache.of(settings(), fingerprint(("json",)))
    data = (project / "main.py").read_bytes()
    assert cache is not None
    assert cache.get("main.py", data, plan.project) is None
    assert fingerprint(()) != fingerprint(("json",))
    assert fingerprint(()) == fingerprint(("lambdalint.rule",))


@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "foreign", "nonsense", "folder", "deep"])
def test_a_damaged_entry_is_passed_over(damage: str, project: Path, counting: type[Counting]) -> None:
    first, _ = judge(counting)
    entries = list((project / CACHE_FOLDER).rglob("*.json"))
    assert len(entries) == 2
    for entry in entries:
        content = entry.read_bytes()
        body = content.partition(b"\n")[2]
        made_by, *rest = json.loads(body)
        nonsense: dict[str, object] = {
            "foreign": ["x", *rest],
            "nonsense": [made_by, *rest[:3], ["Path", "/"]],
            "deep": [made_by, *rest[:3], ["FileResult", "x"]],
        }
        text = json.dumps(nonsense.get(damage)).encode()
        entry.unlink()
        if damage == "folder":
            entry.mkdir()
            continue
        whole = {"empty": b"", "cut": content[:-9], "changed": content.replace(b"Result", b"Outcome")}
        entry.write_bytes(whole.get(damage, stored_entry(text)))
    assert judge(counting) == (first, 2)


def stored_entry(body: bytes) -> bytes:
    from lambdalint.syntax.project import digest

    return digest(body).encode() + b"\n" + body


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("kind", ["pipe", "endless", "folder"])
def test_entries_that_are_no_files(kind: str, project: Path) -> None:
    """A cache that came with a project may hold anything; a pipe would keep a reader waiting."""
    wanted = check()
    for place in [each for each in (project / CACHE_FOLDER).rglob("*") if each.is_file()]:
        place.unlink()
        if kind == "pipe":
            os.mkfifo(place)
        elif kind == "folder":
            place.mkdir()
        else:
            place.symlink_to("/dev/zero")
    assert check() == wanted
    command = [sys.executable, "-m", "lambdalint", "clean"]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 2


def test_the_folder_says_what_it_is_and_clean_removes_it(project: Path) -> None:
    check("main.py")
    folder = project / CACHE_FOLDER
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert "*" in (folder / ".gitignore").read_text().splitlines()
    for _ in range(2):
        done = subprocess.run([sys.executable, "-m", "lambdalint", "clean"], capture_output=True, text=True)
        assert (done.returncode, folder.exists()) == (0, False)


def test_clean_leaves_folders_of_others_alone(project: Path) -> None:
    (project / "mine").mkdir()
    (project / "mine" / "thesis.txt").write_text("")
    command = [sys.executable, "-m", "lambdalint", "clean", "--cache-dir", "mine"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "mine: is no folder that lambdalint made" in done.stderr
    assert (project / "mine" / "thesis.txt").exists()


@pytest.mark.parametrize(
    "obstacle",
    [
        "file",
        "device",
        pytest.param("read-only", marks=pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")),
    ],
)
def test_a_folder_that_cannot_be_written_fails_no_run(obstacle: str, project: Path) -> None:
    wanted = check("--no-cache")
    assert not (project / CACHE_FOLDER).exists()
    (project / "taken").write_text("")
    # A folder that not even the superuser can write to.
    place = {"file": "taken", "device": "/dev/null/cache", "read-only": "/proc/self/task"}[obstacle]
    assert check("--cache-dir", place) == check(LAMBDALINT_CACHE_DIR=place) == wanted


@pytest.mark.parametrize("filled", [False, True])
def test_a_read_only_folder_fails_no_run(filled: bool, project: Path) -> None:
    before = unprivileged()
    cache = project / CACHE_FOLDER
    if filled:
        check()
        (project / "main.py").write_text(f"{MAIN}# another row\n")
    cache.mkdir(exist_ok=True)
    places = sorted((cache, *cache.rglob("*")))
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        assert check(before=before) == check("--no-cache", before=before)
        assert sorted((cache, *cache.rglob("*"))) == places
    finally:
        for place in places:
            place.chmod(0o755)


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_same_bytes_in_every_format(output_format: str, project: Path) -> None:
    arguments = ["--output-format", output_format, "--show-unknown", "--show-problems", "--jobs", "1"]
    if output_format not in ("json", "json-lines"):
        arguments.remove("--show-problems")
    first = check(*arguments)
    assert (project / CACHE_FOLDER).exists()
    assert check(*arguments) == first == check(*arguments, "--no-cache")


def test_runs_side_by_side_share_a_folder(project: Path) -> None:
    for number in range(12):
        (project / f"m{number}.py").write_text(MAIN)
    wanted = check("--no-cache", "--jobs", "1")
    command = [sys.executable, "-m", "lambdalint", "check", "--jobs", "2"]
    runs = [subprocess.Popen(command, stdout=-1, stderr=-1, text=True) for _ in range(3)]
    for each in runs:
        out, err = each.communicate()
        assert (each.returncode, out, err) == wanted
    assert not list((project / CACHE_FOLDER).rglob("*.tmp"))


def test_results_are_stored_whole() -> None:
    kinds = [each for each in vars(findings).values() if isinstance(each, type)]
    known = {*stored._CLASSES, *stored._ENUMS}
    assert {
        k.__name__ for k in kinds if dataclasses.is_dataclass(k) or (issubclass(k, Enum) and k is not Enum)
    } <= known
    place = Location("a\udc80.py", 1, 2, 3, 4)
    result = FileResult(
        "a\udc80.py",
        problems=(Problem("ä", "m", cell=1),),
        quotes={place: Quote("line", 7)},
        reach=Reach(5, 2, 3, 1, Counter({"why": 2, "a": 1})),
    )
    again = stored.from_stored(json.loads(json.dumps(stored.to_stored(result))))
    assert again == result
    assert isinstance(again, FileResult)
    assert list(again.reach.reasons) == ["why", "a"]


LOADED = (
    "import sys; from lambdalint.cli import _run; "
    "code = _run(['check', '--output-format', 'concise', *sys.argv[1:]]); "
    "print(code, any(name.startswith(('lambdalint_rules', 'lambdalint.interp')) for name in sys.modules))"
)


def again(*arguments: str) -> tuple[list[str], str]:
    command = [sys.executable, "-c", LOADED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.splitlines(), done.stderr


def test_where_all_results_are_known_no_rule_is_loaded(project: Path) -> None:
    first, told = again("main.py", "broken.py")
    second, told_again = again("main.py", "broken.py")
    assert first[-1] == "2 True"
    assert second[-1] == "2 False"
    assert second[:-1] == first[:-1] != []
    assert told_again == told != ""


def test_rules_are_told_apart_by_the_names_that_were_kept(project: Path) -> None:
    again("main.py")
    assert again("main.py", "--select", "LL101")[0][-1] == "1 True"
    assert again("main.py", "--select", "batch-axis-reduction")[0][-1] == "1 False"
    assert "did you mean 'LL101'?" in again("main.py", "--select", "LL1010")[1]


@pytest.mark.parametrize("damage", ["", "0\n[]", "changed"])
def test_damaged_names_are_passed_over(project: Path, damage: str) -> None:
    first, _ = again("main.py")
    (kept,) = (project / CACHE_FOLDER).rglob("names")
    whole = kept.read_text()
    kept.write_text(whole.replace("LL101", "LL999") if damage == "changed" else damage)
    assert again("main.py")[0] == [*first[:-1], "1 True"]
    assert kept.read_text() == whole
    assert again("main.py")[0] == [*first[:-1], "1 False"]
