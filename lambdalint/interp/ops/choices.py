"""Library functions that choose: one of several values or functions, by one truth or entry by entry."""

from __future__ import annotations

from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.ops.control import run
from lambdalint.interp.ops.several import combined, tensors_in, unknown_result
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import join_values, meet_batches
from lambdalint.interp.values import (
    NONE,
    Bound,
    Broken,
    Const,
    Dictionary,
    Function,
    Library,
    Partial,
    Sequence,
    Tensor,
    Value,
)

_CALLABLE = (Function, Library, Bound, Partial)


def _value_of(call: OpCall, value: Value) -> Value:
    return run(call, value) if isinstance(value, _CALLABLE) else value


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
    return _any_of(call, branches.items, *(operands.items or []))


def tf_case(call: OpCall) -> Value:
    """``tf.case``: the value of the first function whose condition is true."""
    pairs = call.first()
    listed = list(pairs.items or ()) if isinstance(pairs, Sequence) else []
    parts = [pair.items for pair in listed if isinstance(pair, Sequence)]
    if not parts or any(part is None or len(part) != 2 for part in parts):
        return unknown_result(call)
    conditions, functions = zip(*(part for part in parts if part))
    last = [call.get("default")] if call.get("default") != NONE else []
    made = _any_of(call, [*functions, *last])
    for condition in conditions:
        made = _decided(call, made, condition)
    return made


def _listed(value: Value) -> bool:
    return isinstance(value, Sequence) and bool(value.items)


def tf_switch_case(call: OpCall) -> Value:
    """``tf.switch_case``: the value of one of several functions, by number."""
    branches = call.get("branch_fns")
    functions = list(branches.items.values()) if isinstance(branches, Dictionary) else []
    if isinstance(branches, Sequence) and branches.items:
        pairs = [each.items[-1] for each in branches.items if isinstance(each, Sequence) and each.items]
        functions = pairs or branches.items
    last = [call.get("default")] if call.get("default") != NONE else []
    return _decided(call, _any_of(call, [*functions, *last]), call.first())


def _any_of(call: OpCall, functions: list[Value], *args: Value) -> Value:
    """What is known of the result of one of these."""
    made: Value | None = None
    for function in functions:
        value = run(call, function, *args)
        made = value if made is None else join_values(made, value)
    return unknown_result(call) if made is None else made


def select(call: OpCall) -> Value:
    """``select(conditions, choices)``: entry by entry."""
    operands = tensors_in(call)
    if not operands or not all(_listed(call.first(position)) for position in (0, 1)):
        return unknown_result(call)
    dims, batch = broadcast(call, operands)
    return combined(call, dims, batch)


CHOICES: dict[str, Family] = {
    "cond": cond,
    "switch": switch,
    "in_train_phase": in_train_phase,
    "switch_case": switch_case,
    "tf_case": tf_case,
    "tf_switch_case": tf_switch_case,
    "select": select,
}
