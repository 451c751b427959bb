"""Connectionist temporal classification: losses of sequences, and the labels that they decode to.

A sparse tensor stands as the dense one that it becomes.
"""

from __future__ import annotations

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut
from lambdalint.interp.ops.delegate import delegate
from lambdalint.interp.ops.several import tensors_in, unknown_result
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.trailing import operand
from lambdalint.interp.tensors import meet_batches, result
from lambdalint.interp.values import (
    ANY_SIGN,
    FALSE,
    NONE,
    TRUE,
    Along,
    Batch,
    Broken,
    Const,
    Sequence,
    Sign,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, fresh

_FILLED_UP = Sign(low=-1.0, zero="often", whole=True)
"""The range of labels that are filled up with -1."""


def _by_sequence(call: OpCall, scores: Value) -> Tensor | Unknown:
    """Scores with the axis of sequences in front; samples along the axis of time are mixed."""
    x = operand(call, scores)
    if call.get("time_major", "logits_time_major") != FALSE and isinstance(x, Tensor):
        if x.dims is None and isinstance(x.batch, Along):
            x = x.but(dims=(fresh(), fresh(), fresh()))
        x = operand(call, delegate(call, "swapaxes", {"x": x, "axis1": Const(0), "axis2": Const(1)}))
    if isinstance(x, Tensor) and isinstance(x.batch, Along) and x.batch.axis:
        return x.but(batch=Broken((call.silent_event(events.MIXED, before=x, after=None, axis=0),)))
    return x


def _samples(call: OpCall, scores: Tensor) -> Batch:
    """The batch of what is computed from scores, one by one, and from lengths and labels of theirs."""
    others = [each.batch for each in tensors_in(call) if each is not operand(call, _scores(call))]
    return meet_batches([scores.batch, *others])


def _scores(call: OpCall) -> Value:
    scores = call.get("logits", "inputs", "y_pred")
    return call.get("inputs") if scores == NONE else scores


def ctc_loss(call: OpCall) -> Value:
    """A loss for each sequence, of scores with the axis of time in front unless the call says otherwise."""
    scores = _by_sequence(call, _scores(call))
    if isinstance(scores, Unknown):
        return unknown_result(call)
    dims = scores.dims and scores.dims[:1]
    return result(tensors_in(call), dims, _samples(call, scores), dtype="float32")


def ctc_decoded(call: OpCall) -> Value:
    """The labels of the likeliest paths, a tensor for each path, and the likelihood of the paths.

    How many labels there are is decided by the longest sequence; ``filled`` for those that are filled up
    to the length of the scores, with the samples in front.
    """
    filled = bool(call.option("filled"))
    scores = operand(call, _scores(call)) if filled else _by_sequence(call, _scores(call))
    if isinstance(scores, Unknown):
        return unknown_result(call)
    batch = _samples(call, scores)
    rows: Dim = scores.dims[0] if scores.dims else fresh()
    lasting = Unsure(reasons.LONGEST, carries=True) if isinstance(batch, Along) and not filled else batch
    count = _paths(call)
    operands = tensors_in(call)
    lost = {"dtype": "int64", "sign": _FILLED_UP if filled else signs.COUNT, "cuts": cut(call, operands)}
    labels = result(operands, (rows, fresh(dynamic=True)), lasting, **lost)
    size: Dim = fresh() if count is None else count
    scored = result(operands, (rows, size), batch, dtype="float32", cuts=lost["cuts"])
    paths = Sequence("list", None, labels) if count is None else Sequence("list", [labels] * count)
    return Sequence("tuple", [paths, scored])


def _paths(call: OpCall) -> int | None:
    """How many paths are followed; ``None`` where that is not known."""
    greedy = call.get("greedy", "strategy") in (TRUE, Const("greedy")) or "top_paths" not in call.args
    count = 1 if greedy else call.constant("top_paths")
    return count if isinstance(count, int) and 0 < count <= _MOST_PATHS else None


_MOST_PATHS = 100


def ctc_decoded_together(call: OpCall) -> Value:
    """``keras.ops.ctc_decode``: the labels of all paths in one tensor, the paths along axis 0."""
    scores = operand(call, _scores(call))
    if isinstance(scores, Unknown):
        return unknown_result(call)
    batch, operands = _samples(call, scores), tensors_in(call)
    rows: Dim = scores.dims[0] if scores.dims else fresh()
    count = _paths(call)
    size: Dim = fresh() if count is None else count
    dims = (size, rows, fresh(dynamic=True))
    place = batch
    if isinstance(batch, Along):
        moved = call.silent_event(events.CHANGED, before=scores, after=dims, axis=0)
        place = Along(1, batch.outer, batch.inner, moved, batch.folded)
    cuts = cut(call, operands)
    labels = result(operands, dims, place, dtype="int32", sign=_FILLED_UP, cuts=cuts)
    scored = result(operands, (rows, size), batch, dtype="float32", sign=ANY_SIGN, cuts=cuts)
    return Sequence("tuple", [labels, scored])


CTC: dict[str, Family] = {
    "ctc_loss": ctc_loss,
    "ctc_decoded": ctc_decoded,
    "ctc_decoded_together": ctc_decoded_together,
}
