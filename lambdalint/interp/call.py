"""One call of a modelled operation, as its transfer function sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from lambdalint.interp import events
from lambdalint.interp.tensors import as_tensor
from lambdalint.interp.values import NONE, Const, Event, Tensor, Unknown, Value
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine


class Impossible(Exception):
    """The operation cannot run on these operands; carries the event that says why."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.data.get("why", ""))
        self.event = event


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a modelled operation; ``default`` is ``None`` where it is required."""

    name: str
    default: Value | None = None
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Op:
    """One row of an operation table: canonical name, parameters, aliases, transfer function, options."""

    name: str
    parameters: tuple[Parameter, ...]
    aliases: Mapping[str, str]
    run: Callable[[OpCall], Value]
    options: Mapping[str, str]


@dataclass(slots=True)
class OpCall:
    """A call of an operation: its row, the place, how it is written, and the bound arguments.

    ``args`` maps parameter names to values, defaults filled in; ``given`` holds the names that the
    call passed.  ``machine`` is for the few operations that run functions (``map_fn``).
    ``followed`` holds the identities of the values that the transfer function took as operands.
    """

    machine: Machine
    op: Op
    at: Anchor
    text: str
    args: dict[str, Value]
    given: frozenset[str]
    followed: set[int] = field(default_factory=set)

    def get(self, *names: str) -> Value:
        """The first of these parameters that the operation has; ``None`` (a value) without any."""
        for name in names:
            if name in self.args:
                return self.args[name]
        return NONE

    def first(self, index: int = 0) -> Value:
        """The operand at this position among the parameters."""
        parameters = self.op.parameters
        if index >= len(parameters):
            return NONE
        return self.args.get(parameters[index].name, NONE)

    def option(self, name: str, default: str = "") -> str:
        """An option of the table row: ``dtype=int64``, or a bare word, whose value is its name."""
        return self.op.options.get(name, default)

    def constant(self, *names: str, default: Any = None) -> Any:
        """The plain Python value of a parameter, ``None`` if not known; ``default`` without the parameter."""
        for name in names:
            if name in self.args:
                value = self.args[name]
                return value.value if isinstance(value, Const) else None
        return default

    def tensor(self, value: Value) -> Tensor | Unknown:
        """The value as the tensor that the library would make of it."""
        self.followed.add(id(value))
        return as_tensor(value)

    def event(self, kind: str, **data: Any) -> Event:
        """An event at this call, recorded in the trace."""
        return self.machine.record(kind, self.at, self.text, data)

    def silent_event(self, kind: str, **data: Any) -> Event:
        """An event at this call that only matters if it reaches the result: not recorded."""
        return Event(kind, self.at, self.text, data)

    def unknown(self, reason: str) -> Unknown:
        """A result of which nothing is known, for a counted reason."""
        return self.machine.unknown(reason)

    def impossible(self, why: str, **data: Any) -> NoReturn:
        """Stop: the operation raises on these operands, for every value of the symbols.

        Raises:
            Impossible: always; the machine turns it into an event and an unknown result.
        """
        raise Impossible(self.event(events.IMPOSSIBLE, why=why, **data))
