"""Python 2 to Python 3: row for row, and columns where possible."""

from __future__ import annotations

import ast

import pytest

from lambdalint.sources.python2 import recover

CASES = [
    ("print x", "print(x)"),
    ("print 'a', x,", "print('a', x,)"),
    ('print"a"', 'print("a")'),
    ("print [1, 2]", "print([1, 2])"),
    ("if x: print y; print z  # why", "if x: print(y); print(z)  # why"),
    ("print 'a %s' % (\n  b,\n)", "print('a %s' % (\n  b,\n))"),
    ("print \\\n  x", "print(\\\n  x)"),
    ("print not x", "print(not x)"),
    ("print lambda: x", "print(lambda: x)"),
    ("print `x`, 1", "print(repr(x), 1)"),
    ("exec code", "exec(code)"),
    ("exec 'a' in ns, other", "exec('a' ,  ns, other)"),
    ("try: x\nexcept E, e: y", "try: x\nexcept E as e: y"),
    ("try: x\nexcept (A, B), e: y", "try: x\nexcept (A, B) as e: y"),
    ("try: x\nexcept E, (a, b): y", "try: x\nexcept E        : y"),
    ('raise E, "msg"', 'raise E( "msg")'),
    ("raise E, None, tb", "raise E( None, tb)"),
    (r"a = ur'\d'; b", r"a = r'\d' ; b"),
    ('b"é"', '"é" '),
    (r'"C:\Users\new"', r'"C:\\Users\new"'),
    ("x = 0777 + 10L + 0xFFl + 0", "x = 511  + 10  + 0xFF  + 0"),
    ("a <> b", "a != b"),
    ("f(async=True).await", "f(Async=True).Await"),
    ("[x for x in 1, 2 if x]\n", "[x for x in(1, 2) if x]\n"),
    (
        "def f(a, (b, c)):\n  return b + c.b + g(c=c)",
        "def f(a, b_c   ):\n  return b_c[0] + b_c[1].b + g(c=b_c[1])",
    ),
    ("def f(a=(1, 2), (b, (c, d))=z): return d", "def f(a=(1, 2), b_c_d      =z): return b_c_d[1][1]"),
    ("def f((a)): return a", "def f( a ): return a"),
    ("def f((a,\n  b)):\n  pass", "def f(a_b\n    ):\n  pass"),
    ("lambda (a, b): a - b", "lambda a_b   : a_b[0] - a_b[1]"),
    ("g(lambda (a, b): a, a)", "g(lambda a_b   : a_b[0], a)"),
    ("if x:\n\ty = 1\n        z = 2\nprint\n", "if x:\n        y = 1\n        z = 2\nprint\n"),
    ("print (a), b\nprint b", "print (a), b\nprint(b)"),
    ("print >>f, x\nprint b", "print >>f, x\nprint(b)"),
    ("async def f():\n  await x\nprint b", "async def f():\n  await x\nprint(b)"),
    ("s = '''print x\nprint y'''\nprint s", "s = '''print x\nprint y'''\nprint(s)"),
]


@pytest.mark.parametrize(("old", "new"), CASES)
def test_rewriting(old: str, new: str) -> None:
    result = recover(old)
    assert result is not None
    text, touched = result
    assert text == new
    ast.parse(text)
    changed = [row for row, pair in enumerate(zip(old.split("\n"), new.split("\n")), 1) if pair[0] != pair[1]]
    assert touched == frozenset(changed)


@pytest.mark.parametrize(
    "text",
    [
        "print(x)\n",
        "from __future__ import division, print_function\nprint x\n",
        "x = 1 2\n",
        "if x:\n\ty = 1\nelse:\n    z = 2\n",
        'f(r"C:\\Users", "\\u00e9", "\\N{DASH}", 0o17, 1_000, 00, 07.5, a if b else c)\n',
        "def f(a, b=(1, 2)): return (a, b)\nlambda a, b=(1, 2): a\n",
        "async def f():\n    async with x: await (y)\n",
        "raise E(a, b) from c\ntry: x\nexcept (A, B) as e: y\n",
        "await x\n",
        "print = f; print.x; print, y\n",
        "",
    ],
)
def test_nothing_of_python_2(text: str) -> None:
    assert recover(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "print '",
        'print """',
        "print (",
        "raise E, (",
        "lambda (a, b",
        "def f((a",
        "\\",
        "`",
        "Lambda(lambda(([),))",
        "lambda((([)(''))(()[()]))[('')],merge)",
    ],
)
def test_broken_text_does_no_harm(text: str) -> None:
    result = recover(text)
    assert result is None or result[0].count("\n") == text.count("\n")
