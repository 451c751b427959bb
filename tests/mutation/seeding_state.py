"""Operators that break contracts 5, 6 and 7: hidden state, fragile numbers, old and needless code."""

from __future__ import annotations

import ast

from .operators import Meaning, operator, wrapping
from .site import Site, Unfit, expression

_DENSE = "from {family}.layers import Dense"

wrapping("a layer made inside", "LL501", K="Dense(3)({e})", ops="Dense(3)({e})", needs=_DENSE)
wrapping(
    "a captured layer", "LL501", K="hidden_({e})", ops="hidden_({e})", needs=f"{_DENSE}\nhidden_ = Dense(3)"
)
wrapping(
    "a variable made inside", "LL502", K="{e} * K.variable(2.0)", ops="{e} * keras.Variable(2.0)",
    needs="import keras",
)  # fmt: skip
wrapping(
    "a captured variable", "LL502", K="{e} * gain_", ops="{e} * gain_",
    needs="import tensorflow as tf\ngain_ = tf.Variable(2.0)",
)  # fmt: skip
wrapping("numpy on a tensor", "LL503", K="np.sqrt({e})", ops="np.sqrt({e})", needs="import numpy as np")
wrapping("math on a tensor", "LL503", K="math.exp({e})", ops="math.exp({e})", needs="import math")
wrapping(
    "scipy on a tensor", "LL503", K="expit({e})", ops="expit({e})", needs="from scipy.special import expit"
)
wrapping(
    "a branch on a sum", "LL504", K="{e} if K.sum({x}) > 0 else {x}", ops="{e} if ops.sum({x}) > 0 else {x}"
)
wrapping("an and of tensors", "LL504", K="{e} and {x}", ops="{e} and {x}")
wrapping("the length of a tensor", "LL504", K="{e} / len({e})", ops="{e} / len({e})")
wrapping("a range over the batch", "LL504", K="sum({e}[i] for i in range({e}.shape[0]))")
wrapping("eval in the body", "LL505", K="K.eval({e})")
wrapping("numpy() in the body", "LL505", K="{e}.numpy()", ops="{e}.numpy()")
wrapping("float of a tensor", "LL505 LL102", K="{x} * float(K.mean({e}))", ops="{x} * float(ops.mean({e}))")
wrapping("a printed step", "LL506", K="(print({x}), {e})[1]", ops="(print({x}), {e})[1]")
wrapping("a list that grows", "LL506", K="(seen_.append({x}), {e})[1]", ops="(seen_.append({x}), {e})[1]",
         needs="seen_ = []")  # fmt: skip
wrapping("numpy's randomness", "LL507", K="{e} * np.random.rand()", ops="{e} * np.random.rand()",
         needs="import numpy as np")  # fmt: skip
wrapping("Python's randomness", "LL507", K="{e} * random.random()", ops="{e} * random.random()",
         needs="import random")  # fmt: skip
wrapping("dropout that ignores the phase", "LL507", K="K.dropout({e}, 0.5)",
         ops="keras.random.dropout({e}, 0.5)", needs="import keras")  # fmt: skip


@operator("below a mask", "LL508")
def below_a_mask(site: Site) -> None:
    run, applied = site.subject.run, site.applied
    if (
        run is None
        or isinstance(run.inputs, list)
        or run.inputs.ndim != 3
        or run.shape != run.inputs.shape[1:]
    ):
        raise Unfit("not a sequence")
    if any(word.arg == "mask" for word in site.call.keywords):
        raise Unfit("the mask is kept")
    if len(site.function.args.args) != 1:
        raise Unfit("it may ask for the mask")
    if any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Call) for node in ast.walk(site.function)
    ):
        raise Unfit("a layer called in the body passes the mask on")
    target = site.target
    applied.args[0] = expression(f"Masking()({ast.unparse(applied.args[0])})")
    site.needs(f"from {site.family}.layers import Masking, LSTM")
    site.after(f"below_ = LSTM(3)({target})")


def _trained(name: str, code: str, K: str, ops: str) -> None:
    """Register an operator that puts the layer between trained ones and changes its result."""

    @operator(name, code)
    def edit(site: Site) -> None:
        run = site.subject.run
        if run is None or isinstance(run.inputs, list) or run.inputs.ndim != 2 or run.shape is None:
            raise Unfit("not one input of rank 2")
        if not run.shape or "Input(" not in site.subject.source or run.inputs.dtype.kind != "f":
            raise Unfit("no features")
        target, applied = site.target, site.applied
        given = ast.unparse(applied.args[0])
        if given not in _inputs(site):
            raise Unfit("not on an input")
        site.wrap(ops if site.keras3 else K)
        applied.args[0] = expression(f"Dense({run.inputs.shape[1]})({given})")
        site.backend()
        site.needs(f"from {site.family}.layers import Dense", f"from {site.family}.models import Model")
        site.after(f"trained_ = Model({given}, Dense(1)({target}))\ntrained_.compile('sgd', 'mse')")


def _inputs(site: Site) -> set[str]:
    return {
        target.id
        for node in site.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).endswith("Input")
        for target in node.targets
        if isinstance(target, ast.Name)
    }


_trained("rounded on the trained path", "LL509", "K.round({e})", "ops.round({e})")
_trained(
    "compared on the trained path", "LL509", "K.cast({e} > 0, 'float32')", "ops.cast({e} > 0, 'float32')"
)
_trained("gradient stopped", "LL509", "K.stop_gradient({e})", "ops.stop_gradient({e})")


@operator("a captured tensor of the model", "LL510 LL301")
def captured_symbol(site: Site) -> None:
    run = site.subject.run
    if run is None or isinstance(run.inputs, list):
        raise Unfit("not one input")
    given = ast.unparse(site.applied.args[0])
    if given not in _inputs(site) or given == site.parameter:
        raise Unfit("not on an input")
    site.before(f"side_ = Dense(3)({given})")
    site.wrap("{e} * side_[:, :1]")
    site.needs(f"from {site.family}.layers import Dense")


@operator("a tensor of the model in arguments=", "LL510 LL306")
def symbol_in_arguments(site: Site) -> None:
    function = site.function
    given = ast.unparse(site.applied.args[0])
    if len(function.args.args) != 1 or site.call.keywords or given not in _inputs(site):
        raise Unfit("arguments there are")
    site.wrap("{e} * side_[:, :1]")
    function.args.args.append(ast.arg("side_"))
    site.call.keywords.append(ast.keyword("arguments", expression(f"{{'side_': {given}}}")))


wrapping("divided by a sum", "LL601", K="{e} / K.sum({e}, axis=-1, keepdims=True)",
         ops="{e} / ops.sum({e}, axis=-1, keepdims=True)")  # fmt: skip
wrapping("divided by a relu", "LL601", K="1.0 / K.sum(K.relu({e}), axis=-1)",
         ops="1.0 / ops.sum(ops.relu({e}), axis=-1)")  # fmt: skip
wrapping(
    "root of a relu", "LL602", meaning=Meaning.SLOPE, K="K.sqrt(K.relu({e}))", ops="ops.sqrt(ops.relu({e}))"
)
wrapping("distance without epsilon", "LL602", meaning=Meaning.SLOPE,
         K="K.sqrt(K.sum(K.square({e} - {e} * 0.5), axis=-1))",
         ops="ops.sqrt(ops.sum(ops.square({e} - {e} * 0.5), axis=-1))")  # fmt: skip
wrapping("log of a relu", "LL603", K="K.log(K.relu({e}))", ops="ops.log(ops.relu({e}))")
wrapping("norm with the epsilon inside", "LL604", K="K.l2_normalize({e}, axis=-1)",
         ops="ops.normalize({e}, axis=-1)")  # fmt: skip
wrapping("norm of a multiple", "LL604", K="K.l2_normalize(1000 * {e}, axis=-1)",
         ops="ops.normalize(1000 * {e}, axis=-1)")  # fmt: skip


def _unguarded(site: Site, within: tuple[type[ast.AST], ...] | tuple[str, ...]) -> None:
    """Drop what is added to a divisor, or to the argument of one of these functions."""
    for node in ast.walk(site.function):
        inner: ast.expr | None = None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and ast.Div in within:
            inner = node.right
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in within:
            inner = node.args[0] if node.args else None
        if not isinstance(inner, ast.BinOp) or not isinstance(inner.op, ast.Add):
            continue
        for kept, dropped in ((inner.left, inner.right), (inner.right, inner.left)):
            if isinstance(dropped, ast.Constant) or "epsilon" in ast.unparse(dropped):
                site.replace(inner, kept)
                return
    raise Unfit("there is no guard")


@operator("epsilon dropped from a divisor", "LL601 LL602", Meaning.BY_CONSTRUCTION)
def divisor_unguarded(site: Site) -> None:
    _unguarded(site, (ast.Div,))


@operator("epsilon dropped under a root", "LL601 LL602")
def root_unguarded(site: Site) -> None:
    _unguarded(site, ("sqrt",))


@operator("epsilon dropped in a log", "LL603")
def log_unguarded(site: Site) -> None:
    _unguarded(site, ("log",))


@operator("pixels multiplied", "LL605")
def pixels(site: Site) -> None:
    run = site.subject.run
    if run is None or isinstance(run.inputs, list) or run.inputs.dtype.kind != "f" or site.call.keywords:
        raise Unfit("not one input")
    site.applied.args[0] = expression("Input(shape=(8, 8), dtype='uint8')")
    site.call.args[0] = expression("lambda t: t * 2")
    site.needs(f"from {site.family}.layers import Input")


@operator("merge by a function", "LL701 LL201")
def merged(site: Site) -> None:
    applied = site.applied
    if not isinstance(applied.args[0], ast.List) or site.family != "keras":
        raise Unfit("not several inputs")
    text = f"merge({ast.unparse(applied.args[0])}, mode={ast.unparse(site.call.args[0])})"
    site.replace(applied, expression(text))
    site.needs("from keras.layers import merge")


@operator("backend function in Keras 3", "LL702")
def removed_function(site: Site) -> None:
    names = ("sum", "mean", "abs", "square", "max", "exp", "sqrt", "relu", "reshape", "concatenate", "stack")
    found = [call for call, _ in site.calls(*names) if ast.unparse(call.func).startswith("ops.")]
    if not found or not site.keras3:
        raise Unfit("nothing of keras.ops")
    for call in found[:1]:
        assert isinstance(call.func, ast.Attribute)
        call.func.value = expression("K")
    site.needs("from keras import backend as K")


@operator("Model(input=, output=)", "LL703")
def old_model(site: Site) -> None:
    given = ast.unparse(site.applied.args[0])
    site.after(f"old_ = Model(input={given}, output={site.target})")
    site.needs(f"from {site.family}.models import Model")


@operator("fit(nb_epoch=)", "LL703")
def old_fit(site: Site) -> None:
    given = ast.unparse(site.applied.args[0])
    site.after(f"old_ = Model({given}, {site.target})\nold_.fit(data_, data_, nb_epoch=3)")
    site.needs(f"from {site.family}.models import Model", "data_ = None")


@operator("method of Theano", "LL704")
def theano_method(site: Site) -> None:
    for call, name in site.calls("sum", "mean", "max"):
        first = call.args[0] if call.args else None
        if (
            first is not None
            and isinstance(call.func, ast.Attribute)
            and ast.unparse(call.func.value) in ("K", "ops")
        ):
            call.func = ast.Attribute(first, name, ast.Load())
            del call.args[0]
            return
    raise Unfit("nothing to call as a method")


@operator("input of another family", "LL705")
def mixed_families(site: Site) -> None:
    if site.family != "tensorflow.keras":
        raise Unfit("another family")
    site.applied.args[0] = expression("OtherInput(shape=(3,))")
    site.needs("from tf_keras.layers import Input as OtherInput")


@operator("tensorflow in Keras 3", "LL706")
def bound_to_a_backend(site: Site) -> None:
    if not site.keras3 or site.family != "keras":
        raise Unfit("another dialect, or bound to TensorFlow anyway")
    site.wrap("tf.abs({e})")
    site.needs("import tensorflow as tf")


@operator("backend's default axis in keras.ops", "LL707")
def ported(site: Site) -> None:
    run = site.subject.run
    if run is None or isinstance(run.inputs, list) or site.call.keywords or run.inputs.ndim < 2:
        raise Unfit("not one input")
    if site.keras3 or site.family != "keras":
        raise Unfit("no code to port")
    site.call.args[0] = expression("lambda t: K.concatenate([t, t])")
    for node in list(site.tree.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any(a.asname == "K" for a in node.names):
            site.tree.body.remove(node)
    site.needs("from keras import ops as K")


@operator("function of tensorflow on a Keras tensor", "LL708")
def unwrapped(site: Site) -> None:
    given = ast.unparse(site.applied.args[0])
    run = site.subject.run
    if not site.keras3 or run is None or isinstance(run.inputs, list):
        raise Unfit("another dialect")
    site.after(f"unwrapped_ = tf.abs({given})")
    site.needs("import tensorflow as tf")


def _simple(name: str, code: str, K: str, ops: str, *, rank: int = 2, since_keras2: bool = False) -> None:
    """Register an operator that puts a needless body in the place of the function.

    ``since_keras2`` says that the layer to use came with TensorFlow's Keras.
    """

    @operator(name, code)
    def edit(site: Site) -> None:
        run = site.subject.run
        if run is None or isinstance(run.inputs, list) or site.call.keywords or run.inputs.ndim < rank:
            raise Unfit("not one input")
        if run.inputs.dtype.kind != "f":
            raise Unfit("not an input of floats")
        if "mask_zero=True" in site.subject.source or "Masking(" in site.subject.source:
            raise Unfit("a built-in layer would pass the mask on")
        if since_keras2 and site.family == "keras" and not site.keras3:
            raise Unfit("this Keras has no such layer")
        site.call.args[:] = [expression(ops if site.keras3 else K)]
        site.backend()


_simple("a rescaling", "LL801", "lambda t: t * 0.5 + 1.0", "lambda t: t / 255.0", since_keras2=True)
_simple("a relu", "LL801", "lambda t: K.relu(t)", "lambda t: ops.maximum(t, 0.0)")
_simple("a flattening", "LL801", "lambda t: K.batch_flatten(t)",
        "lambda t: ops.reshape(t, (ops.shape(t)[0], -1))",
        rank=3)  # fmt: skip
_simple("a Lambda that does nothing", "LL802", "lambda t: t", "lambda t: t")


@operator("many statements", "LL803")
def disguised(site: Site) -> None:
    function = site.function
    if not isinstance(function, ast.Lambda) or len(function.args.args) != 1 or site.call.keywords:
        raise Unfit("not a plain lambda")
    lines = "".join(f" t{n} = {'t' if not n else f't{n - 1}'} * {n + 2}.0\n" for n in range(12))
    site.before(f"def many_(t):\n{lines} return t11")
    site.call.args[0] = expression("many_")
