"""Output shapes of Keras layers, as functions of their arguments and of the shapes that flow in.

What is not known stays unknown: a size becomes a new symbol, a shape ``None``.
"""

from __future__ import annotations

from collections.abc import Mapping

from lambdalint.layers import shapes_conv, shapes_merge, shapes_rnn
from lambdalint.layers.binding import UNKNOWN, ConfigValue, Inner, bind, canonical, declared_input
from lambdalint.layers.catalogue import SHAPE_PRESERVING
from lambdalint.layers.dims import B, Dim, Sym, divide, equal, floordiv, fresh, product
from lambdalint.layers.shapes_base import (
    NOTHING,
    Config,
    Impossible,
    ManyRule,
    Outputs,
    Result,
    Rule,
    Shape,
    Unsure,
    as_dim,
    known,
    need_rank,
)

__all__ = ["UNKNOWN", "ConfigValue", "Inner", "Outputs", "Shape", "bind", "declared_input", "output_shape"]


def output_shape(layer: str, config: Mapping[str, ConfigValue], inputs: Shape | list[Shape]) -> Outputs:
    """The result of calling ``layer``, a class or function name, on one shape or a list of shapes.

    ``config`` holds what :func:`~lambdalint.layers.binding.bind` gives.  An argument that is a
    list of sizes may be a list or a tuple; a wrapped layer is an ``Inner``.
    """
    name = canonical(layer)
    shapes = inputs if isinstance(inputs, list) else [inputs]
    try:
        result = _result(name, Config(config, _apply), shapes, isinstance(inputs, list))
    except Unsure:
        return Outputs((None,))
    except Impossible as error:
        return Outputs((None,), problem=str(error))
    return result if isinstance(result, Outputs) else Outputs((result,))


def _result(name: str, config: Config, shapes: list[Shape], listed: bool) -> Result:
    if (many := MANY_RULES.get(name)) is not None:
        if not listed and name in shapes_merge.MANY_RULES:
            return NOTHING  # one tensor, or one list of which nothing is known
        return many(config, shapes)
    if len(shapes) > 1 and name in shapes_rnn.FIRST_OF_MANY:
        shapes = shapes[:1]
    rule = RULES.get(name)
    if rule is None and name not in SHAPE_PRESERVING:
        return Outputs((None,), several=None, known=False)
    if len(shapes) != 1:
        return NOTHING
    return shapes[0] if rule is None else rule(config, shapes[0])


def _apply(inner: Inner, shape: Shape) -> Outputs:
    if inner.shape_of is not None:
        return inner.shape_of(shape)
    return output_shape(inner.layer, inner.config, shape)


# --- rules -----------------------------------------------------------------------------------------


def _dense(config: Config, shape: Shape) -> Result:
    if shape is None:
        return None
    if len(shape) < 2:
        raise Impossible("Dense needs at least 2 axes")
    return (*shape[:-1], config.dim("units"))


def _flat_dense(config: Config, shape: Shape) -> Result:
    return (need_rank(shape, 2)[0], config.dim("units"))


def _sequence_dense(config: Config, shape: Shape) -> Result:
    return (*need_rank(shape, 3)[:-1], config.dim("units"))


def _embedding(config: Config, shape: Shape) -> Result:
    return None if shape is None else (*shape, config.dim("output_dim"))


def _reversible_embedding(config: Config, shape: Shape) -> Result:
    return _embedding(config, shape) if config.get("reverse", False) is False else None


def _flatten(config: Config, shape: Shape) -> Result:
    if not shape:
        return (B, fresh("features"))
    return (shape[0], product(shape[1:]))


def _reshape(config: Config, shape: Shape) -> Result:
    target = config.get("target_shape", UNKNOWN)
    if isinstance(target, (int, Sym)):
        target = (target,)
    if not isinstance(target, (list, tuple)):
        return None
    batch = shape[0] if shape else B
    sizes = [known(size) for size in target]
    fixed = [size for size in sizes if size is not None and size != -1]
    if None in sizes:
        return (batch, *(fresh() if size in (None, -1) else as_dim(size) for size in sizes))
    if sizes.count(-1) > 1:
        raise Impossible("more than one -1")
    if not shape:
        return (batch, *(fresh() if size == -1 else as_dim(size) for size in sizes))
    rest = _remaining(product(shape[1:]), product(fixed), -1 in sizes)
    return (batch, *(rest if size == -1 else as_dim(size) for size in sizes))


def _remaining(total: Dim, written: Dim, free: bool) -> Dim:
    """What stands for -1.  Raises Impossible where the sizes cannot fit."""
    if not free:
        if equal(total, written) is False:
            raise Impossible(f"{total} entries do not fit into {written}")
        return 1
    if (exact := divide(total, written)) is not None:
        return exact
    if isinstance(total, int) and isinstance(written, int):
        raise Impossible(f"{total} entries are not a multiple of {written}")
    return floordiv(total, written)


def _permute(config: Config, shape: Shape) -> Result:
    order = config.get("dims", UNKNOWN)
    if not isinstance(order, (list, tuple)):
        return (shape[0], *(fresh() for _ in shape[1:])) if shape else None
    if not shape:
        return (B, *(fresh() for _ in order))
    if len(order) != len(shape) - 1:
        raise Impossible(f"{len(order)} axes to permute, but the input has {len(shape) - 1}")
    if not all(isinstance(axis, int) and 1 <= axis < len(shape) for axis in order):
        return (shape[0], *(fresh() for _ in order))
    return (shape[0], *(shape[axis] for axis in order))


def _repeat_vector(config: Config, shape: Shape) -> Result:
    batch, width = need_rank(shape, 2)
    return (batch, config.dim("n"), width)


def _input_layer(config: Config, shape: Shape) -> Result:
    return declared_input("InputLayer", config.values)


def _normalization(config: Config, shape: Shape) -> Result:
    return shape if shape is not None and len(shape) > 1 else None


def _lookup(config: Config, shape: Shape) -> Result:
    return shape if config.get("output_mode", "int") == "int" else None


def _text(config: Config, shape: Shape) -> Result:
    if config.get("ragged", False) is not False or config.get("split", "whitespace") is UNKNOWN:
        return None
    if not shape or len(shape) > 2 or config.get("split", "whitespace") is None:
        return None
    if config.get("output_mode", "int") != "int":
        return None
    length = config.get("output_sequence_length")
    return (shape[0], fresh("words", dynamic=True) if length is None else as_dim(length, "words"))


def _category(config: Config, shape: Shape) -> Result:
    depth, mode = config.dim("num_tokens"), config.get("output_mode", "multi_hot")
    if shape is None or len(shape) < 2 or mode not in ("one_hot", "multi_hot", "count"):
        return None
    if mode != "one_hot":
        return (*shape[:-1], depth)
    if not isinstance(shape[-1], int):
        return None
    return (*shape[:-1], depth) if shape[-1] == 1 else (*shape, depth)


def _einsum(config: Config, shape: Shape) -> Result:
    equation, target = config.get("equation", UNKNOWN), config.get("output_shape", UNKNOWN)
    if not isinstance(equation, str) or "->" not in equation or "," not in equation:
        return None
    given, result = equation.replace(" ", "").split("->")
    labels = given.split(",")[0]
    if labels.startswith("..."):
        if shape is None:
            return None
        lead = shape[: len(shape) - len(labels) + 3]
        sizes = dict(zip(labels[3:], shape[len(lead) :]))
        result = result.removeprefix("...")
    else:
        if "." in equation:
            return None
        lead = ()
        sizes = dict(zip(labels, need_rank(shape, len(labels))))
    if "." in result:
        return None
    wanted = list(target) if isinstance(target, (list, tuple)) else [target]
    new = [UNKNOWN] * (len(result) - len(wanted)) + wanted[-len(result) :]
    return (*lead, *(sizes[label] if label in sizes else as_dim(size) for label, size in zip(result, new)))


RULES: dict[str, Rule] = {
    **shapes_conv.RULES,
    **shapes_rnn.RULES,
    "Dense": _dense,
    "MaxoutDense": _flat_dense,
    "TimeDistributedDense": _sequence_dense,
    "EinsumDense": _einsum,
    "Embedding": _embedding,
    "ReversibleEmbedding": _reversible_embedding,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": _repeat_vector,
    "InputLayer": _input_layer,
    "Normalization": _normalization,
    **dict.fromkeys(("Discretization", "Hashing", "IntegerLookup", "StringLookup"), _lookup),
    "TextVectorization": _text,
    "CategoryEncoding": _category,
}
MANY_RULES: dict[str, ManyRule] = {**shapes_merge.MANY_RULES, **shapes_rnn.MANY_RULES}
