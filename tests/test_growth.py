"""Costs grow with the input and no faster: counted in calls, files read and trees parsed, not in seconds."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lambdalint.engine import Plan, judge
from lambdalint.interp.modules import MOST_MODULES
from lambdalint.registry import load_rules
from lambdalint.settings import Overrides, load

HEAD = "from keras import backend as K\nfrom keras.layers import Dense, Input, Lambda\nx = Input((8,))\n"
LAYER = "x = Lambda(lambda t: t / (1 + K.sum(K.square(t), axis=1, keepdims=True)))(x)\nx = Dense(8)(x)\n"
FINDING = "x = Lambda(lambda t: t - K.mean(t, axis=0))(x)\n"
FLAT = 1.25
"""What one more unit may cost at six times the size, against what it costs at one time."""


def layers(times: int) -> str:
    return HEAD + LAYER * (10 * times)


def findings(times: int) -> str:
    return HEAD + FINDING * (10 * times)


def body(times: int) -> str:
    steps = "    t = t + K.abs(t) * 0.5\n" * (25 * times)
    return f"{HEAD}def f(t):\n{steps}    return t\nx = Lambda(f)(x)\n"


def functions(times: int) -> str:
    return HEAD + "".join(
        f"def f{n}(t):\n    return Lambda(lambda u: u * {n})(t)\n" for n in range(10 * times)
    )


def expected(times: int) -> str:
    """A test of a norm, whose value is followed through sums of sums."""
    sums = "".join(f"{name} = {' + '.join(above * (5 * times))}\n" for name, above in zip("edcba", "fedcb"))
    return f"{HEAD}x = Lambda(lambda t: K.l2_normalize(t, axis=1))(x)\nf = x\n{sums}assert a == 1\n"


def _repeated(code: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """A file in which ``code`` stands many times, each time with another number for ``#``."""

    def text(times: int) -> str:
        rows = "".join(code.replace("#", str(number)) for number in range(10 * times))
        return f"{HEAD}from keras.models import Model\nfrom keras import layers as L\n{before}{rows}{after}"

    return text


MANY = {
    "layers in one list": _repeated("Lambda(lambda t: t - K.mean(t, axis=0))(x), ", "y = [", "]\n"),
    "layers in the cases of a match": _repeated(
        "    case #:\n        y = Lambda(lambda t: t - K.mean(t, axis=0))(x)\n", "match x:\n"
    ),
    "layers in the branches of an if": _repeated(
        "elif x == #:\n    y = Lambda(lambda t: t * 2)(x)\n", "if x == '':\n    pass\n"
    ),
    "layers of a local Sequential": _repeated(
        "    m.add(Lambda(lambda t: t * 2))\n", "def f():\n    m = L.Sequential()\n", "    return m\n"
    ),
    "classes": _repeated("class A#(Lambda):\n    pass\ny = A#(lambda t: t * 2)(x)\n"),
    "layers made by functions next to classes": _repeated(
        "class A#(L.Layer):\n    def get_config(self):\n        return {}\n"
        "def f#(x):\n    return Lambda(lambda t: t * 2)(x)\n"
    ),
    "layers that do nothing": _repeated("l# = Lambda(lambda t: t)\ny = l#(x)\nl#.add_loss(y)\n"),
    "undefined names": _repeated("print '#'\ny = Lambda(lambda t: t * u#)(x)\n"),
    "arguments of Keras 1": _repeated("y = Lambda(lambda t: t * 2)(Dense(output_dim=#)(x))\n"),
    "layers without a gradient": _repeated(
        "x = Lambda(lambda t: K.round(t))(x)\n",
        "i = x\nx = Dense(8)(x)\n",
        "Model(i, x).compile('sgd', 'mse')\n",
    ),
    "layers that shuffle": _repeated("x = Lambda(lambda t: L.tf.random.shuffle(t))(x)\n"),
    "masks through layers": _repeated(
        "x = L.Activation('relu')(x)\ny = Lambda(lambda t: t * 2)(x)\n",
        "x = L.Embedding(5, 3, mask_zero=True)(x)\n",
    ),
    "masks through sums": _repeated(
        "x = L.Add()([x, x])\n",
        "x = L.Embedding(5, 3, mask_zero=True)(x)\n",
        "y = Lambda(lambda t: t * 2)(x)\n",
    ),
    "numbers declared": _repeated("y = Lambda(lambda t: K.sum(t, -1), output_shape=(1,))(x)\n"),
    "a name that changes": _repeated(
        "k = #\ny = Lambda(lambda t: t * k)(x)\n", "", "Model(x, y).save('m.h5')\n"
    ),
    "layers in a loop": _repeated(
        "    y = Lambda(lambda t: t * i)(x)\n", "for i in range(3):\n", "Model(x, y).save('m.h5')\n"
    ),
    "broken statements": _repeated("y = = #\nx = Lambda(lambda t: t * 2)(x)\n"),
}


def calls_of(path: Path, builtin: bool = False) -> int:
    """The Python functions, and ``builtin`` ones, called while a file is judged, once all is imported."""
    events = ("call", "c_call") if builtin else ("call",)
    settings = load(load_rules().rules, overrides=Overrides(cache=False))
    judge(str(path), settings, Plan.of(settings))
    plan, count = Plan.of(settings), 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in events

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        judge(str(path), settings, plan)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "kind", [layers, findings, body, functions, expected], ids=lambda kind: kind.__name__
)
def test_the_cost_of_one_unit_is_flat(kind: object, tmp_path: Path) -> None:
    assert callable(kind)
    counts = {}
    for times in (4, 24):
        path = tmp_path / f"m{times}.py"
        path.write_text(kind(times))
        counts[times] = calls_of(path)
    assert counts[24] / counts[4] <= 6 * FLAT, counts


@pytest.mark.parametrize("kind", MANY.values(), ids=MANY)
def test_the_cost_of_one_more_is_flat(kind: Callable[[int], str], tmp_path: Path) -> None:
    counts = {}
    for times in (4, 24):
        path = tmp_path / f"m{times}.py"
        path.write_text(kind(times))
        counts[times] = calls_of(path, builtin=True)
    assert counts[24] / counts[4] <= 6 * FLAT, counts


@contextmanager
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The sources that are parsed inside."""
    sources: list[str] = []
    plain = ast.parse

    def parse(source: str | bytes, *arguments: object, **named: object) -> ast.AST:
        # Bytes are modules of ours that are imported meanwhile, which pytest rewrites.
        if isinstance(source, str):
            sources.append(source)
        return plain(source, *arguments, **named)  # type: ignore[call-overload,no-any-return]

    with monkeypatch.context() as patch:
        patch.setattr(ast, "parse", parse)
        yield sources


def test_files_without_a_layer_are_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["x = 1", "# a Lambda\nimport keras", '"""Lambda(f)"""', "LambdaCallback(f)", "pd.merge(a, b)"]
    settings = load(load_rules().rules, overrides=Overrides(cache=False))
    plan = Plan.of(settings)
    with parsed(monkeypatch) as sources:
        for number, text in enumerate(texts):
            (tmp_path / f"m{number}.py").write_text(text)
            judge(str(tmp_path / f"m{number}.py"), settings, plan)
    assert sources == []


def test_a_module_is_parsed_once_for_all_files_that_import_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shared.py").write_text("# shared\ndef f(x):\n    return x\n")
    settings = load(load_rules().rules, overrides=Overrides(cache=False))
    plan = Plan.of(settings)
    with parsed(monkeypatch) as sources:
        for number in range(5):
            path = tmp_path / f"m{number}.py"
            path.write_text("from keras.layers import Lambda\nfrom shared import f\nLambda(f)\n")
            judge(str(path), settings, plan)
    assert sum(source.startswith("# shared") for source in sources) == 1


def test_the_judged_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"# net\nimport shared\n{layers(1)}{findings(1)}")
    (tmp_path / "shared.py").write_text("def f(x):\n    return x\n")
    settings = load(load_rules().rules, overrides=Overrides(cache=False))
    with parsed(monkeypatch) as sources:
        assert judge(str(path), settings, Plan.of(settings)).findings
    assert sum(source.startswith("# net") for source in sources) == 1


@pytest.mark.parametrize(("kind", "most"), [(layers, 50), (findings, 76), (body, 32), (functions, 74)])
def test_the_calls_for_a_node_of_the_tree(kind: object, most: int, tmp_path: Path) -> None:
    """At most a fifth more than when this was measured; counted, so that no other load changes it."""
    assert callable(kind)
    path = tmp_path / "net.py"
    path.write_text(kind(4))
    nodes = sum(1 for _ in ast.walk(ast.parse(path.read_text())))
    assert calls_of(path) / nodes <= most


@pytest.mark.parametrize("kind", [layers, findings, body, functions], ids=lambda kind: kind.__name__)
def test_a_judged_file_leaves_nothing_for_the_collector(kind: object, tmp_path: Path) -> None:
    assert callable(kind)
    path = tmp_path / "net.py"
    path.write_text(kind(4))
    nodes = sum(1 for _ in ast.walk(ast.parse(path.read_text())))
    settings = load(load_rules().rules, overrides=Overrides(cache=False))
    plan = Plan.of(settings)
    judge(str(path), settings, plan)
    gc.collect()
    gc.disable()
    try:
        judge(str(path), settings, plan)
        assert gc.collect() / nodes <= 0.2
    finally:
        gc.enable()


def test_trees_of_judged_files_are_forgotten(tmp_path: Path) -> None:
    settings = load(load_rules().rules, overrides=Overrides(cache=False))
    plan = Plan.of(settings)
    kept = []
    for number in range(6):
        path = tmp_path / f"m{number}.py"
        path.write_text(functions(2))
        judge(str(path), settings, plan)
        gc.collect()
        kept.append(sum(isinstance(each, ast.AST) for each in gc.get_objects()))
    assert kept[-1] <= kept[1]


def test_imports_beyond_what_is_run_are_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = MOST_MODULES + 20
    for number in range(count):
        (tmp_path / f"part{number}.py").write_text("# part\n")
    imports = "".join(f"import part{number}\n" for number in range(count))
    path = tmp_path / "net.py"
    path.write_text(f"{imports}{HEAD}{FINDING}model.save('a.keras')\n")
    settings = load(load_rules().rules, overrides=Overrides(cache=False))
    with parsed(monkeypatch) as sources:
        assert judge(str(path), settings, Plan.of(settings)).findings
    assert sum(source.startswith("# part") for source in sources) < MOST_MODULES
