"""Binding arguments to the parameters of a ``def`` or ``lambda``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.interp import reasons
from lambdalint.interp.frames import Frame
from lambdalint.interp.values import Dictionary, Function, Sequence, Unknown, Value

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

SPREAD = "**"
"""Key under which a ``**mapping`` argument of unknown content is passed."""


def bind(
    machine: Machine, function: Function, args: list[Value], kwargs: dict[str, Value], frame: Frame
) -> str:
    """Bind arguments into ``frame``; the text of Python's TypeError where they do not fit, else ``""``."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    names = [parameter.arg for parameter in positional]
    variables = frame.variables
    unsure = SPREAD in kwargs or any(isinstance(arg, Unknown) and arg.label == "*" for arg in args)
    plain = [arg for arg in args if not (isinstance(arg, Unknown) and arg.label == "*")]
    for name, value in zip(names, plain):
        variables[name] = value
    rest = plain[len(names) :]
    if spec.vararg is not None:
        element = Unknown(reasons.ENTRY) if unsure else None
        variables[spec.vararg.arg] = Sequence("tuple", None if unsure else rest, element)
    elif rest:
        expected = f"{len(names)} positional argument{'s' * (len(names) != 1)}"
        return f"{function.name}() takes {expected} but {len(plain)} were given"
    problem = _keywords(function, kwargs, variables)
    return problem or _defaults(function, variables, names, unsure)


def _keywords(function: Function, kwargs: dict[str, Value], variables: dict[str, Value]) -> str:
    spec = function.node.args
    accepted = {parameter.arg for parameter in [*spec.args, *spec.kwonlyargs]}
    extra: dict[object, Value] = {}
    for name, value in kwargs.items():
        if name == SPREAD:
            continue
        if name in accepted:
            if name in variables:
                return f"{function.name}() got multiple values for argument '{name}'"
            variables[name] = value
        elif spec.kwarg is not None:
            extra[name] = value
        else:
            return f"{function.name}() got an unexpected keyword argument '{name}'"
    if spec.kwarg is not None:
        variables[spec.kwarg.arg] = Dictionary(extra, complete=SPREAD not in kwargs)
    return ""


def _defaults(function: Function, variables: dict[str, Value], names: list[str], unsure: bool) -> str:
    spec = function.node.args
    first = len(names) - len(function.defaults)
    missing = []
    for position, name in enumerate(names):
        if name in variables:
            continue
        if unsure:
            variables[name] = Unknown(reasons.PARAMETER, name)
        elif position >= first:
            variables[name] = function.defaults[position - first]
        else:
            missing.append(name)
    for parameter in spec.kwonlyargs:
        name = parameter.arg
        if name in variables:
            continue
        if name in function.kw_defaults and not unsure:
            variables[name] = function.kw_defaults[name]
        elif unsure:
            variables[name] = Unknown(reasons.PARAMETER, name)
        else:
            missing.append(name)
    if missing:
        listed = " and ".join(f"'{name}'" for name in missing)
        return (
            f"{function.name}() missing {len(missing)} required argument{'s' * (len(missing) > 1)}: {listed}"
        )
    return ""
