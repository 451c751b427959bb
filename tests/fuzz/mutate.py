"""Real files and fixtures, changed at random: bytes, lines, tokens, syntax trees, notebooks."""

from __future__ import annotations

import ast
import codecs
import copy
import json
import os
import re
import sysconfig
import warnings
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.oracle import Input

FIXTURES = Path(__file__).parents[2] / "fixtures"
_TOKEN = re.compile(rb"\w+|[^\w\s]")
_MARKS = (
    *(b"\0", b"\xff", b"\r", b"\x0c", b"\\\n", b'"""', b"'''", b"(", b")", b"[", b"]", b"\n    ", b"#"),
    *(b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1a", b"\t", b"\\", b"`", b":", b"f'{", b"print "),
    *(b"lambda:", b"Lambda(", b"# noqa", b"# lambdalint: ignore[", b"# coding: rot13\n", b"%time ", b"!ls\n"),
)
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp037", "utf-7", "shift_jis")


@cache
def fixtures() -> tuple[tuple[str, bytes], ...]:
    """Name and content of every script and notebook that this project tests its rules with."""
    paths = sorted(
        path for path in FIXTURES.rglob("*") if path.suffix in (".py", ".ipynb") and path.stat().st_size
    )
    return tuple((path.name, path.read_bytes()) for path in paths)


@cache
def library() -> tuple[tuple[str, bytes], ...]:
    """Name and content of the smaller modules of the standard library."""
    found = []
    for base, folders, names in os.walk(sysconfig.get_paths()["stdlib"]):
        folders[:] = sorted(f for f in folders if f not in ("site-packages", "__pycache__", "lib2to3"))
        for name in sorted(names):
            path = os.path.join(base, name)
            if name.endswith(".py") and 200 < os.path.getsize(path) < 12_000:
                found.append((name, Path(path).read_bytes()))
    return tuple(found)


@cache
def vocabulary() -> tuple[bytes, ...]:
    """The words and signs of all fixtures."""
    return tuple(sorted({word for _, data in fixtures() for word in _TOKEN.findall(data)}))


def _fixture(random: Random, suffix: str = "") -> tuple[str, bytes]:
    return random.choice([pair for pair in fixtures() if pair[0].endswith(suffix)])


def mutated_bytes(random: Random) -> Input:
    """A real file with some bytes changed; one of the library gets a layer of a fixture behind it."""
    name, data = random.choice(library()) if random.random() < 0.3 else _fixture(random)
    if name.endswith(".py") and b"Lambda" not in data:
        data += b"\n" + _fixture(random, ".py")[1]
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        at = random.randrange(len(data) + 1)
        size = random.choice((1, 1, 2, 5, 20, 200))
        pick = random.randrange(6)
        if pick == 0:
            data = data[:at] + data[at + size :]
        elif pick == 1:
            data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
        elif pick == 2:
            data = data[:at] + random.choice(_MARKS) + data[at:]
        elif pick == 3:
            data = data[:at] + data[at : at + size] * random.choice((2, 3, 50)) + data[at + size :]
        elif pick == 4:
            other = _fixture(random)[1]
            begin = random.randrange(len(other) or 1)
            data = data[:at] + other[begin : begin + size * 4] + data[at:]
        else:
            data = data[:at]
        data = data or b"Lambda"
    if random.random() < 0.03:
        text = data.decode("utf-8", "replace")
        data = text.encode(random.choice(_ENCODINGS), "replace")
    elif random.random() < 0.03:
        data = random.choice((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) + data
    return Input(name, data)


def mutated_tokens(random: Random) -> Input:
    """A fixture with some words or signs replaced by those of others, doubled, swapped or left out."""
    name, data = _fixture(random, ".py")
    for _ in range(random.choice((1, 2, 4, 12))):
        places = [match.span() for match in _TOKEN.finditer(data)]
        if len(places) < 2:
            break
        (start, end), (begin, stop) = sorted(random.sample(places, 2))
        word = random.choice(vocabulary())
        pick = random.randrange(4)
        if pick == 0:
            data = data[:start] + word + data[end:]
        elif pick == 1:
            data = data[:start] + data[end:]
        elif pick == 2:
            data = data[:start] + data[begin:stop] + data[end:begin] + data[start:end] + data[stop:]
        else:
            data = data[:start] + b" " + word + b" " + data[start:]
    return Input(name, data)


@cache
def _trees() -> tuple[ast.Module, ...]:
    found = []
    for name, data in fixtures():
        if name.endswith(".py"):
            try:
                found.append(ast.parse(data))
            except SyntaxError:
                continue
    return tuple(found)


@cache
def _expressions() -> tuple[ast.expr, ...]:
    return tuple(
        node
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.expr)
        and not isinstance(getattr(node, "ctx", ast.Load()), (ast.Store, ast.Del))
    )


@cache
def _statements() -> tuple[ast.stmt, ...]:
    return tuple(node for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.stmt))


def mutated_tree(random: Random) -> Input:
    """A fixture that still parses, with expressions and statements in the places of others."""
    tree = copy.deepcopy(random.choice(_trees()))
    for _ in range(random.choice((1, 2, 4, 10))):
        holders = [node for node in ast.walk(tree) if any(True for _ in ast.iter_child_nodes(node))]
        node = random.choice(holders)
        field, value = random.choice(list(ast.iter_fields(node)))
        if isinstance(value, list) and value:
            at = random.randrange(len(value))
            if isinstance(value[at], ast.stmt):
                pool: tuple[ast.AST, ...] = _statements()
            elif isinstance(value[at], ast.expr):
                pool = _expressions()
            else:
                continue
            if random.random() < 0.3:
                value.insert(at, copy.deepcopy(random.choice(pool)))
            elif random.random() < 0.2 and len(value) > 1:
                del value[at]
            else:
                value[at] = copy.deepcopy(random.choice(pool))
        elif isinstance(value, ast.expr) and not isinstance(
            getattr(value, "ctx", None), (ast.Store, ast.Del)
        ):
            setattr(node, field, copy.deepcopy(random.choice(_expressions())))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = ast.unparse(ast.fix_missing_locations(tree))
        except (ValueError, RecursionError, AttributeError, TypeError):
            return mutated_tokens(random)
    return Input("tree.py", text.encode("utf-8", "surrogatepass"))


_ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e400,
    "",
    "code",
    "x\r\ny",
    [],
    {},
    [[]],
    [None],
    ["%%time\n", 1],
    {"a": []},
    "\ud800",
)


def mutated_notebook(random: Random) -> Input:
    """A fixture as a notebook, its cells cut at random, its JSON changed in structure or in bytes."""
    name, data = _fixture(random)
    if name.endswith(".ipynb"):
        content = json.loads(data)
    else:
        rows = data.decode("utf-8", "replace").splitlines(keepends=True)
        cells: list[Any] = []
        while rows:
            size = random.choice((1, 3, 10, 40))
            text, rows = rows[:size], rows[size:]
            if random.random() < 0.2:
                text.insert(
                    random.randrange(len(text) + 1),
                    random.choice(("%time x\n", "!ls -l\n", "%%bash\n", "x?\n", "a = !ls\n", "  \\\n")),
                )
            kind = "code" if random.random() < 0.9 else "markdown"
            cells.append(
                {"cell_type": kind, "source": text if random.random() < 0.7 else "".join(text), "outputs": []}
            )
        content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for _ in range(random.choice((0, 0, 1, 2, 4))):
        node: Any = content
        while isinstance(node, (dict, list)) and node:
            key = random.choice(list(node) if isinstance(node, dict) else range(len(node)))
            if not isinstance(node[key], (dict, list)) or random.random() < 0.2:
                node[key] = copy.deepcopy(random.choice(_ODD))
                break
            node = node[key]
    out = json.dumps(content, indent=random.choice((None, 1)), ensure_ascii=random.random() < 0.7).encode(
        "utf-8", "surrogatepass"
    )
    if random.random() < 0.2:
        at = random.randrange(len(out) + 1)
        out = out[:at] + random.choice(_MARKS) + out[at + random.choice((0, 1, 10)) :]
    return Input("book.ipynb", out)
