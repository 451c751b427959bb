"""The layers of a live model that have code of the user's in them, and what they are called on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from lambdalint.confirm.request import Inputs, Sample

ROOTS = ("tf_keras", "keras", "tensorflow")
"""The packages whose own layers are taken to be right, by the name that their modules begin with."""


@dataclass(frozen=True, slots=True)
class Place:
    """A layer of a model, and what it is called on where that is known."""

    layer: Any
    inputs: Inputs | None


def package_of(layer: Any) -> tuple[str, ModuleType]:
    """The Keras that an object's class comes from: its dotted name, and the module.

    Raises:
        TypeError: the object is no layer of a Keras.
    """
    for each in type(layer).__mro__:
        top = each.__module__.partition(".")[0]
        if top in ROOTS and each.__name__ in ("Layer", "Module"):
            if top == "tensorflow":
                return "tensorflow.keras", sys.modules["tensorflow"].keras
            return top, sys.modules[top]
    raise TypeError(f"{type(layer).__name__} is no layer or model of Keras")


def is_users(layer: Any) -> bool:
    """Whether a layer has code of the user's: a Lambda, or of a class that is not Keras's own."""
    return type(layer).__name__ == "Lambda" or type(layer).__module__.partition(".")[0] not in ROOTS


def parts_of(layer: Any) -> list[Any]:
    """A layer and all layers in it: those of nested models, wrappers and attributes, each once."""
    found: dict[int, Any] = {}
    for each in layer._flatten_layers():
        found.setdefault(id(each), each)
    return list(found.values())


def places(model: Any, inputs: Inputs) -> list[Place]:
    """The layers with code of the user's in a model, the innermost first, and what each is called on when
    the model is called on ``inputs``.

    Raises:
        Exception: whatever calling the model raises.
    """
    wanted = [each for each in parts_of(model) if is_users(each)]
    seen: dict[int, Inputs] = {}
    with _overheard(wanted, lambda layer, given: seen.setdefault(id(layer), given)):
        model(_ones(inputs, package_of(model)[1]))
    wanted.sort(key=lambda each: len(parts_of(each)))
    return [Place(each, inputs if each is model else seen.get(id(each))) for each in wanted]


@contextmanager
def _overheard(layers: list[Any], tell: Callable[[Any, Inputs], object]) -> Iterator[None]:
    """Within this context, ``tell`` learns what each layer is called on."""

    def listening(layer: Any) -> Callable[..., Any]:
        call = layer.call

        def overheard(*args: Any, **kwargs: Any) -> Any:
            given = described(args[0]) if args else None
            if given is not None:
                tell(layer, given)
            return call(*args, **kwargs)

        return overheard

    # In the dictionary itself: Keras would take the assignment of an attribute for a part of the layer.
    for layer in layers:
        layer.__dict__["call"] = listening(layer)
    try:
        yield
    finally:
        for layer in layers:
            del layer.__dict__["call"]


def described(given: Any) -> Inputs | None:
    """The structure, shapes and types of tensors that a layer is called on; ``None``: not known."""
    keys: tuple[str, ...] = ()
    structure, tensors = "tensor", [given]
    if isinstance(given, dict):
        structure, keys, tensors = "dict", tuple(map(str, given)), list(given.values())
    elif isinstance(given, (list, tuple)):
        structure, tensors = "list" if isinstance(given, list) else "tuple", list(given)
    samples = []
    for tensor in tensors:
        shape = getattr(tensor, "shape", None)
        if shape is None or not tuple(shape) or None in tuple(shape)[1:]:
            return None
        kind = getattr(tensor.dtype, "name", None) or str(tensor.dtype).rpartition(".")[2]
        # Whole numbers may be positions in a table that has no more than two rows.
        high = 1 if kind.startswith(("int", "uint")) else None
        samples.append(Sample(tuple(int(size) for size in tuple(shape)[1:]), kind, 0 if high else None, high))
    return Inputs(structure, tuple(samples), keys)


def inputs_of(model: Any, input_shape: Any, dtype: str) -> Inputs:
    """What a model or layer is called on: as ``input_shape`` says, else as it was built.

    ``input_shape`` is the shape of one sample, or a list, tuple or dict of them for several inputs.

    Raises:
        ValueError: nothing tells it.
    """
    if input_shape is None:
        return _as_built(model)
    if isinstance(input_shape, dict):
        samples = tuple(Sample(tuple(each), dtype) for each in input_shape.values())
        return Inputs("dict", samples, tuple(input_shape))
    if input_shape and isinstance(input_shape[0], (list, tuple)):
        return Inputs("list", tuple(Sample(tuple(each), dtype) for each in input_shape))
    return Inputs("tensor", (Sample(tuple(input_shape), dtype),))


def _as_built(model: Any) -> Inputs:
    structure = getattr(model, "_inputs_struct", None)
    tensors = structure if structure is not None else getattr(model, "inputs", None)
    if isinstance(tensors, list) and len(tensors) == 1:
        tensors = tensors[0]
    found = None if tensors is None else described(tensors)
    if found is None:
        shape = getattr(model, "_build_input_shape", None) or getattr(model, "_build_shapes_dict", None)
        if isinstance(shape, dict) and len(shape) == 1:
            shape = next(iter(shape.values()))
        if shape and not isinstance(shape, dict) and all(isinstance(size, int) for size in shape[1:]):
            found = Inputs("tensor", (Sample(tuple(shape[1:])),))
    if found is None:
        raise ValueError(f"say what {model.name} is called on: input_shape=(…), the shape of one sample")
    return found


def _ones(inputs: Inputs, keras: ModuleType) -> Any:
    import numpy as np

    made = [np.ones((2, *sample.shape), sample.dtype) for sample in inputs.samples]
    if inputs.structure == "tensor":
        return made[0]
    return dict(zip(inputs.keys, made)) if inputs.structure == "dict" else made
