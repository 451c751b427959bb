"""The tables of what Keras 2 renamed and removed, against the signatures of the installed libraries."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest

pytestmark = pytest.mark.tensorflow

table = import_module("lambdalint_rules.migration.keras1")
LIBRARIES = ("keras", "tf_keras")
RENAMED = [("", old, new) for old, new in table._EVERYWHERE.items()] + [
    (name, old, new) for name, entries in table._BY_CLASS.items() for old, new in entries.items()
]


@pytest.fixture(scope="module", params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param)


def accepted(cls: Any) -> set[str]:
    """The names of a class's own parameters, those of its bases included."""
    found: set[str] = set()
    for base in cls.__mro__:
        if "__init__" in vars(base) and base.__name__ not in ("Layer", "Operation", "KerasLayer"):
            found |= set(inspect.signature(base.__init__).parameters)
    return found


def layers(library: Any) -> dict[str, set[str]]:
    made = vars(library.layers).items()
    return {name: accepted(each) for name, each in made if inspect.isclass(each) and name[:1].isupper()}


@pytest.mark.parametrize(("name", "old", "new"), RENAMED)
def test_an_argument_has_its_new_name_alone(library: Any, name: str, old: str, new: str) -> None:
    known = layers(library)
    if name and new.isidentifier():
        assert new in known[name], f"{name} has no {new}"
    elif new.isidentifier() and new not in ("implementation",):
        assert any(new in each for each in known.values()), f"no layer has {new}"
    renamed = [known[name]] if name else [each for each in known.values() if new in each]
    for parameters in renamed:
        assert old not in parameters


@pytest.mark.parametrize("name", table.REMOVED)
def test_a_removed_layer_is_gone(library: Any, name: str) -> None:
    assert not hasattr(library.layers, name)


@pytest.mark.parametrize(("old", "new"), table.MODEL.items())
def test_a_model_takes_the_new_names(library: Any, old: str, new: str) -> None:
    x = library.Input((2,))
    y = library.layers.Dense(1)(x)
    values = {"input": x, "output": y, "inputs": x, "outputs": y}
    library.Model(inputs=x, outputs=y)
    other = "outputs" if new == "inputs" else "inputs"
    with pytest.raises((TypeError, ValueError)):
        library.Model(**{old: values[old], other: values[other]})


@pytest.mark.parametrize(("name", "entries"), table.METHODS.items())
def test_methods_of_models_take_the_new_names(library: Any, name: str, entries: dict[str, str]) -> None:
    method = getattr(library.Model, name, None)
    if method is None:
        assert name.endswith("_generator")
        return
    parameters = inspect.signature(method).parameters
    assert not set(entries) & set(parameters)


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, (new, _) in table.MODULES.items()])
def test_a_module_of_keras_1_is_gone_and_its_replacement_is_there(old: str, new: str) -> None:
    keras = pytest.importorskip("keras")
    with pytest.raises(ModuleNotFoundError):
        import_module(old)
    part: Any = keras
    for word in new.split(".")[1:]:
        part = getattr(part, word)
