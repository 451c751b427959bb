"""Attributes and methods of layer and model objects, and of objects of Keras subclasses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.interp import apply, events, flowing, lambdas, reasons, subclasses
from lambdalint.interp.facts import Trace
from lambdalint.interp.graph import chain_of, named_layer, note_family
from lambdalint.interp.values import (
    NONE,
    Along,
    Bound,
    Const,
    Dictionary,
    Function,
    Instance,
    Layer,
    Library,
    Model,
    Opaque,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.binding import declared_input
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

_METHODS = frozenset(
    {
        "add", "compile", "fit", "fit_generator", "predict", "evaluate", "summary", "save", "save_weights",
        "load_weights", "get_layer", "pop", "get_config", "get_weights", "set_weights", "build", "call",
        "add_loss", "add_metric", "add_weight", "count_params", "train_on_batch", "to_json", "get_output_at",
        "get_input_at", "get_output_shape_at", "compute_output_shape", "compute_mask", "to_yaml",
    }
)  # fmt: skip
_SAVERS = frozenset({"save", "to_json", "to_yaml"})

_IN_BATCHES = frozenset({"fit", "evaluate", "predict"})
"""Methods of a model that cut their first argument into batches."""


def attribute(machine: Machine, receiver: Layer | Model, name: str, at: Anchor) -> Value:
    """The value of an attribute of a layer or model."""
    if name in _METHODS:
        return Bound(receiver, name)
    if isinstance(receiver, Layer):
        return _layer_attribute(machine, receiver, name, at)
    if name in receiver.attributes:
        return receiver.attributes[name]
    if name in ("output", "outputs"):
        return _end(receiver.outputs, name == "outputs", receiver.known)
    if name in ("input", "inputs"):
        return _end(receiver.inputs, name == "inputs", receiver.known)
    if name == "layers":
        if receiver.kind == "sequential" and receiver.known:
            return Sequence("list", list(receiver.layers))
        known = chain_of(receiver)
        return Sequence("list", None, Unknown(reasons.ENTRY)) if known is None else Sequence("list", known)
    if name == "model":
        # What Keras 1 runs behind a Sequential, and what packages that wrap a model keep it under.
        return receiver
    if name in ("output_shape", "input_shape"):
        tensor = receiver.outputs if name == "output_shape" else receiver.inputs
        return lambdas.shape_of_input(machine, tensor) if tensor is not None else Unknown(reasons.ATTRIBUTE)
    return Unknown(reasons.ATTRIBUTE, name)


def _end(value: Value | None, several: bool, known: bool) -> Value:
    if value is None or not known:
        return Sequence("list", None, _tensor()) if several else _tensor()
    if several and isinstance(value, Tensor):
        return Sequence("list", [value])
    return value


def _tensor() -> Tensor:
    """The output of a layer of which nothing is known."""
    return Tensor(None, Along(0), kind="keras")


def _layer_attribute(machine: Machine, receiver: Layer, name: str, at: Anchor) -> Value:
    if name in ("output", "input") and receiver.ends is not None:
        return receiver.ends[name == "output"]
    if name in ("output_shape", "input_shape") and receiver.ends is not None:
        return lambdas.shape_of_input(machine, receiver.ends[name == "output_shape"])
    if name == "output":
        return _tensor()
    if name == "input":
        # A layer may have been called on a list.
        return Unknown(reasons.INPUT, tensor=True)
    if name in receiver.config:
        return receiver.config[name]
    if receiver.instance is not None:
        from lambdalint.interp import objects

        return objects.attribute(machine, receiver.instance, name, at, name)
    if name in ("kernel", "bias", "embeddings", "weights", "trainable_weights", "gamma", "beta"):
        return Tensor(None, kind="variable", label=name)
    return Unknown(reasons.ATTRIBUTE, name)


def call_method(
    machine: Machine,
    receiver: Layer | Model,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    at: Anchor,
    text: str,
) -> Value:
    """Call a method of a layer or model."""
    if name == "add" and isinstance(receiver, Model):
        layer = args[0] if args else kwargs.get("layer", NONE)
        add(machine, receiver, layer, at, "add")
        return Opaque("add-result", at)
    if name in _SAVERS and isinstance(receiver, Model):
        note_saved(machine, receiver, at)
    if name in ("fit", "fit_generator") and isinstance(receiver, Model):
        _note_checkpoints(machine, receiver, kwargs.get("callbacks", NONE))
    if name == "compile" and isinstance(receiver, Model):
        _compile(machine, receiver, args, kwargs, at)
        return NONE
    if name in ("add_loss", "add_metric"):
        for value in args[:1]:
            mark_loss(value)
        return NONE
    if name == "get_layer" and isinstance(receiver, Model):
        wanted = args[0] if args else kwargs.get("name", NONE)
        return named_layer(receiver, wanted) or Layer("?", {}, at, receiver.family)
    if name == "pop" and isinstance(receiver, Model):
        receiver.known = False
        return NONE
    if name in ("call", "__call__"):
        return apply.apply_layer(machine, receiver, args, kwargs, at)
    if name in ("predict", "predict_on_batch"):
        return Tensor(None, kind="ndarray")
    if name in ("get_output_at", "get_input_at"):
        return _tensor()
    return Unknown(reasons.UNKNOWN_CALL)


def note_saved(machine: Machine, model: Value, at: Anchor) -> None:
    """Record which model a call saves whole."""
    if isinstance(model, Model):
        machine.record(events.SAVED, at, "", {"model": model})


def _note_checkpoints(machine: Machine, model: Model, callbacks: Value) -> None:
    """Record that the checkpoints among the callbacks of a training save this model."""
    for callback in (callbacks.items or []) if isinstance(callbacks, Sequence) else ():
        if isinstance(callback, Opaque) and callback.kind == "checkpoint" and callback.at is not None:
            note_saved(machine, model, callback.at)


def instance_method(
    machine: Machine,
    receiver: Instance,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    at: Anchor,
    text: str,
) -> Value:
    """A method that an object of a Keras subclass inherits from Keras."""
    if name in ("add_weight", "add_variable"):
        return subclasses.weight(machine, args, kwargs)
    if name == "__init__":
        subclasses.initialise(machine, receiver, args, kwargs, at)
        return NONE
    if name in ("add_loss", "add_metric"):
        for value in args[:1]:
            mark_loss(value)
        return NONE
    if name == "call" and (behind := subclasses.behind(receiver)) is not None:
        return apply.apply_layer(machine, behind, args[:1], {}, at)
    if name == "__call__":
        return apply.call_subclass(machine, receiver, args, kwargs, at)
    if subclasses.is_model(receiver) and isinstance(receiver.cls.lookup("call"), Function):
        _run_model(machine, receiver, name, args, kwargs, at)
    if name in ("build", "compile", "add_update", "save_weights"):
        return NONE
    return Unknown(reasons.UNKNOWN_CALL)


def _run_model(
    machine: Machine, model: Instance, name: str, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> None:
    """Methods of a model of the project that run its ``call``: on a shape, or on batches of an array."""
    if name == "build":
        shape = args[0] if args else kwargs.get("input_shape", NONE)
        subclasses.build(machine, model, shape, at)
    elif name in _IN_BATCHES and "batch_size" not in kwargs and len(args) < 3:
        subclasses.fit(machine, model, args[0] if args else kwargs.get("x", NONE), at)


# --- Sequential ------------------------------------------------------------------------------------


def add(machine: Machine, model: Model, layer: Value, at: Anchor, how: str) -> None:
    """``model.add(layer)``: extend the chain and run the layer on what flows into it."""
    if machine.weak(model.birth):
        # The layer may or may not be there: run it, and forget what the chain ends with.
        apply.chain(machine, layer, _flow(model, layer), at, how)
        model.outputs = _tensor()
        model.layers.append(layer)
        return
    if isinstance(layer, Tensor):
        model.inputs = model.outputs = layer
        return
    start = _flow(model, layer)
    if model.inputs is None:
        model.inputs = start
    if isinstance(layer, (Layer, Model)):
        note_family(machine, model.family, layer.family, at, "layer", model.outputs)
    model.layers.append(layer)
    model.outputs = apply.chain(machine, layer, start, at, how)
    if isinstance(layer, Layer) and layer.site is not None:
        layer.site.uses.add(how)


def _flow(model: Model, layer: Value) -> Value:
    """What flows into the next layer of a chain."""
    if model.outputs is not None:
        return model.outputs
    if isinstance(layer, Model) and layer.inputs is not None:
        return layer.inputs
    if isinstance(layer, Layer):
        if layer.cls == "Merge":
            return flowing.ANY_INPUT
        shape = declared_input(layer.cls, layer.plain)
        if shape is None and isinstance(layer.inner, Layer):
            shape = declared_input(layer.inner.cls, layer.inner.plain)
        if shape is not None:
            dtype = layer.config.get("input_dtype", layer.config.get("dtype", Const("float32")))
            name = dtype.value if isinstance(dtype, Const) and isinstance(dtype.value, str) else None
            return Tensor(shape, Along(0), name, kind="keras")
    return _tensor()


# --- losses ----------------------------------------------------------------------------------------


def _compile(machine: Machine, model: Model, args: list[Value], kwargs: dict[str, Value], at: Anchor) -> None:
    loss = kwargs.get("loss", args[1] if len(args) > 1 else NONE)
    if loss != NONE and model not in machine.compiled:
        machine.compiled.append(model)
    outputs = model.outputs
    if isinstance(outputs, Sequence):
        ends = outputs.items or []
    else:
        ends = [outputs] if outputs is not None else []
    if isinstance(loss, Sequence) and loss.items is not None and len(loss.items) == len(ends):
        pairs = list(zip(loss.items, ends))
    elif isinstance(loss, Dictionary):
        pairs = [(value, end) for value in loss.items.values() for end in ends if _named(end, loss, value)]
    else:
        pairs = [(loss, end) for end in ends]
    for function, end in pairs:
        if passes_through(machine, function, at):
            mark_loss(end)
        elif model.family == "keras" and machine.dialect != "keras3" and _compares(machine, function, at):
            _mark_compared(end)


def _named(end: Value, losses: Dictionary, value: Value) -> bool:
    """Whether an output is the one that a dict of losses names."""
    if not isinstance(end, Tensor) or end.node is None or not isinstance(end.node.layer, Layer):
        return False
    name = end.node.layer.config.get("name")
    return isinstance(name, Const) and losses.items.get(name.value) is value


def passes_through(machine: Machine, loss: Value, at: Anchor) -> bool:
    """Whether a loss function returns the prediction itself (or its mean): the output is the loss."""
    if not isinstance(loss, Function):
        return False
    prediction = Tensor(None, Along(0), inputs=frozenset({1}))
    result, trace = _loss_of(machine, loss, prediction, at)
    if not isinstance(result, Tensor) or result.inputs != {1}:
        return False
    # Where something is not followed, the truth may have been lost on the way.
    return not trace.unknowns or result is prediction


def _loss_of(machine: Machine, loss: Function, prediction: Tensor, at: Anchor) -> tuple[Value, Trace]:
    """What a loss function makes of the truth, which is input 0, and a prediction."""
    truth = Tensor(None, Along(0), inputs=frozenset({0}))
    outer = machine.trace
    machine.trace = trace = Trace(loss, ())
    try:
        return machine.call(loss, [truth, prediction], {}, at), trace
    finally:
        machine.trace = outer


def _compares(machine: Machine, loss: Value, at: Anchor) -> bool:
    """Whether a loss surely sets the prediction against the truth: one of Keras, or one that reads both."""
    if isinstance(loss, Const):
        return isinstance(loss.value, str)
    if not isinstance(loss, Function):
        return isinstance(loss, Library) and loss.name.startswith("keras.losses.")
    result, _ = _loss_of(machine, loss, Tensor(None, Along(0), inputs=frozenset({1})), at)
    return isinstance(result, Tensor) and result.inputs == {0, 1}


def _mark_compared(end: Value) -> None:
    """Mark a Lambda layer whose output such a loss takes as it is.

    Other than standalone Keras, tf.keras and Keras 3 bring both sides to the same rank first.
    """
    layer = end.node.layer if isinstance(end, Tensor) and end.node is not None else None
    if isinstance(layer, Layer) and layer.site is not None:
        layer.site.compared = True


def mark_loss(value: Value | None) -> None:
    """Mark the Lambda layers nearest to a loss: they are meant to look at the whole batch."""
    stack: list[Value | None] = [value]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, Sequence):
            stack.extend(current.items or [])
        if not isinstance(current, Tensor) or current.node is None or id(current.node) in seen:
            continue
        seen.add(id(current.node))
        layer = current.node.layer
        if isinstance(layer, Layer) and layer.site is not None:
            layer.site.in_loss = True
        elif isinstance(layer, Layer):
            stack.extend(current.node.parents)
