"""Stand-alone scripts that show a defect: the sliced code, the inputs as literals, the check."""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import ModuleType
from typing import Any

import numpy as np

from lambdalint.confirm.experiments import backends, theano
from lambdalint.confirm.experiments.subject import leaves, place, speaks_theano
from lambdalint.confirm.request import Inputs, Program
from lambdalint.confirm.worker import dated, lacking
from lambdalint.confirm.worker.session import Session

_IMPORTS = {
    "keras": "import keras",
    "tensorflow.keras": "from tensorflow import keras",
    "tf_keras": "import tf_keras as keras",
}
_HEAD = '''"""{code}: {claim}

{place}Ends with exit code 1 when the defect shows, with 0 when it does not.  Needs {package} and NumPy.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "{backend}"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from typing import Any

import numpy as np
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
_DATED = """
# --- names that NumPy and TensorFlow had when the code was written

{source}


restore(open(__file__, encoding="utf-8").read(), {tensorflow})
"""
_LACKING = """
# --- packages that the code imports and does not need

{source}


allow({packages})
"""
_GIVEN = """

def arranged(tensors):
    return {structure}


def given(arrays):
    return arranged([tensor(each) for each in arrays])


{leaves}

def flat(returned):
    return [plain(each) for each in leaves(returned)]
"""
SAID = '''

import re


def said(error):
    """An error in words, without the colours of Keras."""
    return f"{type(error).__name__} " + re.sub(r"\\x1b\\[[0-9;]*m", "", str(error))
'''
"""What scripts print of an error that a check catches."""
_MOST_LITERALS = 400


def script(session: Session, claim: str, inputs: Inputs | None, arrays: list[Any], check: str) -> str:
    """The script for a request.

    Args:
        session: what the finding asks, and the Keras that it was asked of.
        claim: the witness, in one line.
        inputs: the structure of the inputs; ``None`` for a check that needs none.
        arrays: the batch that shows the defect.
        check: statements that print the numbers and set ``defect``; they find ``make_layer``, ``layer``
            (where the layer can be constructed), ``given`` (the tensors), ``arrays`` and ``call``.
    """
    request = session.request
    backend = backends.name_of(session.keras)
    head = _HEAD.format(
        code=request.code, claim=claim.replace("\\", "\\\\"), package=request.package,
        backend=backend, keras=_IMPORTS[request.package], place=_place(session),
    )  # fmt: skip
    if speaks_theano(request):
        head += _THEANO.format(source=_source(theano))
    if session.dated:
        head += _DATED.format(source=_source(dated), tensorflow=request.package == "tf_keras")
    if session.lacking:
        head += _LACKING.format(source=_source(lacking), packages=session.lacking)
    tail = ""
    if inputs is not None:
        made = backends.source(backend, check)
        for line in ("from typing import Any\n", "import numpy as np\n"):
            made = made.replace(line, "", 1)
        tail += f"\n# --- how tensors are made and read\n\n{made.strip()}\n"
        tail += _inputs(inputs, arrays)
    if "said(error)" in check:
        tail += SAID
    tail += "\n# --- the check\n\n" + textwrap.dedent(check).strip() + "\n"
    tail += '\nprint("the defect shows" if defect else "the defect does not show")\n'
    tail += "sys.exit(1 if defect else 0)\n"
    return head + _program(request.program, tail) + tail


def _place(session: Session) -> str:
    """Where the code is from, as a sentence."""
    name = place(session)
    return f"The code is cut out of {name}.\n" if name else ""


def _without_unused(source: str, others: str) -> str:
    """Code without the import of Keras under a name of the slice's own, where nothing uses it."""
    head, _, rest = source.partition("\n")
    name = head.rpartition(" as ")[2]
    unused = name.startswith("_lambdalint") and name not in rest + others
    return rest if unused else source


def quoted(text: str) -> str:
    """A literal of a text of several lines, as one writes it."""
    if "'''" in text or text.endswith(("'", "\\")):
        return repr(text)
    return f"r'''{text}'''"


def _source(module: ModuleType) -> str:
    return inspect.getsource(module).partition("from __future__ import annotations")[2].strip()


def _program(program: Program, rest: str) -> str:
    """The program as text; where ``rest`` would overwrite names of its, as a module of its own."""
    main = next(module for module in program.modules if module.name == program.main)
    mine, theirs = _bound(rest), _bound(main.source)
    apart = any(not mine[name] or mine[name] != theirs[name] for name in mine.keys() & theirs.keys())
    others = [module for module in program.modules if apart or module is not main]
    text = _MODULES if others else ""
    for module in others:
        text += f"module({module.name!r}, {module.source!r}, {module.package})\n"
    if apart:
        text += f"\nimport {main.name} as program\n\nfor name, value in vars(program).items():\n"
        text += "    globals().setdefault(name, value)\n"
    else:
        besides = f"{rest}{program.layer}{program.function}"
        source = main.source.replace("from __future__ import annotations\n", "")
        source = _without_unused(source.strip(), besides)
        text += f"\n# --- the code, cut down to what the layer needs\n\n{source}\n"
    for name, expression in (("make_layer", program.layer), ("make_function", program.function)):
        if expression is not None:
            made = f"eval({expression!r}, vars(program))" if apart else _indented(expression)
            text += f"\n\ndef {name}():\n    return {made}\n"
    if program.layer is None and program.function is not None:
        text += "\n\ndef make_layer():\n    return make_function()\n"
    return text


def _bound(source: str) -> dict[str, str]:
    """The names that code binds in its module, each with the import that it comes from, if any."""
    found: dict[str, str] = {}
    stack: list[ast.AST] = list(ast.parse(source).body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[node.name] = ""
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            above = getattr(node, "module", None) or ""
            for each in node.names:
                found[each.asname or each.name.partition(".")[0]] = f"{above} {each.name}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = ""
        if not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return found


def _indented(expression: str) -> str:
    return expression.replace("\n", "\n    ")


def _inputs(inputs: Inputs, arrays: list[Any]) -> str:
    text = "\n# --- the inputs\n\narrays = [\n"
    for array in arrays:
        text += textwrap.indent(_literal(array), "    ") + ",\n"
    text += "]\n"
    structure = "tensors"
    if inputs.structure == "tensor":
        structure = "tensors[0]"
    elif inputs.structure == "dict":
        structure = f"dict(zip({list(inputs.keys)!r}, tensors))"
    elif inputs.structure == "tuple":
        structure = "tuple(tensors)"
    return text + _GIVEN.format(structure=structure, leaves=inspect.getsource(leaves))


def _literal(array: Any) -> str:
    if array.size <= _MOST_LITERALS:
        values = repr(array.tolist()).replace("inf", 'float("inf")').replace("nan", 'float("nan")')
        return f'np.array({values}, "{array.dtype}").reshape({array.shape})'
    low, high = float(np.min(array)), float(np.max(array))
    if low < high and len(array) > 1 and np.array_equal(array, np.repeat(array[:1], len(array), axis=0)):
        return f"np.repeat({_literal(array[:1])}, {len(array)}, axis=0)"
    draw = f"np.random.default_rng(0).uniform({low}, {high}, {array.shape})"
    if low == high:
        draw = f"np.full({array.shape}, {low})"
    return f'{draw}.astype("{array.dtype}")'
