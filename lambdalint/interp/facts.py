"""What the interpreter learns of each layer: the facts that rules judge."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from lambdalint.interp.values import (
    Along,
    Broken,
    Event,
    Function,
    GraphNode,
    Model,
    Sequence,
    Step,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.followed import Followed
    from lambdalint.interp.frames import Frame
    from lambdalint.interp.machine import Machine
    from lambdalint.layers.dialect import Dialect
    from lambdalint.syntax.names import Names
    from lambdalint.syntax.project import Project


@dataclass(eq=False, slots=True)
class Trace:
    """One abstract run of a function: its operations, what happened, and the result."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: dict[str, Value] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    result: Value = field(default_factory=lambda: Unknown("not run"))
    returns: list[tuple[ast.AST, Value]] = field(default_factory=list)
    unknowns: list[str] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> Iterator[Event]:
        """The events of these kinds, in order, each node once."""
        seen: set[tuple[str, int]] = set()
        for event in self.events:
            key = (event.kind, id(event.at.node))
            if event.kind in kinds and key not in seen:
                seen.add(key)
                yield event

    @property
    def result_tensors(self) -> list[Tensor]:
        """The tensors of the result: itself, or those of a returned list, tuple or dict."""
        return list(tensors_of(self.result))

    def causes(self, *kinds: str) -> list[Event]:
        """The per-sample faults of these kinds that reach the result, each once."""
        found: dict[int, Event] = {}
        for event in self.faults():
            if event.kind in kinds:
                found.setdefault(id(event.at.node), event)
        return list(found.values())

    def faults(self) -> Iterator[Event]:
        """What has broken, moved or folded the batch axis of a tensor of the result."""
        for tensor in self.result_tensors:
            if isinstance(tensor.batch, Broken):
                yield from tensor.batch.causes
            elif isinstance(tensor.batch, Along):
                yield from (step for step in (tensor.batch.moved, tensor.batch.folded) if step is not None)

    def speaks_of(self, node: ast.AST) -> int:
        """How much this run has to do with a place in the code: 3 for a fault there that reaches the result,
        2 for what happened there, 1 for a step or the function itself; 0 for nothing.
        """
        if any(event.at.node is node for event in self.faults()):
            return 3
        if any(event.at.node is node for event in self.events):
            return 2
        written = self.function.node if isinstance(self.function, Function) else None
        inside = any(step.at.node is node for step in self.steps) or (
            written is not None and any(each is node for each in ast.walk(written))
        )
        return int(inside)


def tensors_of(value: Value, depth: int = 4) -> Iterator[Tensor]:
    """The tensors inside a value: itself, or those of nested lists, tuples and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Sequence) and value.items is not None and depth:
        for item in value.items:
            yield from tensors_of(item, depth - 1)
    elif type(value).__name__ == "Dictionary" and depth:
        for item in value.items.values():  # type: ignore[union-attr]
            yield from tensors_of(item, depth - 1)


@dataclass(eq=False, slots=True)
class Application:
    """One use of a layer: where, how, on what, and the trace of its function there.

    ``how`` is ``called``, ``add`` (``model.add``), ``sequential`` (an element of
    ``Sequential([...])``), ``wrapped`` (inside ``TimeDistributed`` and the like), ``merge``
    (Keras-1 ``merge``) or ``assumed`` (no use was seen: the function ran on an input of which
    nothing is known but that it holds samples).
    """

    how: str
    at: Anchor
    positional: tuple[Value, ...]
    keywords: dict[str, Value]
    inputs: Value
    trace: Trace
    declared: Value | None = None
    """What calling ``output_shape`` gave, where it is a function."""
    output: Value | None = None
    """The layer's output as the rest of the model sees it."""


@dataclass(eq=False, slots=True)
class Site:
    """The construction of a Lambda or merge layer in the text, with all that was seen of it.

    ``kind`` is ``Lambda``, ``subclass``, ``Merge`` or ``merge``.  ``functions`` are the values that
    the function argument had, one for most code, several in loops.
    """

    node: ast.Call
    at: Anchor
    kind: str
    family: str | None
    functions: list[Value] = field(default_factory=list)
    output_shapes: list[Value] = field(default_factory=list)
    arguments: list[Value] = field(default_factory=list)
    masks: list[Value] = field(default_factory=list)
    modes: list[Value] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)
    in_loss: bool = False
    compared: bool = False
    """Whether a model gives its output, and a loss compares that with the truth as it is."""
    in_body: bool = False
    """Whether it is only ever made while the function of another layer runs."""
    frame: Frame | None = None
    """The variables around the last construction, as they are once all has run."""
    made: list[tuple[list[Value], Frame]] = field(default_factory=list)
    """What the function argument was in each construction, and the variables around it."""

    def release(self) -> None:
        """Let go of the uses and of the variables around them."""
        self.frame = None
        self.made.clear()
        self.applications.clear()


@dataclass(eq=False)
class LayerFacts:
    """Everything a rule may ask about one layer."""

    site: Site
    file: FileFacts

    @property
    def at(self) -> Anchor:
        """The construction of the layer."""
        return self.site.at

    @property
    def unit(self) -> SourceUnit:
        """The source that constructs it."""
        return self.site.at.unit

    @property
    def node(self) -> ast.Call:
        """The call that constructs it."""
        return self.site.node

    @property
    def kind(self) -> str:
        """``Lambda``, ``subclass``, ``Merge`` or ``merge``."""
        return self.site.kind

    @property
    def dialect(self) -> str:
        """``keras1``, ``keras2``, ``keras3`` or ``unknown``."""
        return self.file.dialect_of(self.site.family)

    @property
    def names(self) -> Names:
        """The scopes of its file."""
        return self.file.names

    def argument(self, name: str, position: int | None = None) -> ast.expr | None:
        """The expression passed for a parameter, by keyword or position."""
        for keyword in self.node.keywords:
            if keyword.arg == name:
                return keyword.value
        if position is not None and position < len(self.node.args):
            before = self.node.args[: position + 1]
            if not any(isinstance(argument, ast.Starred) for argument in before):
                return self.node.args[position]
        return None

    @cached_property
    def function_node(self) -> ast.expr | None:
        """The expression passed as the layer's function (``mode`` of a merge)."""
        if self.kind in ("merge", "Merge"):
            return self.argument("mode", 1)
        return self.argument("function", 0)

    @cached_property
    def output_shape_node(self) -> ast.expr | None:
        """The expression passed as ``output_shape``."""
        return self.argument("output_shape", None if self.kind in ("merge", "Merge") else 1)

    @cached_property
    def arguments_node(self) -> ast.expr | None:
        """The expression passed as ``arguments``."""
        return self.argument("arguments", 3)

    @cached_property
    def functions(self) -> list[Value]:
        """The distinct values of the function argument."""
        return list(_distinct(self.site.functions))

    @property
    def function(self) -> Value | None:
        """The function, where there is exactly one."""
        return self.functions[0] if len(self.functions) == 1 else None

    @property
    def written(self) -> Function | None:
        """The function, where it is a single ``def`` or ``lambda`` in view."""
        return self.function if isinstance(self.function, Function) else None

    @property
    def applications(self) -> list[Application]:
        """The uses of the layer; at least one, ``assumed`` where none was seen."""
        return self.site.applications

    def causes(self, *kinds: str) -> list[Event]:
        """The per-sample faults of these kinds that reach the result in some use, each place once.

        Axes folded into the batch that a later layer takes out again are no fault.
        """
        found: dict[int, Event] = {}
        for trace in self.traces if not self._kinds_of_faults.isdisjoint(kinds) else ():
            for event in trace.causes(*kinds):
                if any(id(each) not in self.file.unfolds for each in event.data.get("joined", (event,))):
                    found.setdefault(id(event.at.node), event)
        return list(found.values())

    def happened(self, *kinds: str) -> list[Event]:
        """The events of these kinds in the body, over all uses, each place once."""
        found: dict[tuple[str, int], Event] = {}
        for trace in self.traces if not self._kinds_of_events.isdisjoint(kinds) else ():
            for event in trace.of_kind(*kinds):
                found.setdefault((event.kind, id(event.at.node)), event)
        return list(found.values())

    # Few layers have any event of the kinds that a rule asks for: to see that must cost next to nothing.

    @cached_property
    def _kinds_of_events(self) -> frozenset[str]:
        return frozenset(event.kind for trace in self.traces for event in trace.events)

    @cached_property
    def _kinds_of_faults(self) -> frozenset[str]:
        return frozenset(event.kind for trace in self.traces for event in trace.faults())

    def uses_for(self, node: ast.AST) -> list[Application]:
        """The uses of the layer, those first that have to do with a place in the code."""
        return sorted(self.applications, key=lambda use: -use.trace.speaks_of(node))

    def frame_for(self, node: ast.AST) -> Frame | None:
        """The variables around the construction whose use has most to do with a place in the code."""
        for use in self.uses_for(node)[:1]:
            for functions, frame in self.site.made:
                if any(each is use.trace.function for each in functions):
                    return frame
        return self.site.frame

    @cached_property
    def traces(self) -> list[Trace]:
        """The traces of its uses."""
        return [application.trace for application in self.site.applications]


def _distinct(values: list[Value]) -> Iterator[Value]:
    seen: set[object] = set()
    for value in values:
        key: object = (id(value.node), id(value.env)) if isinstance(value, Function) else value
        try:
            new = key not in seen
            seen.add(key)
        except TypeError:
            new = True
        if new:
            yield value


@dataclass(frozen=True, slots=True)
class Failure:
    """An error inside the interpreter, and the place in the judged code that led to it."""

    at: Anchor
    error: Exception


@dataclass(eq=False)
class FileFacts:
    """Everything a rule may ask about one file."""

    unit: SourceUnit
    tree: ast.Module
    names: Names
    project: Project
    dialect: Dialect
    layers: tuple[LayerFacts, ...] = ()
    followed: tuple[Followed, ...] = ()
    """How far each of the layers was followed."""
    events: list[Event] = field(default_factory=list)
    """What happened outside of any body: a layer object used as a tensor, say."""
    failures: list[Failure] = field(default_factory=list)
    """Errors inside the interpreter: what they touched is unknown."""
    nodes: list[GraphNode] = field(default_factory=list)
    """The calls of layers and models in model-building code, in order."""
    compiled: list[Model] = field(default_factory=list)
    """The models that are compiled with a loss."""
    unfolds: set[int] = field(default_factory=set)
    """Ids of the events whose folding of axes into the batch a later step takes back."""
    machine: Machine | None = None
    """What has run the file; ``None`` without a layer."""

    def release(self) -> None:
        """Undo the circles in which the facts point at each other, so that they go without the collector.

        Nothing can be asked of them afterwards.
        """
        for layer in self.layers:
            layer.site.release()
        self.layers = ()
        self.names.release()
        self.project.linted()
        if self.machine is not None:
            self.machine.release()

    def dialect_of(self, family: str | None) -> str:
        """The dialect of a layer that came from this Keras family."""
        if family == "tf_keras":
            return "keras2"
        if family in ("tf.keras", "tensorflow.python.keras") and self.dialect.name == "keras1":
            return "keras2"  # TensorFlow never had Keras 1, whatever else the file imports
        return self.dialect.name
