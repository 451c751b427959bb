"""Random scripts around Lambda layers: every known operation and layer, with arguments that fit or not."""

from __future__ import annotations

from functools import cache
from random import Random

from lambdalint.interp.ops.library import lookup, operation_names
from lambdalint.layers.catalogue import known_layers

_HEAD = """import functools, math, operator, random
import numpy as np
import tensorflow as tf
import keras
from keras import backend as K, layers, models, ops
from keras.layers import *
from keras.models import Model, Sequential
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SPELLED = {"keras.backend": "K", "keras.ops": "ops", "tensorflow": "tf", "numpy": "np", "tensor-method": ""}
_NUMBERS = _words(
    r"""
    0 1 -1 2 3 4 5 7 8 -2 -3 -7 16 100 1000000 10**9 2**31 2**63 -2**63 10**30 10**5000 0.5 -0.5 1e-7
    1e308 float('inf') float('nan') -0.0 1j True False None ... 2.0 np.int64(3) np.float32(1) 1<<70 07
    0x10
    """
)
_WORDS = _words(
    r"""
    'same' 'valid' 'channels_first' 'channels_last' 'float32' 'int32' 'bool' 'relu' 'softmax' 'sum'
    'ave' 'concat' 'ij,jk->ik' 'bij,bjk->bik' '...i->...' 'i->' '->' 'ii' ',' '' 'a'*10**9 'linear'
    'cos' 'dot' '%s' '{}' '\ud800' b'x' 'NHWC' 'reflect' 'x'
    """
)
_KEYWORDS = _words(
    r"""
    axis axes keepdims dtype name shape input_shape batch_input_shape units filters kernel_size strides
    padding data_format activation return_sequences return_state mask output_shape arguments mode
    concat_axis dot_axes target_shape dims n rate pool_size size cropping perm function input_dim
    output_dim input_length batch_size noise_shape use_bias normalize training a b x y **kw
    """
)
_METHODS = _words(
    r"""
    shape ndim dtype T size get_shape() shape.as_list() numpy() sum(axis=0) reshape((-1,)) mean() output
    input outputs name layers layers[0].output get_layer('a') weights set_shape((None,3)) append(x)
    pop() keys() values() items() get('x') copy() format(1) split() join([]) upper() __class__ __init__
    __dict__ __call__(x) real imag call(x) build((None,3)) compute_output_shape((None,3)) trainable
    """
)
_BINARY = _words(
    r"""
    + - * / // % ** @ & | ^ << >> < <= == != in is and or not_in is_not
    """
)
_NAMES = _words(
    r"""
    x y z a b c f g h t l d i n s m model self K tf np ops layers _ Lambda len range sum zip
    """
)
_BUILTINS = _words(
    r"""
    len range sum zip map filter enumerate list tuple dict set frozenset sorted reversed min max abs
    round int float str bool type isinstance getattr setattr hasattr super print iter next all any
    divmod pow slice callable id repr vars dir open eval exec compile chr ord complex bytes hash
    functools.partial functools.reduce operator.itemgetter operator.add __import__ globals locals
    staticmethod property
    """
)


@cache
def _operations() -> tuple[str, ...]:
    return tuple(sorted(operation_names()))


@cache
def _layers() -> tuple[str, ...]:
    return tuple(sorted(known_layers()))


_SIMPLE = ("{}", "return {}", "del {}", "assert {}", "raise {}", "a, *b = {}", "import {0}", "yield {}")


class Program:
    """One random script; everything follows from the ``Random`` it is given."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def text(self) -> str:
        """The script."""
        body = "".join(self.statement(0, 3) for _ in range(self.random.randint(1, 8)))
        layers = "".join(self.layer() for _ in range(self.random.randint(1, 4)))
        parts = [body, layers] if self.random.random() < 0.7 else [layers, body, layers]
        return _HEAD + "x = Input(" + self.shape() + ")\n" + "".join(parts)

    def layer(self) -> str:
        pick = self.random.random()
        if pick < 0.5:
            return f"{self.name()} = {self.lambda_layer()}({self.tensors()})\n"
        if pick < 0.7:
            layers = ", ".join(self.known_layer() for _ in range(self.random.randint(1, 4)))
            return f"model = Sequential([{layers}, {self.lambda_layer()}])\n"
        if pick < 0.8:
            return f"y = merge([x, {self.expression(2)}], mode={self.expression(2)}, {self.keywords(2)})\n"
        if pick < 0.9:
            return f"m = Model({self.tensors()}, {self.tensors()})\nm.compile('adam', {self.expression(1)})\n"
        return (
            f"class L({self.random.choice(('Layer', 'Lambda', 'Model', 'L', 'object'))}):\n"
            f"    def __init__(self, *a, **k):\n        super().__init__({self.expression(2)})\n"
            f"    def call(self, x):\n{self.statement(2, 2)}        return {self.expression(3)}\n"
            f"y = Lambda(L())(x)\nz = L()(x)\n"
        )

    def lambda_layer(self) -> str:
        pick = self.random.random()
        if pick < 0.75:
            function = f"lambda {self.parameters()}: {self.expression(4)}"
        else:
            function = self.expression(1)
        more = ", " + self.keywords(2) if self.random.random() < 0.5 else ""
        shape = f", output_shape={self.shape_or_function()}" if self.random.random() < 0.4 else ""
        return f"Lambda({function}{shape}{more})"

    def known_layer(self) -> str:
        return f"{self.random.choice(_layers())}({self.arguments(1)})"

    def tensors(self) -> str:
        pick = self.random.random()
        if pick < 0.5:
            return "x"
        if pick < 0.8:
            return f"[x, {self.expression(1)}]"
        return self.expression(2)

    def shape(self) -> str:
        return "(" + "".join(self.number() + ", " for _ in range(self.random.randint(0, 4))) + ")"

    def shape_or_function(self) -> str:
        pick = self.random.random()
        if pick < 0.5:
            return self.shape()
        return f"lambda s: {self.expression(3)}" if pick < 0.8 else self.expression(2)

    def parameters(self) -> str:
        names = self.random.sample(("x", "y", "s", "i", "n"), self.random.randint(0, 3)) or ["x"]
        text = ", ".join(names)
        if self.random.random() < 0.2:
            text += f", k={self.expression(1)}"
        return text + self.random.choice(("", "", "", ", *a", ", **kw", ", *a, **kw"))

    def number(self) -> str:
        return self.random.choice(_NUMBERS)

    def name(self) -> str:
        return self.random.choice(_NAMES)

    def arguments(self, depth: int) -> str:
        given = [self.expression(depth) for _ in range(self.random.randint(0, 3))]
        if self.random.random() < 0.1:
            given.append("*" + self.expression(depth))
        return ", ".join([*given, self.keywords(depth)]).strip(", ")

    def keywords(self, depth: int) -> str:
        names = self.random.sample(_KEYWORDS, self.random.choice((0, 0, 1, 1, 2)))
        return ", ".join(
            name if name.startswith("**") else f"{name}={self.expression(depth)}"
            for name in sorted(names, reverse=True)
        )

    def operation(self, depth: int) -> str:
        """A call of a library function, most of its parameters given by name or place."""
        canonical = self.random.choice(_operations())
        prefix = max((p for p in _SPELLED if canonical.startswith(p + ".")), key=len, default="")
        spelled = canonical
        if prefix == "tensor-method":
            spelled = "x" + canonical[len(prefix) :]
        elif prefix:
            spelled = _SPELLED[prefix] + canonical[len(prefix) :]
        op = lookup(canonical)
        names = [parameter.name for parameter in op.parameters] if op is not None else []
        count = self.random.randint(0, max(1, len(names)))
        given = [self.argument(depth) for _ in range(min(count, 3))]
        given += [f"{name}={self.expression(depth)}" for name in names[3:count] if name.isidentifier()]
        return f"{spelled}({', '.join(given)})"

    def argument(self, depth: int) -> str:
        return (
            self.random.choice(("x", "x", "y", "[x, x]", "x[:, 0]"))
            if self.random.random() < 0.5
            else self.expression(depth)
        )

    def expression(self, depth: int) -> str:
        if depth <= 0:
            return self.random.choice(
                (self.number, self.name, lambda: self.random.choice(_WORDS), lambda: "x")
            )()
        inner = depth - 1

        def e() -> str:
            return self.expression(self.random.randint(0, inner))

        pick = self.random.randrange(22)
        if pick < 6:
            return self.operation(inner)
        if pick == 6:
            return f"({e()} {self.random.choice(_BINARY).replace('_', ' ')} {e()})"
        if pick == 7:
            return f"{self.random.choice(('-', '+', '~', 'not '))}({e()})"
        if pick in (8, 9):
            return f"({e()})[{self.index(inner)}]"
        if pick in (10, 11):
            return f"({e()}).{self.random.choice(_METHODS)}"
        if pick == 12:
            return f"({e()} if {e()} else {e()})"
        if pick == 13:
            return self.random.choice(
                ("[{}, {}]", "({}, {})", "{{{}, {}}}", "{{{}: {}}}", "[*{}, {}]")
            ).format(e(), e())
        if pick == 14:
            comprehension = self.random.choice(
                ("[{} for {} in {}]", "sum({} for {} in {})", "{{{} for {} in {}}}")
            )
            return comprehension.format(e(), self.name(), e())
        if pick in (15, 16):
            return f"{self.random.choice(_BUILTINS)}({self.arguments(inner)})"
        if pick == 17:
            return f"(lambda {self.parameters()}: {e()})"
        if pick == 18:
            return f"{self.name()}({self.arguments(inner)})"
        if pick == 19:
            return f"{self.known_layer()}({e()})"
        if pick == 20:
            return self.random.choice(
                ("f'{{{}}}'", "(y := {})", "(yield {})", "(await {})", "f'{{x!r:{{{}}}}}'")
            ).format(e())
        return f"({e()})({self.arguments(inner)})"

    def index(self, depth: int) -> str:
        return ", ".join(
            self.random.choice((":", "...", "None", "::-1", "0:{}", "{}", ":{}", "{}:{}:{}")).replace(
                "{}", f"({self.expression(self.random.randint(0, depth))})"
            )
            for _ in range(self.random.randint(1, 3))
        )

    def statement(self, level: int, depth: int) -> str:
        pad = "    " * level
        e = self.expression

        def block() -> str:
            return self.statement(level + 1, depth - 1)

        pick = self.random.randrange(9 if depth <= 0 else 17)
        if pick < 4:
            return f"{pad}{self.name()} = {e(3)}\n"
        if pick == 4:
            return f"{pad}{self.name()} {self.random.choice('+-*/@|')}= {e(2)}\n"
        if pick == 5:
            return pad + self.random.choice(_SIMPLE).format(e(2)) + "\n"
        if pick == 6:
            return f"{pad}({e(1)})[{self.index(1)}] = {e(2)}\n"
        if pick == 7:
            return f"{pad}{self.name()}.{self.name()} = {e(2)}\n"
        if pick == 8:
            return (
                pad
                + self.random.choice(("pass", "break", "continue", "global x", "import os", "nonlocal y"))
                + "\n"
            )
        if pick in (9, 10, 11):
            header = f"{pad}def {self.random.choice('fgh')}({self.parameters()}):\n"
            return f"{header}{block()}{block()}{pad}    return {e(3)}\n"
        if pick == 12:
            return f"{pad}for {self.name()} in {e(2)}:\n{block()}"
        if pick == 13:
            return f"{pad}while {e(2)}:\n{block()}"
        if pick == 14:
            return f"{pad}if {e(2)}:\n{block()}{pad}else:\n{block()}"
        if pick == 15:
            return f"{pad}with {e(2)} as {self.name()}:\n{block()}"
        return f"{pad}try:\n{block()}{pad}except {e(0)}:\n{block()}{pad}finally:\n{block()}"
