"""Operation tables: readable rows, parsed once, that bind a library's names to transfer functions.

A row is ``names(parameters; aliases) : family options``::

    sum(x, axis=None, keepdims=False)                                   : reduce
    reduce_sum, math.reduce_sum(input_tensor, axis=None, keepdims=False; reduction_indices=axis) : reduce
    exp(x)                                                              : map sign=positive

Parameter defaults are Python literals; ``*name`` collects the remaining positional arguments;
``alias=name`` renames a historic keyword.  Options are words or ``key=value``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from lambdalint.interp.call import Op, OpCall, Parameter
from lambdalint.interp.values import Const, Sequence, Value

Family = Callable[[OpCall], Value]

_ROW = re.compile(r"(?P<names>[\w., ]+?)\s*\((?P<signature>.*)\)\s*:\s*(?P<family>\w+)(?P<options>.*)\Z")


class TableError(ValueError):
    """A row that cannot be read: a mistake in the table itself."""


def parse_table(prefix: str, text: str, families: Mapping[str, Family]) -> dict[str, Op]:
    """The operations of a table by canonical name (``prefix`` + ``.`` + name).

    Raises:
        TableError: a row is malformed, names an unknown family, or repeats a name.
    """
    table: dict[str, Op] = {}
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        for op in _row(prefix, line, families):
            if op.name in table:
                raise TableError(f"{op.name} is listed twice")
            table[op.name] = op
    return table


def _row(prefix: str, line: str, families: Mapping[str, Family]) -> Iterator[Op]:
    match = _ROW.match(line)
    if match is None:
        raise TableError(f"cannot read the row {line!r}")
    if match["family"] not in families:
        raise TableError(f"unknown family {match['family']!r} in {line!r}")
    signature, _, renames = match["signature"].partition(";")
    parameters = tuple(_parameters(signature, line))
    aliases = dict(_pair(part, line) for part in renames.split(",") if part.strip())
    options = dict(_option(word) for word in match["options"].split())
    for name in match["names"].split(","):
        yield Op(f"{prefix}.{name.strip()}", parameters, aliases, families[match["family"]], options)


def _pair(part: str, line: str) -> tuple[str, str]:
    old, equals, new = part.partition("=")
    if not equals:
        raise TableError(f"an alias is written old=new: {line!r}")
    return old.strip(), new.strip()


def _option(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    return key, value or key


def _parameters(signature: str, line: str) -> Iterator[Parameter]:
    try:
        arguments = ast.parse(f"def f({signature}): pass").body[0].args  # type: ignore[attr-defined]
    except SyntaxError as error:
        raise TableError(f"cannot read the parameters in {line!r}") from error
    names = arguments.posonlyargs + arguments.args
    required = len(names) - len(arguments.defaults)
    for position, argument in enumerate(names):
        default = arguments.defaults[position - required] if position >= required else None
        yield Parameter(argument.arg, None if default is None else literal(default))
    if arguments.vararg:
        yield Parameter(arguments.vararg.arg, None, variadic=True)
    for argument, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        yield Parameter(argument.arg, None if keyword_default is None else literal(keyword_default))


def literal(node: ast.expr) -> Value:
    """The abstract value of a literal default."""
    value = ast.literal_eval(node)
    return _abstract(value)


def _abstract(value: object) -> Value:
    if isinstance(value, (tuple, list)):
        return Sequence(type(value).__name__, [_abstract(item) for item in value])
    return Const(value)
