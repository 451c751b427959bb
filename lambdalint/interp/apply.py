"""Applying layers and models to tensors: by their shape rules, and Lambdas by their function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.interp import events, pretrained, reasons
from lambdalint.interp.flowing import (
    ANY_INPUT,
    as_tensors,
    fed,
    graph_batch,
    graph_tensor,
    input_shapes,
    inputs_among,
    is_folded,
    is_trainable,
    note_node,
)
from lambdalint.interp.graph import layers_of
from lambdalint.interp.lambdas import outward, run_layer
from lambdalint.interp.machine import inputs_of
from lambdalint.interp.plain import inner
from lambdalint.interp.values import (
    FALSE,
    NONE,
    Along,
    Batch,
    Dictionary,
    GraphNode,
    Instance,
    Layer,
    Model,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers import catalogue
from lambdalint.layers.dims import B
from lambdalint.layers.shapes import output_shape
from lambdalint.layers.shapes_base import Outputs, Shape
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine


def apply_layer(
    machine: Machine,
    layer: Layer | Model,
    args: list[Value],
    kwargs: dict[str, Value],
    at: Anchor,
    building: bool = False,
) -> Value:
    """Call a layer or model on tensors, as ``layer(x)`` does.

    ``building`` says that a Sequential model is put together, of no tensor of the trace.
    """
    layer.calls += 1
    if machine.trace is not None and not building:
        machine.record(events.LAYER_CALLED, at, _name(layer), {"layer": layer})
    for position, value in enumerate(args):
        check_input(machine, value, at, position, layer)
    if "inputs" in kwargs:
        check_input(machine, kwargs["inputs"], at, "inputs", layer)
    if isinstance(layer, Model):
        return _apply_model(machine, layer, args, kwargs, at)
    result = _apply_one(machine, layer, args, kwargs, at)
    layer.ends = (args[0] if args else kwargs.get("inputs", NONE), result)
    return result


def _apply_one(
    machine: Machine, layer: Layer, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value:
    if layer.cls in ("Lambda", "Merge") and layer.site is not None:
        return run_layer(machine, layer, args, kwargs, at, "called")
    inputs = args[0] if args else kwargs.get("inputs", NONE)
    if isinstance(layer.inner, Layer) and layer.inner.site is not None:
        return _wrapped_lambda(machine, layer, layer.inner, inputs, at)
    return _by_rules(machine, layer, inputs, at)


def _name(layer: Layer | Model) -> str:
    return layer.cls if isinstance(layer, Layer) else "Model"


def check_input(
    machine: Machine, value: Value, at: Anchor, argument: int | str, into: Layer | Model | None = None
) -> None:
    """Note layers and ``model.add`` results that stand where a tensor is meant.

    ``argument`` is the position or name of the argument, ``into`` the layer that is called.
    """
    values = value.items or [] if isinstance(value, Sequence) else [value]
    for index, item in enumerate(values):
        if isinstance(item, Layer):
            data = {"layer": item, "into": into, "argument": argument}
            data["index"] = index if isinstance(value, Sequence) else None
            machine.record(events.LAYER_AS_TENSOR, at, _name(item), data)
        elif type(item).__name__ == "Opaque" and getattr(item, "kind", "") == "add-result":
            machine.record(events.ADD_RESULT, at, "", {"add": item.at})  # type: ignore[union-attr]


# --- other layers ----------------------------------------------------------------------------------


def _by_rules(machine: Machine, layer: Layer, inputs: Value, at: Anchor) -> Value:
    tensors, listed = as_tensors(inputs)
    shapes = input_shapes(layer.cls, inputs, tensors)
    if inputs is NONE or not shapes:
        result = Outputs((None,), several=None, known=False)
    else:
        result = output_shape(layer.cls, layer.plain, shapes if listed else shapes[0])
    mask = catalogue.mask_of(layer.cls, layer.plain) or "passes"
    parents = tuple(fed(inputs, tensors))
    if layer.config.get("time_major", FALSE) not in (FALSE, NONE):
        _wanted_moved(machine, parents)
    node = note_node(machine, GraphNode(layer, parents, at, mask=mask, trainable=is_trainable(layer)))
    known = catalogue.facts(layer.cls)
    if known is None:
        for tensor in parents:
            machine.escape(tensor)
    elif known.weights == "trainable" and isinstance(inputs, Dictionary):
        machine.record(events.DICT_INPUT, at, layer.cls, {"given": inputs})
    if result.several is None and len(result.shapes) == 1 and not result.known:
        return Tensor(None, graph_batch(tensors), kind="keras", node=node, inputs=inputs_among(tensors))
    made = [graph_tensor(layer, shape, tensors, node) for shape in result.shapes]
    if result.several is False:
        return made[0]
    if result.several:
        return Sequence("list", list(made), birth=machine.serial())
    return Unknown(reasons.INPUT, tensor=True)


def _wanted_moved(machine: Machine, tensors: tuple[Tensor, ...]) -> None:
    """Tensors of a layer that may be told to take time first: their samples were moved behind it for that."""
    for tensor in tensors:
        place = None if tensor.node is None else machine.moves.get(id(tensor.node))
        if place is not None and place.moved is not None and place.axis == 1:
            machine.unfolded(place.moved)


def _apply_model(
    machine: Machine, model: Model, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value:
    inputs = args[0] if args else kwargs.get("inputs", NONE)
    tensors, _ = as_tensors(inputs)
    if model.kind == "sequential" and model.known:
        value = inputs
        for layer in model.layers:
            value = chain(machine, layer, value, at, "called")
        return value
    parents = tuple(fed(inputs, tensors))
    node = note_node(machine, GraphNode(model, parents, at, trainable=True))
    known = model.outputs is not None and model.known
    if not known or any(_may_unfold(layer) for layer, _ in layers_of(model)):
        for tensor in parents:
            machine.escape(tensor)
    if model.kind == pretrained.HUB and len(tensors) == 1:
        return pretrained.hub_outputs(tensors[0], kwargs.get("as_dict", NONE), node)
    if model.outputs is None or not known:
        return Unknown(reasons.INPUT, tensor=True)
    return _renew(machine, model.outputs, node)


def _may_unfold(layer: Value) -> bool:
    """Whether a layer inside a model may take axes out of the batch that were folded before the model."""
    return isinstance(layer, Model) or (
        isinstance(layer, Layer) and (layer.instance is not None or layer.site is not None)
    )


def _renew(machine: Machine, value: Value, node: GraphNode) -> Value:
    """The outputs of a model as its call gives them: same sizes, new origin."""
    if isinstance(value, Tensor):
        if isinstance(value.batch, Along) and value.batch.axis == 0:
            rows = next((p.dims[0] for p in node.parents if p.dims and is_folded(p)), None)
            dims = value.dims if rows is None or not value.dims else (rows, *value.dims[1:])
            batch = graph_batch([p for p in node.parents if is_folded(p)])
            return Tensor(dims, batch, value.dtype, value.sign, kind="keras", node=node)
        return Tensor(None, Along(0), kind="keras", node=node)
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence("list", [_renew(machine, item, node) for item in value.items], birth=machine.serial())
    return Unknown(reasons.INPUT, tensor=True)


def call_subclass(
    machine: Machine, instance: Instance, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value:
    """Call an object of a project's own layer or model class: what its shape function says, if it can."""
    if machine.trace is not None:
        machine.record(events.LAYER_CALLED, at, instance.cls.node.name, {"layer": instance})
    from lambdalint.interp import subclasses

    inputs = args[0] if args else kwargs.get("inputs", kwargs.get("x", NONE))
    subclasses.note_call(machine, instance, inputs)
    keywords = {name: value for name, value in kwargs.items() if name not in ("inputs", "x")}
    result = subclasses.output(machine, instance, [inputs, *args[1:]], keywords, at)
    tensors, _ = as_tensors(inputs)
    layer = Layer(instance.cls.node.name, {}, at, instance=instance)
    node = note_node(machine, GraphNode(layer, tuple(tensors), at, trainable=True))
    if isinstance(result, (Tensor, Dictionary)) or (isinstance(result, Sequence) and result.items):
        return _taken_for_samples(outward(machine, result, node, None), graph_batch(tensors))
    for tensor in tensors:
        machine.escape(tensor)
    return Tensor(None, graph_batch(tensors), kind="keras", node=node)


def _taken_for_samples(output: Value, batch: Batch) -> Value:
    """What a project's layer gives, in rows of samples as Keras has it, where its code could not tell."""
    if not isinstance(output, Tensor) or not isinstance(output.batch, Unsure) or not isinstance(batch, Along):
        return output
    if output.dims is not None and (not output.dims or isinstance(output.dims[0], int)):
        return output
    return output.but(dims=None if output.dims is None else (B, *output.dims[1:]), batch=Along(0))


def chain(machine: Machine, layer: Value, value: Value, at: Anchor, how: str) -> Value:
    """Apply one element of a Sequential model."""
    if isinstance(layer, Layer) and layer.cls in ("Lambda", "Merge") and layer.site is not None:
        layer.calls += 1
        result = run_layer(machine, layer, [value], {}, at, how)
        layer.ends = (value, result)
        return result
    if isinstance(layer, (Layer, Model)):
        if isinstance(layer, Layer) and layer.cls == "InputLayer":
            return value
        return apply_layer(machine, layer, [value], {}, at, building=not inputs_of(value))
    if isinstance(layer, Instance):
        return call_subclass(machine, layer, [value], {}, at)
    return Tensor(None, Along(0), kind="keras")


def apply_wrapped(machine: Machine, layer: Layer | Model | Instance, shape: Shape) -> Value:
    """Apply a layer inside a wrapper to an input of this shape."""
    tensor = Tensor(shape, Along(0), "float32", kind="keras")
    if isinstance(layer, Instance):
        return call_subclass(machine, layer, [tensor], {}, Anchor(layer.cls.env.unit, layer.cls.node))
    if isinstance(layer, Layer) and layer.site is not None:
        return run_layer(machine, layer, [tensor], {}, layer.at, "wrapped")
    return apply_layer(machine, layer, [tensor], {}, layer.at)


def _wrapped_lambda(machine: Machine, wrapper: Layer, layer: Layer, inputs: Value, at: Anchor) -> Value:
    tensors, listed = as_tensors(inputs)
    layer.calls += 1
    wrapper.plain["layer"] = inner(machine, layer)
    if not listed and wrapper.cls in ("TimeDistributed", "Bidirectional"):
        return _by_rules(machine, wrapper, inputs, at)
    run_layer(machine, layer, [ANY_INPUT], {}, at, "wrapped")
    return Tensor(None, graph_batch(tensors), kind="keras")
