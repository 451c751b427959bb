"""Environments: modules, function frames, and how branches of a program are joined."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakKeyDictionary

from lambdalint.interp import reasons
from lambdalint.interp.values import Function, Unknown, Value
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.walk import children


class BodyFacts(NamedTuple):
    """What the body of a function says of it: the names it binds, parameters aside, and whether it yields."""

    names: frozenset[str]
    is_generator: bool


_bodies: WeakKeyDictionary[ast.AST, BodyFacts] = WeakKeyDictionary()
"""The facts of bodies, which are forgotten with them."""


def body_facts(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> BodyFacts:
    """What a function binds itself; whether it is asynchronous or has a ``yield`` of its own."""
    known = _bodies.get(node)
    if known is None:
        known = _bodies[node] = _body_facts(node)
    return known


def _body_facts(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> BodyFacts:
    found: set[str] = set()
    outer: set[str] = set()
    yields = isinstance(node, ast.AsyncFunctionDef)
    stack: list[ast.AST] = list(node.body) if isinstance(node.body, list) else [node.body]
    while stack:
        part = stack.pop()
        kind = type(part)
        if kind is ast.Name:
            if type(part.ctx) is ast.Store:  # type: ignore[attr-defined]
                found.add(part.id)  # type: ignore[attr-defined]
        elif kind is ast.Constant:
            continue
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(part.name)
        elif isinstance(part, (ast.Import, ast.ImportFrom)):
            found.update((alias.asname or alias.name).split(".", 1)[0] for alias in part.names)
        elif isinstance(part, (ast.Global, ast.Nonlocal)):
            outer.update(part.names)
        elif not isinstance(part, _OWN_SCOPE):
            yields = yields or isinstance(part, (ast.Yield, ast.YieldFrom))
            stack.extend(children(part))
    return BodyFacts(frozenset(found - outer - {"*"}), yields)


_OWN_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(eq=False, repr=False, slots=True)
class ModuleEnv:
    """One module under analysis: its source, its tree and its global frame."""

    unit: SourceUnit
    tree: ast.Module
    frame: Frame = field(init=False)
    state: str = "new"
    """``new``, ``running`` or ``done``: imports of a running module see what it has so far."""

    def __post_init__(self) -> None:
        self.frame = Frame("module", self, None)


@dataclass(eq=False, repr=False, slots=True)
class Frame:
    """The variables of one scope while it runs.

    ``kind`` is ``module``, ``function``, ``class`` or ``comprehension``; names resolve outwards
    through ``parent``, skipping class frames as Python does.
    """

    kind: str
    env: ModuleEnv
    parent: Frame | None
    function: Function | None = None
    own_names: frozenset[str] = frozenset()
    """The names that the function binds itself, parameters aside."""
    variables: dict[str, Value] = field(default_factory=dict)
    returns: list[Value] = field(default_factory=list)
    outer_names: set[str] = field(default_factory=set)
    """Names declared ``global`` or ``nonlocal``."""

    def lookup(self, name: str) -> Value | None:
        """The value bound to a name, seen from this frame."""
        frame: Frame | None = self
        while frame is not None:
            if frame.kind != "class" or frame is self:
                value = frame.variables.get(name)
                if value is not None:
                    return value
            if name in frame.own_names:
                # Local to a function, and not bound on the way taken here: no outer variable.
                return None if name in frame.outer_names else Unknown(reasons.UNBOUND, name)
            frame = frame.parent
        return None

    def holder(self, name: str) -> Frame:
        """The frame that an assignment to ``name`` changes."""
        frame = self
        while frame.kind == "comprehension" and frame.parent is not None:
            frame = frame.parent
        if name in frame.outer_names:
            outer = frame.parent
            while outer is not None:
                if name in outer.variables or outer.parent is None:
                    return outer
                outer = outer.parent
        return frame

    def assign(self, name: str, value: Value) -> None:
        """Bind a name, respecting ``global`` and ``nonlocal``."""
        if self.kind == "comprehension":
            self.variables[name] = value
        else:
            self.holder(name).variables[name] = value
