"""Slices of scripts, executed with a stand-in for Keras."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lambdalint.confirm.request import Module
from lambdalint.confirm.slice import Slicer
from lambdalint.confirm.surroundings import FACTORY
from lambdalint.interp.analyse import analyse
from lambdalint.interp.facts import LayerFacts
from lambdalint.sources.read import read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse
from lambdalint.syntax.project import Project


def layers_of(script: Path) -> tuple[LayerFacts, ...]:
    """The layers of a script."""
    unit = read(str(script))
    assert isinstance(unit, SourceUnit)
    return analyse(parse(unit), project=Project(str(script.parent))).layers


def slicer_of(layer: LayerFacts) -> Slicer:
    """The slicer of a layer, which has what the layer's construction needs."""
    slicer = Slicer(layer.unit, layer.names, layer.file.project, "keras", layer.site.frame, layer.node)
    slicer.want(layer.node)
    return slicer


def sliced(script: Path) -> tuple[Module, ...]:
    """The slice for the only layer of a script."""
    (layer,) = layers_of(script)
    return slicer_of(layer).modules({"layer": _text(layer)})


def function_of(script: Path) -> Callable[..., Any]:
    """The function of the only layer of a script, from its slice."""
    (layer,) = layers_of(script)
    slicer = slicer_of(layer)
    text = _text(layer)
    modules = slicer.modules({"layer": text})
    expression = f"{FACTORY}('layer')" if slicer.around else text
    with executed(modules) as names:
        made = eval(expression, names)
        function: Callable[..., Any] = made.function
        return function


def _text(layer: LayerFacts) -> str:
    import ast

    return ast.unparse(layer.node)


@contextmanager
def executed(modules: tuple[Module, ...]) -> Iterator[dict[str, Any]]:
    """The names of the main module after all modules were executed, with a stand-in for Keras."""
    before = dict(sys.modules)
    sys.modules.update(_keras())
    try:
        for module in sorted(modules[1:], key=lambda each: each.name):
            made = types.ModuleType(module.name)
            if module.package:
                made.__path__ = []
            sys.modules[module.name] = made
        # What a module imports may stand in one that comes later: run until each has run once.
        waiting = list(modules[1:])
        for _ in range(len(waiting) + 1):
            waiting = [each for each in waiting if not _run(each)]
        assert not waiting
        names: dict[str, Any] = {"__name__": "main"}
        exec(compile(modules[0].source, "main", "exec"), names)
        yield names
    finally:
        for name in set(sys.modules) - set(before):
            del sys.modules[name]
        sys.modules.update(before)


def _run(module: Module) -> bool:
    try:
        exec(compile(module.source, module.name, "exec"), sys.modules[module.name].__dict__)
    except ImportError:
        return False
    above, _, last = module.name.rpartition(".")
    if above:
        setattr(sys.modules[above], last, sys.modules[module.name])
    return True


class _Lambda:
    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        self.function = function
        self.options = options

    def __call__(self, value: Any) -> Any:
        raise AssertionError("a slice applies no layer by itself")


def _keras() -> dict[str, types.ModuleType]:
    keras, layers, backend = (types.ModuleType(name) for name in ("keras", "keras.layers", "keras.backend"))
    keras.__path__ = []
    layers.__dict__["Lambda"] = _Lambda
    backend.__dict__["abs"] = abs
    keras.__dict__.update(layers=layers, backend=backend)
    return {"keras": keras, "keras.layers": layers, "keras.backend": backend}
