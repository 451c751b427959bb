"""The parameters of Keras layers, in order, for Keras 1, 2 and 3.

A word with ``@`` stands for a group of parameters; a key names all classes that share the order.
Classes with several names are listed under
the one Keras 3 prints (see ``ALIASES`` in :mod:`lambdalint.layers.catalogue`).
"""

from __future__ import annotations

from functools import lru_cache

GROUPS: dict[str, str] = {
    "@kernel": (
        "kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer "
        "kernel_constraint bias_constraint"
    ),
    "@depthwise": (
        "depthwise_initializer bias_initializer depthwise_regularizer bias_regularizer "
        "activity_regularizer depthwise_constraint bias_constraint"
    ),
    "@separable": (
        "depthwise_initializer pointwise_initializer bias_initializer depthwise_regularizer "
        "pointwise_regularizer bias_regularizer activity_regularizer depthwise_constraint "
        "pointwise_constraint bias_constraint"
    ),
    "@initial": "kernel_initializer recurrent_initializer bias_initializer",
    "@rules": (
        "kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint "
        "recurrent_constraint bias_constraint"
    ),
    "@cell": (
        "kernel_regularizer recurrent_regularizer bias_regularizer kernel_constraint recurrent_constraint "
        "bias_constraint"
    ),
    "@norm": (
        "beta_initializer gamma_initializer beta_regularizer gamma_regularizer beta_constraint "
        "gamma_constraint"
    ),
    "@window": "filters kernel_size strides padding",
    "@lookup": "max_tokens num_oov_indices mask_token oov_token vocabulary",
    "@w": "W_regularizer b_regularizer activity_regularizer W_constraint b_constraint bias",
    "@rnn": "W_regularizer U_regularizer b_regularizer dropout_W dropout_U",
    "@recurrent": "weights return_sequences go_backwards stateful unroll consume_less input_dim input_length",
}

KERAS1: dict[str, str] = {
    "Activation": "activation",
    "ActivityRegularization": "l1 l2",
    "AtrousConvolution1D": (
        "nb_filter filter_length init activation weights border_mode subsample_length atrous_rate @w"
    ),
    "AtrousConvolution2D": (
        "nb_filter nb_row nb_col init activation weights border_mode subsample atrous_rate dim_ordering @w"
    ),
    "AveragePooling1D MaxPooling1D": "pool_length stride border_mode",
    "AveragePooling2D AveragePooling3D MaxPooling2D MaxPooling3D": (
        "pool_size strides border_mode dim_ordering"
    ),
    "BatchNormalization": (
        "epsilon mode axis momentum weights beta_init gamma_init gamma_regularizer beta_regularizer"
    ),
    "Bidirectional": "layer merge_mode weights",
    "Conv1D LocallyConnected1D": (
        "nb_filter filter_length init activation weights border_mode subsample_length @w input_dim "
        "input_length"
    ),
    "Conv2D LocallyConnected2D": (
        "nb_filter nb_row nb_col init activation weights border_mode subsample dim_ordering @w"
    ),
    "Conv2DTranspose": (
        "nb_filter nb_row nb_col output_shape init activation weights border_mode subsample dim_ordering @w"
    ),
    "Conv3D": (
        "nb_filter kernel_dim1 kernel_dim2 kernel_dim3 init activation weights border_mode subsample "
        "dim_ordering @w"
    ),
    "ConvLSTM2D": (
        "nb_filter nb_row nb_col init inner_init forget_bias_init activation inner_activation dim_ordering "
        "border_mode subsample @rnn return_sequences go_backwards stateful"
    ),
    "Cropping1D": "cropping",
    "Cropping2D Cropping3D": "cropping dim_ordering",
    "Dense": "output_dim init activation weights @w input_dim",
    "Dropout": "p noise_shape seed",
    "ELU LeakyReLU": "alpha",
    "Embedding": (
        "input_dim output_dim init input_length W_regularizer activity_regularizer W_constraint mask_zero "
        "weights dropout"
    ),
    "Flatten GlobalAveragePooling1D GlobalMaxPooling1D": "",
    "GRU": "output_dim init inner_init activation inner_activation @rnn @recurrent",
    "GaussianDropout SpatialDropout1D": "p",
    "GaussianNoise": "sigma",
    "GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling2D GlobalMaxPooling3D": "dim_ordering",
    "Highway": "init activation weights @w input_dim",
    "InputLayer": "input_shape batch_input_shape input_dtype input_tensor sparse name",
    "LSTM": "output_dim init inner_init forget_bias_init activation inner_activation @rnn @recurrent",
    "Lambda": "function output_shape arguments",
    "Masking": "mask_value",
    "MaxoutDense": "output_dim nb_feature init weights @w input_dim",
    "Merge": (
        "layers mode concat_axis dot_axes output_shape output_mask arguments node_indices tensor_indices name"
    ),
    "PReLU": "init weights shared_axes",
    "ParametricSoftplus": "alpha_init beta_init weights shared_axes",
    "Permute": "dims",
    "RepeatVector": "n",
    "Reshape": "target_shape",
    "SReLU": "t_left_init a_left_init t_right_init a_right_init shared_axes",
    "SeparableConv2D": (
        "nb_filter nb_row nb_col init activation weights border_mode subsample depth_multiplier "
        "dim_ordering depthwise_regularizer pointwise_regularizer b_regularizer activity_regularizer "
        "depthwise_constraint pointwise_constraint b_constraint bias"
    ),
    "SimpleRNN": "output_dim init inner_init activation @rnn @recurrent",
    "SpatialDropout2D SpatialDropout3D": "p dim_ordering",
    "ThresholdedReLU": "theta",
    "TimeDistributed": "layer",
    "TimeDistributedDense": "output_dim init activation weights @w input_dim input_length",
    "UpSampling1D": "length",
    "UpSampling2D UpSampling3D": "size dim_ordering",
    "ZeroPadding1D": "padding",
    "ZeroPadding2D ZeroPadding3D": "padding dim_ordering",
    "merge": "inputs mode concat_axis dot_axes output_shape output_mask arguments name",
}
"""Keras 1.2.  Recurrent layers also list what their common base class takes by keyword."""

KERAS2: dict[str, str] = {
    "AbstractRNNCell Identity Layer": "trainable name dtype dynamic",
    "Activation": "activation",
    "ActivityRegularization": "l1 l2",
    "Add Average Maximum Minimum Multiply Subtract": "",
    "AdditiveAttention": "use_scale",
    "AlphaDropout Dropout": "rate noise_shape seed",
    "Attention": "use_scale score_mode",
    "AveragePooling1D AveragePooling2D AveragePooling3D MaxPooling1D MaxPooling2D": (
        "pool_size strides padding data_format"
    ),
    "MaxPooling3D": "pool_size strides padding data_format",
    "BatchNormalization": (
        "axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer "
        "moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint "
        "synchronized"
    ),
    "Bidirectional": "layer merge_mode weights backward_layer",
    "CategoryEncoding": "num_tokens output_mode sparse",
    "CenterCrop": "height width",
    "Concatenate UnitNormalization": "axis",
    "Conv1D Conv2D Conv3D": "@window data_format dilation_rate groups activation use_bias @kernel",
    "Conv1DTranspose Conv2DTranspose Conv3DTranspose": (
        "@window output_padding data_format dilation_rate activation use_bias @kernel"
    ),
    "ConvLSTM1D ConvLSTM2D ConvLSTM3D": (
        "@window data_format dilation_rate activation recurrent_activation use_bias @initial "
        "unit_forget_bias @rules return_sequences return_state go_backwards stateful dropout "
        "recurrent_dropout"
    ),
    "Cropping1D": "cropping",
    "Cropping2D Cropping3D": "cropping data_format",
    "CuDNNGRU": "units @initial @rules return_sequences return_state stateful",
    "CuDNNLSTM": "units @initial unit_forget_bias @rules return_sequences return_state stateful",
    "Dense": "units activation use_bias @kernel",
    "DenseFeatures": "feature_columns trainable name",
    "DepthwiseConv1D DepthwiseConv2D": (
        "kernel_size strides padding depth_multiplier data_format dilation_rate activation use_bias "
        "@depthwise"
    ),
    "Discretization": "bin_boundaries num_bins epsilon output_mode sparse",
    "Dot": "axes normalize",
    "ELU LeakyReLU": "alpha",
    "EinsumDense": "equation output_shape activation bias_axes @kernel",
    "Embedding": (
        "input_dim output_dim embeddings_initializer embeddings_regularizer activity_regularizer "
        "embeddings_constraint mask_zero input_length sparse"
    ),
    "Flatten GlobalAveragePooling1D": "data_format",
    "GRU": (
        "units activation recurrent_activation use_bias @initial @rules dropout recurrent_dropout "
        "return_sequences return_state go_backwards stateful unroll time_major reset_after"
    ),
    "GRUCell": (
        "units activation recurrent_activation use_bias @initial @cell dropout recurrent_dropout reset_after"
    ),
    "GaussianDropout": "rate seed",
    "GaussianNoise": "stddev seed",
    "GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D": (
        "data_format keepdims"
    ),
    "GlobalMaxPooling3D": "data_format keepdims",
    "GroupNormalization": "groups axis epsilon center scale @norm",
    "HashedCrossing": "num_bins output_mode sparse",
    "Hashing": "num_bins mask_value salt output_mode sparse",
    "InputLayer": "input_shape batch_size dtype input_tensor sparse name ragged type_spec optional",
    "IntegerLookup": "@lookup vocabulary_dtype idf_weights invert output_mode sparse pad_to_max_tokens",
    "LSTM": (
        "units activation recurrent_activation use_bias @initial unit_forget_bias @rules dropout "
        "recurrent_dropout return_sequences return_state go_backwards stateful time_major unroll"
    ),
    "LSTMCell": (
        "units activation recurrent_activation use_bias @initial unit_forget_bias @cell dropout "
        "recurrent_dropout"
    ),
    "Lambda": "function output_shape mask arguments",
    "LayerNormalization": "axis epsilon center scale @norm",
    "LocallyConnected1D LocallyConnected2D": "@window data_format activation use_bias @kernel implementation",
    "Masking": "mask_value",
    "MultiHeadAttention": (
        "num_heads key_dim value_dim dropout use_bias output_shape attention_axes @kernel "
        "softmax_robust_masking"
    ),
    "Normalization": "axis mean variance invert",
    "PReLU": "alpha_initializer alpha_regularizer alpha_constraint shared_axes",
    "Permute": "dims",
    "RNN": "cell return_sequences return_state go_backwards stateful unroll time_major",
    "RandomBrightness": "factor value_range seed",
    "RandomContrast": "factor seed",
    "RandomCrop": "height width seed",
    "RandomFlip": "mode seed",
    "RandomHeight RandomWidth": "factor interpolation seed",
    "RandomRotation": "factor fill_mode interpolation seed fill_value",
    "RandomTranslation RandomZoom": "height_factor width_factor fill_mode interpolation seed fill_value",
    "ReLU": "max_value negative_slope threshold",
    "RepeatVector": "n",
    "Rescaling": "scale offset",
    "Reshape": "target_shape",
    "Resizing": "height width interpolation crop_to_aspect_ratio",
    "SeparableConv1D SeparableConv2D": (
        "@window data_format dilation_rate depth_multiplier activation use_bias @separable"
    ),
    "SimpleRNN": (
        "units activation use_bias @initial @rules dropout recurrent_dropout return_sequences return_state "
        "go_backwards stateful unroll"
    ),
    "SimpleRNNCell": "units activation use_bias @initial @cell dropout recurrent_dropout",
    "Softmax": "axis robust_masking",
    "SpatialDropout1D": "rate",
    "SpatialDropout2D SpatialDropout3D": "rate data_format",
    "SpectralNormalization": "layer power_iterations",
    "StackedRNNCells": "cells",
    "StringLookup": "@lookup idf_weights encoding invert output_mode sparse pad_to_max_tokens",
    "TextVectorization": (
        "max_tokens standardize split ngrams output_mode output_sequence_length pad_to_max_tokens "
        "vocabulary idf_weights sparse ragged encoding"
    ),
    "ThresholdedReLU": "theta",
    "TimeDistributed Wrapper": "layer",
    "UpSampling1D": "size",
    "UpSampling2D": "size data_format interpolation",
    "UpSampling3D": "size data_format",
    "ZeroPadding1D": "padding",
    "ZeroPadding2D ZeroPadding3D": "padding data_format",
}
"""Keras 2 as tf_keras has it, and the layers that only earlier releases had."""

KERAS3: dict[str, str] = {
    "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D": "output_size data_format",
    "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D": "output_size data_format",
    "AdditiveAttention": "use_scale dropout",
    "Attention": "use_scale score_mode dropout seed",
    "AugMix": "value_range num_chains chain_depth factor alpha all_ops interpolation seed data_format",
    "AutoContrast": "value_range",
    "AveragePooling1D AveragePooling2D AveragePooling3D MaxPooling1D MaxPooling2D": (
        "pool_size strides padding data_format name"
    ),
    "MaxPooling3D": "pool_size strides padding data_format name",
    "BatchNormalization": (
        "axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer "
        "moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint "
        "renorm renorm_clipping renorm_momentum synchronized"
    ),
    "CenterCrop": "height width data_format",
    "ContrastLimitedAdaptiveHistogramEqualization": "value_range clip_limit tile_grid_size data_format",
    "Conv3DTranspose": "@window data_format output_padding dilation_rate activation use_bias @kernel",
    "ConvLSTM1D ConvLSTM2D ConvLSTM3D": (
        "@window data_format dilation_rate activation recurrent_activation use_bias @initial "
        "unit_forget_bias @rules dropout recurrent_dropout seed return_sequences return_state go_backwards "
        "stateful"
    ),
    "CutMix": "factor seed data_format",
    "Dense": "units activation use_bias @kernel lora_rank lora_alpha quantization_config",
    "Discretization": "bin_boundaries num_bins epsilon output_mode sparse dtype name",
    "EinsumDense": (
        "equation output_shape activation bias_axes kernel_initializer bias_initializer kernel_regularizer "
        "bias_regularizer kernel_constraint bias_constraint lora_rank lora_alpha gptq_unpacked_column_size "
        "quantization_config"
    ),
    "Embedding": (
        "input_dim output_dim embeddings_initializer embeddings_regularizer embeddings_constraint "
        "mask_zero weights lora_rank lora_alpha quantization_config"
    ),
    "Equalization": "value_range bins data_format",
    "FlaxLayer": "module method variables",
    "GRU": (
        "units activation recurrent_activation use_bias @initial @rules dropout recurrent_dropout seed "
        "return_sequences return_state go_backwards stateful unroll reset_after use_cudnn"
    ),
    "GRUCell": (
        "units activation recurrent_activation use_bias @initial @cell dropout recurrent_dropout "
        "reset_after seed"
    ),
    "GlobalAveragePooling1D": "data_format keepdims",
    "GroupedQueryAttention": (
        "head_dim num_query_heads num_key_value_heads dropout use_bias sliding_window flash_attention "
        "@kernel use_gate seed"
    ),
    "HashedCrossing": "num_bins output_mode sparse name dtype",
    "Identity": "",
    "InputLayer": "shape batch_size dtype sparse ragged batch_shape input_tensor optional name",
    "IntegerLookup": (
        "@lookup vocabulary_dtype idf_weights invert output_mode sparse pad_to_max_tokens oov_method salt "
        "name"
    ),
    "JaxLayer": "call_fn init_fn params state seed native_serialization_platforms",
    "LSTM": (
        "units activation recurrent_activation use_bias @initial unit_forget_bias @rules dropout "
        "recurrent_dropout seed return_sequences return_state go_backwards stateful unroll use_cudnn"
    ),
    "LSTMCell": (
        "units activation recurrent_activation use_bias @initial unit_forget_bias @cell dropout "
        "recurrent_dropout seed"
    ),
    "Layer": "activity_regularizer trainable dtype autocast name",
    "LeakyReLU": "negative_slope",
    "MaxNumBoundingBoxes": "max_number fill_value",
    "MelSpectrogram": (
        "fft_length sequence_stride sequence_length window sampling_rate num_mel_bins min_freq max_freq "
        "power_to_db top_db mag_exp min_power ref_power"
    ),
    "MixUp": "alpha data_format seed",
    "MultiHeadAttention": (
        "num_heads key_dim value_dim dropout use_bias output_shape attention_axes sliding_window "
        "flash_attention @kernel use_gate seed"
    ),
    "Pipeline": "layers name",
    "RMSNormalization": "axis epsilon",
    "RNN": "cell return_sequences return_state go_backwards stateful unroll zero_output_for_mask",
    "RandAugment": "value_range num_ops factor interpolation seed data_format",
    "RandomColorDegeneration RandomHue RandomPosterization RandomSaturation RandomSharpness": (
        "factor value_range data_format seed"
    ),
    "RandomColorJitter": (
        "value_range brightness_factor contrast_factor saturation_factor hue_factor seed data_format"
    ),
    "RandomContrast": "factor value_range seed",
    "RandomCrop": "height width seed data_format name",
    "RandomElasticTransform": "factor scale interpolation fill_mode fill_value value_range seed data_format",
    "RandomErasing": "factor scale fill_value value_range seed data_format",
    "RandomFlip": "mode seed data_format",
    "RandomGaussianBlur": "factor kernel_size sigma value_range data_format seed",
    "RandomGrayscale": "factor data_format seed",
    "RandomInvert": "factor value_range seed data_format",
    "RandomPerspective": "factor scale interpolation fill_value seed data_format",
    "RandomRotation": "factor fill_mode interpolation seed fill_value data_format",
    "RandomShear": "x_factor y_factor interpolation fill_mode fill_value data_format seed",
    "RandomTranslation RandomZoom": (
        "height_factor width_factor fill_mode interpolation seed fill_value data_format"
    ),
    "Resizing": (
        "height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio fill_mode fill_value "
        "antialias data_format"
    ),
    "ReversibleEmbedding": (
        "input_dim output_dim tie_weights embeddings_initializer embeddings_regularizer "
        "embeddings_constraint mask_zero reverse_dtype logit_soft_cap"
    ),
    "STFTSpectrogram": (
        "mode frame_length frame_step fft_length window periodic scaling padding expand_dims data_format"
    ),
    "SimpleRNN": (
        "units activation use_bias @initial @rules dropout recurrent_dropout return_sequences return_state "
        "go_backwards stateful unroll seed"
    ),
    "SimpleRNNCell": "units activation use_bias @initial @cell dropout recurrent_dropout seed",
    "Softmax": "axis",
    "Solarization": "addition_factor threshold_factor value_range seed",
    "SpatialDropout1D": "rate seed name dtype",
    "SpatialDropout2D SpatialDropout3D": "rate data_format seed name dtype",
    "StringLookup": "@lookup idf_weights invert output_mode pad_to_max_tokens sparse encoding name salt",
    "TFSMLayer": "filepath call_endpoint call_training_endpoint trainable name dtype",
    "TextVectorization": (
        "max_tokens standardize split ngrams output_mode output_sequence_length pad_to_max_tokens "
        "vocabulary idf_weights sparse ragged encoding name"
    ),
    "TorchModuleWrapper": "module name output_shape",
    "ZeroPadding1D": "padding data_format",
}
"""Keras 3, where it differs from Keras 2."""

_ORDER = {
    "keras1": (KERAS1, KERAS2, KERAS3),
    "keras2": (KERAS2, KERAS3, KERAS1),
    "keras3": (KERAS3, KERAS2, KERAS1),
}


@lru_cache(maxsize=8)
def _expanded(dialect: str) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for layers in _ORDER[dialect]:
        for classes, text in layers.items():
            names = tuple(name for word in text.split() for name in GROUPS.get(word, word).split())
            for layer in classes.split():
                table.setdefault(layer, names)
    return table


def parameters(layer: str, dialect: str) -> tuple[str, ...] | None:
    """The parameters of ``layer`` in order, or ``None`` where the class is not known.

    A layer which that dialect lacks has the parameters of the nearest dialect that has it.
    """
    return _expanded(dialect).get(layer)


@lru_cache(maxsize=2)
def keras1_layers(only: bool = False) -> frozenset[str]:
    """The classes of Keras 1 that have a list of parameters of their own; ``only``: without successor."""
    first, *later = (
        {layer for classes in table for layer in classes.split()} for table in (KERAS1, KERAS2, KERAS3)
    )
    return frozenset(first.difference(*later) if only else first)
