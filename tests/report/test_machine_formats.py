"""The reports that other programs read."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lambdalint.findings import Contract, Finding, Location, Problem, Severity, Status, Verdict
from lambdalint.report import View, render
from lambdalint.report.view import told
from lambdalint.results import Quote, RunResult
from lambdalint.settings import FORMATS


def test_every_format_has_a_module_and_survives_nothing_and_everything(run_result: RunResult) -> None:
    for output_format in FORMATS:
        assert isinstance(render(output_format, RunResult(), View()), str)
        assert render(output_format, run_result, View()).endswith("\n")


def test_json_is_a_list_of_ruffs_objects_and_more(run_result: RunResult) -> None:
    findings = json.loads(render("json", run_result, View()))
    assert [finding["code"] for finding in findings] == ["LL302", "LL101", "LL604"]
    assert findings[1] == {
        "cell": None,
        "code": "LL101",
        "name": "batch-axis-reduction",
        "message": "sum(axis=0) adds up the samples of the batch, so each output depends on its neighbours.",
        "note": "(B, 2, 2) -> (2, 2)",
        "severity": "error",
        "contract": "per-sample",
        "dialect": "keras1",
        "filename": os.path.abspath("train.py"),
        "location": {"row": 11, "column": 32},
        "end_location": {"row": 11, "column": 52},
        "noqa_row": 11,
        "fix": {
            "applicability": "unsafe",
            "message": "axis=1",
            "edits": [
                {
                    "content": "1",
                    "location": {"row": 11, "column": 49},
                    "end_location": {"row": 11, "column": 50},
                }
            ],
        },
        "verdict": {
            "status": "confirmed",
            "reason": None,
            "witness": "sample 0 alone gives 1.000, in a batch of two 0.316",
            "details": {"alone": 1.0, "together": 0.316},
        },
        "related": [
            {
                "cell": None,
                "filename": os.path.abspath("models/a.py"),
                "location": {"row": 3, "column": 5},
                "end_location": {"row": 3, "column": 20},
                "message": "the layer this is about",
            }
        ],
        "url": "https://lambdalint.readthedocs.io/en/stable/rules/LL101-batch-axis-reduction",
    }
    in_cell = findings[0]
    assert (in_cell["cell"], in_cell["noqa_row"], in_cell["fix"], in_cell["verdict"]) == (4, 3, None, None)


def test_json_without_findings_is_an_empty_list() -> None:
    assert json.loads(render("json", RunResult(paths=("train.py",)), View())) == []
    assert render("json-lines", RunResult(paths=("train.py",)), View()) == ""


def test_json_holds_problems_and_notices_on_request(run_result: RunResult) -> None:
    whole = json.loads(render("json", run_result, View(problems=True)))
    assert [len(whole[key]) for key in ("findings", "problems", "notices")] == [3, 2, 1]
    assert whole["problems"][0] == {
        "cell": None,
        "filename": os.path.abspath("broken.py"),
        "location": {"row": 3, "column": 7},
        "message": "invalid syntax",
    }
    assert whole["notices"][0]["message"] == "unused suppression: nothing is reported here"


def test_json_lines_are_the_same_objects(run_result: RunResult) -> None:
    lines = [json.loads(line) for line in render("json-lines", run_result, View()).splitlines()]
    assert lines == json.loads(render("json", run_result, View()))
    more = [json.loads(line) for line in render("json-lines", run_result, View(problems=True)).splitlines()]
    assert more[:3] == lines
    assert [list(line) for line in more[3:]] == [["problem"], ["problem"], ["notice"]]


def test_a_file_name_that_is_no_text_survives() -> None:
    location = Location("a\udcff.py", 1, 1, 1, 2)
    found = Finding("LL102", "n", Severity.ERROR, Contract.PER_SAMPLE, "Why.", location)
    problem = Problem("b\udcff\x01.py", "bad \x00 byte")
    result = RunResult((found,), (problem,), quotes={location: Quote("x\udcff", 1)})
    for output_format in FORMATS:
        text = render(output_format, result, View())
        text.encode("utf-8", "backslashreplace")
    ElementTree.fromstring(render("junit", result, View()))


def test_github_commands(run_result: RunResult) -> None:
    here = os.getcwd()
    assert render("github", run_result, View()).splitlines() == [
        f"::warning title=lambdalint (LL302),file={here}/nb.ipynb,line=1,endLine=1,col=1,endColumn=1"
        "::nb.ipynb:cell 4:2:1: LL302 `tf` is%0Aa global.",
        f"::error title=lambdalint (LL101),file={here}/train.py,line=11,endLine=11,col=32,endColumn=52"
        "::train.py:11:32: LL101 sum(axis=0) adds up the samples of the batch, so each output depends on its "
        "neighbours. Witness: sample 0 alone gives 1.000, in a batch of two 0.316.",
        f"::notice title=lambdalint (LL604),file={here}/train.py,line=12,endLine=12,col=1,endColumn=9"
        "::train.py:12:1: LL604 Tiny.",
        f"::error title=lambdalint,file={here}/broken.py,line=3::broken.py:3:7: invalid syntax",
        "::error title=lambdalint,file=<rules>::<rules>: the rule pack 'other' cannot be loaded",
    ]


def test_github_properties_and_messages_are_escaped() -> None:
    location = Location("/a,b:c%.py", 1, 1, 2, 2)
    found = Finding("LL102", "n", Severity.ERROR, Contract.PER_SAMPLE, "100%\r\n::error::x", location)
    text = render("github", RunResult((found,)), View())
    assert text == (
        "::error title=lambdalint (LL102),file=/a%2Cb%3Ac%25.py,line=1,endLine=2"
        "::/a,b:c%25.py:1:1: LL102 100%25%0D%0A::error::x\n"
    )


def test_gitlab_issues(run_result: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    issues = json.loads(render("gitlab", run_result, View()))
    assert [issue["severity"] for issue in issues] == ["minor", "major", "info"]
    issue = issues[1]
    assert issue.pop("description").startswith("LL101 batch-axis-reduction: sum(axis=0) adds up")
    assert len(issue.pop("fingerprint")) == 32
    assert issue == {
        "check_name": "LL101",
        "severity": "major",
        "location": {
            "path": "train.py",
            "positions": {"begin": {"line": 11, "column": 32}, "end": {"line": 11, "column": 52}},
        },
    }


def test_gitlab_paths_are_relative_to_the_project(
    run_result: RunResult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    issues = json.loads(render("gitlab", run_result, View()))
    assert issues[1]["location"]["path"] == "sub/train.py"


def fingerprints(result: RunResult) -> list[str]:
    return [issue["fingerprint"] for issue in json.loads(render("gitlab", result, View()))]


def moved(result: RunResult, rows: int) -> RunResult:
    """The same findings ``rows`` further down."""

    def shift(at: Location) -> Location:
        return replace(at, row=at.row + rows, end_row=at.end_row + rows)

    findings = tuple(replace(found, location=shift(found.location)) for found in result.findings)
    quotes = {
        shift(at): replace(quote, noqa_row=quote.noqa_row + rows) for at, quote in result.quotes.items()
    }
    return replace(result, findings=findings, quotes=quotes)


def test_fingerprints_survive_moved_lines_and_tell_equals_apart(run_result: RunResult) -> None:
    before = fingerprints(run_result)
    assert len(set(before)) == 3
    assert fingerprints(moved(run_result, 5)) == before
    twice = replace(run_result, findings=run_result.findings + moved(run_result, 5).findings)
    twice = replace(twice, quotes=run_result.quotes | moved(run_result, 5).quotes)
    assert len(set(fingerprints(twice))) == 6
    other = {at: replace(quote, line=quote.line + "1") for at, quote in run_result.quotes.items()}
    assert not set(fingerprints(replace(run_result, quotes=other))) & set(before)


def test_junit(run_result: RunResult) -> None:
    root = ElementTree.fromstring(render("junit", run_result, View()).encode())
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "3", "2")
    suites: dict[str, Any] = {Path(suite.get("name", "")).name: suite for suite in root}
    assert list(suites) == ["<rules>", "broken.py", "nb.ipynb", "train.py"]
    case = suites["train.py"][0]
    assert case.attrib == {
        "name": "org.lambdalint.LL101",
        "classname": os.path.abspath("train"),
        "line": "11",
        "column": "32",
    }
    assert case[0].tag == "failure"
    assert case[0].text.startswith("line 11, col 32, sum(axis=0)")
    assert suites["nb.ipynb"][0][0].text == "cell 4, line 2, col 1, `tf` is\na global."
    assert suites["broken.py"][0][0].tag == "error"


def test_junit_without_findings_is_one_passed_case() -> None:
    root = ElementTree.fromstring(render("junit", RunResult(paths=("train.py",)), View()))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "0")
    assert len(root[0][0]) == 0


def test_junit_is_well_formed_in_every_encoding(run_result: RunResult) -> None:
    told_of = replace(run_result, findings=(replace(run_result.findings[0], message="größe … \U0001f600"),))
    text = render("junit", told_of, View())
    assert text.isascii()
    (failure,) = ElementTree.fromstring(text).iter("failure")
    assert failure.get("message") == "größe … \U0001f600"


def test_what_a_refuted_finding_says(run_result: RunResult) -> None:
    finding = next(finding for finding in run_result.findings if finding.code == "LL604")
    verdict = Verdict(Status.REFUTED, reason="four batches agree")
    assert told(finding) == "Tiny."
    assert told(replace(finding, verdict=verdict)) == "Tiny. Refuted: four batches agree."
