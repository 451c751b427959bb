"""Layers and models written in the project: what their methods, or the Keras class behind them, compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.interp import apply, construct, lambdas
from lambdalint.interp.values import (
    CONSTANT,
    NONE,
    Along,
    Dictionary,
    Function,
    Instance,
    Layer,
    Library,
    Model,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers import catalogue
from lambdalint.layers.dims import B, is_dynamic
from lambdalint.layers.shapes_base import Shape
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

BASE = "__keras__"
"""The attribute of an instance that holds the Keras object behind it: a layer or a functional model."""

CALLED = "__called__"
"""The attribute of an instance that holds the last array it was called on."""

OF_MODELS = frozenset(
    {
        "output", "outputs", "input", "inputs", "layers", "output_shape", "input_shape", "get_layer", "add",
        "pop", "predict", "predict_on_batch", "compile", "fit", "summary", "get_output_at", "get_input_at",
    }
)  # fmt: skip
"""Attributes of the Keras object behind an instance that tell something of its graph."""

RUNS = 24
"""Calls of one class whose ``call`` is run; beyond them the result is not known."""


def initialise(
    machine: Machine, instance: Instance, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> None:
    """The constructor of the Keras class behind an instance."""
    base = instance.cls.library_base() or ""
    last = base.rsplit(".", 1)[-1]
    if is_model(instance):
        if last == "Sequential" or "outputs" in kwargs or len(args) > 1:
            made = construct.construct(machine, Library(f"keras.models.{last}"), args, kwargs, at, last)
            if made is not None:
                instance.attributes[BASE] = made
    elif base.startswith("keras.layers.") and last != "Lambda" and catalogue.facts(last) is not None:
        config = {name: value for name, value in kwargs.items() if value != NONE}
        instance.attributes[BASE] = construct.make_layer(machine, last, args, config, at, None)


def is_model(instance: Instance) -> bool:
    """Whether an instance is a model, not a layer: what Keras calls it on are batches."""
    base = instance.cls.library_base() or ""
    return base.startswith("keras.models.") or base == "keras.Model"


def note_call(machine: Machine, instance: Instance, inputs: Value) -> None:
    """Remember an array that a model is called on outside of any function of a layer.

    ``model(tf.zeros((1, 32)))`` builds a model of a class of one's own, but may as well be all that it is
    run on: one picture, or all nodes of a graph.  What ``fit`` gives it has the same axes, in batches.
    """
    if machine.trace is None and _is_array(inputs) and is_model(instance):
        instance.attributes[CALLED] = inputs


def _is_array(value: Value) -> bool:
    """Whether a value is one array whose rows may be samples."""
    known = isinstance(value, Tensor) and value.batch == CONSTANT and value.kind in ("tensor", "ndarray")
    return known and isinstance(value, Tensor) and value.dims is not None and len(value.dims) > 1


def fit(machine: Machine, instance: Instance, data: Value, at: Anchor) -> None:
    """``fit`` and its kin call a model on batches of rows, of an array or like one it was called on."""
    array = data if _is_array(data) else instance.attributes.get(CALLED)
    if machine.trace is None and isinstance(array, Tensor) and array.dims:
        batch = Tensor((B, *array.dims[1:]), Along(0), array.dtype, kind="keras")
        apply.call_subclass(machine, instance, [batch], {}, at)


def build(machine: Machine, instance: Instance, shape: Value, at: Anchor) -> None:
    """``model.build(shape)`` with an open batch: Keras calls the model on inputs of that shape."""
    several = isinstance(shape, Sequence) and any(isinstance(item, Sequence) for item in shape.items or ())
    shapes = shape.items or [] if isinstance(shape, Sequence) and several else [shape]
    inputs: list[Value] = []
    for written in shapes:
        dims = construct.shape_sizes(machine, written, batch=True)
        if not dims or not is_dynamic(dims[0]):
            return
        inputs.append(Tensor((B, *dims[1:]), Along(0), "float32", kind="keras"))
    given = Sequence("list", inputs, birth=machine.serial()) if several else inputs[0]
    apply.call_subclass(machine, instance, [given], {}, at)


def behind(instance: Instance) -> Layer | Model | None:
    """The Keras layer or functional model behind an instance, where its constructor has run."""
    found = instance.attributes.get(BASE)
    return found if isinstance(found, (Layer, Model)) else None


def output(
    machine: Machine, instance: Instance, args: list[Value], keywords: dict[str, Value], at: Anchor
) -> Value:
    """What calling a project's layer or model on ``args`` gives, with the sizes that are known of it."""
    inputs = args[0]
    method = instance.cls.lookup("call")
    if not isinstance(method, Function):
        base = behind(instance)
        return (
            Unknown("the layer has no call")
            if base is None
            else apply.apply_layer(machine, base, [inputs], {}, at)
        )
    result = _run(machine, instance, method, args, keywords, at)
    if isinstance(result, (Tensor, Dictionary)) or (isinstance(result, Sequence) and result.items):
        if not (isinstance(result, Tensor) and result.dims is None):
            return result
    shape = _declared(machine, instance, inputs, at)
    return result if shape is None else Tensor(shape, Along(0))


def _run(
    machine: Machine,
    instance: Instance,
    method: Function,
    args: list[Value],
    keywords: dict[str, Value],
    at: Anchor,
) -> Value:
    runs = machine.subclass_runs
    runs[id(instance.cls)] = runs.get(id(instance.cls), 0) + 1
    if runs[id(instance.cls)] > RUNS or method.node in machine.stack:
        return Unknown("a layer that is called often")
    outer, machine.trace = machine.trace, None
    try:
        _build(machine, instance, args[0], at)
        spec = method.node.args
        names = {parameter.arg for parameter in [*spec.args[2:], *spec.kwonlyargs]}
        named = {name: value for name, value in keywords.items() if name in names or spec.kwarg is not None}
        return machine.call_function(method, [instance, *map(detached, args)], named, at)
    finally:
        machine.trace = outer


def _build(machine: Machine, instance: Instance, inputs: Value, at: Anchor) -> None:
    """Run ``build`` on the shape of the first input, as Keras does."""
    if instance.built:
        return
    instance.built = True
    build = instance.cls.lookup("build")
    if isinstance(build, Function) and len(build.node.args.args) == 2:
        machine.call_function(build, [instance, lambdas.shape_of_input(machine, inputs)], {}, at)


def detached(value: Value) -> Value:
    """Tensors of the model as the ``call`` of a layer sees them: cut off from the graph around it."""
    if isinstance(value, Tensor):
        return value.but(kind="tensor", node=None, content=value.content)
    if isinstance(value, Sequence) and value.items is not None:
        return Sequence(value.kind, [detached(item) for item in value.items])
    if isinstance(value, Dictionary):
        return Dictionary({key: detached(item) for key, item in value.items.items()}, value.complete)
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.label, tensor=True)
    return value


def _declared(machine: Machine, instance: Instance, inputs: Value, at: Anchor) -> Shape:
    """The sizes that ``compute_output_shape`` gives."""
    for name in ("compute_output_shape", "get_output_shape_for"):
        method = instance.cls.lookup(name)
        if isinstance(method, Function):
            outer, machine.trace = machine.trace, None
            try:
                shape = lambdas.shape_of_input(machine, inputs)
                declared = machine.call_function(method, [instance, shape], {}, at)
            finally:
                machine.trace = outer
            if isinstance(declared, Sequence) and declared.items:
                if not any(isinstance(item, Sequence) for item in declared.items):
                    sizes = construct.shape_sizes(machine, declared, batch=True)
                    return None if sizes is None else (B, *sizes[1:])
    return None


def weight(machine: Machine, args: list[Value], kwargs: dict[str, Value]) -> Tensor:
    """The variable that ``add_weight`` makes, by the shape it is given."""
    given = kwargs.get("shape")
    if given is None:
        given = next((value for value in args[:2] if isinstance(value, Sequence)), None)
    dims = () if given is None else construct.shape_sizes(machine, given, batch=False)
    if given is None and args:
        dims = None
    return Tensor(dims, kind="variable", label="self.add_weight")
