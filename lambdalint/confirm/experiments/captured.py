"""LL510: a tensor of the graph that the function captures is unknown to the model."""

from __future__ import annotations

from typing import Any

from lambdalint.confirm.experiments import calling
from lambdalint.confirm.experiments.arrays import ROWS, batch
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import NotRunnable, Subject, leaves
from lambdalint.confirm.request import Answer, Inputs

_CHECK = """
defect = False
try:
    inputs = {symbols}
    model = keras.Model(inputs, make_layer()(inputs))
    result = model(given(arrays))
    if any(type(each).__name__ == "KerasTensor" for each in leaves(result)):
        raise TypeError("the model gives a symbolic tensor for numbers")
    print(flat(result))
except Exception as error:
    defect = True
    print(said(error))
"""


def run(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """Build a model of the layer's own inputs and run it: the captured tensor has no value there."""
    failed = "no input is known that the layer takes"
    for inputs in candidates:
        arrays = batch(inputs, ROWS, 0)
        try:
            model = subject.model(inputs)
            result = model(subject.tensors(inputs, arrays))
            if any(type(each).__name__ == "KerasTensor" for each in leaves(result)):
                raise TypeError("the model gives a symbolic tensor for numbers")
        except NotRunnable:
            raise
        except (ImportError, NameError) as error:
            failed = subject.session.describe(error)
            continue
        except Exception as error:
            name = _captured(subject)
            if name is None:
                failed = subject.session.describe(error)
                continue
            witness = f"`{name}` has no value when the model of this layer runs: "
            witness += subject.session.describe(error)
            check = _CHECK.format(symbols=calling.symbols_text(inputs))
            return confirmed(subject.session, Shown(witness, check, inputs, arrays, {"captured": name}))
        return refuted("a model of the inputs of the layer alone runs")
    return unconfirmed(failed)


def _captured(subject: Subject) -> str | None:
    """The name of a symbolic tensor that the function uses, or gets as an argument."""
    function = subject.function
    code = getattr(function, "__code__", None)
    names: dict[str, Any] = dict(getattr(subject.layer, "arguments", None) or {})
    if code is not None:
        names.update({n: v for n, v in function.__globals__.items() if n in code.co_names})
        names.update({n: c.cell_contents for n, c in zip(code.co_freevars, function.__closure__ or ())})
    return next((name for name, value in names.items() if hasattr(value, "_keras_history")), None)
