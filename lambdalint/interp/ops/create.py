"""Transfer functions that make tensors from shapes, numbers and lists, and those that ask for a shape."""

from __future__ import annotations

import math

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.broadcasting import broadcast
from lambdalint.interp.ops.drawn import DRAWN
from lambdalint.interp.ops.operands import known_sizes, operand, shape_of_argument
from lambdalint.interp.ops.questions import number, shape_sequence
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.written import (
    SHAPE_UNKNOWN,
    dim_argument,
    dtype_argument,
    made_of,
    sources_of,
    spread,
    variable_of,
    written_shape,
)
from lambdalint.interp.tensors import (
    RANK,
    SHAPE_OF_BATCH,
    Dims,
    as_tensor,
    batch_of_sizes,
    common_dtype,
    is_integer,
    is_size,
    result,
)
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import B, Dim, ceildiv, fresh, has_batch, is_counted, is_dynamic, product, sub

FEW = 64
"""How many entries of an integer tensor are kept."""


# --- shapes filled with a number -------------------------------------------------------------------


def filled(call: OpCall) -> Value:
    """``zeros`` and ``ones`` of a written shape; with the option ``variable`` as ``K.zeros`` makes them."""
    shape = call.get("shape")
    dims, batch = written_shape(call, shape)
    word = call.op.name.rpartition(".")[2]
    fill = {"zeros": 0, "ones": 1}.get(word)
    dtype = dtype_argument(call)
    sign = ANY_SIGN if fill is None else signs.exact(fill)
    content = None if fill is None else _same_entries(dims, dtype, fill)
    if call.option("variable") and _is_static(shape, dims):
        return variable_of(call, made_of(call, shape, dims, batch, dtype=dtype))
    return made_of(call, shape, dims, batch, dtype=dtype, sign=sign, content=content)


def _is_static(shape: Value, dims: Dims | None) -> bool:
    """Whether ``K.zeros`` makes a variable: where no size is left to the run, else it makes a tensor."""
    if isinstance(shape, Tensor):
        return dims is not None and all(isinstance(dim, int) for dim in dims)
    return dims is not None and not any(is_dynamic(dim) for dim in dims)


def _same_entries(dims: Dims | None, dtype: str | None, fill: Dim) -> Dim | tuple[Dim, ...] | None:
    if not is_integer(dtype) or dims is None:
        return None
    if not dims:
        return fill
    count = dims[0]
    return (fill,) * count if len(dims) == 1 and isinstance(count, int) and count <= FEW else None


def full(call: OpCall) -> Value:
    """A written shape filled with one value, itself broadcast where it is no scalar."""
    shape = call.get("shape", "dims")
    dims, batch = written_shape(call, shape)
    value = operand(call, call.get("fill_value", "value"))
    dtype = dtype_argument(call, value.dtype if isinstance(value, Tensor) else None)
    if isinstance(value, Unknown):
        made = made_of(call, shape, dims, batch, dtype=dtype)
        return made.but(inputs=made.inputs | value.inputs)
    fill = value.content if isinstance(value.content, int) else None
    content = None if fill is None else _same_entries(dims, dtype, fill)
    made = made_of(call, shape, dims, batch, dtype=dtype, sign=value.sign, content=content)
    return made if not value.inputs else spread(call, made, [value])


def eye(call: OpCall) -> Value:
    """An identity matrix, or one per entry of ``batch_shape``."""
    rows = dim_argument(call, call.first())
    wide = call.get("num_columns", "M", "m")
    columns = rows if wide == NONE else dim_argument(call, wide)
    outer: Dims = ()
    batch: Batch = CONSTANT
    lead = call.get("batch_shape")
    if lead != NONE:
        sizes, batch = written_shape(call, lead)
        if sizes is None:
            return made_of(call, lead, None, batch, dtype=dtype_argument(call), sign=signs.MASK)
        outer = sizes
    if has_batch(rows) or has_batch(columns):
        batch = Unsure("a matrix with a row for each sample")
    dims = (*outer, rows, columns)
    shape = Sequence("tuple", [call.first(), wide, lead])
    made = made_of(call, shape, dims, batch, dtype=dtype_argument(call), sign=signs.MASK)
    return variable_of(call, made) if call.option("variable") else made


# --- lists and ranges ------------------------------------------------------------------------------


def constant(call: OpCall) -> Value:
    """A tensor of given entries, or of one number in the given shape."""
    given = call.first()
    value = operand(call, given)
    shape = call.get("shape")
    if isinstance(given, Sequence) and given.items is None and given.lead and shape == NONE:
        # As a list it says more of its entries.
        return given
    if isinstance(value, Unknown) and is_size(value):
        return Tensor((), CONSTANT, dtype_argument(call, "int32"), signs.SIZE, call.machine.dim(value))
    if isinstance(value, Unknown) and not value.tensor and not value.inputs:
        # What is captured, as an array that is read from a file.
        return Tensor(None, CONSTANT, dtype_argument(call, None))
    if isinstance(value, Unknown):
        return value
    default = "float32" if call.op.name.startswith("keras.backend.") else value.dtype
    dtype = dtype_argument(call, default)
    if shape != NONE:
        dims, batch = written_shape(call, shape)
        return made_of(call, shape, dims, batch, dtype=dtype, sign=value.sign)
    if isinstance(given, Tensor) and given.kind != "ndarray":
        return value if dtype == value.dtype else value.but(dtype=dtype, content=value.content)
    kind = "keras" if value.kind == "keras" else "tensor"
    return value.but(kind=kind, dtype=dtype, content=value.content, rows=_rows(call, given))


def _rows(call: OpCall, given: Value) -> tuple[tuple[Dim, ...], ...] | None:
    """The entries of a list of lists of sizes."""
    lines = given.items or [] if isinstance(given, Sequence) else []
    rows: list[tuple[Dim, ...]] = []
    for line in lines:
        entries = shape_of_argument(call, line) if isinstance(line, (Sequence, Tensor)) else None
        if entries is None:
            return None
        rows.append(known_sizes(entries))
    return tuple(rows) or None


def arange(call: OpCall) -> Value:
    """A range of numbers; one that runs over the batch size has an entry for each sample."""
    start, stop = call.get("start"), call.get("stop", "limit")
    step = call.get("step", "delta")
    step = Const(1) if step == NONE else step
    if stop == NONE:
        start, stop = Const(0), start
    count, content = _range(call, start, stop, step)
    default = common_dtype(_number_type(value) for value in (start, stop, step))
    dtype = dtype_argument(call, default)
    if call.op.name.startswith("keras.backend.") and default not in (None, dtype) and dtype == "int32":
        # Keras 2 casts to every type but this one.
        dtype = None
    dims = (count,)
    sources = [source for source in sources_of(start, stop, step) if source.inputs]
    sign = ANY_SIGN
    if isinstance(start, Const) and _positive(step) and isinstance(start.value, (int, float)):
        sign = signs.make(float(start.value), signs.INF, "often" if start.value <= 0 else "never")
    made = result(sources, dims, batch_of_sizes(dims), dtype=dtype, sign=sign)
    stride = 1 if start == Const(0) and step == Const(1) and count == B else None
    return made.but(cuts=(), content=content if is_integer(dtype) else None, stride=stride)


def _number_type(value: Value) -> str | None:
    made = as_tensor(value)
    return made.dtype if isinstance(made, Tensor) else None


def _positive(step: Value) -> bool:
    return isinstance(step, Const) and isinstance(step.value, (int, float)) and step.value > 0


def _range(call: OpCall, start: Value, stop: Value, step: Value) -> tuple[Dim, tuple[Dim, ...] | None]:
    """How many numbers there are, and they themselves where they are few integers."""
    plain = [value.value for value in (start, stop, step) if isinstance(value, Const)]
    if len(plain) == 3 and all(isinstance(each, (int, float)) for each in plain):
        first, last, by = plain
        if by == 0:
            call.impossible("the step of the range is 0")
        if not all(map(math.isfinite, plain)):
            return fresh("?", dynamic=True), None
        count = max(0, int(-(-(last - first) // by)))
        whole = all(isinstance(each, int) for each in plain) and count <= FEW
        return count, tuple(range(first, last, by)) if whole else None
    if not isinstance(step, Const) or not isinstance(step.value, int) or step.value <= 0:
        return fresh("?", dynamic=True), None
    return ceildiv(sub(dim_argument(call, stop), dim_argument(call, start)), step.value), None


def linspace(call: OpCall) -> Value:
    """Numbers at equal distances, along a new axis where the ends are no scalars."""
    ends = [operand(call, call.get("start")), operand(call, call.get("stop"))]
    known = [end for end in ends if isinstance(end, Tensor)]
    count = dim_argument(call, call.get("num"))
    dims, batch = broadcast(call, known)
    if len(known) < 2 and any(end.inputs for end in ends):
        dims, batch = None, Unsure(SHAPE_UNKNOWN)
    axis = call.constant("axis", default=0)
    if axis != 0 and call.op.name == "keras.ops.geomspace" and any(end.rank for end in known):
        # Keras on TensorFlow scales the ends by numbers that it lines up with the first axis.
        dims, batch = None, Unsure(SHAPE_UNKNOWN, carries=any(end.inputs for end in ends))
    if dims is not None and isinstance(axis, int) and -len(dims) - 1 <= axis <= len(dims):
        position = axis % (len(dims) + 1)
        dims = (*dims[:position], count, *dims[position:])
        batch = _shifted(call, known, batch, dims, position)
    else:
        dims, batch = None, batch if not isinstance(batch, Along) else Unsure(SHAPE_UNKNOWN, carries=True)
    plain = [end.sign for end in known] if len(known) == 2 else [ANY_SIGN]
    sign = signs.union(plain) if call.op.name.endswith(("linspace", "lin_space")) else ANY_SIGN
    values = result(ends, dims, batch, dtype=dtype_argument(call), sign=sign)
    if call.constant("retstep", default=False) is True:
        return Sequence("tuple", [values, Unknown("the step of a range", inputs=values.inputs)])
    return values


def _shifted(call: OpCall, known: list[Tensor], batch: Batch, dims: Dims, position: int) -> Batch:
    if not isinstance(batch, Along) or batch.axis < position:
        return batch
    moved = batch.moved or call.silent_event(events.CHANGED, before=known[0], after=dims, axis=batch.axis)
    return Along(batch.axis + 1, batch.outer, batch.inner, moved, batch.folded)


# --- questions -------------------------------------------------------------------------------------


def _batch_of(x: Tensor) -> Batch:
    """Constant, unless the sizes may depend on the entries, as where some samples are picked."""
    settled = x.dims is not None and all(isinstance(size, int) or has_batch(size) for size in x.dims)
    picked = isinstance(x.batch, (Broken, Unsure)) and bool(x.inputs) and not settled
    if isinstance(x.batch, Unsure) and x.batch.reason in reasons.FACTS:
        return x.batch if picked else CONSTANT
    open_sizes = [size for size in x.dims or () if not isinstance(size, int) and not has_batch(size)]
    known = bool(open_sizes) and all(map(is_counted, open_sizes)) and isinstance(x.batch, Broken)
    return Unsure(reasons.COUNTED if known else SHAPE_UNKNOWN, carries=True) if picked else CONSTANT


def shape_of(call: OpCall) -> Value:
    """The dynamic shape: a vector of sizes that the interpreter follows."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return call.unknown(SHAPE_UNKNOWN) if not x.inputs else x
    out = call.constant("out_type")
    count = fresh() if x.dims is None else len(x.dims)
    made = result(
        [x], (count,), _batch_of(x), dtype=out if isinstance(out, str) else "int32", sign=signs.SIZE
    )
    starts = x.dims is None and isinstance(x.batch, Along) and x.batch.axis == 0 and x.batch.plain
    label = SHAPE_OF_BATCH if starts else ""
    return made.but(content=x.dims, cuts=(), random=False, label=label)


def int_shape(call: OpCall) -> Value:
    """The static shape as a Python tuple, ``None`` where a size is left to the run."""
    x = operand(call, call.first())
    return call.unknown(SHAPE_UNKNOWN) if isinstance(x, Unknown) else shape_sequence(x)


def ndim(call: OpCall) -> Value:
    """The number of axes: a Python number, or a scalar tensor with the option ``tensor``."""
    x = operand(call, call.first())
    if isinstance(x, Unknown) or x.rank is None:
        return call.machine.unknown("the rank is not known", RANK)
    if not call.option("tensor"):
        return Const(x.rank)
    return Tensor((), CONSTANT, "int32", signs.exact(x.rank), content=x.rank)


def size(call: OpCall) -> Value:
    """The number of entries: a scalar tensor, or NumPy's Python number."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return call.unknown(SHAPE_UNKNOWN) if not x.inputs else x
    count: Dim | None = None if x.dims is None else product(x.dims)
    if call.op.name.startswith("numpy."):
        known = call.get("axis") == NONE and count is not None
        return number(count) if known and count is not None else call.unknown(SHAPE_UNKNOWN)
    out = call.constant("out_type")
    made = result([x], (), CONSTANT, dtype=out if isinstance(out, str) else "int32", sign=signs.SIZE)
    return made.but(content=count, cuts=(), random=False)


def epsilon(call: OpCall) -> Value:
    """The small number that Keras adds to divisors."""
    return Const(1e-7)


FAMILIES: dict[str, Family] = {
    "zeros": filled,
    "ones": filled,
    "full": full,
    "eye": eye,
    "constant": constant,
    "arange": arange,
    "linspace": linspace,
    **DRAWN,
    "shape_of": shape_of,
    "int_shape": int_shape,
    "ndim": ndim,
    "size": size,
    "epsilon": epsilon,
}
