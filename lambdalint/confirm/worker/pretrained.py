"""Pretrained weights, which cannot be downloaded here: models that want them keep those they are made with.

What an experiment looks at, such as shapes, samples and which weights are tracked, does not depend on them.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

_NOWHERE = "pretrained weights"
"""The path that stands for a file of weights."""
_PLACES = (
    ("keras.src.utils.file_utils", "keras.src.models.model"),
    ("keras.src.utils.data_utils", "keras.src.engine.training"),
    ("tf_keras.src.utils.data_utils", "tf_keras.src.engine.training"),
)
"""The modules of ``get_file`` and of ``Model``: Keras 3, Keras 2 since 2.13, and ``tf_keras``."""


def leave_out() -> None:
    """In every Keras that is imported, ``get_file`` gives a path, and ``load_weights`` passes it over.

    A Keras that keeps these elsewhere stays as it is: a download fails there, and the experiment with it.
    """
    for names in _PLACES:
        root = names[0].partition(".")[0]
        if root in sys.modules:
            try:
                files, models, utilities = map(importlib.import_module, (*names, f"{root}.utils"))
            except ImportError:
                continue
            _replace(models, (files, utilities))


def _replace(models: ModuleType, holders: tuple[ModuleType, ...]) -> None:
    original = models.Model.load_weights

    def get_file(*_: Any, **__: Any) -> str:
        return _NOWHERE

    def load_weights(self: Any, filepath: Any, *arguments: Any, **options: Any) -> Any:
        return None if filepath == _NOWHERE else original(self, filepath, *arguments, **options)

    for each in holders:
        each.get_file = get_file  # type: ignore[attr-defined]
    models.Model.load_weights = load_weights
