"""Controls for findings about a call that fails: the same call with its defect mended, as expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

NUMBERS = "_lambdalint_numbers"
"""The worker's function that puts arrays in place of symbolic tensors."""
_INPUTS = ("(4,)", "(6, 5)", "(6, 6, 3)", "(4, 6, 6, 3)")
"""Shapes of samples that layers take, one for each number of axes."""


def controls(
    code: str, node: ast.AST, statement: ast.stmt, facts: Mapping[str, Any], keras: str
) -> tuple[ast.expr, ...]:
    """The calls to try in place of a statement: one that does not fail its way shows that the defect does.

    Args:
        code: the rule's.
        node: what the finding marks.
        statement: what fails, see :mod:`lambdalint.confirm.plan`.
        facts: those of the finding.
        keras: the name of Keras in the slice.
    """
    made: Iterator[ast.expr] = iter(())
    if code == "LL407" and isinstance(node, ast.Call):
        made = _only_added(node, keras)
    elif code == "LL412":
        made = _on_tensors(node, statement, keras)
    elif code == "LL703" and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        made = _renamed(statement.value, facts.get("renamed", {}))
    elif code == "LL708" and isinstance(node, ast.Call):
        made = _on_numbers(node)
    return tuple(ast.fix_missing_locations(ast.copy_location(each, statement)) for each in made)


def with_function(layer: ast.Call, function: ast.expr) -> ast.expr:
    """The construction of a layer with a function in the place of what is passed for one."""
    made: ast.expr = _swapped(layer, function, _expression("lambda given, **named: given"))
    return ast.fix_missing_locations(ast.copy_location(made, layer))


def _only_added(call: ast.Call, keras: str) -> Iterator[ast.expr]:
    """A layer is added, and what that returns is left alone."""
    yield ast.Call(call.func, [_expression(f"{keras}.layers.Activation('linear')")], [])


def _on_tensors(node: ast.AST, statement: ast.stmt, keras: str) -> Iterator[ast.expr]:
    """The layer that stands in place of a tensor is called on one first."""
    whole = _call_around(node, statement)
    if whole is None or not isinstance(node, ast.expr) or node is whole:
        return
    given = [*whole.args, *(each.value for each in whole.keywords)]
    inputs = [each for each in given if not any(part is node for part in ast.walk(each))][:2]
    inputs += [_expression(f"{keras}.Input({shape})") for shape in _INPUTS]
    for each in inputs:
        yield _swapped(whole, node, ast.Call(node, [each], []))


def _renamed(call: ast.Call, names: Mapping[str, str]) -> Iterator[ast.expr]:
    """Arguments have their new names; those that are gone are left out."""
    if names:
        kept = [
            ast.keyword(names.get(each.arg or "", each.arg), each.value)
            for each in call.keywords
            if str(names.get(each.arg or "", "kept")).isidentifier()
        ]
        yield ast.Call(call.func, call.args, kept)


def _on_numbers(call: ast.Call) -> Iterator[ast.expr]:
    """The function is called on arrays."""

    def number(value: ast.expr) -> ast.expr:
        return value if isinstance(value, ast.Starred) else ast.Call(_expression(NUMBERS), [value], [])

    named = [ast.keyword(each.arg, number(each.value)) for each in call.keywords if each.arg]
    yield ast.Call(call.func, list(map(number, call.args)), named)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _call_around(node: ast.AST, statement: ast.stmt) -> ast.Call | None:
    """The innermost call that gets a node among its arguments."""
    found: ast.Call | None = None
    for each in ast.walk(statement):
        given = [*each.args, *(k.value for k in each.keywords)] if isinstance(each, ast.Call) else []
        if isinstance(each, ast.Call) and any(part is node for value in given for part in ast.walk(value)):
            found = each
    return found


def _swapped(tree: Any, old: ast.AST, new: ast.AST) -> Any:
    """A copy of a tree in which one node is another."""
    if tree is old:
        return new
    if isinstance(tree, list):
        return [_swapped(each, old, new) for each in tree]
    if not isinstance(tree, ast.AST):
        return tree
    return type(tree)(**{name: _swapped(value, old, new) for name, value in ast.iter_fields(tree)})
