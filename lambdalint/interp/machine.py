"""The abstract machine: state, budget, and calls of every kind of value.

One machine runs one file: its module code builds the model on abstract tensors, and each Lambda
runs its function where the layer is applied.  Expressions and statements live in their own
modules; this one decides what calling a value means.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from lambdalint.interp import binding, construct, containers, events, graph, reasons
from lambdalint.interp.call import Impossible, OpCall
from lambdalint.interp.facts import Failure, Site, Trace, tensors_of
from lambdalint.interp.frames import Frame, body_facts
from lambdalint.interp.ops import library
from lambdalint.interp.ops.carried import performed
from lambdalint.interp.values import (
    Along,
    Bound,
    ClassValue,
    Const,
    Distribution,
    Event,
    Function,
    GraphNode,
    Instance,
    Layer,
    Library,
    Model,
    Number,
    Opaque,
    Partial,
    Sequence,
    Step,
    Tensor,
    Unknown,
    Value,
)
from lambdalint.layers.dims import Dim, Sym, fresh
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.modules import Modules

BUDGET = 400_000
"""Expressions and statements one file may cost before the rest is unknown."""

BODY_BUDGET = 20_000
"""What one run of a layer's function may cost of it; long ones in real code cost a thousand."""

STEP_COST = 4
"""What an operation on tensors costs."""

CALL_DEPTH = 24
RECURSION = 2
"""How often a function calls itself where it is not certain that it does."""


class OutOfBudget(Exception):
    """The file is too large or too deep to be run on abstract values."""


class Machine:
    """The state of one abstract run; see the module's docstring.

    ``dialect`` is ``keras1``, ``keras2``, ``keras3`` or ``unknown``.
    """

    def __init__(self, modules: Modules, dialect: str, budget: int = BUDGET) -> None:
        self.modules = modules
        self.dialect = dialect
        self.budget = budget
        self.sites: dict[int, Site] = {}
        self.trace: Trace | None = None
        self.events: list[Event] = []
        self.unfolds: set[int] = set()
        self.moves: dict[int, Along] = {}
        """Where the samples are behind layers that move them, by the ids of their calls."""
        self.nodes: list[GraphNode] = []
        """The calls of layers and models in model-building code, in order."""
        self.compiled: list[Model] = []
        """The models that are compiled with a loss."""
        self.stack: list[ast.AST] = []
        self.caller: Frame | None = None
        """The frame of the call that was evaluated last."""
        self._entered: dict[int, int] = {}
        """By functions that run: how many uncertain regions were open when the outermost call began."""
        self.called: set[int] = set()
        self.instances: list[Instance] = []
        self.failures: list[Failure] = []
        self.defined: list[Function] = []
        """Functions made by ``def`` that hold a layer of the linted file."""
        self.curious = True
        """Whether ways that known values rule out are run too where a layer is on them."""
        self.loss_depth = 0
        self.subclass_runs: dict[int, int] = {}
        """How often the ``call`` of each project class was run, by its id."""
        self.site_kinds: dict[int, tuple[str, str | None]] = {}
        """The kind and Keras family of the calls that the names show to construct a layer."""
        self.closures: list[Frame] = []
        """The frames in which functions were made, which point at them."""
        self._serial = count(1)
        self._regions: list[int] = []
        self._dims: dict[int, tuple[Unknown, Dim]] = {}

    # --- bookkeeping -------------------------------------------------------------------------------

    def spend(self, amount: int = 1) -> None:
        """Pay for work.

        Raises:
            OutOfBudget: the file's budget is used up.
        """
        self.budget -= amount
        if self.budget < 0:
            raise OutOfBudget

    def record(self, kind: str, at: Anchor, text: str, data: Mapping[str, Any]) -> Event:
        """Note an event in the current trace, or in the file's events outside of any body."""
        event = Event(kind, at, text, dict(data))
        (self.trace.events if self.trace is not None else self.events).append(event)
        return event

    def unknown(self, reason: str, label: str = "?") -> Unknown:
        """A value of which nothing is known; the reason is counted where it happens in a body."""
        if self.trace is not None:
            self.trace.unknowns.append(reason)
        return Unknown(reason, label)

    def unfolded(self, folded: Event | None) -> None:
        """Take note that what ``folded`` put into the batch axis has been taken out again."""
        if folded is not None:
            self.unfolds.update(id(each) for each in (folded, *folded.data.get("joined", ())))

    def serial(self) -> int:
        """A number that grows with every mutable object made."""
        return next(self._serial)

    def enter_region(self) -> None:
        """Begin code that may or may not run: changes of older objects are weak in it."""
        self._regions.append(next(self._serial))

    def leave_region(self) -> None:
        """End the innermost uncertain code."""
        self._regions.pop()

    def weak(self, birth: int) -> bool:
        """Whether changing an object made at ``birth`` may or may not happen."""
        return bool(self._regions) and birth < self._regions[-1]

    def dim(self, value: Value, label: str = "?") -> Dim | None:
        """A value as the size of an axis, or ``None`` where it cannot be one (a float, a string).

        The same unknown value gives the same symbol each time.
        """
        if isinstance(value, Const):
            plain = value.value
            if isinstance(plain, bool) or not isinstance(plain, (int, float)):
                return None
            return plain if isinstance(plain, int) else int(plain) if plain.is_integer() else None
        if isinstance(value, Number):
            return value.dim
        if isinstance(value, Tensor):
            return value.content if isinstance(value.content, (int, Sym)) else None
        if isinstance(value, Unknown) and not value.tensor:
            known = self._dims.get(id(value))
            if known is None:
                known = (value, fresh(value.label if value.label != "?" else label))
                self._dims[id(value)] = known
            return known[1]
        return None

    def limited(self, work: Callable[[], Value]) -> Value:
        """Run a layer's function within its share of the budget; without a result where that is too little.

        Raises:
            OutOfBudget: the file's budget is used up.
        """
        allowed = min(self.budget, BODY_BUDGET)
        rest, self.budget = self.budget - allowed, allowed
        regions = len(self._regions)
        try:
            return work()
        except (OutOfBudget, RecursionError):
            del self._regions[regions:]
            if rest <= 0 and self.budget < 0:
                raise
            return self.unknown(reasons.BUDGET)
        finally:
            self.budget += rest

    def tie(self, value: Unknown, dim: Dim) -> None:
        """Make ``dim`` the size that an unknown value stands for."""
        self._dims[id(value)] = (value, dim)

    def reset(self) -> None:
        """Leave whatever was being run when the budget ended."""
        self.trace = None
        self.stack.clear()
        self._entered.clear()
        self._regions.clear()

    def release(self) -> None:
        """Undo the circles in which functions, scopes, layers and their calls point at each other."""
        for frame in self.closures:
            frame.variables.clear()
        for instance in self.instances:
            instance.attributes.clear()
        for node in self.nodes:
            node.parents = ()
            if isinstance(node.layer, Layer):
                node.layer.ends = None
        self.modules.release()

    def tied(self, value: Unknown) -> bool:
        """Whether an unknown value already stands for a size."""
        return id(value) in self._dims

    def site_for(self, node: ast.Call, at: Anchor, kind: str, family: str | None) -> Site:
        """The facts kept for a layer construction."""
        site = self.sites.get(id(node))
        if site is None:
            site = self.sites[id(node)] = Site(node, at, kind, family, in_body=True)
        site.in_body = site.in_body and self.trace is not None
        if self.loss_depth:
            site.in_loss = True
        if self.caller is not None:
            site.frame = self.caller
        return site

    # --- calls -------------------------------------------------------------------------------------

    def call(
        self,
        function: Value,
        args: list[Value],
        kwargs: dict[str, Value],
        at: Anchor,
        text: str = "",
    ) -> Value:
        """Call any value."""
        self.spend()
        if isinstance(function, Function):
            return self.call_function(function, args, kwargs, at)
        if isinstance(function, Library):
            return self._call_library(function, args, kwargs, at, text)
        if isinstance(function, Bound):
            return self._call_bound(function, args, kwargs, at, text)
        if isinstance(function, Partial):
            return self.call(
                function.function, [*function.args, *args], {**function.kwargs, **kwargs}, at, text
            )
        if isinstance(function, (Layer, Model)):
            import lambdalint.interp.apply as apply

            return apply.apply_layer(self, function, args, kwargs, at)
        if isinstance(function, ClassValue):
            import lambdalint.interp.objects as objects

            return objects.instantiate(self, function, args, kwargs, at)
        if isinstance(function, Instance):
            import lambdalint.interp.objects as objects

            return objects.call_instance(self, function, args, kwargs, at)
        if isinstance(function, Opaque) and function.kind == "add-result":
            self.record(events.ADD_RESULT, at, text, {"add": function.at})
            return Unknown(reasons.NOT_CALLABLE, tensor=True)
        if isinstance(function, Sequence) and function.kind == "alternatives":
            return self._call_each(function.items or [], args, kwargs, at, text)
        if isinstance(function, (Const, Tensor, Sequence, Number)):
            self.record(events.FAILS, at, text, {"error": "TypeError", "why": "is not callable"})
            return self.unknown(reasons.NOT_CALLABLE)
        kind, family = self.site_kinds.get(id(at.node), ("", None))
        if kind:
            return construct.layer_by_name(self, kind, args, kwargs, at, family)
        if isinstance(function, Unknown) and text and not function.inputs:
            import lambdalint.interp.guesses as guesses

            made = guesses.made(self, text.rpartition(".")[2], args, kwargs, at, text)
            if made is not None:
                return made
        return self._call_unknown(function, args, kwargs)

    def _call_each(
        self, functions: list[Value], args: list[Value], kwargs: dict[str, Value], at: Anchor, text: str
    ) -> Value:
        """Call each of several functions that a name may stand for; the join of what they give."""
        from lambdalint.interp.tensors import join_values

        result: Value | None = None
        for function in functions:
            self.enter_region()
            try:
                made = self.call(function, list(args), dict(kwargs), at, text)
            finally:
                self.leave_region()
            result = made if result is None else join_values(result, made)
        return result if result is not None else self.unknown(reasons.UNKNOWN_CALL)

    def _call_unknown(self, function: Value, args: list[Value], kwargs: dict[str, Value]) -> Unknown:
        inputs: frozenset[int] = frozenset()
        for value in [*args, *kwargs.values()]:
            inputs |= inputs_of(value)
            self.escape(value)
        reason = function.reason if isinstance(function, Unknown) else reasons.UNKNOWN_CALL
        self.unknown(reason)
        return Unknown(reason, inputs=inputs)

    def escape(self, value: Value) -> None:
        """A value went where what is done to it cannot be followed: a layer may be called, a fold undone."""
        if isinstance(value, Layer):
            value.calls += 1
        for tensor in tensors_of(value):
            if isinstance(tensor.batch, Along):
                self.unfolded(tensor.batch.folded)

    def _call_library(
        self, function: Library, args: list[Value], kwargs: dict[str, Value], at: Anchor, text: str
    ) -> Value:
        name = function.name
        if name.startswith("builtins."):
            import lambdalint.interp.builtins as builtins

            return builtins.call(self, name[9:], args, kwargs, at, text)
        made = construct.construct(self, function, args, kwargs, at, text)
        if made is not None:
            return made
        return self.call_op(function, args, kwargs, at, text)

    def call_op(
        self, function: Library, args: list[Value], kwargs: dict[str, Value], at: Anchor, text: str
    ) -> Value:
        """Call a library function through the operation tables."""
        graph.note_operation(self, function, args, kwargs, at, text)
        missing = library.missing_in(function.name, self.dialect_for(function.family))
        if missing is not None:
            self.record(
                events.MISSING,
                at,
                text,
                {"name": function.name, "replacement": missing, "family": function.family},
            )
        op = library.lookup(function.name)
        if op is None:
            return self._unmodelled(function, args, kwargs, at, text)
        bound = library.bind(op, args, kwargs)
        if isinstance(bound, str):
            self.record(events.FAILS, at, text, {"error": "TypeError", "why": bound})
            return self.unknown(reasons.BAD_ARGUMENTS)
        arguments, given = bound
        call = OpCall(self, op, at, text or function.spelling or function.name, arguments, given)
        result = self._run_op(call)
        self.step(at, call.text, [*args, *kwargs.values()], result, function.name, arguments)
        return result

    def _run_op(self, call: OpCall) -> Value:
        """Run a transfer function; a mistake in it costs this one result, and is reported."""
        try:
            return performed(call)
        except Impossible:
            return self.unknown(reasons.IMPOSSIBLE)
        except (OutOfBudget, RecursionError):
            raise
        except Exception as error:
            self.fail(call.at, error)
            return self.unknown(reasons.INTERNAL)

    def fail(self, at: Anchor, error: Exception) -> None:
        """Note an internal error, to be reported as a problem."""
        self.failures.append(Failure(at, error))

    def dialect_for(self, family: str | None) -> str:
        """The dialect that decides which library names exist."""
        return "keras2" if family in ("tf_keras", "tf.keras") else self.dialect

    def _unmodelled(
        self, function: Library, args: list[Value], kwargs: dict[str, Value], at: Anchor, text: str
    ) -> Value:
        inputs: frozenset[int] = frozenset()
        for value in [*args, *kwargs.values()]:
            inputs |= inputs_of(value)
        if library.is_in_no_version(function.name):
            self.record(events.NO_SUCH_NAME, at, text, {"name": function.name})
        top = function.name.split(".", 1)[0]
        tensor = any(tensor.inputs for value in [*args, *kwargs.values()] for tensor in tensors_of(value))
        if tensor and top in ("numpy", "scipy", "math", "cv2", "skimage"):
            self.record(events.NUMPY, at, text, {"library": top, "name": function.name})
        self.unknown(f"{function.name} is not modelled")
        return Unknown(f"{function.name} is not modelled", inputs=inputs)

    def step(
        self,
        at: Anchor,
        text: str,
        operands: list[Value],
        result: Value,
        op: str = "",
        arguments: Mapping[str, Value] | None = None,
    ) -> None:
        """Note one operation of the current body."""
        self.spend(STEP_COST)
        if self.trace is not None:
            self.trace.steps.append(Step(at, text, tuple(operands), result, op, arguments or {}))

    def _call_bound(
        self, function: Bound, args: list[Value], kwargs: dict[str, Value], at: Anchor, text: str
    ) -> Value:
        if function.function is not None:
            return self.call_function(function.function, [function.receiver, *args], kwargs, at)
        import lambdalint.interp.models as models
        import lambdalint.interp.ops.methods as methods

        receiver = function.receiver
        if isinstance(receiver, Distribution):
            import lambdalint.interp.ops.distributions as distributions

            return distributions.method(self, receiver, function.name, args, kwargs, at, text)
        if isinstance(receiver, (Layer, Model)):
            return models.call_method(self, receiver, function.name, args, kwargs, at, text)
        if isinstance(receiver, (Tensor, Unknown)):
            result = methods.method(self, receiver, function.name, args, kwargs, at, text)
            op, arguments = methods.bound_arguments(receiver, function.name, args, kwargs)
            self.step(at, text, [receiver, *args], result, op, arguments)
            return result
        return containers.call_method(self, receiver, function.name, args, kwargs, at, text)

    def call_function(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], at: Anchor
    ) -> Value:
        """Run a ``def`` or ``lambda`` on these arguments."""
        import lambdalint.interp.statements as statements

        self.called.add(id(function.node))
        if self._too_deep(function.node):
            return self.unknown(reasons.TOO_DEEP)
        body = body_facts(function.node)
        if body.is_generator:
            return self.unknown(reasons.GENERATOR)
        frame = Frame("function", function.env, function.frame, function, body.names)
        problem = binding.bind(self, function, args, kwargs, frame)
        if problem:
            self.record(events.FAILS, at, function.name, {"error": "TypeError", "why": problem, "call": True})
            return self.unknown(reasons.BAD_ARGUMENTS)
        self.stack.append(function.node)
        self._entered.setdefault(id(function.node), len(self._regions))
        depth = self.stack.count(function.node)
        try:
            return statements.run_function(self, function, frame)
        finally:
            self.stack.pop()
            if depth == 1:
                self._entered.pop(id(function.node), None)

    def _too_deep(self, node: ast.AST) -> bool:
        """Whether calls are nested too deeply; recursion that tests of known values end may go on."""
        if len(self.stack) >= CALL_DEPTH:
            return True
        if self.stack.count(node) <= RECURSION:
            return False
        return self._entered.get(id(node), 0) < len(self._regions)


def inputs_of(value: Value, depth: int = 3) -> frozenset[int]:
    """The indices of the layer inputs that a value depends on."""
    if isinstance(value, (Tensor, Unknown)):
        return value.inputs
    if isinstance(value, Sequence) and depth:
        found: frozenset[int] = frozenset()
        for item in value.items if value.items is not None else [value.element] if value.element else []:
            found |= inputs_of(item, depth - 1)
        return found
    if isinstance(value, Bound):
        return inputs_of(value.receiver, depth - 1) if depth else frozenset()
    return frozenset()
