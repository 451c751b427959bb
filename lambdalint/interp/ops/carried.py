"""Running an operation, and what its result depends on beyond the operands that it is about."""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.interp import reasons
from lambdalint.interp.call import OpCall
from lambdalint.interp.values import ANY_SIGN, Along, Batch, Broken, Constant, Sequence, Tensor, Unsure, Value
from lambdalint.layers.dims import fresh

REASON = "samples reach an argument that is not meant for them"

_QUESTIONS = """
    assign concat constant context decorator dtype_of eager first_argument flat_structure fold get_item
    gradients identity in_train_phase int_shape is_tensor like map_fn map_structure ndim none opaque
    packed_structure placeholder print_op python_function rnn shape_of shape_tuple side_effect size size_of
    stack static_value switch_case tf_concat tf_scan variable while_loop
"""
_ALONE = frozenset(_QUESTIONS.split())
"""Families that look at their operands in ways of their own, or depend on no entry of them."""


def performed(call: OpCall) -> Value:
    """The result of a call.

    No transfer function looks for samples in a rate, a window or a number of repeats: where there are
    some, nothing is claimed of where they are in the result.

    Raises:
        Impossible: the operation cannot run on these operands.
    """
    for parameter in call.op.parameters[1:]:
        value = call.args.get(parameter.name)
        if parameter.default is not None and isinstance(value, Tensor) and value is call.first():
            # Whether the transfer function looks at an option is another question than for the operand.
            call.args[parameter.name] = value.but(content=value.content)
    made = call.op.run(call)
    left = [value for value in call.args.values() if isinstance(value, (Tensor, Sequence))]
    strays = [tensor for value in left for tensor in _strays(call, value)]
    if not strays or getattr(call.op.run, "__name__", "") in _ALONE:
        return made
    return _depending(made, strays, bool(call.option("keeps_rank")))


def _strays(call: OpCall, value: Value) -> Iterator[Tensor]:
    """The tensors of an argument that carry samples and that the transfer function did not look at."""
    if id(value) in call.followed:
        return
    for each in value.items or () if isinstance(value, Sequence) else (value,):
        if isinstance(each, Tensor) and each.inputs and not isinstance(each.batch, Constant):
            if id(each) not in call.followed:
                yield each


def _depending(made: Value, strays: list[Tensor], keeps_rank: bool) -> Value:
    if isinstance(made, Sequence) and made.items is not None:
        items = [_depending(item, strays, keeps_rank) for item in made.items]
        return Sequence(made.kind, items, birth=made.birth)
    if not isinstance(made, Tensor):
        return made
    dims = made.dims
    if any(tensor.rank != 0 for tensor in strays):
        dims = tuple(fresh() for _ in dims) if dims is not None and keeps_rank else None
    return made.but(
        dims=dims,
        batch=made.batch if isinstance(made.batch, Broken) else _unsure(made.batch, strays),
        sign=ANY_SIGN,
        inputs=made.inputs.union(*(tensor.inputs for tensor in strays)),
    )


def _unsure(batch: Batch, strays: list[Tensor]) -> Unsure:
    """Why the samples of a result are not followed; where none reach it, that is known of its arguments."""
    known = [s.batch for s in strays if isinstance(s.batch, Unsure) and s.batch.reason in reasons.FACTS]
    if len(known) < len(strays):
        return Unsure(REASON, carries=True)
    return Unsure(known[0].reason, any(each.carries for each in known) or isinstance(batch, Along))
