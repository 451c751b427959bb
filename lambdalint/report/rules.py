"""The pages of rules, for ``lambdalint rule``."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lambdalint.report.terminal import columns
from lambdalint.report.view import rule_url

if TYPE_CHECKING:
    from lambdalint.rule import Rule


def render_rules(rules: Rule | Sequence[Rule], output_format: str, *, terminal: bool) -> str:
    """The rules as text (formatted on a terminal, else the plain Markdown) or as JSON.

    As in ruff, JSON is an object for one rule and a list for several.
    """
    if output_format == "json":
        whole = [_object(rule) for rule in rules] if isinstance(rules, Sequence) else _object(rules)
        return json.dumps(whole, indent=2) + "\n"
    page = "\n".join(_page(rule) for rule in (rules if isinstance(rules, Sequence) else (rules,)))
    return _formatted(page) if terminal else page


def _object(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": " ".join(rule.sections[""].split()),
        "severity": rule.severity.value,
        "contract": rule.contract.title,
        "default": rule.default,
        "yields_to": list(rule.yields_to),
        "explanation": rule.doc,
        "url": rule_url(rule.code, rule.name),
    }


def _page(rule: Rule) -> str:
    on = "" if rule.default else ", off unless selected"
    facts = f"{rule.severity.value}{on}; contract {rule.contract.value}: {rule.contract.title}"
    return f"# {rule.name} ({rule.code})\n\n{facts}\n\n{rule.doc}\n"


def _formatted(markdown: str) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    width = min(columns(), 100)
    page = io.StringIO()
    Console(file=page, force_terminal=True, width=width).print(Markdown(markdown))
    return page.getvalue()
