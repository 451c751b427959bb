"""Attributes, classes and instances."""

from __future__ import annotations

import ast
from collections import OrderedDict
from functools import reduce
from typing import TYPE_CHECKING

from lambdalint.interp import guesses, reasons
from lambdalint.interp.frames import Frame
from lambdalint.interp.ops import library
from lambdalint.interp.tensors import join_values
from lambdalint.interp.values import (
    NONE,
    Bound,
    ClassValue,
    Const,
    Dictionary,
    Distribution,
    Function,
    Instance,
    Layer,
    Library,
    Model,
    Number,
    Opaque,
    Partial,
    ProjectModule,
    Sequence,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.names import normalise

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

SUPER = "super()"
"""The name under which ``super()`` of an object is bound where the next class is a library's."""

TRANSPARENT = (
    "tensorflow.function",
    "tensorflow.autograph",
    "keras.saving.",
    "keras.utils.",
    "functools.wraps",
    "functools.lru_cache",
    "functools.cache",
    "contextlib.",
    "typing.",
    "abc.",
)
"""Decorators, by canonical name or prefix, that leave what a function computes as it is."""


def attribute(machine: Machine, receiver: Value, name: str, at: Anchor, text: str) -> Value:
    """The value of ``receiver.name``."""
    if isinstance(receiver, Library):
        return library_attribute(receiver, name)
    if isinstance(receiver, ProjectModule):
        return _module_attribute(machine, receiver, name)
    if isinstance(receiver, Unknown) and receiver.label in guesses.MODULES:
        usual = guesses.member(receiver, name)
        if usual is not None:
            return usual
    if isinstance(receiver, (Tensor, Unknown)):
        import lambdalint.interp.ops.methods as methods

        return methods.attribute(machine, receiver, name, at, text)
    if isinstance(receiver, Instance):
        return _instance_attribute(machine, receiver, name, at)
    if isinstance(receiver, ClassValue):
        found = receiver.lookup(name)
        return found if found is not None else Unknown(reasons.ATTRIBUTE, name)
    if isinstance(receiver, (Layer, Model)):
        import lambdalint.interp.models as models

        return models.attribute(machine, receiver, name, at)
    if isinstance(receiver, Opaque):
        return Bound(receiver, name) if receiver.kind == "super" else Unknown(reasons.ATTRIBUTE, name)
    if isinstance(receiver, Sequence) and receiver.kind == "alternatives" and receiver.items:
        made = [attribute(machine, each, name, at, text) for each in receiver.items]
        return reduce(join_values, made)
    if isinstance(receiver, (Const, Number, Sequence)):
        import lambdalint.interp.ops.methods as methods

        known = methods.plain_attribute(receiver, name)
        return Bound(receiver, name) if known is None else known
    if isinstance(receiver, Dictionary) and not hasattr(OrderedDict, name):
        # A dict of settings whose class lets attributes stand for entries.
        return receiver.items.get(name, Unknown(reasons.ATTRIBUTE, name))
    if isinstance(receiver, (Dictionary, Distribution)):
        return Bound(receiver, name)
    if isinstance(receiver, Bound) and receiver.name == SUPER:
        return Bound(receiver.receiver, name)
    return Unknown(reasons.ATTRIBUTE, name)


def library_attribute(receiver: Library, name: str) -> Value:
    """What a module or class of a library has under a name."""
    canonical, family = normalise(f"{receiver.name}.{name}")
    known = library.attribute(canonical)
    if known is not None:
        return known
    spelling = f"{receiver.spelling}.{name}" if receiver.spelling else name
    return Library(canonical, receiver.family or family, spelling)


def _module_attribute(machine: Machine, receiver: ProjectModule, name: str) -> Value:
    found = receiver.env.frame.variables.get(name)
    if found is None:
        found = machine.modules.submodule(machine, receiver.env, name)
    if found is None:
        found = machine.modules.starred(receiver.env, name)
    return found if found is not None else Unknown(reasons.ATTRIBUTE, name)


def _instance_attribute(machine: Machine, receiver: Instance, name: str, at: Anchor) -> Value:
    if name in receiver.attributes:
        return receiver.attributes[name]
    if name == "__class__":
        return receiver.cls
    found = receiver.cls.lookup(name)
    if isinstance(found, Function):
        return _bind_method(machine, receiver, found, at)
    if found is not None:
        return found
    base = receiver.cls.library_base()
    if base is not None and base != "builtins.object":
        import lambdalint.interp.subclasses as subclasses

        behind = subclasses.behind(receiver) if name in subclasses.OF_MODELS else None
        return Bound(receiver, name) if behind is None else attribute(machine, behind, name, at, name)
    return Unknown(reasons.ATTRIBUTE, name)


def _bind_method(machine: Machine, receiver: Instance, function: Function, at: Anchor) -> Value:
    names = {d.name for d in function.decorators if isinstance(d, Library)}
    if "builtins.staticmethod" in names:
        return function
    if "builtins.classmethod" in names:
        return Bound(receiver.cls, function.name, function)
    if "builtins.property" in names or "functools.cached_property" in names:
        return machine.call_function(function, [receiver], {}, at)
    return Bound(receiver, function.name, function)


def set_attribute(machine: Machine, receiver: Value, name: str, value: Value) -> None:
    """``receiver.name = value``."""
    if isinstance(receiver, Instance):
        old = receiver.attributes.get(name)
        if old is not None and old is not value and machine.weak(receiver.birth):
            value = join_values(old, value)
        receiver.attributes[name] = value
    elif isinstance(receiver, (ClassValue, Model)):
        receiver.attributes[name] = value
    elif isinstance(receiver, Layer):
        receiver.config[name] = value


def set_item(machine: Machine, receiver: Value, key: Value, value: Value) -> None:
    """``receiver[key] = value``."""
    from lambdalint.interp.containers import forget_length

    if isinstance(receiver, Dictionary):
        if not isinstance(key, Const) or not isinstance(key.value, (str, int, float, bytes, type(None))):
            receiver.complete = False
            receiver.others = value if receiver.others is None else join_values(receiver.others, value)
            return
        old = receiver.items.get(key.value)
        if machine.weak(receiver.birth):
            value = value if old is None else join_values(old, value)
        receiver.items[key.value] = value
    elif isinstance(receiver, Sequence):
        known = isinstance(key, Const) and isinstance(key.value, int) and receiver.items is not None
        if known and not machine.weak(receiver.birth):
            items = receiver.items or []
            position = key.value  # type: ignore[union-attr]
            if -len(items) <= position < len(items):
                items[position] = value
                return
        forget_length(receiver, [value])


# --- classes ---------------------------------------------------------------------------------------


def instantiate(
    machine: Machine, cls: ClassValue, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value:
    """Call a project class: a new instance whose ``__init__`` has run."""
    import lambdalint.interp.construct as construct

    instance = Instance(cls, birth=machine.serial())
    machine.instances.append(instance)
    made = construct.subclass_layer(machine, instance, args, kwargs, at)
    if made is not None:
        return made
    initialiser = cls.lookup("__init__")
    if isinstance(initialiser, Function):
        machine.call_function(initialiser, [instance, *args], kwargs, at)
    elif fields := _dataclass_fields(cls):
        instance.attributes.update(zip(fields, args))
        instance.attributes.update(kwargs)
    else:
        import lambdalint.interp.subclasses as subclasses

        subclasses.initialise(machine, instance, args, kwargs, at)
    return instance


def _dataclass_fields(cls: ClassValue) -> list[str]:
    return [
        s.target.id for s in cls.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
    ]


def call_instance(
    machine: Machine, instance: Instance, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Value:
    """Call an object: its ``__call__``, or what Keras makes of a layer or model subclass."""
    method = instance.cls.lookup("__call__")
    if isinstance(method, Function):
        return machine.call_function(method, [instance, *args], kwargs, at)
    base = instance.cls.library_base() or ""
    if is_keras_class(base):
        import lambdalint.interp.apply as apply

        return apply.call_subclass(machine, instance, args, kwargs, at)
    return machine.unknown(reasons.UNKNOWN_CALL)


def is_keras_class(base: str) -> bool:
    """Whether objects of classes derived from this library class are layers or models."""
    return base.startswith(("keras.layers.", "keras.models.", "keras.engine.")) or base in (
        "keras.Layer",
        "keras.Model",
        "tensorflow.Module",
    )


def is_loss_class(cls: ClassValue) -> bool:
    """Whether the class is a loss or a metric: what it computes is meant to mix samples."""
    base = cls.library_base() or ""
    if base.startswith(("keras.losses.", "keras.metrics.")):
        return True
    last = base.rsplit(".", 1)[-1] or ""
    unresolved = [b.label for b in cls.bases if isinstance(b, Unknown)]
    names = [last, cls.node.name, *unresolved]
    return any(name.endswith(("Loss", "Metric")) for name in names)


def decorate(machine: Machine, function: Function, decorators: tuple[Value, ...], at: Anchor) -> Value:
    """What a decorated ``def`` binds: the function itself where the decorators are transparent."""
    for decorator in decorators:
        name = decorator.name if isinstance(decorator, Library) else ""
        if name in (
            "builtins.staticmethod",
            "builtins.classmethod",
            "builtins.property",
            "functools.cached_property",
        ):
            continue
        if name.startswith(TRANSPARENT) or (
            isinstance(decorator, Bound) and decorator.name in ("setter", "getter")
        ):
            continue
        if isinstance(decorator, Partial):
            continue
        if isinstance(decorator, Unknown) and decorator.reason.startswith("keras.saving"):
            continue
        if isinstance(decorator, Function):
            made = machine.call(decorator, [function], {}, at)
            if isinstance(made, (Function, Partial)):
                return made
        if isinstance(decorator, Unknown) or name:
            # An unknown wrapper: run the function as written, which is what most wrappers do.
            continue
    return function


def identity_test(machine: Machine, operator: ast.cmpop, left: Value, right: Value) -> Value:
    """``is``, ``is not``, ``in`` and ``not in``."""
    known: bool | None = None
    if isinstance(operator, (ast.Is, ast.IsNot)):
        if isinstance(left, Const) and isinstance(right, Const):
            known = left.value is right.value or (left == right and type(left.value) is type(right.value))
        elif right == NONE and not isinstance(left, (Unknown, Const)):
            known = None if isinstance(left, Number) and left.maybe_none else False
        elif left is right and not isinstance(left, Unknown):
            known = True
    elif isinstance(right, Sequence) and right.items is not None and isinstance(left, Const):
        if all(isinstance(item, Const) for item in right.items):
            known = left in right.items
    elif isinstance(right, Dictionary) and isinstance(left, Const):
        known = True if left.value in right.items else (False if right.complete else None)
    elif isinstance(right, Const) and isinstance(left, Const):
        if isinstance(left.value, str) and isinstance(right.value, str):
            known = left.value in right.value
    if known is None:
        return Unknown(reasons.ENTRY)
    return Const(known is not isinstance(operator, (ast.IsNot, ast.NotIn)))


def frame_builtin(machine: Machine, name: str, frame: Frame) -> Value:
    """``super()``, ``locals()`` and ``globals()``."""
    if name != "builtins.super":
        return Dictionary({}, complete=False)
    function_frame: Frame | None = frame
    while function_frame is not None and function_frame.function is None:
        function_frame = function_frame.parent
    if function_frame is None or function_frame.function is None or function_frame.function.owner is None:
        return Opaque("super")
    owner = function_frame.function.owner
    spec = function_frame.function.node.args
    first = (spec.posonlyargs + spec.args)[:1]
    receiver = function_frame.variables.get(first[0].arg) if first else None
    if not isinstance(receiver, Instance):
        return Opaque("super")
    for base in owner.bases:
        if isinstance(base, ClassValue):
            return _parent(receiver, base)
    return Bound(receiver, SUPER)


def _parent(receiver: Instance, base: ClassValue) -> Value:
    """An instance seen as one of its base class: methods are looked up there, attributes are shared."""
    return Instance(base, receiver.attributes, receiver.built, receiver.birth)
