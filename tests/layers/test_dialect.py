"""Which Keras generation a file is written for."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from lambdalint.findings import Problem
from lambdalint.layers.dialect import Dialect, detect
from lambdalint.layers.pins import read_pins
from lambdalint.sources.read import read
from lambdalint.syntax.names import Names
from lambdalint.syntax.parse import parse
from lambdalint.syntax.project import Project


def detect_file(path: Path, target: str = "auto") -> Dialect:
    unit = read(str(path), prefilter=False)
    assert unit is not None
    assert not isinstance(unit, Problem)
    parsed = parse(unit)
    project = Project(str(path.parent))
    return detect(parsed, Names(parsed.tree, parsed.unit, project), project, target)


def detect_text(folder: Path, text: str, target: str = "auto") -> Dialect:
    (folder / "setup.cfg").touch()
    path = folder / "model.py"
    path.write_text(dedent(text))
    return detect_file(path, target)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from keras import ops\nops.sum(x)", "keras3"),
        ("import keras\nkeras.ops.sum(x)", "keras3"),
        ("import keras_core as keras\nkeras.layers.Lambda(abs)", "keras3"),
        ("import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras", "keras3"),
        ("import keras\nkeras.models.load_model('m.keras', safe_mode=False)", "keras3"),
        ("from keras.models import Model\nModel(input=a, output=b)", "keras1"),
        ("from keras.layers import merge\nmerge([a, b], mode='sum')", "keras1"),
        ("from keras.layers import Dense\nmodel.fit(x, y, nb_epoch=3)", "keras1"),
        ("from keras.layers import Convolution2D\nConvolution2D(8, 3, 3, border_mode='same')", "keras1"),
        ("from keras.layers import Dense\nDense(3, W_regularizer=r)", "keras1"),
        ("from keras.layers import add\nfrom keras import backend as K\nK.sum(x)", "keras2"),
        ("from keras.layers.merge import add\nadd([a, b])", "keras2"),
        ("from keras.models import Model\nfrom keras.layers.core import Lambda\nModel(inputs=a)", "keras2"),
        ("from keras.layers.core import Dense, Merge\nMerge([a, b])", "keras1"),
        ("from keras import backend as K\nK.sum(x)", "keras2"),
        ("import tf_keras\ntf_keras.layers.Lambda(abs)", "keras2"),
        ("from tensorflow.python.keras.layers import Lambda", "keras2"),
        ("import tensorflow as tf\ntf.keras.layers.Lambda(abs)\ntf.Session()", "keras2"),
        ("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nfrom tensorflow import keras", "keras2"),
        ("import tensorflow as tf\ntf.keras.layers.Lambda(abs)", "unknown"),
        ("from keras.layers import Lambda\nLambda(abs)", "unknown"),
        ("from keras.layers import Lambda\nprint 'hi'\nLambda(abs)", "keras2"),
    ],
)
def test_evidence_in_the_file(tmp_path: Path, text: str, name: str) -> None:
    dialect = detect_text(tmp_path, text)
    assert dialect.name == name
    assert bool(dialect.evidence) == (name != "unknown")


def test_evidence_names_what_was_seen_and_where(tmp_path: Path) -> None:
    dialect = detect_text(tmp_path, "import keras\n\ny = keras.ops.sum(x)\n")
    assert dialect.evidence[0] == "`keras.ops.sum` in row 3"
    assert dialect.certain
    assert dialect.families == {"keras"}


def test_the_target_wins(tmp_path: Path) -> None:
    dialect = detect_text(tmp_path, "import keras_core", target="keras1")
    assert (dialect.name, dialect.certain) == ("keras1", True)


def test_python_2_alone_is_not_certain(tmp_path: Path) -> None:
    assert not detect_text(tmp_path, "from keras.layers import Lambda\nprint 'hi'").certain


@pytest.mark.parametrize(
    ("file", "content", "code", "name"),
    [
        ("requirements.txt", "numpy\nkeras==2.2.4\n", "from keras.layers import Lambda", "keras2"),
        ("requirements.txt", "Keras == 1.2.2\n", "from keras.layers import Lambda", "keras1"),
        ("requirements-dev.txt", "keras>=3,<4\n", "from keras.layers import Lambda", "keras3"),
        ("requirements.txt", "tensorflow==2.4.1\n", "from tensorflow.keras.layers import Lambda", "keras2"),
        (
            "requirements.txt",
            "tensorflow-cpu>=2.16\n",
            "from tensorflow.keras.layers import Lambda",
            "keras3",
        ),
        ("requirements.txt", "tensorflow>=2.0\n", "from tensorflow.keras.layers import Lambda", "unknown"),
        ("requirements.txt", "# keras==2.2.4\n", "from keras.layers import Lambda", "unknown"),
        ("requirements.txt", "my-keras==2.2.4\n", "from keras.layers import Lambda", "unknown"),
        ("environment.yml", "dependencies:\n  - keras=2.3\n", "from keras.layers import Lambda", "keras2"),
        ("pyproject.toml", '[project]\ndependencies = ["keras>=3"]\n', "from keras import layers", "keras3"),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\nkeras = "^2.4"\n',
            "from keras import layers",
            "keras2",
        ),
        (
            "poetry.lock",
            '[[package]]\nname = "keras"\nversion = "3.9.0"\n',
            "from keras import layers",
            "keras3",
        ),
        ("Pipfile", '[packages]\nkeras = "==2.3.1"\n', "from keras import layers", "keras2"),
        ("setup.py", 'setup(install_requires=["keras>=2.1,<2.4"])', "from keras import layers", "keras2"),
    ],
)
def test_pins(tmp_path: Path, file: str, content: str, code: str, name: str) -> None:
    (tmp_path / file).write_text(content)
    folder = tmp_path / "package"
    folder.mkdir()
    (tmp_path / "setup.cfg").touch()
    (folder / "model.py").write_text(code)
    dialect = detect_file(folder / "model.py")
    assert dialect.name == name
    if name != "unknown":
        assert any(text.startswith(f"{file} pins") for text in dialect.evidence)


def test_the_nearest_pin_counts(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").touch()
    (tmp_path / "requirements.txt").write_text("keras==1.2.2")
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "requirements.txt").write_text("keras==3.1.0")
    (folder / "model.py").write_text("from keras.layers import Lambda")
    assert detect_file(folder / "model.py").name == "keras3"


def test_neighbours_speak_where_the_file_is_silent(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("from keras import ops\n")
    dialect = detect_text(tmp_path, "from keras.layers import Lambda\nLambda(abs)")
    assert (dialect.name, dialect.certain) == ("keras3", False)


def test_a_collection_of_all_generations_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text("from keras import ops\n")
    (tmp_path / "old.py").write_text("from keras import backend as K\n")
    assert detect_text(tmp_path, "from keras.layers import Lambda\nLambda(abs)").name == "unknown"
    (tmp_path / "newer.py").write_text("from keras import ops\n")
    assert detect_text(tmp_path, "from keras.layers import Lambda\nLambda(abs)").name == "keras3"


def test_notebooks_tell_by_kernel_and_banner(tmp_path: Path) -> None:
    def notebook(kernel: str, output: str) -> Path:
        cell = {
            "cell_type": "code", "metadata": {}, "execution_count": 1,
            "source": ["from keras.layers import Lambda\n", "Lambda(abs)"],
            "outputs": [{"output_type": "stream", "name": "stderr", "text": [output]}],
        }  # fmt: skip
        content = {
            "nbformat": 4, "nbformat_minor": 2, "cells": [cell],
            "metadata": {"kernelspec": {"name": kernel, "display_name": "", "language": "python"}},
        }  # fmt: skip
        path = tmp_path / f"{kernel}{len(output)}.ipynb"
        path.write_text(json.dumps(content))
        return path

    assert detect_file(notebook("python3", "")).name == "unknown"
    assert detect_file(notebook("python2", "")).name == "keras2"
    dialect = detect_file(notebook("python3", "Using Theano backend.\n"))
    assert (dialect.name, dialect.backend) == ("keras2", "theano")


@pytest.mark.parametrize(
    ("spec", "standalone"),
    [
        ("keras==2.*", {"keras2"}),
        ("keras~=2.4", {"keras2"}),
        ("keras<2", {"keras1"}),
        ("keras<=2.3", {"keras1", "keras2"}),
        ("keras>=2.2,<3", {"keras2"}),
        ("keras>=2.4", {"keras2", "keras3"}),
        ("keras[extra]>=3.0", {"keras3"}),
        ("keras>1", {"keras1", "keras2", "keras3"}),
    ],
)
def test_version_specifiers(spec: str, standalone: set[str]) -> None:
    pins = read_pins("requirements.txt", spec)
    assert [set(pin.standalone) for pin in pins] == [standalone]
