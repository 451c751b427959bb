"""``tf.nn``, ``tf.losses`` and the functional ``tf.layers`` and ``tf.contrib`` of TensorFlow 1."""

from __future__ import annotations

from lambdalint.interp.values import Value

ATTRIBUTES: dict[str, Value] = {}

TABLE = """
# activations
nn.relu(features, name=None) : map sign=relu
nn.relu6(features, name=None) : map sign=relu6
nn.elu, nn.selu(features, name=None) : map sign=any
nn.leaky_relu(features, alpha=0.2, name=None) : map sign=any
nn.gelu(features, approximate=False, name=None) : map sign=any
nn.silu, nn.swish(features, beta=1.0) : map sign=any
nn.sigmoid(x, name=None) : map sign=unit
nn.tanh(x, name=None) : map sign=odd
nn.log_sigmoid(x, name=None) : map sign=any
nn.crelu(features, axis=-1, name=None) : double
nn.dropout(x, rate=None, noise_shape=None, seed=None, name=None, keep_prob=None) : dropout
nn.experimental.stateless_dropout(x, rate, seed, rng_alg=None, noise_shape=None, name=None) : dropout

# normalisation
nn.moments(x, axes, shift=None, keepdims=False, name=None; keep_dims=keepdims) : moments
nn.weighted_moments(x, axes, frequency_weights, keepdims=False, name=None; keep_dims=keepdims) : moments
nn.batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None) : batch_normalization
nn.batch_norm_with_global_normalization(input, mean, variance, beta, gamma, variance_epsilon, \
    scale_after_normalization, name=None) : batch_normalization
nn.fused_batch_norm(x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format='NHWC', \
    is_training=True, name=None, exponential_avg_factor=1.0) : batch_moments
nn.local_response_normalization, nn.lrn(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None) : \
    last_axis size=same
nn.l2_loss(t, name=None) : reduce op=sum all
nn.isotonic_regression(inputs, decreasing=True, axis=-1) : pair inner=per_sample

# convolution and pooling
nn.bias_add(value, bias, data_format=None, name=None) : bias_add
nn.xw_plus_b, nn.relu_layer(x, weights, biases, name=None) : matmul
nn.conv1d(input, filters, stride=1, padding='VALID', data_format='NWC', dilations=None, name=None, \
    use_cudnn_on_gpu=None; value=input, strides=stride) : conv rank=1
nn.conv2d(input, filters, strides=1, padding='VALID', data_format='NHWC', dilations=None, name=None, \
    use_cudnn_on_gpu=True; filter=filters) : conv rank=2
nn.conv3d(input, filters, strides=1, padding='VALID', data_format='NDHWC', dilations=None, name=None; \
    filter=filters) : conv rank=3
nn.convolution(input, filters, strides=None, padding='VALID', data_format=None, dilations=None, \
    name=None; filter=filters, dilation_rate=dilations) : conv
nn.atrous_conv2d(value, filters, rate, padding, name=None) : conv rank=2
nn.atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None) : conv rank=2 transposed
nn.conv1d_transpose(input, filters, output_shape, strides, padding='SAME', data_format='NWC', \
    dilations=None, name=None) : conv rank=1 transposed
nn.conv2d_transpose(input, filters, output_shape, strides, padding='SAME', data_format='NHWC', \
    dilations=None, name=None; filter=filters, value=input) : conv rank=2 transposed
nn.conv3d_transpose(input, filters, output_shape, strides, padding='SAME', data_format='NDHWC', \
    dilations=None, name=None; filter=filters, value=input) : conv rank=3 transposed
nn.depthwise_conv2d(input, filter, strides, padding, data_format=None, dilations=None, name=None, \
    rate=None) : conv rank=2 depthwise
nn.depthwise_conv2d_native(input, filter, strides, padding, data_format='NHWC', \
    dilations=(1, 1, 1, 1), name=None) : conv rank=2 depthwise
nn.separable_conv2d(input, depthwise_filter, pointwise_filter, strides, padding, data_format=None, \
    dilations=None, name=None, rate=None) : conv rank=2 separable
nn.dilation2d(input, filters, strides, padding, data_format='NHWC', dilations=None, name=None; \
    filter=filters, rates=dilations) : per_sample rank=4 weights=filters
nn.erosion2d(value, filters, strides, padding, data_format='NHWC', dilations=None, name=None; \
    kernel=filters, rates=dilations) : per_sample rank=4 weights=filters
nn.max_pool, nn.avg_pool(input, ksize, strides, padding, data_format=None, name=None; value=input) : pool
nn.max_pool1d, nn.avg_pool1d(input, ksize, strides, padding, data_format='NWC', name=None) : pool rank=1
nn.max_pool2d, nn.avg_pool2d(input, ksize, strides, padding, data_format='NHWC', name=None) : pool rank=2
nn.max_pool3d, nn.avg_pool3d(input, ksize, strides, padding, data_format='NDHWC', name=None; \
    value=input) : pool rank=3
nn.pool(input, window_shape, pooling_type, strides=None, padding='VALID', data_format=None, \
    dilations=None, name=None) : pool
nn.max_pool_with_argmax(input, ksize, strides, padding, data_format='NHWC', output_dtype='int64', \
    include_batch_in_index=False, name=None) : pair inner=pool rank=2
nn.fractional_max_pool, nn.fractional_avg_pool(value, pooling_ratio, pseudo_random=False, \
    overlapping=False, seed=0, name=None) : unknown_result

# lookups
nn.embedding_lookup(params, ids, max_norm=None, name=None, partition_strategy='mod', \
    validate_indices=True) : embedding_lookup
nn.embedding_lookup_sparse(params, sp_ids, sp_weights, combiner=None, max_norm=None, name=None, \
    allow_fast_lookup=False) : embedding_combined
nn.safe_embedding_lookup_sparse(embedding_weights, sparse_ids, sparse_weights=None, combiner='mean', \
    default_id=None, max_norm=None, name=None, allow_fast_lookup=False) : embedding_combined

# losses
nn.sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None) : zip op=loss
nn.weighted_cross_entropy_with_logits(labels=None, logits=None, pos_weight=None, name=None; \
    targets=labels) : zip op=loss
nn.log_poisson_loss(targets, log_input, compute_full_loss=False, name=None) : zip op=any
nn.softmax_cross_entropy_with_logits(labels=None, logits=None, axis=-1, name=None; dim=axis) : loss_last
nn.softmax_cross_entropy_with_logits_v2(labels, logits, axis=None, name=None; dim=axis) : loss_last \
    default=-1
nn.sparse_softmax_cross_entropy_with_logits(labels=None, logits=None, name=None) : sparse_loss_last
nn.ctc_loss, nn.ctc_loss_v2(labels, logits=None, label_length=None, logit_length=None, \
    logits_time_major=True, unique=None, blank_index=None, name=None, preprocess_collapse_repeated=False, \
    ctc_merge_repeated=True, ignore_longer_outputs_than_inputs=False; inputs=logits, \
    sequence_length=label_length, time_major=logits_time_major) : ctc_loss
nn.ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True, blank_index=None) : ctc_decoded
nn.ctc_beam_search_decoder, nn.ctc_beam_search_decoder_v2(inputs, sequence_length, beam_width=100, \
    top_paths=1, merge_repeated=True) : ctc_decoded
nn.sampled_softmax_loss(weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, \
    sampled_values=None, remove_accidental_hits=True, seed=None, name=None) : sampled_loss
nn.nce_loss(weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None, \
    remove_accidental_hits=False, name=None) : sampled_loss
nn.scale_regularization_loss(regularization_loss) : reduce op=sum all
contrib.seq2seq.sequence_loss(logits, targets, weights, average_across_timesteps=True, \
    average_across_batch=True, sum_over_timesteps=False, sum_over_batch=False, \
    softmax_loss_function=None, name=None) : whole
nn.compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None) : reduce op=sum all
losses.mean_squared_error, losses.absolute_difference(labels, predictions, weights=1.0, scope=None, \
    loss_collection='losses', reduction='weighted_sum_by_nonzero_weights') : whole
losses.log_loss(labels, predictions, weights=1.0, epsilon=1e-07, scope=None, loss_collection='losses', \
    reduction='weighted_sum_by_nonzero_weights') : whole
losses.huber_loss(labels, predictions, weights=1.0, delta=1.0, scope=None, loss_collection='losses', \
    reduction='weighted_sum_by_nonzero_weights') : whole
losses.sigmoid_cross_entropy(multi_class_labels, logits, weights=1.0, label_smoothing=0, scope=None, \
    loss_collection='losses', reduction='weighted_sum_by_nonzero_weights') : whole
losses.softmax_cross_entropy(onehot_labels, logits, weights=1.0, label_smoothing=0, scope=None, \
    loss_collection='losses', reduction='weighted_sum_by_nonzero_weights') : whole
losses.sparse_softmax_cross_entropy(labels, logits, weights=1.0, scope=None, loss_collection='losses', \
    reduction='weighted_sum_by_nonzero_weights') : whole
contrib.losses.metric_learning.pairwise_distance(feature, squared=False) : whole
nn.space_to_batch(input, block_shape, paddings, name=None) : space_to_batch
nn.conv_transpose(input, filters, output_shape, strides, padding='SAME', data_format=None, \
    dilations=None, name=None) : conv transposed
"""
