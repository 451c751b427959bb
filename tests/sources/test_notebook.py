"""Notebooks: cells, magics, languages, and what is no notebook."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from lambdalint.findings import Problem
from lambdalint.sources.magics import to_python
from lambdalint.sources.read import read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse
from lambdalint.syntax.positions import locate

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"


def dump(*sources: Any, **metadata: Any) -> bytes:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 2, "metadata": metadata, "cells": cells}).encode()


def lambdas(unit: SourceUnit) -> list[str]:
    parsed = parse(unit)
    calls = [node for node in ast.walk(parsed.tree) if isinstance(node, ast.Call)]
    found = [locate(parsed.unit, node) for node in calls if getattr(node.func, "id", "") == "Lambda"]
    return [
        f"{place.cell}:{place.row}:{place.column}"
        for place in sorted(found, key=lambda place: (place.cell or 0, place))
    ]


MAGICS = [
    ("%matplotlib inline\nx = 1", "pass\nx = 1"),
    ("if x:\n    !ls 'a\n    y", "if x:\n    pass\n    y"),
    ("x = !ls\ny = %env A\nz", "x = get_ipython()\ny = get_ipython()\nz"),
    ("d['k'] = !ls it's", "d['k'] = get_ipython()"),
    ("!pip install \\\n  a \\\n  b\nx", "pass\n\n\nx"),
    ("?len\nlen?\nx.y??\n*int*?\nz", "pass\npass\npass\npass\nz"),
    ("/f x\n,f a b\nz", "pass\npass\nz"),
    ("%time y = f(x)", "pass; y = f(x)"),
    ("%timeit -n 10 -r3 f(x)", "pass;             f(x)"),
    ("%time for i in x: f(i)", "for i in x: f(i)"),
    ("%time", "pass;"),
    ("%%time\nx = 1", "\nx = 1"),
    ("# say\n%%capture out\n%%time\nx = 1", "# say\n\n\nx = 1"),
    ("%%bash\nls\necho", "\n\n"),
    ("%%writefile a.py\nx = 1", "\n"),
    ("pip install keras\nls -la\nx", "pass\npass\nx"),
    ("    x = 1\n    y = 2", "x = 1\ny = 2"),
    ("s = '''\n%no\n!no\n'''\n%yes", "s = '''\n%no\n!no\n'''\npass"),
    ("x = (a\n  % b\n  )\n!ls", "x = (a\n  % b\n  )\npass"),
    ("x = a \\\n% b\n!ls", "x = a \\\n% b\npass"),
    ("x = 'what?' # ?\nf(a != b)\n!ls\n", "x = 'what?' # ?\nf(a != b)\npass\n"),
    ("f(x);\n!ls", "f(x);\npass"),
]


@pytest.mark.parametrize(("cell", "python"), MAGICS)
def test_magics(cell: str, python: str) -> None:
    text, touched = to_python(cell)
    assert text == python
    ast.parse(text)
    pairs = zip(cell.split("\n"), python.split("\n"))
    assert touched == frozenset(row for row, (old, new) in enumerate(pairs, 1) if old != new)


@pytest.mark.parametrize(
    "cell", ["", "x = 1\n", "x = (a\n% b)\n", "ls = 1\nls - a", "plt.plot();", "x = 1 2", "cat = 1 2"]
)
def test_plain_python_is_left_alone(cell: str) -> None:
    assert to_python(cell) == (cell, frozenset())


def test_the_cells_of_a_notebook() -> None:
    unit = read(str(FIXTURES / "magics.ipynb"))
    assert isinstance(unit, SourceUnit)
    assert [cell.number for cell in unit.cells] == [2, 3, 4, 5, 6, 7, 9]
    assert lambdas(unit) == ["4:3:11", "6:2:5", "9:1:5"]
    assert unit.lines[0] == "%matplotlib inline"
    assert unit.lines[8] == "%time y = Lambda(lambda t: t[0])(x)"
    assert [str(each).rpartition("ipynb:")[2] for each in parse(unit).problems] == [
        "cell 6:1:11: cannot be parsed: invalid syntax. Perhaps you forgot a comma?"
    ]


def test_nbformat_3() -> None:
    unit = read(str(FIXTURES / "worksheets.ipynb"))
    assert isinstance(unit, SourceUnit)
    assert lambdas(unit) == ["3:1:9"]
    parsed = parse(unit)
    assert (parsed.problems, parsed.unit.recovered, parsed.unit.touched_rows) == ((), True, frozenset({2}))


@pytest.mark.parametrize(
    ("metadata", "judged"),
    [
        ({}, True),
        ({"kernelspec": {"language": "python"}}, True),
        ({"kernelspec": {"name": "ir", "language": "R"}}, False),
        ({"language_info": {"name": "julia"}}, False),
        ({"language_info": {"name": "ipython"}}, True),
        ({"kernelspec": "odd", "language_info": {"name": None}}, True),
    ],
)
def test_languages(metadata: dict[str, Any], judged: bool) -> None:
    assert (read("n.ipynb", dump("Lambda(f)", **metadata)) is not None) == judged


@pytest.mark.parametrize(
    "data",
    [
        b"{Lambda",
        b'["Lambda"]',
        b'{"x": "Lambda"}',
        b'{"cells": 3, "x": "Lambda"}',
        b"Lambda",
        b'"Lambda \xff"',
        b"[" * 100_000 + b'"Lambda"',
    ],
)
def test_what_is_no_notebook(data: bytes) -> None:
    problem = read("n.ipynb", data)
    assert isinstance(problem, Problem)
    assert "is not a notebook" in str(problem)
    assert "\n" not in str(problem)


def test_odd_cells_are_passed_over() -> None:
    data = {"metadata": None, "cells": [None, 3, {"cell_type": "code"}, {"cell_type": "code", "source": 7},
            {"cell_type": "code", "source": ["Lambda", None, "(f)"]}]}  # fmt: skip
    unit = read("n.ipynb", json.dumps(data).encode())
    assert isinstance(unit, SourceUnit)
    assert (unit.text, unit.cells[-1].number) == ("\nLambda(f)", 5)


def test_a_lambda_outside_the_code_is_nothing_to_judge() -> None:
    assert read("n.ipynb", dump("x = 1", note="Lambda")) is None


@pytest.mark.parametrize("end", ["x = 1 \\", "x = '''", "x = (", "if x:"])
def test_a_cell_does_not_reach_into_the_next(end: str) -> None:
    unit = read("n.ipynb", dump(end, "y = Lambda(f)\r\nz = 2"))
    assert isinstance(unit, SourceUnit)
    assert lambdas(unit) == ["2:1:5"]
