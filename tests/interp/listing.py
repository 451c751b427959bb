"""Random bodies as text: a line for each value, as Python writes it, and back.

``tests/interp/found.txt`` keeps programs in this form.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tests.interp.programs import BatchSize, Program, Ref

_SIZE = "tensorflow.shape(v0)[0]"
_BINARY: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
    ast.FloorDiv: "//", ast.Mod: "%", ast.Gt: ">", ast.LtE: "<=",
}  # fmt: skip


def written(program: Program) -> str:
    """The lines of a program."""
    lines = [f"v{i} = Input({shape})" for i, shape in enumerate(program.inputs)]
    for number, step in enumerate(program.steps, len(program.inputs)):
        lines.append(f"v{number} = {_step(*step)}")
    return "\n".join(lines)


def _step(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    kind, _, word = name.partition(":")
    if kind == "binary":
        return f"{_value(args[0])} {word} {_value(args[1])}"
    if kind == "unary":
        return f"-{_value(args[0])}"
    if kind == "subscript":
        return f"{_value(args[0])}[{_key(args[1])}]"
    if kind == "item":
        return f"{_call(word, args[1:], kwargs)}[{args[0]}]"
    return _call(name, args, kwargs)


def _call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    named = [f"{key}={_value(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join([*map(_value, args), *named])})"


def _value(value: Any) -> str:
    if isinstance(value, BatchSize):
        return _SIZE
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))}{',' * (len(value) == 1)})"
    return repr(value)


def _key(key: Any) -> str:
    if isinstance(key, tuple):
        return ", ".join(map(_key, key)) + "," * (len(key) == 1)
    if isinstance(key, slice):
        step = "" if key.step is None else f":{_value(key.step)}"
        return ":".join("" if end is None else _value(end) for end in (key.start, key.stop)) + step
    return "..." if key is Ellipsis else _value(key)


def read(text: str) -> Program:
    """The program of some lines.

    Raises:
        ValueError: a line is none of a program.
    """
    program = Program([])
    for statement in ast.parse(text).body:
        assert isinstance(statement, ast.Assign)
        made = statement.value
        if isinstance(made, ast.Call) and ast.unparse(made.func) == "Input":
            program.inputs.append(_plain(made.args[0]))
        else:
            program.steps.append(_read_step(made))
    return program


def _read_step(node: ast.expr) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    if isinstance(node, ast.BinOp):
        return f"binary:{_BINARY[type(node.op)]}", (_plain(node.left), _plain(node.right)), {}
    if isinstance(node, ast.Compare):
        return f"binary:{_BINARY[type(node.ops[0])]}", (_plain(node.left), _plain(node.comparators[0])), {}
    if isinstance(node, ast.UnaryOp):
        return "unary:-", (_plain(node.operand),), {}
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
        name, args, kwargs = _read_step(node.value)
        return f"item:{name}", (_plain(node.slice), *args), kwargs
    if isinstance(node, ast.Subscript):
        return "subscript:", (_plain(node.value), _plain(node.slice)), {}
    if isinstance(node, ast.Call):
        named = {keyword.arg or "": _plain(keyword.value) for keyword in node.keywords}
        return ast.unparse(node.func), tuple(map(_plain, node.args)), named
    raise ValueError(ast.unparse(node))


def _plain(node: ast.expr) -> Any:
    if isinstance(node, ast.Name):
        return Ref(int(node.id[1:]))
    if isinstance(node, ast.List):
        return [_plain(each) for each in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_plain(each) for each in node.elts)
    if isinstance(node, ast.Slice):
        return slice(*(each and _plain(each) for each in (node.lower, node.upper, node.step)))
    if isinstance(node, ast.Subscript) and ast.unparse(node) == _SIZE:
        return BatchSize()
    return ast.literal_eval(node)


def programs_in(text: str) -> Iterator[tuple[str, Program]]:
    """The programs of a listing, parted by empty lines, each with the comment above it."""
    for block in text.split("\n\n"):
        lines = block.strip().splitlines()
        comment = " ".join(line[1:].strip() for line in lines if line.startswith("#"))
        code = "\n".join(line for line in lines if not line.startswith("#"))
        if code:
            yield comment, read(code)
