"""Which layer of Keras a traced function is: recognised by what it computes, not by how it is written."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from lambdalint.interp.facts import LayerFacts, Trace
from lambdalint.interp.values import Along, Const, Number, Sequence, Step, Tensor, Unknown, Value
from lambdalint.layers.dims import is_dynamic

from ..calling.functions import names_of, written_function
from .activations import activation_of


@dataclass(frozen=True, slots=True)
class Found:
    """A layer class that does what the function does, as it would be written; ``when`` is a condition."""

    cls: str
    code: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """A traced function: its input, the operations in order, and the canonical names of those called."""

    layer: LayerFacts
    trace: Trace
    steps: tuple[Step, ...]
    names: tuple[str, ...]

    @property
    def input(self) -> Value:
        """The layer's input as the function sees it."""
        return self.trace.arguments[0]

    @property
    def parts(self) -> list[Value] | None:
        """The inputs, where the layer is called on a list of known length."""
        value = self.input
        return value.items if isinstance(value, Sequence) else None


def recognise(layer: LayerFacts) -> Found | None:
    """The one layer that the function is in all its uses, or ``None``."""
    found: set[Found | None] = set()
    for trace in layer.traces:
        body = _body(layer, trace)
        found.add(None if body is None else _layer_of(body))
    return found.pop() if len(found) == 1 else None


def _body(layer: LayerFacts, trace: Trace) -> Body | None:
    function = written_function(trace.function)
    names = names_of(layer, function) if function is not None else layer.names
    if names is None or not trace.arguments:
        return None
    called = []
    for step in trace.steps:
        node = step.at.node
        canonical = names.canonical(node.func) if isinstance(node, ast.Call) else None
        called.append(canonical or step.text)
    return Body(layer, trace, tuple(trace.steps), tuple(called))


def _layer_of(body: Body) -> Found | None:
    found = activation_of(body.layer, body.trace)
    if found is not None:
        return Found(*found)
    if not body.steps or body.trace.result is not body.steps[-1].result:
        return None
    for recogniser in _RECOGNISERS:
        result = recogniser(body)
        if result is not None:
            return result
    return None


def _only(body: Body) -> tuple[str, Step] | None:
    """The last word of the one operation of the body, and the operation."""
    return (body.names[0].rpartition(".")[2], body.steps[0]) if len(body.steps) == 1 else None


def _plain(value: Value) -> object:
    """A number, or a list of numbers, as Python has it; ``None`` where it is not known."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Sequence) and value.items is not None:
        items = [item.value if isinstance(item, Const) else None for item in value.items]
        return items if None not in items else None
    return None


# --- several inputs --------------------------------------------------------------------------------

_MERGES = {
    "+": "Add", "add": "Add", "add_n": "Add", "-": "Subtract", "subtract": "Subtract", "*": "Multiply",
    "multiply": "Multiply", "minimum": "Minimum", "maximum": "Maximum", "concatenate": "Concatenate",
    "concat": "Concatenate",
}  # fmt: skip


def _merge(body: Body) -> Found | None:
    only = _only(body)
    if only is None or body.input is not only[1].operands[0]:
        return _merge_of_two(body)
    word, step = only
    if not isinstance(body.input, Sequence) or word not in ("add_n", "concatenate", "concat"):
        return None
    if _MERGES[word] == "Add":
        return Found("Add", "Add()") if _alike(body.parts or []) else None
    axis = _plain(step.operands[1]) if len(step.operands) > 1 else (-1 if word == "concatenate" else None)
    default = body.names[0].startswith("keras.ops") and len(step.operands) == 1
    if not isinstance(axis, int) or axis == 0 or default:
        return None
    return Found("Concatenate", "Concatenate()" if axis == -1 else f"Concatenate(axis={axis})")


def _merge_of_two(body: Body) -> Found | None:
    """An operator on the two inputs, or their sum halved."""
    parts = body.parts
    if parts is None or len(parts) != 2 or not _alike(parts):
        return None
    word, first = body.names[0].rpartition(".")[2], body.steps[0]
    if len(first.operands) < 2 or {id(operand) for operand in first.operands[:2]} != {id(p) for p in parts}:
        return None
    cls = _MERGES.get(word)
    if len(body.steps) == 1 and cls is not None:
        in_order = first.operands[0] is parts[0]
        return Found(cls, f"{cls}()") if in_order or cls != "Subtract" else None
    if len(body.steps) == 2 and cls == "Add" and _halves(body.steps[1], first):
        return Found("Average", "Average()")
    return None


def _halves(step: Step, of: Step) -> bool:
    others = [_plain(operand) for operand in step.operands if operand is not of.result]
    return (step.text == "*" and others == [0.5]) or (step.text == "/" and others in ([2], [2.0]))


def _alike(parts: list[Value]) -> bool:
    """Whether nothing is known that keeps the inputs from having one shape."""
    shapes = [part.dims for part in parts if isinstance(part, Tensor) and part.dims is not None]
    if len({len(shape) for shape in shapes}) > 1:
        return False
    return all(len({dim for dim in axis if isinstance(dim, int)}) < 2 for axis in zip(*shapes))


# --- one input -------------------------------------------------------------------------------------

_POOLS = {"mean": "Average", "reduce_mean": "Average", "max": "Max", "reduce_max": "Max", "amax": "Max"}


def _pooling(body: Body) -> Found | None:
    only = _only(body)
    if only is None or only[0] not in _POOLS or only[1].operands[0] is not body.input:
        return None
    x, step = body.input, only[1]
    axes = _plain(step.operands[1]) if len(step.operands) > 1 else None
    listed = [axes] if isinstance(axes, int) else axes
    kept = any(_plain(operand) is True for operand in step.operands[2:])
    if not isinstance(listed, list) or kept:
        return None
    rank = x.rank if isinstance(x, Tensor) else None
    if rank is None:
        name = f"Global{_POOLS[only[0]]}Pooling1D"
        return Found(name, f"{name}()", "on a (B, steps, features) input") if listed == [1] else None
    last = sorted(axis % rank for axis in listed if isinstance(axis, int))
    if rank in (3, 4, 5) and last == list(range(1, rank - 1)):
        name = f"Global{_POOLS[only[0]]}Pooling{rank - 2}D"
        return Found(name, f"{name}()")
    return None


def _reshape(body: Body) -> Found | None:
    only = _only(body)
    if only is None or only[0] not in ("reshape", "batch_flatten", "flatten"):
        return None
    before, after = only[1].operands[0], only[1].result
    if before is not body.input or not isinstance(after, Tensor):
        return None
    if only[0] != "reshape":
        return Found("Flatten", "Flatten()") if body.names[0].startswith("keras.") else None
    if after.dims is None:
        return Found("Reshape", "Reshape(...)") if _batch_first(only[1].operands[1]) else None
    whole = isinstance(after.batch, Along) and after.batch.plain and after.batch.axis == 0
    if not whole or sum(is_dynamic(dim) for dim in after.dims[1:]) > 1:
        return None
    if len(after.dims) == 2 and isinstance(before, Tensor) and (before.rank or 3) > 2:
        return Found("Flatten", "Flatten()")
    sizes = [str(dim) if isinstance(dim, int) else "..." for dim in after.dims[1:]]
    return Found("Reshape", f"Reshape(({', '.join(sizes)}{',' if len(sizes) == 1 else ''}))")


def _batch_first(shape: Value) -> bool:
    """Whether a shape is ``-1`` for the batch and fixed sizes, as far as it is known."""
    if not isinstance(shape, Sequence) or shape.items is None or len(shape.items) < 2:
        return False
    rest = shape.items[1:]
    fixed = all(isinstance(item, (Const, Number, Unknown)) and item != Const(-1) for item in rest)
    return shape.items[0] == Const(-1) and fixed


def _permute(body: Body) -> Found | None:
    only = _only(body)
    if only is None or only[0] not in ("permute_dimensions", "transpose"):
        return None
    order = _plain(only[1].operands[1]) if len(only[1].operands) > 1 else None
    if only[1].operands[0] is not body.input or not isinstance(order, list) or order[:1] != [0]:
        return None
    return Found("Permute", f"Permute({tuple(order[1:])})")


_SIMPLE = {
    "keras.backend.repeat": ("RepeatVector", "RepeatVector(n)"),
    "keras.backend.spatial_2d_padding": ("ZeroPadding2D", "ZeroPadding2D(...)"),
    "keras.backend.temporal_padding": ("ZeroPadding1D", "ZeroPadding1D(...)"),
    "keras.backend.resize_images": ("UpSampling2D", "UpSampling2D(...)"),
}


def _simple(body: Body) -> Found | None:
    if len(body.steps) != 1 or body.steps[0].operands[0] is not body.input:
        return None
    name, operands = body.names[0], body.steps[0].operands
    if name.endswith((".l2_normalize", "ops.normalize")):
        last = [_plain(operand) for operand in operands[1:]] == [-1]
        return Found("UnitNormalization", "UnitNormalization()") if last else None
    return Found(*_SIMPLE[name]) if name in _SIMPLE else None


def _rescaling(body: Body) -> Found | None:
    """Numbers that multiply, divide or shift the input, one after the other."""
    current, scaled = body.input, False
    if isinstance(current, Sequence):
        return None
    for word, step in zip(body.names, body.steps):
        left, right = (*step.operands, None)[:2] if len(step.operands) == 2 else (None, None)
        scalar = right if left is current else left if right is current and word in ("*", "+") else None
        if word not in ("*", "/", "+", "-") or scalar is None or not _is_number(scalar):
            return None
        scaled |= word in ("*", "/")
        current = step.result
    return Found("Rescaling", _rescaling_code(body)) if scaled else None


def _rescaling_code(body: Body) -> str:
    only = _only(body)
    numbers = [_plain(operand) for operand in only[1].operands] if only else []
    known = [number for number in numbers if isinstance(number, (int, float))]
    if only is None or not known:
        return "Rescaling(scale=..., offset=...)" if only is None else "Rescaling(...)"
    return f"Rescaling(1 / {known[0]})" if only[0] == "/" else f"Rescaling({known[0]})"


def _is_number(value: Value) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, (int, float)) and not isinstance(value.value, bool)
    return isinstance(value, Number) or (isinstance(value, Unknown) and not value.tensor and not value.inputs)


_RECOGNISERS: tuple[Callable[[Body], Found | None], ...] = (
    _merge, _pooling, _reshape, _permute, _simple, _rescaling,
)  # fmt: skip
