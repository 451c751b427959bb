"""Operators that break contracts 3 and 4: what cannot be saved, what cannot be called."""

from __future__ import annotations

import ast

from .operators import operator, wrapping
from .site import Site, Unfit, expression


def _inline(site: Site) -> ast.Lambda:
    function = site.function
    if not isinstance(function, ast.Lambda):
        raise Unfit("it is a def")
    return function


def _closure(name: str, head: str, body: str, code: str, *needs: str) -> None:
    """Register an operator that moves the layer into a function and captures what ``head`` makes there."""

    @operator(name, code)
    def edit(site: Site) -> None:
        _inline(site)
        target = site.target
        site.wrap(body)
        site.nested(head.replace("{family}", site.family), target)
        site.backend()
        site.needs(*(line.replace("{family}", site.family) for line in needs))


_closure("captured lock", "lock = threading.Lock()", "{e} if lock else {x}", "LL301", "import threading")
_closure("captured open file", "log = open('log.txt')", "{e} if log else {x}", "LL301")
_closure("captured generator expression", "rows = (i for i in range(3))", "{e} if rows else {x}", "LL301")
_closure(
    "captured model", "net = Sequential([Dense(3, input_shape=(3,))])", "{e} if net.built else {x}",
    "LL301 LL501", "from {family}.models import Sequential", "from {family}.layers import Dense",
)  # fmt: skip


@operator("captured self", "LL301")
def captured_self(site: Site) -> None:
    _inline(site)
    target = site.target
    site.wrap("{e} * self.gain")
    statement = site.statement
    at = site.tree.body.index(statement)
    made = ast.parse(
        f"class Made:\n def __init__(self, gain):\n  self.gain = gain\n def build(self):\n  return {target}\n"
        "Made(2.0).build()"
    ).body
    build = made[0].body[1]  # type: ignore[attr-defined]
    build.body.insert(0, statement)
    site.tree.body[at : at + 1] = made


@operator("captured constant tensor", "LL301")
def captured_tensor(site: Site) -> None:
    _inline(site)
    if site.keras3:
        raise Unfit("written with keras.ops")
    target = site.target
    site.wrap("{e} * scale")
    site.nested("scale = K.constant(2.0)", target)
    site.backend()


@operator("captured array in Keras 3", "LL301")
def captured_array(site: Site) -> None:
    _inline(site)
    if not site.keras3:
        raise Unfit("another dialect")
    target = site.target
    site.wrap("{e} * scale")
    site.nested("scale = np.array([2.0])", target)
    site.needs("import numpy as np")


@operator("default argument in Keras 3", "LL301")
def default_argument(site: Site) -> None:
    function = _inline(site)
    if not site.keras3 or function.args.defaults or site.call.keywords or len(function.args.args) != 1:
        raise Unfit("not a plain lambda of Keras 3")
    site.wrap("{e} * gain")
    function.args.args.append(ast.arg("gain"))
    function.args.defaults.append(expression("2.0"))


@operator("global of a saved model", "LL302")
def saved_global(site: Site) -> None:
    _inline(site)
    site.wrap("{e} * GAIN")
    site.before("GAIN = 2.0")
    _saved(site)


@operator("late loop variable", "LL303")
def loop_capture(site: Site) -> None:
    _inline(site)
    layer = ast.unparse(site.applied)
    site.wrap("{e} * step")
    at = site.tree.body.index(site.statement)
    mutated = ast.unparse(site.applied)
    assert mutated != layer
    site.tree.body[at + 1 : at + 1] = ast.parse(
        f"late = []\nfor step in range(3):\n late.append({mutated})"
    ).body
    site.replace(site.applied, expression(layer))


@operator("late variable of a comprehension", "LL303")
def comprehension_capture(site: Site) -> None:
    _inline(site)
    layer = ast.unparse(site.applied)
    site.wrap("{e} * step")
    at = site.tree.body.index(site.statement)
    mutated = ast.unparse(site.applied)
    site.tree.body[at + 1 : at + 1] = ast.parse(f"late = [{mutated} for step in range(3)]").body
    site.replace(site.applied, expression(layer))


@operator("global rebound later", "LL303")
def rebound(site: Site) -> None:
    _inline(site)
    if site.family == "keras" and not site.keras3:
        raise Unfit("in graph mode the function has run by then")
    site.wrap("{e} * gain_")
    at = site.tree.body.index(site.statement)
    site.tree.body[at + 1 : at + 1] = ast.parse("gain_ = 3.0").body
    site.before("gain_ = 2.0")


@operator("unregistered def of Keras 3", "LL304")
def unregistered(site: Site) -> None:
    function = _inline(site)
    if not site.keras3:
        raise Unfit("another dialect")
    target, given = site.target, ast.unparse(site.applied.args[0])
    site.before(f"def body_{ast.unparse(function.args).join('()')}:\n return {ast.unparse(function.body)}")
    site.call.args[0] = expression("body_")
    site.needs("import keras")
    site.after(f"keras.Model({given}, {target}).save('saved.keras')")


@operator("registered def made a lambda", "LL305")
def made_inline(site: Site) -> None:
    function = site.function
    if (
        not site.keras3
        or isinstance(function, ast.Lambda)
        or len(function.body) != 1
        or len(site.results) != 1
    ):
        raise Unfit("no def of one line in Keras 3")
    text = f"lambda {ast.unparse(function.args)}: {ast.unparse(site.results[0])}"
    site.call.args[0] = expression(text)


def _argument(
    name: str, value: str, code: str, *needs: str, head: str = "", keras3: bool | None = None
) -> None:
    """Register an operator that passes ``value`` through `arguments=`."""

    @operator(name, code)
    def edit(site: Site) -> None:
        function = _inline(site)
        if keras3 not in (None, site.keras3) or len(function.args.args) != 1 or site.call.keywords:
            raise Unfit("another dialect, or arguments there are")
        site.wrap("{e} * 2.0 if extra is None else {e}")
        function.args.args.append(ast.arg("extra"))
        site.call.keywords.append(ast.keyword("arguments", expression(f"{{'extra': {value}}}")))
        if head:
            site.before(head)
        if keras3 is False:
            site.backend()
        site.needs(*(line.replace("{family}", site.family) for line in needs))
        if keras3 is False and site.family == "keras":
            site.needs("import tf_keras" if "tf_keras" in site.subject.source else "import keras")


_argument("a tensor in arguments=", "K.constant(2.0)", "LL306", keras3=False)
_argument("a plain object in arguments=", "Gain_()", "LL306", head="class Gain_:\n by = 2.0")
_argument("a function in arguments=", "half_", "LL306", head="def half_(t):\n return t / 2")


def _saved(site: Site) -> None:
    """Save a model that ends in the layer."""
    site.needs(f"from {site.family}.models import Model")
    site.after(f"saved_ = Model({ast.unparse(site.applied.args[0])}, {site.target})\nsaved_.save('saved.h5')")


@operator("a partial as function", "LL307")
def partial(site: Site) -> None:
    function = _inline(site)
    if len(function.args.args) != 1 or site.call.keywords:
        raise Unfit("arguments there are")
    _saved(site)
    site.before(f"def body_({ast.unparse(function.args)}, by):\n return {ast.unparse(function.body)} * by")
    site.call.args[0] = expression("functools.partial(body_, by=2.0)")
    site.needs("import functools")


@operator("itemgetter as function", "LL307")
def itemgetter(site: Site) -> None:
    _inline(site)
    site.call.args[0] = expression("operator.itemgetter((slice(None), 0))")
    site.needs("import operator")


@operator("a callable object as function", "LL307")
def callable_object(site: Site) -> None:
    function = _inline(site)
    if len(function.args.args) != 1 or site.call.keywords:
        raise Unfit("arguments there are")
    _saved(site)
    head, body = ast.unparse(function.args), ast.unparse(function.body)
    site.before(f"class Body_:\n def __call__(self, {head}):\n  return {body}")
    site.call.args[0] = expression("Body_()")


wrapping("returns a lambda", "LL401", K="lambda u: {e}", ops="lambda u: {e}", least_rank=1)
wrapping("returns a library function", "LL401", K="K.abs", ops="ops.abs", least_rank=1)
wrapping("returns a method", "LL401 LL704", K="{e}.sum", ops="{e}.sum", least_rank=1)
wrapping(
    "returns a layer", "LL402", K="Dense(3)", ops="Dense(3)", least_rank=1,
    needs="from {family}.layers import Dense",
)  # fmt: skip
wrapping("returns None", "LL403", K="None", ops="None", least_rank=1)
wrapping("prints instead", "LL403", K="print({e})", ops="print({e})", least_rank=1)
wrapping("returns a string", "LL403", K="str({e})", ops="str({e})", least_rank=1)
wrapping("returns a shape", "LL403", K="K.int_shape({e})", ops="{e}.shape", least_rank=1)


@operator("return dropped", "LL403")
def return_dropped(site: Site) -> None:
    function = site.function
    if (
        isinstance(function, ast.Lambda)
        or len(site.results) != 1
        or not isinstance(function.body[-1], ast.Return)
    ):
        raise Unfit("no def with one return")
    assert function.body[-1].value is not None
    function.body[-1] = ast.Expr(function.body[-1].value)


@operator("a parameter too many", "LL404")
def parameter_too_many(site: Site) -> None:
    args = site.function.args
    if args.defaults or args.vararg or args.kwonlyargs:
        raise Unfit("it has defaults")
    args.args.append(ast.arg("another"))


@operator("no parameter", "LL404")
def no_parameter(site: Site) -> None:
    function = _inline(site)
    if len(function.args.args) != 1 or site.call.keywords:
        raise Unfit("several parameters")
    function.args.args.clear()
    function.body = expression("1.0")


@operator("a stray key in arguments=", "LL404")
def stray_argument(site: Site) -> None:
    if any(word.arg == "arguments" for word in site.call.keywords) or site.function.args.kwarg:
        raise Unfit("arguments there are")
    site.call.keywords.append(ast.keyword("arguments", expression("{'unheard_of': 2}")))


@operator("inputs unpacked by the signature", "LL404")
def unpacked_signature(site: Site) -> None:
    function = _inline(site)
    run = site.subject.run
    if run is None or not isinstance(run.inputs, list) or len(run.inputs) != 2:
        raise Unfit("not two inputs")
    function.args.args = [ast.arg("first"), ast.arg("second")]
    function.body = expression("first + second")


@operator("function called too early", "LL405")
def called_early(site: Site) -> None:
    function, given = ast.unparse(site.function), ast.unparse(site.applied.args[0])
    if isinstance(site.function, ast.Lambda):
        site.call.args[0] = expression(f"({function})({given})")
    else:
        site.call.args[0] = expression(f"{site.function.name}({given})")


@operator("two inputs as two arguments", "LL406")
def second_as_mask(site: Site) -> None:
    applied = site.applied
    given = applied.args[0]
    if not isinstance(given, (ast.List, ast.Tuple)) or len(given.elts) != 2:
        raise Unfit("not two inputs")
    if any(arg.arg == "mask" for arg in site.function.args.args):
        raise Unfit("it asks for a mask")
    applied.args = list(given.elts)


@operator("what model.add returns is used", "LL407")
def add_result(site: Site) -> None:
    statement = site.statement
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        raise Unfit("no model.add")
    func = statement.value.func
    if not isinstance(func, ast.Attribute) or func.attr != "add":
        raise Unfit("no model.add")
    at = site.tree.body.index(statement)
    site.tree.body[at] = ast.Assign([ast.Name("added", ast.Store())], statement.value)
    site.tree.body[at + 1 : at + 1] = ast.parse("after = Dense(1)(added)").body
    site.needs(f"from {site.family}.layers import Dense")


@operator("more inputs unpacked than come", "LL408 LL404")
def too_many_unpacked(site: Site) -> None:
    run, applied = site.subject.run, site.applied
    given = applied.args[0]
    if run is None or not isinstance(run.inputs, list) or not isinstance(given, ast.List):
        raise Unfit("not several inputs")
    site.call.args[0] = expression(f"lambda ts: ts[0] * ts[{len(given.elts)}]")
    if site.call.keywords:
        raise Unfit("arguments there are")


@operator("a list treated as a tensor", "LL408 LL104")
def list_as_tensor(site: Site) -> None:
    applied, given = site.applied, ast.unparse(site.applied.args[0])
    run = site.subject.run
    if run is None or isinstance(run.inputs, list) or run.inputs.ndim != 2 or site.call.keywords:
        raise Unfit("not one input")
    site.call.args[0] = expression("lambda t: t[:, 0]")
    applied.args[0] = expression(f"[{given}, {given}]")


@operator("an undefined name in the body", "LL409")
def undefined_in_body(site: Site) -> None:
    site.wrap("{e} * unheard_of")


@operator("an undefined function", "LL409")
def undefined_function(site: Site) -> None:
    site.call.args[0] = expression("unheard_of")


@operator("an undefined input", "LL409")
def undefined_input(site: Site) -> None:
    site.applied.args[0] = expression("unheard_of")


wrapping("the same tensor twice", "LL410", K="[{x}, {x}]", ops="[{x}, {x}]", least_rank=1)
wrapping(
    "input computed on and dropped", "LL411", least_rank=1,
    K="({e} * 2.0, K.constant([1.0, 2.0]))[1]", ops="({e} * 2.0, ops.convert_to_tensor([1.0, 2.0]))[1]",
)  # fmt: skip


@operator("layer not called", "LL412")
def not_called(site: Site) -> None:
    target = site.target
    applied = site.applied
    site.replace(applied, site.call)
    site.after(f"after = Dense(1)({target})")
    site.needs(f"from {site.family}.layers import Dense")
