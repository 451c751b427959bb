"""What a rule is: data about one flagged pattern and a function from facts to reports.

A rule file holds a module docstring with the sections of :data:`SECTIONS` and one ``RULE``::

    RULE = Rule("LL101", "batch-axis-reduction", Contract.PER_SAMPLE, Severity.ERROR, check_layer=check)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lambdalint.findings import Contract, Fix, Severity
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.facts import FileFacts, LayerFacts

__all__ = ["SECTIONS", "Anchor", "Example", "Report", "Rule"]

SECTIONS = (
    "What it does",
    "Why it hurts",
    "Bad",
    "Good",
    "How it is confirmed",
    "Fix and its safety",
    "Known gaps",
    "Interaction with other linters",
    "References",
)
"""The sections of a rule's docstring, in order."""


@dataclass(frozen=True, slots=True)
class Report:
    """One defect, as a rule sees it: where, what to tell the user, and how loud.

    ``severity`` and ``dialect`` override what the rule and the layer say; ``note`` stands next to
    the caret.  ``facts`` are what an experiment needs to confirm it, by word.
    """

    at: Anchor
    message: str
    note: str = ""
    severity: Severity | None = None
    dialect: str | None = None
    related: tuple[tuple[Anchor, str], ...] = ()
    fix: Fix | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """A code block of a rule's Bad or Good section."""

    code: str
    bad: bool


@dataclass(frozen=True)
class Rule:
    """One rule: its fixed code and name, its contract and severity, and its check.

    ``check_layer`` judges one layer, ``check_file`` a whole file.  ``yields_to`` names the rules
    that speak of the cause where this one sees an effect: at a layer which one of them reports,
    this rule is silent; one that judges files, within the range that is reported.
    """

    code: str
    name: str
    contract: Contract
    severity: Severity
    check_layer: Callable[[LayerFacts], Iterable[Report]] | None = None
    check_file: Callable[[FileFacts], Iterable[Report]] | None = None
    default: bool = True
    yields_to: tuple[str, ...] = ()
    doc: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.doc:
            check = self.check_layer or self.check_file
            module = sys.modules.get(check.__module__) if check else None
            object.__setattr__(self, "doc", (module.__doc__ or "").strip() if module else "")

    @cached_property
    def sections(self) -> dict[str, str]:
        """The docstring's sections by heading, and the first line under ``""``."""
        parts = re.split(r"^## +(.+)$", self.doc, flags=re.MULTILINE)
        found = {"": parts[0].strip()}
        for heading, body in zip(parts[1::2], parts[2::2]):
            found[heading.strip()] = body.strip()
        return found

    @property
    def examples(self) -> tuple[Example, ...]:
        """The python blocks of the Bad and Good sections."""
        found = []
        for heading, bad in (("Bad", True), ("Good", False)):
            text = self.sections.get(heading, "")
            for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
                found.append(Example(block, bad))
        return tuple(found)
