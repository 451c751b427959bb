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
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    NONE,
    Along,
    Broken,
    Const,
    Library,
    Number,
    Opaque,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, fresh, has_batch


def run(call: OpCall, function: Value, *args: Value) -> Value:
    """The result of calling a function at the place of ``call``."""
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
    return unpeel(call, run(call, call.first(), peel(elements)), mapped)


def fold(call: OpCall) -> Value:
    """``foldl`` and ``foldr``: one value out of all entries along axis 0."""
    elements = call.get("elems")
    folded = _mapped(call, elements)
    if folded is None:
        return unknown_result(call)
    entry = peel(elements)
    start = call.get("initializer")
    result = run(call, call.first(), entry if start == NONE else start, entry)
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
    result = run(call, call.first(), entry if start == NONE else start, entry)
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
    result = run(call, call.first(), step, states)
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
        return run(call, function, *parts)
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


# --- loops -----------------------------------------------------------------------------------------


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
