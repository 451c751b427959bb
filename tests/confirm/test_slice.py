"""Slices hold what a layer's function needs, and they run."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lambdalint.confirm.unsliceable import Unsliceable
from tests.confirm.slices import function_of, layers_of, sliced, slicer_of

HEAD = "from keras import backend as K\nfrom keras.layers import Input, Lambda\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path / "script.py"


def write(script: Path, source: str) -> Path:
    script.write_text(HEAD + dedent(source), encoding="utf-8")
    return script


CASES = {
    "a constant": ("scale = 2 * 3.5\nLambda(lambda x: x * scale)", 2, 14),
    "a helper and what it needs": (
        """
        offset = 1
        def shift(x):
            return x + offset
        Lambda(lambda x: shift(x) * 2)
        """,
        3,
        8,
    ),
    "a list that is filled": (
        """
        table = sorted([0, 7])
        table.append(5)
        table[0] = 1
        Lambda(lambda x: x + sum(table))
        """,
        0,
        13,
    ),
    "the last of several values": ("n = 1\nn = n + 1\nLambda(lambda x: x * n)\nn = 9", 3, 6),
    "an import that may fail": (
        """
        try:
            import a_module_that_is_not_there as helper
        except ImportError:
            helper = None
        Lambda(lambda x: x if helper is None else helper(x))
        """,
        4,
        4,
    ),
    "below the guard of a script": (
        """
        if __name__ == "__main__":
            half = 0.5
            data = open("data.txt").read()
            Lambda(lambda x: x * half)
        """,
        4,
        2,
    ),
    "a branch that is not taken": (
        """
        import sys
        if sys.maxsize > 0:
            def act(x):
                return x + 1
        else:
            act = None
        Lambda(lambda x: act(x))
        """,
        1,
        2,
    ),
    "a factory": (
        """
        def scaled(by):
            def apply(x):
                return x * by
            return apply
        Lambda(scaled(4))
        """,
        2,
        8,
    ),
    "a closure over a parameter": (
        """
        def scaled(by, plus=1):
            both = by + plus
            return Lambda(lambda x: x * both)(Input((3,)))
        scaled(2)
        """,
        2,
        6,
    ),
    "a helper inside the function": (
        """
        def build(by):
            def double(x):
                return x * by
            return Lambda(lambda x: double(x))(Input((3,)))
        build(2)
        """,
        5,
        10,
    ),
    "a function by another name": (
        """
        def build(act):
            return Lambda(lambda x: act(x))(Input((3,)))
        build(K.abs)
        """,
        -5,
        5,
    ),
    "the first value of a loop": ("for i in range(2, 9):\n    Lambda(lambda x: x * i)(Input((3,)))", 3, 6),
    "what a loop computes from its variable": (
        """
        def build():
            for i, name in enumerate(["a", "b"]):
                shift = i + 10
                Lambda(lambda x: x + shift)(Input((3,)))
        build()
        """,
        1,
        11,
    ),
    "a comprehension": ("[Lambda(lambda x: x * k) for k in (3, 4)]", 2, 6),
    "an attribute and a method": (
        """
        class Net:
            def __init__(self, width):
                self.width = width
            def shift(self, x):
                return x + self.width
            def build(self):
                return Lambda(lambda x: self.shift(x) * 2)(Input((3,)))
        Net(5).build()
        """,
        1,
        12,
    ),
    "a variable before it is used again": (
        """
        def build(name, x):
            title = name + "!"
            name = "other"
            return Lambda(lambda t: t + title + name)(x)
        build("one", Input((3,)))
        """,
        "",
        "one!other",
    ),
    "a parameter that is replaced": (
        """
        def build(x, n):
            m = len(n)
            n = m + 1
            return Lambda(lambda t: t + n + m)(x)
        """,
        0,
        7,
    ),
    "a local import": (
        """
        def build():
            import math
            return Lambda(lambda x: math.floor(x))(Input((3,)))
        build()
        """,
        1.5,
        1,
    ),
    "a text in several lines": ('note = """a\n  b"""\nLambda(lambda x: x + note)', "", "a\n  b"),
}


@pytest.mark.parametrize(("source", "given", "expected"), CASES.values(), ids=CASES.keys())
def test_the_function_runs_alone(script: Path, source: str, given: object, expected: object) -> None:
    assert function_of(write(script, source))(given) == expected


def test_nothing_else_is_taken(script: Path) -> None:
    write(
        script,
        """
        import argparse
        import numpy as np
        parser = argparse.ArgumentParser()
        args = parser.parse_args()
        data = np.load("data.npy")
        scale = 3
        layer = Lambda(lambda x: x * scale)
        model = Sequential([layer])
        model.compile("sgd", "mse")
        model.fit(data, data, epochs=args.epochs)
        print(model.predict(data))
        """,
    )
    (main,) = sliced(script)
    rows = [line for line in main.source.splitlines() if not line.startswith(("from keras", "import keras"))]
    assert rows == ["scale = 3"]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("int(input())", "the keyboard"),
        ("args.n", "argument parsing"),
        ("open('n.txt').read()", "file access"),
        ("np.load('n.npy')", "file access"),
        ("model.fit(x, y)", "training"),
        ("pd.read_csv('n.csv')", "data loading"),
        ("requests.get('https://example.org')", "a download"),
    ],
)
def test_what_is_never_run_is_the_reason(script: Path, made: str, reason: str) -> None:
    source = f"""
        import argparse, numpy as np, pandas as pd, requests
        from keras.applications import VGG16
        args = argparse.ArgumentParser().parse_args()
        n = {made}
        Lambda(lambda x: x * n)
        """
    (layer,) = layers_of(write(script, source))
    with pytest.raises(Unsliceable, match=f"` comes from {reason}"):
        slicer_of(layer)


def test_a_parameter_that_nothing_gives_is_assumed(script: Path) -> None:
    write(
        script,
        """
        def build(x, count, names, act, table, kind, axis=1):
            if kind == "wide":
                width = len(names)
            else:
                width = act(names[0]) * table["width"]
            return Lambda(lambda t: t * count + axis + width)(x)
        """,
    )
    (layer,) = layers_of(script)
    assumed = slicer_of(layer).assumed
    assert (assumed["count"], assumed["axis"], assumed["kind"]) == ("3", "1", "'wide'")
    assert function_of(script)(2) == 2 * 3 + 1 + 3


def test_an_attribute_that_nothing_gives_is_assumed(script: Path) -> None:
    write(
        script,
        """
        class Net:
            def __init__(self, options, width):
                self.options = options
                self.width = width
            def build(self, x):
                return Lambda(lambda t: t * self.options["scale"] + self.width)(x)
        """,
    )
    (layer,) = layers_of(script)
    assert set(slicer_of(layer).assumed) == {"self.options", "self.width"}
    assert function_of(script)(2) == 2 * 3 + 3


def test_modules_of_the_project(script: Path) -> None:
    package = script.parent / "tools"
    package.mkdir()
    (package / "__init__.py").write_text("from .parts import double\nprint('must not run')\n")
    (package / "parts.py").write_text(
        "import sys\nfrom .numbers import two\nprint('must not run')\n"
        "def double(x):\n    return x * two\ndef unused():\n    return sys.argv\n"
    )
    (package / "numbers.py").write_text("two = 2\nten = train()\n")
    write(
        script,
        """
        from tools import double
        import tools.numbers as numbers
        from tools import numbers as again
        Lambda(lambda x: double(x) + numbers.two + again.two)
        """,
    )
    assert function_of(script)(5) == 14
    assert "must not run" not in "".join(module.source for module in sliced(script))
    assert "unused" not in "".join(module.source for module in sliced(script))


def test_a_folder_that_is_called_like_a_library_is_not_that_library(script: Path) -> None:
    folder = script.parent / "numpy"
    folder.mkdir()
    (folder / "__init__.py").write_text("float64 = None\n")
    write(script, "import numpy as np\nLambda(lambda x: np.float64(2) * x)")
    assert function_of(script)(3) == 6
    assert [module.name for module in sliced(script)] == ["main"]


def test_lines_lead_back_to_the_file(script: Path) -> None:
    write(script, "scale = float(2)\n\n\ndef f(x):\n\n    return x * scale\n\n\nLambda(f)\n")
    (main,) = sliced(script)
    written = script.read_text().splitlines()
    assert len(main.lines) == len(main.source.splitlines())
    for line, place in zip(main.source.splitlines(), main.lines):
        if place is not None and not line.startswith(("from", "import", "scale")):
            assert place[0] == str(script)
            assert line == written[place[1] - 1]


def test_python_2(script: Path) -> None:
    write(script, "print 'building'\nscale = 2\nLambda(lambda x: x * scale)\n")
    assert function_of(script)(4) == 8


def test_a_broken_statement_is_left_out(script: Path) -> None:
    write(script, "scale = 2\nscale = (\nLambda(lambda x: x * 3)\n")
    assert function_of(script)(4) == 12


def test_what_is_bound_after_the_layer_is_left_out(script: Path) -> None:
    write(
        script,
        """
        def build(kind, tensor):
            size = tensor[0]
            layer = Lambda(lambda x: x * size)
            if kind == "a":
                size, tensor = wide(layer, size)
            return layer(tensor)
        """,
    )
    (layer,) = layers_of(script)
    slicer = slicer_of(layer)
    (main,) = slicer.modules({"layer": "None"})
    assert "wide" not in main.source
    assert set(slicer.assumed) == {"tensor"}


def test_what_a_test_around_the_layer_asks_for_is_not_none(script: Path) -> None:
    write(
        script,
        """
        class Block:
            def build(self, t, mask=None):
                if mask is not None:
                    t = Lambda(lambda u: u - mask)(t)
                return t
        """,
    )
    (layer,) = layers_of(script)
    assert slicer_of(layer).assumed == {"mask": "3"}
