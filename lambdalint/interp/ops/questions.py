"""Library functions that tell about a tensor or about the library, and constants with a name."""

from __future__ import annotations

from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.trailing import operand
from lambdalint.interp.values import CONSTANT, Along, Const, Number, Sequence, Tensor, Unknown, Value
from lambdalint.layers.dims import B, Dim, fresh, is_dynamic, product

_WORDS = {"True": True, "False": False}


def number(dim: Dim) -> Value:
    """The size of an axis as the Python value that a static shape holds."""
    return Const(dim) if isinstance(dim, int) else Number(dim, maybe_none=is_dynamic(dim))


def shape_sequence(x: Tensor) -> Sequence:
    """A static shape: a tuple of sizes, of unknown length where the rank is unknown."""
    if x.dims is None:
        rows = isinstance(x.batch, Along) and x.batch.axis == 0 and x.batch.plain
        return Sequence("tuple", None, lead=(number(B),) if rows else ())
    return Sequence("tuple", [number(dim) for dim in x.dims])


def const(call: OpCall) -> Value:
    """A plain answer: the option ``value``."""
    word = call.option("value")
    return Const(_WORDS.get(word, word))


def dtype_of(call: OpCall) -> Value:
    """The name of a tensor's type."""
    x = call.tensor(call.first())
    if isinstance(x, Unknown) or x.dtype is None:
        return Unknown("the type is not known")
    return Const(x.dtype)


def size_of(call: OpCall) -> Value:
    """``K.count_params``: the number of entries as a Python number."""
    x = operand(call, call.first())
    if isinstance(x, Unknown) or x.dims is None:
        return call.unknown("the shape is not known")
    return number(product(x.dims))


def shape_tuple(call: OpCall) -> Value:
    """``keras.ops.shape``: a tuple of numbers, those that are only known at run time among them."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    if x.dims is None:
        return shape_sequence(x)
    return Sequence("tuple", [Const(dim) if isinstance(dim, int) else Number(dim) for dim in x.dims])


def is_tensor(call: OpCall) -> Value:
    """Whether the argument is a tensor."""
    x = call.first()
    if isinstance(x, Tensor):
        return Const(x.kind != "ndarray")
    return Unknown("whether it is a tensor") if isinstance(x, Unknown) else Const(False)


def python_number(call: OpCall) -> Value:
    """A Python number or truth value that only a run can tell."""
    return Unknown("known at run time only")


def static_value(call: OpCall) -> Value:
    """``tf.get_static_value``: the content of a tensor where it is known before the run."""
    x = call.first()
    if isinstance(x, Tensor) and isinstance(x.content, int):
        return Const(x.content)
    return x if isinstance(x, Const) else Unknown("known at run time only")


def first_argument(call: OpCall) -> Value:
    """The first argument, unchanged."""
    return call.first()


def set_shape(call: OpCall) -> Value:
    """``ensure_shape``: the tensor, of which the written sizes are known from here on."""
    x = operand(call, call.first())
    return x if isinstance(x, Unknown) else with_shape(call, x, call.get("shape"))


def with_shape(call: OpCall, x: Tensor, shape: Value) -> Tensor:
    """``x`` with the sizes of a written shape put in where its own are symbols."""
    if not isinstance(shape, Sequence) or shape.items is None:
        return x
    written = shape.items
    if x.dims is None:
        dims: list[Dim] = [_merged(call, fresh(), item) for item in written]
        if isinstance(x.batch, Along):
            if x.batch.axis >= len(dims):
                return x
            if x.batch.plain:
                dims[x.batch.axis] = B
        return x.but(dims=tuple(dims), content=x.content)
    if len(written) != len(x.dims):
        call.impossible(f"a tensor of {len(x.dims)} axes cannot have a shape of {len(written)}", before=x)
    sizes = tuple(_merged(call, dim, item) for dim, item in zip(x.dims, written))
    return x.but(dims=sizes, content=x.content)


def _merged(call: OpCall, dim: Dim, written: Value) -> Dim:
    """A size with what a shape says of it; the batch stays ``B`` even where a number is written."""
    new = call.machine.dim(written)
    if new is None or is_dynamic(dim) or isinstance(dim, int):
        return dim
    return new


def learning_phase(call: OpCall) -> Value:
    """``K.learning_phase``: a scalar that is 1 while training."""
    return Tensor((), CONSTANT, dtype="bool")


def placeholder(call: OpCall) -> Value:
    """A tensor fed from outside."""
    shape = call.get("shape")
    if not isinstance(shape, Sequence) or shape.items is None:
        return Tensor(None, CONSTANT)
    sizes = [call.machine.dim(item) for item in shape.items]
    return Tensor(tuple(fresh() if size is None else size for size in sizes), CONSTANT)


def window(call: OpCall) -> Value:
    """A window function: a vector of constants."""
    length = call.machine.dim(call.first())
    return Tensor((fresh() if length is None else length,), CONSTANT, dtype="float32")


def fresh_matrix(call: OpCall) -> Value:
    """A constant matrix, such as the mel weights: sizes are the second and first parameter."""
    rows, columns = call.machine.dim(call.first(1)), call.machine.dim(call.first())
    dims = (fresh() if rows is None else rows, fresh() if columns is None else columns)
    return Tensor(dims, CONSTANT, dtype="float32")


QUESTIONS: dict[str, Family] = {
    "const": const,
    "dtype_of": dtype_of,
    "size_of": size_of,
    "shape_tuple": shape_tuple,
    "is_tensor": is_tensor,
    "python_int": python_number,
    "python_bool": python_number,
    "static_value": static_value,
    "first_argument": first_argument,
    "set_shape": set_shape,
    "learning_phase": learning_phase,
    "placeholder": placeholder,
    "window": window,
    "fresh_matrix": fresh_matrix,
}
