"""Backward slices: the smallest program in which a layer's function can run.

From the module of the layer, and from the project's modules that it imports, a slice holds the imports,
definitions and constants that the function reaches, and nothing that trains, loads or parses arguments.
What stands around a layer inside a function is rebuilt by :mod:`lambdalint.confirm.surroundings`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from lambdalint.confirm.harmless import harm
from lambdalint.confirm.render import literal
from lambdalint.confirm.request import Module
from lambdalint.confirm.statements import COMPOUND, DEFINITIONS, Pruning, Statements, heads
from lambdalint.confirm.surroundings import Surroundings
from lambdalint.confirm.text import ModuleText
from lambdalint.confirm.unsliceable import Unsliceable
from lambdalint.interp.frames import Frame
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.names import Names, is_builtin, is_library, normalise
from lambdalint.syntax.project import Project
from lambdalint.syntax.scopes import Binding, position_of

KERAS = "_lambdalint_keras"
"""The Keras of the worker, under a name of the slice's own."""
_IMPORT_KERAS = {
    "keras": f"import keras as {KERAS}",
    "tensorflow.keras": f"from tensorflow import keras as {KERAS}",
    "tf_keras": f"import tf_keras as {KERAS}",
}
_MOST_PIECES = 400


@dataclass(eq=False)
class Part:
    """The slice of one module, as it grows: names done, statements kept, and lines written besides."""

    names: Names
    text: ModuleText
    statements: Statements
    frame: Frame | None = None
    seen: set[str] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)
    imports: dict[int, dict[str, int]] = field(default_factory=dict)
    """By import statements inside of others: the lines that stand in their place, with their rows."""


class Slicer:
    """The slice of one file for one layer or statement.

    Args:
        unit: the source that constructs the layer.
        names: its scopes.
        project: the modules around it.
        package: the Keras that the slice is to import.
        frame: the variables around the construction, where a run of the abstract machine reached it.
        site: the call that constructs the layer, or the statement.
        mixed: whether each Keras that the code imports stays what it is.
        kind: which of the stand-ins are taken for values that are not known.

    Attributes:
        assumed: stand-ins for values that are not known, by the variable's name.
        missing: import statements of what the worker's Keras does not have, left out of the slice.
    """

    def __init__(
        self,
        unit: SourceUnit,
        names: Names,
        project: Project,
        package: str,
        frame: Frame | None,
        site: ast.AST,
        mixed: bool = False,
        kind: int = 0,
    ) -> None:
        self.package = package
        self.kind = kind
        self._mixed = mixed
        self.assumed: dict[str, str] = {}
        self.missing: list[str] = []
        self._project = project
        self._site = position_of(site)
        module_frame = frame
        while module_frame is not None and module_frame.parent is not None:
            module_frame = module_frame.parent
        self._main = Part(names, ModuleText("main", unit), Statements(names.tree), module_frame)
        self._parts: dict[str, Part] = {unit.path: self._main}
        inside = names.scope_of(site).kind != "module"
        self.around = Surroundings(self, self._main, site, frame) if inside else None

    def want(self, *nodes: ast.AST) -> None:
        """Take into the slice what code needs that stands where the layer is constructed.

        Raises:
            Unsliceable: something it needs cannot be.
        """
        self.read(self._main, nodes, self.around)

    def modules(self, returns: dict[str, str], statement: ast.stmt | None = None) -> tuple[Module, ...]:
        """The sliced modules, the main one first.

        Args:
            returns: expressions that are evaluated where the layer is constructed, by word.
            statement: a statement that is executed there.
        """
        if self.around is not None:
            self._main.text.tail = self.around.factory(returns, statement)
        self._main.text.add(0, 0, [(_IMPORT_KERAS[self.package], None)])
        made = [self._finished(part) for part in self._parts.values()]
        known = {module.name for module in made}
        for name in list(known):
            parts = name.split(".")
            for count in range(1, len(parts)):
                package = ".".join(parts[:count])
                if package not in known:
                    known.add(package)
                    made.append(Module(package, "", package=True))
        return tuple(made)

    def _finished(self, part: Part) -> Module:
        """The module of a part, its kept statements in place."""
        pruning = self.pruning(part)
        for statement in part.statements.tree.body:
            lines = pruning.lines(statement)
            if lines:
                part.text.add(statement.lineno, statement.col_offset, lines)
        return part.text.module()

    # --- names of modules --------------------------------------------------------------------------

    def need(self, part: Part, name: str) -> None:
        """Take what binds a name of a module.

        Raises:
            Unsliceable: it comes from what a slice must not hold.
        """
        if name in part.seen:
            return
        part.seen.add(name)
        if sum(len(each.kept) + len(each.text.pieces) for each in self._parts.values()) > _MOST_PIECES:
            raise Unsliceable("the function needs too much of its program")
        bindings = part.names.module.bindings.get(name, [])
        if not bindings:
            if not is_builtin(name):
                self._from_star(part, name)
            return
        every = bindings
        if part is self._main:
            bindings = [each for each in bindings if each.position <= self._site] or bindings
        kinds = {binding.kind for binding in bindings}
        if (
            part.frame is not None
            and len(bindings) == len(every)
            and not kinds & {"import", "def", "class", "loop"}
            and not any(
                each.in_loop is not None and self._holds_site(part, each.in_loop) for each in bindings
            )
        ):
            known = literal(part.frame.variables.get(name))
            if known is not None:
                row = getattr(bindings[0].node, "lineno", 1)
                part.text.add(row, 0, [(f"{name} = {known}", row)], name)
                return
        for binding in decisive(bindings):
            self._bind(part, binding)
        for statement in part.statements.changes(name, None):
            if part is not self._main or position_of(statement) < self._site:
                self._keep(part, statement, name)

    def _bind(self, part: Part, binding: Binding) -> None:
        if binding.kind == "import":
            self.import_name(part, binding, None)
            return
        statement = part.statements.of(binding.node)
        if statement is None:
            raise Unsliceable(f"what `{binding.name}` is could not be found")
        if binding.kind == "loop" and isinstance(statement, (ast.For, ast.AsyncFor)):
            self._first(part, statement, binding.name)
            return
        self._keep(part, statement, binding.name)

    def _first(self, part: Part, loop: ast.For | ast.AsyncFor, name: str) -> None:
        """The first value of a loop's variable."""
        refuse(loop.iter, name)
        part.text.add(loop.lineno, 0, [(first_of(loop.target, loop.iter), loop.lineno)], name)
        self.read(part, [loop.iter], None)

    def _keep(self, part: Part, statement: ast.stmt, name: str) -> None:
        if id(statement) in part.kept:
            return
        if not isinstance(statement, DEFINITIONS):
            for code in heads(statement) if isinstance(statement, COMPOUND) else [statement]:
                refuse(code, name)
        part.kept.add(id(statement))
        self.read(part, [statement], None)
        for holder in part.statements.around(statement):
            if isinstance(holder, ast.If) and self._holds_site(part, holder):
                continue
            for head in heads(holder):
                refuse(head, name)
                self.read(part, [head], None)

    def _holds_site(self, part: Part, statement: ast.stmt) -> bool:
        return part is self._main and self.pruning(part).holds(statement)

    def pruning(self, part: Part) -> Pruning:
        """What makes pruned copies of a module's statements."""
        row = self._site[0] if part is self._main else 0
        return Pruning(part.text.unit, lambda each: id(each) in part.kept, row, part.imports)

    def _from_star(self, part: Part, name: str) -> None:
        for star in part.names.star_imports:
            row = star.node.lineno
            other = self._module(part, star.module, star.level)
            if other is not None and name in other.names.module.bindings:
                self.need(other, name)
                part.text.add(row, 0, [(f"from {other.text.name} import {name}", row)], name)
            elif other is None and not star.level and star.scope is part.names.module:
                root = normalise(star.module)[0]
                module = self._root(root) if root.split(".")[0] == "keras" else star.module
                part.text.add(row, 0, [(f"from {module} import *", row)])

    # --- imports -----------------------------------------------------------------------------------

    def import_name(self, part: Part, binding: Binding, around: Surroundings | None) -> None:
        """Take an import, rewritten to the worker's Keras."""
        row = getattr(binding.node, "lineno", 0) or binding.position[0]
        text = self._import_line(part, binding)
        if text is None:
            return
        statement = part.statements.of(binding.node)
        if around is not None:
            around.add(row, 0, text, [(text, None)])
        elif binding.branch is None or statement is None:
            part.text.add(row, 0, [(text, row)], text)
        else:
            part.imports.setdefault(id(statement), {})[text] = row
            self._keep(part, statement, binding.name)

    def _import_line(self, part: Part, binding: Binding) -> str | None:
        module, attribute, name = binding.module, binding.attribute, binding.name
        other = self._module(part, module, binding.level)
        if other is not None and attribute:
            below = self._module(part, f"{module}.{attribute}".strip("."), binding.level)
            if attribute not in other.names.module.bindings and below is not None:
                package, _, last = below.text.name.rpartition(".")
                return f"from {package} import {last} as {name}" if package else f"import {last} as {name}"
            self.need(other, attribute)
            return f"from {other.text.name} import {attribute} as {name}"
        if other is not None:
            return f"import {other.text.name}" + (f" as {name}" if name != module.split(".")[0] else "")
        if binding.level:
            raise Unsliceable(f"the module that `{name}` is imported from was not found")
        canonical, _ = normalise(f"{module}.{attribute}" if attribute else module)
        whole = f"import {module}" + (f" as {name}" if name != module.split(".")[0] else "")
        if attribute:
            whole = f"from {module} import {attribute} as {name}"
        if canonical.rpartition(".")[2] in ("merge", "Merge") and canonical.startswith("keras."):
            self.missing.append(whole)
            return None
        if canonical.split(".")[0] == "keras" and not self._mixed:
            return self._keras_import(canonical, name, bare=not attribute and name == module.split(".")[0])
        return whole

    def _keras_import(self, canonical: str, name: str, bare: bool) -> str:
        """An import of the worker's Keras in place of the one that the code names."""
        if bare or canonical == "keras":
            return _IMPORT_KERAS[self.package].replace(f"as {KERAS}", f"as {name}")
        above, _, last = self._root(canonical).rpartition(".")
        return f"from {above} import {last} as {name}"

    def library_name(self, canonical: str) -> str:
        """The expression of what a library provides under a canonical name."""
        root, _, rest = canonical.partition(".")
        if root == "keras":
            return f"{KERAS}.{rest}" if rest else KERAS
        self._main.text.add(0, 0, [(f"import {root}", None)], root)
        return canonical

    def _root(self, canonical: str) -> str:
        return self.package + canonical.removeprefix("keras")

    def _module(self, part: Part, dotted: str, level: int) -> Part | None:
        """The part of a project module, begun where it was not needed before; ``None`` for a library's."""
        known = level == 0 and is_library(dotted)
        found = None if known else self._project.module(dotted, level, part.text.unit.path)
        if found is None:
            return None
        path = found.unit.path
        if path not in self._parts:
            text = ModuleText(self._project.dotted(path), found.unit, path.endswith("__init__.py"))
            self._parts[path] = Part(found.names, text, Statements(found.tree))
        return self._parts[path]

    # --- what code reads ---------------------------------------------------------------------------

    def read(self, part: Part, nodes: Iterable[ast.AST], around: Surroundings | None) -> None:
        """Take what pieces of code read: names of the module, and of the functions around the layer."""
        nodes = list(nodes)
        inside = {id(each) for node in nodes for each in ast.walk(node)}
        for node in nodes:
            for each in ast.walk(node):
                if isinstance(each, ast.Attribute):
                    self._read_attribute(part, each)
                if not isinstance(each, ast.Name) or isinstance(each.ctx, ast.Store):
                    continue
                scope = part.names.scope_of(each)
                owner = part.names.resolve(each.id, scope)
                if owner is None or owner is part.names.module:
                    self.need(part, each.id)
                elif around is not None and id(owner.node) not in inside:
                    around.need(owner, each)
        if around is not None:
            around.equip(nodes)

    def _read_attribute(self, part: Part, node: ast.Attribute) -> None:
        """``utils.ops.f`` of a project module: the module's ``f`` is needed."""
        chain = [node.attr]
        base = node.value
        while isinstance(base, ast.Attribute):
            chain.append(base.attr)
            base = base.value
        if not isinstance(base, ast.Name):
            return
        bindings = part.names.bindings(base.id, part.names.scope_of(base))
        binding = next((each for each in reversed(bindings) if each.kind == "import"), None)
        if binding is None:
            return
        dotted = f"{binding.module}.{binding.attribute}".strip(".") if binding.attribute else binding.module
        if not binding.attribute and base.id == binding.module.split(".")[0]:
            dotted = base.id
        for word in reversed(chain):
            other = self._module(part, dotted, binding.level)
            if other is not None and word in other.names.module.bindings:
                self.need(other, word)
                return
            dotted = f"{dotted}.{word}"


def decisive(bindings: list[Binding]) -> list[Binding]:
    """The bindings that decide what a name holds after all of them: back to the last unconditional one."""
    found: list[Binding] = []
    for binding in reversed(bindings):
        if binding.kind == "del":
            continue
        found.append(binding)
        certain = binding.branch is None and binding.in_loop is None and binding.kind != "augmented"
        if certain and not _reads(binding.value, binding.name):
            break
    return found[::-1]


def _reads(value: ast.expr | None, name: str) -> bool:
    walked = () if value is None else ast.walk(value)
    return any(isinstance(each, ast.Name) and each.id == name for each in walked)


def refuse(code: ast.AST, name: str) -> None:
    """Stop where code does what a slice must not.

    Raises:
        Unsliceable: it does; the message names the variable that comes from it.
    """
    reason = harm(code)
    if reason is not None:
        raise Unsliceable(f"`{name}` comes from {reason}")


def first_of(target: ast.expr, values: ast.expr) -> str:
    """A statement that gives a loop's variables their first values."""
    return f"{ast.unparse(target)} = next(iter({ast.unparse(values)}))"
