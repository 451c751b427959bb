"""What an experiment on a live layer has shown, as the code of a rule and a sentence.

The linter knows the line that breaks a contract, and so the rule; an experiment knows what happened, and
names the rule that it is the mark of.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from lambdalint.confirm.request import Answer

PROBES = {1: "LL105", 2: "LL202", 3: "LL301", 4: "LL401", 5: "LL502", 6: "LL601"}
"""Contract -> the code whose experiment looks for every breach of it."""

_SAVING = (
    ("saving fails", "LL301", "a model with this layer cannot be saved"),
    ("NameError", "LL302", "the stored function uses a name that is missing where the model is loaded"),
    ("gives other", "LL303", "the layer that is loaded is not the one that was saved"),
    ("", "LL304", "a model with this layer cannot be loaded in another process"),
)
_CALLING = (
    (("NameError",), "LL409", "the function uses a name that does not exist"),
    (("positional argument",), "LL404", "the function takes another number of arguments"),
    (("OperatorNotAllowed", "truth value"), "LL504", "the function asks whether a symbolic tensor is true"),
    (("NumPy call", "numpy array"), "LL503", "the function hands a symbolic tensor to NumPy"),
)


def named(layer: Any, contract: int, answer: Answer) -> tuple[str, str]:
    """The code of the rule that a confirmed experiment is the mark of, and what is wrong in one sentence."""
    if contract == 1:
        return _mixed(answer)
    if contract == 2:
        return "LL202", "the declared output shape is not that of the output"
    if contract == 3:
        return next((code, text) for mark, code, text in _SAVING if mark in answer.witness)
    if contract == 4:
        return _not_called(layer, answer)
    if contract == 5:
        if any(hasattr(each, "trainable_weights") for each in captured(layer)):
            return "LL501", "a layer or model is called inside whose weights this layer does not have"
        return "LL502", "a variable is used that is not among the weights of this layer"
    return "LL601", "the output is not finite for some inputs"


def _mixed(answer: Answer) -> tuple[str, str]:
    details = answer.details
    if "shape" in details:
        return "LL108", "the output has not one row for each sample of the batch"
    if "exception" in details or "index" not in details:
        return "LL107", "the layer works for one batch size alone"
    return "LL105", "the output for a sample depends on the other samples of its batch"


def _not_called(layer: Any, answer: Answer) -> tuple[str, str]:
    returned = answer.details.get("returned")
    if returned in ("function", "method", "builtin_function_or_method"):
        return "LL401", "the function returns another function, not a tensor"
    if returned is not None:
        if any(type(each).__name__ == returned for each in captured(layer)) or returned == "Dense":
            return "LL402", "the function returns a layer, not a tensor"
        return "LL403", "the function returns no tensor"
    for marks, code, text in _CALLING:
        if any(mark in answer.witness for mark in marks):
            return code, text
    return "LL205", "the layer fails on inputs of this shape"


def captured(layer: Any) -> Iterable[Any]:
    """The values that the function of a Lambda layer takes from around it."""
    try:
        found = inspect.getclosurevars(layer.function)
    except (AttributeError, TypeError, ValueError):
        return ()
    return (*found.nonlocals.values(), *found.globals.values())


def declares_shape(layer: Any) -> bool:
    """Whether a layer says itself what the shape of its output is."""
    if type(layer).__name__ == "Lambda":
        return getattr(layer, "_output_shape", None) is not None
    return any("compute_output_shape" in vars(each) for each in _own_classes(layer))


def _own_classes(layer: Any) -> Iterable[type]:
    roots = ("tf_keras", "keras", "tensorflow")
    return (each for each in type(layer).__mro__ if each.__module__.partition(".")[0] not in roots)
