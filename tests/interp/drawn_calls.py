"""Steps of random bodies drawn from the operation tables, and steps that take several operations."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from lambdalint.interp.call import Op
from lambdalint.interp.ops import library
from lambdalint.interp.values import NONE
from tests.interp import introspect
from tests.interp.building import Builder, Step
from tests.interp.programs import BatchSize, Ref

LIBRARIES = ("keras.backend", "keras.ops", "keras", "tensorflow")

_NOT_DRAWN_NAMES = """
    assign batch_moments cond const context ctc_batch_cost decorator dropout dtype_of eager first_argument
    flat_structure fold gradients int_shape is_tensor learning_phase map_fn map_structure ndim noise none
    opaque placeholder print_op python_function python_number random random_categorical rnn shape_of
    scatter_variable shape_tuple shuffle side_effect size size_of static_value switch_case tf_case
    tf_scan tf_switch_case unknown_result variable while_loop in_train_phase rearrange epsilon
"""
NOT_DRAWN = frozenset(_NOT_DRAWN_NAMES.split())
"""Families of what has an effect, draws numbers, takes functions, or gives no tensor."""

NAMES_NOT_DRAWN = re.compile(
    r"adaptive_\w+_pool|preprocess_input|empty|sequence_mask|bincount|confusion_matrix|elastic_transform|cholesky"
)
"""Functions that end the process, make as many entries as an entry says, or whose values are left open."""


@cache
def drawable() -> tuple[Op, ...]:
    """The rows of one or two operands whose function is installed."""
    found = []
    for prefix in LIBRARIES:
        for name in introspect.rows(prefix):
            op = library.lookup(f"{prefix}.{name}")
            if op is None or NAMES_NOT_DRAWN.search(op.name) or introspect.real(prefix, name) is None:
                continue
            if getattr(op.run, "__name__", "") not in NOT_DRAWN and 1 <= _needed(op) <= 2:
                found.append(op)
    return tuple(sorted(found, key=lambda op: op.name))


def _needed(op: Op) -> int:
    return sum(each.default is None and not each.variadic for each in op.parameters)


@cache
def families() -> tuple[tuple[Op, ...], ...]:
    """The drawable rows by family, so that each family is as likely as any other."""
    grouped: dict[str, list[Op]] = {}
    for op in drawable():
        grouped.setdefault(getattr(op.run, "__name__", ""), []).append(op)
    return tuple(tuple(grouped[name]) for name in sorted(grouped))


def _table_step(b: Builder) -> Step:
    """Any function of the tables, on one tensor or two, along some axis."""
    op = b.of(drawable()) if b.chance() else b.of(b.of(families()))
    ref, x = b.tensor(1)
    operands: list[Any] = [ref]
    if _needed(op) == 2:
        operands.append(_second(b, ref))
    named = {each.name: each.default for each in op.parameters[len(operands) :]}
    kwargs: dict[str, Any] = {}
    for name in ("axis", "axes", "keepdims"):
        if name in named and b.chance():
            kwargs[name] = b.chance() if name == "keepdims" else b.axis(x)
    if named.get("axes", NONE) != NONE and isinstance(kwargs.get("axes"), int):
        kwargs["axes"] = [kwargs["axes"]]
    return op.name, tuple(operands), kwargs


def _second(b: Builder, first: Ref) -> Any:
    kind = b.number(0, 5)
    if kind == 0:
        return b.number(-1, 3)
    if kind == 1:
        return [b.number(0, 2) for _ in range(b.number(1, 3))]
    whole = b.last("int32", "int64")
    if kind == 2 and whole is not None:
        return whole
    return first if kind == 3 else b.tensor(1)[0]


def _of_masks_step(b: Builder) -> Step:
    """Masks: combined, counted, used to pick."""
    ref, x = b.tensor(1)
    mask = b.last("bool") or b.do((f"binary:{b.of(['>', '<='])}", (ref, 0.0), {}))
    kind = b.number(0, 4)
    if kind == 0:
        return "tensorflow.boolean_mask", (ref, mask), {}
    if kind == 1:
        other = b.do(("tensorflow.less", (ref, 1.0), {}))
        return b.of(["tensorflow.logical_and", "keras.ops.logical_or"]), (mask, other), {}
    if kind == 2:
        return b.of(["keras.backend.any", "tensorflow.reduce_all"]), (mask,), {"axis": b.axis(x)}
    if kind == 3:
        counted = b.do(("tensorflow.cast", (mask, "float32"), {}))
        count = b.do(("tensorflow.reduce_sum", (counted,), {"axis": b.axis(x), "keepdims": True}))
        guard = b.of([("keras.backend.maximum", (count, 1.0)), ("binary:+", (count, 1e-7))])
        return "binary:/", (ref, b.do((*guard, {}))), {}
    return "keras.backend.switch", (mask, ref, b.tensor(1)[0]), {}


def _by_shape_step(b: Builder) -> Step:
    """Reshapes to sizes that are computed from the tensor's own shape."""
    ref, x = b.tensor(2)
    shape = b.do(("tensorflow.shape", (ref,), {}))
    rank = x.rank or 2
    at = b.number(1, rank - 1)
    front = b.do(("subscript:", (shape, slice(None, at)), {}))
    kind = b.number(0, 3)
    if kind == 0:
        rest = b.do(("subscript:", (shape, slice(at, None)), {}))
        size = b.do(("tensorflow.reduce_prod", (rest,), {}))
        target = b.do(("tensorflow.concat", ([front, [size]], 0), {}))
    elif kind == 1:
        target = b.do(("tensorflow.concat", ([front, [-1]],), {"axis": 0}))
    elif kind == 2:
        first = b.do(("subscript:", (shape, 0), {}))
        second = b.do(("subscript:", (shape, 1), {}))
        folded = b.do(("binary:*", (first, second), {}))
        flat = b.do(("tensorflow.reshape", (ref, [folded, *b.sizes(x)[2:]]), {}))
        if b.chance():
            return b.of(["tensorflow.square", "keras.backend.relu"]), (flat,), {}
        used = b.do(("tensorflow.sigmoid", (flat,), {}))
        return "tensorflow.reshape", (used, shape), {}
    else:
        target = b.do(("tensorflow.concat", ([front, [1], b.sizes(x)[at:]], 0), {}))
    return "tensorflow.reshape", (ref, target), {}


def _convolution_step(b: Builder) -> Step:
    """Convolutions and the like with kernels of ones."""
    ref, x = b.tensor(3)
    rank = (x.rank or 3) - 2
    channels = (x.dims or (1,))[-1]
    if not isinstance(channels, int) or not 1 <= rank <= 3:
        return "keras.backend.square", (ref,), {}
    sizes = [dim for dim in (x.dims or ())[1:-1] if isinstance(dim, int)]
    window = b.number(1, max(min(sizes, default=1), 1))
    depthwise = rank == 2 and b.chance(3)
    last = b.size()
    kernel = b.do(("tensorflow.ones", ([*[window] * rank, channels, last],), {}))
    padding = b.of(["valid", "same"])
    if depthwise:
        return "keras.backend.depthwise_conv2d", (ref, kernel), {"padding": padding}
    if rank == 2 and b.chance(3):
        return "tensorflow.nn.conv2d", (ref, kernel), {"strides": b.of([1, 2]), "padding": padding.upper()}
    return f"keras.backend.conv{rank}d", (ref, kernel), {"strides": _strides(b, rank), "padding": padding}


def _strides(b: Builder, rank: int) -> Any:
    step = b.of([1, 2])
    return step if rank == 1 else (step,) * rank


def _contraction_step(b: Builder) -> Step:
    """Products with constants, and einsum with an ellipsis."""
    ref, x = b.tensor(2)
    last = (x.dims or (1,))[-1]
    if not isinstance(last, int):
        return "tensorflow.transpose", (ref,), {}
    weights = b.do(("tensorflow.ones", ([last, b.size()],), {}))
    kind = b.number(0, 5)
    if kind == 0:
        return "tensorflow.einsum", ("...i,ij->...j", ref, weights), {}
    if kind == 1:
        return "tensorflow.einsum", (b.of(["b...->b...", "b...->...b", "b...->...", "...i->..."]), ref), {}
    if kind == 2:
        return "tensorflow.tensordot", (ref, weights), {"axes": [[-1], [0]]}
    if kind == 3:
        return "keras.backend.dot", (ref, weights), {}
    if kind == 4:
        return "tensorflow.matmul", (ref, weights), {"transpose_b": b.chance(3)}
    return "keras.backend.bias_add", (ref, b.do(("tensorflow.ones", ([last],), {}))), {}


def _safe_step(b: Builder) -> Step:
    """Divisors that are kept away from 0 in the usual ways."""
    ref, x = b.tensor(1)
    norm = b.do(("tensorflow.reduce_sum", (ref,), {"axis": b.axis(x), "keepdims": True}))
    made = b.do((b.of(["tensorflow.square", "tensorflow.abs", "keras.backend.exp"]), (norm,), {}))
    kind = b.number(0, 4)
    if kind == 0:
        return "tensorflow.math.divide_no_nan", (ref, made), {}
    guards: list[tuple[str, tuple[Any, ...]]] = [
        ("keras.backend.maximum", (made, 1e-7)),
        ("binary:+", (made, 1e-7)),
        ("keras.backend.clip", (made, 1e-7, 10.0)),
        ("tensorflow.sqrt", (made,)),
    ]
    return "binary:/", (ref, b.do((*b.of(guards), {}))), {}


def _rows_step(b: Builder) -> Step:
    """One row, or one matrix, of constants for each sample."""
    count: Any = BatchSize() if b.chance() else b.of([1, 1, 3])
    made = b.do((b.of(["tensorflow.ones", "tensorflow.zeros"]), ([count, b.size()],), {}))
    ref, x = b.tensor(1)
    if x.rank and b.chance():
        return b.of(["binary:*", "binary:+", "tensorflow.matmul"]), (ref, made), {}
    return "keras.backend.concatenate", ([ref, made],), {"axis": b.of([-1, 1, 0])}


def _sequences_step(b: Builder) -> Step:
    """Losses of sequences of scores, and the labels that they decode to."""
    ref, x = b.tensor(3)
    if x.rank != 3 or not isinstance(time := (x.dims or ())[1], int):
        return "keras.backend.square", (ref,), {}
    scores = b.do(("tensorflow.nn.softmax", (ref,), {}))
    steps = b.do(("tensorflow.fill", ([BatchSize()], time), {}))
    name = b.of(["keras.backend.ctc_decode", "keras.ops.ctc_decode", "tensorflow.nn.ctc_greedy_decoder",
                 "tensorflow.nn.ctc_beam_search_decoder", "tensorflow.nn.ctc_loss"])  # fmt: skip
    if name.startswith("tensorflow.") and not b.chance(4):
        scores = b.do(("tensorflow.transpose", (scores, [1, 0, 2]), {}))
    if not name.endswith("loss"):
        return f"item:{name}", (b.number(0, 1), scores, steps), {}
    labels = b.do(("tensorflow.ones", ([BatchSize(), 1], "int32"), {}))
    ones = b.do(("tensorflow.fill", ([BatchSize()], 1), {}))
    return name, (labels, scores, ones, steps), {"blank_index": 0}


def _own_rows_step(b: Builder) -> Step:
    """Entries that each sample picks among its own, by its number."""
    ref, x = b.tensor(2)
    count = (x.dims or (1, 1))[1]
    if not isinstance(count, int):
        return "keras.backend.square", (ref,), {}
    scores = (
        ref if x.rank == 2 else b.do(("tensorflow.reduce_sum", (ref,), {"axis": [*range(2, x.rank or 2)]}))
    )
    places = b.do(("tensorflow.argsort", (scores,), {}))
    column = b.do(("tensorflow.expand_dims", (b.do(("tensorflow.range", (BatchSize(),), {})), -1), {}))
    kind = b.number(0, 3)
    if kind:
        copies = [("tensorflow.tile", [1, count], {}), ("keras.backend.repeat_elements", count, {"axis": 1})]
        name, many, named = b.of(copies)
        column = b.do((name, (column, many), named))
    if kind == 1:
        vectors = b.do(("tensorflow.stack", ([column, places],), {"axis": b.of([-1, -1, 1])}))
        return "tensorflow.gather_nd", (ref, vectors), {}
    rows = b.do(("binary:*", (column, b.of([count, count, 2])), {}))
    at = b.do((f"binary:{b.of(['+', '+', '-'])}", (rows, places), {}))
    if kind == 2:
        at = b.do(("tensorflow.reshape", (at, [-1]), {}))
    flat = b.do(("tensorflow.reshape", (ref, [-1, *b.sizes(x)[2:]]), {}))
    return "tensorflow.gather", (flat, at), {}


STEPS = (
    *(_table_step,) * 6,
    _sequences_step,
    _own_rows_step,
    *(_of_masks_step, _by_shape_step, _convolution_step, _contraction_step, _safe_step, _rows_step),
)
