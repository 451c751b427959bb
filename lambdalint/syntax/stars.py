"""What ``from library import *`` brings in, for the libraries whose star imports real scripts use."""

from __future__ import annotations

from lambdalint.syntax.canonical import LAYER_FUNCTIONS, MODEL_FUNCTIONS, words

_SIZED = words(
    """
    Conv{} Convolution{} Conv{}Transpose Deconvolution{} SeparableConv{} SeparableConvolution{}
    DepthwiseConv{} AtrousConvolution{} LocallyConnected{} MaxPooling{} AveragePooling{} MaxPool{}
    AvgPool{} GlobalMaxPooling{} GlobalAveragePooling{} GlobalMaxPool{} GlobalAvgPool{}
    AdaptiveMaxPooling{} AdaptiveAveragePooling{} ZeroPadding{} Cropping{} UpSampling{} SpatialDropout{}
    ConvLSTM{}
    """
)
_UNSIZED = words(
    """
    Input InputLayer InputSpec Layer Lambda Merge Dense Activation Embedding Masking Dropout Flatten
    Reshape Permute RepeatVector ActivityRegularization Highway MaxoutDense TimeDistributedDense Add
    Subtract Multiply Average Maximum Minimum Concatenate Dot BatchNormalization LayerNormalization
    GroupNormalization UnitNormalization SpectralNormalization RMSNormalization Normalization Rescaling
    Resizing CenterCrop RandomCrop RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast
    RandomBrightness Discretization Hashing HashedCrossing CategoryEncoding StringLookup IntegerLookup
    TextVectorization RNN SimpleRNN LSTM GRU LSTMCell GRUCell SimpleRNNCell StackedRNNCells CuDNNLSTM
    CuDNNGRU Recurrent Bidirectional TimeDistributed Wrapper Attention AdditiveAttention
    MultiHeadAttention GroupQueryAttention EinsumDense Identity AlphaDropout GaussianDropout
    GaussianNoise LeakyReLU PReLU ELU ReLU Softmax ThresholdedReLU ParametricSoftplus SReLU
    DenseFeatures TFSMLayer TorchModuleWrapper JaxLayer FlaxLayer
    """
)
LAYER_CLASSES = _UNSIZED | {word.format(size) for word in _SIZED for size in ("1D", "2D", "3D")}
_MODEL_CLASSES = frozenset(("Model", "Sequential"))
_MODULES = words(
    """
    activations initializers regularizers constraints
    """
)
_BACKEND = words(
    """
    abs all any arange argmax argmin batch_dot batch_flatten batch_get_value batch_normalization
    batch_set_value bias_add binary_crossentropy cast cast_to_floatx categorical_crossentropy
    clear_session clip concatenate constant conv1d conv2d conv2d_transpose conv3d cos count_params
    ctc_batch_cost ctc_decode ctc_label_dense_to_sparse cumprod cumsum depthwise_conv2d dot dropout
    dtype elu epsilon equal eval exp expand_dims eye flatten floatx foldl foldr function gather
    get_session get_uid get_value get_variable_shape gradients greater greater_equal hard_sigmoid
    image_data_format image_dim_ordering in_test_phase in_top_k in_train_phase int_shape is_keras_tensor
    is_sparse l2_normalize learning_phase less less_equal local_conv1d local_conv2d log logsumexp
    manual_variable_initialization map_fn max maximum mean min minimum moving_average_update ndim
    normalize_batch_in_training not_equal one_hot ones ones_like permute_dimensions placeholder pool2d
    pool3d pow print_tensor prod random_binomial random_normal random_normal_variable random_uniform
    random_uniform_variable relu repeat repeat_elements reset_uids reshape resize_images resize_volumes
    reverse rnn round separable_conv2d set_epsilon set_floatx set_image_data_format
    set_image_dim_ordering set_learning_phase set_session set_value shape sigmoid sign sin slice softmax
    softplus softsign sparse_categorical_crossentropy spatial_2d_padding sqrt square squeeze stack std
    stop_gradient sum switch tanh temporal_padding tile to_dense transpose truncated_normal update
    update_add update_sub var variable zeros zeros_like
    """
)
_KERAS = words(
    """
    activations applications backend callbacks constraints datasets initializers layers losses metrics
    models ops optimizers preprocessing random regularizers saving utils Input Model Sequential
    """
)


def exported(module: str, name: str) -> str | None:
    """The path below canonical ``module`` under which its star import provides ``name``, else ``None``.

    Older Keras modules also passed on the ``K`` that they use themselves.
    """
    if name.startswith("_"):
        return None
    if module == "keras.layers" or module.startswith(("keras.layers.", "keras.engine", "keras.legacy")):
        known = name in LAYER_CLASSES or name in LAYER_FUNCTIONS or name in _MODULES or name == "K"
        return name if known or (name in _MODEL_CLASSES and "engine" in module) else None
    if module == "keras.models":
        known = name in _MODEL_CLASSES or name in MODEL_FUNCTIONS or name in ("K", "Input", "Layer")
        return name if known else None
    if module == "keras.backend":
        return name if name in _BACKEND else None
    if module == "keras":
        return name if name in _KERAS else None
    return None


def may_export(module: str) -> bool:
    """Whether a star import of this canonical library module brings in names that are not listed here."""
    return module not in ("keras", "keras.backend", "keras.layers", "keras.models")
