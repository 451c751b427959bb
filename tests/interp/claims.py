"""What the interpreter claims of a random body, checked by running it in TensorFlow."""

from __future__ import annotations

from typing import Any

from lambdalint.interp.values import Along, Broken, Constant, Tensor, Unknown
from lambdalint.layers.dims import BATCH, Dim, show_shape, substitute
from tests.interp.programs import Case, Program, Ref, interpreted, run_for_real

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
    for index in () if counts_samples(case) else (0, SAMPLES - 1):
        alone = attempt(program, [array[index : index + 1] for array in arrays])
        if isinstance(alone, Exception):
            continue
        here, there = sample_of(value, whole, SAMPLES, index), sample_of(value, alone, 1, 0)
        assert close(here, there), f"sample {index}: {here} in the batch, {there} alone"
    order = [2, 0, 3, 1]
    shuffled = attempt(program, [array[order] for array in arrays])
    for place, index in enumerate(order):
        here, there = sample_of(value, whole, SAMPLES, index), sample_of(value, shuffled, SAMPLES, place)
        assert close(here, there), f"sample {index}: {here}, {there} in another order"


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


_SHARP_NAMES = """
    subscript: binary:+ binary:@ item:tensorflow.split item:tensorflow.unstack tensorflow.add
    tensorflow.reduce_sum tensorflow.reduce_mean keras.backend.sum keras.backend.mean keras.backend.cumsum
    tensorflow.cumsum keras.ops.cumsum keras.ops.flip tensorflow.reverse keras.backend.reverse
    tensorflow.transpose keras.ops.swapaxes keras.ops.moveaxis keras.ops.roll tensorflow.reshape
    keras.backend.batch_flatten keras.backend.flatten keras.backend.expand_dims tensorflow.squeeze
    tensorflow.tile tensorflow.repeat tensorflow.pad keras.backend.repeat_elements tensorflow.gather
    tensorflow.slice tensorflow.stack keras.backend.concatenate tensorflow.concat keras.ops.stack
    tensorflow.matmul keras.backend.dot keras.backend.batch_dot tensorflow.tensordot tensorflow.einsum
    tensorflow.ones tensorflow.shape
"""
_SHARP = frozenset(_SHARP_NAMES.split())
"""Steps that cannot hide that samples are mixed: comparisons and picks of equal entries may."""
_TURNS = ("reverse", "flip", "roll", "reshape")


def sharp(case: Case) -> bool:
    """Whether no step can hide that samples are mixed, and none can put them back in order."""
    turns = [name for name, args, _ in case.program.steps if "slice(None, None, -1)" in repr(args)]
    turns += [name for name, _, _ in case.program.steps if name.endswith(_TURNS)]
    return len(turns) < 2 and all(name in _SHARP for name, _, _ in case.program.steps)


def check(case: Case) -> str:
    """Check every claim about the last value; what kind of claim there was.

    Raises:
        AssertionError: a claim does not hold.
    """
    if case.crash is not None:
        raise case.crash
    arrays = inputs_for(case.program, SAMPLES, seed=1)
    whole = attempt(case.program, arrays)
    if case.failure is not None:
        assert isinstance(whole, Exception), f"claimed impossible ({case.failure}), gives {whole.shape}"
        return "impossible"
    value = case.values[-1]
    if isinstance(value, Unknown):
        return f"unknown: {value.reason}"
    if not isinstance(value, Tensor):
        return "no tensor"
    if isinstance(whole, Exception):
        return "raises"
    if _depends_on_version(case):
        return "depends on the version"
    check_shape(value, whole, SAMPLES)
    more = attempt(case.program, inputs_for(case.program, SAMPLES + 3, seed=1))
    if not isinstance(more, Exception):
        check_shape(value, more, SAMPLES + 3)
    if value.dtype is not None:
        assert str(whole.dtype) == value.dtype, f"claimed {value.dtype}, got {whole.dtype}"
    shown = _check_batch(case, value, whole, arrays)
    for kind in ("normal", "zeros", "relu", "equal"):
        outcome = finite_run(case.program, inputs_for(case.program, SAMPLES, seed=3, kind=kind))
        if outcome is not None:
            check_sign(value, outcome, usual=kind == "normal")
    return shown


def _sized(value: Tensor) -> bool:
    """Whether all sizes are known for a number of samples."""
    return value.dims is not None and all(isinstance(size, int) for size in real_shape(value.dims, SAMPLES))


def _depends_on_version(case: Case) -> bool:
    """Whether a ``where`` picks rows in TensorFlow 1 and broadcasts in TensorFlow 2."""
    for name, args, _ in case.program.steps:
        if name.endswith(("where", "select", "switch")) and len(args) == 3:
            mask, *branches = (case.values[each.index] if isinstance(each, Ref) else None for each in args)
            ranks = {branch.rank for branch in branches if isinstance(branch, Tensor)}
            if isinstance(mask, Tensor) and mask.rank == 1 and ranks - {1}:
                return True
    return False


def _check_batch(case: Case, value: Tensor, whole: Any, arrays: list[Any]) -> str:
    if isinstance(value.batch, Along):
        if isinstance(value.batch.outer, int) and isinstance(value.batch.inner, int):
            check_samples(case, value, whole, arrays)
    elif isinstance(value.batch, Constant) and _sized(value):
        other = attempt(case.program, inputs_for(case.program, SAMPLES, seed=2))
        assert close(whole, other), "claimed constant, but other inputs give other values"
    elif isinstance(value.batch, Broken) and sharp(case):
        assert mixes(case.program, arrays, whole), "claimed broken, but each row depends on its sample alone"
        return "broken, shown"
    return {"Along": "along", "Broken": "broken", "Unsure": "unsure"}.get(
        type(value.batch).__name__, "constant"
    )


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
            if rank < (2 if name in _SHARP else 3) or any(number + rank <= front for number in numbers):
                return True
            if name == "subscript:" and isinstance(args[1], tuple) and Ellipsis in args[1]:
                if sum(each is not None and each is not Ellipsis for each in args[1]) >= rank:
                    return True
    return False


def without_rank(case: Case) -> Case | None:
    """The same program on inputs of unknown rank; ``None`` where a step depends on one."""
    if counts_to_the_batch(case):
        return None
    blind = interpreted(case.program, ranks=False)
    if len(blind.program.steps) < len(case.program.steps):
        return None
    if blind.failure is None and blind.ended:
        return None
    if any(getattr(getattr(value, "batch", None), "axis", 0) < 0 for value in blind.values):
        return None
    return blind
