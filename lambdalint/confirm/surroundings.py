"""What stands around a layer that is constructed inside a function, rebuilt without running the program.

The slice gets a function of its own that binds the variables which the layer closes over, to their known
values or by the statements that compute them, and then returns the layer.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lambdalint.confirm.harmless import harm
from lambdalint.confirm.render import literal
from lambdalint.confirm.stand_in import for_tensor, needed, stand_in
from lambdalint.confirm.statements import DEFINITIONS, FUNCTIONS, LOOPS, Pruning, heads
from lambdalint.confirm.text import Line, statement_lines
from lambdalint.confirm.unsliceable import Unsliceable
from lambdalint.interp.frames import Frame
from lambdalint.interp.values import Function, Instance, Layer, Library, Tensor, Value
from lambdalint.syntax.scopes import Binding, Scope, position_of

if TYPE_CHECKING:
    from lambdalint.confirm.slice import Part, Slicer

FACTORY = "_lambdalint_layer"
"""The function of the slice that rebuilds what surrounds a layer constructed inside a function."""
_DEEPEST = 4
_WIDEST = 10_000
"""More columns than a row has."""


class Surroundings:
    """The variables around a layer inside of functions, as they are needed; see the module's docstring."""

    def __init__(self, slicer: Slicer, part: Part, site: ast.AST, frame: Frame | None) -> None:
        self._slicer = slicer
        self._part = part
        self._site = site
        self._frame = frame
        self._pieces: dict[tuple[int, int, str], list[Line]] = {}
        self._seen: set[tuple[object, ...]] = set()
        self._kept: dict[int, ast.stmt] = {}
        self._objects: dict[str, tuple[ast.ClassDef, Instance | None, int]] = {}
        self._equipped: set[tuple[int, str, str]] = set()

    def add(self, row: int, column: int, mark: str, lines: list[Line]) -> None:
        """Add lines that stand at a row and column of the source, once; those without a row get this one."""
        placed: list[Line] = [(f"    {line}", row if at is None else at) for line, at in lines]
        self._pieces.setdefault((row, column, mark), placed)

    def need(self, owner: Scope, use: ast.Name) -> None:
        """Bind a variable of one of the functions around the layer, as it is where it is used.

        Raises:
            Unsliceable: what it holds is not known.
        """
        from lambdalint.confirm.slice import decisive

        name, bindings = use.id, owner.bindings[use.id]
        first = bindings[0]
        # What a function inside reads, it reads when it is called: where the layer is.
        inline = self._part.names.scope_of(use) is owner
        at = min(position_of(use), position_of(self._site)) if inline else position_of(self._site)
        before = [each for each in bindings if each.position <= at] or bindings
        deciding = decisive(before)
        key = (id(owner), name, tuple(map(id, deciding)))
        if key in self._seen:
            return
        self._seen.add(key)
        if first.kind == "parameter" and _is_self(owner, name):
            self._self(owner, name)
            return
        if any(each.kind in ("loop", "comprehension") and self._holds(each) for each in bindings):
            self._loop_variable(name, before)
            return
        changing = any(self._holds(each) for each in bindings)
        written = {"def", "class", "import"} & {each.kind for each in bindings}
        rebound = len(before) < len(bindings) or (inline and len(bindings) > 1)
        known = None if written or changing or rebound else self._known(name)
        if known is None and self._slicer.kind and not inline and not written:
            known = self._tensor(name)
        if known is not None:
            self._line(first, f"{name} = {known}", name)
            return
        for binding in deciding:
            self._bind(binding)
        function = owner.node if isinstance(owner.node, FUNCTIONS) else None
        for statement in self._part.statements.changes(name, function):
            if position_of(statement) < at:
                self._keep(statement, name)

    def _bind(self, binding: Binding) -> None:
        if binding.kind == "import":
            self._slicer.import_name(self._part, binding, self)
            return
        if binding.kind == "parameter":
            self._parameter(binding)
            return
        statement = self._part.statements.of(binding.node)
        if statement is None or binding.kind == "comprehension":
            raise Unsliceable(f"what `{binding.name}` is could not be found")
        self._keep(statement, binding.name)

    def _keep(self, statement: ast.stmt, name: str) -> None:
        from lambdalint.confirm.slice import refuse

        if id(statement) in self._kept:
            return
        own: list[ast.AST] = heads(statement) if isinstance(statement, LOOPS) else [statement]
        for node in own:
            if not isinstance(statement, DEFINITIONS):
                refuse(node, name)
        self._kept[id(statement)] = statement
        self._slicer.read(self._part, own, self)
        for holder in self._part.statements.around(statement):
            if isinstance(holder, ast.If) and self._pruning().holds(holder):
                continue
            for head in heads(holder):
                refuse(head, name)
                self._slicer.read(self._part, [head], self)

    def _parameter(self, binding: Binding) -> None:
        """A parameter that no call in view gives a known value: its default, or a stand-in."""
        name, owner = binding.name, binding.scope.node
        given = binding.value
        unset = isinstance(given, ast.Constant) and given.value is None
        unset = unset and (self._asked(name) or needed(name, owner))
        if given is not None and is_literal(given) and not unset:
            text = ast.unparse(given)
        else:
            text = self._assumed(name, name, owner)
        self._slicer.assumed[name] = text
        self._line(binding, f"{name} = {text}", name)

    def _assumed(self, name: str, variable: str, code: ast.AST, value: Value | None = None) -> str:
        """The stand-in for a variable or attribute: of its kind, where that is known."""
        if value is None and name == variable and self._frame is not None:
            value = self._frame.lookup(name)
        if isinstance(value, Tensor):
            return for_tensor(value, self._slicer.kind)
        return stand_in(name, code, self._slicer.kind)

    def _tensor(self, name: str) -> str | None:
        """The stand-in for a variable that is known to hold a tensor, whatever computes it."""
        value = None if self._frame is None else self._frame.lookup(name)
        if not isinstance(value, Tensor):
            return None
        text = self._slicer.assumed[name] = for_tensor(value, self._slicer.kind)
        return text

    def _asked(self, name: str) -> bool:
        """Whether the layer stands where a test of a variable holds."""
        statement = self._part.statements.of(self._site)
        for holder in () if statement is None else self._part.statements.around(statement):
            if isinstance(holder, ast.If) and any(map(self._pruning().holds, holder.body)):
                if any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(holder.test)):
                    return True
        return False

    def _holds(self, binding: Binding) -> bool:
        """Whether the layer stands in the loop or comprehension that binds a name."""
        if binding.kind == "comprehension":
            return True
        return binding.in_loop is not None and self._pruning().holds(binding.in_loop)

    def _loop_variable(self, name: str, bindings: list[Binding]) -> None:
        from lambdalint.confirm.slice import first_of

        binding = next(each for each in bindings if each.kind in ("loop", "comprehension"))
        holder = _loop_of(self._part.statements.of(binding.node), binding)
        if holder is None or binding.value is None:
            raise Unsliceable(f"the values of `{name}` are not known")
        reason = harm(binding.value)
        if reason is not None:
            raise Unsliceable(f"`{name}` comes from {reason}")
        self._slicer.read(self._part, [binding.value], self)
        self._line(binding, first_of(holder, binding.value), ast.unparse(holder), ahead=True)

    # --- values ------------------------------------------------------------------------------------

    def _known(self, name: str) -> str | None:
        """The expression of what a variable around the layer is known to hold."""
        value = None if self._frame is None else self._frame.lookup(name)
        return None if value is None else self._expression(value)

    def _expression(self, value: Value) -> str | None:
        known = literal(value)
        if known is not None:
            return known
        if isinstance(value, Library):
            return self._slicer.library_name(value.name)
        if isinstance(value, Function) and value.env.unit is self._part.text.unit:
            return self._function(value)
        if isinstance(value, Tensor) and value.kind == "keras" and value.dims is not None:
            from lambdalint.confirm.slice import KERAS

            sizes = [size if isinstance(size, int) else None for size in value.dims[1:]]
            return f"{KERAS}.Input({tuple(sizes)!r})"
        if isinstance(value, Layer) and value.instance is None and value.inner is None and value.site is None:
            return _layer(value)
        return None

    def _function(self, value: Function) -> str | None:
        names = self._part.names
        if isinstance(value.node, ast.Lambda):
            scope = names.scope_of(value.node)
            free = names.free_variables(value.node)
            if all(names.resolve(name, scope) in (None, names.module) for name in free):
                self._slicer.read(self._part, [value.node], None)
                return f"({ast.unparse(value.node)})"
        elif names.module.bindings.get(value.name) and value.frame.kind == "module":
            self._slicer.need(self._part, value.name)
            return value.name
        return None

    # --- self --------------------------------------------------------------------------------------

    def _self(self, owner: Scope, name: str) -> None:
        """The object that a method belongs to: one of a class of its name with the attributes needed."""
        cls = owner.parent.node if owner.parent is not None else None
        assert isinstance(cls, ast.ClassDef)
        value = None if self._frame is None else self._frame.lookup(name)
        row = getattr(owner.node, "lineno", 1)
        self._objects[name] = (cls, value if isinstance(value, Instance) else None, row)
        self.add(row, 0, name, [(f"{name} = type({cls.name!r}, (), {{}})()", None)])

    def equip(self, nodes: list[ast.AST]) -> None:
        """Give the objects around the layer the attributes that pieces of code read."""
        for name, (cls, instance, row) in self._objects.items():
            for word in _attributes_of(nodes, name):
                if (row, name, word) not in self._equipped:
                    self._equipped.add((row, name, word))
                    self.add(row, 1, f"{name}.{word}", self._attribute(cls, instance, name, word))

    def _attribute(
        self, cls: ast.ClassDef, instance: Instance | None, name: str, word: str, depth: int = _DEEPEST
    ) -> list[Line]:
        value = None if instance is None else instance.attributes.get(word)
        if value is None and instance is not None:
            value = instance.cls.lookup(word)
        if isinstance(value, Function) and not isinstance(value.node, ast.Lambda) and depth:
            return self._method(cls, instance, name, value.node, depth)
        method = next((s for s in cls.body if isinstance(s, ast.FunctionDef) and s.name == word), None)
        if method is not None and depth:
            return self._method(cls, instance, name, method, depth)
        known = None if value is None else self._expression(value)
        if known is None:
            known = self._assumed(f"{name}.{word}", word, cls, value)
            self._slicer.assumed[f"{name}.{word}"] = known
        return [(f"{name}.{word} = {known}", None)]

    def _method(
        self,
        cls: ast.ClassDef,
        instance: Instance | None,
        name: str,
        method: ast.FunctionDef | ast.AsyncFunctionDef,
        depth: int,
    ) -> list[Line]:
        if (id(method), name) in self._seen:
            return []
        self._seen.add((id(method), name))
        marks = {ast.unparse(each) for each in method.decorator_list}
        if marks - {"staticmethod", "classmethod"}:
            word = f"{name}.{method.name}"
            if "property" not in marks:
                raise Unsliceable(f"`{word}` is decorated")
            self._slicer.assumed[word] = stand_in(word, cls, self._slicer.kind)
            return [(f"{word} = {self._slicer.assumed[word]}", None)]
        plain = "staticmethod" in marks
        self._slicer.read(self._part, [method], None)
        bare = copy.copy(method)
        bare.decorator_list = []
        lines = statement_lines(self._part.text.unit, bare)
        if self._part.statements.of(method) is None:
            lines = [(line, None) for line in ast.unparse(bare).split("\n")]  # of another file
        own = method.args.args[0].arg if method.args.args and not plain else ""
        for word in _attributes_of([method], own) if own else ():
            lines += self._attribute(cls, instance, name, word, depth - 1)
        bound = method.name if plain else f"{method.name}.__get__({name})"
        return [*lines, (f"{name}.{method.name} = {bound}", None)]

    # --- the factory -------------------------------------------------------------------------------

    def _line(self, binding: Binding, text: str, mark: str, *, ahead: bool = False) -> None:
        """Add a line in the place of a binding; ``ahead``: before the layer, wherever that stands."""
        row, column = getattr(binding.node, "lineno", 1), getattr(binding.node, "col_offset", 0)
        behind = row - getattr(self._site, "lineno", row) if ahead else 0
        if behind > 0:
            row, column = row - behind, column + behind * _WIDEST
        self.add(row, column, mark, [(text, None)])

    def _pruning(self) -> Pruning:
        row = getattr(self._site, "lineno", 0)
        return Pruning(self._part.text.unit, lambda each: id(each) in self._kept, row)

    def factory(self, returns: dict[str, str], statement: ast.stmt | None) -> list[Line]:
        """The function that binds the variables and returns what it is asked for by a word.

        Args:
            returns: expressions by word.
            statement: what it executes when asked for ``statement``.
        """
        row = getattr(self._site, "lineno", 1)
        for each in self._roots():
            self._pieces[(each.lineno, each.col_offset, "")] = self._pruning().lines(each, "    ")
        lines: list[Line] = [(f"def {FACTORY}(_lambdalint_what):", row)]
        late = [key for key in self._pieces if key[0] > row]
        for key in sorted(late) + sorted(set(self._pieces) - set(late)):
            lines += self._pieces[key]
        for word, expression in returns.items():
            lines += [(f"    if _lambdalint_what == {word!r}:", None), (f"        return {expression}", row)]
        if statement is not None:
            lines.append(("    if _lambdalint_what == 'statement':", None))
            lines += [(f"        {line}", row) for line in ast.unparse(statement).split("\n")]
        return lines

    def _roots(self) -> list[ast.stmt]:
        """The outermost statements of the functions around the layer that hold what is kept."""
        found: dict[int, ast.stmt] = {}
        for statement in self._kept.values():
            root = statement
            for holder in self._part.statements.around(statement):
                if isinstance(holder, DEFINITIONS) or not isinstance(holder, ast.stmt):
                    break
                if not self._pruning().holds(holder):
                    root = holder
            found[id(root)] = root
        return list(found.values())


def _layer(layer: Layer) -> str | None:
    from lambdalint.confirm.slice import KERAS

    settings = {name: literal(each) for name, each in layer.config.items()}
    if not layer.cls.isidentifier() or any(each is None for each in settings.values()):
        return None
    inside = ", ".join(f"{name}={each}" for name, each in settings.items() if name.isidentifier())
    return f"{KERAS}.layers.{layer.cls}({inside})"


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is a literal of Python's own."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _loop_of(statement: ast.stmt | None, binding: Binding) -> ast.expr | None:
    """The target of the loop or comprehension that binds a name."""
    for each in ast.walk(statement) if statement is not None else ():
        if isinstance(each, (ast.For, ast.AsyncFor, ast.comprehension)) and each.iter is binding.value:
            return each.target
    return None


def _is_self(owner: Scope, name: str) -> bool:
    node = owner.node
    if owner.parent is None or owner.parent.kind != "class" or not isinstance(node, ast.FunctionDef):
        return False
    static = any(ast.unparse(each) in ("staticmethod", "classmethod") for each in node.decorator_list)
    return not static and bool(node.args.args) and node.args.args[0].arg == name


def _attributes_of(nodes: list[ast.AST], name: str) -> Iterator[str]:
    """The attributes of a variable that code reads, each once."""
    found = {
        each.attr: None
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == name
    }
    yield from found
