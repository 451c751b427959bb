"""From a parsed file to the facts of its layers: run the module, then what nothing calls."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from lambdalint.interp import lambdas, reasons
from lambdalint.interp.callers import run_callers, run_left_out
from lambdalint.interp.entries import run_entries
from lambdalint.interp.facts import FileFacts, LayerFacts, Site
from lambdalint.interp.flowing import ANY_INPUT
from lambdalint.interp.followed import followed
from lambdalint.interp.frames import Frame, ModuleEnv
from lambdalint.interp.machine import BUDGET, Machine, OutOfBudget
from lambdalint.interp.modules import Modules
from lambdalint.interp.statements import run_block
from lambdalint.interp.values import Layer, Unknown
from lambdalint.layers.dims import forget
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.syntax.parse import ParsedUnit
    from lambdalint.syntax.project import Project

RECURSION_LIMIT = 6000


def analyse(parsed: ParsedUnit, *, target: str = "auto", project: Project | None = None) -> FileFacts:
    """Find and run the layers of a file.

    Args:
        parsed: the file.
        target: the Keras generation asked for, or ``auto``.
        project: the modules around it; those of the current folder by default.
    """
    from lambdalint.layers.dialect import Dialect, detect
    from lambdalint.syntax.names import Names
    from lambdalint.syntax.project import Project as Around

    project = project if project is not None else Around()
    names = Names(parsed.tree, parsed.unit, project)
    sites = names.layer_sites()
    if not sites:
        return FileFacts(parsed.unit, parsed.tree, names, project, Dialect("unknown"))
    forget()
    project.linting(parsed.unit.path, names)
    dialect = detect(parsed, names, project, target)
    facts = FileFacts(parsed.unit, parsed.tree, names, project, dialect)
    env = ModuleEnv(parsed.unit, parsed.tree)
    machine = Machine(Modules(env, project, sites), dialect.name)
    machine.site_kinds = {id(node): (names.site_kind(node) or "", names.family(node.func)) for node in sites}
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
    try:
        _run(machine, env, sites, names.family)
    finally:
        sys.setrecursionlimit(limit)
    ours = [site for site in machine.sites.values() if site.at.unit is parsed.unit]
    ours.sort(key=lambda site: (site.node.lineno, site.node.col_offset))
    facts.layers = tuple(LayerFacts(site, facts) for site in ours)
    facts.followed = tuple(followed(layer) for layer in facts.layers)
    facts.events = machine.events
    facts.failures = machine.failures
    facts.unfolds = machine.unfolds
    facts.nodes, facts.compiled = machine.nodes, machine.compiled
    facts.machine = machine
    return facts


def _run(machine: Machine, env: ModuleEnv, sites: list[ast.Call], family: object) -> None:
    # What stands in a long file may take as long as it is; only loops are cut short.
    budget = BUDGET + len(env.unit.text)
    guarded(machine, lambda: run_block(machine, env.tree.body, env.frame), budget)
    inside = set(machine.called)
    run_callers(machine, env)
    outside = machine.called - inside
    run_entries(machine, env)
    if outside:
        run_left_out(machine, sites, outside)
    for node in sites:
        if id(node) not in machine.sites:
            _visit(machine, env, node)
    for site in list(machine.sites.values()):
        if not site.applications and site.at.unit is env.unit:
            _assume(machine, site)


def guarded(machine: Machine, work: object, budget: int) -> None:
    """Do some work within a budget; what it cannot finish stays unknown."""
    machine.budget = budget
    try:
        work()  # type: ignore[operator]
    except (OutOfBudget, RecursionError):
        machine.reset()
    except Exception as error:
        machine.fail(Anchor(machine.modules.main.unit, machine.modules.main.tree), error)
        machine.reset()


def _visit(machine: Machine, env: ModuleEnv, node: ast.Call) -> None:
    """Construct a layer that no run reached, in a frame that knows the module's names alone."""
    from lambdalint.interp.expressions import evaluate

    frame = Frame("function", env, env.frame)
    guarded(machine, lambda: evaluate(machine, node, frame), BUDGET // 20)


def _assume(machine: Machine, site: Site) -> None:
    """Run the functions of a layer whose use is not in view on an input that holds samples."""
    for function in list(site.functions)[:4] or [Unknown(reasons.OPAQUE)]:
        key = "mode" if site.kind in ("merge", "Merge") else "function"
        config = {key: function}
        if site.arguments:
            config["arguments"] = site.arguments[0]
        if site.output_shapes:
            config["output_shape"] = site.output_shapes[0]
        layer = Layer("Merge" if key == "mode" else "Lambda", config, site.at, site.family, site=site)
        guarded(
            machine,
            lambda layer=layer: lambdas.run_layer(machine, layer, [ANY_INPUT], {}, site.at, "assumed"),
            BUDGET // 10,
        )
