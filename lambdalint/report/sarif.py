"""SARIF 2.1.0, as GitHub code scanning and editors read it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lambdalint import __version__
from lambdalint.findings import Finding, Fix, Location, Problem, Severity
from lambdalint.report.view import HOME, absolute, fingerprints, relative, rule_url, told

if TYPE_CHECKING:
    from lambdalint.report.view import View
    from lambdalint.results import RunResult
    from lambdalint.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_ROOT = "SRCROOT"


def render(result: RunResult, view: View) -> str:
    """One run: the rules that found something, the findings, and the problems as notifications."""
    first = {finding.code: finding for finding in reversed(result.findings)}
    codes = sorted(first)
    known = _rules() if codes else {}
    run = {
        "tool": {
            "driver": {
                "name": "lambdalint",
                "informationUri": HOME,
                "version": __version__,
                "rules": [_rule(first[code], known.get(code)) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"uri": Path.cwd().as_uri() + "/"}},
        "invocations": [_invocation(result)],
        "results": [_result(finding, mark, codes) for finding, mark in fingerprints(result)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules() -> dict[str, Rule]:
    from lambdalint.registry import load_rules

    return load_rules().rules


def _rule(finding: Finding, rule: Rule | None) -> dict[str, Any]:
    url = rule_url(finding.code, finding.name)
    listed: dict[str, Any] = {
        "id": finding.code,
        "name": "".join(word.capitalize() for word in finding.name.split("-")),
        "helpUri": url,
        "properties": {"name": finding.name, "tags": [f"contract: {finding.contract.title}"]},
    }
    if rule is not None:
        summary = " ".join((rule.sections[""] or finding.name).split())
        listed |= {
            "shortDescription": {"text": summary},
            "fullDescription": {"text": " ".join(rule.sections.get("What it does", summary).split())},
            "help": {"text": rule.doc, "markdown": rule.doc},
            "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.default},
        }
    return listed


def _invocation(result: RunResult) -> dict[str, Any]:
    return {
        "executionSuccessful": not result.problems,
        "toolExecutionNotifications": [_notification(problem) for problem in result.problems],
    }


def _notification(problem: Problem) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(problem.filename)}
    if problem.row is not None:
        physical["region"] = {"startLine": problem.row, "startColumn": problem.column or 1}
    location: dict[str, Any] = {"physicalLocation": physical}
    if problem.cell is not None:
        location["logicalLocations"] = _cell(problem.cell)
    notification: dict[str, Any] = {"level": "error", "message": {"text": problem.message}}
    if not problem.filename.startswith("<"):
        notification["locations"] = [location]
    return notification


def _result(finding: Finding, fingerprint: str, codes: list[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {"dialect": finding.dialect, "note": finding.note}
    if finding.verdict is not None:
        verdict = finding.verdict
        properties |= {"verdict": verdict.status.value, "reason": verdict.reason, "witness": verdict.witness}
        if verdict.details:
            properties["details"] = dict(verdict.details)
    found: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": told(finding)},
        "locations": [_location(finding.location)],
        "partialFingerprints": {"lambdalint/v1": fingerprint},
        "properties": {key: value for key, value in properties.items() if value},
    }
    if not finding.counts:
        found |= {"kind": "pass", "level": "none"}
    if finding.related:
        found["relatedLocations"] = [
            {"id": number, **_location(place.location), "message": {"text": place.message}}
            for number, place in enumerate(finding.related, start=1)
        ]
    # A region of a cell is no region of the notebook file, so only scripts carry edits.
    if finding.fix is not None and finding.fix.edits and finding.location.cell is None:
        found["fixes"] = [_fix(finding.fix)]
    return found


def _fix(fix: Fix) -> dict[str, Any]:
    by_file: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replacement = {"deletedRegion": _region(edit.location), "insertedContent": {"text": edit.content}}
        by_file.setdefault(edit.location.filename, []).append(replacement)
    return {
        "description": {"text": fix.message},
        "artifactChanges": [
            {"artifactLocation": _artifact(filename), "replacements": replacements}
            for filename, replacements in by_file.items()
        ],
    }


def _location(location: Location) -> dict[str, Any]:
    found: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(location.filename),
            "region": _region(location),
        }
    }
    if location.cell is not None:
        found["logicalLocations"] = _cell(location.cell)
    return found


def _cell(number: int) -> list[dict[str, str]]:
    return [{"name": f"cell {number}", "fullyQualifiedName": f"cell {number}"}]


def _region(location: Location) -> dict[str, int]:
    return {
        "startLine": location.row,
        "startColumn": location.column,
        "endLine": location.end_row,
        "endColumn": location.end_column,
    }


def _artifact(filename: str) -> dict[str, str]:
    below = relative(filename)
    if below is not None:
        return {"uri": quote(os.fsencode(below)), "uriBaseId": _ROOT}
    return {"uri": Path(absolute(filename)).as_uri()}
