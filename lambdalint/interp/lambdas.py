"""Applying Lambda and merge layers: their function is run on what flows in, and its result flows on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdalint.interp import events, reasons, signs
from lambdalint.interp.construct import as_config, functions_of, shape_sizes
from lambdalint.interp.facts import Application, Trace, tensors_of
from lambdalint.interp.flowing import ANY_INPUT, any_tensor, as_tensors, graph_batch, input_shapes, note_node
from lambdalint.interp.graph import is_masked
from lambdalint.interp.tensors import join_values
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Dictionary,
    Event,
    Function,
    GraphNode,
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
from lambdalint.layers.dims import B, is_dynamic
from lambdalint.layers.shapes import output_shape
from lambdalint.layers.shapes_base import Shape
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

KEPT = 24
"""Applications of one site that are kept for the rules."""

_MOVED = Unsure(reasons.MOVED_BEFORE)

RUN_COST = 12
"""What a use of a Lambda costs of the file's budget, beside what its function does."""


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
        trace = _moved_back(machine, layer, function, inputs, at)
        if trace is None:
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
    return any_tensor()


def _moved_back(machine: Machine, layer: Layer, function: Value, inputs: Value, at: Anchor) -> Trace | None:
    """The run of a function that takes the samples back to axis 0, from where an earlier layer moved them."""
    tensor: Value | None = inputs
    while isinstance(tensor, Tensor) and tensor.node is not None and tensor.batch == _MOVED:
        place = machine.moves.get(id(tensor.node))
        if place is not None and place.moved is not None and isinstance(inputs, Tensor) and inputs.dims:
            trace = run_body(machine, layer, function, inputs.but(batch=place), at)
            result = trace.result
            if not isinstance(result, Tensor) or not isinstance(result.batch, Along) or result.batch.axis:
                return None
            machine.unfolded(place.moved)
            return trace
        tensor = next((parent for parent in tensor.node.parents if parent.batch == _MOVED), None)
    return None


def _merge_by_mode(
    machine: Machine, layer: Layer, inputs: Value, args: list[Value], at: Anchor, how: str
) -> Value:
    """A Keras-1 merge with a mode given as a string."""
    from lambdalint.interp.plain import plain

    tensors, _ = as_tensors(inputs)
    config = {name: plain(machine, value) for name, value in layer.config.items() if name != "layers"}
    config.setdefault("mode", "sum")
    result = output_shape("merge", config, input_shapes("merge", inputs, tensors))
    node = note_node(machine, GraphNode(layer, tuple(tensors), at))
    merged = Tensor(result.shape, graph_batch(tensors), kind="keras", node=node)
    kind = _fault_of_merge(config)
    if kind is not None and tensors and all(isinstance(t.batch, Along) and t.batch.plain for t in tensors):
        data = {"before": tensors[0], "after": result.shape, "axis": 0}
        merged = merged.but(batch=Broken((Event(kind, layer.at, "merge", data),)))
    output = outward(machine, merged, node, None)
    if layer.site is not None and len(layer.site.applications) < KEPT:
        trace = Trace(layer.config.get("mode", NONE), (inputs,), result=merged)
        layer.site.applications.append(Application(how, at, tuple(args), {}, inputs, trace, output=output))
    return output


def _fault_of_merge(config: dict[str, Any]) -> str | None:
    """What a merge that names the batch axis does to the samples."""
    if config["mode"] == "concat" and config.get("concat_axis") == 0:
        return events.CHANGED
    axes = config.get("dot_axes") if config["mode"] == "dot" else None
    return events.REDUCED if axes == 0 or (isinstance(axes, (list, tuple)) and 0 in axes) else None


def run_body(machine: Machine, layer: Layer, function: Value, inputs: Value, at: Anchor) -> Trace:
    """Run a layer's function on abstract inputs, as Keras calls it."""
    body_inputs = _body_input(machine, inputs, [], _is_of_one(inputs))
    keywords = as_config(layer.config.get("arguments", NONE))
    trace = Trace(function, (body_inputs,), dict(keywords))
    target = function.function if isinstance(function, Partial) else function
    if isinstance(target, Function):
        keywords = {**_phase_keywords(target, inputs), **keywords}
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


def _phase_keywords(function: Function, inputs: Value) -> dict[str, Value]:
    """``mask`` and ``training`` are passed by name to functions that have such parameters."""
    spec = function.node.args
    names = {parameter.arg for parameter in [*spec.args[1:], *spec.kwonlyargs]}
    return {
        name: value
        for name, value in (
            ("mask", _mask(inputs)),
            ("training", Unknown(reasons.PARAMETER)),
        )
        if name in names
    }


def _mask(inputs: Value) -> Value:
    """The mask that Keras passes: a flag for each step, where one is sure to come with the input."""
    if isinstance(inputs, Tensor) and inputs.dims and len(inputs.dims) > 1 and is_masked(inputs):
        return Tensor(inputs.dims[:2], inputs.batch, "bool", signs.MASK, inputs=frozenset({0}))
    return Unknown(reasons.PARAMETER, "mask")


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
            element = value.element if isinstance(value.element, Tensor) else any_tensor()
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
    parents = tuple(tensors_of(inputs)) or (any_tensor(),)
    mask = "stops" if "mask" not in layer.config else "passes"
    node = note_node(machine, GraphNode(layer, parents, at, mask=mask))
    return outward(machine, trace.result, node, _declared_sizes(machine, layer, declared))


def _declared_sizes(machine: Machine, layer: Layer, declared: Value | None) -> Shape:
    if declared is None:
        return None
    written = layer.config.get("output_shape")
    sizes = shape_sizes(machine, declared, batch=not isinstance(written, Sequence))
    if sizes is None:
        return None
    return (B, *sizes) if declared is written else sizes


def outward(machine: Machine, value: Value, node: GraphNode, declared: Shape) -> Value:
    """The result of a function as the next layer finds it."""
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
            if isinstance(batch, Along):
                machine.moves[id(node)] = batch
            batch = Unsure(_why_none(batch))
        return value.but(**changes, batch=batch, dims=shape, content=value.content)
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence(
            "list", [outward(machine, item, node, None) for item in value.items], birth=machine.serial()
        )
    if isinstance(value, Sequence) and isinstance(value.element, Tensor):
        return Sequence("list", None, outward(machine, value.element, node, None), birth=machine.serial())
    if isinstance(value, Dictionary):
        return Dictionary(
            {k: outward(machine, v, node, None) for k, v in value.items.items()}, value.complete
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
