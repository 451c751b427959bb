"""``keras.backend`` of Keras 1, Keras 2 and ``tf.keras`` 2; Keras 1's keywords are the aliases."""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Value

ATTRIBUTES: dict[str, Value] = {
    "_BACKEND": Const("tensorflow"),
    "_EPSILON": Const(1e-7),
    "_FLOATX": Const("float32"),
    "_IMAGE_DATA_FORMAT": Const("channels_last"),
    "newaxis": NONE,
}

KERAS3_NAMES: frozenset[str] = frozenset({
    "backend", "clear_session", "epsilon", "floatx", "get_uid", "image_data_format", "is_float_dtype",
    "is_int_dtype", "is_keras_tensor", "result_type", "set_epsilon", "set_floatx", "set_image_data_format",
    "standardize_dtype",
})  # fmt: skip
"""The public functions that ``keras.backend`` of Keras 3 has left."""

REPLACEMENTS: dict[str, str] = {
    "permute_dimensions": "keras.ops.transpose",
    "repeat_elements": "keras.ops.repeat",
    "batch_dot": "keras.ops.einsum",
    "batch_flatten": "keras.ops.reshape",
    "flatten": "keras.ops.reshape",
    "bias_add": "keras.ops.add",
    "gather": "keras.ops.take",
    "pow": "keras.ops.power",
    "reverse": "keras.ops.flip",
    "l2_normalize": "keras.ops.normalize",
    "int_shape": "keras.ops.shape",
    "switch": "keras.ops.where",
    "constant": "keras.ops.convert_to_tensor",
    "variable": "keras.Variable",
    "map_fn": "keras.ops.map",
    "foldl": "keras.ops.scan",
    "foldr": "keras.ops.scan",
    "eval": "keras.ops.convert_to_numpy",
    "get_value": "keras.ops.convert_to_numpy",
    "repeat": "keras.layers.RepeatVector",
    "dropout": "keras.random.dropout",
    "random_normal": "keras.random.normal",
    "random_uniform": "keras.random.uniform",
    "random_binomial": "keras.random.binomial",
    "random_bernoulli": "keras.random.binomial",
    "truncated_normal": "keras.random.truncated_normal",
    "resize_images": "keras.ops.image.resize",
    "spatial_2d_padding": "keras.ops.pad",
    "spatial_3d_padding": "keras.ops.pad",
    "temporal_padding": "keras.ops.pad",
    "temporal_1d_padding": "keras.ops.pad",
    "conv1d": "keras.ops.conv",
    "conv2d": "keras.ops.conv",
    "conv3d": "keras.ops.conv",
    "conv2d_transpose": "keras.ops.conv_transpose",
    "depthwise_conv2d": "keras.ops.depthwise_conv",
    "separable_conv2d": "keras.ops.separable_conv",
    "in_train_phase": "the training argument of a Layer",
    "in_test_phase": "the training argument of a Layer",
    "learning_phase": "the training argument of a Layer",
    "image_dim_ordering": "keras.config.image_data_format",
    "ctc_batch_cost": "keras.ops.ctc_loss",
    "cast_to_floatx": "keras.ops.cast",
    "ndim": "keras.ops.ndim",
}
"""Where the Keras 3 name is not simply ``keras.ops.`` + the old one."""

TABLE = """
# elementwise
abs(x) : map sign=abs
sqrt(x) : map sign=sqrt
square(x) : map sign=square
exp(x) : map sign=positive
log(x) : map sign=log
sign(x) : map cut
round(x) : map cut
pow(x, a) : zip op=pow
clip(x, min_value, max_value) : clip
maximum(x, y) : zip op=max
minimum(x, y) : zip op=min
equal, not_equal, greater, greater_equal, less, less_equal, lesser, lesser_equal(x, y) : compare
sin, cos(x) : map sign=any
sigmoid, hard_sigmoid(x) : map sign=unit
tanh, softsign(x) : map sign=odd
softplus(x) : map sign=positive
relu(x, alpha=0.0, max_value=None, threshold=0.0) : relu
elu(x, alpha=1.0) : map sign=any
softmax(x, axis=-1) : normalize op=softmax
l2_normalize(x, axis=None) : normalize op=l2
cast(x, dtype) : cast
cast_to_floatx(x) : cast dtype=float32
identity(x, name=None) : identity
pattern_broadcast(x, broadcastable) : identity
to_dense(tensor) : identity
stop_gradient(variables) : stop_gradient
dropout(x, level, noise_shape=None, seed=None) : dropout
zeros_like(x, dtype=None, name=None) : like op=zeros
ones_like(x, dtype=None, name=None) : like op=ones
update(x, new_x) : assign
update_add(x, increment) : assign
update_sub(x, decrement) : assign
moving_average_update(x, value, momentum) : assign

# reductions
sum, mean, prod, max, min, any, all(x, axis=None, keepdims=False) : reduce
std, var(x, axis=None, keepdims=False) : var_std
logsumexp(x, axis=None, keepdims=False) : logsumexp
argmax, argmin(x, axis=-1) : argreduce
cumsum, cumprod(x, axis=0) : scan
batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=0.001) : batch_normalization
normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=0.001) : batch_moments
in_top_k(predictions, targets, k) : in_top_k

# axes
transpose(x) : transpose
permute_dimensions(x, pattern) : permute
reverse(x, axes) : reverse
reshape(x, shape) : reshape keeps_rank
flatten(x) : flatten
batch_flatten(x) : batch_flatten
expand_dims(x, axis=-1; dim=axis) : expand_dims
squeeze(x, axis) : squeeze
tile(x, n) : tile
repeat_elements(x, rep, axis) : repeat
repeat(x, n) : repeat_vector
resize_images(x, height_factor, width_factor, data_format='channels_last', interpolation='nearest'; \
    X=x, dim_ordering=data_format) : resize_images
resize_volumes(x, depth_factor, height_factor, width_factor, data_format='channels_last'; X=x, \
    dim_ordering=data_format) : resize_images rank=3
temporal_padding(x, padding=(1, 1)) : spatial_pad rank=1
temporal_1d_padding, asymmetric_temporal_padding(x, left_pad=1, right_pad=1) : spatial_pad rank=1
spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None; dim_ordering=data_format) : \
    spatial_pad rank=2
asymmetric_spatial_2d_padding(x, top_pad=1, bottom_pad=1, left_pad=1, right_pad=1, data_format=None; \
    dim_ordering=data_format) : spatial_pad rank=2
spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None; dim_ordering=data_format) : \
    spatial_pad rank=3

# picking and joining
gather(reference, indices) : gather
slice(x, start, size) : slice_op keeps_rank
one_hot(indices, num_classes; nb_classes=num_classes) : one_hot
concatenate(tensors, axis=-1) : concat
stack(x, axis=0) : stack
pack(x, axis=0) : stack

# products
dot(x, y) : dot
batch_dot(x, y, axes=None) : batch_dot
bias_add(x, bias, data_format=None) : bias_add
conv1d(x, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1; stride=strides, \
    border_mode=padding) : conv rank=1
conv2d(x, kernel, strides=(1, 1), padding='valid', data_format=None, dilation_rate=(1, 1); \
    border_mode=padding, dim_ordering=data_format) : conv rank=2
conv3d(x, kernel, strides=(1, 1, 1), padding='valid', data_format=None, dilation_rate=(1, 1, 1); \
    border_mode=padding, dim_ordering=data_format) : conv rank=3
conv2d_transpose(x, kernel, output_shape, strides=(1, 1), padding='valid', data_format=None, \
    dilation_rate=(1, 1)) : conv rank=2 transposed
deconv2d(x, kernel, output_shape, strides=(1, 1), border_mode='valid', dim_ordering=None) : conv rank=2 \
    transposed
conv3d_transpose(x, kernel, output_shape, strides=(1, 1, 1), padding='valid', data_format=None) : conv \
    rank=3 transposed
depthwise_conv2d(x, depthwise_kernel, strides=(1, 1), padding='valid', data_format=None, \
    dilation_rate=(1, 1)) : conv rank=2 depthwise
separable_conv1d(x, depthwise_kernel, pointwise_kernel, strides=1, padding='valid', data_format=None, \
    dilation_rate=1) : conv rank=1 separable
separable_conv2d(x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding='valid', \
    data_format=None, dilation_rate=(1, 1)) : conv rank=2 separable
pool2d(x, pool_size, strides=(1, 1), padding='valid', data_format=None, pool_mode='max'; \
    border_mode=padding, dim_ordering=data_format) : pool rank=2
pool3d(x, pool_size, strides=(1, 1, 1), padding='valid', data_format=None, pool_mode='max'; \
    border_mode=padding, dim_ordering=data_format) : pool rank=3
local_conv1d(inputs, kernel, kernel_size, strides, data_format=None) : per_sample rank=3
local_conv2d(inputs, kernel, kernel_size, strides, output_shape, data_format=None) : per_sample rank=4

# losses
binary_crossentropy(target, output, from_logits=False) : zip op=loss
binary_focal_crossentropy(target, output, apply_class_balancing=False, alpha=0.25, gamma=2.0, \
    from_logits=False) : zip op=loss
categorical_crossentropy(target, output, from_logits=False, axis=-1) : loss_last
categorical_focal_crossentropy(target, output, alpha=0.25, gamma=2.0, from_logits=False, axis=-1) : \
    loss_last
sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None) : \
    sparse_loss_last
ctc_batch_cost(y_true, y_pred, input_length, label_length) : ctc_batch_cost
ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1, merge_repeated=False) : \
    ctc_decoded filled
ctc_label_dense_to_sparse(labels, label_lengths) : per_sample

# creation
zeros(shape, dtype=None, name=None) : zeros variable
ones(shape, dtype=None, name=None) : ones variable
constant(value, dtype=None, shape=None, name=None) : constant
eye(size, dtype=None, name=None) : eye variable
arange(start, stop=None, step=1, dtype='int32') : arange
variable(value, dtype=None, name=None, constraint=None) : variable
random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None; std=stddev) : random
random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None; low=minval, high=maxval) : random \
    sign=unit
random_binomial, random_bernoulli(shape, p=0.0, dtype=None, seed=None) : random sign=unit
truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None) : random
random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None) : variable shape=shape
random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None) : variable shape=shape
placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None, ragged=False) : placeholder
shape(x) : shape_of
int_shape(x) : int_shape
get_variable_shape(x) : int_shape
ndim(x) : ndim
dtype(x) : dtype_of
count_params(x) : size_of

# control
switch(condition, then_expression, else_expression) : switch
in_train_phase(x, alt, training=None) : in_train_phase
in_test_phase(x, alt, training=None) : in_train_phase
map_fn(fn, elems, name=None, dtype=None) : map_fn
foldl(fn, elems, initializer=None, name=None) : fold
foldr(fn, elems, initializer=None, name=None) : fold
rnn(step_function, inputs, initial_states, go_backwards=False, mask=None, constants=None, unroll=False, \
    input_length=None, time_major=False, zero_output_for_mask=False, return_all_outputs=True) : rnn
function(inputs, outputs, updates=None, name=None) : opaque kind=function
gradients(loss, variables) : gradients
print_tensor(x, message='', summarize=3) : print_op operand
eval(x) : eager
get_value(x) : eager
batch_get_value(tensors) : eager
set_value(x, value) : side_effect
batch_set_value(tuples) : side_effect

# about the library
backend() : const value=tensorflow
epsilon() : epsilon
floatx() : const value=float32
image_data_format() : const value=channels_last
image_dim_ordering() : const value=tf
learning_phase() : learning_phase
name_scope(name) : context
learning_phase_scope(value) : context
set_epsilon(value; e=value) : none
set_floatx(value) : none
set_image_data_format(data_format) : none
set_image_dim_ordering(dim_ordering) : none
set_learning_phase(value) : none
set_session(session) : none
manual_variable_initialization(value) : none
clear_session() : none
reset_uids() : none
get_session(op_input_list=()) : opaque kind=session
get_graph() : opaque kind=graph
get_uid(prefix='') : python_int
is_keras_tensor(x) : is_tensor
is_tensor(x) : is_tensor
is_sparse(tensor) : const value=False
is_placeholder(x) : python_bool
is_variable(x) : python_bool
symbolic(func) : decorator
"""
