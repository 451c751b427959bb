"""The modules of one analysis: the file being linted, and project modules that it imports."""

from __future__ import annotations

import ast
import builtins
import os
from bisect import bisect_left
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lambdalint.interp import reasons
from lambdalint.interp.frames import ModuleEnv
from lambdalint.interp.values import Const, Library, ProjectModule, Unknown, Value
from lambdalint.layers import catalogue
from lambdalint.syntax.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.interp.machine import Machine
    from lambdalint.syntax.project import Project

_BUILTINS = frozenset(dir(builtins)) | {
    "xrange", "unicode", "basestring", "raw_input", "long", "reduce", "unichr", "file", "cmp",
    "execfile", "apply",
}  # fmt: skip
_MODELS = frozenset({"Model", "Sequential", "load_model", "model_from_json", "clone_model", "save_model"})
_LAYER_EXTRAS = frozenset({"Input", "Lambda", "merge", "Merge", "Layer", "InputSpec"})
DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.If,
    ast.Try,
)
"""Statements of an imported module that are run: what it defines, not what it does."""

MOST_MODULES = 24


class Modules:
    """The main module, the project around it, and the star imports of each module."""

    def __init__(self, main: ModuleEnv, project: Project, sites: Iterable[ast.Call]) -> None:
        self.main = main
        self.project = project
        self._envs: dict[str, ModuleEnv | None] = {os.path.realpath(main.unit.path): main}
        self._stars: dict[int, dict[tuple[str, str | None], None]] = {}
        self._site_rows = sorted(site.lineno for site in sites)

    def release(self) -> None:
        """Let go of the variables of all modules."""
        for env in self._envs.values():
            if env is not None:
                env.frame.variables.clear()
                del env.frame

    # --- layer sites -------------------------------------------------------------------------------

    def holds_site(self, env: ModuleEnv, first: int, last: int) -> bool:
        """Whether a layer of the linted file is constructed between two rows."""
        if env is not self.main:
            return False
        index = bisect_left(self._site_rows, first)
        return index < len(self._site_rows) and self._site_rows[index] <= last

    def has_site(self, env: ModuleEnv, body: list[ast.stmt]) -> bool:
        """Whether a layer of the linted file is constructed in a block."""
        return bool(body) and self.holds_site(env, body[0].lineno, body[-1].end_lineno or body[-1].lineno)

    # --- project modules ---------------------------------------------------------------------------

    def project_module(self, machine: Machine, dotted: str, level: int, env: ModuleEnv) -> ModuleEnv | None:
        """A module of the project by name, its definitions run; ``None`` where there is none."""
        path = self.project.find(dotted, level, env.unit.path)
        if path is None:
            return None
        if path in self._envs:
            return self._envs[path]
        found = self.project.load(path) if len(self._envs) < MOST_MODULES else None
        if found is None:
            return None
        made = self._envs[path] = ModuleEnv(found.unit, found.tree)
        self._define(machine, made)
        return made

    def script(self, path: str) -> ModuleEnv | None:
        """A module of the project to be run as a script; ``None`` where it cannot be read."""
        if path not in self._envs:
            found = self.project.load(path)
            self._envs[path] = None if found is None else ModuleEnv(found.unit, found.tree)
        return self._envs[path]

    def run_script(self, machine: Machine, env: ModuleEnv) -> None:
        """Run all of a module, unless an import has run it."""
        if env.state == "new":
            env.frame.variables["__name__"] = Const("__main__")
            self._run(machine, env, env.tree.body)

    @contextmanager
    def away(self, machine: Machine) -> Iterator[None]:
        """Run code of another module: of what happens, only what does so in the linted file is kept."""
        outer, machine.trace = machine.trace, None
        events = len(machine.events)
        stack, machine.stack = machine.stack, []
        try:
            yield
        finally:
            machine.trace, machine.stack = outer, stack
            main = self.main.unit
            machine.events[events:] = [event for event in machine.events[events:] if event.at.unit is main]

    def _define(self, machine: Machine, env: ModuleEnv) -> None:
        self._run(machine, env, [s for s in env.tree.body if isinstance(s, DEFINITIONS)])

    def _run(self, machine: Machine, env: ModuleEnv, body: list[ast.stmt]) -> None:
        from lambdalint.interp.statements import run_block

        env.state = "running"
        try:
            with self.away(machine):
                run_block(machine, body, env.frame)
        finally:
            env.state = "done"

    def submodule(self, machine: Machine, env: ModuleEnv, name: str) -> Value | None:
        """A module inside a package, reached as an attribute."""
        found = self.project_module(machine, name, 1, env)
        return None if found is None else ProjectModule(found)

    # --- names from outside ------------------------------------------------------------------------

    def add_star(self, env: ModuleEnv, canonical: str, family: str | None) -> None:
        """``from canonical import *``; an empty name stands for a module that is not known."""
        stars = self._stars.setdefault(id(env), {})
        # The last one counts; earlier equal ones, of which modules in a circle have many, add nothing.
        stars.pop((canonical, family), None)
        stars[canonical, family] = None

    def copy_stars(self, source: ModuleEnv, target: ModuleEnv) -> None:
        """Star imports of a module that is itself star-imported."""
        for canonical, family in list(self._stars.get(id(source), ())):
            self.add_star(target, canonical, family)

    def outside(self, env: ModuleEnv, name: str) -> Value | None:
        """A name that no frame binds: a star import's or a builtin; ``None`` where nothing defines it."""
        found = self.starred(env, name)
        if found is not None:
            return found
        unknown_star = any(not canonical for canonical, _ in self._stars.get(id(env), {}))
        if name == "__name__":
            return Const("__main__" if env is self.main else "module")
        if name in _BUILTINS:
            return Library(f"builtins.{name}", None, name)
        if unknown_star or name in ("__file__", "__doc__", "get_ipython", "display", "In", "Out", "_"):
            return Unknown(reasons.EXTERNAL, name)
        return None

    def starred(self, env: ModuleEnv, name: str) -> Library | None:
        """What the last star import of a library that has the name brings under it."""
        for canonical, family in reversed(self._stars.get(id(env), {})):
            found = _exported(canonical, name) if canonical else None
            if found is not None:
                return Library(found, family or normalise(f"{canonical}.{name}")[1], name)
        return None


def _exported(module: str, name: str) -> str | None:
    """The canonical name of what a library module exports under a name, if it does."""
    if name.startswith("_"):
        return None
    canonical, _ = normalise(f"{module}.{name}")
    if module in ("keras.layers", "keras.models", "keras"):
        layer = name in _LAYER_EXTRAS or catalogue.facts(name) is not None or name in catalogue.FUNCTIONS
        if layer and module != "keras":
            return f"keras.layers.{name}"
        if name in _MODELS and module != "keras.layers":
            return f"keras.models.{name}"
        if name == "K" and module != "keras":
            return "keras.backend"
        return (
            f"keras.{name}"
            if module == "keras" and name in ("layers", "models", "backend", "optimizers")
            else None
        )
    from lambdalint.interp.ops import library

    if library.lookup(canonical) is not None or library.attribute(canonical) is not None:
        return canonical
    return canonical if library.is_module(canonical) else None
