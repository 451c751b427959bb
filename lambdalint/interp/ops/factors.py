"""Transfer functions that take the matrices of the last two axes apart, and solve with what they find."""

from __future__ import annotations

from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.arithmetic import cut
from lambdalint.interp.ops.delegate import delegate
from lambdalint.interp.ops.several import solve, unknown_result
from lambdalint.interp.ops.table import Family
from lambdalint.interp.ops.trailing import Dims, derived, operand, trailing
from lambdalint.interp.values import FALSE, NONE, Const, Sequence, Tensor, Unknown, Value
from lambdalint.layers.dims import Dim, minimum


def _part(call: OpCall, x: Tensor, *sizes: str, dtype: str | None = None) -> Tensor:
    """A factor: its sizes are ``m``, ``n`` (those of the matrix) and ``p`` (the smaller one)."""

    def build(dims: Dims) -> list[Dim]:
        known = {"m": dims[0], "n": dims[1], "p": minimum(dims[0], dims[1])}
        return [known[size] for size in sizes]

    return trailing(call, x, 2, build, dtype=dtype or x.dtype)


def svd(call: OpCall) -> Value:
    """Singular values and the two matrices of vectors; ``first=u``: the order of NumPy and Keras."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    values = _part(call, x, "p")
    if call.get("compute_uv") == FALSE:
        return values
    full = call.constant("full_matrices")
    if not isinstance(full, bool):
        return unknown_result(call)
    inner = ("m", "n") if full else ("p", "p")
    left = _part(call, x, "m", inner[0])
    if call.option("first") == "u":
        return Sequence("tuple", [left, values, _part(call, x, inner[1], "n")])
    return Sequence("tuple", [values, left, _part(call, x, "n", inner[1])])


def qr(call: OpCall) -> Value:
    """An orthogonal and a triangular matrix."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    full = call.get("full_matrices", "mode") in (Const(True), Const("complete"))
    size = "m" if full else "p"
    return Sequence("tuple", [_part(call, x, "m", size), _part(call, x, size, "n")])


def lu(call: OpCall) -> Value:
    """Two triangular matrices in one, and the order of the rows."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    return Sequence("tuple", [_part(call, x, "m", "n"), _part(call, x, "m", dtype="int32")])


def eigen(call: OpCall) -> Value:
    """Eigenvalues and eigenvectors."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    dtype = call.option("dtype") or None
    return Sequence("tuple", [_part(call, x, "m", dtype=dtype), _part(call, x, "m", "n", dtype=dtype)])


def lstsq(call: OpCall) -> Value:
    """A least-squares solution per leading index: as many rows as the matrix has columns."""
    matrix, sides = operand(call, call.first()), operand(call, call.first(1))
    made = solve(call)
    if isinstance(matrix, Unknown) or isinstance(sides, Unknown) or not isinstance(made, Tensor):
        return made
    dims = None
    if matrix.dims and sides.dims and len(matrix.dims) == len(sides.dims) > 1:
        dims = (*sides.dims[:-2], matrix.dims[-1], sides.dims[-1])
    return made.but(dims=dims)


def solved_rows(call: OpCall) -> Value:
    """A system with a matrix of few diagonals per leading index: the shape of the right-hand side."""
    operands = {"matrix": call.first(), "rhs": call.get("rhs")}
    if call.get("diagonals_format") not in (NONE, Const("compact")):
        return unknown_result(call)
    return delegate(call, "solve", operands)


def numbers_apart(call: OpCall) -> Value:
    """``unravel_index``: the positions along each axis; with ``joined`` in one tensor, the axes in front."""
    x, shape = operand(call, call.first()), call.first(1)
    count = len(shape.items) if isinstance(shape, Sequence) and shape.items is not None else None
    if isinstance(x, Unknown) or count is None:
        return unknown_result(call)
    part = derived(x, x.dims, x.batch, cuts=cut(call, [x]))
    if not call.option("joined"):
        return Sequence("tuple", [part] * count)
    return delegate(call, "stack", {"x": Sequence("list", [part] * count), "axis": Const(0)})


FACTORS: dict[str, Family] = {
    "svd": svd,
    "qr": qr,
    "lu": lu,
    "eigen": eigen,
    "lstsq": lstsq,
    "solved_rows": solved_rows,
    "numbers_apart": numbers_apart,
}
