"""Sphinx extension: writes a page for each rule from its docstring, and the table of all rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lambdalint.findings import Contract
from lambdalint.interp.analyse import analyse
from lambdalint.registry import load_rules
from lambdalint.report.picture import draw
from lambdalint.report.view import HOME, rule_url
from lambdalint.rule import Example, Rule
from lambdalint.sources.read import read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse

PICTURED = (Contract.PER_SAMPLE, Contract.OUTPUT_SHAPE)


def setup(app: Any) -> dict[str, bool]:
    """Write the pages before Sphinx looks for documents."""
    app.connect("builder-inited", lambda app: write(Path(app.srcdir)))
    return {"parallel_read_safe": True}


def write(source: Path) -> None:
    """Write `rules/<code>-<name>.md` and `rules/index.md`, where they differ from what is there."""
    rules = list(load_rules().rules.values())
    for rule in rules:
        path = rule_url(rule.code, rule.name).removeprefix(f"{HOME}/")
        _write(source / f"{path}.md", page(rule))
    _write(source / "rules" / "index.md", table(rules))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def page(rule: Rule) -> str:
    """The page of a rule: its facts, all sections of its docstring, and pictures of its examples."""
    on = "on by default" if rule.default else "off unless selected"
    facts = f"**{rule.severity.value}** · contract {rule.contract.value}, {rule.contract.title} · {on}"
    parts = [f"# {rule.name} ({rule.code})", rule.sections[""], facts]
    for heading, text in rule.sections.items():
        if heading:
            parts.append(f"## {heading}")
            parts.append(pictured(rule, text) if rule.contract in PICTURED else text)
    return "\n\n".join(part for part in parts if part) + "\n"


def pictured(rule: Rule, text: str) -> str:
    """A section with the picture of each of its examples below the example."""
    for example in rule.examples:
        block = f"```python\n{example.code}```"
        text = text.replace(block, f"{block}\n\n{picture(example)}")
    return text


def picture(example: Example) -> str:
    """The shapes in an example's first layer, as HTML; nothing where they are not known."""
    unit = read("example.py", example.code.encode())
    if not isinstance(unit, SourceUnit):
        return ""
    layers = [layer for layer in analyse(parse(unit)).layers if layer.applications]
    if not layers:
        return ""
    image = draw(layers[0]).replace("\n", "")
    return f"```{{raw}} html\n<figure class='shapes'>{image}</figure>\n```"


def table(rules: list[Rule]) -> str:
    """All rules, one table for each contract, with the pages in the navigation."""
    parts = ["# Rules", "`lambdalint rule CODE` prints a page on the terminal."]
    for contract in Contract:
        parts.append(f"## {contract.value} {contract.title.capitalize()}")
        rows = ["| code | name | severity | default | what is reported |", "|---|---|---|---|---|"]
        rows += [
            f"| [{r.code}]({r.code}-{r.name}.md) | {r.name} | {r.severity.value} | "
            f"{'on' if r.default else 'off'} | {' '.join(r.sections[''].split())} |"
            for r in rules
            if r.contract is contract
        ]
        parts.append("\n".join(rows))
    names = "\n".join(f"{rule.code} {rule.name} <{rule.code}-{rule.name}>" for rule in rules)
    parts.append(f"```{{toctree}}\n:hidden:\n\n{names}\n```")
    return "\n\n".join(parts) + "\n"
