"""Operators that break contracts 1 and 2: samples that mix, shapes that are not as declared."""

from __future__ import annotations

import ast

from .operators import Meaning, operator, wrapping
from .site import Site, Unfit, expression

_AXIS = ("axis", "axes", "dim")
_REDUCTIONS = (
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "std",
    "var",
    "any",
    "all",
    "logsumexp",
    "argmax",
    "argmin",
)
_REDUCING = (*_REDUCTIONS, *(f"reduce_{name}" for name in _REDUCTIONS))
_NORMALISING = ("softmax", "l2_normalize", "normalize", "cumsum", "cumprod")


def _axis_of(call: ast.Call) -> ast.keyword | int:
    """Where a call has its axis: a keyword or the number of an argument."""
    keyword = next((word for word in call.keywords if word.arg in _AXIS), None)
    if keyword is not None:
        return keyword
    if len(call.args) > 1:
        return 1
    raise Unfit("no axis is written")


def _set_axis(site: Site, names: tuple[str, ...], text: str) -> None:
    """Give another axis to every call of these functions that writes one."""
    changed = False
    for call, _ in site.calls(*names):
        try:
            at = _axis_of(call)
        except Unfit:
            continue
        changed = True
        if isinstance(at, int):
            call.args[at] = expression(text)
        else:
            at.value = expression(text)
    if not changed:
        raise Unfit("no axis is written")


@operator("axis 0 in a reduction", "LL101 LL106 LL205", Meaning.MIXED)
def axis_zero(site: Site) -> None:
    _set_axis(site, _REDUCING, "0")


@operator("axis 0 in a normalisation or scan", "LL101 LL106 LL205", Meaning.MIXED)
def axis_zero_normalising(site: Site) -> None:
    _set_axis(site, _NORMALISING, "0")


@operator("axes 0 and 1 in a reduction", "LL101 LL102 LL106 LL205", Meaning.MIXED)
def axes_zero_and_one(site: Site) -> None:
    _set_axis(site, _REDUCING, "[0, 1]")


@operator("no axis in a reduction", "LL101 LL102 LL106 LL205 LL707", Meaning.MIXED)
def axis_dropped(site: Site) -> None:
    changed = False
    for call, _ in site.calls(*_REDUCING, *_NORMALISING):
        try:
            at = _axis_of(call)
        except Unfit:
            continue
        changed = True
        if isinstance(at, int):
            del call.args[at]
        else:
            call.keywords.remove(at)
    if not changed:
        raise Unfit("no axis is written")


@operator("axis None in a reduction", "LL102 LL106 LL205", Meaning.MIXED)
def axis_none(site: Site) -> None:
    _set_axis(site, (*_REDUCING, "l2_normalize"), "None")


@operator("axis past the rank", "LL205", Meaning.BROKEN)
def axis_too_large(site: Site) -> None:
    _set_axis(site, _REDUCING, "7")


@operator("keepdims dropped", "LL106 LL205 LL103 LL202 LL102 LL105", Meaning.MIXED)
def keepdims_dropped(site: Site) -> None:
    changed = False
    for node in ast.walk(site.function):
        if isinstance(node, ast.Call):
            kept = [word for word in node.keywords if word.arg != "keepdims"]
            changed = changed or len(kept) < len(node.keywords)
            node.keywords = kept
    if not changed:
        raise Unfit("there is no keepdims")


@operator("joined along the batch", "LL108 LL205 LL106", Meaning.MIXED)
def joined_along_the_batch(site: Site) -> None:
    _set_axis(site, ("concatenate", "concat"), "0")


@operator("input picked along the batch", "LL104 LL106 LL205 LL101", Meaning.MIXED)
def input_indexed(site: Site) -> None:
    if isinstance(site.subject.run and site.subject.run.inputs, list):
        raise Unfit("it has several inputs")
    name = site.parameter
    uses = [
        node
        for result in site.results
        for node in ast.walk(result)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    for use in uses:
        site.replace(use, expression(f"{name}[0]"))


wrapping(
    "rows turned into columns", "LL103", meaning=Meaning.MIXED,
    K="K.permute_dimensions({e}, {swapped})", ops="ops.transpose({e}, {swapped})",
)  # fmt: skip
wrapping("transposed", "LL103", meaning=Meaning.MIXED, K="K.transpose({e})", ops="ops.transpose({e})")
wrapping(
    "transposed with tensorflow", "LL103", meaning=Meaning.MIXED, needs="import tensorflow as tf",
    K="tf.transpose({e}, {swapped})",
)  # fmt: skip
wrapping("first sample", "LL104", meaning=Meaning.MIXED, K="{e}[0]", ops="{e}[0]")
wrapping("first samples", "LL104", meaning=Meaning.MIXED, K="{e}[:2]", ops="{e}[:2]", least_rank=1)
wrapping("last sample", "LL104", meaning=Meaning.MIXED, K="{e}[-1]", ops="{e}[-1]")
wrapping(
    "a sample gathered", "LL104", meaning=Meaning.MIXED,
    K="K.gather({e}, 0)", ops="ops.take({e}, 0, axis=0)",
)  # fmt: skip
wrapping(
    "samples reversed", "LL105", meaning=Meaning.MIXED, least_rank=1,
    K="K.reverse({e}, 0)", ops="ops.flip({e}, axis=0)",
)  # fmt: skip
wrapping("samples reversed by a slice", "LL105 LL104", meaning=Meaning.MIXED, K="{e}[::-1]", ops="{e}[::-1]")
wrapping(
    "samples rolled", "LL105", meaning=Meaning.MIXED, needs="import tensorflow as tf",
    K="tf.roll({e}, 1, axis=0)", ops="ops.roll({e}, 1, axis=0)",
)  # fmt: skip
wrapping(
    "samples minus their mean", "LL101", meaning=Meaning.MIXED,
    K="{e} - K.mean({e}, axis=0)", ops="{e} - ops.mean({e}, axis=0)",
)  # fmt: skip
wrapping("everything summed", "LL102", meaning=Meaning.MIXED, K="K.sum({e})", ops="ops.sum({e})")
wrapping(
    "everything summed by tensorflow", "LL102", meaning=Meaning.MIXED, needs="import tensorflow as tf",
    K="tf.reduce_sum({e})",
)  # fmt: skip
wrapping(
    "divided by sums without keepdims", "LL106 LL205", meaning=Meaning.MIXED,
    K="{e} / (1.0 + K.sum(K.square({e}), axis=1))", ops="{e} / (1.0 + ops.sum(ops.square({e}), axis=1))",
)  # fmt: skip
wrapping(
    "rows of a written number", "LL107 LL108 LL205", meaning=Meaning.MIXED,
    K="K.reshape({e}, (32, {last}))", ops="ops.reshape({e}, (32, {last}))",
)  # fmt: skip
wrapping(
    "noise for a written number of rows", "LL107 LL205", meaning=Meaning.MIXED,
    K="{e} + K.random_normal((32, {last}))", ops="{e} + ops.ones((32, {last}))",
)  # fmt: skip
wrapping(
    "samples doubled", "LL108", meaning=Meaning.MIXED,
    K="K.concatenate([{e}, {e}], axis=0)", ops="ops.concatenate([{e}, {e}], axis=0)",
)  # fmt: skip
wrapping(
    "a new leading axis", "LL108", meaning=Meaning.MIXED, least_rank=1,
    K="K.expand_dims({e}, 0)", ops="ops.expand_dims({e}, 0)",
)  # fmt: skip
wrapping(
    "features folded into the batch", "LL108 LL205", meaning=Meaning.MIXED,
    K="K.reshape({e}, (-1, 1))", ops="ops.reshape({e}, (-1, 1))",
)  # fmt: skip
wrapping(
    "stacked along the batch", "LL108", meaning=Meaning.MIXED,
    K="K.stack([{e}, {e}], axis=0)", ops="ops.stack([{e}, {e}], axis=0)",
)  # fmt: skip
wrapping(
    "one noise for all", "LL109", K="{e} + K.random_normal((1, {last}))",
    ops="{e} + keras.random.normal((1, {last}))", needs="import keras",
)  # fmt: skip
wrapping("an index past the end", "LL205", meaning=Meaning.BROKEN, K="{e}[:, 999]", ops="{e}[:, 999]")
wrapping(
    "rows that fit no sample", "LL205 LL107 LL108", meaning=Meaning.MIXED,
    K="K.reshape({e}, (-1, 997))", ops="ops.reshape({e}, (-1, 997))",
)  # fmt: skip


def _declare(site: Site, text: str) -> None:
    site.call.keywords = [word for word in site.call.keywords if word.arg != "output_shape"]
    del site.call.args[1:2]
    site.call.keywords.append(ast.keyword("output_shape", expression(text)))


def _true_shape(site: Site) -> tuple[int, ...]:
    shape = site.subject.run.shape if site.subject.run else None
    if not shape:
        raise Unfit("the shape is not known")
    return shape


@operator("a false last dimension declared", "LL202", Meaning.SHAPE)
def false_shape(site: Site) -> None:
    shape = _true_shape(site)
    _declare(site, repr((*shape[:-1], shape[-1] + 3)))


@operator("a dimension too many declared", "LL202", Meaning.SHAPE)
def false_rank(site: Site) -> None:
    _declare(site, repr((*_true_shape(site), 3)))


@operator("a false shape function", "LL202 LL203", Meaning.SHAPE)
def false_shape_function(site: Site) -> None:
    shape = _true_shape(site)
    run = site.subject.run
    rows = "s[0][0]" if run is not None and isinstance(run.inputs, list) else "s[0]"
    _declare(
        site, f"lambda s: ({rows}, {', '.join(map(str, shape[:-1]))}{',' * (len(shape) > 1)} {shape[-1] + 3})"
    )


@operator("the batch in output_shape", "LL203")
def batch_in_shape(site: Site) -> None:
    _declare(site, repr((None, *_true_shape(site))))


@operator("a shape function without the batch", "LL203 LL202", Meaning.SHAPE)
def batch_out_of_shape_function(site: Site) -> None:
    _declare(site, f"lambda s: {_true_shape(site)!r}")


@operator("output_shape an int", "LL204")
def shape_an_int(site: Site) -> None:
    if not site.keras3:
        raise Unfit("Keras 2 takes an int")
    _declare(site, str(_true_shape(site)[-1]))


@operator("output_shape a list", "LL204")
def shape_a_list(site: Site) -> None:
    if not site.keras3:
        raise Unfit("Keras 2 takes a list")
    _declare(site, repr(list(_true_shape(site))))


@operator("a float in output_shape", "LL204")
def shape_of_floats(site: Site) -> None:
    shape = _true_shape(site)
    _declare(site, repr((*shape[:-1], shape[-1] / 2)))


@operator("output_shape dropped under Theano", "LL201")
def shape_dropped(site: Site) -> None:
    run = site.subject.run
    if site.family != "keras" or site.keras3 or run is None or isinstance(run.inputs, list):
        raise Unfit("the dialect infers shapes")
    if run.shape == run.inputs.shape[1:]:
        raise Unfit("the shape is the input's")
    site.call.keywords = [word for word in site.call.keywords if word.arg != "output_shape"]
    del site.call.args[1:2]
    site.needs("import os", "os.environ['KERAS_BACKEND'] = 'theano'")


@operator("output_shape missing where Keras 3 cannot trace", "LL201")
def untraceable(site: Site) -> None:
    if not site.keras3:
        raise Unfit("another dialect")
    if site.call.keywords or len(site.call.args) > 1:
        raise Unfit("there is more than the function")
    site.applied.args[0] = expression("keras.Input(shape=(4,), dtype='int32')")
    site.needs("import tensorflow as tf", "import keras")
    site.call.args[0] = expression("lambda t: tf.one_hot(t, 5)")
