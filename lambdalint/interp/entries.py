"""Running functions that nothing in view calls, on parameters of which only the defaults are known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lambdalint.interp import reasons
from lambdalint.interp.frames import ModuleEnv
from lambdalint.interp.machine import BUDGET
from lambdalint.interp.objects import is_keras_class, is_loss_class
from lambdalint.interp.values import (
    ClassValue,
    Const,
    Function,
    Instance,
    Library,
    Model,
    Sequence,
    Unknown,
    Value,
)
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import walk

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

ROUNDS = 4
ENTRY_BUDGET = BUDGET // 4
_MODELS = frozenset({"keras.Model", "keras.models.Model", "keras.Sequential", "keras.models.Sequential"})


def run_entries(machine: Machine, env: ModuleEnv, names: frozenset[str] = frozenset()) -> None:
    """Call what has a layer in it, or mentions one of ``names``, and was not called.

    Callers come before the functions they call.
    """
    from lambdalint.interp.analyse import guarded

    mentions = Mentions(machine, env, names)
    for name, value in list(env.frame.variables.items()):
        if isinstance(value, Function) and value.env is env and mentions.is_root(name, value.node):
            guarded(machine, lambda value=value: enter(machine, value), ENTRY_BUDGET)
        elif isinstance(value, ClassValue) and value.env is env and mentions.matters(value.node):
            _run_class(machine, value, mentions)
    if env is not machine.modules.main:
        return
    for _ in range(ROUNDS):
        waiting = [f for f in machine.defined if id(f.node) not in machine.called]
        for function in waiting:
            if id(function.node) not in machine.called:
                guarded(machine, lambda function=function: enter(machine, function), ENTRY_BUDGET)
        if not waiting:
            break


class Mentions:
    """Which functions have a layer in them, or mention by name one that has or one of ``names``."""

    def __init__(self, machine: Machine, env: ModuleEnv, names: frozenset[str] = frozenset()) -> None:
        self._machine = machine
        self._env = env
        definitions = _definitions(env.tree)
        self._called_by_others: set[str] = set()
        relevant = {node.name for node, words in definitions if words & names or self.holds(node)}
        for statement in env.tree.body:
            if isinstance(statement, ast.Assign) and self.holds(statement):
                relevant |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        for _ in range(ROUNDS):
            more = {n.name for n, words in definitions if n.name not in relevant and words & relevant}
            if not more:
                break
            relevant |= more
        self._relevant = relevant
        for node, words in definitions:
            self._called_by_others |= words & relevant - {node.name}

    def holds(self, node: ast.stmt) -> bool:
        """Whether a layer is constructed in it."""
        return self._machine.modules.holds_site(self._env, node.lineno, node.end_lineno or node.lineno)

    def matters(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda) -> bool:
        """Whether running it may reach a layer."""
        return getattr(node, "name", "") in self._relevant

    def is_root(self, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
        """Whether it may reach a layer, was not called, and no other function mentions it."""
        if id(node) in self._machine.called or not self.matters(node):
            return False
        return name not in self._called_by_others


_Definition = tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, frozenset[str]]
_known: WeakKeyDictionary[ast.Module, list[_Definition]] = WeakKeyDictionary()


def _definitions(tree: ast.Module) -> list[_Definition]:
    """The functions and classes of a module and the names that each mentions, found once for each tree."""
    found = _known.get(tree)
    if found is None:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        found = [(node, _mentioned(node)) for node in _statements(tree) if isinstance(node, kinds)]
        _known[tree] = found
    return found


def _statements(tree: ast.Module) -> list[ast.AST]:
    """All statements of a module, with the parts of statements that hold others."""
    found: list[ast.AST] = [tree]
    for node in found:
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            found += getattr(node, name, ())
    return found


def _mentioned(node: ast.AST) -> frozenset[str]:
    names: set[str] = set()
    for part in walk(node):
        kind = type(part)
        if kind is ast.Name:
            names.add(part.id)  # type: ignore[attr-defined]
        elif kind is ast.Attribute:
            names.add(part.attr)  # type: ignore[attr-defined]
    return frozenset(names)


def _run_class(machine: Machine, cls: ClassValue, mentions: Mentions) -> None:
    from lambdalint.interp.analyse import guarded

    instance = next((i for i in machine.instances if i.cls is cls), None)
    if instance is None:
        instance = Instance(cls, birth=machine.serial())
        machine.instances.append(instance)
        initialiser = cls.lookup("__init__")
        if isinstance(initialiser, Function):
            made = instance
            guarded(machine, lambda: enter(machine, initialiser, made), ENTRY_BUDGET)
    everything = mentions.holds(cls.node)
    for value in list(cls.attributes.values()):
        if not isinstance(value, Function) or id(value.node) in machine.called:
            continue
        # A method may use a layer that another one has put into an attribute.
        if everything or mentions.matters(value.node):
            guarded(machine, lambda value=value, made=instance: enter(machine, value, made), ENTRY_BUDGET)


def enter(machine: Machine, function: Function, instance: Instance | None = None) -> None:
    """Call a function with parameters of which only the defaults are known.

    A test is called with the values that its decorators list for it.
    """
    for given in listed_values(machine, function):
        _enter_with(machine, function, instance, given)


def _enter_with(
    machine: Machine, function: Function, instance: Instance | None, given: dict[str, Value]
) -> None:
    owner = function.owner
    if owner is not None and instance is None:
        instance = next((i for i in machine.instances if i.cls is owner), None) or Instance(owner)
    spec = function.node.args
    parameters = [*spec.posonlyargs, *spec.args]
    args: list[Value] = []
    first_default = len(parameters) - len(function.defaults)
    for position, parameter in enumerate(parameters):
        if position == 0 and instance is not None and not _is_static(function):
            args.append(instance)
        elif parameter.arg in given:
            args.append(given[parameter.arg])
        else:
            default = function.defaults[position - first_default] if position >= first_default else None
            args.append(assumed(function, parameter.arg, default))
    kwargs = {p.arg: assumed(function, p.arg, function.kw_defaults.get(p.arg)) for p in spec.kwonlyargs}
    kwargs |= {name: value for name, value in given.items() if name in kwargs}
    in_loss = owner is not None and is_loss_class(owner)
    machine.loss_depth += in_loss
    try:
        machine.call_function(function, args, kwargs, Anchor(function.env.unit, function.node))
    finally:
        machine.loss_depth -= in_loss


MOST_CALLS = 4
"""Calls of a test with other listed values."""


def listed_values(machine: Machine, function: Function) -> list[dict[str, Value]]:
    """What ``pytest.mark.parametrize`` passes to a test, call by call; nothing where it lists nothing."""
    calls: list[dict[str, Value]] = [{}]
    for decorator in function.node.decorator_list if not isinstance(function.node, ast.Lambda) else ():
        rows = _listed_rows(machine, function, decorator)
        if rows:
            wider = [{**call, **row} for row in rows for call in calls]
            calls = [*wider[: MOST_CALLS - 1], wider[-1]] if len(wider) > MOST_CALLS else wider
    return calls


def _listed_rows(machine: Machine, function: Function, decorator: ast.expr) -> list[dict[str, Value]]:
    written = isinstance(decorator, ast.Call) and len(decorator.args) > 1
    if not written or not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return []
    if decorator.func.attr != "parametrize":
        return []
    from lambdalint.interp import expressions

    asked, values = (expressions.evaluate(machine, each, function.frame) for each in decorator.args[:2])
    names = _names(asked)
    rows = values.items or [] if isinstance(values, Sequence) else []
    found = [_row(names, row) for row in rows]
    return [row for row in found if row]


def _names(value: Value) -> list[str]:
    """The names of parameters: in one string, parted by commas, or in a list of strings."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return [name.strip() for name in value.value.split(",")]
    items = value.items or [] if isinstance(value, Sequence) else []
    names = [each.value for each in items if isinstance(each, Const) and isinstance(each.value, str)]
    return names if len(names) == len(items) else []


def _row(names: list[str], row: Value) -> dict[str, Value]:
    if len(names) == 1:
        return {names[0]: row}
    items = row.items or [] if isinstance(row, Sequence) else []
    return dict(zip(names, items)) if len(items) == len(names) else {}


def _is_static(function: Function) -> bool:
    return any(getattr(d, "name", "") == "builtins.staticmethod" for d in function.decorators)


def assumed(function: Function, name: str, default: Value | None) -> Value:
    """What a parameter that no call in view passes is taken to be.

    A tuple default keeps its length, since shapes seldom change rank; anything else may be
    different at each call.  The input of a layer's ``call`` is known to be tensors.
    """
    if isinstance(default, Sequence) and default.items is not None:
        return default
    if isinstance(default, Const) and isinstance(default.value, str) and name == "data_format":
        return default
    if default is None and _is_model(function, name):
        return Model(function.anchor, "loaded", known=False)
    owner = function.owner
    if function.name == "call" and owner is not None and is_keras_class(owner.library_base() or ""):
        spec = function.node.args
        if len(spec.args) > 1 and spec.args[1].arg == name:
            return Unknown(reasons.PARAMETER, name, tensor=True)
    return Unknown(reasons.PARAMETER, name)


def _is_model(function: Function, name: str) -> bool:
    """Whether the annotation of a parameter says that a Keras model is passed."""
    spec = function.node.args
    parameters = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    written = next((p.annotation for p in parameters if p.arg == name), None)
    if isinstance(written, ast.Attribute) and isinstance(written.value, ast.Name):
        base = function.frame.lookup(written.value.id)
        return isinstance(base, Library) and f"{base.name}.{written.attr}" in _MODELS
    found = function.frame.lookup(written.id) if isinstance(written, ast.Name) else None
    return isinstance(found, Library) and found.name in _MODELS
