"""What the pages of the rules say of their examples, asked of Keras 3 and of ``tf_keras`` themselves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from lambdalint.registry import load_rules

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.skipif(
        any(find_spec(name) is None for name in ("tensorflow", "keras", "tf_keras")),
        reason="needs TensorFlow, Keras 3 and tf_keras",
    ),
]

LIBRARIES = ("keras", "tf_keras")
HIDDEN = "NotImplementedError.*could not automatically infer the shape"
"""What Keras 3 says whatever goes wrong in the function."""

# Example -> what is asked of it, and the answer of Keras 3 and of tf_keras: a pattern from its start;
# "" where the example is not meant for the library, or its page says nothing of it.
CLAIMS: dict[str, tuple[str, str, str]] = {
    "LL101-bad-1": ("per_sample(x, y)", "value: False", "value: False"),
    "LL101-bad-2": ("per_sample(x, y)", "value: False", "value: False"),
    "LL101-good-1": ("per_sample(x, y)", "value: True", "value: True"),
    "LL101-good-2": ("per_sample([a, b], y)", "value: True", "value: True"),
    "LL102-bad-1": ("per_sample(advantage, centred)", "value: False", "value: False"),
    "LL102-bad-2": ("per_sample(x, y)", "value: False", "value: False"),
    "LL102-good-1": ("per_sample(advantage, centred)", "value: True", "value: True"),
    "LL103-bad-1": ("per_sample(x, y)", "value: False", "value: False"),
    "LL103-bad-2": ("per_sample(x, y)", "value: False", "value: False"),
    "LL103-good-1": ("per_sample(x, y)", "value: True", "value: True"),
    "LL103-good-2": ("per_sample(x, y)", "value: True", "value: True"),
    "LL104-bad-1": ("per_sample(x, first)", "value: False", "value: False"),
    "LL104-bad-2": ("per_sample(x, row)", "value: False", "value: False"),
    "LL104-good-1": ("per_sample(x, first)", "value: True", "value: True"),
    "LL104-good-2": ("per_sample([a, b], product)", "value: True", "value: True"),
    "LL105-bad-1": ("per_sample(a, similar)", "value: False", "value: False"),
    "LL105-bad-2": ("per_sample(x, backwards)", "value: False", "value: False"),
    "LL105-good-1": ("per_sample([a, b], similar)", "value: True", "value: True"),
    "LL105-good-2": ("per_sample(x, backwards)", "value: True", "value: True"),
    "LL106-bad-1": ("per_sample(x, shares)", "value: False", "value: False"),
    "LL106-bad-2": ("values([x, y], distance).shape", r"value: \(3, 3\)", r"value: \(3, 3\)"),
    "LL106-good-1": ("per_sample(x, shares)", "value: True", "value: True"),
    "LL106-good-2": ("per_sample(x, centred)", "value: True", "value: True"),
    "LL107-bad-1": ("values([mean, log_variance], code)", "InvalidArgument", "InvalidArgument"),
    "LL107-good-1": ("values([mean, log_variance], code).shape", r"value: \(3, 2\)", r"value: \(3, 2\)"),
    "LL108-bad-1": ("values([a, b], both).shape", r"value: \(6, 4\)", r"value: \(6, 4\)"),
    "LL108-bad-2": ("values(x, steps).shape", r"value: \(15, 3\)", r"value: \(15, 3\)"),
    "LL108-good-1": ("per_sample([a, b], both)", "value: True", "value: True"),
    "LL108-good-2": ("per_sample(x, y)", "value: True", "value: True"),
    "LL109-bad-1": ("np.ptp(values(x, noisy, 0), axis=0).max()", r"value: 0\.0$", r"value: 0\.0$"),
    "LL109-good-1": ("np.ptp(values(x, noisy, 0), axis=0).max() > 0", "value: True", "value: True"),
    "LL201-bad-1": ("", HIDDEN, ""),
    "LL201-good-1": ("", "ran", ""),
    "LL202-bad-1": ("column.shape, values(x, column).shape", r".*\(None, 4, 1\).*\(3, 4\)", ""),
    "LL202-bad-2": ("half.shape, values(x, half).shape", r".*\(None, 6\).*\(3, 3\)", ""),
    "LL202-good-1": ("column.shape, values(x, column).shape", r".*\(None, 4\).*\(3, 4\)", ""),
    "LL203-bad-1": ("tuple(y.shape)", r"value: \(None, None, 3\)", r"value: \(None, 3\)"),
    "LL203-good-1": ("tuple(y.shape)", r"value: \(None, 3\)", r"value: \(None, 3\)"),
    "LL204-bad-1": ("", "TypeError.*can only concatenate tuple", ""),
    "LL204-bad-2": ("", "TypeError.*can only concatenate tuple", ""),
    "LL205-bad-1": ("", HIDDEN, "ValueError.*Dimensions must be equal"),
    "LL205-bad-2": ("", HIDDEN, "ValueError.*Invalid reduction dimension"),
    "LL301-bad-1": ("reload(model, safe_mode=False)", HIDDEN, "TypeError.*__tensor__"),
    "LL301-good-1": ("reload(model, safe_mode=False)", "value: True", "value: True"),
    "LL302-bad-1": ("reload(model, safe_mode=False)", HIDDEN, ""),
    "LL302-good-1": ("reload(model)", "value: True", ""),
    "LL303-bad-1": ("len({values(x, c).tobytes() for c in columns})", "value: 1$", "value: 1$"),
    "LL303-good-1": ("len({values(x, c).tobytes() for c in columns})", "value: 3$", "value: 3$"),
    "LL304-bad-1": ("reload(model)", "TypeError.*could not be deserialized", ""),
    "LL304-good-1": ("reload(model)", "value: True", ""),
    "LL304-bad-2": ("reload(model)", "TypeError.*could not be deserialized", ""),
    "LL304-good-2": ("reload(model)", "value: True", ""),
    "LL305-bad-1": ("reload(model(x, y))", "ValueError.*disallowed by default", ""),
    "LL305-good-1": ("reload(model(x, y))", "value: True", ""),
    "LL306-bad-1": ("reload(model, 'h5')", "", "TypeError.*Unable to serialize"),
    "LL306-good-1": ("reload(model, 'h5')", "", "value: True"),
    "LL401-bad-1": ("", HIDDEN, "TypeError.*TypeSpec.*function"),
    "LL402-bad-1": ("", HIDDEN, "TypeError.*TypeSpec.*Dense"),
    "LL403-bad-1": ("", HIDDEN, "ran"),
    "LL404-bad-1": ("", HIDDEN, "TypeError.*missing 1 required positional argument"),
    "LL405-bad-1": ("", "ValueError.*KerasTensor", "TypeError.*unsupported callable"),
    "LL406-bad-1": ("tuple(y.shape)", r"value: \(3,\)", r"value: \(3,\)"),
    "LL406-good-1": ("tuple(y.shape)", r"value: \(None, 3\)", r"value: \(None, 3\)"),
    "LL407-bad-1": ("squared", "value: None", "value: None"),
    "LL408-bad-1": ("", HIDDEN, "IndexError.*list index out of range"),
    "LL409-bad-1": ("", "NameError", "NameError"),
    "LL410-bad-1": ("np.ptp(values(x, [mean, spread]), axis=0).max() == 0", "value: True", "value: True"),
    "LL410-good-1": ("np.ptp(values(x, [mean, spread]), axis=0).max() == 0", "value: False", "value: False"),
    "LL411-bad-1": ("predicts_the_same(x, z)", "value: True", "value: True"),
    "LL411-bad-2": ("values(x, y).shape", r"value: \(3,\)", r"value: \(3,\)"),
    "LL411-good-1": ("predicts_the_same(x, z)", "value: False", "value: False"),
    "LL412-bad-1": ("", "ValueError.*Only input tensors may be passed", "TypeError.*Inputs to a layer"),
    "LL501-bad-1": ("len(model(x, y).weights)", "value: 0$", "ValueError.*Variables were created"),
    "LL501-good-1": ("len(model(x, y).weights)", "value: 2$", "value: 2$"),
    "LL502-bad-1": ("len(model(x, y).weights)", "value: 0$", "value: 0$"),
    "LL503-bad-1": ("", HIDDEN, "NotImplementedError.*symbolic tf.Tensor"),
    "LL504-bad-1": ("", HIDDEN, "OperatorNotAllowedInGraphError"),
    "LL505-bad-1": ("", HIDDEN, "TypeError.*float"),
    "LL507-bad-1": ("predicts_the_same(x, y)", "value: True", "value: True"),
    "LL507-good-1": ("predicts_the_same(x, y)", "value: False", "value: False"),
    "LL508-bad-1": ("padding_matters(words, y)", "value: True", "value: True"),
    "LL508-good-1": ("padding_matters(words, y)", "value: False", "value: False"),
    "LL509-bad-1": ("fit(model)", "ValueError.*No gradients", "ValueError.*No gradients"),
    "LL509-good-1": ("fit(model) > 0", "value: True", "value: True"),
    "LL510-bad-1": ("[w.path for w in model(a, y).weights]", r"value: \[\]", "TypeError.*TypeSpec"),
    "LL510-good-1": ("len(model(a, y).weights)", "value: 2$", "value: 2$"),
    "LL601-bad-1": ("np.isfinite(values([steps, words], y, 0)).all()", "value: False", "value: False"),
    "LL601-good-1": ("np.isfinite(values([steps, words], y, 0)).all()", "value: True", "value: True"),
    "LL602-bad-1": ("np.isfinite(slope([a, b], distance, 1.0)).all()", "value: False", "value: False"),
    "LL602-good-1": ("np.isfinite(slope([a, b], distance, 1.0)).all()", "value: True", "value: True"),
    "LL603-bad-1": ("np.isfinite(values(x, y, 0)).all()", "value: False", "value: False"),
    "LL603-good-1": ("np.isfinite(values(x, [y, z], 0)).all()", "value: True", "value: True"),
    "LL605-bad-1": ("values(pixels, y, 200).max()", "value: 144$", "value: 144$"),
    "LL605-bad-2": ("", HIDDEN, "TypeError.*indices.*float32"),
    "LL605-good-1": ("values(pixels, y, 200).max()", r"value: 400\.0", r"value: 400\.0"),
    "LL701-bad-1": ("", "ImportError.*merge", "ImportError.*merge"),
    "LL702-bad-1": ("", HIDDEN, ""),
    "LL703-bad-1": ("", "ValueError.*input", "TypeError.*input"),
    "LL704-bad-1": ("", HIDDEN, "AttributeError.*mean"),
    "LL705-bad-1": ("", "ValueError.*must be KerasTensors", ""),
    "LL705-good-1": ("", "ran", ""),
    "LL707-bad-1": ("values([a, b], y).shape", r"value: \(6, 4\)", ""),
    "LL707-bad-2": ("", HIDDEN, ""),
    "LL707-good-1": ("values([a, b], y).shape", r"value: \(3, 8\)", ""),
    "LL708-bad-1": ("", "ValueError.*A KerasTensor cannot be used as input to a TensorFlow function", ""),
    "LL708-good-1": ("per_sample(x, y)", "value: True", ""),
}  # fmt: skip

KERAS_3 = re.compile(r"\bops\b|keras\.saving")
KERAS_1 = re.compile(r"import .*\bmerge\b")
NOT_IN_KERAS_3 = re.compile(r"tf_keras")


def examples() -> dict[str, str]:
    """The examples of all pages, by rule, kind and number."""
    found = {}
    for rule in load_rules().rules.values():
        for kind in ("bad", "good"):
            codes = [example.code for example in rule.examples if example.bad is (kind == "bad")]
            for number, code in enumerate(codes, start=1):
                found[f"{rule.code}-{kind}-{number}"] = code
    return found


@cache
def answers(library: str) -> dict[str, str]:
    """What the library says to every example, each in a process of its own."""
    jobs = {name: (code, CLAIMS.get(name, ("",))[0]) for name, code in examples().items()}
    worker = Path(__file__).with_name("keras_worker.py")
    done = subprocess.run(
        [sys.executable, str(worker), library],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, str] = json.loads(done.stdout)
    return said


def claims() -> list[tuple[str, str, str]]:
    """Example, library and expected answer."""
    return [
        (name, library, pattern)
        for name, (_, *patterns) in CLAIMS.items()
        for library, pattern in zip(LIBRARIES, patterns)
        if pattern
    ]


@pytest.mark.parametrize(("name", "library", "pattern"), claims())
def test_what_the_page_says_happens(name: str, library: str, pattern: str) -> None:
    said = answers(library)[name]
    assert re.match(pattern, said, flags=re.DOTALL), said


@pytest.mark.parametrize("library", LIBRARIES)
def test_good_examples_run(library: str) -> None:
    other = KERAS_3 if library == "tf_keras" else NOT_IN_KERAS_3
    failed = {
        name: answers(library)[name]
        for name, code in examples().items()
        if "-good-" in name and not other.search(code) and not KERAS_1.search(code)
    }
    assert {name: said for name, said in failed.items() if not said.startswith(("ran", "value:"))} == {}


def test_claims_are_about_examples() -> None:
    assert set(CLAIMS) - set(examples()) == set()
