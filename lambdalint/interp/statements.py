"""Running statements: control flow on abstract values, with joins where a path is not known."""

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from lambdalint.interp import builtins, containers, events, expressions, imports, objects, reasons
from lambdalint.interp.frames import Frame
from lambdalint.interp.machine import OutOfBudget
from lambdalint.interp.ops import index
from lambdalint.interp.tensors import join_values
from lambdalint.interp.truth import truth
from lambdalint.interp.values import (
    NONE,
    Along,
    Bound,
    ClassValue,
    Const,
    Event,
    Function,
    Number,
    Partial,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.walk import walk

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

UNROLL = 48
"""Iterations of a loop over known items that are run one by one."""


class Flow(Enum):
    """How a block ended."""

    NEXT = 0
    BREAK = 1
    CONTINUE = 2
    RETURN = 3
    RAISE = 4


def run_function(machine: Machine, function: Function, frame: Frame) -> Value:
    """Run a function whose parameters are bound in ``frame``; the join of what it returns."""
    node = function.node
    if isinstance(node, ast.Lambda):
        result = expressions.evaluate(machine, node.body, frame)
        _note_return(machine, function, node.body, result)
        return result
    flow = run_block(machine, node.body, frame)
    if flow is Flow.NEXT:
        _note_return(machine, function, node, NONE)
        if not any(isinstance(value, Tensor) for value in frame.returns):
            # Next to tensors, no caller counts on the way that ends without a `return`.
            frame.returns.append(NONE)
    if not frame.returns:
        return machine.unknown(reasons.EXCEPTION)
    result = frame.returns[0]
    for other in frame.returns[1:]:
        result = join_values(result, other)
    return result


def _note_return(machine: Machine, function: Function, node: ast.AST, value: Value) -> None:
    trace = machine.trace
    if trace is None:
        return
    target = trace.function
    while isinstance(target, (Bound, Partial)) and target.function is not None:
        target = target.function
    if target is function:
        trace.returns.append((node, value))


def run_block(machine: Machine, body: list[ast.stmt], frame: Frame) -> Flow:
    """Run statements in order until one leaves the block."""
    for statement in body:
        machine.budget -= 1
        if machine.budget < 0:
            raise OutOfBudget
        handler = _HANDLERS.get(type(statement))
        if handler is not None:
            flow = handler(machine, statement, frame)
            if flow is not Flow.NEXT:
                return flow
    return Flow.NEXT


# --- simple statements -----------------------------------------------------------------------------


def _expression(machine: Machine, node: ast.Expr, frame: Frame) -> Flow:
    if not isinstance(node.value, ast.Constant):
        expressions.evaluate(machine, node.value, frame)
    return Flow.NEXT


def _assign(machine: Machine, node: ast.Assign, frame: Frame) -> Flow:
    if isinstance(node.value, ast.Constant) and node.value.value is Ellipsis:
        # A blank to be filled in, or a statement that does not parse.
        value: Value = Unknown(reasons.SYNTAX)
    else:
        value = expressions.evaluate(machine, node.value, frame)
    for target in node.targets:
        expressions.assign(machine, target, value, frame)
    return Flow.NEXT


def _annotated(machine: Machine, node: ast.AnnAssign, frame: Frame) -> Flow:
    if node.value is not None:
        value = expressions.evaluate(machine, node.value, frame)
        expressions.assign(machine, node.target, value, frame)
    return Flow.NEXT


def _augmented(machine: Machine, node: ast.AugAssign, frame: Frame) -> Flow:
    target: ast.expr
    if isinstance(node.target, ast.Name):
        target = ast.Name(node.target.id, ast.Load())
    elif isinstance(node.target, ast.Attribute):
        target = ast.Attribute(node.target.value, node.target.attr, ast.Load())
    else:
        target = ast.Subscript(node.target.value, node.target.slice, ast.Load())
    ast.copy_location(target, node.target)
    left = expressions.evaluate(machine, target, frame)
    right = expressions.evaluate(machine, node.value, frame)
    value = expressions.binary_values(machine, node.op, left, right, node, frame)
    if isinstance(left, Sequence) and isinstance(node.op, ast.Add) and left.kind == "list":
        containers.extend(machine, left, right)
        return Flow.NEXT
    expressions.assign(machine, node.target, value, frame)
    return Flow.NEXT


def _return(machine: Machine, node: ast.Return, frame: Frame) -> Flow:
    value = NONE if node.value is None else expressions.evaluate(machine, node.value, frame)
    frame.returns.append(value)
    if frame.function is not None:
        _note_return(machine, frame.function, node.value or node, value)
    return Flow.RETURN


def _raise(machine: Machine, node: ast.Raise, frame: Frame) -> Flow:
    return Flow.RAISE


def _assert(machine: Machine, node: ast.Assert, frame: Frame) -> Flow:
    expressions.evaluate(machine, node.test, frame)
    return Flow.NEXT


def _delete(machine: Machine, node: ast.Delete, frame: Frame) -> Flow:
    for target in node.targets:
        if isinstance(target, ast.Name):
            frame.variables.pop(target.id, None)
    return Flow.NEXT


def _outer(machine: Machine, node: ast.Global | ast.Nonlocal, frame: Frame) -> Flow:
    frame.outer_names.update(node.names)
    return Flow.NEXT


def _break(machine: Machine, node: ast.Break, frame: Frame) -> Flow:
    return Flow.BREAK


def _continue(machine: Machine, node: ast.Continue, frame: Frame) -> Flow:
    return Flow.CONTINUE


def _import(machine: Machine, node: ast.Import | ast.ImportFrom, frame: Frame) -> Flow:
    imports.run(machine, node, frame)
    return Flow.NEXT


# --- definitions -----------------------------------------------------------------------------------


def _function(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> Flow:
    decorators = tuple(expressions.evaluate(machine, item, frame) for item in node.decorator_list)
    function = expressions.make_function(machine, node, frame)
    function.decorators = decorators
    if machine.modules.holds_site(frame.env, node.lineno, node.end_lineno or node.lineno):
        machine.defined.append(function)
    value = objects.decorate(machine, function, decorators, Anchor(frame.env.unit, node))
    frame.assign(node.name, value)
    return Flow.NEXT


def _class(machine: Machine, node: ast.ClassDef, frame: Frame) -> Flow:
    bases = tuple(expressions.evaluate(machine, base, frame) for base in node.bases)
    for decorator in node.decorator_list:
        expressions.evaluate(machine, decorator, frame)
    inner = Frame("class", frame.env, frame)
    cls = ClassValue(node, frame.env, bases, inner.variables)
    run_block(machine, node.body, inner)
    for value in inner.variables.values():
        if isinstance(value, Function) and value.owner is None:
            value.owner = cls
    frame.assign(node.name, cls)
    return Flow.NEXT


# --- branches --------------------------------------------------------------------------------------


def _if(machine: Machine, node: ast.If, frame: Frame) -> Flow:
    test = expressions.evaluate(machine, node.test, frame)
    known = truth(machine, test, node.test, frame)
    if known is None:
        return branch(
            machine,
            frame,
            [lambda: run_block(machine, node.body, frame), lambda: run_block(machine, node.orelse, frame)],
        )
    taken, other = (node.body, node.orelse) if known else (node.orelse, node.body)
    if other and machine.curious and machine.modules.has_site(frame.env, other):
        before = dict(frame.variables)
        returned = len(frame.returns)
        machine.enter_region()
        for name in _asked_of(node.test, frame):
            # There it has another value, or shape, than the one that leads elsewhere.
            frame.variables[name] = Unknown(reasons.PARAMETER, name)
        run_block(machine, other, frame)
        machine.leave_region()
        del frame.returns[returned:]
        frame.variables.clear()
        frame.variables.update(before)
    return run_block(machine, taken, frame)


def _asked_of(test: ast.expr, frame: Frame) -> list[str]:
    """The names of a test that are bound to constants, sizes or tensors in view."""
    names = [part.id for part in walk(test) if isinstance(part, ast.Name)]
    return [name for name in names if isinstance(frame.lookup(name), (Const, Number, Tensor))]


def branch(machine: Machine, frame: Frame, paths: list[Callable[[], Flow]]) -> Flow:
    """Run alternative paths from the same state, and join the states of those that go on."""
    before = dict(frame.variables)
    ends: list[dict[str, Value]] = []
    flows: list[Flow] = []
    for path in paths:
        frame.variables.clear()
        frame.variables.update(before)
        machine.enter_region()
        try:
            flow = path()
        finally:
            machine.leave_region()
        flows.append(flow)
        if flow is Flow.NEXT:
            ends.append(dict(frame.variables))
    if not ends:
        # No path goes on; what a loop or function sees is the first way out that is no error.
        frame.variables.clear()
        frame.variables.update(before)
        return next((flow for flow in flows if flow is not Flow.RAISE), Flow.RAISE)
    joined = join_variables(ends)
    frame.variables.clear()
    frame.variables.update(joined)
    return Flow.NEXT


def join_variables(states: list[dict[str, Value]]) -> dict[str, Value]:
    """The join of several states of one frame, name by name."""
    result = dict(states[0])
    for state in states[1:]:
        for name, value in state.items():
            old = result.get(name)
            # A name that only one path binds: code that reads it later relies on that path.
            result[name] = value if old is None or old is value else join_values(old, value)
    return result


def _try(machine: Machine, node: ast.Try, frame: Frame) -> Flow:
    before = len(frame.returns)
    noted = machine.events if machine.trace is None else machine.trace.events
    first = len(noted)
    flow = run_block(machine, node.body, frame)
    handler = _handler(node, noted[first:])
    if handler is not None:
        # The body cannot run to its end: what it fails with is caught.
        noted[first:] = [event for event in noted[first:] if event.kind != events.FAILS]
        del frame.returns[before:]
        if handler.name:
            frame.assign(handler.name, Unknown(reasons.EXCEPTION))
        flow = run_block(machine, handler.body, frame)
        final = run_block(machine, node.finalbody, frame)
        return final if final is not Flow.NEXT else flow
    if flow is Flow.NEXT:
        flow = run_block(machine, node.orelse, frame)
    after = dict(frame.variables)
    returned = len(frame.returns)
    for handler in node.handlers:
        machine.enter_region()
        if handler.name:
            frame.assign(handler.name, Unknown(reasons.EXCEPTION))
        run_block(machine, handler.body, frame)
        machine.leave_region()
    if flow is Flow.RAISE and node.handlers:
        flow = Flow.NEXT
    else:
        del frame.returns[returned:]
    for name, value in after.items():
        frame.variables[name] = value
    final = run_block(machine, node.finalbody, frame)
    return final if final is not Flow.NEXT else flow


def _handler(node: ast.Try, noted: list[Event]) -> ast.ExceptHandler | None:
    """The handler that catches the first Python error among these events."""
    error = next((event.data.get("error") for event in noted if event.kind == events.FAILS), None)
    if error is None:
        return None
    for handler in node.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
        if handler.type is None or names & {error, "Exception", "BaseException"}:
            return handler
    return None


def _with(machine: Machine, node: ast.With | ast.AsyncWith, frame: Frame) -> Flow:
    for item in node.items:
        value = expressions.evaluate(machine, item.context_expr, frame)
        if item.optional_vars is not None:
            expressions.assign(machine, item.optional_vars, value, frame)
    return run_block(machine, node.body, frame)


# --- loops -----------------------------------------------------------------------------------------


def _for(machine: Machine, node: ast.For | ast.AsyncFor, frame: Frame) -> Flow:
    iterable = expressions.evaluate(machine, node.iter, frame)
    items = iterate(machine, iterable, node.iter, frame)
    if isinstance(items, list) and len(items) <= UNROLL:
        for item in items:
            expressions.assign(machine, node.target, item, frame)
            flow = run_block(machine, node.body, frame)
            if flow is Flow.BREAK:
                return Flow.NEXT
            if flow in (Flow.RETURN, Flow.RAISE):
                return flow
        return run_block(machine, node.orelse, frame)
    element: Value = Unknown(reasons.LOOP)
    if isinstance(items, list):
        element = items[0] if items else element
        for item in items[1:]:
            element = join_values(element, item)
    else:
        element = items
    return _loop(machine, node, frame, element)


def _loop(
    machine: Machine, node: ast.For | ast.AsyncFor | ast.While, frame: Frame, element: Value | None
) -> Flow:
    def once() -> Flow:
        if element is not None and not isinstance(node, ast.While):
            expressions.assign(machine, node.target, element, frame)
        flow = run_block(machine, node.body, frame)
        return Flow.NEXT if flow in (Flow.BREAK, Flow.CONTINUE) else flow

    flow = branch(machine, frame, [once, lambda: Flow.NEXT])
    if flow is Flow.NEXT:
        run_block(machine, node.orelse, frame)
    return flow


def _while(machine: Machine, node: ast.While, frame: Frame) -> Flow:
    for _ in range(UNROLL):
        test = expressions.evaluate(machine, node.test, frame)
        known = truth(machine, test, node.test, frame)
        if known is None or isinstance(node.test, ast.Constant):
            return _loop(machine, node, frame, None)
        if not known:
            return run_block(machine, node.orelse, frame)
        flow = run_block(machine, node.body, frame)
        if flow is Flow.BREAK:
            return Flow.NEXT
        if flow in (Flow.RETURN, Flow.RAISE):
            return flow
    return _loop(machine, node, frame, None)


def iterate(machine: Machine, value: Value, node: ast.AST, frame: Frame) -> list[Value] | Value:
    """The items of a value in order, or one value that stands for each of an unknown number."""
    if isinstance(value, Tensor):
        return _tensor_items(machine, value, Anchor(frame.env.unit, node))
    return builtins.items_of(machine, value)


def _tensor_items(machine: Machine, value: Tensor, at: Anchor) -> list[Value] | Value:
    """The items that unpacking or looping over a tensor gives: its entries along axis 0."""
    if isinstance(value.content, tuple):
        return [Number(item) if not isinstance(item, int) else Const(item) for item in value.content]
    first = None if value.dims is None or not value.dims else value.dims[0]
    if isinstance(first, int) and first <= 64 and not isinstance(value.batch, Along):
        return [index.subscript(machine, value, Const(i), at, "") for i in range(first)]
    if value.inputs and machine.trace is not None:
        machine.record(events.BRANCH, at, "", {"operand": value, "loop": True})
    return index.subscript(machine, value, Unknown(reasons.LOOP), at, "")


def _match(machine: Machine, node: ast.Match, frame: Frame) -> Flow:
    expressions.evaluate(machine, node.subject, frame)

    def case(body: list[ast.stmt], pattern: ast.pattern) -> Callable[[], Flow]:
        def run() -> Flow:
            for part in walk(pattern):
                name = getattr(part, "name", None) if isinstance(part, (ast.MatchAs, ast.MatchStar)) else None
                if name:
                    frame.assign(name, Unknown(reasons.ENTRY))
            return run_block(machine, body, frame)

        return run

    return branch(machine, frame, [*(case(c.body, c.pattern) for c in node.cases), lambda: Flow.NEXT])


_HANDLERS: dict[type[ast.stmt], Callable[..., Flow]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Global: _outer,
    ast.Nonlocal: _outer,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.If: _if,
    ast.Try: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Match: _match,
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = _try
