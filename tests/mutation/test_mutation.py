"""The linter finds seeded defects, and leaves alone what they are seeded into."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from lambdalint.findings import Severity
from lambdalint.registry import load_rules

from .__main__ import main
from .corpus import Subject, subjects
from .experiment import findings_of, run, table
from .little_keras import run_script
from .operators import OPERATORS

MOST = 10
LEAST_SHARE = 0.97

EXPLAINED = {
    "captured generator expression": "a generator expression is followed as the list of its entries",
}
"""Operators whose mutants survive, and why."""

NOT_SEEDED: dict[str, str] = {}
"""Codes that no operator injects, and why."""


@pytest.fixture(scope="module")
def corpus() -> list[Subject]:
    return subjects()


def test_seeded_defects_are_found(corpus: list[Subject]) -> None:
    rows = run(corpus, MOST)
    made, found = sum(row.made for row in rows), sum(row.found for row in rows)
    assert [row.operator.name for row in rows if not row.made] == []
    assert found >= LEAST_SHARE * made, table(rows)
    survivors = [
        f"{row.operator.name}: {mutant.subject.origin}\n{mutant.source}"
        for row in rows
        for mutant in row.survivors
        if row.operator.name not in EXPLAINED
    ]
    assert survivors == [], "\n\n".join(survivors)


def test_explained_operators_exist() -> None:
    assert set(EXPLAINED) <= {operator.name for operator in OPERATORS}


def test_the_command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["mutation", "--list", "late loop", "shape function"])
    main()
    assert capsys.readouterr().out.splitlines() == [
        "late loop variable", "a false shape function", "a shape function without the batch",
    ]  # fmt: skip
    for wrong in ("no such operator", "--no-such-option"):
        monkeypatch.setattr(sys, "argv", ["mutation", wrong])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2


def test_every_rule_has_an_operator() -> None:
    seeded = {code for operator in OPERATORS for code in operator.codes}
    assert set(load_rules().rules) - seeded == set(NOT_SEEDED)


def test_correct_layers_are_not_flagged(corpus: list[Subject]) -> None:
    """By no error or warning: the lines left may not tell the Keras they are for, which some advice needs."""
    loud = {
        code
        for code, rule in load_rules().rules.items()
        if rule.default and rule.severity is not Severity.ADVICE
    }
    flagged = []
    for subject in corpus:
        codes = loud & (subject.clean_of or loud)
        flagged += [
            f"{code} in row {row} of {subject.origin}\n{subject.source}"
            for code, row in findings_of(subject.source)
            if code in codes and row in subject.rows
        ]
    assert flagged == []


def test_the_corpus_is_large_enough(corpus: list[Subject]) -> None:
    assert sum(subject.fit for subject in corpus) >= 300


SCRIPT = """
from keras import backend as K
from keras.layers import Dense, Input, Lambda
x = Dense(3)(Input(shape=(4,)))
y = Lambda(lambda t: {body})(x)
"""


@pytest.mark.parametrize(
    ("body", "per_sample"),
    [
        ("t * 2", True),
        ("K.sum(t, axis=1)", True),
        ("t / K.sum(t, axis=1, keepdims=True)", True),
        ("K.concatenate([t, t])", True),
        ("K.softmax(t)", True),
        ("K.sum(t, axis=0)", False),
        ("t - K.mean(t)", False),
        ("t[0]", False),
        ("t[::-1]", False),
        ("K.cumsum(t)", False),
        ("K.transpose(t)", False),
        ("K.concatenate([t, t], axis=0)", False),
    ],
)
def test_the_little_keras_tells_mixed_samples(body: str, per_sample: bool) -> None:
    [made] = run_script(SCRIPT.format(body=body))
    assert made.error is None
    assert isinstance(made.result, np.ndarray)
    assert made.per_sample is per_sample
