"""Stand-alone scripts that show a defect: the sliced code, the inputs as literals, the check."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from lambdalint.confirm.experiments.subject import speaks_theano
from lambdalint.confirm.request import Inputs, Program, Request
from lambdalint.confirm.worker.session import Session

_IMPORTS = {
    "keras": "import keras",
    "tensorflow.keras": "from tensorflow import keras",
    "tf_keras": "import tf_keras as keras",
}
_HEAD = '''"""{code}: {claim}

Ends with exit code 1 when the defect shows, with 0 when it does not.  Needs {library} and NumPy.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
{keras}

keras.utils.set_random_seed(0)
'''
_MODULES = """
import tempfile

folder = tempfile.mkdtemp()
sys.path.insert(0, folder)


def module(name, source, package):
    path = os.path.join(folder, *name.split("."), *(["__init__"] if package else [])) + ".py"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    sys.modules.pop(name, None)


"""
_THEANO = """
# --- methods of Theano's tensors, for TensorFlow's

{source}

install()
"""
_MOST_LITERALS = 400


def script(request: Request, claim: str, inputs: Inputs | None, arrays: list[Any], check: str) -> str:
    """The script for a request.

    Args:
        request: what the finding asks.
        claim: the witness, in one line.
        inputs: the structure of the inputs; ``None`` for a check that needs none.
        arrays: the batch that shows the defect.
        check: statements that print the numbers and set ``defect``; they find ``make_layer``, ``layer``
            (where the layer can be constructed), ``given`` (the tensors), ``arrays`` and ``call``.
    """
    parts = [_HEAD.format(
        code=request.code, claim=claim.replace("\\", "\\\\"), library=request.library,
        keras=_IMPORTS[request.library],
    )]  # fmt: skip
    if speaks_theano(request):
        parts.append(_THEANO.format(source=_source_of_theano()))
    parts.append(_program(request.program))
    if inputs is not None:
        parts.append(_inputs(inputs, arrays))
    parts.append("\n# --- the check\n\n" + textwrap.dedent(check).strip() + "\n")
    parts.append(
        '\nprint("the defect shows" if defect else "the defect does not show")\n'
        "sys.exit(1 if defect else 0)\n"
    )
    return "".join(parts)


def reproduces(session: Session, text: str) -> bool:
    """Whether a script shows the defect when a process of its own runs it."""
    return session.fresh(text).code == 1


def _source_of_theano() -> str:
    import inspect

    from lambdalint.confirm.experiments import theano

    source = inspect.getsource(theano)
    return source.partition("from __future__ import annotations")[2].strip()


def _program(program: Program) -> str:
    others = [module for module in program.modules if module.name != program.main]
    main = next(module for module in program.modules if module.name == program.main)
    text = ""
    if others:
        text += _MODULES
        for module in others:
            text += f"module({module.name!r}, {module.source!r}, {module.package})\n"
    source = main.source.replace("from __future__ import annotations\n", "")
    text += f"\n# --- the code, cut down to what the layer needs\n\n{source.strip()}\n"
    if program.layer is not None:
        text += f"\n\ndef make_layer():\n    return {_indented(program.layer)}\n"
    if program.function is not None:
        text += f"\n\ndef make_function():\n    return {_indented(program.function)}\n"
    return text


def _indented(expression: str) -> str:
    return expression.replace("\n", "\n    ")


def _inputs(inputs: Inputs, arrays: list[Any]) -> str:
    text = "\n# --- the inputs\n\narrays = [\n"
    for array in arrays:
        text += textwrap.indent(_literal(array), "    ") + ",\n"
    text += "]\n"
    made = "[tf.convert_to_tensor(each) for each in arrays]"
    if inputs.structure == "tensor":
        structure = "tensors[0]"
    elif inputs.structure == "dict":
        structure = f"dict(zip({list(inputs.keys)!r}, tensors))"
    else:
        structure = "tuple(tensors)" if inputs.structure == "tuple" else "tensors"
    return (
        text
        + f"""

def given(arrays):
    tensors = {made}
    return {structure}


def flat(returned):
    if isinstance(returned, dict):
        returned = list(returned.values())
    if isinstance(returned, (list, tuple)):
        return [each for value in returned for each in flat(value)]
    return [np.array(returned)]
"""
    )


def _literal(array: Any) -> str:
    if array.size <= _MOST_LITERALS:
        values = repr(array.tolist()).replace("inf", 'float("inf")').replace("nan", 'float("nan")')
        return f'np.array({values}, "{array.dtype}").reshape({array.shape})'
    low, high = float(np.min(array)), float(np.max(array))
    draw = f"np.random.default_rng(0).uniform({low}, {high}, {array.shape})"
    if low == high:
        draw = f"np.full({array.shape}, {low})"
    return f'{draw}.astype("{array.dtype}")'
