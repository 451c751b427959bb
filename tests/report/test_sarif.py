"""The SARIF report against the part of the 2.1.0 format that it uses, and its meaning."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sarif_pydantic import Sarif

from lambdalint import __version__
from lambdalint.report import View, render
from lambdalint.results import RunResult

SCHEMA = json.loads(Path(__file__).with_name("sarif_subset.json").read_text(encoding="utf-8"))


def log(result: RunResult) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render("sarif", result, View()))
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(loaded)
    Sarif.model_validate(loaded)
    return loaded


def run(result: RunResult) -> dict[str, Any]:
    (only,) = log(result)["runs"]
    assert isinstance(only, dict)
    return only


def test_a_clean_run_is_valid_and_successful() -> None:
    clean = run(RunResult(paths=("train.py",)))
    assert clean["results"] == []
    assert clean["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_the_subset_is_strict() -> None:
    good = log(RunResult(paths=("train.py",)))
    spoilers: list[dict[str, Any]] = [{"version": "2.0.0"}, {"extra": 1}, {"runs": [{"results": []}]}]
    for spoil in spoilers:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, **spoil}, SCHEMA)


def test_the_tool_and_its_rules(run_result: RunResult) -> None:
    driver = run(run_result)["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("lambdalint", __version__)
    known, *others = driver["rules"]
    assert [rule["id"] for rule in driver["rules"]] == ["LL101", "LL302", "LL604"]
    assert known["name"] == "BatchAxisReduction"
    assert known["shortDescription"] == {"text": "A reduction names the batch axis."}
    assert known["fullDescription"] == {"text": "It flags reductions."}
    assert "## Bad" in known["help"]["markdown"]
    assert known["helpUri"].endswith("/rules/LL101-batch-axis-reduction")
    assert all("help" not in rule for rule in others)


def test_results(run_result: RunResult) -> None:
    warning, error, advice = run(run_result)["results"]
    assert [found["level"] for found in (warning, error, advice)] == ["warning", "error", "note"]
    assert [found["ruleIndex"] for found in (warning, error, advice)] == [1, 0, 2]
    assert error["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "train.py", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 11, "startColumn": 32, "endLine": 11, "endColumn": 52},
            }
        }
    ]
    assert error["relatedLocations"][0]["message"] == {"text": "the layer this is about"}
    (change,) = error["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "1"}
    assert warning["locations"][0]["logicalLocations"][0]["name"] == "cell 4"
    assert len({found["partialFingerprints"]["lambdalint/v1"] for found in (warning, error, advice)}) == 3


def test_problems_are_notifications(run_result: RunResult) -> None:
    (invocation,) = run(run_result)["invocations"]
    assert invocation["executionSuccessful"] is False
    in_file, of_no_file = invocation["toolExecutionNotifications"]
    physical = in_file["locations"][0]["physicalLocation"]
    assert physical["region"] == {"startLine": 3, "startColumn": 7}
    assert in_file["message"] == {"text": "invalid syntax"}
    assert "locations" not in of_no_file


def test_files_elsewhere_have_absolute_addresses(
    run_result: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    advice = run_result.findings[2]
    names = [str(tmp_path / "a b.py"), str(tmp_path / "here" / "ü.py")]
    moved = [replace(advice, location=replace(advice.location, filename=name)) for name in names]
    found = run(replace(run_result, findings=tuple(moved)))
    places = [item["locations"][0]["physicalLocation"]["artifactLocation"] for item in found["results"]]
    assert places[0] == {"uri": (tmp_path / "a b.py").as_uri()}
    assert places[1] == {"uri": "%C3%BC.py", "uriBaseId": "SRCROOT"}
    assert found["originalUriBaseIds"]["SRCROOT"]["uri"] == (tmp_path / "here").as_uri() + "/"
