"""What Keras 2 renamed and removed: arguments, layers and modules of Keras 1."""

from __future__ import annotations

from collections.abc import Mapping

MODEL = {"input": "inputs", "output": "outputs"}

_EPOCHS = {
    "nb_epoch": "epochs",
    "samples_per_epoch": "steps_per_epoch",
    "nb_val_samples": "validation_steps",
    "val_samples": "steps",
    "nb_worker": "workers",
    "max_q_size": "max_queue_size",
    "pickle_safe": "use_multiprocessing",
}
METHODS: Mapping[str, Mapping[str, str]] = {
    "fit": {"nb_epoch": "epochs"},
    "fit_generator": _EPOCHS,
    "evaluate_generator": _EPOCHS,
    "predict_generator": _EPOCHS,
}

_EVERYWHERE = {
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "U_constraint": "recurrent_constraint",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "forget_bias_init": "unit_forget_bias",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "consume_less": "implementation",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "nb_filter": "filters",
    "nb_row": "kernel_size",
    "nb_col": "kernel_size",
    "filter_length": "kernel_size",
    "dim_ordering": "data_format",
    "atrous_rate": "dilation_rate",
    "pool_length": "pool_size",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
}
_BY_CLASS: Mapping[str, Mapping[str, str]] = {
    "Dense": {"output_dim": "units", "bias": "use_bias"},
    "LSTM": {"output_dim": "units"},
    "GRU": {"output_dim": "units"},
    "SimpleRNN": {"output_dim": "units"},
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
        "dropout": "a SpatialDropout1D layer",
    },
    "Dropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate"},
    "SpatialDropout2D": {"p": "rate"},
    "GaussianNoise": {"sigma": "stddev"},
    "GaussianDropout": {"p": "rate"},
    "BatchNormalization": {"mode": "nothing: only mode 0 is left"},
    "MaxPooling1D": {"stride": "strides"},
    "AveragePooling1D": {"stride": "strides"},
    "UpSampling1D": {"length": "size"},
}

REMOVED = {
    "AtrousConvolution1D": "Conv1D(dilation_rate=)",
    "AtrousConvolution2D": "Conv2D(dilation_rate=)",
    "Highway": "a layer of your own",
    "MaxoutDense": "Dense and a Maximum",
    "TimeDistributedDense": "TimeDistributed(Dense(...))",
    "ParametricSoftplus": "a layer of your own",
    "SReLU": "a layer of your own",
}

_ANY = frozenset({"keras1", "keras2", "keras3", "unknown"})
_NOT_KERAS2 = frozenset({"keras1", "keras3"})
MODULES: Mapping[str, tuple[str, frozenset[str]]] = {
    "keras.utils.visualize_util": ("keras.utils.plot_model", _ANY),
    "keras.initializations": ("keras.initializers", _ANY),
    "keras.layers.extra": ("keras.layers", _ANY),
    "keras.objectives": ("keras.losses", _NOT_KERAS2),
    "keras.utils.np_utils": ("keras.utils", _NOT_KERAS2),
    "keras.layers.core": ("keras.layers", _NOT_KERAS2),
    "keras.layers.convolutional": ("keras.layers", _NOT_KERAS2),
    "keras.layers.recurrent": ("keras.layers", _NOT_KERAS2),
    "keras.layers.embeddings": ("keras.layers", _NOT_KERAS2),
    "keras.layers.normalization": ("keras.layers", _NOT_KERAS2),
    "keras.layers.advanced_activations": ("keras.layers", _NOT_KERAS2),
    "keras.layers.noise": ("keras.layers", _NOT_KERAS2),
    "keras.layers.wrappers": ("keras.layers", _NOT_KERAS2),
    "keras.layers.pooling": ("keras.layers", _NOT_KERAS2),
    "keras.engine.topology": ("keras.layers", _NOT_KERAS2),
}
"""Module -> what replaces it, and the dialects in which its import says that the file is out of date."""

MOVED = frozenset(name for name, (_, dialects) in MODULES.items() if dialects == _NOT_KERAS2)
"""Modules that standalone Keras 2 still had."""


def renamed_argument(layer: str, argument: str) -> str | None:
    """What a Keras 1 argument of a layer class is called since Keras 2; ``None`` for one that stayed."""
    own = _BY_CLASS.get(layer, {}).get(argument)
    return own if own is not None else _EVERYWHERE.get(argument)
