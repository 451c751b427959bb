"""The walls of the house: what may import what, and what is packaged."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

ROOT = Path(__file__).parents[2]

# From the ground up: a module may import from its own storey and from those below.
STOREYS = (
    ("findings", "atomic"),
    ("sources",),
    ("syntax",),
    ("layers",),
    ("interp",),
    ("rule",),
    ("registry", "selectors", "settings", "results", "suppress", "stored", "cache"),
    ("confirm", "engine", "plain", "pool", "explaining", "report", "baseline", "add_ignore"),
    ("streams",),
    ("cli", "confirming", "testing", "skeleton", "__main__"),
)
HEIGHT = {part: height for height, storey in enumerate(STOREYS) for part in storey}
FOR_RULES = {"findings", "sources", "syntax", "layers", "interp", "rule"}
ONLY_IN_FUNCTIONS = {"libcst", "rich", "numpy"}
KERAS = {"keras", "tensorflow", "tf_keras", "jax", "torch"}
IN_THE_WORKER = ("worker", "experiments", "request.py")
"""The parts of ``lambdalint/confirm`` that run in the interpreter of the user's project."""


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path, top: bool = False) -> Iterator[tuple[str, int]]:
    """The absolute dotted names that a module imports, and the number of dots of relative ones."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _at_import(tree) if top else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield ".".join(filter(None, (node.module, alias.name))), node.level


def _at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run on import: those of functions and of ``if TYPE_CHECKING`` do not."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            todo.extend(node.orelse)
            continue
        if isinstance(node, ast.stmt):
            yield node
        todo.extend(ast.iter_child_nodes(node))


def part_of(dotted: str) -> str | None:
    """The module or package of lambdalint that a dotted name is in; ``None`` for what is not in it."""
    top, _, rest = dotted.partition(".")
    return rest.partition(".")[0] if top == "lambdalint" else None


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def runs_in_the_worker(path: Path) -> bool:
    parts = path.relative_to(ROOT / "lambdalint").parts
    return parts[0] == "confirm" and parts[1] in IN_THE_WORKER


@pytest.mark.parametrize("path", modules("lambdalint"), ids=name)
def test_imports_of_the_engine_point_down(path: Path) -> None:
    own = path.relative_to(ROOT / "lambdalint").parts[0].removesuffix(".py")
    if own == "__init__":
        assert [each for each in imports(path, top=True) if part_of(each[0]) is not None] == []
        return
    assert own in HEIGHT, f"{own} stands in no storey: add it to STOREYS"
    up = []
    for dotted, level in imports(path):
        assert level == 0, f"{name(path)} imports relatively"
        part = part_of(dotted)
        if part is not None and part in HEIGHT and HEIGHT[part] > HEIGHT[own]:
            up.append(dotted)
    assert up == []


@pytest.mark.parametrize("path", modules("lambdalint"), ids=name)
def test_the_engine_knows_no_rule(path: Path) -> None:
    assert [
        dotted for dotted, _ in imports(path) if dotted.partition(".")[0] in ("rules", "lambdalint_rules")
    ] == []


@pytest.mark.parametrize("path", modules("rules"), ids=name)
def test_rules_import_the_facts_and_themselves(path: Path) -> None:
    for dotted, level in imports(path):
        top = dotted.partition(".")[0]
        if level:
            assert level < len(path.relative_to(ROOT).parts), f"{name(path)} imports from outside of rules/"
        elif top == "lambdalint":
            assert part_of(dotted) in FOR_RULES, f"{name(path)} imports {dotted}"
        else:
            assert top in sys.stdlib_module_names, f"{name(path)} imports {dotted}"


@pytest.mark.parametrize("path", modules("lambdalint"), ids=name)
def test_heavy_libraries_are_imported_when_needed(path: Path) -> None:
    tops = {dotted.partition(".")[0] for dotted, level in imports(path, top=True) if not level}
    if not runs_in_the_worker(path):
        assert tops & ONLY_IN_FUNCTIONS == set()
        assert {dotted.partition(".")[0] for dotted, _ in imports(path)} & KERAS == set()


@pytest.mark.parametrize(
    "path", [path for path in modules("lambdalint") if runs_in_the_worker(path)], ids=name
)
def test_a_worker_needs_nothing_but_keras(path: Path) -> None:
    for dotted, _ in imports(path):
        top = dotted.partition(".")[0]
        if top == "lambdalint":
            assert dotted.startswith(
                tuple(f"lambdalint.confirm.{part.removesuffix('.py')}" for part in IN_THE_WORKER)
            )
        else:
            assert top in sys.stdlib_module_names | KERAS | {"numpy"}, f"{name(path)} imports {dotted}"


def test_what_is_packaged_are_the_folders() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        setuptools = tomllib.load(file)["tool"]["setuptools"]
    found = []
    for package, folder in setuptools["package-dir"].items():
        for init in (ROOT / folder).rglob("__init__.py"):
            found.append(".".join([package, *init.parent.relative_to(ROOT / folder).parts]))
    assert sorted(setuptools["packages"]) == sorted(found)
