"""The statements of a module around a node: which hold it, which change a variable, and pruned copies."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lambdalint.confirm.harmless import harm
from lambdalint.confirm.text import Line, statement_lines
from lambdalint.sources.unit import SourceUnit

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
COMPOUND = (*LOOPS, ast.If, ast.With, ast.AsyncWith, ast.Try)
_MUTATORS = frozenset(
    (
        "append", "extend", "insert", "update", "add", "setdefault", "pop", "popitem", "remove", "discard",
        "clear", "sort", "reverse", "appendleft", "build", "fill",
    )
)  # fmt: skip


class Statements:
    """The statements of one module, by what holds them and by the variables that they change."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._holder: dict[int, ast.AST] = {}
        self._statement: dict[int, ast.stmt] = {}
        self._changes: dict[str, list[ast.stmt]] = {}
        stack: list[tuple[ast.AST, ast.stmt | None, ast.AST]] = [(each, None, tree) for each in tree.body]
        while stack:
            node, statement, holder = stack.pop()
            if isinstance(node, ast.stmt):
                self._holder[id(node)] = holder
                statement = node
                name = changed(node)
                if name is not None:
                    self._changes.setdefault(name, []).append(node)
            if statement is not None:
                self._statement[id(node)] = statement
            inner = statement if statement is not None else holder
            stack.extend((child, statement, inner) for child in ast.iter_child_nodes(node))

    def of(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds a node."""
        return self._statement.get(id(node))

    def around(self, statement: ast.stmt) -> Iterator[ast.AST]:
        """The statements that hold a statement, innermost first, up to and with its function or class."""
        holder = self._holder.get(id(statement))
        while holder is not None and not isinstance(holder, ast.Module):
            yield holder
            if isinstance(holder, DEFINITIONS):
                return
            holder = self._holder.get(id(holder))

    def function_of(self, statement: ast.stmt) -> ast.AST | None:
        """The function or class that a statement stands in; ``None`` in the module itself."""
        return next((each for each in self.around(statement) if isinstance(each, DEFINITIONS)), None)

    def changes(self, name: str, function: ast.AST | None) -> list[ast.stmt]:
        """The harmless statements of a function, or of the module, that change what a variable holds."""
        found = [each for each in self._changes.get(name, ()) if self.function_of(each) is function]
        return sorted((each for each in found if harm(each) is None), key=lambda each: each.lineno)


def changed(statement: ast.stmt) -> str | None:
    """The variable whose object a statement changes in place: ``x.append(1)``, ``x[0] = 1``, ``x.y = 1``."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        if isinstance(function, ast.Attribute) and function.attr in _MUTATORS:
            return _base(function.value)
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        targets = [statement.target]
    for target in targets:
        if isinstance(target, (ast.Subscript, ast.Attribute)):
            return _base(target.value)
    return None


def _base(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def heads(statement: ast.AST) -> list[ast.AST]:
    """What a compound statement evaluates itself: its test, its iterable, its contexts."""
    if isinstance(statement, (ast.If, ast.While)):
        return [] if is_main_guard(statement) else [statement.test]
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return [statement.iter]
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return [] if _opens(statement) else [item.context_expr for item in statement.items]
    if isinstance(statement, ast.Try):
        return [handler.type for handler in statement.handlers if handler.type is not None]
    return []


def is_main_guard(statement: ast.AST) -> bool:
    """Whether a statement is ``if __name__ == "__main__":``."""
    test = statement.test if isinstance(statement, ast.If) else None
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _opens(statement: ast.With | ast.AsyncWith) -> bool:
    return any(harm(item.context_expr) for item in statement.items)


@dataclass(frozen=True, slots=True)
class Pruning:
    """Which statements a copy keeps, and the row of the layer: of what holds it, the first pass is taken."""

    unit: SourceUnit
    kept: Callable[[ast.stmt], bool]
    row: int = 0
    imports: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """By statement: the lines that stand in its place, with their rows."""

    def holds(self, statement: ast.stmt) -> bool:
        """Whether the layer stands in a statement."""
        return statement.lineno <= self.row <= (statement.end_lineno or statement.lineno)

    def lines(self, statement: ast.stmt, indent: str = "") -> list[Line]:
        """A statement without the statements inside of it that are not kept; empty where nothing is."""
        if id(statement) in self.imports:
            return [(indent + line, row) for line, row in self.imports[id(statement)].items()]
        if self.kept(statement):
            return statement_lines(self.unit, statement, indent)
        if not isinstance(statement, COMPOUND):
            return []
        blocks = list(self._blocks(statement, indent + "    "))
        if not any(lines for _, _, lines in blocks):
            return []
        result: list[Line] = []
        for head, row, lines in blocks:
            result.append((indent + head, row))
            result += lines or [(indent + "    pass", None)]
        if self.holds(statement) and isinstance(statement, LOOPS):
            result.append((indent + "    break", None))
        return result

    def _blocks(self, statement: ast.stmt, indent: str) -> Iterator[tuple[str, int, list[Line]]]:
        """The parts of a compound statement: head, row and pruned body."""

        def body(statements: list[ast.stmt]) -> list[Line]:
            return [line for each in statements for line in self.lines(each, indent)]

        row, first = statement.lineno, getattr(statement, "body", [])
        rest = [] if isinstance(statement, LOOPS) else getattr(statement, "orelse", [])
        if isinstance(statement, ast.If) and self.holds(statement):
            taken = rest if any(map(self.holds, rest)) else first
            yield "if True:", row, body(taken)
            return
        yield _head(statement), row, body(first)
        if isinstance(statement, ast.Try):
            for handler in statement.handlers:
                caught = "" if handler.type is None else f" {ast.unparse(handler.type)}"
                named = f" as {handler.name}" if handler.name else ""
                yield f"except{caught}{named}:", handler.lineno, body(handler.body)
            if not statement.handlers:
                yield "finally:", row, []
                rest = []
        if rest and (lines := body(rest)):
            yield "else:", row, lines


def _head(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Try):
        return "try:"
    if is_main_guard(statement) or (isinstance(statement, (ast.With, ast.AsyncWith)) and _opens(statement)):
        return "if True:"
    if isinstance(statement, (ast.If, ast.While)):
        word = "if" if isinstance(statement, ast.If) else "while"
        return f"{word} {ast.unparse(statement.test)}:"
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return f"for {ast.unparse(statement.target)} in {ast.unparse(statement.iter)}:"
    assert isinstance(statement, (ast.With, ast.AsyncWith))
    return f"with {', '.join(ast.unparse(item) for item in statement.items)}:"
