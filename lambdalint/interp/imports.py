"""Import statements: library names, and modules of the project, which are run on demand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.interp import reasons
from lambdalint.interp.frames import Frame
from lambdalint.interp.values import Library, ProjectModule, Unknown, Value
from lambdalint.syntax.names import normalise

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

KNOWN = frozenset(
    {
        "keras", "tensorflow", "tf_keras", "keras_core", "numpy", "math", "functools", "operator",
        "itertools", "theano", "scipy", "collections", "random", "copy", "os", "sys", "time", "typing",
        "keras_contrib", "tensorflow_probability", "tensorflow_addons", "torch", "jax", "six",
    }
)  # fmt: skip
"""Libraries whose names are followed; others are unknown."""


def library(dotted: str, spelling: str = "") -> Library:
    """The value of a library name, in canonical form."""
    canonical, family = normalise(dotted)
    return Library(canonical, family, spelling or dotted)


def run(machine: Machine, node: ast.Import | ast.ImportFrom, frame: Frame) -> None:
    """Bind what an import statement binds."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.split(".", 1)[0]
            if alias.asname:
                frame.assign(alias.asname, module(machine, alias.name, 0, frame))
            else:
                frame.assign(top, module(machine, top, 0, frame))
        return
    dotted = node.module or ""
    for alias in node.names:
        if alias.name == "*":
            _star(machine, dotted, node.level, frame)
        else:
            frame.assign(alias.asname or alias.name, _member(machine, dotted, alias.name, node.level, frame))


def module(machine: Machine, dotted: str, level: int, frame: Frame) -> Value:
    """The value of a module name."""
    top = dotted.split(".", 1)[0]
    if level == 0 and top in KNOWN:
        return library(dotted)
    env = machine.modules.project_module(machine, dotted, level, frame.env)
    if env is not None:
        return ProjectModule(env)
    return Unknown(reasons.EXTERNAL) if level else Library(dotted, None, dotted)


def _member(machine: Machine, dotted: str, name: str, level: int, frame: Frame) -> Value:
    top = dotted.split(".", 1)[0]
    if level == 0 and (top in KNOWN or dotted == "__future__"):
        return library(f"{dotted}.{name}", name)
    env = machine.modules.project_module(machine, dotted, level, frame.env)
    if env is not None:
        value = env.frame.variables.get(name)
        if value is not None:
            return value
    inner = f"{dotted}.{name}" if dotted else name
    submodule = machine.modules.project_module(machine, inner, level, frame.env)
    if submodule is not None:
        return ProjectModule(submodule)
    if env is not None or level:
        return Unknown(reasons.EXTERNAL, name)
    return Library(f"{dotted}.{name}", None, name)


def _star(machine: Machine, dotted: str, level: int, frame: Frame) -> None:
    top = dotted.split(".", 1)[0]
    if level == 0 and top in KNOWN:
        canonical, family = normalise(dotted)
        machine.modules.add_star(frame.env, canonical, family)
        return
    env = machine.modules.project_module(machine, dotted, level, frame.env)
    if env is None:
        machine.modules.add_star(frame.env, "", None)
        return
    for name, value in env.frame.variables.items():
        if not name.startswith("_"):
            frame.assign(name, value)
    machine.modules.copy_stars(env, frame.env)
