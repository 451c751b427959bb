"""Calls of Keras classes and functions that make layers, models and inputs."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lambdalint.interp import events, pretrained, reasons
from lambdalint.interp.graph import family_of, graph_tensors, note_family
from lambdalint.interp.plain import SIZES, plain
from lambdalint.interp.values import (
    NONE,
    Along,
    Bound,
    Const,
    Dictionary,
    Function,
    GraphNode,
    Instance,
    Layer,
    Library,
    Model,
    Opaque,
    Partial,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers import binding as layer_binding
from lambdalint.layers import catalogue
from lambdalint.layers.dims import B, Dim, fresh
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

LAMBDA = ("function", "output_shape", "mask", "arguments")
MERGE = ("layers", "mode", "concat_axis", "dot_axes", "output_shape", "output_mask", "arguments")
MERGE_FUNCTION = (
    "inputs",
    "mode",
    "concat_axis",
    "dot_axes",
    "output_shape",
    "output_mask",
    "arguments",
    "name",
)

_LOADERS = (
    "load_model",
    "model_from_json",
    "model_from_yaml",
    "model_from_config",
    "clone_model",
    "multi_gpu_model",
)
_OPAQUE = {
    "tensorflow.Session": "session",
    "tensorflow.InteractiveSession": "session",
    "keras.backend.get_session": "session",
    "keras.callbacks.ModelCheckpoint": "checkpoint",
    "threading.Lock": "lock",
    "threading.RLock": "lock",
    "builtins.open": "open file",
    "builtins.iter": "generator",
}


_BINARY = {
    "operator.add": "+",
    "operator.sub": "-",
    "operator.mul": "*",
    "operator.truediv": "/",
    "operator.pow": "**",
    "operator.matmul": "@",
}
"""Functions of the standard library's ``operator`` that stand for an operator."""


def construct(
    machine: Machine, function: Library, args: list[Value], kwargs: dict[str, Value], at: Anchor, text: str
) -> Value | None:
    """What calling a library class or function makes, or ``None`` where it is an ordinary operation."""
    name = function.name
    if name == "functools.partial" and args:
        return Partial(args[0], tuple(args[1:]), dict(kwargs))
    if name in ("functools.reduce", "six.moves.reduce"):
        import lambdalint.interp.builtins as builtins

        return builtins.call(machine, "reduce", args, kwargs, at, text)
    if name in _BINARY and len(args) == 2 and not kwargs:
        from lambdalint.interp.ops import operators

        return operators.binary(machine, _BINARY[name], args[0], args[1], at, text)
    if name == "operator.neg" and len(args) == 1 and not kwargs:
        from lambdalint.interp.ops import operators

        return operators.unary(machine, "-", args[0], at, text)
    if name in _OPAQUE:
        return Opaque(_OPAQUE[name], at)
    if not name.startswith("keras."):
        return _foreign(machine, function, args, kwargs, at)
    last = name.rsplit(".", 1)[-1]
    if name in ("keras.layers.Input", "keras.Input"):
        return make_input(machine, args, kwargs, at, function.family)
    if name.startswith("keras.models.") or name in ("keras.Model", "keras.Sequential"):
        return _model(machine, last, args, kwargs, at, function.family)
    if name.startswith("keras.layers."):
        return _layer(machine, function, last, args, kwargs, at)
    if name.startswith("keras.applications."):
        return _application(machine, name, last, args, kwargs, at, function.family)
    if name.startswith("keras.losses.") and last[:1].isupper():
        return _loss(name, args, kwargs)
    given = [*args, *(kwargs[word] for word in ("identifier", "name") if word in kwargs)]
    found = name in ("keras.activations.get", "keras.activations.deserialize") and given
    return _activation(given[0]) if found else None


_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _loss(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value | None:
    """A loss object that gives a number for each sample: the function that it applies."""
    from lambdalint.interp.ops import library

    reduction = kwargs.get("reduction")
    spelled = reduction.name if isinstance(reduction, Library) else None
    alone = reduction in (NONE, Const("none")) or (spelled or "").endswith("Reduction.NONE")
    home, _, last = name.rpartition(".")
    function = f"{home}.{_WORDS.sub('_', last).lower()}"
    op = library.lookup(function)
    if not alone or reduction is None or args or op is None:
        return None
    known = {parameter.name for parameter in op.parameters}
    return Partial(Library(function), (), {key: value for key, value in kwargs.items() if key in known})


def _activation(value: Value) -> Value | None:
    """The function that ``activations.get`` finds."""
    if isinstance(value, Const) and isinstance(value.value, (str, type(None))):
        return Library(f"keras.activations.{value.value or 'linear'}")
    if isinstance(value, Unknown) and not value.tensor:
        return Library("keras.activations.any")
    return value if isinstance(value, (Function, Library, Partial, Bound)) else None


def _foreign(
    machine: Machine, function: Library, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value | None:
    """Layers of other packages, recognised by where they live, and distributions."""
    parts = function.name.split(".")
    if parts[0] in pretrained.PACKAGES:
        return pretrained.encoder(machine, function.name, args, kwargs, at)
    if parts[0] in ("tensorflow_probability", "tfp") and "distributions" in parts:
        import lambdalint.interp.ops.distributions as distributions

        return distributions.make(parts[-1], args, kwargs)
    if len(parts) > 1 and "layers" in parts[:-1] and parts[-1][:1].isupper() and parts[0] != "torch":
        return Layer(parts[-1], dict(kwargs), at, function.family, birth=machine.serial())
    if function.name.startswith("tensorflow_hub.KerasLayer"):
        return Layer("KerasLayer", dict(kwargs), at, function.family, birth=machine.serial())
    if function.name in ("tensorflow_hub.Module", "tensorflow_hub.load"):
        return Model(at, pretrained.HUB, known=False, birth=machine.serial())
    if machine.trace is not None and makes_variables(function.name):
        text = ast.unparse(at.node.func) if isinstance(at.node, ast.Call) else function.spelling
        machine.record(events.VARIABLE_MADE, at, text, {})
    return None


_WEIGHTED = (
    "dense", "fully_connected", "conv", "separable_conv", "batch_norm", "layer_norm", "bias_add", "embed",
)  # fmt: skip


def makes_variables(name: str) -> bool:
    """Whether a library function makes the weights of a layer when it is called: ``tf.layers.dense``."""
    home, _, last = name.removeprefix("tensorflow.compat.v1.").removeprefix("tensorflow.").rpartition(".")
    return home in ("layers", "contrib.layers", "contrib.slim", "tf_slim") and last.startswith(_WEIGHTED)


# --- inputs ----------------------------------------------------------------------------------------


def make_input(
    machine: Machine, args: list[Value], kwargs: dict[str, Value], at: Anchor, family: str | None
) -> Tensor:
    """The symbolic tensor of ``Input(...)``: the batch axis and the sizes that are written."""
    node = GraphNode(Layer("InputLayer", dict(kwargs), at, family), (), at)
    tensor = kwargs.get("tensor")
    if isinstance(tensor, Tensor):
        return tensor.but(kind="keras", node=node, batch=Along(0) if tensor.dims else Unsure(reasons.INPUT))
    dtype = kwargs.get("dtype", args[3] if len(args) > 3 else NONE)
    dtype_name = dtype.value if isinstance(dtype, Const) and isinstance(dtype.value, str) else None
    if dtype_name is None and dtype == NONE:
        dtype_name = "float32"
    full = kwargs.get("batch_shape", kwargs.get("batch_input_shape"))
    if full is not None and full != NONE:
        sizes = shape_sizes(machine, full, batch=True)
        return _input_tensor(sizes, dtype_name, node)
    given = kwargs.get("shape", kwargs.get("input_shape", args[0] if args else NONE))
    sizes = shape_sizes(machine, given, batch=False)
    count = kwargs.get("batch_size", args[1] if len(args) > 1 else NONE)
    first: Dim = B
    if isinstance(count, Const) and isinstance(count.value, int):
        first = count.value
    elif count != NONE:
        first = machine.dim(count, "batch_size") or B
    return _input_tensor(None if sizes is None else (first, *sizes), dtype_name, node)


def _input_tensor(sizes: tuple[Dim, ...] | None, dtype: str | None, node: GraphNode) -> Tensor:
    batch: Along | Unsure = Along(0)
    if sizes is not None and sizes and sizes[0] == 1:
        batch = Unsure(reasons.BATCH_OF_ONE)
    return Tensor(sizes, batch, dtype, kind="keras", node=node)


def shape_sizes(machine: Machine, value: Value, batch: bool) -> tuple[Dim, ...] | None:
    """The sizes a shape argument writes; ``None`` where the rank is not known."""
    if isinstance(value, Tensor) and isinstance(value.content, tuple):
        return value.content
    if not isinstance(value, Sequence) or value.items is None:
        if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
            return (value.value,)
        return None
    sizes: list[Dim] = []
    for position, item in enumerate(value.items):
        if item == NONE:
            sizes.append(B if batch and position == 0 else fresh("n", dynamic=True))
        else:
            sizes.append(machine.dim(item) or fresh())
    return tuple(sizes)


# --- layers ----------------------------------------------------------------------------------------


def _layer(
    machine: Machine, function: Library, last: str, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value | None:
    if last == "Lambda":
        return make_lambda(machine, "Lambda", args, kwargs, at, function.family)
    if last == "Merge":
        return _merge_layer(machine, args, kwargs, at, function.family)
    if last == "merge":
        return _merge_function(machine, args, kwargs, at, function.family)
    if machine.trace is not None and last[:1].isupper() and last != "InputSpec":
        machine.record(events.LAYER_MADE, at, last, {"layer": last})
    if last[:1].isupper():
        return make_layer(machine, last, args, kwargs, at, function.family)
    if last in catalogue.FUNCTIONS:
        import lambdalint.interp.apply as apply

        layer = make_layer(machine, catalogue.FUNCTIONS[last], args[1:], kwargs, at, function.family)
        inputs = [args[0]] if args else [kwargs["inputs"]] if "inputs" in kwargs else []
        return apply.apply_layer(machine, layer, inputs, {}, at)
    return None


def make_layer(
    machine: Machine, cls: str, args: list[Value], kwargs: dict[str, Value], at: Anchor, family: str | None
) -> Layer:
    """A layer object of a class with bound configuration."""
    config: dict[str, Value] = dict(kwargs)
    inner = next(
        (value for value in [*args[:1], kwargs.get("layer", NONE)] if isinstance(value, (Layer, Model))), None
    )
    names = layer_binding.bind(cls, list(range(len(args))), {}, machine.dialect) if args else {}
    for name, position in (names or {}).items():
        if isinstance(position, int) and not isinstance(position, bool) and position < len(args):
            config.setdefault(name, args[position])
    layer = Layer(cls, config, at, family, inner=inner, birth=machine.serial())
    layer.plain = _bound(machine, cls, args, kwargs)
    if isinstance(inner, Layer) and inner.site is not None:
        inner.site.uses.add("wrapped")
    return layer


def _bound(machine: Machine, cls: str, args: list[Value], kwargs: dict[str, Value]) -> dict[str, object]:
    first = [plain(machine, value, size=position == 0) for position, value in enumerate(args)]
    named = {name: plain(machine, value, name in SIZES) for name, value in kwargs.items() if name != "**"}
    if "**" in kwargs:
        named[layer_binding.REST] = True
    bound = layer_binding.bind(cls, first, named, machine.dialect)
    return dict(bound) if bound is not None else {layer_binding.REST: True}


def make_lambda(
    machine: Machine, kind: str, args: list[Value], kwargs: dict[str, Value], at: Anchor, family: str | None
) -> Layer:
    """A Lambda layer, with the facts kept for its construction."""
    config = {**dict(zip(LAMBDA, args)), **kwargs}
    layer = Layer("Lambda", config, at, family, birth=machine.serial())
    layer.plain = {
        name: plain(machine, value)
        for name, value in config.items()
        if name in ("input_shape", "batch_input_shape", "input_dim", "batch_shape", "input_length")
    }
    if isinstance(at.node, ast.Call):
        layer.site = machine.site_for(at.node, at, kind, family)
        _note(machine, layer)
    if machine.trace is not None:
        machine.record(events.LAYER_MADE, at, "Lambda", {"layer": "Lambda"})
    return layer


def layer_by_name(
    machine: Machine, kind: str, args: list[Value], kwargs: dict[str, Value], at: Anchor, family: str | None
) -> Value:
    """What a call makes that the names of the file show to construct a Lambda or merge layer."""
    if kind == "merge":
        return _merge_function(machine, args, kwargs, at, family)
    if kind == "Merge":
        return _merge_layer(machine, args, kwargs, at, family)
    return make_lambda(machine, kind, args, kwargs, at, family)


def _note(machine: Machine, layer: Layer) -> None:
    """Keep what this construction passed among the facts of its site."""
    site = layer.site
    if site is None:
        return
    functions = functions_of(layer)
    site.functions.extend(functions)
    if machine.caller is not None:
        site.made.append((functions, machine.caller))
    for name, kept in (
        ("output_shape", site.output_shapes),
        ("arguments", site.arguments),
        ("mask", site.masks),
    ):
        if name in layer.config:
            kept.append(layer.config[name])
    if "mode" in layer.config:
        site.modes.append(layer.config["mode"])


def functions_of(layer: Layer) -> list[Value]:
    """The function of a Lambda (the mode of a merge): both of ``f if c else g``."""
    value = layer.config.get("mode" if layer.cls == "Merge" else "function")
    if value is None:
        return []
    if isinstance(value, Sequence) and value.kind == "alternatives":
        return list(value.items or [])
    return [value]


def _merge_layer(
    machine: Machine, args: list[Value], kwargs: dict[str, Value], at: Anchor, family: str | None
) -> Layer:
    layer = Layer("Merge", {**dict(zip(MERGE, args)), **kwargs}, at, family, birth=machine.serial())
    layer.plain = {}
    if isinstance(at.node, ast.Call):
        layer.site = machine.site_for(at.node, at, "Merge", family)
        _note(machine, layer)
    return layer


def _merge_function(
    machine: Machine, args: list[Value], kwargs: dict[str, Value], at: Anchor, family: str | None
) -> Value:
    import lambdalint.interp.apply as apply
    import lambdalint.interp.lambdas as lambdas

    config = {**dict(zip(MERGE_FUNCTION, args)), **kwargs}
    inputs = config.pop("inputs", Unknown(reasons.INPUT, tensor=True))
    layer = Layer("Merge", config, at, family, birth=machine.serial())
    layer.plain = {}
    if isinstance(at.node, ast.Call):
        layer.site = machine.site_for(at.node, at, "merge", family)
        _note(machine, layer)
    if any(True for _ in graph_tensors(inputs)):
        # In Keras 1 `merge` takes layers too, which are models in the making, but not next to tensors.
        apply.check_input(machine, inputs, at, 0, layer)
    return lambdas.run_layer(machine, layer, [inputs], {}, at, "merge")


def subclass_layer(
    machine: Machine, instance: Instance, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Layer | None:
    """The layer object of a project class derived from ``Lambda`` that keeps its constructor."""
    if instance.cls.library_base() != "keras.layers.Lambda" or instance.cls.lookup("__init__") is not None:
        return None
    layer = make_lambda(machine, "subclass", args, kwargs, at, None)
    layer.instance = instance
    return layer


# --- models ----------------------------------------------------------------------------------------


def _model(
    machine: Machine, last: str, args: list[Value], kwargs: dict[str, Value], at: Anchor, family: str | None
) -> Value | None:
    import lambdalint.interp.apply as apply
    import lambdalint.interp.models as models

    if last == "Sequential":
        model = Model(at, "sequential", family=family, birth=machine.serial())
        layers = args[0] if args else kwargs.get("layers")
        if isinstance(layers, Sequence):
            for layer in layers.items if layers.items is not None else [layers.element or NONE]:
                models.add(machine, model, layer, at, "sequential")
        elif layers is not None and layers != NONE:
            model.known = False
        return model
    if last == "Model":
        inputs = kwargs.get("inputs", kwargs.get("input", args[0] if args else NONE))
        outputs = kwargs.get("outputs", kwargs.get("output", args[1] if len(args) > 1 else NONE))
        for position, (value, name) in enumerate(((inputs, "input"), (outputs, "output"))):
            named = next((key for key in (name, name + "s") if key in kwargs), None)
            apply.check_input(machine, value, at, named or position)
            for tensor in graph_tensors(value):
                end = next(graph_tensors(outputs), tensor)
                note_family(machine, family, family_of(tensor), at, "tensor", end)
        if machine.dialect_for(family) != "keras3":
            inputs, outputs = _single(inputs), _single(outputs)
        return Model(
            at, "functional", inputs, outputs, known=outputs != NONE, family=family, birth=machine.serial()
        )
    if last in ("save_model", "clone_model"):
        models.note_saved(machine, args[0] if args else kwargs.get("model", NONE), at)
    if last in _LOADERS:
        if last in ("clone_model", "multi_gpu_model") and args and isinstance(args[0], Model):
            return args[0]
        return Model(at, "loaded", known=False, family=family, birth=machine.serial())
    return None


def _application(
    machine: Machine,
    name: str,
    last: str,
    args: list[Value],
    kwargs: dict[str, Value],
    at: Anchor,
    family: str | None,
) -> Value | None:
    if not last[:1].isupper():
        return None
    from lambdalint.layers import applications

    positional = [plain(machine, value) for value in args]
    named = {key: plain(machine, value) for key, value in kwargs.items() if key != "**"}
    tensor = kwargs.get("input_tensor")
    start = tensor.dims if isinstance(tensor, Tensor) else None
    config = applications.bind_application(last, positional, named, machine.dialect)
    shapes = None if config is None else applications.application_shapes(last, config, machine.dialect, start)
    model = Model(at, "application", family=family, birth=machine.serial())
    node = GraphNode(model, (), at, trainable=True)
    if shapes is None:
        model.known = False
        return model
    given, result = shapes
    if isinstance(tensor, Tensor):
        model.inputs = tensor
    else:
        model.inputs = Tensor(given, Along(0), "float32", kind="keras", node=node)
    model.outputs = Tensor(result, Along(0), "float32", kind="keras", node=node)
    return model


def as_config(value: Value) -> dict[str, Value]:
    """The entries of a dict of arguments, where they are known."""
    if isinstance(value, Dictionary):
        return {key: item for key, item in value.items.items() if isinstance(key, str)}
    return {}


def _single(value: Value) -> Value:
    """The ends of a model as Keras 2 keeps them: a list of one tensor is that tensor."""
    items = value.items if isinstance(value, Sequence) else None
    return items[0] if items is not None and len(items) == 1 else value
