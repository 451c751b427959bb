"""What the interpreter claims of a random body, checked by running it in TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from lambdalint.interp.values import Along, Broken, Constant, Tensor, Unknown
from lambdalint.layers.dims import BATCH, Dim, Sym, has_batch, show_shape, substitute
from tests.interp.programs import (
    BatchSize,
    Case,
    Program,
    Ref,
    Run,
    fails_in_graph,
    interpreted,
    refs,
    run_for_real,
)

SAMPLES = 4
"""Samples in the batches that are run; no feature axis has this size."""

ORDER = [2, 0, 3, 1]


KINDS = ("normal", "zeros", "relu", "equal", "tiny", "huge", "negative")
"""Inputs on which ranges are tried: extremes too."""

ORDINARY = ("normal", "zeros", "relu", "equal", "negative")
"""Those that do not drive entries to 0 by underflow."""


def inputs_for(program: Program, samples: int, seed: int, kind: str = "normal") -> list[Any]:
    """Random inputs, or extreme ones."""
    import numpy as np

    random = np.random.default_rng(seed)
    makers: dict[str, Callable[[Any], Any]] = {
        "normal": lambda array: array,
        "zeros": np.zeros_like,
        "relu": lambda array: np.maximum(array, 0),
        "equal": np.ones_like,
        "tiny": lambda array: 1e-12 * array,
        "huge": lambda array: 1e6 * array,
        "negative": lambda array: -abs(array),
        "above": lambda array: 1 + abs(array),
    }
    made = makers[kind]
    return [made(random.normal(size=(samples, *shape))).astype("float32") for shape in program.inputs]


class Runs:
    """The runs of a program that claims are checked against, each made once."""

    def __init__(self, program: Program, kind: str = "normal") -> None:
        self.program = program
        self._arrays = inputs_for(program, SAMPLES, seed=1, kind=kind)
        self._known: dict[tuple[str, int], Run] = {}

    def _run(self, key: tuple[str, int], arrays: list[Any]) -> Run:
        if key not in self._known:
            self._known[key] = run_for_real(self.program, arrays)
        return self._known[key]

    @property
    def whole(self) -> Run:
        """The batch that the others are compared with."""
        return self._run(("whole", 0), self._arrays)

    @property
    def more(self) -> Run:
        """More samples."""
        return self._run(("more", 0), inputs_for(self.program, SAMPLES + 3, seed=1))

    @property
    def other(self) -> Run:
        """Other samples."""
        return self._run(("other", 0), inputs_for(self.program, SAMPLES, seed=2))

    @property
    def shuffled(self) -> Run:
        """The samples in another order."""
        return self._run(("shuffled", 0), [array[ORDER] for array in self._arrays])

    @cached_property
    def above(self) -> Runs:
        """The same with inputs whose products do not fade."""
        return Runs(self.program, "above")

    def alone(self, index: int) -> Run:
        """One sample."""
        return self._run(("alone", index), [array[index : index + 1] for array in self._arrays])

    def extreme(self, kind: str) -> Run:
        """Inputs of a kind."""
        return self._run((kind, 3), inputs_for(self.program, SAMPLES, seed=3, kind=kind))


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
    if a.dtype.kind in "iu":
        # Rounding decides between entries that are nearly equal.
        return a.size == 0 or float((a == b).mean()) > 0.5
    if a.dtype.kind not in "fc":
        return bool((a == b).all())
    # Rounding decides whether an entry meets a pole.
    poles = np.isinf(a) | np.isinf(b)
    return bool(np.allclose(a[~poles], b[~poles], rtol=1e-3, atol=1e-4, equal_nan=True))


def counts_samples(case: Case) -> bool:
    """Whether constant rows, one for each sample, become a constant that depends on their number."""
    sizes = [i for i, value in enumerate(case.values) if _holds_size(value)]
    for name, args, _ in case.program.steps:
        if any(Ref(i) in args[1:] for i in sizes) and not name.endswith("reshape"):
            return True
    tensors = [value for value in case.values if isinstance(value, Tensor)]
    if any(sum(map(has_batch, value.dims or ())) > 1 for value in tensors):
        return True
    rows = any(not value.inputs and isinstance(value.batch, Along) for value in tensors)
    return rows and any(not value.inputs and isinstance(value.batch, Constant) for value in tensors)


def _numbers_samples(case: Case, at: int) -> bool:
    """Whether the entries are made of the numbers of the samples, other than by picking at these."""
    if at < len(case.program.inputs):
        return False
    name, args, kwargs = case.program.steps[at - len(case.program.inputs)]
    if name.endswith("range") and BatchSize() in args:
        return True
    made_of = args[:1] if name.endswith(("gather", "gather_nd")) else [*args, kwargs]
    return any(_numbers_samples(case, ref.index) for ref in refs(made_of))


def _holds_size(value: Any) -> bool:
    content = value.content if isinstance(value, Tensor) else None
    entries = content if isinstance(content, tuple) else (content,)
    return any(isinstance(entry, Sym) and has_batch(entry) for entry in entries)


_PLACES = re.compile("arg(max|min|sort|partition)|top_?k")
_COMPARES = re.compile(r"(less|greater)(_equal)?$|(not_)?equal$|[.](lt|le|gt|ge|eq|ne)$|:[<>]=?$")


def ties(case: Case, runs: Runs) -> bool:
    """Whether rounding decides which of several entries is the largest, or how two compare."""
    import numpy as np

    for name, args, _ in case.program.steps:
        if _COMPARES.search(name) and len(args) > 1 and _nearly_equal(runs, args[0], args[1]):
            return True
        if _PLACES.search(name) and isinstance(args[0], Ref):
            values = runs.whole.at(args[0].index)
            if not isinstance(values, Exception) and np.unique(values.round(4)).size < values.size:
                return True
    return False


def _nearly_equal(runs: Runs, *operands: Any) -> bool:
    """Whether entries that are compared differ by no more than rounding; zeros are not rounded."""
    import numpy as np

    values = [runs.whole.at(each.index) if isinstance(each, Ref) else each for each in operands]
    if any(isinstance(each, Exception) for each in values):
        return False
    try:
        left, right = np.broadcast_arrays(*(np.asarray(each, dtype="float64") for each in values))
    except (TypeError, ValueError):
        return False
    return bool(np.any((np.abs(left - right) < 1e-4) & ((left != 0) | (right != 0))))


def check_samples(case: Case, runs: Runs) -> None:
    """Each sample alone, and the batch in another order, give the same entries."""
    value, at = case.values[-1], len(case.values) - 1
    assert isinstance(value, Tensor)
    whole, shuffled = runs.whole.at(at), runs.shuffled.at(at)
    if isinstance(shuffled, Exception) or ties(case, runs) or _numbers_samples(case, at):
        return
    for index in () if counts_samples(case) else (0, SAMPLES - 1):
        alone = runs.alone(index).at(at)
        if isinstance(alone, Exception):
            continue
        here, there = sample_of(value, whole, SAMPLES, index), sample_of(value, alone, 1, 0)
        if value.dims is None and here.ndim == there.ndim and here.shape != there.shape:
            # Of the sizes nothing is claimed; the order of the samples tells whether they are mixed.
            continue
        assert close(here, there), f"sample {index}: {here} in the batch, {there} alone"
    for place, index in enumerate(ORDER):
        here, there = sample_of(value, whole, SAMPLES, index), sample_of(value, shuffled, SAMPLES, place)
        assert close(here, there), f"sample {index}: {here}, {there} in another order"


def mixes(runs: Runs, at: int) -> bool:
    """Whether some runs show that row i is not a function of sample i alone."""
    return _mixed(runs, at) or (runs.above.whole.finite(at) and _mixed(runs.above, at))


def _mixed(runs: Runs, at: int) -> bool:
    whole = runs.whole.at(at)
    if isinstance(whole, Exception) or whole.ndim == 0 or whole.shape[0] != SAMPLES:
        return True
    for index in range(SAMPLES):
        alone = runs.alone(index).at(at)
        if isinstance(alone, Exception) or alone.ndim == 0 or alone.shape[0] != 1:
            return True
        if not close(whole[index], alone[0]):
            return True
    shuffled = runs.shuffled.at(at)
    return isinstance(shuffled, Exception) or not close(whole[ORDER], shuffled)


def check_sign(value: Tensor, outcome: Any, kind: str) -> None:
    """Entries lie within the claimed range, and are not 0 where that is ruled out."""
    import numpy as np

    finite = outcome[np.isfinite(outcome)] if outcome.dtype.kind == "f" else outcome
    if outcome.dtype.kind == "i":
        # What a float becomes that is no number, or too large for one of this type.
        finite = outcome[outcome != np.iinfo(outcome.dtype).min]
    if finite.size == 0 or outcome.dtype.kind not in "fiu":
        return
    sign, slack = value.sign, 1e-4
    span = slack * (1 + float(np.abs(finite).max()))
    assert finite.min() >= sign.low - span, f"{finite.min()} below {sign}"
    assert finite.max() <= sign.high + span, f"{finite.max()} above {sign}"
    # Entries that come close to 0 may underflow.
    if kind == "normal" and sign.zero == "never" and not sign.tiny:
        assert (finite != 0).all(), f"a zero in {sign}"


def check_often(case: Case, value: Tensor, runs: Runs, at: int) -> None:
    """What is often 0 is so in some run on ordinary inputs, coincidences aside."""
    shape = runs.whole.at(at).shape
    plain = value.dtype == "float32" and len(shape) > 0 and 1 not in shape
    if not value.sign.often_zero or not value.inputs or not plain or _masks(case):
        return
    finite = [runs.extreme(kind) for kind in ORDINARY if runs.extreme(kind).finite(at)]
    if runs.extreme("normal").finite(at):
        assert any((run.at(at) == 0).any() for run in finite), f"never a zero in {value.sign}"


_ROUNDS = re.compile("accuracy|floor|ceil|round|rint|trunc|fix|sign|mod|remainder|//|%|step|heaviside")


def _masks(case: Case) -> bool:
    """Whether a zero may hang on a coincidence: a mask, a rounding, a tensor that meets itself."""
    if any(isinstance(value, Tensor) and value.dtype != "float32" for value in case.values):
        return True
    for name, args, _ in case.program.steps:
        refs = [each for each in args if isinstance(each, Ref)]
        if _ROUNDS.search(name) or len(set(refs)) < len(refs):
            return True
    return False


_FLATTENING = (
    *("zeros_like", "ones_like", "sign", "round", "floor", "ceil", "clip", "step", "boolean_mask"),
    *("nextafter", "cosine_similarity"),
)
_PICKS = re.compile(r"(max|min)imum$|fm(ax|in)$")
_TURNS = ("reverse", "flip", "roll", "reshape", "transpose_image", "inv")


def sharp(case: Case) -> bool:
    """Whether no step can hide that samples are mixed, and none can put them back in order.

    What looks different as numbers may be equal as truth values, places or rounded.
    """
    if any(isinstance(v, Tensor) and v.dtype != "float32" and v.content is None for v in case.values):
        return False
    names = [name for name, _, _ in case.program.steps]
    if any(map(_PICKS.search, names)) or any(_may_cancel(case, args) for _, args, _ in case.program.steps):
        return False
    if any(word in name for name in names for word in _FLATTENING):
        return False
    turns = [name for name, args, _ in case.program.steps if "slice(None, None, -1)" in repr(args)]
    return len(turns) + sum(name.endswith(_TURNS) for name in names) < 2


def _may_cancel(case: Case, args: tuple[Any, ...]) -> bool:
    """Whether two operands are mixed, so that what mixes them may cancel out, as in ``x * s / s``."""
    mixed = {ref for ref in args if isinstance(ref, Ref) and isinstance(_batch_at(case, ref), Broken)}
    return len(mixed) > 1


def _batch_at(case: Case, ref: Ref) -> Any:
    return getattr(case.values[ref.index], "batch", None) if ref.index < len(case.values) else None


def parts(case: Case) -> Iterator[Case]:
    """The case after each of its steps: the claims about each value."""
    first = len(case.program.inputs)
    for count in range(1, len(case.program.steps) + 1):
        last = count == len(case.program.steps)
        yield Case(
            Program(case.program.inputs, case.program.steps[:count]),
            case.values[: first + count],
            case.failure if last else None,
            case.bench,
            case.crash if last else None,
        )


def check(case: Case) -> list[str]:
    """Check the claims about every value; what kinds of claims there were.

    Raises:
        AssertionError: a claim does not hold.
    """
    runs = Runs(case.program)
    return [check_last(part, runs) for part in parts(case)]


def check_last(case: Case, runs: Runs) -> str:
    """Check every claim about the last value; what kind of claim there was.

    Raises:
        AssertionError: a claim does not hold.
    """
    if case.crash is not None:
        raise case.crash
    at = len(case.program.inputs) + len(case.program.steps) - 1
    whole = runs.whole.at(at)
    if case.failure is not None:
        fails = isinstance(whole, Exception) or fails_in_graph(runs.whole)
        assert fails, f"claimed impossible ({case.failure}), gives {whole.shape}"
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
    more = runs.more.at(at)
    if not isinstance(more, Exception):
        check_shape(value, more, SAMPLES + 3)
    if value.dtype not in (None, "string"):
        assert str(whole.dtype) == value.dtype, f"claimed {value.dtype}, got {whole.dtype}"
    shown = _check_batch(case, value, runs, at)
    for kind in KINDS:
        # Whole numbers are too small for huge ones.
        if runs.extreme(kind).finite(at) and (kind != "huge" or whole.dtype.kind == "f"):
            check_sign(value, runs.extreme(kind).at(at), kind)
    check_often(case, value, runs, at)
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


def _distinct(case: Case, runs: Runs) -> bool:
    """Whether no value that depends on the inputs is the same for all samples, as ``x - x`` is, or for other
    samples, as the softmax of a single entry.
    """
    import numpy as np

    for value, run, other in zip(case.values, runs.whole.values, runs.other.values):
        if not getattr(value, "inputs", ()):
            continue
        if run.size >= SAMPLES and np.unique(run.round(4)).size < SAMPLES:
            return False
        if run.size and run.shape == other.shape and close(run, other):
            return False
    return True


def _check_batch(case: Case, value: Tensor, runs: Runs, at: int) -> str:
    if isinstance(value.batch, Along):
        if isinstance(value.batch.outer, int) and isinstance(value.batch.inner, int):
            check_samples(case, runs)
        return "along"
    if isinstance(value.batch, Constant):
        other = runs.other.at(at)
        if _sized(value) and not isinstance(other, Exception):
            assert close(runs.whole.at(at), other), "claimed constant, but other inputs give other values"
        return "constant"
    if isinstance(value.batch, Broken):
        shown = mixes(runs, at)
        # What is made of sizes alone, such as ones, may be the same in every row.
        if value.inputs and sharp(case) and runs.whole.finite(at) and _distinct(case, runs):
            assert shown, "claimed broken, but each row depends on its sample alone"
        return "broken, shown" if shown else "broken, hidden by a step"
    return "unsure"


def _numbers(value: Any) -> list[int]:
    if isinstance(value, (list, tuple)):
        return [number for each in value for number in _numbers(each)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


_OF_IMAGES = re.compile("image|conv|pool|space|depth|patch|crop")


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
            needed = 4 if _OF_IMAGES.search(name) else 3
            if rank < needed or any(number + rank <= front for number in numbers):
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
