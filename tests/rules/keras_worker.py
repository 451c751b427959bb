"""Runs examples in a real Keras: ``python keras_worker.py keras|tf_keras``, jobs as JSON on stdin.

A job is the code of an example and what is asked of it afterwards: an expression, evaluated among the
example's names and the helpers below.  Each job has a process of its own, forked once the library is
imported; the answers come back as JSON on stdout, ``value: ...`` or the exception as ``Type: message``.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import tempfile
from importlib import import_module
from typing import Any

ROWS = 3
SECONDS = 60


def translated(code: str) -> str:
    """An example for ``tf_keras``: what it imports from any Keras comes from there."""
    code = re.sub(r"^from tensorflow import keras$", "import tf_keras as keras", code, flags=re.MULTILINE)
    code = re.sub(r"^from (tensorflow\.)?keras\b", "from tf_keras", code, flags=re.MULTILINE)
    return re.sub(r"^import keras$", "import tf_keras as keras", code, flags=re.MULTILINE)


class Helpers:
    """What the questions may use besides the names of the example."""

    def __init__(self, keras: Any) -> None:
        self.keras = keras
        self.np = import_module("numpy")
        self.tf = import_module("tensorflow")

    def model(self, inputs: Any, outputs: Any) -> Any:
        """The model between these tensors."""
        return self.keras.Model(inputs, outputs)

    def data(self, inputs: Any, fill: float | str) -> Any:
        """Input arrays: of one number, or ``ramp``: all entries differ."""
        arrays = []
        for tensor in inputs if isinstance(inputs, list) else [inputs]:
            shape = (ROWS, *(4 if size is None else size for size in tuple(tensor.shape)[1:]))
            count = int(self.np.prod(shape))
            values = self.np.arange(1, count + 1) * 0.37 % 5 if fill == "ramp" else self.np.full(count, fill)
            arrays.append(
                values.reshape(shape).astype(self.np.dtype(str(getattr(tensor.dtype, "name", tensor.dtype))))
            )
        return arrays if isinstance(inputs, list) else arrays[0]

    def values(self, inputs: Any, outputs: Any, fill: float | str = "ramp") -> Any:
        """What the model gives for a batch of three."""
        made = self.model(inputs, outputs)(self.data(inputs, fill))
        return [self.np.array(each) for each in made] if isinstance(made, list) else self.np.array(made)

    def per_sample(self, inputs: Any, outputs: Any) -> bool:
        """Whether each sample alone gives what it gives in the batch."""
        model, data = self.model(inputs, outputs), self.data(inputs, "ramp")
        try:
            together = self.np.array(model(data))
        except (ValueError, self.tf.errors.InvalidArgumentError):
            return False
        if together.shape[:1] != (ROWS,):
            return False
        for row in range(ROWS):
            one = [each[row : row + 1] for each in data] if isinstance(data, list) else data[row : row + 1]
            alone = self.np.array(model(one))
            if alone.shape != (1, *together.shape[1:]) or not self.np.allclose(alone[0], together[row]):
                return False
        return True

    def slope(self, inputs: Any, outputs: Any, fill: float) -> Any:
        """The gradient of the sum of the outputs with respect to the first input."""
        tensors = [self.tf.constant(each) for each in self.data(inputs, fill)]
        with self.tf.GradientTape() as tape:
            tape.watch(tensors)
            total = self.tf.reduce_sum(self.model(inputs, outputs)(tensors))
        return self.np.array(tape.gradient(total, tensors[0]))

    def predicts_the_same(self, inputs: Any, outputs: Any) -> bool:
        """Whether two predictions of the same data are equal."""
        model, data = self.model(inputs, outputs), self.data(inputs, "ramp")
        first, second = (model.predict(data, verbose=0) for _ in range(2))
        return bool(self.np.array_equal(first, second))

    def fit(self, model: Any) -> float:
        """Train on random data; how far the first weight has moved."""
        before = model.get_weights()[0].copy()
        data = self.data(model.inputs[0], "ramp")
        model.fit(data, self.np.zeros((ROWS, *model.output_shape[1:])), verbose=0)
        return float(self.np.abs(model.get_weights()[0] - before).max())

    def reload(self, model: Any, suffix: str = "keras", **options: Any) -> bool:
        """Save and load the model, run what comes back; whether it gives the same."""
        inputs = model.inputs if len(model.inputs) > 1 else model.inputs[0]
        model.save(f"model.{suffix}")
        loaded = self.keras.models.load_model(f"model.{suffix}", **options)
        data = self.data(inputs, "ramp")
        first, second = model.predict(data, verbose=0), loaded.predict(data, verbose=0)
        return bool(self.np.allclose(first, second))

    def padding_matters(self, inputs: Any, outputs: Any) -> bool:
        """Whether the prediction changes with what the embedding has for the padding."""
        model = self.model(inputs, outputs)
        data = self.data(inputs, 0)
        data[:, 0] = 1
        first = model.predict(data, verbose=0)
        table, *rest = model.layers[1].get_weights()
        table[0] += 1.0
        model.layers[1].set_weights([table, *rest])
        return not self.np.allclose(first, model.predict(data, verbose=0))


def answer(code: str, question: str, keras: Any) -> str:
    """Run an example, then what is asked of it."""
    os.chdir(tempfile.mkdtemp())
    signal.alarm(SECONDS)
    helpers = Helpers(keras)
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(code, "<example>", "exec"), names)
        if not question:
            return "ran"
        tools = {name: getattr(helpers, name) for name in dir(helpers) if not name.startswith("_")}
        return f"value: {eval(question, {**tools, **names})}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def forked(code: str, question: str, keras: Any) -> str:
    """The answer of a child process."""
    sys.stdout.flush()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        said = answer(code, question, keras)
        os.write(write, said.encode()[:4000])
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    os.waitpid(child, 0)
    return said or "no answer: the process died or ran out of time"


def main() -> None:
    """Answer all jobs."""
    library = sys.argv[1]
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if library == "tf_keras":
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
    out = os.dup(1)
    os.dup2(2, 1)  # what examples and libraries print is not the answer
    import_module("tensorflow")
    keras = import_module(library)
    jobs = json.load(sys.stdin)
    said = {}
    for name, (code, question) in jobs.items():
        said[name] = forked(translated(code) if library == "tf_keras" else code, question, keras)
    os.write(out, json.dumps(said).encode())


if __name__ == "__main__":
    main()
