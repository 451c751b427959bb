"""`python -m tests.rules.changed_defaults`: the axis defaults in which the installed libraries differ."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def axis_of(function: Callable[..., Any]) -> str:
    """The default of a function's `axis`, as text; `required` or `absent` where there is none."""
    parameter = inspect.signature(function).parameters.get("axis")
    if parameter is None:
        return "absent"
    return "required" if parameter.default is parameter.empty else str(parameter.default)


def signatures() -> dict[str, tuple[str, str]]:
    """Functions of the backend of Keras 2 and of `keras.ops` whose axis differs by default."""
    import keras
    import tf_keras

    found = {}
    for name in sorted(set(dir(tf_keras.backend)) & set(dir(keras.ops))):
        old, new = getattr(tf_keras.backend, name), getattr(keras.ops, name)
        if inspect.isfunction(old) and inspect.isfunction(new):
            pair = (axis_of(old), axis_of(new))
            if pair[0] != pair[1]:
                found[name] = pair
    return found


def main() -> None:
    """Print the table."""
    for name, pair in signatures().items():
        print(f'    "{name}": {pair!r},'.replace("'", '"'))


if __name__ == "__main__":
    main()
