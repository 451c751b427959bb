"""Scopes, bindings, canonical names and the finding of Lambda layers."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from lambdalint.syntax.names import Names, Scope, is_builtin, normalise


def names_of(text: str) -> Names:
    return Names(ast.parse(dedent(text)))


def sites(text: str) -> list[tuple[int, str | None]]:
    names = names_of(text)
    return [(node.lineno, names.site_kind(node)) for node in names.layer_sites()]


def function_of(names: Names, name: str) -> ast.FunctionDef:
    return next(
        node for node in ast.walk(names.tree) if isinstance(node, ast.FunctionDef) and node.name == name
    )


def lambdas_of(names: Names) -> list[ast.Lambda]:
    return [node for node in ast.walk(names.tree) if isinstance(node, ast.Lambda)]


@pytest.mark.parametrize(
    ("dotted", "canonical", "family"),
    [
        ("keras.layers.Lambda", "keras.layers.Lambda", "keras"),
        ("keras.layers.core.Lambda", "keras.layers.Lambda", "keras"),
        ("keras.src.layers.core.lambda_layer.Lambda", "keras.layers.Lambda", "keras"),
        ("tensorflow.keras.layers.Lambda", "keras.layers.Lambda", "tf.keras"),
        ("tensorflow.compat.v1.keras.layers.Lambda", "keras.layers.Lambda", "tf.keras"),
        ("tensorflow.contrib.keras.python.keras.layers.Lambda", "keras.layers.Lambda", "tf.keras"),
        ("tensorflow.python.keras.layers.core.Lambda", "keras.layers.Lambda", "tensorflow.python.keras"),
        (
            "tensorflow.python.keras._impl.keras.layers.Lambda",
            "keras.layers.Lambda",
            "tensorflow.python.keras",
        ),
        ("tf_keras.src.layers.Lambda", "keras.layers.Lambda", "tf_keras"),
        ("keras_core.layers.Lambda", "keras.layers.Lambda", "keras_core"),
        ("bert4keras.backend.keras.layers.Lambda", "keras.layers.Lambda", None),
        ("another.api.keras.layers.Lambda", "another.api.keras.layers.Lambda", None),
        ("keras.layers.merge", "keras.layers.merge", "keras"),
        ("keras.layers.merge.add", "keras.layers.add", "keras"),
        ("keras.engine.topology.merge", "keras.layers.merge", "keras"),
        ("keras.engine.topology.Merge", "keras.layers.Merge", "keras"),
        ("keras.legacy.layers.Merge", "keras.layers.Merge", "keras"),
        ("keras.layers.convolutional.Conv2D", "keras.layers.Conv2D", "keras"),
        ("keras.engine.Input", "keras.layers.Input", "keras"),
        ("keras.engine.topology.Input", "keras.layers.Input", "keras"),
        ("keras.Input", "keras.layers.Input", "keras"),
        ("keras.Model", "keras.models.Model", "keras"),
        ("keras.engine.training.Model", "keras.models.Model", "keras"),
        ("keras.Sequential", "keras.models.Sequential", "keras"),
        ("keras.layers.Lambda.from_config", "keras.layers.Lambda.from_config", "keras"),
        ("keras.backend.tensorflow_backend.sum", "keras.backend.sum", "keras"),
        ("keras.layers.core.K.sum", "keras.backend.sum", "keras"),
        ("keras.ops.numpy.sum", "keras.ops.sum", "keras"),
        ("keras.ops.image.resize", "keras.ops.image.resize", "keras"),
        ("tf.reduce_sum", "tensorflow.reduce_sum", None),
        ("tensorflow.compat.v2.math.reduce_sum", "tensorflow.math.reduce_sum", None),
        ("tensorflow.compat.v1.compat.v2.reduce_sum", "tensorflow.reduce_sum", None),
        ("numpy.sum", "numpy.sum", None),
        ("kerasish.layers.Lambda", "kerasish.layers.Lambda", None),
        ("keras.Variable", "keras.Variable", "keras"),
    ],
)
def test_normalise(dotted: str, canonical: str, family: str | None) -> None:
    assert normalise(dotted) == (canonical, family)
    assert normalise(canonical)[0] == canonical


@pytest.mark.parametrize(
    "text",
    [
        "from keras.layers import Lambda\nLambda(abs)",
        "from keras.layers import Lambda as L\nL(abs)",
        "from keras.layers.core import *\nLambda(abs)",
        "from keras.layers import *\nfrom keras.models import *\nLambda(abs)",
        "from keras import *\nlayers.Lambda(abs)",
        "import keras\nkeras.layers.Lambda(abs)",
        "import keras.layers as KL\nKL.Lambda(abs)",
        "from tensorflow.keras import layers as L\nL.Lambda(abs)",
        "import tensorflow as tf\nL = tf.keras.layers\nL.Lambda(abs)",
        "import tensorflow.compat.v1 as tf\ntf.keras.layers.Lambda(abs)",
        "import keras\nLambda = keras.layers.Lambda\nLambda(abs)",
        "import keras\nK, L = keras.backend, keras.layers\nL.Lambda(abs)",
        "import keras\nnow, *rest = keras.layers, 1\nkeras.layers.Lambda(abs)",
        "def f():\n    from keras.layers import Lambda\n    return Lambda(abs)",
        "import importlib\nlayers = importlib.import_module('keras.layers')\nlayers.Lambda(abs)",
        "try:\n    from keras.layers import Lambda\nexcept ImportError:\n    Lambda = None\nLambda(abs)",
        "import keras\nL = keras.layers.Lambda if x else None\nL(abs)",
        "from keras.layers import Lambda\ndef f(Lambda=Lambda):\n    return Lambda(abs)",
        "from elsewhere import *\nmodel.add(Dense(3))\nmodel.add(Lambda(abs))",
        "import keras\ndef f(backend, layers):\n    return layers.Lambda(abs)",
    ],
)
def test_lambda_layers_are_found(text: str) -> None:
    assert [kind for _, kind in sites(text)] == ["Lambda"]


@pytest.mark.parametrize(
    "text",
    [
        "from sympy import Lambda\nimport keras\nLambda(x, x)",
        "from torchvision import transforms\ntransforms.Lambda(abs)",
        "import albumentations as A\nA.Lambda(abs)",
        "from aws_cdk.aws_lambda import Lambda\nLambda(3)",
        "import keras\nclass Lambda: pass\nLambda(abs)",
        "import keras\ndef Lambda(f): return f\nLambda(abs)",
        "from keras.layers import Lambda\ndef f(Lambda):\n    return Lambda(abs)",
        "from keras.layers import Lambda\nLambda = make()\nLambda(abs)",
        "from mylib import Lambda\nimport keras\nLambda(abs)",
        "import keras\nimport pandas as pd\npd.merge(a, b)\na.merge(b)",
        "from keras.layers import merge\nmerge.add([a, b])",
        "import keras\nmerge(a, b)",
        "Lambda(abs)",
        "from keras.layers import Lambda\nif False:\n    Lambda(abs)",
        "from keras.layers import Lambda\nif 1:\n    pass\nelse:\n    f(Lambda(abs))",
        "from hat.layers.core import *\nLambda(abs)(Dense(n_out=3)(x))",
    ],
)
def test_look_alikes_are_not_ours(text: str) -> None:
    assert sites(text) == []


def test_merge_layers_and_subclasses() -> None:
    text = """\
    from keras.layers import Lambda, Merge, merge
    from keras.engine.topology import merge as join
    class Named(Lambda): pass
    class Deeper(Named): pass
    Named(abs)
    Deeper(abs)
    Merge([a, b], mode="sum")
    merge([a, b], mode="sum")
    join([a, b], mode="sum")
    """
    assert sites(text) == [(5, "subclass"), (6, "subclass"), (7, "Merge"), (8, "merge"), (9, "merge")]


def test_the_nearest_binding_before_the_use_wins() -> None:
    names = names_of(
        """\
        from keras.layers import Lambda
        Lambda(abs)
        from tensorflow.keras.layers import Lambda
        Lambda(abs)
        from sympy import Lambda
        Lambda(x, x)
        """
    )
    assert [names.family(node.func) for node in names.layer_sites()] == ["keras", "tf.keras"]


def test_alternatives_give_the_first_found() -> None:
    names = names_of(
        """\
        if old:
            from keras.layers import Lambda
        else:
            from tensorflow.keras.layers import Lambda
        Lambda(abs)
        """
    )
    assert [names.family(node.func) for node in names.layer_sites()] == ["keras"]


def test_free_variables_in_order_of_first_use() -> None:
    names = names_of(
        """\
        import keras.backend as K
        def build(n, w):
            for i in range(n):
                layer = Lambda(lambda x, j=w: K.sum(x * i) + [k * n for k in x if j][0] + len(x))
        """
    )
    free = names.free_variables(lambdas_of(names)[0])
    assert list(free) == ["K", "i", "n"]
    assert [node.id for node in free["i"]] == ["i"]
    assert names.bindings("i", names.scope_of(free["i"][0]))[0].in_loop is not None
    assert list(names.free_variables(function_of(names, "build"))) == ["Lambda", "K"]


def test_free_variables_of_nested_functions_and_globals() -> None:
    names = names_of(
        """\
        count = 0
        def outer(x):
            global count
            count += 1
            size = 3
            def inner(y):
                nonlocal size
                size = 4
                return y + x + missing
            return inner(x) + (total := size)
        """
    )
    assert list(names.free_variables(function_of(names, "outer"))) == ["count", "missing"]
    assert list(names.free_variables(function_of(names, "inner"))) == ["x", "missing"]
    assert len(names.bindings("size", names.body_scope(function_of(names, "outer")))) == 2
    assert [binding.kind for binding in names.module.bindings["count"]] == ["assignment", "augmented"]


def test_class_scopes_are_skipped_by_methods() -> None:
    names = names_of(
        """\
        class Net:
            units = 3
            same = units
            def call(self, x):
                return x * units
        """
    )
    inside = names.body_scope(function_of(names, "call"))
    assert names.resolve("units", inside) is None
    body = names.body_scope(names.classes[0])
    assert names.resolve("units", body) is body
    assert list(names.free_variables(function_of(names, "call"))) == ["units"]


def test_comprehensions_and_walrus() -> None:
    names = names_of("rows = [y := f(x) for x in rows if x]")
    assert set(names.module.bindings) == {"rows", "y"}
    comprehension = next(node for node in ast.walk(names.tree) if isinstance(node, ast.ListComp))
    scope = names.body_scope(comprehension)
    assert scope.bindings["x"][0].kind == "comprehension"
    assert names.scope_of(comprehension.generators[0].iter) is names.module
    assert names.scope_of(comprehension.elt) is scope


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("import name", "import"),
        ("import name.inner", "import"),
        ("name = 1", "assignment"),
        ("name: int = 1", "assignment"),
        ("a, (b, name) = t", "assignment"),
        ("name += 1", "augmented"),
        ("for name in t: pass", "loop"),
        ("with t as name: pass", "with"),
        ("try: pass\nexcept E as name: pass", "except"),
        ("def name(): pass", "def"),
        ("class name: pass", "class"),
        ("if (name := 1): pass", "walrus"),
        ("del name", "del"),
        ("match t:\n    case [1, *name]: pass", "assignment"),
        ("match t:\n    case {1: 2, **name}: pass", "assignment"),
    ],
)
def test_binding_kinds(text: str, kind: str) -> None:
    assert [binding.kind for binding in names_of(text).module.bindings["name"]] == [kind]


def test_paths_of_unpacked_targets() -> None:
    bindings = names_of("a, *b, (c, d) = t").module.bindings
    assert [bindings[name][0].path for name in "abcd"] == [(0,), (None,), (-1, 0), (-1, 1)]


def test_star_imports_that_may_define_a_name() -> None:
    assert names_of("from helpers import *").may_come_from_star("K")
    assert names_of("from keras.layers import *").may_come_from_star("Dense")
    assert not names_of("from keras.layers import *").may_come_from_star("helper")
    assert not names_of("import keras").may_come_from_star("Dense")


def test_star_import_of_the_backend_shadows_builtins() -> None:
    names = names_of("from keras.backend import *\nf = lambda t: sum(t) + len(t)")
    function = lambdas_of(names)[0]
    assert list(names.free_variables(function)) == ["sum"]
    assert names.canonical(names.free_variables(function)["sum"][0]) == "keras.backend.sum"


def test_canonical_of_plain_values() -> None:
    names = names_of("import numpy as np\nx = np.random.normal\ny = 3\nz = x\nw = w")
    values = [statement.value for statement in names.tree.body if isinstance(statement, ast.Assign)]
    assert [names.canonical(value) for value in values] == [
        "numpy.random.normal", None, "numpy.random.normal", None,
    ]  # fmt: skip


def test_deep_nesting_does_no_harm() -> None:
    tree = ast.Module(body=[], type_ignores=[])
    expr: ast.expr = ast.Name("x", ast.Load(), lineno=1, col_offset=0)
    for _ in range(20_000):
        expr = ast.UnaryOp(ast.USub(), expr, lineno=1, col_offset=0)
    tree.body.append(ast.Expr(expr, lineno=1, col_offset=0))
    assert [name.id for name in Names(tree).module.reads] == ["x"]


def test_a_name_of_many_values_is_not_followed_on_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value leads to all of the others: 12 rows would take hours."""
    steps = []
    resolve = Names.resolve

    def counted(names: Names, name: str, scope: Scope) -> Scope | None:
        steps.append(name)
        return resolve(names, name, scope)

    monkeypatch.setattr(Names, "resolve", counted)
    rows = "        t = t.a if c else t.b\n" * 12
    names = names_of(f"import numpy\ndef f(t, c):\n    if c:\n{rows}    t.save(numpy.sum)\n")
    (call,) = names.calls
    assert names.canonical(call.func) is None
    assert names.canonical(call.args[0]) == "numpy.sum"
    assert len(steps) < 10_000


def test_builtins() -> None:
    assert is_builtin("len")
    assert is_builtin("__file__")
    assert not is_builtin("xrange")
    assert is_builtin("xrange", python2=True)
