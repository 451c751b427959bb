"""The experiments on live layers and models, of Keras 3 and of ``tf_keras``."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import lambdalint
from tests.confirm.marks import EVERY_KERAS

pytest_plugins = ["pytester"]
pytestmark = EVERY_KERAS


@pytest.fixture(params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Any:
    return import_module(request.param)


@pytest.fixture
def tf() -> Any:
    return import_module("tensorflow")


def codes(findings: list[lambdalint.Finding]) -> list[str]:
    return [each.code for each in findings]


def mixing(keras: Any, tf: Any, name: str = "mixing") -> Any:
    return keras.layers.Lambda(lambda t: t - tf.reduce_mean(t, axis=0, keepdims=True), name=name)


def scaling(keras: Any, tf: Any) -> Any:
    return keras.layers.Lambda(lambda t: t / (1.0 + tf.norm(t, axis=-1, keepdims=True)), name="scaling")


def test_a_layer_that_mixes_samples(keras: Any, tf: Any) -> None:
    (finding,) = lambdalint.check_layer(mixing(keras, tf), (4,), contracts=(1, 4))
    assert (finding.code, finding.name) == ("LL105", "batch-mixed")
    assert finding.location.filename == __file__
    assert finding.location.row == mixing.__code__.co_firstlineno + 1
    assert finding.verdict is not None
    assert finding.verdict.status is lambdalint.Status.CONFIRMED
    assert "sample 0 alone gives 0" in finding.verdict.witness
    assert finding.message.startswith("mixing: the output for a sample depends on the other samples")


def test_a_layer_that_keeps_every_contract(keras: Any, tf: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", lambdalint.NotJudged)
        assert lambdalint.check_layer(scaling(keras, tf), (4,), contracts=(1, 2, 4, 5)) == []


@pytest.mark.parametrize(
    ("source", "options", "contracts", "code"),
    [
        ("lambda t: tf.reshape(t, (2, -1))", {}, (1,), "LL107"),
        ("lambda t: t[:1]", {}, (1,), "LL108"),
        ("lambda t: tf.reduce_sum(t, axis=1)", {"output_shape": (1,)}, (2,), "LL202"),
        ("lambda t: dense", {}, (4,), "LL402"),
        ("lambda t: None", {}, (4,), "LL403"),
        ("lambda t: t * nothing", {}, (4,), "LL409"),
        ("lambda t: t * scale", {}, (5,), "LL502"),
        ("lambda t: dense(t)", {}, (5,), "LL501"),
        ("lambda t: t / tf.reduce_sum(t, axis=1, keepdims=True)", {}, (6,), "LL601"),
    ],
)
def test_each_breach_has_its_code(
    keras: Any, tf: Any, source: str, options: dict[str, Any], contracts: tuple[int, ...], code: str
) -> None:
    dense = keras.layers.Dense(2)
    dense.build((None, 4))
    function = eval(source, {"tf": tf, "dense": dense, "scale": tf.Variable(2.0)})
    layer = keras.layers.Lambda(function, **options)
    assert codes(lambdalint.check_layer(layer, (4,), contracts=contracts)) == [code]


def test_layers_are_found_wherever_they_are(keras: Any, tf: Any) -> None:
    layers = keras.layers

    class Own(layers.Layer):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__(name="own")
            self.inside = mixing(keras, tf, "attribute")

        def call(self, t: Any) -> Any:
            return self.inside(t) * 2.0

    class Cumulating(layers.Layer):  # type: ignore[misc,name-defined]
        def call(self, t: Any) -> Any:
            return tf.cumsum(t, axis=0)

    x = keras.Input((5, 4))
    nested = keras.Sequential([keras.Input((5, 4)), mixing(keras, tf, "nested")])
    y = layers.TimeDistributed(mixing(keras, tf, "wrapped"))(nested(x))
    y = Cumulating(name="cumulating")(Own()(scaling(keras, tf)(y)))
    model = keras.Model(x, layers.Dense(2)(y))
    before = [len(each._inbound_nodes) for each in model.layers]
    found = lambdalint.check_model(model, contracts=(1,))
    assert sorted(each.message.partition(":")[0] for each in found) == [
        "attribute",
        "cumulating",
        "nested",
        "wrapped",
    ]
    assert [len(each._inbound_nodes) for each in model.layers] == before


def test_wrappers_of_models_and_of_cells(keras: Any, tf: Any) -> None:
    layers = keras.layers

    @keras.utils.register_keras_serializable("lambdalint")
    class Cell(layers.Layer):  # type: ignore[misc,name-defined]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.state_size = self.output_size = 4
            self.held = {"mixing": mixing(keras, tf, "in_cell")}

        def call(self, t: Any, states: Any, training: Any = None) -> Any:
            made = self.held["mixing"](t) + states[0]
            return made, [made]

    inside = keras.Sequential([keras.Input((5, 4)), mixing(keras, tf, "deep")])
    middle = keras.Sequential([keras.Input((5, 4)), inside])
    x = keras.Input((3, 5, 4))
    y = layers.TimeDistributed(middle)(x)[:, 0]
    model = keras.Model(x, layers.Bidirectional(layers.RNN(Cell()))(y))
    found = lambdalint.check_model(model, contracts=(1,))
    assert {each.message.partition(":")[0] for each in found} == {"deep", "in_cell"}


def test_the_tutorial_runs_as_written(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    code, _, _ = text.partition("## In a test suite")[2].partition("```python\n")[2].partition("```")
    exec(compile(code, "tutorial.py", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.startswith("LL105 centred: the output for a sample depends")


def test_a_subclassed_model(keras: Any, tf: Any) -> None:
    class Ranking(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="ranking")
            self.dense = keras.layers.Dense(3)

        def call(self, t: Any) -> Any:
            return tf.nn.softmax(self.dense(t), axis=0)

    with pytest.raises(ValueError, match="say what ranking is called on"):
        lambdalint.check_model(Ranking())
    (finding,) = lambdalint.check_model(Ranking(), (4,), contracts=(1,))
    assert finding.code == "LL105"
    assert finding.message.startswith("ranking")


def test_several_inputs(keras: Any, tf: Any) -> None:
    a, b = keras.Input((3,)), keras.Input((3,))
    layer = keras.layers.Lambda(lambda pair: tf.matmul(pair[0], pair[1], transpose_b=True), name="products")
    model = keras.Model([a, b], layer([a, b]))
    (finding,) = lambdalint.check_model(model, contracts=(1,))
    assert finding.message.startswith("products")
    assert codes(lambdalint.check_layer(layer, [(3,), (3,)], contracts=(1,))) == [finding.code]


def test_what_cannot_be_run_is_told(keras: Any) -> None:
    def failing(t: Any) -> Any:
        raise OSError("no table")

    with pytest.warns(lambdalint.NotJudged, match="lost: per-sample was not judged: OSError: no table"):
        assert lambdalint.check_layer(keras.layers.Lambda(failing, name="lost"), (4,), contracts=(1,)) == []


def test_what_is_no_layer(keras: Any) -> None:
    with pytest.raises(TypeError, match="function is no layer or model of Keras"):
        lambdalint.check_layer(lambda t: t, (4,))


def test_what_is_no_contract(keras: Any) -> None:
    with pytest.raises(ValueError, match=r"\A7 is none of the contracts 1, 2, 3, 4, 5, 6\Z"):
        lambdalint.check_layer(keras.layers.Lambda(abs), (4,), contracts=(1, 7))


def test_a_layer_that_cannot_be_loaded_elsewhere(keras: Any) -> None:
    function = eval("lambda t: doubled(t)", {"doubled": lambda t: t * 2.0})
    layer = keras.layers.Lambda(function, output_shape=(4,))
    (finding,) = lambdalint.check_layer(layer, (4,), contracts=(3,))
    assert finding.code == "LL302"
    assert "NameError" in finding.message
    assert "'doubled' is not defined" in finding.message


def test_a_layer_that_is_loaded_as_it_was(keras: Any) -> None:
    factor = 3.0
    layer = keras.layers.Lambda(lambda t: t * factor, output_shape=(4,))
    with warnings.catch_warnings():
        warnings.simplefilter("error", lambdalint.NotJudged)
        assert lambdalint.check_layer(layer, (4,), contracts=(3,)) == []


def test_the_fixtures_of_pytest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        """
        import keras

        def model(axis):
            x = keras.Input((4,))
            norm = keras.layers.Lambda(lambda t: t - keras.ops.mean(t, axis=axis, keepdims=True))
            return keras.Model(x, norm(x))

        def test_rows(assert_per_sample, assert_keeps_contracts):
            assert_per_sample(model(-1))

        def test_columns(assert_per_sample):
            assert_per_sample(model(0))
        """
    )
    result = pytester.runpytest_subprocess("-p", "lambdalint.confirm.pytest_plugin", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*test_the_fixtures_of_pytest.py:5:1: LL105 batch-mixed:*sample 0 alone gives*"]
    )
