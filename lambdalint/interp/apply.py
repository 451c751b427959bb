"""Applying layers and models to tensors: Lambda bodies run here, other layers by their shape rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambdalint.interp import events, reasons
from lambdalint.interp.construct import as_config, functions_of, shape_sizes
from lambdalint.interp.facts import Application, Trace, tensors_of
from lambdalint.interp.graph import family_of, layers_of, note_family
from lambdalint.interp.machine import inputs_of
from lambdalint.interp.plain import inner, sign_of_range
from lambdalint.interp.tensors import join_values, joint_fold
from lambdalint.interp.values import (
    ANY_SIGN,
    CONSTANT,
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Dictionary,
    Function,
    GraphNode,
    Instance,
    Layer,
    Model,
    Number,
    Partial,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers import catalogue
from lambdalint.layers.dims import B, is_dynamic
from lambdalint.layers.shapes import output_shape
from lambdalint.layers.shapes_base import Outputs, Shape
from lambdalint.layers.shapes_merge import ELEMENTWISE
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

KEPT = 24
"""Applications of one site that are kept for the rules."""

RUN_COST = 12
"""What a use of a Lambda costs of the file's budget, beside what its function does."""

ANY_INPUT = Unknown(reasons.INPUT, tensor=True, inputs=frozenset({0}))


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


def _node(machine: Machine, node: GraphNode) -> GraphNode:
    """Remember a call among those of the model being built; calls inside of a body are no part of it."""
    if machine.trace is None:
        machine.nodes.append(node)
        family = getattr(node.layer, "family", None)
        other = next((family_of(p) for p in node.parents if family_of(p) not in (None, family)), None)
        note_family(machine, family, other, node.at, "tensor")
    return node


def _by_rules(machine: Machine, layer: Layer, inputs: Value, at: Anchor) -> Value:
    tensors, listed = _as_tensors(inputs)
    shapes = _shapes(layer.cls, inputs, tensors)
    if inputs is NONE or not shapes:
        result = Outputs((None,), several=None, known=False)
    else:
        result = output_shape(layer.cls, layer.plain, shapes if listed else shapes[0])
    mask = catalogue.mask_of(layer.cls, layer.plain) or "passes"
    node = _node(machine, GraphNode(layer, tuple(tensors), at, mask=mask, trainable=_trainable(layer)))
    known = catalogue.facts(layer.cls)
    if known is None:
        for tensor in tensors:
            machine.escape(tensor)
    elif known.weights == "trainable" and isinstance(inputs, Dictionary):
        machine.record(events.DICT_INPUT, at, layer.cls, {"given": inputs})
    if result.several is None and len(result.shapes) == 1 and not result.known:
        return Tensor(None, _graph_batch(tensors), kind="keras", node=node, inputs=_inputs(tensors))
    made = [_graph_tensor(layer, shape, tensors, node) for shape in result.shapes]
    if result.several is False:
        return made[0]
    if result.several:
        return Sequence("list", list(made), birth=machine.serial())
    return Unknown(reasons.INPUT, tensor=True)


def _shapes(cls: str, inputs: Value, tensors: list[Tensor]) -> list[Shape]:
    """The sizes of what flows into a layer; a list of unknown length may hold more of the same."""
    shapes: list[Shape] = [tensor.dims for tensor in tensors]
    open_ended = isinstance(inputs, Sequence) and inputs.items is None and cls not in ELEMENTWISE
    return [*shapes, None] if open_ended and shapes else shapes


def _trainable(layer: Layer) -> bool:
    found = catalogue.facts(layer.cls)
    frozen = layer.config.get("trainable") == Const(False)
    if isinstance(layer.inner, Layer):
        return _trainable(layer.inner) and not frozen
    return found is not None and found.weights == "trainable" and not frozen


def _graph_tensor(layer: Layer, shape: Shape, parents: list[Tensor], node: GraphNode) -> Tensor:
    sign = sign_of_range(catalogue.output_range(layer.cls, layer.plain))
    if sign == ANY_SIGN and len(parents) == 1 and layer.cls in _KEEPS_SIGN:
        sign = parents[0].sign
    dtype = catalogue.output_dtype(layer.cls, layer.plain) or "float32"
    if layer.cls in _KEEPS_SIGN and len(parents) == 1:
        dtype = parents[0].dtype or dtype
    return Tensor(shape, _graph_batch(parents), dtype, sign, kind="keras", node=node, inputs=_inputs(parents))


def _inputs(parents: list[Tensor]) -> frozenset[int]:
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


def _graph_batch(parents: list[Tensor]) -> Along | Unsure:
    """Where the samples are behind a layer: axes that a Lambda folded into the batch stay there."""
    folds: list[Along] = []
    for parent in parents:
        if isinstance(parent.batch, Unsure):
            return parent.batch
        if isinstance(parent.batch, Along) and parent.batch.axis == 0 and parent.batch.folded is not None:
            folds.append(parent.batch)
    if not folds:
        return Along(0)
    return replace(folds[-1], folded=joint_fold(each.folded for each in folds))


def _as_tensors(value: Value) -> tuple[list[Tensor], bool]:
    """The tensors a layer is called on, and whether they came as a list."""
    if isinstance(value, Sequence):
        element = [] if value.element is None else [value.element]
        items = value.items if value.items is not None else element
        return [item if isinstance(item, Tensor) else _any_tensor() for item in items], True
    if isinstance(value, Tensor):
        return [value], False
    return [_any_tensor()], False


def _any_tensor() -> Tensor:
    return Tensor(None, Along(0), kind="keras")


def _apply_model(
    machine: Machine, model: Model, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value:
    inputs = args[0] if args else kwargs.get("inputs", NONE)
    tensors, _ = _as_tensors(inputs)
    if model.kind == "sequential" and model.known:
        value = inputs
        for layer in model.layers:
            value = chain(machine, layer, value, at, "called")
        return value
    node = _node(machine, GraphNode(model, tuple(tensors), at, trainable=True))
    known = model.outputs is not None and model.known
    if not known or any(_may_unfold(layer) for layer, _ in layers_of(model)):
        for tensor in tensors:
            machine.escape(tensor)
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
            rows = next((p.dims[0] for p in node.parents if p.dims and _is_folded(p)), None)
            dims = value.dims if rows is None or not value.dims else (rows, *value.dims[1:])
            batch = _graph_batch([p for p in node.parents if _is_folded(p)])
            return Tensor(dims, batch, value.dtype, value.sign, kind="keras", node=node)
        return Tensor(None, Along(0), kind="keras", node=node)
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence("list", [_renew(machine, item, node) for item in value.items], birth=machine.serial())
    return Unknown(reasons.INPUT, tensor=True)


def _is_folded(tensor: Tensor) -> bool:
    return isinstance(tensor.batch, Along) and tensor.batch.folded is not None


def call_subclass(
    machine: Machine, instance: Instance, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value:
    """Call an object of a project's own layer or model class: what its shape function says, if it can."""
    if machine.trace is not None:
        machine.record(events.LAYER_CALLED, at, instance.cls.node.name, {"layer": instance})
    from lambdalint.interp import subclasses

    inputs = args[0] if args else kwargs.get("inputs", kwargs.get("x", NONE))
    keywords = {name: value for name, value in kwargs.items() if name not in ("inputs", "x")}
    result = subclasses.output(machine, instance, [inputs, *args[1:]], keywords, at)
    tensors, _ = _as_tensors(inputs)
    layer = Layer(instance.cls.node.name, {}, at, instance=instance)
    node = _node(machine, GraphNode(layer, tuple(tensors), at, trainable=True))
    if isinstance(result, (Tensor, Dictionary)) or (isinstance(result, Sequence) and result.items):
        return _taken_for_samples(_outward(machine, result, node, None), _graph_batch(tensors))
    for tensor in tensors:
        machine.escape(tensor)
    return Tensor(None, _graph_batch(tensors), kind="keras", node=node)


def _taken_for_samples(output: Value, batch: Along | Unsure) -> Value:
    """What a project's layer gives, in rows of samples as Keras has it, where its code could not tell."""
    if not isinstance(output, Tensor) or not isinstance(output.batch, Unsure) or isinstance(batch, Unsure):
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


def apply_wrapped(machine: Machine, layer: Layer | Model, shape: Shape) -> Value:
    """Apply a layer inside a wrapper to an input of this shape."""
    tensor = Tensor(shape, Along(0), "float32", kind="keras")
    if isinstance(layer, Layer) and layer.site is not None:
        return run_layer(machine, layer, [tensor], {}, layer.at, "wrapped")
    return apply_layer(machine, layer, [tensor], {}, layer.at)


def _wrapped_lambda(machine: Machine, wrapper: Layer, layer: Layer, inputs: Value, at: Anchor) -> Value:
    tensors, listed = _as_tensors(inputs)
    layer.calls += 1
    wrapper.plain["layer"] = inner(machine, layer)
    if not listed and wrapper.cls in ("TimeDistributed", "Bidirectional"):
        return _by_rules(machine, wrapper, inputs, at)
    run_layer(machine, layer, [ANY_INPUT], {}, at, "wrapped")
    return Tensor(None, _graph_batch(tensors), kind="keras")


# --- Lambda and merge ------------------------------------------------------------------------------


def run_layer(
    machine: Machine, layer: Layer, args: list[Value], kwargs: dict[str, Value], at: Anchor, how: str
) -> Value:
    """Apply a Lambda or merge layer: run its function on what flows in; the layer's output."""
    machine.spend(RUN_COST)
    site = layer.site
    inputs = args[0] if args else kwargs.get("inputs", kwargs.get("x", ANY_INPUT))
    functions = functions_of(layer)
    if layer.cls == "Merge":
        if inputs is ANY_INPUT and "layers" in layer.config:
            inputs = _branch_outputs(machine, layer.config["layers"])
        if not any(_callable(function) for function in functions):
            return _merge_by_mode(machine, layer, inputs, args, at, how)
    output: Value | None = None
    for function in functions or [Unknown(reasons.OPAQUE)]:
        trace = run_body(machine, layer, function, inputs, at)
        if any(isinstance(tensor.batch, Unsure) for tensor in trace.result_tensors):
            # What an earlier layer folded into the batch may be taken out where that is not seen.
            for tensor in tensors_of(inputs):
                machine.escape(tensor)
        declared = _declared(machine, layer, inputs, at)
        result = _layer_output(machine, layer, trace, declared, inputs, at)
        application = Application(how, at, tuple(args), dict(kwargs), inputs, trace, declared, result)
        if site is not None and len(site.applications) < KEPT:
            site.applications.append(application)
        output = result if output is None else join_values(output, result)
    return output if output is not None else NONE


def _callable(value: Value) -> bool:
    return not isinstance(value, (Const, Unknown))


def _branch_outputs(machine: Machine, layers: Value) -> Value:
    items = layers.items if isinstance(layers, Sequence) else None
    if items is None:
        return ANY_INPUT
    outputs = [_output_of(item) for item in items]
    return Sequence("list", outputs, birth=machine.serial())


def _output_of(value: Value) -> Value:
    if isinstance(value, Model) and isinstance(value.outputs, Tensor):
        return value.outputs
    return _any_tensor()


def _merge_by_mode(
    machine: Machine, layer: Layer, inputs: Value, args: list[Value], at: Anchor, how: str
) -> Value:
    """A Keras-1 merge with a mode given as a string."""
    from lambdalint.interp.plain import plain

    tensors, _ = _as_tensors(inputs)
    config = {name: plain(machine, value) for name, value in layer.config.items() if name != "layers"}
    config.setdefault("mode", "sum")
    result = output_shape("merge", config, _shapes("merge", inputs, tensors))
    node = _node(machine, GraphNode(layer, tuple(tensors), at))
    output = Tensor(result.shape, _graph_batch(tensors), kind="keras", node=node)
    if layer.site is not None and len(layer.site.applications) < KEPT:
        trace = Trace(layer.config.get("mode", NONE), (inputs,), result=output)
        layer.site.applications.append(Application(how, at, tuple(args), {}, inputs, trace, output=output))
    return output


def run_body(machine: Machine, layer: Layer, function: Value, inputs: Value, at: Anchor) -> Trace:
    """Run a layer's function on abstract inputs, as Keras calls it."""
    body_inputs = _body_input(machine, inputs, [], _is_of_one(inputs))
    keywords = as_config(layer.config.get("arguments", NONE))
    trace = Trace(function, (body_inputs,), dict(keywords))
    target = function.function if isinstance(function, Partial) else function
    if isinstance(target, Function):
        keywords = {**_phase_keywords(target), **keywords}
    outer, machine.trace = machine.trace, trace
    try:
        if isinstance(function, (Const, Tensor, Sequence)):
            trace.result = function
            trace.unknowns.append(reasons.NOT_CALLABLE)
        else:
            trace.result = machine.limited(lambda: machine.call(function, [body_inputs], keywords, at))
    finally:
        machine.trace = outer
    return trace


def _phase_keywords(function: Function) -> dict[str, Value]:
    """``mask`` and ``training`` are passed by name to functions that have such parameters."""
    spec = function.node.args
    names = {parameter.arg for parameter in [*spec.args[1:], *spec.kwonlyargs]}
    return {
        name: value
        for name, value in (
            ("mask", Unknown(reasons.PARAMETER, "mask")),
            ("training", Unknown(reasons.PARAMETER)),
        )
        if name in names
    }


def _is_of_one(inputs: Value) -> bool:
    """Whether one of the inputs has a batch of one, so that the whole model is run with such batches."""
    among = inputs.items or inputs.among if isinstance(inputs, Sequence) else [inputs]
    tensors = (item for item in among if isinstance(item, Tensor))
    return any(isinstance(t.batch, Unsure) and t.batch.reason == reasons.BATCH_OF_ONE for t in tensors)


def _body_input(machine: Machine, value: Value, counted: list[None], of_one: bool) -> Value:
    """Layer inputs as the body sees them: numbered, and detached from the graph."""
    if isinstance(value, Tensor):
        number = len(counted)
        counted.append(None)
        batch = value.batch
        if isinstance(batch, Broken):
            batch = Unsure(reasons.MIXED_BEFORE)
        elif batch == CONSTANT:
            batch = Unsure(reasons.NO_SAMPLES)
        elif of_one:
            batch = Unsure(reasons.BATCH_OF_ONE)
        return value.but(
            kind="tensor",
            inputs=frozenset({number}),
            cuts=(),
            batch=batch,
            random=False,
            content=value.content,
        )
    if isinstance(value, Sequence):
        if value.items is None:
            element = value.element if isinstance(value.element, Tensor) else _any_tensor()
            return Sequence(
                "list", None, _body_input(machine, element, counted, of_one), birth=machine.serial()
            )
        kind = "list" if value.kind != "tuple" else "tuple"
        return Sequence(
            kind,
            [_body_input(machine, item, counted, of_one) for item in value.items],
            birth=machine.serial(),
        )
    if isinstance(value, Dictionary):
        return Dictionary(
            {key: _body_input(machine, item, counted, of_one) for key, item in value.items.items()},
            value.complete,
        )
    if isinstance(value, (Const, Number)):
        return value
    number = len(counted)
    counted.append(None)
    return Unknown(reasons.INPUT, tensor=True, inputs=frozenset({number}))


# --- outputs ---------------------------------------------------------------------------------------


def shape_of_input(machine: Machine, value: Value) -> Value:
    """The shape, or list of shapes, that Keras hands to an ``output_shape`` function."""
    if isinstance(value, Tensor):
        if value.dims is None:
            return Unknown(reasons.INPUT)
        entries: list[Value] = [
            Const(dim) if isinstance(dim, int) else Number(dim, maybe_none=is_dynamic(dim))
            for dim in value.dims
        ]
        return Sequence("tuple", entries, birth=machine.serial())
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence(
            "list", [shape_of_input(machine, item) for item in value.items], birth=machine.serial()
        )
    return Unknown(reasons.INPUT)


def _declared(machine: Machine, layer: Layer, inputs: Value, at: Anchor) -> Value | None:
    """The declared output shape: the value written, or what the shape function gives for this input."""
    declared = layer.config.get("output_shape")
    if declared is None or declared == NONE:
        return None
    if isinstance(declared, (Function, Partial)) or type(declared).__name__ == "Bound":
        outer, machine.trace = machine.trace, Trace(declared, ())
        try:
            return machine.call(declared, [shape_of_input(machine, inputs)], {}, at)
        finally:
            machine.trace = outer
    return declared


def _layer_output(
    machine: Machine, layer: Layer, trace: Trace, declared: Value | None, inputs: Value, at: Anchor
) -> Value:
    """What the model sees behind the layer: the computed result if it is known, else the declared shape."""
    parents = tuple(tensors_of(inputs)) or (_any_tensor(),)
    mask = "stops" if "mask" not in layer.config else "passes"
    node = _node(machine, GraphNode(layer, parents, at, mask=mask))
    return _outward(machine, trace.result, node, _declared_sizes(machine, layer, declared))


def _declared_sizes(machine: Machine, layer: Layer, declared: Value | None) -> Shape:
    if declared is None:
        return None
    written = layer.config.get("output_shape")
    sizes = shape_sizes(machine, declared, batch=not isinstance(written, Sequence))
    if sizes is None:
        return None
    return (B, *sizes) if declared is written else sizes


def _outward(machine: Machine, value: Value, node: GraphNode, declared: Shape) -> Value:
    if isinstance(value, Tensor):
        changes: dict[str, Any] = {"kind": "keras", "node": node, "inputs": frozenset(), "made": None}
        batch = value.batch
        if isinstance(batch, Broken) and value.dims and all(e.kind == events.FIXED for e in batch.causes):
            # What comes next is meant for any batch: the written size is the mistake reported here.
            value = value.but(dims=(B, *value.dims[1:]))
            batch = Along(0)
        shape = value.dims if value.dims is not None else declared
        if isinstance(batch, (Broken, Unsure)) and shape and shape[0] == B:
            # As many rows as samples: whatever is in them, Keras takes each for a sample from here on.
            batch = Along(0)
        elif not isinstance(batch, Along) or batch.axis != 0:
            batch = Unsure(_why_none(batch))
        return value.but(**changes, batch=batch, dims=shape, content=value.content)
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence(
            "list", [_outward(machine, item, node, None) for item in value.items], birth=machine.serial()
        )
    if isinstance(value, Sequence) and isinstance(value.element, Tensor):
        return Sequence("list", None, _outward(machine, value.element, node, None), birth=machine.serial())
    if isinstance(value, Dictionary):
        return Dictionary(
            {k: _outward(machine, v, node, None) for k, v in value.items.items()}, value.complete
        )
    if declared is not None:
        return Tensor(declared, Along(0), kind="keras", node=node)
    return Unknown(value.reason if isinstance(value, Unknown) else reasons.INPUT, tensor=True)


def _why_none(batch: Batch) -> str:
    """Why the next layer finds no samples along axis 0."""
    if isinstance(batch, Unsure):
        return batch.reason
    if isinstance(batch, Broken):
        return reasons.MIXED_BEFORE
    return reasons.MOVED_BEFORE if isinstance(batch, Along) else reasons.NO_SAMPLES
