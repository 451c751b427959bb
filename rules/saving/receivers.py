"""Whether an expression is a Keras model: by what makes it, and by what else is asked of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lambdalint.syntax.names import Binding, Names, Scope
from lambdalint.syntax.text import identity
from lambdalint.syntax.walk import walk

from .classes import MODELS, Definition, definition_of, enclosing_class, is_keras_subclass

_DEPTH = 6
_COPIES = ("multi_gpu_model", "clone_model")
_ONLY_MODELS = frozenset(
    {
        "compile", "fit_generator", "predict_generator", "evaluate_generator", "train_on_batch", "get_layer",
        "test_on_batch", "predict_on_batch", "load_weights", "save_weights", "summary", "reset_states",
    }
)  # fmt: skip
"""Methods that Keras models have, and other things that are saved do not."""

Path = tuple[int | None, ...]


def is_model(names: Names, expr: ast.expr) -> bool | None:
    """Whether an expression is a Keras model; ``None`` where what it is, and is used as, tells nothing."""
    made = _is_model(names, expr, (), _DEPTH)
    return True if made is None and _is_used_as_model(names, expr) else made


def _is_model(names: Names, expr: ast.expr, path: Path, depth: int) -> bool | None:
    if depth < 0:
        return None
    while path and isinstance(expr, (ast.Tuple, ast.List)) and path[0] is not None:
        if not -len(expr.elts) <= path[0] < len(expr.elts):
            return None
        expr, path = expr.elts[path[0]], path[1:]
    if isinstance(expr, ast.Call):
        return _makes_model(names, expr, path, depth)
    if path:
        return None
    if isinstance(expr, ast.IfExp):
        return _joined(_is_model(names, each, (), depth) for each in (expr.body, expr.orelse))
    if isinstance(expr, (ast.Name, ast.Attribute)) and names.raw(expr) is not None:
        return False  # a module, function or class of a library
    if isinstance(expr, ast.Name):
        owner = names.resolve(expr.id, names.scope_of(expr))
        bindings = [] if owner is None else owner.bindings[expr.id]
        return _joined(_bound_to_model(names, binding, depth) for binding in bindings)
    if isinstance(expr, ast.Attribute):
        if _is_callbacks_model(names, expr):
            return True
        return _joined(_is_model(names, *value, depth - 1) for value in _kept(names, expr))
    literal = (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Lambda)
    return False if isinstance(expr, literal) else None


def _joined(answers: Iterable[bool | None]) -> bool | None:
    """What holds of a name that stands for several things: a model if one is, no model if none is."""
    found = list(answers)
    return True if True in found else None if None in found or not found else False


def _bound_to_model(names: Names, binding: Binding, depth: int) -> bool | None:
    if binding.kind in ("def", "class"):
        return False
    if binding.kind in ("assignment", "walrus") and binding.value is not None:
        return _is_model(names, binding.value, binding.path, depth - 1)
    if binding.kind == "parameter" and isinstance(binding.node, ast.arg):
        return _is_model_parameter(names, binding.node, binding.scope)
    return None


def _is_model_parameter(names: Names, parameter: ast.arg, scope: Scope) -> bool | None:
    """Whether a model is passed: by the annotation, or as the object of a method."""
    if parameter.annotation is not None and (names.canonical(parameter.annotation) or "").startswith(MODELS):
        return True
    cls = scope.parent.node if scope.parent is not None else None
    if not isinstance(cls, ast.ClassDef) or not isinstance(
        scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)
    ):
        return None
    spec = scope.node.args
    return _makes_models(names, cls) if [*spec.posonlyargs, *spec.args][:1] == [parameter] else None


def _makes_models(names: Names, cls: ast.ClassDef) -> bool | None:
    """Whether the objects of a class are models; ``None`` where its bases are not in view."""
    if is_keras_subclass(names, cls, MODELS):
        return True
    plain = all(isinstance(base, ast.Name) and base.id == "object" for base in cls.bases)
    return False if plain else None


def _makes_model(names: Names, call: ast.Call, path: Path, depth: int) -> bool | None:
    """Whether a call gives a model: that of Keras, of a class, or of a function that returns one."""
    name = names.canonical(call.func) or ""
    last = name.rpartition(".")[2]
    if name.startswith(MODELS) or last in _COPIES:
        return not path
    if name.startswith("keras."):
        return name.startswith("keras.applications.") and last[:1].isupper()
    found = definition_of(names, call.func) or _method(names, call.func)
    if found is None:
        return None
    inside, node = found
    if isinstance(node, ast.ClassDef):
        return _makes_models(inside, node)
    return _joined(_is_model(inside, value, path, depth - 1) for value in _returned(node))


def _method(names: Names, function: ast.expr) -> tuple[Names, Definition] | None:
    """The method of the class around a call that the call names: ``self.build_model``."""
    cls = enclosing_class(names, function) if _is_own(function) else None
    for part in cls.body if cls is not None else ():
        if (
            isinstance(part, Definition)
            and isinstance(function, ast.Attribute)
            and part.name == function.attr
        ):
            return names, part
    return None


def _is_own(expr: ast.expr) -> bool:
    return isinstance(expr, ast.Attribute) and isinstance(expr.value, ast.Name)


def _returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    inner = {id(node) for each in walk(function) if _is_inner(each, function) for node in walk(each)}
    returns = (node for node in walk(function) if isinstance(node, ast.Return) and id(node) not in inner)
    return [node.value for node in returns if node.value is not None]


def _is_inner(node: ast.AST, function: ast.AST) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node is not function


def _is_callbacks_model(names: Names, attribute: ast.Attribute) -> bool:
    """Whether it is ``self.model`` of a callback, which Keras sets to the model that is trained."""
    cls = enclosing_class(names, attribute) if attribute.attr == "model" else None
    return cls is not None and is_keras_subclass(names, cls, ("keras.callbacks.",))


def _kept(names: Names, attribute: ast.Attribute) -> Iterator[tuple[ast.expr, Path]]:
    """What the class around an attribute such as ``self.model`` assigns to it, and where in that it is."""
    cls = enclosing_class(names, attribute)
    for node in walk(cls) if cls is not None else ():
        for target in node.targets if isinstance(node, ast.Assign) else ():
            places: list[tuple[ast.expr, Path]] = [(target, ())]
            if isinstance(target, (ast.Tuple, ast.List)):
                places = [(part, (index,)) for index, part in enumerate(target.elts)]
            for place, path in places:
                if isinstance(node, ast.Assign) and _same(place, attribute):
                    yield node.value, path


def _same(target: ast.expr, attribute: ast.Attribute) -> bool:
    """Whether an attribute of the same name is that of the same variable."""
    return (
        isinstance(target, ast.Attribute)
        and target.attr == attribute.attr
        and identity(target.value) == identity(attribute.value)
    )


def _is_used_as_model(names: Names, expr: ast.expr) -> bool:
    """Whether something only models have is asked of the same variable or attribute."""
    text = identity(expr)
    return any(
        each.attr in _ONLY_MODELS
        and type(each.value) is type(expr)
        and identity(each.value) == text
        and _home(names, each.value) is _home(names, expr)
        for each in names.attributes
    )


def _home(names: Names, expr: ast.expr) -> object:
    """The scope that binds a name, the class around an attribute."""
    if isinstance(expr, ast.Name):
        return names.resolve(expr.id, names.scope_of(expr))
    return enclosing_class(names, expr)
