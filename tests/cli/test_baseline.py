"""``--baseline`` and ``--write-baseline`` through real processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import BAD, Folder

FIRST = "y = Lambda(lambda t: ops.sum(t, axis=0))(x)"
ONLY = ("--select", "LL101", "--output-format", "concise")


def entries(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["findings"]
    return found


def record(folder: Folder, *more: str) -> None:
    assert folder.run("check", *ONLY, "--baseline", "known.json", "--write-baseline", *more).code == 0


def test_what_is_recorded_is_passed_over_wherever_it_moves(bad: Folder) -> None:
    record(bad)
    assert entries(bad.path / "known.json") == [
        {"path": "bad.py", "code": "LL101", "scope": "", "text": FIRST, "count": 1}
    ]
    bad.write("bad.py", "import os\n\n\n" + BAD.strip().replace("y = ", "y =  ").replace("y =  ", "y = "))
    ran = bad.run("check", *ONLY, "--baseline", "known.json")
    assert (ran.code, ran.out, ran.err) == (0, "All checks passed!\n", "")


def test_a_second_equal_one_is_new(bad: Folder) -> None:
    record(bad)
    bad.write("bad.py", BAD + FIRST + "\n")
    ran = bad.run("check", *ONLY, "--baseline", "known.json")
    assert ran.code == 1
    assert [line.split(" ")[0] for line in ran.out.splitlines()] == ["bad.py:6:22:", "Found"]


def test_another_function_around_it_makes_it_another(bad: Folder) -> None:
    body = "class Net:\n    def build(self):\n        " + FIRST + "\n        return y\nNet().build()\n"
    bad.write("bad.py", BAD.replace(FIRST, body))
    record(bad)
    assert entries(bad.path / "known.json")[0]["scope"] == "Net.build"
    bad.write("bad.py", BAD.replace(FIRST, body.replace("build", "make")))
    assert bad.run("check", *ONLY, "--baseline", "known.json").code == 1


def test_what_is_mended_is_reported_and_dropped(bad: Folder) -> None:
    bad.write("more.py", BAD)
    record(bad)
    bad.write("bad.py", "x = 1\n")
    (bad.path / "more.py").unlink()
    ran = bad.run("check", *ONLY, "--baseline", "known.json")
    assert (ran.code, ran.err.splitlines()) == (
        0,
        [
            f"baseline: known.json: gone from bad.py: LL101 {FIRST}",
            f"baseline: known.json: gone from more.py: LL101 {FIRST}",
            "baseline: known.json: --write-baseline drops what is gone",
        ],
    )
    ran = bad.run("check", *ONLY, "--baseline", "known.json", "--write-baseline")
    assert ran.err == "baseline: known.json: 0 known findings, 0 of them new; 2 gone\n"
    assert entries(bad.path / "known.json") == []


def test_what_is_not_judged_stays(bad: Folder) -> None:
    bad.write("more.py", BAD)
    record(bad)
    before = (bad.path / "known.json").read_bytes()
    record(bad, "bad.py")
    bad.write("bad.py", "x = 1\n")
    bad.write("more.py", BAD + "x = = 1\n")
    assert "bad.py" not in bad.run("check", *ONLY, "--baseline", "known.json", "good.py").err
    ran = bad.run("check", "--select", "LL102", "--baseline", "known.json", "--write-baseline", "bad.py")
    assert (ran.code, (bad.path / "known.json").read_bytes()) == (0, before)
    # A file with a problem was judged in part.
    bad.write("more.py", "from keras.layers import Lambda\nx = = 1\n")
    ran = bad.run("check", *ONLY, "--baseline", "known.json", "--write-baseline")
    assert ran.code == 2
    assert [entry["path"] for entry in entries(bad.path / "known.json")] == ["more.py"]


def test_paths_are_those_of_the_baselines_folder(bad: Folder) -> None:
    bad.write("sub/models/net.py", BAD)
    assert bad.run("check", *ONLY, "sub", "--baseline", "sub/known.json", "--write-baseline").code == 0
    assert entries(bad.path / "sub" / "known.json")[0]["path"] == "models/net.py"
    ran = bad.run("check", *ONLY, str(bad.path / "sub"), "--baseline", "sub/known.json")
    assert (ran.code, ran.err) == (0, "")


def test_the_setting(bad: Folder) -> None:
    bad.write("lambdalint.toml", 'baseline = "known.json"\nselect = ["LL101"]\n')
    assert "cannot be read" not in bad.run("check").out
    ran = bad.run("check")
    assert (ran.code, ran.err) == (
        2,
        "error: known.json: the baseline does not exist; --write-baseline makes one\n",
    )
    assert bad.run("check", "--write-baseline").code == 0
    assert bad.run("check").code == 0


@pytest.mark.parametrize("outside", ["../known.json", "/tmp/known.json", "a/../../b", "link/known.json", "."])
def test_a_setting_does_not_lead_out_of_the_project(bad: Folder, outside: str) -> None:
    (bad.path / "link").symlink_to(bad.path.parent)
    bad.write("lambdalint.toml", f'baseline = "{outside}"\n')
    ran = bad.run("check", "--write-baseline")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "baseline must be a file in the folder of the settings" in ran.err
    assert not (bad.path.parent / "known.json").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "the baseline is not JSON"),
        ("[" * 100_000, "the baseline is not JSON"),
        ("[]", "this is no baseline of lambdalint"),
        ('{"version": 2, "findings": []}', "the baseline has version 2, not 1"),
        ('{"version": 1, "findings": [{"path": "a"}]}', "holds an entry that is no finding"),
        ('{"version": 1, "findings": [7]}', "holds an entry that is no finding"),
    ],
)
def test_an_unreadable_baseline_is_one_line_and_left_alone(bad: Folder, text: str, message: str) -> None:
    path = bad.write("known.json", text)
    for more in ((), ("--write-baseline",)):
        ran = bad.run("check", "--baseline", "known.json", *more)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert message in ran.err
        assert path.read_text(encoding="utf-8") == text


def test_the_file_is_the_same_whatever_the_order(bad: Folder) -> None:
    bad.write("zoo.py", BAD)
    record(bad, "zoo.py", "bad.py")
    first = (bad.path / "known.json").read_bytes()
    (bad.path / "known.json").unlink()
    record(bad, "bad.py", "zoo.py", "--jobs", "2")
    assert (bad.path / "known.json").read_bytes() == first


def test_writing_wants_a_place(bad: Folder) -> None:
    ran = bad.run("check", "--write-baseline")
    assert (ran.code, ran.out) == (2, "")
    assert "--write-baseline goes with --baseline FILE" in ran.err
