"""Random bodies, run abstractly and for real: what is claimed of shapes, samples, ranges must hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, note, settings

from lambdalint.interp.call import Impossible
from lambdalint.interp.values import Along, Broken, Constant, Tensor, Value
from lambdalint.layers.dims import BATCH, Dim, show_shape, substitute
from tests.interp.bare import Bench, batch
from tests.interp.drawing import Case, cases
from tests.interp.programs import Program, Ref, filled, run_for_real, step_abstractly

pytestmark = pytest.mark.tensorflow

SAMPLES = 4
"""Samples in the batches that are run; no feature axis has this size."""


def inputs_for(program: Program, samples: int, seed: int, kind: str = "normal") -> list[Any]:
    """Random inputs, or extreme ones."""
    import numpy as np

    random = np.random.default_rng(seed)
    arrays = []
    for shape in program.inputs:
        full = (samples, *shape)
        array = random.normal(size=full)
        if kind == "zeros":
            array = np.zeros(full)
        elif kind == "relu":
            array = np.maximum(array, 0)
        elif kind == "equal":
            array = np.ones(full)
        arrays.append(array.astype("float32"))
    return arrays


def attempt(program: Program, arrays: list[Any]) -> Any:
    """The last value as an array, or the exception that running raised."""
    try:
        return run_for_real(program, arrays)[-1].numpy()
    except Exception as error:
        return error


def finite_run(program: Program, arrays: list[Any]) -> Any | None:
    """The last value, where no step before it went out of the range of numbers."""
    import numpy as np

    try:
        values = [value.numpy() for value in run_for_real(program, arrays)]
    except Exception:
        return None
    known = all(np.isfinite(value).all() for value in values if value.dtype.kind == "f")
    return values[-1] if known else None


def real_shape(dims: tuple[Dim, ...], samples: int) -> tuple[Any, ...]:
    """The sizes for a number of samples."""
    return tuple(substitute(dim, BATCH, samples) for dim in dims)


def check_shape(value: Tensor, outcome: Any, samples: int) -> None:
    """The claimed sizes, where they are numbers, are the real ones."""
    if value.dims is None:
        return
    claimed = real_shape(value.dims, samples)
    assert len(claimed) == outcome.ndim, f"claimed {show_shape(value.dims)}, got {outcome.shape}"
    for said, got in zip(claimed, outcome.shape):
        assert not isinstance(said, int) or said == got, (
            f"claimed {show_shape(value.dims)}, got {outcome.shape}"
        )


def sample_of(value: Tensor, outcome: Any, samples: int, index: int) -> Any:
    """The entries of one sample, where the interpreter says they lie."""
    along = value.batch
    assert isinstance(along, Along)
    outer, inner = substitute(along.outer, BATCH, samples), substitute(along.inner, BATCH, samples)
    shape = outcome.shape
    split = outcome.reshape(*shape[: along.axis], outer, samples, inner, *shape[along.axis + 1 :])
    return split.take(index, axis=along.axis + 1)


def close(a: Any, b: Any) -> bool:
    """Equal up to rounding."""
    import numpy as np

    if a.shape != b.shape:
        return False
    if a.dtype == bool or a.dtype.kind in "iu":
        return bool((a == b).all())
    return bool(np.allclose(a, b, rtol=1e-3, atol=1e-4, equal_nan=True))


def counts_samples(case: Case) -> bool:
    """Whether constant rows, one for each sample, become a constant that depends on their number."""
    tensors = [value for value in case.values if isinstance(value, Tensor)]
    rows = any(not value.inputs and isinstance(value.batch, Along) for value in tensors)
    return rows and any(not value.inputs and isinstance(value.batch, Constant) for value in tensors)


def check_samples(case: Case, value: Tensor, whole: Any, arrays: list[Any]) -> None:
    """Each sample alone, and the batch in another order, give the same entries."""
    program = case.program
    for index in range(0 if counts_samples(case) else SAMPLES):
        alone = attempt(program, [array[index : index + 1] for array in arrays])
        if isinstance(alone, Exception):
            continue
        here, there = sample_of(value, whole, SAMPLES, index), sample_of(value, alone, 1, 0)
        assert close(here, there), f"sample {index}: {here} in the batch, {there} alone"
    order = [2, 0, 3, 1]
    shuffled = attempt(program, [array[order] for array in arrays])
    for place, index in enumerate(order):
        assert close(sample_of(value, whole, SAMPLES, index), sample_of(value, shuffled, SAMPLES, place))


def mixes(program: Program, arrays: list[Any], whole: Any) -> bool:
    """Whether a run shows that row i is not a function of sample i alone."""
    if isinstance(whole, Exception) or whole.ndim == 0 or whole.shape[0] != len(arrays[0]):
        return True
    for index in range(len(arrays[0])):
        alone = attempt(program, [array[index : index + 1] for array in arrays])
        if isinstance(alone, Exception) or alone.ndim == 0 or alone.shape[0] != 1:
            return True
        if not close(whole[index], alone[0]):
            return True
    order = [2, 0, 3, 1]
    shuffled = attempt(program, [array[order] for array in arrays])
    return isinstance(shuffled, Exception) or not close(whole[order], shuffled)


def check_sign(value: Tensor, outcome: Any, usual: bool) -> None:
    """Entries lie within the claimed range, and are not 0 where that is ruled out."""
    import numpy as np

    finite = outcome[np.isfinite(outcome)] if outcome.dtype.kind == "f" else outcome
    if finite.size == 0:
        return
    sign, slack = value.sign, 1e-4
    span = slack * (1 + float(np.abs(finite).max()))
    assert finite.min() >= sign.low - span, f"{finite.min()} below {sign}"
    assert finite.max() <= sign.high + span, f"{finite.max()} above {sign}"
    # Entries that come close to 0 may underflow.
    if usual and sign.zero == "never" and not sign.tiny:
        assert (finite != 0).all(), f"a zero in {sign}"


# A broken claim is only shown where numbers survive: comparisons and picks of equal entries may hide it.
_BLUNT = [
    "binary:>",
    "argmax",
    "zeros_like",
    "ones_like",
    "top_k",
    "binary:*",
    "multiply",
    "max",
    "min",
    "relu",
    "prod",
    "sigmoid",
    "sqrt",
    "log",
    "exp",
    "normalize",
    "std",
    "var",
    "softplus",
    "tanh",
    "norm",
    "rsqrt",
    "reciprocal",
    "divide",
    "binary:/",
    "subtract",
    "binary:-",
    "squared",
    "softmax",
]


def sharp(case: Case) -> bool:
    """Whether no step can hide that samples are mixed, and none can put them back in order."""
    turns = [name for name, args, _ in case.program.steps if "slice(None, None, -1)" in repr(args)]
    turns += [name for name, _, _ in case.program.steps if name.endswith(("reverse", "flip", "roll"))]
    turns += [name for name, _, _ in case.program.steps if name.endswith("reshape")]
    return len(turns) < 2 and not any(word in name for name, _, _ in case.program.steps for word in _BLUNT)


def check(case: Case) -> None:
    """Every claim about the last value."""
    arrays = inputs_for(case.program, SAMPLES, seed=1)
    whole = attempt(case.program, arrays)
    if case.failure is not None:
        event("impossible")
        assert isinstance(whole, Exception), f"claimed impossible ({case.failure}), gives {whole.shape}"
        return
    value = case.values[-1]
    if not isinstance(value, Tensor):
        event("unknown")
        return
    event(type(value.batch).__name__)
    if isinstance(whole, Exception):
        event("raises")
        return
    check_shape(value, whole, SAMPLES)
    more = attempt(case.program, inputs_for(case.program, SAMPLES + 3, seed=1))
    if not isinstance(more, Exception):
        check_shape(value, more, SAMPLES + 3)
    if value.dtype is not None:
        assert str(whole.dtype) == value.dtype
    if isinstance(value.batch, Along):
        if not isinstance(value.batch.outer, int) or not isinstance(value.batch.inner, int):
            return
        check_samples(case, value, whole, arrays)
    elif isinstance(value.batch, Constant):
        assert close(whole, attempt(case.program, inputs_for(case.program, SAMPLES, seed=2)))
    elif isinstance(value.batch, Broken) and sharp(case):
        event("shown")
        assert mixes(case.program, arrays, whole), "claimed broken, but each row depends on its sample alone"
    for kind in ("normal", "zeros", "relu", "equal"):
        outcome = finite_run(case.program, inputs_for(case.program, SAMPLES, seed=3, kind=kind))
        if outcome is not None:
            check_sign(value, outcome, usual=kind == "normal")


def _numbers(value: Any) -> list[int]:
    if isinstance(value, (list, tuple)):
        return [number for each in value for number in _numbers(each)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def counts_to_the_batch(case: Case) -> bool:
    """Whether a step names the batch axis from the end, or lines up operands of different ranks.

    That is what is assumed not to happen where the rank is not known.
    """
    for name, args, kwargs in case.program.steps:
        refs = [
            each for each in (*args, *(args[0] if isinstance(args[0], list) else ())) if isinstance(each, Ref)
        ]
        numbers = [number for number in _numbers([*args, *kwargs.values()]) if number < 0]
        if len({getattr(case.values[ref.index], "rank", None) for ref in refs}) > 1:
            return True
        for ref in refs:
            x = case.values[ref.index]
            if not isinstance(x, Tensor) or x.dims is None:
                return True
            rank = len(x.dims)
            front = max(getattr(x.batch, "axis", 0), 0)
            if rank < 2 or any(number + rank <= front for number in numbers):
                return True
            if name == "subscript:" and isinstance(args[1], tuple) and Ellipsis in args[1]:
                if sum(each is not None and each is not Ellipsis for each in args[1]) >= rank:
                    return True
    return False


def without_rank(case: Case) -> Case | None:
    """The same program on inputs of unknown rank; ``None`` where a step depends on one."""
    if counts_to_the_batch(case):
        return None
    bench = Bench()
    values: list[Value] = [batch(index=i).but(dims=None) for i in range(len(case.program.inputs))]
    size = bench.subscript(bench.call("tensorflow.shape", values[0]), 0)
    for name, args, kwargs in case.program.steps:
        operands = [filled(each, values, size) for each in args]
        named = {key: filled(each, values, size) for key, each in kwargs.items()}
        try:
            values.append(step_abstractly(bench, name, operands, named))
        except Impossible as error:
            return Case(case.program, values, error, bench)
        if not isinstance(values[-1], Tensor):
            return None
        batch_axis = getattr(values[-1].batch, "axis", 0)
        if batch_axis < 0:
            return None
    return Case(case.program, values, None, bench)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cases())
def test_claims_hold_when_run(case: Case) -> None:
    """Shapes, samples, types and ranges are as the interpreter says."""
    note(str(case.program))
    check(case)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cases())
def test_claims_of_unknown_rank_hold_when_run(case: Case) -> None:
    """What is claimed where only the batch axis of the inputs is known holds for two axes or more."""
    blind = without_rank(case)
    if blind is not None:
        note(str(case.program))
        check(blind)
