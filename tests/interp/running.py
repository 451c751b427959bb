"""Running the analysis on a piece of code, for the tests of this folder."""

from __future__ import annotations

from lambdalint.interp.analyse import analyse
from lambdalint.interp.explain import describe
from lambdalint.interp.facts import FileFacts, LayerFacts, Trace
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse


def facts_of(code: str, target: str = "auto") -> FileFacts:
    """The facts of a script."""
    return analyse(parse(SourceUnit("script.py", code, code)), target=target)


def layers_of(code: str, target: str = "auto") -> tuple[LayerFacts, ...]:
    """The layers of a script."""
    return facts_of(code, target).layers


def inputs_of(code: str) -> list[str]:
    """What flows into the last layer's function at each of its uses, batch marks left out."""
    uses = layers_of(code)[-1].applications
    return [describe(use.trace.arguments[0]).replace("*", "") for use in uses]


def one(code: str, target: str = "auto") -> Trace:
    """The trace of the last layer's only use."""
    (trace,) = layers_of(code, target)[-1].traces
    return trace
