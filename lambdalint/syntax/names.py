"""Names of one module: scopes, free variables, canonical names through imports, and layer constructions."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax import sites, stars
from lambdalint.syntax.canonical import normalise, words
from lambdalint.syntax.scopes import (
    Binding,
    FunctionNode,
    Position,
    Scope,
    StarImport,
    build,
    position_of,
)

if TYPE_CHECKING:
    from lambdalint.syntax.project import ParsedModule, Project

__all__ = ["Binding", "Names", "Scope", "StarImport", "is_builtin", "is_library", "normalise"]

_BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__builtins__", "__path__", "__class__"}
_PYTHON2 = words(
    """
    xrange unicode basestring raw_input long reduce unichr file cmp execfile apply reload buffer intern
    """
)
_LIBRARIES = sys.stdlib_module_names | words(
    """
    keras tensorflow tf_keras keras_core numpy theano torch jax scipy math functools operator itertools
    """
)
_DEPTH = 24
_MOST_STEPS = 2000
"""How many names are looked up to follow one: where a name has many values, many ways lead through them."""


def is_builtin(name: str, python2: bool = False) -> bool:
    """Whether Python itself defines the name (Python 2 with ``python2``)."""
    return name in _BUILTINS or (python2 and name in _PYTHON2)


def is_library(module: str) -> bool:
    """Whether a module is of a library that everybody knows, whatever folders of a project are called."""
    return module.partition(".")[0] in _LIBRARIES


@dataclass(frozen=True, slots=True)
class _Module:
    """A module of the project as the value of a name."""

    module: ParsedModule


_Found: TypeAlias = str | _Module | None


class Names:
    """Scopes and names of one parsed file.

    Facts are keyed by the nodes of ``tree``.  ``project`` follows imports of sibling modules.
    """

    _steps_left = _MOST_STEPS
    """Of the search that goes on, which may lead through several modules."""

    def __init__(
        self, tree: ast.Module, unit: SourceUnit | None = None, project: Project | None = None
    ) -> None:
        self.tree = tree
        self.unit = unit
        self.project = project
        self._found = build(tree)
        self.module = self._found.module
        self._raw_of: dict[int, _Found] = {}
        self._readers: dict[str, list[Scope]] | None = None
        self._imports: list[Binding] | None = None
        self._free: dict[int, dict[str, list[ast.Name]]] = {}
        self._bound_to: dict[int, _Found] = {}
        self._sites: dict[int, tuple[ast.Call, str]] | None = None

    def release(self) -> None:
        """Let go of the scopes, which point at each other: they go at once, without the collector."""
        for scope in list(self.scopes()):
            scope.bindings.clear()
            scope.children.clear()

    # --- scopes ------------------------------------------------------------------------------------

    @property
    def calls(self) -> list[ast.Call]:
        """All calls of the file, in order."""
        return self._found.calls

    @property
    def attributes(self) -> list[ast.Attribute]:
        """All attribute accesses of the file, in order, outer before inner."""
        return self._found.attributes

    @property
    def classes(self) -> list[ast.ClassDef]:
        """All classes of the file, in order."""
        return self._found.classes

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope in which a node is evaluated; the module's for a node that is not of this file."""
        return self._found.scope_of.get(id(node), self.module)

    def body_scope(self, node: ast.AST) -> Scope:
        """The scope that a function, lambda, class or comprehension opens.

        Raises:
            KeyError: the node opens none, or is not of this file.
        """
        return self._found.body_of[id(node)]

    def readers(self, name: str) -> list[Scope]:
        """The scopes that read a name, outer before inner."""
        if self._readers is None:
            self._readers = {}
            for scope in self.scopes():
                for word in {read.id: None for read in scope.reads}:
                    self._readers.setdefault(word, []).append(scope)
        return self._readers.get(name, [])

    def scopes(self) -> Iterator[Scope]:
        """All scopes of the file, outer before inner."""
        todo = [self.module]
        while todo:
            scope = todo.pop()
            yield scope
            todo.extend(reversed(scope.children))

    def resolve(self, name: str, scope: Scope) -> Scope | None:
        """The scope that binds a name seen from ``scope``, by Python's rules; ``None`` where none does."""
        current: Scope | None = scope
        while current is not None:
            declared = current.outer.get(name)
            if declared == "global":
                return self.module if name in self.module.bindings else None
            visible = current.kind != "class" or current is scope
            if declared is None and visible and name in current.bindings:
                return current
            current = current.parent
        return None

    def bindings(self, name: str, scope: Scope) -> list[Binding]:
        """All bindings of a name as seen from ``scope``, in order."""
        owner = self.resolve(name, scope)
        return [] if owner is None else owner.bindings[name]

    def free_variables(self, function: FunctionNode) -> dict[str, list[ast.Name]]:
        """The names a function reads and does not bind itself, nested functions and comprehensions included.

        In order of first use; builtins that nothing in the file defines are left out.
        """
        found = self._free.get(id(function))
        if found is None:
            found = self._free[id(function)] = self._free_variables(self.body_scope(function))
        return found

    def _free_variables(self, body: Scope) -> dict[str, list[ast.Name]]:
        found: dict[str, list[ast.Name]] = {}
        for name, scope in sorted(_reads(body), key=lambda read: position_of(read[0])):
            owner = self.resolve(name.id, scope)
            if owner is not None and owner.within(body):
                continue
            if owner is None and is_builtin(name.id) and self._from_star(name.id, position_of(name)) is None:
                continue
            found.setdefault(name.id, []).append(name)
        return found

    # --- star imports ------------------------------------------------------------------------------

    @property
    def star_imports(self) -> list[StarImport]:
        """``from module import *`` statements, in order."""
        return self._found.stars

    def may_come_from_star(self, name: str, depth: int = 0) -> bool:
        """Whether a star import could define a name that nothing in the file binds."""
        if name.startswith("_") or depth > _DEPTH:
            return False
        for star in self._found.stars:
            module = self._import(star.module, star.level)
            if module is None:
                return True
            if isinstance(module, _Module):
                other = module.module.names
                if name in other.module.bindings or other.may_come_from_star(name, depth + 1):
                    return True
            elif stars.may_export(normalise(module)[0]) or stars.exported(normalise(module)[0], name):
                return True
        return False

    def _from_star(self, name: str, at: Position, depth: int = 0) -> _Found:
        if depth > _DEPTH:
            return None
        before = [star for star in self._found.stars if position_of(star.node) <= at] or self._found.stars
        for star in reversed(before):
            module = self._import(star.module, star.level)
            found: _Found
            if isinstance(module, _Module):
                found = module.module.names._export(name, depth + 1)
            elif module is not None:
                path = stars.exported(normalise(module)[0], name)
                found = f"{module}.{path}" if path else None
            else:
                found = None
            if found is not None:
                return found
        return None

    # --- canonical names ---------------------------------------------------------------------------

    def canonical(self, expr: ast.AST, scope: Scope | None = None) -> str | None:
        """The canonical dotted name of an expression, followed through imports and assignments.

        ``None`` for what is not a library's: local variables, the file's own classes and functions.
        A class or function of a project module is named by that module.
        """
        raw = self._raw(expr, scope)
        return normalise(raw)[0] if isinstance(raw, str) else None

    def family(self, expr: ast.AST, scope: Scope | None = None) -> str | None:
        """Which Keras an expression comes from, see :func:`normalise`."""
        raw = self._raw(expr, scope)
        return normalise(raw)[1] if isinstance(raw, str) else None

    def raw(self, expr: ast.AST, scope: Scope | None = None) -> str | None:
        """Like :meth:`canonical`, with the path as it was imported: ``tensorflow.keras.layers.Lambda``."""
        raw = self._raw(expr, scope)
        return raw if isinstance(raw, str) else None

    def import_bindings(self) -> list[Binding]:
        """The names that imports bind, in every scope; star imports are in :attr:`star_imports`."""
        if self._imports is None:
            bound = (bindings for scope in self.scopes() for bindings in scope.bindings.values())
            self._imports = [each for bindings in bound for each in bindings if each.kind == "import"]
        return self._imports

    def export(self, name: str) -> str | None:
        """The path of what the module provides under a name to those who import it."""
        Names._steps_left = _MOST_STEPS
        found = self._export(name)
        return found if isinstance(found, str) else None

    def _raw(self, expr: ast.AST, scope: Scope | None, depth: int = 0) -> _Found:
        key = id(expr)
        if key in self._raw_of:
            return self._raw_of[key]
        if depth == 0:
            Names._steps_left = _MOST_STEPS
        attributes: list[str] = []
        base = expr
        while isinstance(base, ast.Attribute):
            attributes.append(base.attr)
            base = base.value
        found = self._base(base, scope or self.scope_of(base), depth)
        for attribute in reversed(attributes):
            if found is None:
                break
            found = _attribute(found, attribute, depth)
        if depth == 0:
            self._raw_of[key] = found
        return found

    def _base(self, expr: ast.AST, scope: Scope, depth: int) -> _Found:
        Names._steps_left -= 1
        if depth > _DEPTH or Names._steps_left < 0:
            return None
        if isinstance(expr, ast.Name):
            return self._name(expr.id, scope, position_of(expr), depth)
        if isinstance(expr, ast.NamedExpr):
            return self._raw(expr.value, scope, depth + 1)
        if isinstance(expr, ast.IfExp):
            return self._raw(expr.body, scope, depth + 1) or self._raw(expr.orelse, scope, depth + 1)
        if isinstance(expr, ast.Call) and len(expr.args) == 1 and isinstance(expr.args[0], ast.Constant):
            dotted = expr.args[0].value
            if isinstance(dotted, str) and dotted.replace(".", "").isidentifier():
                function = self._raw(expr.func, scope, depth + 1)
                if function == "importlib.import_module":
                    return self._import(dotted, 0)
        return None

    def _name(self, name: str, scope: Scope, at: Position, depth: int) -> _Found:
        owner = self.resolve(name, scope)
        if owner is None:
            return self._from_star(name, at, depth)
        bindings = [binding for binding in owner.bindings[name] if binding.kind not in ("del", "augmented")]
        nearest = _nearest(bindings, at)
        if nearest is None:
            return None
        alternatives = [nearest]
        if nearest.branch is not None:
            alternatives = [binding for binding in bindings if binding.branch is nearest.branch]
        for binding in alternatives:
            found = self._bound(binding, depth + 1)
            if found is not None:
                return found
        return None

    def _bound(self, binding: Binding, depth: int) -> _Found:
        if depth > 1:
            # Names that lead to themselves end in None, but only where they were followed from there.
            return self._follow(binding, depth)
        if id(binding) not in self._bound_to:
            self._bound_to[id(binding)] = self._follow(binding, depth)
        return self._bound_to[id(binding)]

    def _follow(self, binding: Binding, depth: int) -> _Found:
        if binding.kind == "import":
            return self._import(binding.module, binding.level, binding.attribute, depth)
        if binding.kind in ("assignment", "walrus") and binding.value is not None:
            value = _at_path(binding.value, binding.path)
            return None if value is None else self._raw(value, None, depth + 1)
        if binding.kind == "parameter" and binding.value is not None:
            return self._raw(binding.value, None, depth + 1)
        return None

    def _export(self, name: str, depth: int = 0) -> _Found:
        bindings = self.module.bindings.get(name)
        if not bindings:
            return self._from_star(name, (1 << 30, 0), depth + 1)
        last = bindings[-1]
        if last.kind in ("def", "class") and self.unit is not None and self.project is not None:
            dotted = self.project.dotted(self.unit.path)
            return f"{dotted}.{name}" if dotted else None
        return self._name(name, self.module, (1 << 30, 0), depth + 1)

    def _import(self, module: str, level: int, attribute: str = "", depth: int = 0) -> _Found:
        outside = level == 0 and is_library(module)
        if not outside and self.project is not None and self.unit is not None and depth <= _DEPTH:
            found = self.project.module(module, level, self.unit.path)
            if found is not None:
                return _attribute(_Module(found), attribute, depth) if attribute else _Module(found)
            if attribute:
                inner = self.project.module(f"{module}.{attribute}".lstrip("."), level, self.unit.path)
                if inner is not None:
                    return _Module(inner)
        if level:
            return None
        return f"{module}.{attribute}" if attribute else module

    # --- layers ------------------------------------------------------------------------------------

    def layer_sites(self) -> list[ast.Call]:
        """The calls that construct a Lambda or merge layer, in order."""
        return [node for node, _ in self._site_table().values()]

    def site_kind(self, node: ast.Call) -> str | None:
        """``Lambda``, ``subclass``, ``Merge`` or ``merge`` for a call of :meth:`layer_sites`."""
        entry = self._site_table().get(id(node))
        return None if entry is None else entry[1]

    def _site_table(self) -> dict[int, tuple[ast.Call, str]]:
        if self._sites is None:
            self._sites = {id(node): (node, kind) for node, kind in sites.find(self)}
        return self._sites


def _nearest(bindings: Iterable[Binding], at: Position) -> Binding | None:
    nearest: Binding | None = None
    for binding in bindings:
        if binding.position > at and nearest is not None:
            break
        nearest = binding
        if binding.position > at:
            break
    return nearest


def _reads(scope: Scope) -> Iterator[tuple[ast.Name, Scope]]:
    todo = [scope]
    while todo:
        current = todo.pop()
        for name in current.reads:
            yield name, current
        todo.extend(current.children)


def _at_path(value: ast.expr, path: tuple[int | None, ...]) -> ast.expr | None:
    for step in path:
        if step is None or not isinstance(value, (ast.Tuple, ast.List)):
            return None
        if any(isinstance(element, ast.Starred) for element in value.elts):
            return None
        if not -len(value.elts) <= step < len(value.elts):
            return None
        value = value.elts[step]
    return value


def _attribute(found: str | _Module, attribute: str, depth: int) -> _Found:
    if isinstance(found, str):
        return f"{found}.{attribute}"
    module = found.module
    inside = module.names._export(attribute, depth + 1) if depth <= _DEPTH else None
    if inside is not None or attribute in module.names.module.bindings:
        return inside
    inner = module.submodule(attribute)
    return None if inner is None else _Module(inner)
