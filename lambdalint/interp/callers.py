"""Other modules of the project that call what the linted file defines and nothing in it calls.

A function that builds a model often gets its sizes, or its tensors, from a script beside it.  The
modules that import the file and mention such a function are run, within bounds: each call there
is one more use, and where they disagree the uses are joined as those of the file itself are.
"""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

from lambdalint.interp.entries import ENTRY_BUDGET, Mentions, enter, run_entries
from lambdalint.interp.values import ClassValue, Function

if TYPE_CHECKING:
    from lambdalint.interp.frames import ModuleEnv
    from lambdalint.interp.machine import Machine
    from lambdalint.syntax.project import Project

MOST_CALLERS = 4
"""Modules that are run for the calls in them."""


def run_callers(machine: Machine, env: ModuleEnv) -> None:
    """Run what the project's other modules do with the functions and classes that wait for a call."""
    from lambdalint.interp.analyse import guarded

    waiting = _waiting(machine, env)
    if not waiting:
        return
    # A layer on a way that a call rules out is no use of it by that call; see ``run_left_out``.
    machine.curious = False
    for path in _callers(machine.modules.project, env.unit.path, waiting):
        caller = machine.modules.script(path)
        if caller is not None:
            guarded(machine, lambda at=caller: machine.modules.run_script(machine, at), ENTRY_BUDGET)
            with machine.modules.away(machine):
                run_entries(machine, caller, waiting)
    machine.curious = True


def run_left_out(machine: Machine, sites: list[ast.Call], outside: set[int]) -> None:
    """Run functions once more, as if nothing called them, where the calls from ``outside`` missed a layer.

    The layers that those calls reached keep the uses known so far.
    """
    from lambdalint.interp.analyse import guarded

    left = [site.lineno for site in sites if id(site) not in machine.sites]
    known = [(site, len(site.applications)) for site in machine.sites.values() if site.applications]
    for function in machine.defined:
        node = function.node
        last = node.end_lineno or node.lineno
        if id(node) in outside and any(node.lineno <= line <= last for line in left):
            guarded(machine, lambda function=function: enter(machine, function), ENTRY_BUDGET)
    for site, count in known:
        del site.applications[count:]


def _waiting(machine: Machine, env: ModuleEnv) -> frozenset[str]:
    """The names of functions and classes that lead to a layer, and that nothing in the file calls."""
    mentions = Mentions(machine, env)
    made = [instance.cls for instance in machine.instances]
    found = set()
    for name, value in env.frame.variables.items():
        if isinstance(value, Function) and value.env is env and mentions.is_root(name, value.node):
            found.add(name)
        elif isinstance(value, ClassValue) and value.env is env and value not in made:
            if mentions.matters(value.node):
                found.add(name)
    return frozenset(found)


def _callers(project: Project, path: str, names: frozenset[str]) -> list[str]:
    """The modules that import a file, itself or through its package, and mention one of the names."""
    words = [name.encode() for name in names]
    users = project.users_of(path)
    for user in list(users):
        if os.path.basename(user) == "__init__.py" and _holds(project.content(user), words):
            users += [other for other in project.users_of(user) if other not in users]
    real = os.path.realpath(path)
    found = [user for user in users if user != real and _holds(project.content(user), words)]
    scripts = [user for user in found if os.path.basename(user) != "__init__.py"]
    return sorted(scripts, key=_is_test)[:MOST_CALLERS]


def _is_test(path: str) -> bool:
    """Whether a module is a test: what it passes says less about how a function is used."""
    name = os.path.basename(path)
    return name.startswith("test") or name.endswith(("_test.py", "_tests.py"))


def _holds(data: bytes, words: list[bytes]) -> bool:
    return any(word in data for word in words)
