"""Functions that only other modules of the project call: what those pass is what the layer gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.engine import run
from lambdalint.interp.analyse import analyse
from lambdalint.interp.explain import describe
from lambdalint.interp.facts import FileFacts
from lambdalint.registry import load_rules
from lambdalint.settings import Overrides, load
from lambdalint.sources.read import read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse
from lambdalint.syntax.project import Project

NET = """
from keras import backend as K
from keras.layers import Input, Lambda

def build(shape, mode="sum"):
    x = Input(shape)
    if mode == "sum":
        return Lambda(lambda t: K.sum(t, axis=0))(x)
    return Lambda(lambda t: K.mean(t, axis=1))(x)
"""


def facts(folder: Path, **modules: str) -> FileFacts:
    for name, text in modules.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    unit = read(str(folder / f"{next(iter(modules)).replace('__', '/')}.py"))
    assert isinstance(unit, SourceUnit)
    return analyse(parse(unit), project=Project(str(folder)))


def inputs(found: FileFacts, layer: int = 0) -> list[str]:
    return [describe(use.inputs) for use in found.layers[layer].applications]


@pytest.mark.parametrize(
    "caller",
    [
        "from net import build\nbuild((8, 3))",
        "import net\nnet.build((8, 3))",
        "import net as n\ndef main(epochs):\n    return n.build((8, 3))",
        "from net import build\nif __name__ == '__main__':\n    build(shape=(8, 3))",
        "from net import *\nclass Trainer:\n    def fit(self, data):\n        build((8, 3))",
        "from net import build\nSIZES = [8, 3]\nfor epoch in range(2):\n    build(tuple(SIZES))",
    ],
)
def test_a_call_in_another_module(tmp_path: Path, caller: str) -> None:
    assert set(inputs(facts(tmp_path, net=NET, train=caller))) == {"(B*, 8, 3)"}


def test_all_modules_that_call_count(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        net=NET,
        a="import net\nnet.build((8, 3))",
        b="import net\nnet.build((4,))",
        c="import other\nother.build((1, 1, 1))",
    )
    assert inputs(found) == ["(B*, 8, 3)", "(B*, 4)"]


def test_a_call_in_the_file_itself_is_enough(tmp_path: Path) -> None:
    found = facts(tmp_path, net=NET + "\nbuild((2,))\n", train="from net import build\nbuild((8, 3))")
    assert inputs(found) == ["(B*, 2)"]


def test_a_call_through_the_package(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "__init__.py").write_text("from .net import build")
    found = facts(
        tmp_path,
        nets__net=NET,
        train="from nets import build\nbuild((8, 3))",
    )
    assert inputs(found) == ["(B*, 8, 3)"]


def test_what_no_call_reaches_is_run_as_before(tmp_path: Path) -> None:
    alone = facts(tmp_path, net=NET)
    assert [len(layer.applications) for layer in alone.layers] == [1, 1]
    found = facts(tmp_path, net=NET, train="from net import build\nbuild((8, 3))")
    assert inputs(found)[0] == "(B*, 8, 3)"
    assert found.layers[1].applications


def test_a_way_that_the_call_rules_out_is_not_judged_by_its_values(tmp_path: Path) -> None:
    net = """
from keras import backend as K
from keras.layers import Input, Lambda

def build(shape):
    x = Input(shape)
    if len(shape) > 2:
        x = Lambda(lambda t: K.sum(t, axis=3))(x)
    return x
"""
    found = facts(tmp_path, net=net, train="from net import build\nbuild((8,))")
    assert not found.layers[0].happened("impossible")
    assert found.layers[0].applications


def test_classes_are_made_elsewhere(tmp_path: Path) -> None:
    net = """
from keras.layers import Input, Lambda

class Net:
    def __init__(self, size):
        self.size = size

    def build(self):
        return Lambda(lambda t: t * 2)(Input((self.size, 3)))
"""
    found = facts(tmp_path, net=net, train="import net\nnet.Net(5).build()")
    assert inputs(found) == ["(B*, 5, 3)"]


def test_what_happens_in_the_caller_is_no_event_of_the_file(tmp_path: Path) -> None:
    caller = "import tensorflow as tf\nfrom net import build\ntf.square(build((8, 3)))"
    found = facts(tmp_path, net=NET, train=caller)
    assert all(event.at.unit is found.unit for event in found.events)


def test_a_caller_that_never_ends(tmp_path: Path) -> None:
    caller = "from net import build\ndef f(n):\n    build((n, 3))\n" + "x = [1] * 9\n" * 9
    caller += "".join(f"def g{i}():\n    " + "f(2); " * 40 + f"g{i + 1}(); g{i + 1}()\n" for i in range(40))
    caller += "def g40(): build((7, 3))\ng0()"
    found = facts(tmp_path, net=NET, train=caller)
    assert found.layers[0].applications
    assert not found.failures


def test_a_changed_caller_is_noticed_by_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    net = NET.replace("K.sum(t, axis=0)", "K.sum(t, axis=2)")
    (tmp_path / "net.py").write_text(net)

    def codes() -> set[str]:
        settings = load(load_rules().rules, overrides=Overrides(jobs=1))
        return {finding.code for finding in run(("net.py",), settings).findings}

    before = codes()
    (tmp_path / "train.py").write_text("from net import build\nbuild((8,))")
    after = codes()
    assert after - before
    assert codes() == after
    (tmp_path / "train.py").write_text("from net import build\nbuild((8, 3))")
    assert codes() == before


SCRIPT = """
from keras import backend as K
from keras.layers import Input, Lambda

def unit(x):
    return Lambda(lambda t: K.l2_normalize(t, axis=1))(x)

if __name__ == "__main__":
    unit(Input((7,)))
"""


def test_what_a_script_does_as_the_main_module_is_a_use(tmp_path: Path) -> None:
    assert inputs(facts(tmp_path, net=SCRIPT)) == ["(B*, 7)"]


def test_what_a_module_does_as_a_script_is_not_run_by_its_import(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        net="from other import Lambda, unit\nfrom keras.layers import Input\n"
        "from keras.layers import Lambda\nLambda(unit)(Input((2, 3)))\n",
        other="size = 3\nif __name__ == '__main__':\n    size = 4\ndef unit(x):\n    return x[:, :, :size]\n",
    )
    output = found.layers[0].applications[0].output
    assert output is not None
    assert describe(output) == "(B*, 2, 3)"
