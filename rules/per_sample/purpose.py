"""Code that mixes the samples of a batch on purpose, and says so by its names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Function
from lambdalint.syntax.anchor import Anchor
from lambdalint.syntax.enclosing import enclosing
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

from ..calling.functions import tree_of
from ..saving.classes import enclosing_class, is_keras_subclass

_PAIRING = re.compile(
    r"(mini?_?batch|mini?b)_?(disc|std|stat|feat|sim)|(^|_)mbd(_|$)|contrast|in_?batch|pair_?wise|ranking"
    r"|rank_(loss|cross|hinge)|triplet|quadruplet|hard_negative|negative_samp|sim_?clr|nt_?xent|info_?nce"
    r"|n_?pair|mix_?up|cut_?mix|(^|_)mixing(_|$)|multi_?gpu|(make|data)_parallel"
)
_LOSS = re.compile(
    r"(^|_)(loss|losses|cost|metrics?|acc|accu|accuracy|objective|penalty|entropy|divergence)(_|$)"
)
_STATISTICS = re.compile(
    r"batch_?norm|(^|_)bn(_|$)|batch_?(stat|std|mean|var)|(normali[sz]|standardi[sz])ation|whiten"
)
_LAYERS = ("keras.layers.", "keras.Layer", "keras.engine.")
_JUDGES = re.compile(r"(Loss|Metric)$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def mixes_on_purpose(layer: LayerFacts, at: Anchor) -> bool:
    """Whether the layer is a loss, pairs the samples of a batch, or slices it for several devices."""
    if layer.site.in_loss or _slices_for_devices(layer):
        return True
    inside = list(_around(layer, at))
    own = [*(_plain(name) for name in _names_of(layer)), *(_plain(node.name) for node in inside)]
    outside = [_plain(node.name) for node in _around(layer, layer.at)]
    if any(_PAIRING.search(name) for name in [*own, *outside]) or any(_LOSS.search(name) for name in own):
        return True
    return any(_is_judge(node) for node in inside)


def is_tool_of_a_layer(layer: LayerFacts) -> bool:
    """Whether the class of a project's layer keeps it in an attribute, to work with it inside."""
    owner = enclosing_class(layer.names, layer.node) if layer.unit is layer.file.unit else None
    if owner is None or not is_keras_subclass(layer.names, owner, _LAYERS):
        return False
    return any(
        isinstance(node, ast.Assign)
        and node.value is layer.node
        and all(isinstance(target, ast.Attribute) for target in node.targets)
        for node in enclosing(layer.file.tree, layer.node)
    )


def takes_batch_statistics(layer: LayerFacts, at: Anchor) -> bool:
    """Whether the layer or the function is called a normalisation, so that batch statistics are meant."""
    names = [*_names_of(layer), *(node.name for node in _around(layer, at))]
    return any(_STATISTICS.search(_plain(name)) for name in names)


def _plain(name: str) -> str:
    return _CAMEL.sub("_", name).lower().replace("-", "_").replace(" ", "_")


def _slices_for_devices(layer: LayerFacts) -> bool:
    arguments = layer.arguments_node
    if not isinstance(arguments, ast.Dict):
        return False
    keys = [
        key.value for key in arguments.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    return "parts" in keys or any("gpu" in key for key in keys)


def _names_of(layer: LayerFacts) -> Iterator[str]:
    """What the code calls the layer: its function, its ``name=``, and the variable its output goes to."""
    for function in layer.functions:
        if isinstance(function, Function):
            yield function.name
    given = layer.argument("name")
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        yield given.value
    for node in enclosing(layer.file.tree, layer.node):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from (part.id for part in walk(target) if isinstance(part, ast.Name))
                yield from (part.attr for part in walk(target) if isinstance(part, ast.Attribute))


def _around(layer: LayerFacts, at: Anchor) -> Iterator[_Definition]:
    """The functions and classes around a node of the layer's file or of its function's."""
    tree = tree_of(layer, at)
    for node in enclosing(tree, at.node) if tree is not None else ():
        if isinstance(node, _Definition):
            yield node


def _is_judge(node: _Definition) -> bool:
    if not isinstance(node, ast.ClassDef):
        return False
    names = [node.name, *(written(base).rpartition(".")[2] for base in node.bases)]
    return any(_JUDGES.search(name) for name in names)
