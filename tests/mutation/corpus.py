"""Correct Lambda layers: the good examples of the rules' pages, and the fixtures' lines marked `# ok`.

Each becomes a subject: a small script that holds the layer, what it needs and what becomes of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lambdalint.registry import load_rules

from .little_keras import Run, run_script

FIXTURES = Path(__file__).parents[2] / "fixtures"
_OK = re.compile(r"#\s*ok\s*$")
_ONLY = re.compile(r"#\s*only:\s*(.+)$")


@dataclass(frozen=True)
class Subject:
    """A correct Lambda layer: the ``number``-th Lambda call, in source order, of a script.

    ``clean_of`` are the codes that its origin says are not reported there; none means all.
    """

    origin: str
    source: str
    number: int
    clean_of: frozenset[str]

    @cached_property
    def run(self) -> Run | None:
        """What the layer does, where it runs by itself, without an error, on one kind of input."""
        runs = runs_of(self.source, self.number)
        return runs[0] if runs and all(run.error is None for run in runs) else None

    @cached_property
    def per_sample(self) -> bool:
        """Whether each row of the result comes from its own sample alone."""
        return self.run is not None and self.run.per_sample

    @cached_property
    def fit(self) -> bool:
        """Whether defects can be seeded: it works sample by sample on its input, and is no loss."""
        return self.per_sample and self.run is not None and self.run.reads_input and not self.may_be_loss

    @cached_property
    def may_be_loss(self) -> bool:
        """Whether a model is compiled with a loss of its own, which may pass the layer's output through."""
        compiled = [
            word.value
            for node in ast.walk(ast.parse(self.source))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "compile"
            for word in node.keywords
            if word.arg == "loss"
        ]
        return any(not isinstance(loss, ast.Constant) for loss in compiled)

    @cached_property
    def rows(self) -> range:
        """The rows of the statement that holds the layer."""
        tree = ast.parse(self.source)
        call = lambda_calls(tree)[self.number]
        statement = next(s for s in tree.body if any(node is call for node in ast.walk(s)))
        return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def runs_of(source: str, number: int) -> list[Run]:
    """The calls of one Lambda layer of a script."""
    row = lambda_calls(ast.parse(source))[number].lineno
    return [run for run in run_script(source) if run.row == row]


def lambda_calls(tree: ast.AST) -> list[ast.Call]:
    """The calls that make a Lambda layer, in source order."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_lambda(node.func)]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _is_lambda(node: ast.expr) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "Lambda"


def subjects() -> list[Subject]:
    """All subjects, each script and layer once."""
    found: dict[tuple[str, int], Subject] = {}
    for subject in (*_examples(), *_fixtures()):
        found.setdefault((subject.source, subject.number), subject)
    return list(found.values())


def _examples() -> Iterator[Subject]:
    for rule in load_rules().rules.values():
        for example in rule.examples:
            if not example.bad:
                source = ast.unparse(ast.parse(example.code))
                for number in range(len(lambda_calls(ast.parse(source)))):
                    yield Subject(f"page of {rule.code}", source, number, frozenset({rule.code}))


def _fixtures() -> Iterator[Subject]:
    for path in sorted([*FIXTURES.glob("rules/**/*.py"), *FIXTURES.glob("seeds/*.py")]):
        text = path.read_text(encoding="utf-8")
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        lines = text.splitlines()
        only = _ONLY.search(lines[0])
        codes = frozenset(re.findall(r"LL\d+", only[1])) if only else frozenset()
        for statement in tree.body:
            rows = lines[statement.lineno - 1 : statement.end_lineno]
            calls = lambda_calls(statement)
            if (
                len(calls) == 1
                and any(_OK.search(row) for row in rows)
                and not any("# expect" in row for row in rows)
            ):
                name = path.relative_to(FIXTURES)
                yield _cut(f"{name}:{statement.lineno}", tree, statement, codes)


def _cut(origin: str, tree: ast.Module, statement: ast.stmt, codes: frozenset[str]) -> Subject:
    """The statement with what it needs and what needs it, in order, as a script of its own."""
    connected = _connected(tree.body, statement)
    kept = [each for each in tree.body if each in connected]
    source = ast.unparse(ast.Module(kept, []))
    before = sum(len(lambda_calls(each)) for each in kept[: kept.index(statement)])
    return Subject(origin, source, before, codes)


def _connected(body: list[ast.stmt], statement: ast.stmt) -> set[ast.stmt]:
    """Statements that a statement leads to by name, and all that these need."""
    reads = {each: _names(each, ast.Load) for each in body}
    writes = {each: _written(each) for each in body}
    at = body.index(statement)
    reached = {statement}
    for number, each in enumerate(body):
        later = number > at or isinstance(each, (ast.FunctionDef, ast.ClassDef))
        if later and any(writes[known] & reads[each] for known in reached):
            reached.add(each)
    todo = list(reached)
    while todo:
        needing = todo.pop()
        for each in body:
            if each not in reached and (
                writes[each] & reads[needing]
                or isinstance(each, (ast.Import, ast.ImportFrom))
                or (isinstance(each, (ast.Expr, ast.Assign)) and not writes[each])
            ):
                reached.add(each)
                todo.append(each)
    return reached


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, context)
    }


def _written(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, or whose object a method call in it may change."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    changed = {
        node.func.value.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }
    if isinstance(statement, ast.Expr):
        return changed
    held = {
        node.value.id
        for node in ast.walk(statement)
        if isinstance(node, (ast.Attribute, ast.Subscript))
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
    }
    return held | _names(statement, ast.Store)
