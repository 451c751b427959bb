"""Library functions that run functions, choose, print or leave the graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lambdalint.interp import events, reasons
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut
from lambdalint.interp.ops.several import combined, inputs_of, tensors_in, unknown_result
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.trailing import derived, operand
from lambdalint.interp.tensors import join_values, meet_batches
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    NONE,
    Along,
    Bound,
    Broken,
    Const,
    Function,
    Library,
    Number,
    Opaque,
    Partial,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, fresh, has_batch

_CALLABLE = (Function, Library, Bound, Partial)


def _run(call: OpCall, function: Value, *args: Value) -> Value:
    return call.machine.call(function, list(args), {}, call.at, call.text)


# --- one sample at a time --------------------------------------------------------------------------


def peel(value: Value) -> Value:
    """What a mapped function sees of a value: its entry along axis 0, for any index."""
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence(value.kind, [peel(item) for item in value.items])
    if isinstance(value, Unknown):
        return Tensor(None, CONSTANT, inputs=value.inputs) if value.tensor else value
    if not isinstance(value, Tensor):
        return value
    batch = value.batch
    if isinstance(batch, Along):
        batch = replace(batch, axis=batch.axis - 1) if batch.axis else CONSTANT
    elif isinstance(batch, Unsure):
        # The axis taken off may be the one with the samples.
        batch = Unsure(batch.reason)
    return derived(value, None if value.dims is None else value.dims[1:], batch, sign=value.sign)


def unpeel(call: OpCall, result: Value, mapped: Tensor) -> Value:
    """Stack the results of a mapped function along a new axis 0, which is ``mapped``'s."""
    if isinstance(result, Sequence) and result.items is not None:
        return Sequence(result.kind, [unpeel(call, item, mapped) for item in result.items])
    rows: Dim = mapped.dims[0] if mapped.dims else fresh()
    if isinstance(result, (Const, Number)) and result != NONE:
        result = Tensor((), CONSTANT, inputs=mapped.inputs)
    if not isinstance(result, Tensor):
        return Unknown(getattr(result, "reason", reasons.ENTRY), inputs=mapped.inputs)
    dims = None if result.dims is None else (rows, *result.dims)
    over, batch = mapped.batch, result.batch
    if isinstance(over, (Broken, Unsure)):
        batch = batch if isinstance(batch, Broken) else over
    elif isinstance(over, Along) and over.axis == 0:
        if isinstance(batch, Along):
            event = call.silent_event(events.MIXED, before=mapped, after=dims, axis=batch.axis + 1)
            batch = Broken((event,))
        elif not isinstance(batch, (Broken, Unsure)):
            batch = over
    elif has_batch(rows) and not isinstance(batch, Unsure):
        # Mapped over the indices of the samples: whether each picks its own is not followed.
        batch = Unsure("a function mapped over indices", carries=True)
    elif isinstance(batch, Along):
        batch = replace(batch, axis=batch.axis + 1)
    inputs = result.inputs | mapped.inputs
    return result.but(dims=dims, batch=batch, inputs=inputs, sign=result.sign, made=None)


def _mapped(call: OpCall, elements: Value) -> Tensor | None:
    tensors = elements.items if isinstance(elements, Sequence) else [elements]
    for value in tensors or []:
        made = operand(call, value)
        if isinstance(made, Tensor):
            return made
    return None


def map_fn(call: OpCall) -> Value:
    """``map_fn`` and ``vectorized_map``: the function sees one sample, the result gets the axis back."""
    elements = call.get("elems", "elements", "xs")
    mapped = _mapped(call, elements)
    if mapped is None:
        return unknown_result(call)
    return unpeel(call, _run(call, call.first(), peel(elements)), mapped)


def fold(call: OpCall) -> Value:
    """``foldl`` and ``foldr``: one value out of all entries along axis 0."""
    elements = call.get("elems")
    folded = _mapped(call, elements)
    if folded is None:
        return unknown_result(call)
    entry = peel(elements)
    start = call.get("initializer")
    result = _run(call, call.first(), entry if start == NONE else start, entry)
    return _over_axis(call, result, folded) if isinstance(result, Tensor) else result


def _over_axis(call: OpCall, result: Tensor, folded: Tensor) -> Tensor:
    """Mark what was computed across axis 0 of ``folded``."""
    if isinstance(folded.batch, Along) and folded.batch.axis == 0 and not isinstance(result.batch, Broken):
        event = call.silent_event(events.REDUCED, before=folded, after=result.dims, axis=0)
        return result.but(batch=Broken((event,)), inputs=result.inputs | folded.inputs)
    return result


def tf_scan(call: OpCall) -> Value:
    """``tf.scan``: every entry along axis 0 depends on those before it."""
    elements = call.get("elems")
    scanned = _mapped(call, elements)
    if scanned is None:
        return unknown_result(call)
    entry = peel(elements)
    start = call.get("initializer")
    result = _run(call, call.first(), entry if start == NONE else start, entry)
    stacked = unpeel(call, result, scanned)
    return _over_axis(call, stacked, scanned) if isinstance(stacked, Tensor) else stacked


def rnn(call: OpCall) -> Value:
    """``K.rnn``: the step function on one time step; last output, all outputs and states."""
    inputs = operand(call, call.get("inputs"))
    if (
        isinstance(inputs, Unknown)
        or (inputs.rank or 0) < 2
        or inputs.dims is None
        or call.constant("time_major")
    ):
        return unknown_result(call)
    step = derived(inputs, (inputs.dims[0], *inputs.dims[2:]), inputs.batch)
    states = call.get("initial_states")
    result = _run(call, call.first(), step, states)
    if not isinstance(result, Sequence) or result.items is None or len(result.items) != 2:
        return unknown_result(call)
    last, new_states = result.items
    outputs: Value = last
    if isinstance(last, Tensor) and last.dims:
        outputs = last.but(dims=(last.dims[0], inputs.dims[1], *last.dims[1:]), sign=last.sign)
    return Sequence("tuple", [last, outputs, new_states])


def map_structure(call: OpCall) -> Value:
    """A function on a tensor, or on each item of nested lists of the same form."""
    structures = next((value for value in call.args.values() if isinstance(value, Sequence)), None)
    if structures is None or not structures.items:
        return unknown_result(call)
    return _mapped_structure(call, call.first(), structures.items)


def _mapped_structure(call: OpCall, function: Value, parts: list[Value]) -> Value:
    lists = [part.items for part in parts if isinstance(part, Sequence) and part.items is not None]
    if not lists:
        return _run(call, function, *parts)
    if len(lists) != len(parts) or len({len(items) for items in lists}) != 1:
        return unknown_result(call)
    return Sequence("list", [_mapped_structure(call, function, list(row)) for row in zip(*lists)])


def flat_structure(call: OpCall) -> Value:
    """The items of nested lists in one list."""
    value = call.first()
    if isinstance(value, Unknown) or (isinstance(value, Sequence) and value.items is None):
        return unknown_result(call)
    return Sequence("list", list(_flat(value)))


def _flat(value: Value) -> Iterator[Value]:
    if isinstance(value, Sequence) and value.items is not None:
        for item in value.items:
            yield from _flat(item)
    else:
        yield value


def packed_structure(call: OpCall) -> Value:
    """The items of a flat list in the form of nested lists, or its only one in place of a tensor."""
    form, flat = call.first(), call.first(1)
    items = list(flat.items or ()) if isinstance(flat, Sequence) else []
    return _packed(form, items) if len(list(_flat(form))) == len(items) else unknown_result(call)


def _packed(form: Value, items: list[Value]) -> Value:
    if isinstance(form, Sequence) and form.items is not None:
        return Sequence(form.kind, [_packed(part, items) for part in form.items])
    return items.pop(0)


# --- choices ---------------------------------------------------------------------------------------


def _value_of(call: OpCall, value: Value) -> Value:
    return _run(call, value) if isinstance(value, _CALLABLE) else value


def cond(call: OpCall) -> Value:
    """``tf.cond``: the branch that is taken, or the join of both."""
    then, other = call.get("true_fn"), call.get("false_fn")
    known = call.constant("pred")
    if isinstance(known, (bool, int)):
        return _value_of(call, then if known else other)
    return _decided(call, join_values(_value_of(call, then), _value_of(call, other)), call.first())


def _decided(call: OpCall, made: Value, condition: Value) -> Value:
    """One of two values by a single truth: one made of the whole batch lets each sample depend on all.

    Whether any or all entries are such that there is work to do is asked to save work, not to mix samples.
    """
    if isinstance(made, Sequence) and made.items is not None:
        return Sequence(made.kind, [_decided(call, item, condition) for item in made.items])
    if not isinstance(made, Tensor) or not isinstance(condition, Tensor):
        return made
    batch = condition.batch
    if not isinstance(batch, Broken) or any(cause.text.endswith(("any", "all")) for cause in batch.causes):
        return made
    call.followed.add(id(condition))
    met = meet_batches([batch, made.batch])
    return made.but(batch=met, inputs=made.inputs | condition.inputs, sign=made.sign)


def switch(call: OpCall) -> Value:
    """``K.switch``: by a scalar condition, or entry by entry."""
    then = _value_of(call, call.get("then_expression", "then_branch"))
    other = _value_of(call, call.get("else_expression", "else_branch"))
    condition = call.first()
    if isinstance(condition, Const):
        return then if condition.value else other
    if isinstance(condition, Tensor) and condition.rank != 0:
        from lambdalint.interp.ops.families import FAMILIES

        condition = _stretched(condition, then)
        call.args = {**call.args, "condition": condition, "x": then, "y": other}
        for name in ("then_expression", "then_branch"):
            if name in call.args:
                call.args[name] = then
        for name in ("else_expression", "else_branch"):
            if name in call.args:
                call.args[name] = other
        return FAMILIES["where"](call)
    return _decided(call, join_values(then, other), condition)


def _stretched(condition: Tensor, then: Value) -> Tensor:
    """A condition of several axes, but fewer than the branches have, holds for all that lies behind them."""
    rank = then.rank if isinstance(then, Tensor) else None
    if condition.dims is None or rank is None or not 1 < len(condition.dims) < rank:
        return condition
    return condition.but(dims=(*condition.dims, *[1] * (rank - len(condition.dims))))


def in_train_phase(call: OpCall) -> Value:
    """One value while training, another when predicting."""
    return join_values(_value_of(call, call.first()), _value_of(call, call.get("alt")))


def switch_case(call: OpCall) -> Value:
    """``keras.ops.switch``: one of several functions."""
    branches, operands = call.get("branches"), call.get("operands")
    if not isinstance(branches, Sequence) or not branches.items or not isinstance(operands, Sequence):
        return unknown_result(call)
    result: Value | None = None
    for branch in branches.items:
        value = _run(call, branch, *(operands.items or []))
        result = value if result is None else join_values(result, value)
    return result if result is not None else unknown_result(call)


def select(call: OpCall) -> Value:
    """``select(conditions, choices)``: entry by entry."""
    operands = tensors_in(call)
    shapes = {tensor.dims for tensor in operands}
    batches = {tensor.batch for tensor in operands}
    if len(shapes) == 1 and len(batches) == 1:
        return combined(call, operands[0].dims, operands[0].batch)
    return unknown_result(call)


def while_loop(call: OpCall) -> Value:
    """A loop on tensors: how often it runs is not known, so neither is what it computes."""
    return unknown_result(call)


# --- leaving the graph -----------------------------------------------------------------------------


def python_function(call: OpCall) -> Value:
    """``py_function`` and ``numpy_function``: opaque; no gradient flows through the latter."""
    operands = tensors_in(call)
    cuts = cut(call, operands) if call.option("cut") else ()
    if isinstance(call.get("Tout"), Sequence):
        return unknown_result(call)
    return combined(call, None, Unsure("a Python function computes it", carries=True), cuts=cuts)


def eager(call: OpCall) -> Value:
    """``K.eval``, ``K.get_value``, ``convert_to_numpy``: a value that a graph does not have."""
    x = call.first()
    inputs = inputs_of(tensors_in(call))
    if inputs:
        call.event(events.EAGER, operand=x)
        return Unknown("the value of a tensor at run time", inputs=inputs)
    if isinstance(x, Tensor):
        return x.but(kind="ndarray", node=None, made=None, content=x.content)
    return x if isinstance(x, Const) else call.unknown("the value of a tensor at run time")


def side_effect(call: OpCall) -> Value:
    """A change of something outside of the function."""
    call.event(events.SIDE_EFFECT, operand=call.first())
    return NONE


def assign(call: OpCall) -> Value:
    """An assignment to a variable: a side effect whose result is the new value."""
    call.event(events.SIDE_EFFECT, operand=call.first())
    new = call.first(1)
    return new if isinstance(new, Tensor) else call.first()


def print_op(call: OpCall) -> Value:
    """A print in the graph; with ``operand`` it hands its operand on."""
    call.event(events.SIDE_EFFECT, operand=call.first())
    return call.first() if call.option("operand") else Opaque("operation", call.at)


def gradients(call: OpCall) -> Value:
    """Derivatives: each has the shape of what is varied; across samples they are not followed."""
    variables = call.first(1)
    if isinstance(variables, Sequence) and variables.items is not None:
        return Sequence("list", [_gradient(call, each) for each in variables.items])
    single = _gradient(call, variables)
    return Sequence("list", [single])


def _gradient(call: OpCall, variable: Value) -> Value:
    if not isinstance(variable, Tensor):
        return call.unknown("a derivative of something that is not known")
    batch = variable.batch if isinstance(variable.batch, Along) else Unsure("a derivative", carries=True)
    inputs = inputs_of(tensors_in(call))
    return derived(variable, variable.dims, batch, sign=ANY_SIGN).but(inputs=inputs)


# --- wrappers and objects --------------------------------------------------------------------------


def decorator(call: OpCall) -> Value:
    """A decorator that leaves what a function computes as it is; without one it waits for it."""
    function = call.first()
    return Library(call.op.name) if function == NONE else function


def opaque(call: OpCall) -> Value:
    """An object known by its kind only."""
    return Opaque(call.option("kind", "object"), call.at)


def context(call: OpCall) -> Value:
    """A context manager: ``name_scope``, ``device``, a gradient tape."""
    return Opaque(call.option("kind", "context"), call.at)


def none(call: OpCall) -> Value:
    """A call that returns ``None`` and changes nothing that is followed."""
    return NONE


CONTROL: dict[str, Family] = {
    "map_fn": map_fn,
    "fold": fold,
    "tf_scan": tf_scan,
    "rnn": rnn,
    "map_structure": map_structure,
    "flat_structure": flat_structure,
    "packed_structure": packed_structure,
    "cond": cond,
    "switch": switch,
    "in_train_phase": in_train_phase,
    "switch_case": switch_case,
    "select": select,
    "while_loop": while_loop,
    "python_function": python_function,
    "eager": eager,
    "side_effect": side_effect,
    "assign": assign,
    "print_op": print_op,
    "gradients": gradients,
    "decorator": decorator,
    "decorator_factory": opaque,
    "opaque": opaque,
    "context": context,
    "none": none,
}
