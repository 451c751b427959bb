"""The quick walk visits what :func:`ast.walk` visits, in its order."""

from __future__ import annotations

import ast
import inspect

from lambdalint.syntax import scopes
from lambdalint.syntax.walk import children, walk

_SHARED = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
EVERYTHING = """
import a.b as c
from . import d as e, f
@g.h
class I(J, metaclass=K):
    l: int = 1
    async def m(self, n, /, o=2, *p, q, r=s, **t) -> u:
        global v
        async for w in x: await y
        else: yield
        async with z as (aa, *bb): del cc[1:2:3, ...], dd.ee
for ff in {gg, *hh}: continue
while not ii < jj <= kk: ll = -1 + mm ** nn and oo or pp if qq else (rr := lambda: ss)
try: raise tt from uu
except vv as ww: assert xx, yy
finally: pass
zz = [{a: b, **c} for d in e if f if g], {h: i for j, k in l}, f"{m!r:>{n}}", b"", (o async for o in p)
match q:
    case [r, *_] | {"s": t, **u} | v(w, x=y) | None | z if a: b += 1
"""


def test_agrees_with_ast() -> None:
    for text in (EVERYTHING, inspect.getsource(scopes), inspect.getsource(ast)):
        tree = ast.parse(text)
        wanted = [node for node in ast.walk(tree) if not isinstance(node, _SHARED)]
        assert [*map(id, walk(tree))] == [*map(id, wanted)]
        for node in wanted:
            below = [child for child in ast.iter_child_nodes(node) if not isinstance(child, _SHARED)]
            assert children(node) == below
