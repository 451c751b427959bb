"""Output shapes of recurrent layers and of layers that wrap another."""

from __future__ import annotations

from functools import partial

from lambdalint.layers.binding import UNKNOWN, Inner, canonical
from lambdalint.layers.dims import Dim, add, equal, fresh
from lambdalint.layers.shapes_base import (
    NOTHING,
    Config,
    Impossible,
    ManyRule,
    Outputs,
    Result,
    Rule,
    Shape,
    as_dim,
    need_rank,
)
from lambdalint.layers.shapes_conv import conv

_STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1, "LSTMCell": 2, "GRUCell": 1, "SimpleRNNCell": 1}


def _sequence(config: Config, step: tuple[Dim, ...], steps: Dim, states: list[Shape] | None) -> Outputs:
    """The outputs of a layer whose cell gives ``step`` (batch first) at each of ``steps``."""
    every, states_too = config.flag("return_sequences"), config.flag("return_state")
    whole: Shape = (step[0], steps, *step[1:])
    if every and config.get("time_major"):
        whole = (steps, *step) if config.get("time_major") is True else None
    result = None if every is None else whole if every else step
    if states_too:
        return NOTHING if states is None else Outputs((result, *states), several=True)
    return Outputs((result,), several=None if states_too is None else False)


def _recurrent(states: int, config: Config, shape: Shape) -> Result:
    sizes = need_rank(shape, 3)
    batch, steps = _batch_and_steps(config, sizes)
    step = (batch, config.dim("units"))
    return _sequence(config, step, steps, [step] * states)


def _batch_and_steps(config: Config, sizes: tuple[Dim, ...]) -> tuple[Dim, Dim]:
    swapped = config.flag("time_major")
    if swapped is None:
        return fresh(), fresh()
    return (sizes[1], sizes[0]) if swapped else (sizes[0], sizes[1])


def _rnn(config: Config, shape: Shape) -> Result:
    cell = config.get("cell")
    cells = _cells(cell)
    if cells is None:
        every = config.flag("return_sequences")
        single = config.flag("return_state") is False
        return Outputs((None,), several=False) if single or every is None else NOTHING
    if shape is not None and len(shape) < 2:
        raise Impossible("needs a time axis")
    sizes = need_rank(shape, 3)
    batch, steps = _batch_and_steps(config, sizes)
    steps_out = [(batch, as_dim(one.config.get("units", UNKNOWN), "units")) for one in cells]
    stacked = len(cells) > 1 or isinstance(cell, (list, tuple)) or _is_stack(cell)
    states: list[Shape] | None = None
    if not stacked:
        states = [steps_out[0]] * _STATES[canonical(cells[0].layer)]
    return _sequence(config, steps_out[-1], steps, states)


def _is_stack(cell: object) -> bool:
    return isinstance(cell, Inner) and cell.layer == "StackedRNNCells"


def _cells(cell: object) -> list[Inner] | None:
    if isinstance(cell, Inner) and cell.layer == "StackedRNNCells":
        cell = cell.config.get("cells")
    cells = list(cell) if isinstance(cell, (list, tuple)) else [cell]
    found = [one for one in cells if isinstance(one, Inner) and canonical(one.layer) in _STATES]
    return found if found and len(found) == len(cells) else None


def _conv_lstm(rank: int, config: Config, shape: Shape) -> Result:
    sizes = need_rank(shape, rank + 3)
    frame = conv(rank, config, (sizes[0], *sizes[2:]))
    if not isinstance(frame, tuple):
        return None
    return _sequence(config, frame, sizes[1], [frame, frame])


# --- wrappers --------------------------------------------------------------------------------------


def _wrapper(config: Config, shape: Shape) -> Result:
    inner = config.get("layer")
    return config.apply(inner, shape) if isinstance(inner, Inner) else NOTHING


def _time_distributed(config: Config, shape: Shape) -> Result:
    inner = config.get("layer")
    if not isinstance(inner, Inner):
        return NOTHING
    if shape is not None and len(shape) < 3:
        raise Impossible(f"TimeDistributed needs at least 3 axes, gets {len(shape)}")
    result = config.apply(inner, None if shape is None else (shape[0], *shape[2:]))
    steps = fresh("steps") if shape is None else shape[1]
    shapes = tuple((one[0], steps, *one[1:]) if one else None for one in result.shapes)
    return Outputs(shapes, result.several, result.known, result.problem)


def _bidirectional(config: Config, shape: Shape) -> Result:
    forward, backward = config.get("layer"), config.get("backward_layer")
    if not isinstance(forward, Inner):
        return NOTHING
    ahead = config.apply(forward, shape)
    back = config.apply(backward, shape) if isinstance(backward, Inner) else ahead
    mode = config.get("merge_mode", "concat")
    if backward is UNKNOWN or mode is UNKNOWN or ahead.several is None or back.several is None:
        return NOTHING
    problem = ahead.problem or back.problem
    states = (*ahead.shapes[1:], *back.shapes[1:])
    if mode is None:
        return Outputs((ahead.shapes[0], back.shapes[0], *states), True, problem=problem)
    merged = _both_ways(ahead.shapes[0], back.shapes[0], mode)
    return Outputs((merged, *states), bool(states), problem=problem)


def _both_ways(ahead: Shape, back: Shape, mode: object) -> Shape:
    if ahead is None or back is None:
        return None
    if mode == "concat":
        return (*ahead[:-1], add(ahead[-1], back[-1]))
    return ahead if all(equal(a, b) for a, b in zip(ahead, back)) else None


# --- attention -------------------------------------------------------------------------------------


def _scores(config: Config, result: Shape, scores: Shape) -> Result:
    wanted = config.flag("return_attention_scores")
    if wanted is None:
        return NOTHING
    return Outputs((result, scores), several=True) if wanted else result


def _attention(config: Config, shapes: list[Shape]) -> Result:
    if len(shapes) not in (2, 3):
        raise Impossible(f"Attention needs a query and a value, gets {len(shapes)} inputs")
    query, value = shapes[0], shapes[1]
    if not query or value is None or len(value) < 2:
        return _scores(config, None, None)
    return _scores(config, (*query[:-1], value[-1]), (*query[:-1], value[-2]))


def _multi_head(config: Config, shapes: list[Shape]) -> Result:
    query, target = shapes[0], config.get("output_shape")
    if query is None or target is UNKNOWN:
        return _scores(config, None, None)
    if target is None:
        return _scores(config, query, None)
    sizes = target if isinstance(target, (list, tuple)) else (target,)
    return _scores(config, (*query[:-1], *(as_dim(size) for size in sizes)), None)


def _grouped_query(config: Config, shapes: list[Shape]) -> Result:
    return _scores(config, shapes[0], None)


RULES: dict[str, Rule] = {
    "LSTM": partial(_recurrent, 2),
    "CuDNNLSTM": partial(_recurrent, 2),
    "GRU": partial(_recurrent, 1),
    "CuDNNGRU": partial(_recurrent, 1),
    "SimpleRNN": partial(_recurrent, 1),
    "RNN": _rnn,
    "ConvLSTM1D": partial(_conv_lstm, 1),
    "ConvLSTM2D": partial(_conv_lstm, 2),
    "ConvLSTM3D": partial(_conv_lstm, 3),
    "Wrapper": _wrapper,
    "SpectralNormalization": _wrapper,
    "WeightNormalization": _wrapper,
    "TimeDistributed": _time_distributed,
    "Bidirectional": _bidirectional,
}
FIRST_OF_MANY = frozenset({name for name in RULES if name not in ("Wrapper", "TimeDistributed")})
"""Layers that take their initial states as further inputs."""

MANY_RULES: dict[str, ManyRule] = {
    "Attention": _attention,
    "AdditiveAttention": _attention,
    "MultiHeadAttention": _multi_head,
    "GroupedQueryAttention": _grouped_query,
}
