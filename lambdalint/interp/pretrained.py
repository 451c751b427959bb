"""Pretrained text encoders of other packages: Keras models that give a vector for each token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.interp.binding import SPREAD
from lambdalint.interp.values import (
    FALSE,
    NONE,
    Along,
    Const,
    Dictionary,
    GraphNode,
    Model,
    Sequence,
    Tensor,
    Value,
)
from lambdalint.layers.dims import B, fresh
from lambdalint.syntax.anchor import Anchor

if TYPE_CHECKING:
    from lambdalint.interp.machine import Machine

PACKAGES = frozenset({"keras_bert", "bert4keras", "bert4keras3", "transformers"})
_CHECKPOINT = "keras_bert.load_trained_model_from_checkpoint"
_BUILDERS = (
    "bert4keras.models.build_transformer_model",
    "bert4keras3.models.build_transformer_model",
)
_HUGGING_FACE = re.compile(r"transformers\.TF\w+\.from_(pretrained|config)")
"""Constructors of TensorFlow's models, whose names begin with TF there."""
_ENCODERS = frozenset({"bert", "roberta", "albert", "albert_unshared", "nezha", "electra", "roformer"})
HUB = "hub"
"""The kind of models that TensorFlow Hub gives: encoders, whose outputs have names of their own."""
_RANKS = {"default": 2, "pooled_output": 2, "elmo": 3, "word_emb": 3, "sequence_output": 3}
"""How many axes the outputs of encoders have."""
_OTHER_ENDS = ("with_pool", "with_nsp", "training", "layers", "additional_input_layers")
"""Arguments with which the model has other outputs or inputs."""


def encoder(
    machine: Machine, name: str, args: list[Value], kwargs: dict[str, Value], at: Anchor
) -> Model | None:
    """The model that a builder of these packages makes, unknown unless it gives a vector for each token."""
    if _HUGGING_FACE.fullmatch(name):
        return Model(at, "application", known=False, birth=machine.serial())
    if name not in _BUILDERS and name != _CHECKPOINT:
        return None
    third = args[2] if len(args) > 2 else None
    plain = SPREAD not in kwargs and all(kwargs.get(key, FALSE) in (FALSE, NONE) for key in _OTHER_ENDS)
    if name == _CHECKPOINT:
        plain &= third in (None, FALSE)
    else:
        kind = third or kwargs.get("model", Const("bert"))
        plain &= isinstance(kind, Const) and kind.value in _ENCODERS
    model = Model(at, "application", known=plain, birth=machine.serial())
    if plain:
        node = GraphNode(model, (), at, trainable=True)
        length = fresh("tokens", dynamic=True)
        ends = [Tensor((B, length), Along(0), "float32", kind="keras", node=node) for _ in range(2)]
        model.inputs = Sequence("list", list(ends), birth=machine.serial())
        model.outputs = Tensor((B, length, fresh("features")), Along(0), "float32", kind="keras", node=node)
    return model


def hub_outputs(x: Tensor, named: Value, node: GraphNode) -> Value:
    """What an encoder of TensorFlow Hub makes of a tensor: a vector for each sample, or each of its parts."""
    if named not in (NONE, FALSE) and named != Const(True):
        return Tensor(None, x.batch, "float32", kind=x.kind, node=node, inputs=x.inputs)
    rows = x.dims[0] if x.dims else B
    made: dict[str, Value] = {
        name: Tensor(
            (rows, *(fresh("features") for _ in range(rank - 1))),
            x.batch,
            "float32",
            kind=x.kind,
            node=node,
            inputs=x.inputs,
        )
        for name, rank in _RANKS.items()
    }
    return Dictionary(made, complete=False) if named == Const(True) else made["default"]
