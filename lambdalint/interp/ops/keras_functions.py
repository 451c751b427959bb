"""Keras functions outside of its backend: activations, losses, metrics, random numbers, preprocessing."""

from __future__ import annotations

from lambdalint.interp.values import Value

ATTRIBUTES: dict[str, Value] = {}

TABLE = """
activations.linear(x) : identity
activations.relu(x, negative_slope=0.0, max_value=None, threshold=0.0; alpha=negative_slope) : relu
activations.relu6(x) : map sign=relu6
activations.sigmoid, activations.hard_sigmoid, activations.sparse_sigmoid(x) : map sign=unit
activations.softplus, activations.exponential, activations.sparse_plus(x) : map sign=positive
activations.squareplus(x, b=4) : map sign=positive
activations.tanh, activations.softsign, activations.hard_tanh(x) : map sign=odd
activations.selu, activations.silu, activations.swish, activations.mish, activations.hard_silu, \
    activations.hard_swish, activations.log_sigmoid, activations.tanh_shrink(x) : map sign=any
activations.elu, activations.celu(x, alpha=1.0) : map sign=any
activations.gelu(x, approximate=False) : map sign=any
activations.leaky_relu(x, negative_slope=0.2) : map sign=any
activations.hard_shrink, activations.soft_shrink(x, threshold=0.5) : map sign=any
activations.threshold(x, threshold, default_value) : map sign=any
activations.softmax, activations.sparsemax(x, axis=-1) : normalize op=softmax
activations.log_softmax(x, axis=-1) : normalize op=log_softmax
activations.glu(x, axis=-1) : halve
activations.any(x) : activation  # one that is named elsewhere

losses.mean_squared_error, losses.mse, losses.MSE, losses.mean_absolute_error, losses.mae, losses.MAE, \
    losses.mean_absolute_percentage_error, losses.mape, losses.MAPE, losses.mean_squared_logarithmic_error, \
    losses.msle, losses.MSLE, losses.hinge, losses.squared_hinge, losses.categorical_hinge, \
    losses.kl_divergence, losses.kld, losses.KLD, losses.kullback_leibler_divergence, losses.log_cosh, \
    losses.logcosh, losses.poisson(y_true, y_pred) : loss_last
losses.huber(y_true, y_pred, delta=1.0) : loss_last
losses.cosine_similarity, losses.cosine_proximity, losses.cosine(y_true, y_pred, axis=-1) : loss_last \
    sign=any
losses.binary_crossentropy, losses.categorical_crossentropy(y_true, y_pred, from_logits=False, \
    label_smoothing=0.0, axis=-1) : loss_last
losses.binary_focal_crossentropy(y_true, y_pred, apply_class_balancing=False, alpha=0.25, gamma=2.0, \
    from_logits=False, label_smoothing=0.0, axis=-1) : loss_last
losses.categorical_focal_crossentropy(y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, \
    label_smoothing=0.0, axis=-1) : loss_last
losses.categorical_generalized_cross_entropy(y_true, y_pred, q) : loss_last
losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1) : \
    sparse_loss_last
losses.ctc(y_true, y_pred) : per_sample rank=1
losses.dice(y_true, y_pred, axis=None) : whole
losses.tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None) : whole
losses.circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, \
    margin=0.4) : unknown_result

metrics.binary_accuracy(y_true, y_pred, threshold=0.5) : per_sample
metrics.categorical_accuracy(y_true, y_pred) : loss_last
metrics.sparse_categorical_accuracy(y_true, y_pred) : sparse_loss_last
metrics.top_k_categorical_accuracy(y_true, y_pred, k=5) : loss_last
metrics.sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False) : per_sample
metrics.mean_squared_error, metrics.mse, metrics.MSE, metrics.mean_absolute_error, metrics.mae, \
    metrics.MAE(y_true, y_pred) : loss_last

random.normal, random.truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None) : random
random.uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None) : random sign=unit
random.randint(shape, minval, maxval, dtype='int32', seed=None) : random dtype=int32
random.beta(shape, alpha, beta, dtype=None, seed=None) : random sign=unit
random.gamma(shape, alpha, dtype=None, seed=None) : random sign=positive
random.binomial(shape, counts, probabilities, dtype=None, seed=None) : random sign=nonneg
random.categorical(logits, num_samples, dtype='int32', seed=None) : random_categorical
random.dropout(inputs, rate, noise_shape=None, seed=None) : dropout
random.shuffle(x, axis=0, seed=None) : shuffle
random.SeedGenerator(seed=None, name=None) : opaque kind=generator

Variable(initializer, shape=None, dtype=None, trainable=True, autocast=True, aggregation='none', \
    synchronization='auto', name=None, layout=None) : variable
name_scope(name) : context
device(device_name) : context
config.floatx() : const value=float32
config.epsilon() : epsilon
config.image_data_format() : const value=channels_last
config.backend() : const value=tensorflow
utils.normalize(x, axis=-1, order=2) : normalize op=l2
utils.to_categorical, utils.np_utils.to_categorical(x, num_classes=None; y=x, nb_classes=num_classes) : \
    one_hot
saving.register_keras_serializable, utils.register_keras_serializable(package='Custom', name=None) : \
    decorator_factory

applications.imagenet_utils.preprocess_input(x, data_format=None, mode='caffe'; \
    dim_ordering=data_format) : map sign=any
applications.vgg16.preprocess_input, applications.vgg19.preprocess_input, \
    applications.resnet.preprocess_input, applications.resnet50.preprocess_input, \
    applications.resnet_v2.preprocess_input, applications.inception_v3.preprocess_input, \
    applications.inception_resnet_v2.preprocess_input, applications.xception.preprocess_input, \
    applications.mobilenet.preprocess_input, applications.mobilenet_v2.preprocess_input, \
    applications.mobilenet_v3.preprocess_input, applications.densenet.preprocess_input, \
    applications.efficientnet.preprocess_input, applications.efficientnet_v2.preprocess_input, \
    applications.nasnet.preprocess_input(x, data_format=None; dim_ordering=data_format) : map sign=any
metrics.pearson_correlation, metrics.concordance_correlation(y_true, y_pred, axis=-1) : loss_last
tree.map_structure(func, *structures, none_is_leaf=True) : map_structure
tree.flatten(structure) : flat_structure
"""
