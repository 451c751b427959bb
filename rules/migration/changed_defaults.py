"""The axis that a function of the backend took where none was written, and what `keras.ops` takes now."""

from __future__ import annotations

from collections.abc import Mapping

SIGNATURES: Mapping[str, tuple[str, str]] = {
    "argmax": ("-1", "None"),
    "argmin": ("-1", "None"),
    "batch_normalization": ("-1", "required"),
    "concatenate": ("-1", "0"),
    "cumprod": ("0", "None"),
    "cumsum": ("0", "None"),
    "expand_dims": ("-1", "required"),
    "one_hot": ("absent", "-1"),
    "repeat": ("absent", "None"),
    "squeeze": ("required", "None"),
}
"""Function of both libraries -> the default of `axis` in `keras.backend` of Keras 2 and in `keras.ops`, where
they differ.  `python -m tests.rules.changed_defaults` prints the table of the installed libraries."""

RENAMED: Mapping[str, tuple[str, str, str]] = {
    "flip": ("reverse", "required", "None"),
    "take": ("gather", "0", "None"),
}
"""Function of `keras.ops` -> what the backend called it, and the axis there and here."""

WORKS_SILENTLY: Mapping[str, int] = {
    "concatenate": 1,
    "argmax": 1,
    "argmin": 1,
    "cumsum": 1,
    "cumprod": 1,
    "flip": 1,
    "repeat": 2,
    "take": 2,
}
"""Functions that a port changes without a word, and the position of the axis among their arguments."""


def before(name: str) -> str:
    """What the backend did without an axis, as a message has it."""
    axis = RENAMED[name][1] if name in RENAMED else SIGNATURES[name][0]
    return {"required": "required one", "absent": "took none"}.get(axis, f"took axis={axis}")


def now(name: str) -> str:
    """What `keras.ops` takes, as a message has it."""
    axis = RENAMED[name][2] if name in RENAMED else SIGNATURES[name][1]
    return "all axes" if axis == "None" else f"axis {axis}"
