"""Single examples read from records: the tensors of their features, which have no batch axis."""

from __future__ import annotations

from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.elementwise import dtype_name
from lambdalint.interp.ops.operands import shape_of_argument
from lambdalint.interp.ops.several import tensors_in
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import Dims, result
from lambdalint.interp.values import (
    CONSTANT,
    Along,
    Const,
    Dictionary,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, fresh


def feature(call: OpCall) -> Value:
    """The description of a feature: its shape and type; ``several`` says that it is a row of such entries."""
    shape = call.get("shape") if "shape" in call.args else Sequence("tuple", [])
    return Sequence("tuple", [shape, call.get("dtype"), Const(bool(call.option("several")))])


def parsed(call: OpCall) -> Value:
    """The features of one example by name."""
    features = call.get("features")
    if not isinstance(features, Dictionary):
        return call.unknown("the features are not known")
    return Dictionary(
        {name: _tensor(call, value) for name, value in features.items.items()}, features.complete
    )


def _tensor(call: OpCall, value: Value) -> Value:
    if not isinstance(value, Sequence) or value.items is None or len(value.items) != 3:
        return Unknown("the features are not known")
    shape, dtype, several = value.items
    sizes = shape_of_argument(call, shape)
    if sizes is None:
        return Tensor(None, CONSTANT, dtype_name(dtype))
    dims: Dims = tuple(fresh() if size is None else size for size in sizes)
    first: tuple[Dim, ...] = (fresh(dynamic=True),) if several == Const(True) else ()
    return Tensor((*first, *dims), CONSTANT, dtype_name(dtype))


def single_item(call: OpCall) -> Value:
    """What is made of a single string, such as a picture's file: there is no batch."""
    operands = tensors_in(call)
    first = operands[0].batch if operands else CONSTANT
    batch = Unsure(f"{call.op.name} is of a single item") if isinstance(first, Along) else first
    dims: Dims | None = None
    if call.option("rank"):
        channels = call.constant("channels")
        known = isinstance(channels, int) and channels > 0
        dims = (fresh(dynamic=True), fresh(dynamic=True), channels if known else fresh())
    return result(operands, dims, batch, dtype=call.option("dtype") or None)


RECORDS: dict[str, Family] = {"feature": feature, "parsed": parsed, "single_item": single_item}
