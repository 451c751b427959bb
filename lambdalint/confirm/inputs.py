"""Which tensors an experiment calls a layer on: from the model, from the user's options, or by trying."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import isfinite

from lambdalint.confirm.request import Inputs, Sample
from lambdalint.confirm.unsliceable import Unsliceable
from lambdalint.interp.facts import Application, LayerFacts
from lambdalint.interp.values import Along, Broken, Dictionary, Sequence, Tensor, Unsure, Value
from lambdalint.layers.dims import Dim

_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23)
_TRIED = ((4,), (3, 5), (6, 5, 3), (), (4, 6, 5, 3))
"""Shapes of a sample, without the batch axis, that are tried where nothing is known."""
_JOINING = frozenset({"concat", "concatenate", "stack", "add_n", "hstack", "vstack", "accumulate_n"})
_EQUAL = 4
_MOST_CANDIDATES = 8
_LARGEST = 2_000_000
"""Entries of one sample beyond which no experiment is made."""


@dataclass
class _Sizes:
    """Numbers for symbolic sizes: the same symbol gets the same number, different ones different primes."""

    known: dict[int, int] = field(default_factory=dict)
    equal: int = 0
    """The number of all symbols, where it is not 0."""

    def of(self, dim: Dim) -> int:
        if isinstance(dim, int):
            return dim
        total = 0
        for monomial, factor in dim.terms:
            product = factor
            for atom in monomial:
                if atom.uid not in self.known:
                    self.known[atom.uid] = self.equal or _PRIMES[len(self.known) % len(_PRIMES)]
                product *= self.known[atom.uid]
            total += product
        return max(total, 1)


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of the inputs: a shape of one sample, or a file of samples."""

    shape: tuple[int, ...] | None = None
    file: str | None = None


def candidates(layer: LayerFacts, given: Given, node: ast.AST | None = None) -> tuple[Inputs, ...]:
    """Inputs to try, at most eight: first those of the uses that have to do with a place in the code."""
    found: dict[Inputs, None] = {}
    for application in layer.applications if node is None else layer.uses_for(node):
        for each in _of_application(layer, application):
            found.setdefault(_as_given(each, given))
    return tuple(found)[:_MOST_CANDIDATES]


def _as_given(inputs: Inputs, given: Given) -> Inputs:
    if given.file is not None:
        samples = tuple(
            replace(s, file=given.file, key=str(i) if len(inputs.samples) > 1 else None, origin="sample")
            for i, s in enumerate(inputs.samples)
        )
        return replace(inputs, samples=samples)
    if given.shape is not None:
        return replace(
            inputs, samples=tuple(replace(s, shape=given.shape, origin="option") for s in inputs.samples)
        )
    return inputs


def _of_application(layer: LayerFacts, application: Application) -> Iterator[Inputs]:
    value = application.inputs
    positional = len(application.positional) > 1
    values: list[Value]
    if positional:
        structure, values = "list", list(application.positional)
    elif isinstance(value, Sequence) and value.items is not None:
        structure, values = ("tuple" if value.kind == "tuple" else "list"), list(value.items)
    elif isinstance(value, Dictionary):
        structure, values = "dict", list(value.items.values())
    else:
        structure, values = "tensor", [value]
    keys = tuple(str(key) for key in value.items) if isinstance(value, Dictionary) else ()
    if not values:
        return
    count = _indexed(layer) if structure == "tensor" and not _is_shaped(value) else 0
    if count:
        yield from _of_shapes("list", [value] * count, (), False)
    yield from _of_shapes(structure, values, keys, positional)


def _is_shaped(value: Value) -> bool:
    """Whether it is known what a value is: a tensor of a shape, not what only may be one."""
    return isinstance(value, Tensor) and value.dims is not None


def _of_shapes(
    structure: str, values: list[Value], keys: tuple[str, ...], positional: bool
) -> Iterator[Inputs]:
    """Inputs of a structure, with shapes to try where one is not known.

    Sizes that are not known are different ones; of several tensors also equal ones, for those that meet.
    """
    for equal in (0, _EQUAL) if len(values) > 1 else (0,):
        sizes = _Sizes(equal=equal)
        known = [_sample(each, sizes) for each in values]
        if equal and not sizes.known:
            continue
        ranks = {len(each.shape): each.shape for each in known if each is not None}
        fitting = [*ranks.values()] if equal else []
        for shape in (*fitting, *_TRIED) if any(each is None for each in known) else ((),):
            samples = tuple(Sample(shape, origin="fitted") if each is None else each for each in known)
            if all(_entries(sample) <= _LARGEST for sample in samples):
                yield Inputs(structure, samples, keys, positional)


def _sample(value: Value, sizes: _Sizes) -> Sample | None:
    if not isinstance(value, Tensor) or value.dims is None:
        return None
    if value.dims and isinstance(value.dims[0], int) and isinstance(value.batch, (Broken, Unsure)):
        raise Unsliceable("what the layer gets has no axis of samples, which no sample data can show")
    if not value.dims or not isinstance(value.batch, Along) or value.batch.axis != 0:
        return None
    shape = tuple(sizes.of(dim) for dim in value.dims[1:])
    dtype = value.dtype or "float32"
    low, high = value.sign.low, value.sign.high
    return Sample(
        shape,
        dtype,
        low if isfinite(low) else None,
        high if isfinite(high) else (9 if dtype.startswith(("int", "uint")) else None),
    )


def _entries(sample: Sample) -> int:
    total = 1
    for size in sample.shape:
        total *= size
    return total


def _indexed(layer: LayerFacts) -> int:
    """How many inputs a function of unknown input takes apart, or joins: ``x[0] * x[1]``, ``concat(x)``."""
    function = layer.written
    if function is None:
        return 0
    parameters = function.node.args.args
    if not parameters:
        return 0
    name, most = parameters[0].arg, 0
    for node in ast.walk(function.node):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == name:
            if not isinstance(node.slice, ast.Constant) or not isinstance(node.slice.value, int):
                return 0
            most = max(most, node.slice.value + 1)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id == name:
            if isinstance(node.targets[0], ast.Tuple):
                most = max(most, len(node.targets[0].elts))
        elif isinstance(node, ast.Call) and _joins(node, name):
            most = max(most, 2)
    return most if most > 1 else 0


def _joins(call: ast.Call, name: str) -> bool:
    """Whether a call puts the tensors of a list together."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [*call.args, *(each.value for each in call.keywords)]
    return function in _JOINING and any(isinstance(each, ast.Name) and each.id == name for each in given)
