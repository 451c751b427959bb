"""Evaluating expressions on abstract values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from lambdalint.interp import binding, events, objects, reasons
from lambdalint.interp.frames import Frame
from lambdalint.interp.machine import OutOfBudget, inputs_of
from lambdalint.interp.nesting import bounded
from lambdalint.interp.ops import index, operators
from lambdalint.interp.tensors import join_values
from lambdalint.interp.truth import truth
from lambdalint.interp.values import (
    NONE,
    Const,
    Dictionary,
    Function,
    Instance,
    Layer,
    Library,
    Model,
    Number,
    Sequence,
    SliceValue,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers import dims
from lambdalint.layers.dims import Dim
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.text import source_text

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=",
    ast.Gt: ">", ast.GtE: ">=", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~",
}  # fmt: skip

_DIM_ARITHMETIC: dict[str, Callable[[Dim, Dim], Dim]] = {
    "+": dims.add,
    "-": dims.sub,
    "*": dims.mul,
    "//": dims.floordiv,
    "%": dims.mod,
}


def evaluate(machine: Machine, node: ast.expr, frame: Frame) -> Value:
    """The abstract value of an expression."""
    machine.budget -= 1
    if machine.budget < 0:
        raise OutOfBudget
    handler = _HANDLERS.get(type(node))
    if handler is None:
        return machine.unknown(reasons.SYNTAX)
    return handler(machine, node, frame)


# --- names and attributes --------------------------------------------------------------------------


def _name(machine: Machine, node: ast.Name, frame: Frame) -> Value:
    value = frame.lookup(node.id)
    if value is not None:
        return value
    found = machine.modules.outside(frame.env, node.id)
    if found is not None:
        return found
    at = Anchor(frame.env.unit, node)
    machine.record(events.UNDEFINED, at, node.id, {})
    return Unknown(reasons.UNDEFINED, node.id)


def _attribute(machine: Machine, node: ast.Attribute, frame: Frame) -> Value:
    receiver = evaluate(machine, node.value, frame)
    if isinstance(receiver, Library):
        return objects.library_attribute(receiver, node.attr)
    text = source_text(node) if isinstance(receiver, (Tensor, Unknown)) else node.attr
    return objects.attribute(machine, receiver, node.attr, Anchor(frame.env.unit, node), text)


# --- calls -----------------------------------------------------------------------------------------


def _call(machine: Machine, node: ast.Call, frame: Frame) -> Value:
    function = evaluate(machine, node.func, frame)
    args: list[Value] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            value = evaluate(machine, argument.value, frame)
            if isinstance(value, Sequence) and value.items is not None:
                args.extend(value.items)
            else:
                args.append(Unknown(reasons.ENTRY, "*"))
        else:
            args.append(evaluate(machine, argument, frame))
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(machine, keyword.value, frame)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        elif isinstance(value, Dictionary):
            kwargs.update({key: item for key, item in value.items.items() if isinstance(key, str)})
            if not value.complete:
                kwargs[binding.SPREAD] = NONE
        else:
            kwargs[binding.SPREAD] = NONE
    at = Anchor(frame.env.unit, node)
    if isinstance(function, Library) and function.name in (
        "builtins.super",
        "builtins.locals",
        "builtins.globals",
    ):
        return objects.frame_builtin(machine, function.name, frame)
    machine.caller = frame
    return machine.call(function, args, kwargs, at, source_text(node.func))


# --- operators -------------------------------------------------------------------------------------


def _binary(machine: Machine, node: ast.BinOp, frame: Frame) -> Value:
    left = evaluate(machine, node.left, frame)
    right = evaluate(machine, node.right, frame)
    return binary_values(machine, node.op, left, right, node, frame)


def binary_values(
    machine: Machine, operator: ast.operator, left: Value, right: Value, node: ast.AST, frame: Frame
) -> Value:
    """Apply a Python operator."""
    symbol = OPERATORS[type(operator)]
    at = Anchor(frame.env.unit, node)
    result = operators.binary(machine, symbol, left, right, at, symbol)
    if isinstance(result, Tensor):
        machine.step(at, symbol, [left, right], result, f"operator.{symbol}", {"x": left, "y": right})
    elif isinstance(result, Unknown) and symbol in _DIM_ARITHMETIC:
        _tie(machine, symbol, left, right, result)
    return result


def _tie(machine: Machine, symbol: str, left: Value, right: Value, result: Unknown) -> None:
    """Remember ``h * w`` of unknown numbers, so that sizes made of it agree."""
    simple = (Const, Number, Unknown)
    if isinstance(left, simple) and isinstance(right, simple) and not result.tensor:
        first, second = machine.dim(left), machine.dim(right)
        if first is not None and second is not None:
            machine.tie(result, _DIM_ARITHMETIC[symbol](first, second))


def _unary(machine: Machine, node: ast.UnaryOp, frame: Frame) -> Value:
    operand = evaluate(machine, node.operand, frame)
    if isinstance(node.op, ast.Not):
        known = truth(machine, operand, node.operand, frame)
        return Unknown(reasons.ENTRY) if known is None else Const(not known)
    at = Anchor(frame.env.unit, node)
    symbol = OPERATORS[type(node.op)]
    result = operators.unary(machine, symbol, operand, at, symbol)
    if isinstance(result, Tensor):
        machine.step(at, symbol, [operand], result, f"operator.{symbol}", {"x": operand})
    return result


def _boolean(machine: Machine, node: ast.BoolOp, frame: Frame) -> Value:
    is_and = isinstance(node.op, ast.And)
    result: Value | None = None
    for index_, part in enumerate(node.values):
        value = evaluate(machine, part, frame)
        last = index_ == len(node.values) - 1
        known = None if last else truth(machine, value, part, frame)
        if known is not None and known is not is_and:
            return value if result is None else join_values(result, value)
        if last or known is None:
            result = value if result is None else join_values(result, value)
    return result if result is not None else NONE


def _compare(machine: Machine, node: ast.Compare, frame: Frame) -> Value:
    left = evaluate(machine, node.left, frame)
    result: Value = Const(True)
    for operator, comparator in zip(node.ops, node.comparators):
        right = evaluate(machine, comparator, frame)
        if isinstance(operator, (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
            result = objects.identity_test(machine, operator, left, right)
        else:
            at = Anchor(frame.env.unit, node)
            symbol = OPERATORS[type(operator)]
            result = operators.binary(machine, symbol, left, right, at, symbol)
            if isinstance(result, Tensor):
                compared = {"x": left, "y": right}
                machine.step(at, symbol, [left, right], result, f"operator.{symbol}", compared)
        if isinstance(result, Const) and not result.value:
            return result
        left = right
    return result


def _conditional(machine: Machine, node: ast.IfExp, frame: Frame) -> Value:
    known = truth(machine, evaluate(machine, node.test, frame), node.test, frame)
    if known is not None:
        return evaluate(machine, node.body if known else node.orelse, frame)
    machine.enter_region()
    first, second = evaluate(machine, node.body, frame), evaluate(machine, node.orelse, frame)
    machine.leave_region()
    if isinstance(first, Function) and isinstance(second, Function) and first is not second:
        return Sequence("alternatives", [first, second], birth=machine.serial())
    return join_values(first, second)


# --- displays --------------------------------------------------------------------------------------


def make_function(
    machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, frame: Frame
) -> Function:
    """The function object of a ``def`` or ``lambda``, its defaults evaluated."""
    defaults = [evaluate(machine, default, frame) for default in node.args.defaults]
    kw_defaults = {
        parameter.arg: evaluate(machine, default, frame)
        for parameter, default in zip(node.args.kwonlyargs, node.args.kw_defaults)
        if default is not None
    }
    machine.closures.append(frame)
    return Function(node, frame.env, frame, defaults, kw_defaults)


def _lambda(machine: Machine, node: ast.Lambda, frame: Frame) -> Value:
    return make_function(machine, node, frame)


def _constant(machine: Machine, node: ast.Constant, frame: Frame) -> Value:
    if isinstance(node.value, int) and node.value.bit_length() > dims.MOST_BITS:
        return Unknown(reasons.TOO_LARGE_NUMBER)
    return Const(node.value)


def _sequence(machine: Machine, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
    kind = {ast.List: "list", ast.Tuple: "tuple"}.get(type(node), "set")
    items: list[Value] = []
    known = True
    for part in node.elts:
        if isinstance(part, ast.Starred):
            value = evaluate(machine, part.value, frame)
            if isinstance(value, Sequence) and value.items is not None:
                items.extend(value.items)
            else:
                known = False
                inside = value.element if isinstance(value, Sequence) else None
                items.append(Unknown(reasons.ENTRY, inputs=inputs_of(value)) if inside is None else inside)
        else:
            items.append(evaluate(machine, part, frame))
    if not known:
        element = items[0]
        for item in items[1:]:
            element = join_values(element, item)
        return Sequence(kind, None, element, birth=machine.serial(), among=tuple(items))
    return bounded(Sequence(kind, items, birth=machine.serial()))


def _dictionary(machine: Machine, node: ast.Dict, frame: Frame) -> Value:
    result = Dictionary({}, birth=machine.serial())
    for key_node, value_node in zip(node.keys, node.values):
        value = evaluate(machine, value_node, frame)
        if key_node is None:
            if isinstance(value, Dictionary):
                result.items.update(value.items)
                result.complete &= value.complete
            else:
                result.complete = False
            continue
        key = evaluate(machine, key_node, frame)
        if isinstance(key, Const):
            result.items[key.value] = value
        else:
            result.complete = False
    return bounded(result)


def _string(machine: Machine, node: ast.JoinedStr, frame: Frame) -> Value:
    text = ""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            value = evaluate(machine, part.value, frame)
            if not isinstance(value, Const) or part.format_spec is not None:
                return Unknown(reasons.STRING)
            text += str(value.value)
        elif isinstance(part, ast.Constant):
            text += str(part.value)
    return Const(text)


# --- comprehensions --------------------------------------------------------------------------------


def _comprehension(
    machine: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame
) -> Value:
    inner = Frame("comprehension", frame.env, frame)
    items: list[Value] = []
    known = _generate(
        machine, node.generators, inner, lambda: items.append(evaluate(machine, node.elt, inner))
    )
    kind = "set" if isinstance(node, ast.SetComp) else "list"
    if known:
        return bounded(Sequence(kind, items, birth=machine.serial()))
    element: Value | None = None
    for item in items:
        element = item if element is None else join_values(element, item)
    return Sequence(kind, None, element, birth=machine.serial())


def _dict_comprehension(machine: Machine, node: ast.DictComp, frame: Frame) -> Value:
    inner = Frame("comprehension", frame.env, frame)
    result = Dictionary({}, birth=machine.serial())

    def add() -> None:
        key, value = evaluate(machine, node.key, inner), evaluate(machine, node.value, inner)
        if isinstance(key, Const):
            result.items[key.value] = value
        else:
            result.complete = False

    result.complete &= _generate(machine, node.generators, inner, add)
    return bounded(result)


def _generate(
    machine: Machine, generators: list[ast.comprehension], inner: Frame, yield_: Callable[[], None]
) -> bool:
    """Run the clauses of a comprehension; whether the number of items is known."""
    from lambdalint.interp.statements import UNROLL, iterate

    if not generators:
        yield_()
        return True
    clause, rest = generators[0], generators[1:]
    iterable = evaluate(machine, clause.iter, inner)
    items = iterate(machine, iterable, clause.iter, inner)
    known = isinstance(items, list) and len(items) <= UNROLL
    if isinstance(items, list):
        run = items if known else items[:1]
    else:
        run = [items]
    for item in run:
        assign(machine, clause.target, item, inner)
        skip = False
        for test in clause.ifs:
            value = truth(machine, evaluate(machine, test, inner), test, inner)
            known &= value is not None
            skip |= value is False
        if not skip:
            known &= _generate(machine, rest, inner, yield_)
    return known


# --- subscripts and assignment ---------------------------------------------------------------------


def _subscript(machine: Machine, node: ast.Subscript, frame: Frame) -> Value:
    receiver = evaluate(machine, node.value, frame)
    key = evaluate(machine, node.slice, frame)
    at = Anchor(frame.env.unit, node)
    if isinstance(receiver, (Model, Library, Layer, Instance)):
        return machine.unknown(reasons.ENTRY)
    result = index.subscript(machine, receiver, key, at, source_text(node.value))
    if isinstance(receiver, Tensor) or (isinstance(receiver, Unknown) and receiver.tensor):
        machine.step(at, "[…]", [receiver, key], result, "operator.[]", {"x": receiver, "key": key})
    return result


def _slice(machine: Machine, node: ast.Slice, frame: Frame) -> Value:
    parts = [
        NONE if part is None else evaluate(machine, part, frame)
        for part in (node.lower, node.upper, node.step)
    ]
    return SliceValue(*parts)


def _starred(machine: Machine, node: ast.Starred, frame: Frame) -> Value:
    return evaluate(machine, node.value, frame)


def _walrus(machine: Machine, node: ast.NamedExpr, frame: Frame) -> Value:
    value = evaluate(machine, node.value, frame)
    assign(machine, node.target, value, frame)
    return value


def _await(machine: Machine, node: ast.Await, frame: Frame) -> Value:
    evaluate(machine, node.value, frame)
    return machine.unknown(reasons.SYNTAX)


def _yield(machine: Machine, node: ast.Yield | ast.YieldFrom, frame: Frame) -> Value:
    if node.value is not None:
        evaluate(machine, node.value, frame)
    return machine.unknown(reasons.GENERATOR)


def assign(machine: Machine, target: ast.expr, value: Value, frame: Frame) -> None:
    """Bind an assignment target: a name, attribute, subscript, or a nested tuple of these."""
    if isinstance(target, ast.Name):
        if isinstance(value, Unknown) and value.label == "?":
            value = (
                Unknown(value.reason, target.id, value.tensor, value.inputs)
                if not machine.tied(value)
                else value
            )
        frame.assign(target.id, value)
    elif isinstance(target, ast.Attribute):
        receiver = evaluate(machine, target.value, frame)
        objects.set_attribute(machine, receiver, target.attr, value)
    elif isinstance(target, ast.Subscript):
        receiver = evaluate(machine, target.value, frame)
        key = evaluate(machine, target.slice, frame)
        objects.set_item(machine, receiver, key, bounded(value, receiver))
    elif isinstance(target, ast.Starred):
        assign(machine, target.value, value, frame)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(machine, target, value, frame)


def _unpack(machine: Machine, target: ast.Tuple | ast.List, value: Value, frame: Frame) -> None:
    from lambdalint.interp.statements import iterate

    count = len(target.elts)
    items = iterate(machine, value, target, frame)
    if not isinstance(items, list):
        for part in target.elts:
            assign(machine, part, items, frame)
        return
    star = next((i for i, part in enumerate(target.elts) if isinstance(part, ast.Starred)), None)
    if star is not None and len(items) >= count - 1:
        tail = count - 1 - star
        middle = Sequence("list", items[star : len(items) - tail], birth=machine.serial())
        items = [*items[:star], middle, *items[len(items) - tail :]]
    if len(items) != count:
        at = Anchor(frame.env.unit, target)
        data = {
            "error": "ValueError",
            "why": f"{len(items)} values for {count} names",
            "unpack": count,
            "value": value,
        }
        machine.record(events.FAILS, at, "", data)
        items = [Unknown(reasons.ENTRY) for _ in target.elts]
    for part, item in zip(target.elts, items):
        assign(machine, part, item, frame)


_HANDLERS: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.Lambda: _lambda,
    ast.Constant: _constant,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.JoinedStr: _string,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Starred: _starred,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
}
