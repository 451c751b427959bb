"""A subject opened for an edit: its tree, the layer's call and function, and code of its libraries."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .corpus import Subject, lambda_calls

_OPS = "from keras import ops"


class Unfit(Exception):
    """An operator has nothing to do at this layer."""


class Site:
    """A fresh copy of a subject's tree, which an operator may change."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.tree = ast.parse(subject.source)
        self.call = lambda_calls(self.tree)[subject.number]
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        text = subject.source
        self.keras3 = re.search(r"\bops\b|keras\.saving", text) is not None
        bundled = "tensorflow.keras" in text or "from tensorflow import keras" in text or "tf.keras" in text
        self.family = "tensorflow.keras" if bundled else "tf_keras" if "tf_keras" in text else "keras"

    @property
    def function(self) -> ast.Lambda | ast.FunctionDef:
        """The layer's function, written in place or a def of the script.

        Raises:
            Unfit: it is something else.
        """
        given = self.call.args[0] if self.call.args else None
        if isinstance(given, ast.Lambda):
            return given
        defs = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef) and isinstance(given, ast.Name) and node.name == given.id
        ]
        if len(defs) != 1:
            raise Unfit("the function is not in view")
        return defs[0]

    @property
    def results(self) -> list[ast.expr]:
        """What the function returns: expressions of tensors."""
        function = self.function
        if isinstance(function, ast.Lambda):
            return [function.body]
        found = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
        if not found:
            raise Unfit("it returns nothing")
        return found

    @property
    def parameter(self) -> str:
        """The name of the first parameter."""
        args = self.function.args.args
        if not args:
            raise Unfit("it has no parameter")
        return args[0].arg

    @property
    def applied(self) -> ast.Call:
        """The call of the layer on its input, where it is called in place.

        Raises:
            Unfit: it is not.
        """
        parent = self.parents[self.call]
        if not isinstance(parent, ast.Call) or parent.func is not self.call or len(parent.args) != 1:
            raise Unfit("it is not called in place")
        return parent

    @property
    def target(self) -> str:
        """The name that the layer's output is assigned to."""
        statement = self.parents[self.applied]
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            raise Unfit("its output has no name")
        return statement.targets[0].id

    @property
    def statement(self) -> ast.stmt:
        """The top-level statement that holds the layer."""
        node: ast.AST = self.call
        while not isinstance(self.parents[node], ast.Module):
            node = self.parents[node]
        assert isinstance(node, ast.stmt)
        return node

    def replace(self, old: ast.AST, new: ast.expr) -> None:
        """Put one expression in the place of another."""
        parent = self.parents[old]
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                setattr(parent, name, [new if item is old else item for item in value])
        self.parents[new] = parent

    def wrap(self, template: str) -> None:
        """Replace each result of the function by an expression of it, ``{e}``, and its input, ``{x}``."""
        for result in self.results:
            text = template.format(e=f"({ast.unparse(result)})", x=self.parameter)
            self.replace(result, expression(text))

    def needs(self, *lines: str) -> None:
        """Put lines at the top of the script."""
        self.tree.body[:0] = ast.parse("\n".join(lines)).body

    def before(self, text: str) -> None:
        """Put statements before the layer's."""
        at = self.tree.body.index(self.statement)
        self.tree.body[at:at] = ast.parse(text).body

    def after(self, text: str) -> None:
        """Put statements at the end."""
        self.tree.body += ast.parse(text).body

    def nested(self, head: str, result: str) -> None:
        """Move the layer's statement into a function that begins with ``head``, and call it."""
        at = self.tree.body.index(self.statement)
        outer = ast.parse(f"def built():\n {head}\n return {result}\nbuilt()").body
        assert isinstance(outer[0], ast.FunctionDef)
        outer[0].body.insert(1, self.statement)
        self.tree.body[at : at + 1] = outer

    def calls(self, *names: str) -> Iterator[tuple[ast.Call, str]]:
        """Calls inside the function of these library functions, with the last part of their name."""
        for node in ast.walk(self.function):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in names
            ):
                yield node, node.func.attr

    def backend(self) -> None:
        """Make ``K`` the backend of the script's family, and ``ops`` the operations of Keras 3."""
        if self.keras3:
            self.needs(_OPS)
        else:
            self.needs(f"from {self.family} import backend as K")

    @property
    def source(self) -> str:
        """The changed script, its ``__future__`` imports and its docstring where they were."""
        return ast.unparse(ast.fix_missing_locations(self.tree))


def expression(text: str) -> ast.expr:
    """The tree of an expression."""
    return ast.parse(text, mode="eval").body
