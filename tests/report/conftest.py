"""A run with one of everything that a report has to show."""

from __future__ import annotations

from collections import Counter

import pytest

from lambdalint.findings import (
    Applicability,
    Contract,
    Edit,
    Finding,
    Fix,
    Location,
    Problem,
    Related,
    Severity,
    Status,
    Verdict,
)
from lambdalint.registry import Registry
from lambdalint.results import Quote, Reach, RunResult
from lambdalint.rule import Rule
from lambdalint.suppress import Notice

LINE = "model.add(Lambda(lambda x: x / (x ** 2).sum(axis=0).sqrt()))"


DOC = """A reduction names the batch axis.

## What it does

It flags
reductions.

## Bad

```python
x.sum(axis=0)
```
"""


@pytest.fixture(autouse=True)
def one_known_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports must not depend on which rules there are: one is known here, the others are not."""
    rule = Rule("LL101", "batch-axis-reduction", Contract.PER_SAMPLE, Severity.ERROR, doc=DOC)
    monkeypatch.setattr("lambdalint.registry.load_rules", lambda: Registry({"LL101": rule}))


@pytest.fixture
def run_result() -> RunResult:
    """An error with everything in a script, a warning in a notebook, an advice, two problems, a notice."""
    sum_call = Location("train.py", 11, 32, 11, 52)
    edit = Edit(Location("train.py", 11, 49, 11, 50), "1")
    error = Finding(
        "LL101",
        "batch-axis-reduction",
        Severity.ERROR,
        Contract.PER_SAMPLE,
        "sum(axis=0) adds up the samples of the batch, so each output depends on its neighbours.",
        sum_call,
        note="(B, 2, 2) -> (2, 2)",
        dialect="keras1",
        related=(Related(Location("models/a.py", 3, 5, 3, 20), "the layer this is about"),),
        fix=Fix("axis=1", Applicability.UNSAFE, (edit,)),
        verdict=Verdict(
            Status.CONFIRMED,
            witness="sample 0 alone gives 1.000, in a batch of two 0.316",
            details={"alone": 1.0, "together": 0.316},
        ),
    )
    in_cell = Location("nb.ipynb", 2, 1, 3, 4, cell=4)
    warning = Finding(
        "LL302", "global-missing-on-load", Severity.WARNING, Contract.SAVING, "`tf` is\na global.", in_cell
    )
    at = Location("train.py", 12, 1, 12, 9)
    advice = Finding("LL604", "epsilon-swallows-norm", Severity.ADVICE, Contract.NUMERICS, "Tiny.", at)
    return RunResult(
        findings=(warning, error, advice),
        problems=(
            Problem("broken.py", "invalid syntax", row=3, column=7),
            Problem("<rules>", "the rule pack 'other' cannot be loaded"),
        ),
        notices=(Notice(at, "unused suppression: nothing is reported here"),),
        quotes={
            sum_call: Quote(LINE, 11),
            in_cell: Quote("f(tf,", 3),
            at: Quote("x = f(x)", 12),
        },
        reach=Reach(40, 25, 20, 18, Counter({"unknown function": 3, "opaque input": 12})),
        paths=("a.py", "b.py", "c.py", "d.py"),
    )
