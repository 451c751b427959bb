"""The tensors between the layers of a model: their sizes, where their samples are, what made them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdalint.interp import reasons
from lambdalint.interp.graph import family_of, note_family
from lambdalint.interp.plain import sign_of_range
from lambdalint.interp.tensors import joint_fold
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    Along,
    Broken,
    Const,
    Dictionary,
    GraphNode,
    Layer,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers import catalogue
from lambdalint.layers.dims import B
from lambdalint.layers.shapes_base import Shape
from lambdalint.layers.shapes_merge import ELEMENTWISE

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

ANY_INPUT = Unknown(reasons.INPUT, tensor=True, inputs=frozenset({0}))
"""What flows into a layer that is called where nothing is known."""


def note_node(machine: Machine, node: GraphNode) -> GraphNode:
    """Remember a call among those of the model being built; calls inside of a body are no part of it."""
    if machine.trace is None:
        machine.nodes.append(node)
        family = getattr(node.layer, "family", None)
        others = [parent for parent in node.parents if family_of(parent) not in (None, family)]
        for parent in others[:1]:
            note_family(machine, family, family_of(parent), node.at, "tensor", parent, node)
    return node


def is_trainable(layer: Layer) -> bool:
    """Whether training changes weights of this layer."""
    found = catalogue.facts(layer.cls)
    frozen = layer.config.get("trainable") == Const(False)
    if isinstance(layer.inner, Layer):
        return is_trainable(layer.inner) and not frozen
    return found is not None and found.weights == "trainable" and not frozen


def input_shapes(cls: str, inputs: Value, tensors: list[Tensor]) -> list[Shape]:
    """The sizes of what flows into a layer; a list of unknown length may hold more of the same."""
    shapes: list[Shape] = [tensor.dims for tensor in tensors]
    open_ended = isinstance(inputs, Sequence) and inputs.items is None and cls not in ELEMENTWISE
    return [*shapes, None] if open_ended and shapes else shapes


def graph_tensor(layer: Layer, shape: Shape, parents: list[Tensor], node: GraphNode) -> Tensor:
    """What a layer gives whose output has this shape."""
    sign = sign_of_range(catalogue.output_range(layer.cls, layer.plain))
    if sign == ANY_SIGN and len(parents) == 1 and layer.cls in _KEEPS_SIGN:
        sign = parents[0].sign
    dtype = catalogue.output_dtype(layer.cls, layer.plain) or "float32"
    if layer.cls in _KEEPS_SIGN and len(parents) == 1:
        dtype = parents[0].dtype or dtype
    batch = graph_batch(parents) if shape != () else Unsure(reasons.NO_SAMPLES)
    return Tensor(shape, batch, dtype, sign, kind="keras", node=node, inputs=inputs_among(parents))


def inputs_among(parents: list[Tensor]) -> frozenset[int]:
    """The inputs of a body that have part in what a layer gives there."""
    return frozenset().union(*(parent.inputs for parent in parents))


_KEEPS_SIGN = frozenset(
    {
        "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D",
        "AveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D",
        "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D", "Flatten", "Reshape",
        "Permute", "RepeatVector", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "Masking", "Identity",
        "UpSampling1D", "UpSampling2D", "UpSampling3D", "Cropping1D", "Cropping2D", "Cropping3D",
    }
)  # fmt: skip


def graph_batch(parents: list[Tensor]) -> Along | Broken | Unsure:
    """Where the samples are behind a layer: axes that a Lambda folded into the batch stay there.

    Inside of a body, where they are lost, no layer finds them again.  The rows of arrays that a layer is
    called on at once may be samples, or the nodes of a graph and one picture.
    """
    folds: list[Along] = []
    for parent in parents:
        if isinstance(parent.batch, (Broken, Unsure)):
            return parent.batch
        if isinstance(parent.batch, Along) and parent.batch.axis == 0 and parent.batch.folded is not None:
            folds.append(parent.batch)
    if not folds:
        return Unsure(reasons.NO_SAMPLES) if parents and all(map(_is_array, parents)) else Along(0)
    return replace(folds[-1], folded=joint_fold(each.folded for each in folds))


def _is_array(tensor: Tensor) -> bool:
    """Whether a tensor has a written number of rows and nothing to do with a model's inputs."""
    return tensor.batch == CONSTANT and bool(tensor.dims) and isinstance((tensor.dims or (B,))[0], int)


def as_tensors(value: Value) -> tuple[list[Tensor], bool]:
    """The tensors a layer is called on, and whether they came as a list."""
    if isinstance(value, Sequence):
        element = [] if value.element is None else [value.element]
        items = value.items if value.items is not None else element
        return [item if isinstance(item, Tensor) else any_tensor() for item in items], True
    if isinstance(value, Tensor):
        return [value], False
    return [any_tensor()], False


def fed(inputs: Value, tensors: list[Tensor]) -> list[Tensor]:
    """What a layer is fed with: the entries of a dict where it is called on one, else these tensors."""
    if not isinstance(inputs, Dictionary):
        return tensors
    return [item for item in inputs.items.values() if isinstance(item, Tensor)] or tensors


def any_tensor() -> Tensor:
    """A batch of samples of unknown sizes."""
    return Tensor(None, Along(0), kind="keras")


def is_folded(tensor: Tensor) -> bool:
    """Whether axes were folded into the batch."""
    return isinstance(tensor.batch, Along) and tensor.batch.folded is not None
