"""What the pages say of ruff is so: each of its codes that a page names fires on code of that page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lambdalint.registry import load_rules
from lambdalint.rule import Rule

RULES = load_rules().rules
_CODE = re.compile(r"\b(?!LL)[A-Z]{1,4}\d{3,4}\b")


def told(rule: Rule) -> str:
    return rule.sections["Interaction with other linters"]


def codes_on(rule: Rule) -> set[str]:
    """The codes of other linters that a page says fire; those after `None:` are said not to."""
    return set() if told(rule).startswith("None") else set(_CODE.findall(told(rule)))


def fired(folder: Path, sources: list[str], codes: set[str]) -> set[str]:
    for number, source in enumerate(sources):
        (folder / f"example_{number}.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--preview", "--exit-zero"]
    command += ["--select", ",".join(sorted(codes)), "--output-format", "json", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return {finding["code"] for finding in json.loads(done.stdout)}


@pytest.mark.parametrize("code", [rule.code for rule in RULES.values() if codes_on(rule)])
def test_codes_on_a_page_fire_on_its_code(tmp_path: Path, code: str) -> None:
    rule = RULES[code]
    sources = [example.code for example in rule.examples]
    for quoted in re.findall(r"`([^`]*lambda[^`]*)`", told(rule)):
        sources.append(f"{quoted}\n" if "=" in quoted else f"call({quoted})\n")
    assert fired(tmp_path, sources, codes_on(rule)) == codes_on(rule)


def test_what_a_page_says_does_not_fire_is_silent(tmp_path: Path) -> None:
    rule = RULES["LL403"]
    assert fired(tmp_path, [example.code for example in rule.examples], {"B018"}) == set()


def test_the_snippet_of_the_readme_names_the_codes_of_the_pages() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    listed = set(_CODE.findall(text.partition("[tool.ruff.lint.per-file-ignores]")[2].partition("```")[0]))
    assert listed == {"FURB118", "PLW0108", "E731", "B023"}
    assert listed <= {code for rule in RULES.values() for code in codes_on(rule)}
