"""Whether the layer's model is saved whole, and whether the layer's config is part of what is saved."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from lambdalint.interp.facts import LayerFacts
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.names import Names, Scope
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

from .dialects import in_tensorflow

# A saver of TensorFlow takes the session first.
_WHOLE = r"""(?x)
    (?<!saved_)(?:model|net|network)\.save\( (?!\s* (?:\) | [\w.]*sess))
    | \.save\(\s{0,99}[^)\n]{0,300}\.(?:h5|hdf5|keras)\b
    | (?<!def\ ) (?:(?<!\.)\b(?P<own>save_model)|\b(?:models|keras|saving)\.save_model)\( (?!\s*\))
    | (?<!tokenizer)(?<!\bdf)\.to_(?:json|yaml)\(\s*\) | \bclone_model\(
    | ModelCheckpoint\s*\( (?![^()]*(?:\([^()]*\)[^()]*)*save_weights_only\s*=\s*(?!False))
"""
# A function of the same name that the file defines is not Keras's.
_LOAD = r"""(?x)
    (?<!def\ ) (?:(?<!\.)\b(?P<own>load_model)|\b(?:models|keras|saving)\.load_model)\( (?!\s*\))
    | \bmodel_from_(?:json|yaml)\(
"""
_WEIGHTS = r"\.save_weights\("
_SAVES, _LOADS, _SAVES_WEIGHTS = (
    (re.compile(pattern), re.compile(pattern.encode())) for pattern in (_WHOLE, _LOAD, _WEIGHTS)
)
_KERAS_FILE = re.compile(rb"\.keras\\?['\"]")
_DEPTH = 8
_SAVED = ("keras.layers.", "keras.models.", "keras.engine.", "keras.Model", "keras.Layer")
_NEVER_SAVED = ("keras.metrics.", "keras.losses.", "keras.callbacks.", "keras.Metric", "keras.Loss")


@lru_cache(maxsize=4)
def _text_has(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether code, comments aside, matches; a name in the group ``own`` is not that of its own function."""
    return any(
        "#" not in text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        and f"def {match.groupdict().get('own')}(" not in text
        for match in pattern.finditer(text)
    )


def saves_models(layer: LayerFacts) -> bool:
    """Whether the file, or the project around it, saves or loads whole models as far as a search can tell.

    What is loaded where only weights are saved is a model of another origin, as is what a file loads that
    makes no model itself.
    """
    if _is_there(layer, *_SAVES):
        return True
    if not _is_there(layer, *_LOADS) or _is_there(layer, *_SAVES_WEIGHTS):
        return False
    return not _text_has(layer.file.unit.text, _LOADS[0]) or _makes_models(layer.names)


def _makes_models(names: Names) -> bool:
    made = ("keras.models.Model", "keras.models.Sequential", "keras.Model", "keras.Sequential")
    bases = (base for node in names.classes for base in node.bases)
    return any((names.canonical(place) or "") in made for place in (*(c.func for c in names.calls), *bases))


def _is_there(layer: LayerFacts, in_text: re.Pattern[str], in_bytes: re.Pattern[bytes]) -> bool:
    unit, project = layer.file.unit, layer.file.project
    return _text_has(unit.text, in_text) or project.mentions(unit.path, in_bytes)


def writes_keras_format(layer: LayerFacts) -> bool:
    """Whether the file, or the project around it, speaks of ``.keras`` files next to TensorFlow's Keras."""
    return in_tensorflow(layer) and layer.file.project.mentions(layer.file.unit.path, _KERAS_FILE)


@lru_cache(maxsize=1)
def is_never_stored(layer: LayerFacts) -> bool:
    """Whether no saved model holds the layer's config: a loss, another layer or a class of Keras makes it."""
    return layer.site.in_loss or layer.site.in_body or _stays_inside(layer) or rebuilt_by_class(layer)


def _stays_inside(layer: LayerFacts) -> bool:
    """Whether the layer is added to a model of which its function uses attributes and no more."""
    if layer.unit is not layer.file.unit:
        return False
    scope = layer.names.scope_of(layer.node)
    for node in enclosing(layer.file.tree, layer.node):
        if isinstance(node, ast.Call) and layer.node in node.args and isinstance(node.func, ast.Attribute):
            model = node.func.value
            return (
                node.func.attr == "add"
                and scope.kind == "function"
                and isinstance(model, ast.Name)
                and layer.names.resolve(model.id, scope) is scope
                and all(binding.kind == "assignment" for binding in scope.bindings[model.id])
                and _only_asked(scope.node, model.id)
            )
    return False


def _only_asked(function: ast.AST, name: str) -> bool:
    """Whether a function uses a model for nothing but its attributes, fitting and saving left out."""
    asked = {
        id(node.value)
        for node in walk(function)
        if isinstance(node, ast.Attribute) and not node.attr.startswith(("save", "to_", "fit"))
    }
    return all(
        id(node) in asked
        for node in walk(function)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    )


def enclosing_class(names: Names, node: ast.AST) -> ast.ClassDef | None:
    """The class in whose body or methods a node stands."""
    scope: Scope | None = names.scope_of(node)
    while scope is not None:
        if scope.kind == "class" and isinstance(scope.node, ast.ClassDef):
            return scope.node
        scope = scope.parent
    return None


@lru_cache(maxsize=1)
def rebuilt_by_class(layer: LayerFacts) -> bool:
    """Whether a class of Keras makes the Lambda: what is saved is then the class, or nothing of a metric."""
    if layer.unit is not layer.file.unit:
        return False
    node = enclosing_class(layer.names, layer.node)
    if node is not None:
        return is_keras_subclass(layer.names, node, _SAVED + _NEVER_SAVED)
    return _built_for_class(layer.names, layer.node)


def _built_for_class(names: Names, node: ast.AST) -> bool:
    """Whether a function that makes the layer is called by a registered layer or model class of the file."""
    reached = _outer_functions(names, node)
    registered = [c for c in names.classes if _restores_itself(c) and is_keras_subclass(names, c)]
    for _ in range(_DEPTH if registered and reached else 0):
        callers: set[str] = set()
        for call in names.calls:
            if isinstance(call.func, ast.Name) and call.func.id in reached:
                if enclosing_class(names, call) in registered:
                    return True
                callers |= _outer_functions(names, call)
        if callers <= reached:
            break
        reached |= callers
    return False


def _outer_functions(names: Names, node: ast.AST) -> set[str]:
    """The module's functions around a node, by name."""
    scope: Scope | None = names.scope_of(node)
    while scope is not None:
        if scope.kind == "function" and scope.parent is not None and scope.parent.kind == "module":
            return {getattr(scope.node, "name", "")}
        scope = scope.parent
    return set()


def _restores_itself(node: ast.ClassDef) -> bool:
    """Whether a class is registered with Keras, or says how it is made again."""
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return "get_config" in methods or any("register" in written(d) for d in node.decorator_list)


def is_keras_subclass(
    names: Names, node: ast.ClassDef, bases: tuple[str, ...] = _SAVED, depth: int = 0
) -> bool:
    """Whether a class is a Keras layer or model: by its bases, followed through the project's modules."""
    if depth > _DEPTH:
        return False
    for base in node.bases:
        canonical = names.canonical(base) or ""
        if canonical.startswith(bases):
            return True
        found = _class_of(names, base, canonical)
        if found is not None:
            if is_keras_subclass(*found, bases, depth + 1):
                return True
        elif (canonical or written(base)).rpartition(".")[2].endswith("Layer"):
            return True
    return False


def _class_of(names: Names, base: ast.expr, canonical: str) -> tuple[Names, ast.ClassDef] | None:
    """The class of the project that a base names, with the names of its file."""
    if isinstance(base, ast.Name):
        for binding in names.bindings(base.id, names.scope_of(base)):
            if isinstance(binding.node, ast.ClassDef):
                return names, binding.node
    module, _, name = canonical.rpartition(".")
    if names.project is None or names.unit is None or not module:
        return None
    found = names.project.module(module, 0, names.unit.path)
    for binding in found.names.module.bindings.get(name, ()) if found is not None else ():
        if isinstance(binding.node, ast.ClassDef) and found is not None:
            return found.names, binding.node
    return None
