"""What the messages of the per-sample, output-shape and numerics rules say to the user."""

from __future__ import annotations

import pytest

from lambdalint.engine import Plan, judge
from lambdalint.findings import Finding, Severity
from lambdalint.registry import load_rules
from lambdalint.settings import Settings

HEAD = """\
import tensorflow as tf
from {keras} import backend as K
from {keras}.layers import Input, Lambda

"""


def find(code: str, body: str, keras: str = "tensorflow.keras", target: str = "auto") -> Finding:
    """The only finding of this code in a script."""
    rules = load_rules().rules
    settings = Settings(root=".", codes=frozenset(rules), target=target)
    text = HEAD.format(keras=keras) + body
    result = judge("script.py", settings, Plan.make(rules, settings.codes), text.encode())
    assert not result.problems
    (finding,) = (finding for finding in result.findings if finding.code == code)
    return finding


def test_an_index_that_is_a_call_is_quoted_whole() -> None:
    finding = find("LL104", "Lambda(lambda t: t[tf.range(2)])(Input((4,)))")
    assert "`t[:, tf.range(2)]`" in finding.message
    finding = find("LL104", "Lambda(lambda t: t[0, :1])(Input((4,)))")
    assert "`t[:, 0, :1]`" in finding.message


def test_only_captured_tensors_with_weights_behind_them_lose_layers() -> None:
    body = (
        "def build():\n    a = Input((4,))\n    b = {}\n    return Lambda(lambda t: t * b)(a)\n\n\nbuild()\n"
    )
    lost = "drop out of the model"
    assert lost not in find("LL301", body.format("Input((4,))")).message
    assert (
        lost
        in find("LL301", "from tensorflow.keras.layers import Dense\n" + body.format("Dense(4)(a)")).message
    )


def test_what_reads_its_namesake_is_told_so() -> None:
    body = "def build(data):\n    return Lambda(lambda unused: tf.abs(data))(data)\n"
    assert "reads the outer `data`, not its parameter" in find("LL411", body).message


def test_advice_is_spelled_as_in_the_file() -> None:
    body = "Lambda(lambda t: 1 / K.relu(t))(Input((4,)))"
    assert "K.maximum(…, K.epsilon())" in find("LL601", body).message
    starred = body.replace("K.relu", "tf.nn.relu")
    for imports, spelling in (("", "tf.maximum"), ("from keras.layers import *\n", "K.maximum")):
        head = f"{imports}import tensorflow as tf\nfrom tensorflow.keras.layers import Input, Lambda\n"
        rules = load_rules().rules
        settings = Settings(root=".", codes=frozenset(("LL601",)))
        result = judge("script.py", settings, Plan.make(rules, settings.codes), (head + starred).encode())
        assert [spelling in each.message for each in result.findings] == [True]


@pytest.mark.parametrize(
    ("body", "note", "advice"),
    [
        ("Lambda(lambda t: K.sum(t, axis=0))(Input((2, 2)))", "(B, 2, 2) -> (2, 2)", "axis=1 or axis=2"),
        (
            "Lambda(lambda t: t - K.mean(t, axis=0))(Input((4,)))",
            "(B, 4) -> (4,)",
            "Name a feature axis: axis=1.",
        ),
        ("Lambda(lambda t: K.cumsum(t))(Input((4,)))", "(B, 4) -> (B, 4)", "axis 0 by default"),
    ],
)
def test_a_reduction_shows_shapes_and_names_the_axes(body: str, note: str, advice: str) -> None:
    finding = find("LL101", body)
    assert finding.note == note
    assert advice in finding.message


def test_an_index_is_answered_by_one_behind_the_batch() -> None:
    assert "`t[:, 0]`" in find("LL104", "Lambda(lambda t: t[0])(Input((4, 3)))").message


def test_a_function_passed_by_name_is_quoted_and_underlined() -> None:
    finding = find("LL102", "Lambda(tf.reduce_max)(Input((4,)))")
    assert finding.message.startswith("`tf.reduce_max` runs over all axes")
    assert (finding.location.column, finding.location.end_column) == (8, 21)


def test_a_long_call_is_quoted_without_its_arguments() -> None:
    body = "Lambda(lambda t: K.sum(K.square(t) + K.abs(t) - K.exp(t) * 2.0 + 17.0, axis=0))(Input((4,)))"
    assert find("LL101", body).message.startswith("`K.sum(…)`")


WRONG = "Lambda(lambda t: K.relu(t), output_shape=(7,))(Input((3,)))"


@pytest.mark.parametrize(
    ("keras", "target", "severity", "truth"),
    [
        ("tensorflow.keras", "keras2", Severity.WARNING, "tf.keras 2 ignores the declaration"),
        ("tensorflow.keras", "keras3", Severity.ERROR, "Keras 3 believes it without a check"),
        ("keras", "keras2", Severity.ERROR, "Keras believes it, so the next layer"),
        ("keras", "keras1", Severity.ERROR, "Keras believes it, so the next layer"),
    ],
)
def test_a_wrong_shape_is_told_per_dialect(keras: str, target: str, severity: Severity, truth: str) -> None:
    finding = find("LL202", WRONG, keras, target)
    assert finding.severity is severity
    assert truth in finding.message
    assert finding.note == "declared (B, 7), computed (B, 3)"
    assert finding.message.endswith("Declare (3,).")


def test_the_batch_in_a_tuple_is_answered_by_the_right_tuple() -> None:
    finding = find("LL203", "Lambda(lambda t: t * 2, output_shape=(None, 3))(Input((3,)))", "keras", "keras3")
    assert "declare (3,)" in finding.message


def test_a_missing_shape_is_proposed() -> None:
    body = "Lambda(lambda t: tf.one_hot(t, 5))(Input((4,), dtype='int32'))"
    finding = find("LL201", body, "keras", "keras3")
    assert "tf.one_hot refuses floats" in finding.message
    assert finding.message.endswith("Declare output_shape=(4, 5).")


NORMALISED = "y = Lambda(lambda t: K.l2_normalize(t, axis=1))(Input((4,)))\n"


@pytest.mark.parametrize(
    ("test", "severity", "told"),
    [
        ("", Severity.ADVICE, "If the inputs can be tiny"),
        ("assert np.allclose(np.linalg.norm(run(y), axis=1), 1)", Severity.WARNING, "expects the norm 1"),
        ("assert np.allclose((run(y) ** 2).sum(1), np.ones(3))", Severity.WARNING, "expects the norm 1"),
        ("assert np.allclose(run(y).sum(1), 1)", Severity.WARNING, "do not sum to 1"),
        ("total = run(y).sum(1)\nassert abs(total - 1) < 0.1", Severity.WARNING, "do not sum to 1"),
        ("assert np.allclose(run(y).sum(1), 2)", Severity.ADVICE, "If the inputs can be tiny"),
        ("assert np.allclose(softmax(run(y)).sum(1), 1)", Severity.ADVICE, "If the inputs can be tiny"),
    ],
)
def test_a_test_that_expects_one_makes_the_epsilon_loud(test: str, severity: Severity, told: str) -> None:
    finding = find("LL604", NORMALISED + test)
    assert finding.severity is severity
    assert told in finding.message


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("LL109", "Lambda(lambda t: t + tf.random.normal((4,)))(Input((4,)))"),
        ("LL504", "Lambda(lambda t: t if t > 0 else -t)(Input((4,)))"),
        ("LL507", "import numpy as np\nLambda(lambda t: t * np.random.rand())(Input((4,)))"),
        ("LL602", "Lambda(lambda t: tf.sqrt(tf.nn.relu(t)))(Input((4,)))"),
        ("LL603", "Lambda(lambda t: tf.math.log(tf.nn.relu(t)))(Input((4,)))"),
    ],
)
def test_advice_names_functions_that_the_dialect_has(code: str, body: str) -> None:
    for target, has, lacks in (("keras3", "keras.", "K."), ("keras2", "K.", "keras.ops")):
        advice = find(code, body, target=target).message
        assert has in advice, target
        assert lacks not in advice.replace(f"keras.{lacks}", ""), target


def test_a_lambda_is_not_told_to_import() -> None:
    body = "Lambda(lambda t: tf.abs(t))(Input((4,)))"
    assert "Use a `def` that imports what it needs, or pass" in find("LL302", body, "keras", "keras1").message
    assert "a `def` with `@keras.saving.register_keras" in find("LL302", body, "keras", "keras3").message
