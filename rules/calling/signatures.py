"""Which arguments a layer's function must and may get."""

from __future__ import annotations

from dataclasses import dataclass

from lambdalint.interp.ops import library
from lambdalint.interp.values import Bound, Function, Library, Partial, Value


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function, the layer's input first.

    ``function`` is the ``def`` or ``lambda``, or ``None`` for a library's; ``accepted`` is ``None``
    where any name is; ``identity`` is equal for two values of one function.
    """

    function: Function | None
    required: tuple[str, ...]
    accepted: tuple[str, ...] | None
    identity: object


def signature_of(value: Value) -> Signature | None:
    """The parameters of a function; ``None`` where they are not known."""
    if isinstance(value, Library):
        op = library.lookup(value.name)
        if op is None or not op.parameters or any(p.variadic for p in op.parameters):
            return None
        return Signature(None, tuple(p.name for p in op.parameters if p.default is None), None, value.name)
    skipped, taken = 0, frozenset[str]()
    if isinstance(value, Partial):
        skipped, taken, value = len(value.args), frozenset(value.kwargs), value.function
    if isinstance(value, Bound) and value.function is not None:
        skipped, value = skipped + 1, value.function
    return _written(value, skipped, taken) if isinstance(value, Function) else None


def _written(function: Function, skipped: int, taken: frozenset[str]) -> Signature:
    spec = function.node.args
    positional = [p.arg for p in [*spec.posonlyargs, *spec.args]]
    required = positional[skipped : len(positional) - len(spec.defaults)]
    required += [p.arg for p, default in zip(spec.kwonlyargs, spec.kw_defaults) if default is None]
    required = [name for name in required if name not in taken]
    if spec.vararg is not None and len(positional) <= skipped:
        required = ["*", *required]
    accepted = (*positional[skipped:], *(p.arg for p in spec.kwonlyargs))
    anything = spec.kwarg is not None or spec.vararg is not None
    return Signature(function, tuple(required), None if anything else accepted, id(function.node))
