"""About the rules themselves: the catalogue they implement, their documentation, their examples."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from lambdalint.findings import Contract, Severity
from lambdalint.registry import load_rules
from lambdalint.rule import SECTIONS, Example, Rule
from lambdalint.testing import check_example

RULES = tuple(load_rules().rules.values())
FOLDER = Path(__file__).parents[2] / "rules"

# Code, name, severity; an opt-in rule has a fourth word.  The hundreds are the contract.
CATALOGUE = """
LL101 batch-axis-reduction error
LL102 whole-batch-reduction error
LL103 batch-axis-moved error
LL104 batch-axis-indexed error
LL105 batch-mixed error
LL106 batch-broadcast error
LL107 fixed-batch-size error
LL108 batch-size-changed error
LL109 shared-noise warning
LL201 missing-output-shape error
LL202 wrong-output-shape error
LL203 batch-in-output-shape error
LL204 malformed-output-shape error
LL205 impossible-shape error
LL301 unserializable-capture error
LL302 global-missing-on-load warning
LL303 late-bound-loop-variable error
LL304 unregistered-function warning
LL305 lambda-bytecode advice opt-in
LL306 unserializable-argument error
LL307 unintrospectable-function error
LL401 returns-function error
LL402 returns-layer error
LL403 returns-non-tensor error
LL404 wrong-arity error
LL405 function-called-early error
LL406 second-input-as-mask error
LL407 model-add-result-used error
LL408 input-structure-mismatch error
LL409 undefined-name error
LL410 duplicated-output warning
LL411 ignored-input warning
LL412 layer-not-called error
LL501 captured-layer error
LL502 captured-variable error
LL503 numpy-on-tensor error
LL504 python-branch-on-tensor error
LL505 eager-evaluation error
LL506 side-effect warning
LL507 frozen-randomness warning
LL508 mask-dropped warning
LL509 gradient-cut warning
LL510 captured-graph-tensor error
LL601 unguarded-division warning
LL602 infinite-gradient warning
LL603 unguarded-log warning
LL604 epsilon-swallows-norm advice
LL605 integer-arithmetic warning
LL701 keras1-merge warning
LL702 removed-backend-function error
LL703 keras1-argument warning
LL704 theano-method error
LL705 mixed-keras error
LL706 backend-bound advice opt-in
LL707 changed-default-axis error
LL708 unwrapped-tensor-function error
LL801 builtin-layer-exists advice
LL802 redundant-lambda advice
LL803 layer-in-disguise advice opt-in
"""


def catalogue() -> dict[str, tuple[str, Severity, Contract, bool]]:
    rows = {}
    for line in CATALOGUE.split("\n"):
        code, *rest = line.split() or [""]
        if code:
            contract = Contract(min(int(code[2]), 7))
            rows[code] = (rest[0], Severity(rest[1]), contract, "opt-in" not in rest)
    return rows


def each_rule() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def examples() -> list[tuple[Rule, Example]]:
    return [(rule, example) for rule in RULES for example in rule.examples]


def test_the_rules_are_as_the_catalogue_has_them() -> None:
    found = {rule.code: (rule.name, rule.severity, rule.contract, rule.default) for rule in RULES}
    assert found == catalogue()


def test_codes_and_names_are_unique() -> None:
    for attribute in ("code", "name"):
        counted = Counter(getattr(rule, attribute) for rule in RULES)
        assert [value for value, count in counted.items() if count > 1] == []


@each_rule()
def test_the_name_is_kebab_case(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)


@each_rule()
def test_the_file_is_named_after_the_rule(rule: Rule) -> None:
    check = rule.check_layer or rule.check_file
    assert check is not None
    folder, stem = check.__module__.rsplit(".", 2)[1:]
    assert stem == f"{rule.code.lower()}_{rule.name.replace('-', '_')}"
    assert folder == rule.contract.name.lower()


@each_rule()
def test_the_documentation_has_every_section_in_order(rule: Rule) -> None:
    assert tuple(rule.sections)[1:] == SECTIONS
    assert [heading for heading, text in rule.sections.items() if not text] == []
    assert len(rule.sections[""].splitlines()) == 1


@each_rule()
def test_references_are_a_list_of_links(rule: Rule) -> None:
    items = re.split(r"^- ", rule.sections["References"], flags=re.MULTILINE)
    assert items[0] == ""
    assert all(re.match(r"<https://[^\s<>]+>", item) for item in items[1:])


@each_rule()
def test_there_is_a_bad_and_a_good_example(rule: Rule) -> None:
    assert {example.bad for example in rule.examples} == {True, False}


@pytest.mark.parametrize(
    ("rule", "example"),
    [pytest.param(rule, each, id=f"{rule.code}-{number}") for number, (rule, each) in enumerate(examples())],
)
class TestExamples:
    def test_it_parses(self, rule: Rule, example: Example) -> None:
        compile(example.code, rule.code, "exec", flags=ast.PyCF_ONLY_AST)

    def test_bad_is_reported_and_good_is_not(self, rule: Rule, example: Example) -> None:
        assert check_example(rule, example) == []


def test_check_example_tells_a_silent_bad_and_a_loud_good_example() -> None:
    rule = next(rule for rule in RULES if rule.code == "LL102")
    bad = next(example for example in rule.examples if example.bad)
    good = next(example for example in rule.examples if not example.bad)
    assert any("reports nothing" in line for line in check_example(rule, Example(good.code, bad=True)))
    assert any("in a good example" in line for line in check_example(rule, Example(bad.code, bad=False)))


@each_rule()
def test_whom_a_rule_yields_to_exists(rule: Rule) -> None:
    known = {other.code for other in RULES}
    assert set(rule.yields_to) <= known - {rule.code}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_rule_files_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    page = ast.get_docstring(ast.parse(text), clean=False) or ""
    assert len(text.splitlines()) - len(page.splitlines()) < 150 + 75 * (not path.name.startswith("ll"))


def test_rules_are_light_to_import() -> None:
    code = (
        "import sys; from lambdalint.registry import load_rules; load_rules(); "
        "print(sorted({'libcst', 'rich', 'numpy', 'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
