"""A layer's function as it is written, for experiments that need nothing of what stands around it."""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Mapping
from typing import Any

from lambdalint.confirm.request import Module, Program, Request
from lambdalint.findings import Finding
from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function
from lambdalint.rule import Report
from lambdalint.syntax.names import Names, is_builtin

_Function = ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef

STORED = ("LL302", "LL304")
"""The rules about what is stored of a function."""


def written(layer: LayerFacts, report: Report) -> dict[str, Any]:
    """The facts ``written`` and ``captured`` of the function that a finding is about, if it stands in view.

    ``written`` is a function of no arguments that returns it, its captured variables and defaults ``None``.
    """
    function = _function(layer, report)
    if function is None:
        return {}
    node = function.node
    names = _names(layer, function)
    if names is None:
        return {}
    inner: list[str] = []
    outer: list[str] = []
    for name, uses in names.free_variables(node).items():
        owner = names.resolve(name, names.scope_of(uses[0]))
        if owner is not None and owner.kind != "module":
            inner.append(name)
        elif owner is not None or not is_builtin(name):
            outer.append(name)
    lines = [f"{name} = None" for name in inner]
    plain = _without_values(node)
    if isinstance(plain, ast.Lambda):
        lines.append(f"return {ast.unparse(plain)}")
    else:
        lines += [ast.unparse(plain), f"return {plain.name}"]
    missing = report.facts.get("globals", ())
    text = "def written():\n" + textwrap.indent("\n".join(lines), "    ")
    return {"written": text, "captured": [name for name in outer if name not in missing]}


def _without_values(node: _Function) -> _Function:
    """A copy of a function whose defaults are ``None``, without annotations."""
    made = copy.deepcopy(node)
    made.args.defaults = [ast.Constant(None) for _ in made.args.defaults]
    made.args.kw_defaults = [each and ast.Constant(None) for each in made.args.kw_defaults]
    for each in ast.walk(made.args):
        if isinstance(each, ast.arg):
            each.annotation = None
    if not isinstance(made, ast.Lambda):
        made.returns = None
    return made


def _names(layer: LayerFacts, function: Function) -> Names | None:
    if function.env.tree is layer.file.tree:
        return layer.names
    module = layer.file.project.load(function.env.unit.path)
    return module.names if module is not None and module.tree is function.env.tree else None


def _function(layer: LayerFacts, report: Report) -> Function | None:
    """The function in which a finding marks code, else the layer's; none that is decorated."""
    functions = [each for each in layer.functions if isinstance(each, Function)]
    inside = [
        each for each in functions if any(part is report.at.node for part in ast.walk(each.node))
    ] or functions[:1]
    if not inside or (not isinstance(inside[0].node, ast.Lambda) and inside[0].node.decorator_list):
        return None
    return inside[0]


def bare(finding: Finding, package: str, dialect: str, facts: Mapping[str, Any], seconds: float) -> Request:
    """The request for an experiment on a function alone, whose program cannot be cut out."""
    program = Program((Module("main", ""),))
    contract = finding.contract.value
    return Request(finding.code, contract, package, dialect, program, facts=facts, seconds=seconds)
