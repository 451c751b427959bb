"""Texts to trees: Python 2, broken statements, positions, concrete syntax."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import pytest

from lambdalint.sources.read import read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.concrete import concrete_node, statement
from lambdalint.syntax.parse import ParsedUnit, parse
from lambdalint.syntax.positions import locate, span

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"


def parsed(text: str) -> ParsedUnit:
    return parse(SourceUnit("x.py", text, text))


def fixture(name: str) -> ParsedUnit:
    unit = read(str(FIXTURES / name))
    assert isinstance(unit, SourceUnit)
    return parse(unit)


def names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_good_text_stays_as_it_is() -> None:
    unit = SourceUnit("x.py", "x = '\\d'\n", "x = '\\d'\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = parse(unit)
    assert (result.unit is unit, result.problems, len(result.tree.body)) == (True, (), 1)


def test_python_2() -> None:
    result = fixture("python2_autoencoder.py")
    assert result.problems == ()
    assert result.unit.recovered
    assert result.unit.lines[8] == "MODE = 0755"
    lambdas = [node for node in ast.walk(result.tree) if isinstance(node, ast.Lambda)]
    assert [ast.unparse(node) for node in lambdas] == ["lambda a_b: a_b[0] - a_b[1]"]
    assert locate(result.unit, lambdas[0]).row == 34
    assert 33 not in result.unit.touched_rows


def test_broken_statements() -> None:
    result = fixture("broken_statements.py")
    assert [(each.row, each.column) for each in result.problems] == [(4, 27), (10, 22)]
    assert names(result.tree) >= {"first", "second", "third", "layer"}
    assert "second = ..." in ast.unparse(result.tree)
    assert len(result.tree.body) == 5
    assert result.unit.touched_rows == {4, 10}


BLANKS = [
    ("x, y = f(1 2)", "x = y = ..."),
    ("a = b = 3 3", "a = b = ..."),
    ("total += 3 3", "total = ..."),
    ("for i in range(3:\n    z = i", "i = z = ..."),
    ("def f(x:\n    q = 1\n    return q", "f = ..."),
    ("class A(:\n    q = 1", "A = ..."),
    ("g.h = 3 3", "pass"),
    ("f(x == 3 3)", "pass"),
]


@pytest.mark.parametrize(("text", "left"), BLANKS)
def test_broken_statements_still_bind_their_names(text: str, left: str) -> None:
    result = parsed(text)
    assert ast.unparse(result.tree) == left


KEPT = [
    ("x = (1 2)\nkept = 1", [1]),
    ("kept = 1\nx = (1,\nkept2 = 2", [2]),
    ("x = foo(a,\n  b c,\n)\nkept = 1", [2]),
    ("def f():\n    '''open\n    kept = 1\ndef g():\n    '''doc'''\n    kept2 = 2", [2]),
    ("x = '''never\nkept = 1", [1]),
    ("x = 'open\nkept = 1", [1]),
    ("class A:\n  def f(self):\n    kept = 1\n    return 1 +\n  def g(self):\n    kept2 = 1", [4]),
    ("if a b:\n    c\nelif d:\n    e\nelse:\n    f\nkept = 1", [1]),
    ("if a:\n    kept = 1\nelif b c:\n    d\nelse:\n    kept2 = 1", [3]),
    ("try:\n    x\nexcept A b:\n    y\nkept = 1", [3]),
    ("def f():\nkept = 1", [1]),
    ("kept = 1\n    y = 2\n    z = 3\nkept2 = 3", [2]),
    ("def f():\n        kept = 1\n    b = 2\nkept2 = 1", [3]),
    ("@dec\nclass A(:\n    x = 1\n\n@dec\ndef f():\n    kept = 1", [2]),
    ("def f(x\n    return x\nkept = 1", [1]),
    ("x = )\nkept = 1", [1]),
    ("x = " + "-" * 200_000 + "1\nkept = 1", [1]),
    ("%matplotlib inline\nkept = 1\n!ls", [1, 3]),
    ("kept = 1\nfor x in y:\n", [2]),
    ("print 'old'\nkept = 1\nx = 1 2", [3]),
]


@pytest.mark.parametrize(("text", "rows"), KEPT)
def test_isolation(text: str, rows: list[int]) -> None:
    result = parsed(text)
    assert [each.row for each in result.problems] == rows
    assert {"kept", *(["kept2"] if "kept2" in text else [])} <= names(result.tree)
    assert result.unit.text.count("\n") == text.count("\n")
    assert result.unit.original == text
    assert all("\n" not in str(each) for each in result.problems)


def test_messages_speak_of_rows_of_the_file() -> None:
    (problem,) = parsed("a = 1\nb = 2\nfor x in y:\nc = 3\n").problems
    assert problem.message.endswith("'for' statement on line 3")


@pytest.mark.parametrize(
    "text",
    [
        "(\n" * 3000,
        "x = 1 2\n" * 3000,
        "class A:\n" + "    x = 1 2\n" * 3000,
        "if x:\n a b\n" + "elif y:\n a b\n" * 999,
        "@a\n" * 3000,
        "'" * 9999,
        "\\\n" * 9999,
        "x = '''\n" * 2001,
        "\t\tx\n" * 999,
        "\x0c\x0b\x1c",
        "def",
    ],
)
def test_wholly_broken_text_is_bounded(text: str) -> None:
    result = parsed(text)
    assert result.problems
    assert result.unit.text.count("\n") == text.count("\n")


def test_spans_count_characters() -> None:
    result = parsed("größe = ('層' + f(a, b=1))\ndef g(ä, *, b): pass\n")
    placed = [node for node in ast.walk(result.tree) if hasattr(node, "lineno")]
    found = {type(node).__name__: span(result.unit, node) for node in placed}
    assert found["BinOp"] == (1, 10, 1, 25)
    assert found["Call"] == (1, 16, 1, 25)
    assert found["keyword"] == (1, 21, 1, 24)
    function = result.tree.body[1]
    assert isinstance(function, ast.FunctionDef)
    assert span(result.unit, function.args) == (2, 7, 2, 14)
    assert str(locate(result.unit, function.args.args[0])) == "x.py:2:7"
    with pytest.raises(ValueError, match="no place"):
        span(result.unit, ast.Load())


def test_statement() -> None:
    result = parsed("a = 1\n\n@dec\ndef f():\n    return 2\nb = 1; c = '''\n'''; d = 3\n")
    for row, first, kind in [(1, 1, "SimpleStatementLine"), (3, 3, "FunctionDef"), (5, 3, "FunctionDef"),
                             (6, 6, "SimpleStatementLine"), (7, 6, "SimpleStatementLine")]:  # fmt: skip
        node, begin = statement(result, row)
        assert (type(node).__name__, begin) == (kind, first)
    for row in (2, 9):
        with pytest.raises(ValueError, match="no statement"):
            statement(result, row)


EXPRESSIONS = {
    "Lambda(lambda x: (x + 1) * 2, name='a')": "Call Lambda BinOp Constant Name keyword arg",
    "((größe, [b, (c, d)]), {'k': v}, {s})": "Tuple List Dict Set Name",
    "f(*a, b=-1, **c)(x for x in y if not z)": "Call Starred UnaryOp GeneratorExp keyword",
    "a.b[1:2, ..., None] if a and b or not c else (x < y <= z)": "Attribute Subscript IfExp BoolOp Compare",
    "[i for i in r] + list({k: 1 for k in 'a' 'b'}) + f'{x}'": "ListComp DictComp JoinedStr Constant",
}


@pytest.mark.parametrize(("text", "kinds"), EXPRESSIONS.items())
def test_concrete_nodes(text: str, kinds: str) -> None:
    import libcst

    result = parsed(f"x = 0\ny = ({text})\n")
    seen = set()
    module = libcst.parse_module("")
    for node in ast.walk(result.tree.body[1]):
        inside_f_string = "f'" in text and isinstance(node, ast.FormattedValue)
        if (
            not isinstance(node, (ast.expr, ast.keyword, ast.arg))
            or inside_f_string
            or isinstance(node, ast.Slice)
        ):
            continue
        if isinstance(node, ast.Tuple) and "..." in ast.unparse(node):
            continue
        found = module.code_for_node(concrete_node(result, node))
        if isinstance(node, ast.GeneratorExp):
            # Its parentheses may be those of a call.
            found = f"({found})"
        seen.add(type(node).__name__)
        if isinstance(node, ast.expr) and not isinstance(node, ast.Starred):
            assert ast.dump(ast.parse(found, mode="eval").body) == ast.dump(
                ast.parse(ast.unparse(node), mode="eval").body
            )
    assert set(kinds.split()) <= seen
