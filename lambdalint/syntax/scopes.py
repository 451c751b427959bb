"""Scopes and bindings of a module, found in one pass over its tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdalint.syntax.walk import children

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Loop = ast.For | ast.AsyncFor | ast.While
Path = tuple[int | None, ...]
Position = tuple[int, int]


@dataclass(eq=False, slots=True)
class Binding:
    """One place where a name gets a value.

    ``kind`` is ``import``, ``assignment``, ``augmented``, ``parameter``, ``loop``,
    ``comprehension``, ``with``, ``except``, ``def``, ``class``, ``walrus`` or ``del``.
    ``node`` is the target name, parameter, import alias, ``def`` or ``class``.  ``value`` is the
    expression bound: of an assignment, the iterable of a loop, the default of a parameter, the
    context of a ``with``.  ``path`` leads into it where a tuple is unpacked: an index, negative
    after a starred element, ``None`` for the starred element itself.
    """

    name: str
    kind: str
    node: ast.AST
    scope: Scope
    value: ast.expr | None = None
    path: Path = ()
    in_loop: Loop | None = None
    """The innermost loop of the same scope around it, or the loop whose target it is."""
    branch: ast.AST | None = None
    """The outermost ``if`` or ``try`` of the same scope around it."""
    position: Position = (0, 0)
    """Row and column from which it holds."""
    module: str = ""
    """Of an import: the module named, and in ``attribute`` what is taken from it (``""``: the module)."""
    attribute: str = ""
    level: int = 0
    """Of an import: the number of leading dots."""


@dataclass(eq=False, slots=True)
class StarImport:
    """``from module import *``."""

    module: str
    level: int
    node: ast.ImportFrom
    scope: Scope


@dataclass(eq=False, slots=True)
class Scope:
    """The names of one module, function, class, lambda or comprehension.

    ``kind`` is ``module``, ``function``, ``class``, ``lambda`` or ``comprehension``.  ``outer``
    holds names declared ``global`` or ``nonlocal``, with which of the two.
    """

    kind: str
    node: ast.AST
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    children: list[Scope] = field(default_factory=list)
    reads: list[ast.Name] = field(default_factory=list)
    outer: dict[str, str] = field(default_factory=dict)
    stars: list[StarImport] = field(default_factory=list)

    def within(self, ancestor: Scope) -> bool:
        """Whether this scope is ``ancestor`` or nested in it."""
        scope: Scope | None = self
        while scope is not None:
            if scope is ancestor:
                return True
            scope = scope.parent
        return False

    @property
    def module(self) -> Scope:
        """The scope of the module."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(eq=False, slots=True)
class ScopeTree:
    """What the pass found: each node's scope, each body's scope, and some kinds of nodes."""

    module: Scope
    scope_of: dict[int, Scope] = field(default_factory=dict)
    body_of: dict[int, Scope] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    attributes: list[ast.Attribute] = field(default_factory=list)
    classes: list[ast.ClassDef] = field(default_factory=list)
    stars: list[StarImport] = field(default_factory=list)


_Where = tuple[Scope, Loop | None, ast.AST | None]


def build(tree: ast.Module) -> ScopeTree:
    """Find all scopes and bindings.  The walk keeps its own stack: deep nesting does no harm."""
    return _Builder(tree).run()


def position_of(node: ast.AST) -> Position:
    """Row and column where a node begins; ``(0, 0)`` for a node without position."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def end_of(node: ast.AST) -> Position:
    """Row and column where a node ends."""
    row = getattr(node, "end_lineno", None)
    return position_of(node) if row is None else (row, getattr(node, "end_col_offset", 0))


class _Builder:
    def __init__(self, tree: ast.Module) -> None:
        self.found = ScopeTree(Scope("module", tree, None))
        self.found.scope_of[id(tree)] = self.found.body_of[id(tree)] = self.found.module
        self.stack: list[tuple[ast.AST, Scope, Loop | None, ast.AST | None]] = []
        self.push(tree.body, (self.found.module, None, None))

    def run(self) -> ScopeTree:
        stack, scope_of, handlers = self.stack, self.found.scope_of, _HANDLERS
        while stack:
            node, scope, loop, branch = stack.pop()
            scope_of[id(node)] = scope
            kind = type(node)
            if kind is ast.Name:
                if type(node.ctx) is ast.Load:  # type: ignore[attr-defined]
                    scope.reads.append(node)  # type: ignore[arg-type]
            elif kind is not ast.Constant:
                handler = handlers.get(kind)
                if handler is None:
                    stack += [(child, scope, loop, branch) for child in reversed(children(node))]
                else:
                    handler(self, node, (scope, loop, branch))
        return self.found

    def push(self, nodes: Sequence[ast.AST | None], where: _Where) -> None:
        """Visit these nodes next, in order."""
        scope, loop, branch = where
        self.stack += [(node, scope, loop, branch) for node in reversed(nodes) if node is not None]

    def bind(self, name: str, kind: str, node: ast.AST, where: _Where, **more: Any) -> None:
        """Add a binding to the scope that Python would change."""
        scope, loop, branch = where
        more.setdefault("position", position_of(node))
        owner = _owner(name, scope, kind)
        if owner is not scope and kind != "walrus":
            loop = branch = None
        binding = Binding(name, kind, node, owner, in_loop=loop, branch=branch, **more)
        owner.bindings.setdefault(name, []).append(binding)

    def bind_target(
        self, target: ast.expr, kind: str, value: ast.expr | None, where: _Where, at: Position
    ) -> None:
        """Bind every name in an assignment target; attributes and subscripts in it are only visited."""
        todo: list[tuple[ast.expr, Path]] = [(target, ())]
        while todo:
            item, path = todo.pop()
            if isinstance(item, ast.Name):
                self.found.scope_of[id(item)] = where[0]
                self.bind(item.id, kind, item, where, value=value, path=path, position=at)
            elif isinstance(item, (ast.Tuple, ast.List)):
                self.found.scope_of[id(item)] = where[0]
                todo.extend(reversed(_elements(item, path)))
            elif isinstance(item, ast.Starred):
                todo.append((item.value, path))
            else:
                self.push([item], where)

    def enter(self, kind: str, node: ast.AST, parent: Scope) -> Scope:
        """Open the scope of a body."""
        scope = Scope(kind, node, parent)
        parent.children.append(scope)
        self.found.body_of[id(node)] = scope
        return scope

    # --- one method per kind of node that binds, reads or opens a scope ---------------------------

    def call(self, node: ast.Call, where: _Where) -> None:
        self.found.calls.append(node)
        self.push([node.func, *node.args, *node.keywords], where)

    def attribute(self, node: ast.Attribute, where: _Where) -> None:
        self.found.attributes.append(node)
        self.push([node.value], where)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, where: _Where) -> None:
        self.bind(node.name, "def", node, where)
        scope = self.enter("function", node, where[0])
        self.push(node.body, (scope, None, None))
        self.parameters(node.args, where, scope)
        self.push([*node.decorator_list, node.returns], where)

    def lambda_(self, node: ast.Lambda, where: _Where) -> None:
        scope = self.enter("lambda", node, where[0])
        self.push([node.body], (scope, None, None))
        self.parameters(node.args, where, scope)

    def parameters(self, args: ast.arguments, where: _Where, scope: Scope) -> None:
        """Bind the parameters; defaults and annotations belong to the scope outside."""
        inside: _Where = (scope, None, None)
        plain = [*args.posonlyargs, *args.args]
        defaults = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
        pairs = [*zip(plain, defaults), *zip(args.kwonlyargs, args.kw_defaults)]
        pairs += [(extra, None) for extra in (args.vararg, args.kwarg) if extra is not None]
        for parameter, default in pairs:
            self.bind(parameter.arg, "parameter", parameter, inside, value=default)
        self.push([*args.defaults, *args.kw_defaults, *(p.annotation for p, _ in pairs)], where)

    def class_(self, node: ast.ClassDef, where: _Where) -> None:
        self.bind(node.name, "class", node, where)
        self.found.classes.append(node)
        scope = self.enter("class", node, where[0])
        self.push(node.body, (scope, None, None))
        self.push([*node.decorator_list, *node.bases, *node.keywords], where)

    def comprehension(self, node: Comprehension, where: _Where) -> None:
        scope = self.enter("comprehension", node, where[0])
        inside: _Where = (scope, None, None)
        heads: list[ast.AST] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.push(heads, inside)
        for index, generator in reversed(list(enumerate(node.generators))):
            self.push(generator.ifs, inside)
            self.push([generator.iter], where if index == 0 else inside)
        for generator in node.generators:
            self.bind_target(generator.target, "comprehension", generator.iter, inside, position_of(node))

    def import_(self, node: ast.Import, where: _Where) -> None:
        for alias in node.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            bound = alias.asname or module
            self.bind(bound, "import", alias, where, module=module, position=position_of(node))

    def import_from(self, node: ast.ImportFrom, where: _Where) -> None:
        for alias in node.names:
            if alias.name == "*":
                star = StarImport(node.module or "", node.level, node, where[0])
                where[0].stars.append(star)
                self.found.stars.append(star)
                continue
            self.bind(
                alias.asname or alias.name, "import", alias, where, position=position_of(node),
                module=node.module or "", attribute=alias.name, level=node.level,
            )  # fmt: skip

    def assign(self, node: ast.Assign, where: _Where) -> None:
        for target in node.targets:
            self.bind_target(target, "assignment", node.value, where, end_of(node))
        self.push([node.value], where)

    def ann_assign(self, node: ast.AnnAssign, where: _Where) -> None:
        self.bind_target(node.target, "assignment", node.value, where, end_of(node))
        self.push([node.value, node.annotation], where)

    def aug_assign(self, node: ast.AugAssign, where: _Where) -> None:
        self.bind_target(node.target, "augmented", node.value, where, end_of(node))
        if isinstance(node.target, ast.Name):
            where[0].reads.append(node.target)
        self.push([node.value], where)

    def walrus(self, node: ast.NamedExpr, where: _Where) -> None:
        self.bind_target(node.target, "walrus", node.value, where, end_of(node))
        self.push([node.value], where)

    def for_(self, node: ast.For | ast.AsyncFor, where: _Where) -> None:
        inside: _Where = (where[0], node, where[2])
        self.push([*node.body, *node.orelse], inside)
        self.push([node.iter], where)
        self.bind_target(node.target, "loop", node.iter, inside, position_of(node.target))

    def while_(self, node: ast.While, where: _Where) -> None:
        self.push([node.test, *node.body, *node.orelse], (where[0], node, where[2]))

    def branching(self, node: ast.AST, where: _Where) -> None:
        inside: _Where = (where[0], where[1], where[2] or node)
        self.push(children(node), inside)

    def with_item(self, node: ast.withitem, where: _Where) -> None:
        if node.optional_vars is not None:
            at = position_of(node.optional_vars)
            self.bind_target(node.optional_vars, "with", node.context_expr, where, at)
        self.push([node.context_expr], where)

    def except_(self, node: ast.ExceptHandler, where: _Where) -> None:
        if node.name:
            self.bind(node.name, "except", node, where, value=node.type)
        self.push([node.type, *node.body], where)

    def delete(self, node: ast.Delete, where: _Where) -> None:
        for target in node.targets:
            self.bind_target(target, "del", None, where, end_of(node))

    def global_(self, node: ast.Global | ast.Nonlocal, where: _Where) -> None:
        kind = "global" if isinstance(node, ast.Global) else "nonlocal"
        for name in node.names:
            where[0].outer[name] = kind

    def match_name(self, node: ast.MatchAs | ast.MatchStar, where: _Where) -> None:
        if node.name:
            self.bind(node.name, "assignment", node, where)
        if isinstance(node, ast.MatchAs):
            self.push([node.pattern], where)

    def match_mapping(self, node: ast.MatchMapping, where: _Where) -> None:
        if node.rest:
            self.bind(node.rest, "assignment", node, where)
        self.push([*node.keys, *node.patterns], where)


def _elements(item: ast.Tuple | ast.List, path: Path) -> list[tuple[ast.expr, Path]]:
    stars = [index for index, element in enumerate(item.elts) if isinstance(element, ast.Starred)]
    after = stars[0] if stars else len(item.elts)
    found: list[tuple[ast.expr, Path]] = []
    for index, element in enumerate(item.elts):
        step = None if index == after else index if index < after else index - len(item.elts)
        found.append((element, (*path, step)))
    return found


def _owner(name: str, scope: Scope, kind: str) -> Scope:
    """The scope a binding lands in: a walrus leaves comprehensions, ``global``/``nonlocal`` lead out."""
    if kind == "walrus":
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
    declared = scope.outer.get(name)
    if declared == "global":
        return scope.module
    if declared == "nonlocal":
        outer = scope.parent
        while outer is not None and outer.parent is not None:
            if outer.kind == "function" and name in outer.bindings:
                return outer
            outer = outer.parent
    return scope


_HANDLERS: dict[type[ast.AST], Callable[[_Builder, Any, _Where], None]] = {
    ast.Call: _Builder.call,
    ast.Attribute: _Builder.attribute,
    ast.FunctionDef: _Builder.function,
    ast.AsyncFunctionDef: _Builder.function,
    ast.Lambda: _Builder.lambda_,
    ast.ClassDef: _Builder.class_,
    ast.ListComp: _Builder.comprehension,
    ast.SetComp: _Builder.comprehension,
    ast.DictComp: _Builder.comprehension,
    ast.GeneratorExp: _Builder.comprehension,
    ast.Import: _Builder.import_,
    ast.ImportFrom: _Builder.import_from,
    ast.Assign: _Builder.assign,
    ast.AnnAssign: _Builder.ann_assign,
    ast.AugAssign: _Builder.aug_assign,
    ast.NamedExpr: _Builder.walrus,
    ast.For: _Builder.for_,
    ast.AsyncFor: _Builder.for_,
    ast.While: _Builder.while_,
    ast.If: _Builder.branching,
    ast.Try: _Builder.branching,
    ast.withitem: _Builder.with_item,
    ast.ExceptHandler: _Builder.except_,
    ast.Delete: _Builder.delete,
    ast.Global: _Builder.global_,
    ast.Nonlocal: _Builder.global_,
    ast.MatchAs: _Builder.match_name,
    ast.MatchStar: _Builder.match_name,
    ast.MatchMapping: _Builder.match_mapping,
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = _Builder.branching
