"""The layer that an experiment is about, ready to be called on arrays."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from lambdalint.confirm.experiments import backends, theano
from lambdalint.confirm.experiments.merging import merge_function
from lambdalint.confirm.request import Inputs, Request
from lambdalint.confirm.worker.session import Session


class NotRunnable(Exception):
    """The layer could not be brought to run, for a reason that is no defect of its own."""


class Subject:
    """A layer, or the function of a merge, with the inputs it is called on.

    Attributes:
        session: the program it comes from.
        keras: the Keras it runs on.
        backend: the functions for that Keras's backend, see :mod:`lambdalint.confirm.experiments.backends`.
        layer: the layer object; ``None`` for a Keras-1 merge.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.keras = session.keras
        self.backend = backends.of(session.keras)
        self.program = session.request.program
        self.layer: Any = None
        self._function: Any = None
        if session.failure is not None:
            raise NotRunnable(f"the code around the layer does not run: {session.describe(session.failure)}")
        if speaks_theano(session.request):
            theano.install()
        if self.program.layer is not None:
            self.layer = self._made(self.program.layer)
        else:
            self._function = self._merged()

    def _made(self, expression: str) -> Any:
        try:
            return self.session.evaluate(expression)
        except Exception as error:
            raise NotRunnable(f"the layer cannot be constructed: {self.session.describe(error)}") from error

    def _merged(self) -> Any:
        facts = self.session.request.facts
        mode = facts.get("mode")
        if self.program.function is not None and not isinstance(mode, str):
            return self._made(self.program.function)
        try:
            return merge_function(str(mode or "sum"), facts)
        except ValueError as error:
            raise NotRunnable(str(error)) from None

    @property
    def function(self) -> Any:
        """The function of the layer itself, as the user wrote it.

        Raises:
            NotRunnable: the layer is of a class that has none.
        """
        if self._function is None:
            if self.program.function is None:
                found = getattr(self.layer, "function", None)
                if found is None:
                    raise NotRunnable("the layer has no function of its own")
                self._function = found
            else:
                self._function = self._made(self.program.function)
        return self._function

    def applied(self, given: Any) -> Any:
        """What the function itself gives, called as the layer calls it: with the layer's ``arguments``."""
        return self.function(given, **(getattr(self.layer, "arguments", None) or {}))

    def seed(self, value: int = 0) -> None:
        """Set all random generators."""
        import random

        random.seed(value)
        np.random.seed(value)
        self.keras.utils.set_random_seed(value)

    def tensors(self, inputs: Inputs, arrays: list[Any]) -> Any:
        """Arrays as the tensors, or the list, tuple or dict of them, that the layer is called on."""
        return self.arranged(inputs, [self.backend.tensor(each) for each in arrays])

    def arranged(self, inputs: Inputs, made: list[Any]) -> Any:
        """Tensors as the structure that the layer is called on."""
        if inputs.structure == "tensor":
            return made[0]
        if inputs.structure == "dict":
            return dict(zip(inputs.keys, made))
        return tuple(made) if inputs.structure == "tuple" else made

    def symbols(self, inputs: Inputs, names: bool = False) -> Any:
        """Symbolic inputs of the same structure."""
        made = [
            self.keras.Input(sample.shape, dtype=sample.dtype, **({"name": f"input_{i}"} if names else {}))
            for i, sample in enumerate(inputs.samples)
        ]
        if inputs.structure == "tensor":
            return made[0]
        if inputs.structure == "dict":
            return dict(zip(inputs.keys, made))
        return made

    def call(self, inputs: Inputs, arrays: list[Any], **options: Any) -> list[Any]:
        """The outputs for a batch, as arrays: one, or those of a returned list, tuple or dict.

        Raises:
            Exception: whatever the function or Keras raises.
        """
        return self.outputs(self.raw(inputs, arrays, **options))

    def raw(self, inputs: Inputs, arrays: list[Any], **options: Any) -> Any:
        """What the layer returns for a batch."""
        given = self.tensors(inputs, arrays)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self.layer is None:
                return self.function(given)
            return self.layer(given, **options)

    def outputs(self, returned: Any) -> list[Any]:
        """A returned value as arrays.

        Raises:
            TypeError: it holds something that is no tensor.
        """
        arrays = []
        for each in leaves(returned):
            arrays.append(self.backend.plain(each))
            if arrays[-1].dtype == object:
                raise TypeError(f"the function returns {type(each).__name__}, no tensor")
        return arrays

    def model(self, inputs: Inputs, names: bool = False) -> Any:
        """A model of another layer of the kind and of inputs of its own.

        Raises:
            Exception: whatever the function or Keras raises.
        """
        symbols = self.symbols(inputs, names)
        return self.keras.Model(symbols, self.fresh_layer()(symbols))

    def fresh_layer(self) -> Any:
        """Another object of the same layer: a name of its own, no history.

        Raises:
            NotRunnable: it cannot be constructed.
        """
        if self.program.layer is None:
            return self.keras.layers.Lambda(self.function)
        return self._made(self.program.layer)


def leaves(value: Any) -> list[Any]:
    """The tensors in a structure of lists, tuples and dicts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


def speaks_theano(request: Request) -> bool:
    """Whether the code is run as Keras 1 would: with the methods of Theano's tensors."""
    return request.dialect == "keras1" and request.package == "tf_keras"


def place(session: Session) -> str:
    """The user's file and row that an experiment is about, for texts."""
    region = session.request.program.region
    return "" if region is None else f"{os.path.basename(region[0])}:{region[1]}"
